"""YAML files: positions, what is refused, and one clear problem for whatever a file may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ccdeploy.specs.nodes import Mapping, Node, Scalar, Sequence
from ccdeploy.specs.problems import Problems
from ccdeploy.specs.yaml import MAX_DEPTH, parse, read
from hypothesis import given, settings
from hypothesis import strategies as st

MISTAKES = [
    ("a: @x", "syntax", 1, 4),
    ("a: `x`", "syntax", 1, 4),
    ("a: *", "syntax", 1, 5),
    ("a:\n\t- b", "tab", 2, 1),
    ("a:\tb", "tab", 1, 3),
    ("a: [1,\t2]", "tab", 1, 7),
    ("a: b: c", "syntax", 1, 5),
    ("a: 'x\nb: y", "syntax", 1, 4),
    ("a: [1, 2\n", "syntax", 1, 9),
    ('a: "\\q"', "syntax", 1, 5),
    ('a: "b" c', "syntax", 1, 8),
    ("- a\nb: c", "syntax", 2, 1),
    ("a: &x 1", "anchor", 1, 4),
    ("a: *x", "alias", 1, 4),
    ("a: !!str 1", "tag", 1, 4),
    ("a: !mine 1", "tag", 1, 4),
    ("a: 1\nb: 2\na: 3", "duplicate-key", 3, 1),
    ('1: a\n"1": b', "duplicate-key", 2, 1),
    ("a: 1\n---\nb: 2", "many-documents", 2, 1),
    ("? [a]\n: b", "syntax", 1, 3),
    ("", "empty", 1, 1),
    ("# only a comment\n", "empty", 1, 1),
    ("- a", "wrong-type", 1, 1),
    ("text", "wrong-type", 1, 1),
]


def codes(text: str) -> list[tuple[str, int, int]]:
    problems = Problems()
    parse(text, "f.yaml", problems)
    return [(p.code, p.where.line, p.where.column) for p in problems.listed()]


@pytest.mark.parametrize(("text", "code", "line", "column"), MISTAKES)
def test_each_mistake_is_one_problem_at_its_place(text: str, code: str, line: int, column: int) -> None:
    assert codes(text) == [(code, line, column)]


@pytest.mark.parametrize("text", ["a: 'x\ty'", "a: b\tc", "a: 1\t", "a: 1 # x\ty", "a: |\n  x\n  \ty\n"])
def test_a_tab_is_fine_where_it_neither_indents_nor_separates(text: str) -> None:
    assert codes(text) == []


def test_scalars_stay_text_and_know_their_places() -> None:
    problems = Problems()
    tree = parse('time: 12:00\nprefix: +331\ncountry: NO\nnothing:\nquoted: "null"\n', "f.yaml", problems)
    assert tree is not None
    assert {key: node.text for key, node in tree if isinstance(node, Scalar)} == {
        "time": "12:00",
        "prefix": "+331",
        "country": "NO",
        "nothing": "",
        "quoted": "null",
    }
    nothing, quoted = tree.get("nothing"), tree.get("quoted")
    assert isinstance(nothing, Scalar)
    assert nothing.is_null
    assert isinstance(quoted, Scalar)
    assert not quoted.is_null
    assert (quoted.where.line, quoted.where.column) == (5, 9)
    assert (tree.where_of("country").line, tree.where_of("country").column) == (3, 1)


def test_deep_nesting_ends_in_one_problem() -> None:
    assert codes("a: " + "[" * 5000) == [("too-deep", 1, 4 + MAX_DEPTH - 1)]


def hostile(folder: Path) -> dict[str, Path]:
    """Files that nobody should hand in."""
    made = {
        "binary": b"\x7fELF\x00\x01\x02",
        "encoding": "a: é".encode("latin-1"),
        "control-character": b"a: b\nc: \x07",
        "too-large": b"a: " + b"x" * 10_000_001,
    }
    paths = {code: folder / f"{code}.yaml" for code in made}
    for code, data in made.items():
        paths[code].write_bytes(data)
    paths["not-a-file"] = folder / "folder.yaml"
    paths["not-a-file"].mkdir()
    paths["missing-file"] = folder / "none.yaml"
    loop = folder / "loop.yaml"
    loop.symlink_to(loop)
    paths["unreadable"] = loop
    return paths


def test_a_hostile_file_is_one_clear_problem(tmp_path: Path) -> None:
    for code, path in hostile(tmp_path).items():
        problems = Problems()
        assert read(path, path.name, problems) is None
        assert [p.code for p in problems.found] == [code]


def test_the_line_of_a_broken_byte_is_told(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: 1\nb: \xff\n")
    problems = Problems()
    read(path, "f.yaml", problems)
    assert [(p.where.line, p.where.column) for p in problems.found] == [(2, 4)]


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    problems = Problems()
    tree = read(path, "f.yaml", problems)
    assert tree is not None
    assert list(tree.entries) == ["a"]


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_gives_a_traceback(text: str) -> None:
    problems = Problems()
    tree = parse(text, "f.yaml", problems)
    assert tree is not None or problems.errors == 1 or problems.found


@given(st.lists(st.sampled_from("ab:-,[]{}#'\"|>&*!?%@` \n\t"), max_size=40))
@settings(max_examples=500, deadline=None)
def test_no_punctuation_gives_a_traceback(parts: list[str]) -> None:
    problems = Problems()
    tree = parse("".join(parts), "f.yaml", problems)
    assert tree is not None or problems.found


TREES = st.recursive(
    st.text(alphabet="abc é#:'-", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="abcde", min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)


def plain(node: Node) -> Any:
    """A node as PyYAML's BaseLoader gives it."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.text


@given(st.dictionaries(st.text(alphabet="abcde", min_size=1), TREES, min_size=1, max_size=4), st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_is_read_equals_what_yaml_means(value: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    problems = Problems()
    tree = parse(text, "f.yaml", problems)
    assert [p.code for p in problems.found if p.code not in {"anchor", "alias"}] == []
    if not problems.found:
        assert tree is not None
        assert plain(tree) == yaml.load(text, Loader=yaml.BaseLoader)


def test_pure_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CLoader", raising=False)
    assert codes("a:\n\t- b") == [("tab", 2, 1)]
    assert codes("a: 1\nb: 2\na: 3") == [("duplicate-key", 3, 1)]
    problems = Problems()
    tree = parse("a: [1, {b: c}]", "f.yaml", problems)
    assert tree is not None
    assert plain(tree) == {"a": ["1", {"b": "c"}]}
