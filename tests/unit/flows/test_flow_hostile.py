"""Hostile flows: whatever comes in, what comes out is a problem or an equal flow, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.alone import Alone, compile_text
from ccdeploy.flows.bindings import bind_known, read_references, references_text
from ccdeploy.flows.document import MAX_BYTES, MAX_DEPTH, read_document
from ccdeploy.flows.equal import first_difference, same_flow
from ccdeploy.flows.importer.convert import import_document
from ccdeploy.flows.importer.yamltext import document as yaml_document
from ccdeploy.specs.nodes import Mapping as MapNode
from ccdeploy.specs.nodes import Node, Scalar
from ccdeploy.specs.problems import Problem, Problems
from ccdeploy.specs.yaml import parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SETTINGS = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters, max_size=30)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


def errors(source: bytes | str) -> list[Problem]:
    problems = Problems()
    document = read_document(source, "flow.json", problems)
    if document is not None and not problems.errors:
        import_document(document, problems)
    return [problem for problem in problems.listed() if problem.severity == "error"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "bad-json"),
        (b"[]", "not-a-flow"),
        (b'"a"', "not-a-flow"),
        (b"{}", "not-a-flow"),
        (b'{"Actions": [', "bad-json"),
        (b'{"Actions": []}', "flow-language"),
        (b'{"Actions": {}}', "flow-language"),
        (b'{"Actions": NaN}', "bad-json"),
        (b'{"Actions": [1,', "bad-json"),
        (b'{"Actions": [], "Actions": []}', "duplicate-key"),
        (b'{"Actions": [{"Type": "a", "Type": "b"}]}', "duplicate-key"),
        (b'{"Actions": [' + b"9" * 5000 + b"]}", "bad-json"),
        (b'{"Actions": [{"Identifier": "\\ud800"}]}', "bad-text"),
        (b'{"Actions": ' + b"[" * 100_000, "too-deep"),
        (b'{"Actions": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", "too-deep"),
        (b'{"Actions": "' + b"a" * 10_000_000 + b'"}', "too-large"),
        (b"\xff\xfe\x00", "bad-encoding"),
        (b'{"modules": [], "start": "a"}', "flow-language"),
        (b'{"modules": [3, {"type": "x"}, {"type": ["y"]}]}', "legacy-format"),
        (b'{"ContactFlow": {"Content": "{"}}', "bad-json"),
        (b'{"ContactFlow": {"Content": "{\\"Content\\": \\"{}\\"}"}}', "not-a-flow"),
    ],
)
def test_a_hostile_document_ends_in_a_problem(source: bytes, code: str) -> None:
    assert code in {problem.code for problem in errors(source)}


def test_a_document_as_deep_as_is_allowed_is_read() -> None:
    depth = MAX_DEPTH - 5
    deep = b'{"Actions": [], "Settings": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    assert read_document(deep, "flow.json", Problems()) is not None
    assert len(deep) < MAX_BYTES


GOOD: dict[str, Any] = {
    "Version": "2019-10-30",
    "StartAction": "a",
    "Metadata": {"name": "Line", "type": "contactFlow", "ActionMetadata": {"c": {"parameters": {}}}},
    "Actions": [
        {
            "Identifier": "a",
            "Type": "MessageParticipant",
            "Parameters": {"Text": "Hello"},
            "Transitions": {"NextAction": "m"},
        },
        {
            "Identifier": "m",
            "Type": "GetParticipantInput",
            "Parameters": {"Text": "1 or 2", "StoreInput": "False", "InputTimeLimitSeconds": "5"},
            "Transitions": {
                "NextAction": "e",
                "Conditions": [{"NextAction": "c", "Condition": {"Operator": "Equals", "Operands": ["1"]}}],
                "Errors": [
                    {"NextAction": "e", "ErrorType": "InputTimeLimitExceeded"},
                    {"NextAction": "e", "ErrorType": "NoMatchingCondition"},
                    {"NextAction": "e", "ErrorType": "NoMatchingError"},
                ],
            },
        },
        {
            "Identifier": "c",
            "Type": "UpdateContactAttributes",
            "Parameters": {"Attributes": {"reason": "x", "other": "y"}},
            "Transitions": {"NextAction": "w", "Errors": [{"NextAction": "e", "ErrorType": "NoMatchingError"}]},
        },
        {
            "Identifier": "w",
            "Type": "Compare",
            "Parameters": {"ComparisonValue": "$.Channel"},
            "Transitions": {
                "NextAction": "a",
                "Conditions": [
                    {"NextAction": "e", "Condition": {"Operator": "TextContains", "Operands": ["x"]}},
                    {"NextAction": "a", "Condition": {"Operator": "Equals", "Operands": ["y"]}},
                ],
                "Errors": [{"NextAction": "a", "ErrorType": "NoMatchingCondition"}],
            },
        },
        {"Identifier": "e", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ],
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


def put(document: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    copy = json.loads(json.dumps(document))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return copy


def came_back(document: Mapping[str, Any]) -> bool:
    """Import it; True when it was taken, and then what it compiles to is equal."""
    problems = Problems()
    read = read_document(json.dumps(document), "flow.json", problems)
    found = import_document(read, problems) if read is not None and not problems.errors else None
    if read is None or found is None:
        assert problems.errors
        return False
    done = compile_text(found.text, "flow.yaml")
    assert done.compiled is not None, [str(problem) for problem in done.problems.listed()]
    again = read_document(bind_known(done.compiled, found.bindings), "again.json", Problems())
    assert again is not None
    assert first_difference(read, again) is None
    return True


@SETTINGS
@given(st.sampled_from(places(GOOD)[1:]), values)
def test_a_flow_in_which_anything_stands_anywhere_is_refused_or_comes_back(path: tuple[Any, ...], value: Any) -> None:
    came_back(put(GOOD, path, lambda holder, key: holder.__setitem__(key, value)))


@SETTINGS
@given(st.sampled_from([path for path in places(GOOD) if path]))
def test_a_flow_from_which_anything_is_gone_is_refused_or_comes_back(path: tuple[Any, ...]) -> None:
    came_back(put(GOOD, path, lambda holder, key: holder.__delitem__(key)))


@SETTINGS
@given(st.text(characters, min_size=1, max_size=200), st.text(characters, min_size=1, max_size=20))
def test_any_text_and_any_attribute_come_back_letter_by_letter(text: str, name: str) -> None:
    said = put(GOOD, ("Actions", 0, "Parameters", "Text"), lambda holder, key: holder.__setitem__(key, text))
    assert came_back(
        put(said, ("Actions", 2, "Parameters", "Attributes"), lambda h, key: h.__setitem__(key, {name: text}))
    )


def plain(node: Node) -> Any:
    if isinstance(node, MapNode):
        return {key: plain(child) for key, child in node}
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    return [plain(item) for item in node.items]


trees: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@SETTINGS
@given(st.dictionaries(texts, trees, max_size=4))
def test_what_is_written_as_yaml_is_read_back_the_same(step: dict[str, Any]) -> None:
    problems = Problems()
    node = parse(yaml_document({"flow": "x"}, {"s": step}), "x.yaml", problems)
    assert node is not None, [str(problem) for problem in problems.listed()]
    assert not problems.found
    assert plain(node) == {"flow": "x", "steps": {"s": step}}


@SETTINGS
@given(st.dictionaries(st.sampled_from(["queue", "flow", "lambda"]), st.dictionaries(texts, texts, min_size=1)))
def test_references_are_read_back_as_they_were_written(references: dict[str, dict[str, str]]) -> None:
    import tempfile

    problems = Problems()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.references"
        path.write_bytes(references_text(references).encode())
        found = read_references(path, "x.references", problems) if references else {}
    assert not problems.found
    assert {(ref.kind, ref.name): value for ref, value in found.items()} == {
        (kind, name): value for kind, names in references.items() for name, value in names.items()
    }


@SETTINGS
@given(st.permutations(GOOD["Actions"]), st.dictionaries(st.sampled_from("amcwe"), texts.filter(bool), max_size=5))
def test_order_and_identifiers_make_no_difference(actions: list[Any], names: dict[str, str]) -> None:
    fresh = {old: names.get(old, old) + old for old in "amcwe"}  # still five different ones

    def renamed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: renamed(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(part) for part in value]
        return fresh[value] if key in {"Identifier", "NextAction", "StartAction"} else value

    other = renamed({**GOOD, "Actions": list(actions)})
    one = read_document(json.dumps(GOOD), "a", Problems())
    two = read_document(json.dumps(other), "b", Problems())
    assert one is not None
    assert two is not None
    assert same_flow(one, two)
    two = read_document(
        json.dumps(put(other, ("Actions", 0, "Type"), lambda h, k: h.__setitem__(k, "Loop"))), "b", Problems()
    )
    assert two is not None
    assert not same_flow(one, two)


@SETTINGS
@given(st.dictionaries(texts, values, max_size=6))
def test_a_yaml_flow_of_anything_ends_in_problems(steps: dict[str, Any]) -> None:
    done = compile_text(
        yaml_document({"flow": "x", "type": "inbound", "head": "none"}, {"a": steps, "b": {}}), "x.yaml"
    )
    assert done.compiled is None
    assert done.problems.errors


def test_modules_that_run_each_other_in_circles_end_in_a_problem(center: Callable[..., Any]) -> None:
    """Sixteen modules, each of which runs all the others: a walk along every way would never end."""
    names = [f"m{n}" for n in range(16)]

    def module(name: str) -> str:
        calls = "".join(f"  to-{other}: {{module: {other}}}\n" for other in names if other != name)
        return f"flow: {name}\ntype: module\nsteps:\n{calls}  done: {{return: true}}\n"

    welcome = (
        "flow: welcome\ntype: inbound\nsteps:\n  hello: {say: {fr: Urgence 15, en: Call 15}}\n  bye: {hang_up: true}\n"
    )
    _, found = center(welcome, *map(module, names))
    assert "module-nesting" in {problem.code for problem in found}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("  a: " + "{say: " * 80 + "x" + "}" * 80, "too-deep"),
        ("  a: {say: A}\n  a: {hang_up: true}", "duplicate-key"),
        ("  a: &x {hang_up: true}\n  b: *x", "anchor"),
        ('  a: {say: "\\0", then: a}', ""),
        ("  a: {action: " + "x" * 5000 + ", then: a}", "flow-language"),
        ("  a: {action: Compare, transitions: {Conditions: x, Errors: [1]}}", "flow-language"),
    ],
)
def test_a_hostile_yaml_flow_ends_in_a_problem(body: str, code: str, alone: Callable[[str], Alone]) -> None:
    done = alone(f"flow: x\ntype: inbound\nsteps:\n{body}\n")
    found = {problem.code for problem in done.problems.listed()}
    assert code in found if code else done.compiled is not None, found
