"""Whatever stands in the files, there are problems and never a traceback."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ccdeploy.deploy.validate import validate
from ccdeploy.specs.building.centre import Beside, build
from ccdeploy.specs.flowfiles import read_flow_files
from ccdeploy.specs.load import load
from ccdeploy.specs.nodes import Mapping, Node, Scalar, Sequence
from ccdeploy.specs.problems import Problems, Where
from ccdeploy.specs.yaml import parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CENTRES = Path(__file__).parents[2] / "centres"
DAY = dt.date(2026, 11, 22)
HERE = Where("center.yaml", 1, 1)
RICH = (
    (CENTRES / "design" / "center.yaml").read_text(encoding="utf-8").replace("language: fr-FR\nvoice: Lea\n", "")
    + """languages: {fr: {code: fr-FR, voice: Lea}, en: {code: en-GB, voice: none}}
texts: {hello: {fr: Bonjour, en: Hello}}
safety: {emergency_numbers: [15], longest_wait: 10m, fallback: {queue: triage, number: desk}, waive: {H04: reasons}}
external_numbers: {desk: "+33199000110"}
lambdas: {lookup: "arn:aws:lambda:eu-central-1:123456789012:function:lookup"}
attributes: {reason: {values: [a, b]}}
agents: {security_profiles: [volunteer], confirm_above: {share: 10%, people: 20}, hierarchy_group: team-a}
data: {logs: 30d, contact_records: "arn:aws:kinesis:eu-central-1:123456789012:stream/x"}
defaults: {waiting: wait-music, after_call: none}
tags: {owner: me}
"""
)
JUNK: list[Node] = [
    Scalar("", HERE),
    Scalar("x", HERE),
    Scalar("-1", HERE),
    Scalar("+33", HERE, True),
    Scalar("99999999999999999999", HERE),
    Scalar("12:00-12:00", HERE),
    Sequence((), HERE),
    Sequence((Scalar("", HERE), Mapping({}, HERE), Sequence((), HERE)), HERE),
    Mapping({}, HERE),
    Mapping({"": Scalar("", HERE), "x": Mapping({}, HERE)}, HERE, {"": HERE, "x": HERE}),
    Mapping({"x": Sequence((Scalar("x", HERE),), HERE)}, HERE, {"x": HERE}),
]


def size(node: Node) -> int:
    """How many nodes a tree has."""
    if isinstance(node, Mapping):
        return 1 + sum(size(child) for _, child in node)
    return 1 + (sum(size(item) for item in node.items) if isinstance(node, Sequence) else 0)


def spoiled(node: Node, places: set[int], junk: Iterator[Node], counter: Iterator[int]) -> Node:
    """A copy of `node` in which the nodes at `places` (in reading order) are junk."""
    if next(counter) in places:
        return next(junk)
    if isinstance(node, Mapping):
        entries = {key: spoiled(child, places, junk, counter) for key, child in node}
        return Mapping(entries, node.where, node.keys)
    if isinstance(node, Sequence):
        return Sequence(tuple(spoiled(item, places, junk, counter) for item in node.items), node.where)
    return node


def tree() -> Mapping:
    problems = Problems()
    read = parse(RICH, "center.yaml", problems)
    assert read is not None
    return read


TREE = tree()
SIZE = size(TREE)
FLOWS, _ = read_flow_files(CENTRES / "design", Problems())


def built(document: Node) -> None:
    assert isinstance(document, Mapping)
    problems = Problems()
    build(document, Beside(FLOWS, True, {}, True), CENTRES / "design", "dev", DAY, problems)
    assert all(problem.message for problem in problems.listed())


def test_the_rich_centre_itself_has_no_errors() -> None:
    problems = Problems()
    build(TREE, Beside(FLOWS, True, {}, True), CENTRES / "design", "dev", DAY, problems)
    assert [str(p) for p in problems.listed() if p.severity == "error"] == []


@pytest.mark.parametrize("place", range(1, SIZE))
def test_junk_in_any_one_place_gives_no_traceback(place: int) -> None:
    for thing in JUNK:
        built(spoiled(TREE, {place}, iter([thing] * SIZE), iter(range(SIZE + 1))))


@given(st.sets(st.integers(1, SIZE - 1), max_size=12), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_junk_in_many_places_gives_no_traceback(places: set[int], seed: int) -> None:
    chooser = random.Random(seed)
    junk = (chooser.choice(JUNK) for _ in places)
    built(spoiled(TREE, places, junk, iter(range(SIZE + 1))))


@pytest.mark.parametrize("name", ["center.yaml", "flows/welcome.yaml", "calls/opening.yaml", "rosters/nurses.csv"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"\xff\xfea\x00", b"x", b"[" * 2000, b"a: " + b"y" * 11_000_000]
)
def test_a_bad_file_in_a_good_folder_is_told_and_the_rest_is_checked(tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "centre"
    shutil.copytree(CENTRES / "design", folder)
    (folder / name).write_bytes(content)
    found = validate(folder, today=DAY)
    told = [problem for problem in found.problems if problem.where.file == name]
    # Scripts that are still to be written stop nothing; anything else that is bad does.
    assert told if name.startswith("calls/") and not content else found.errors and told


@pytest.mark.parametrize(
    "name", ["center.yaml", "flows/welcome.yaml", "calls/opening.yaml", "rosters/nurses.csv", "prompts/hold.wav"]
)
def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "centre"
    shutil.copytree(CENTRES / "design", folder)
    (folder / name).unlink()
    (folder / name).mkdir()
    assert validate(folder, today=DAY).errors


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_in_center_yaml_give_a_traceback(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "center.yaml").write_bytes(data)
    assert load(tmp_path, today=DAY).problems.errors


def test_a_broken_flow_or_text_file_makes_no_name_unknown(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    shutil.copytree(CENTRES / "design", folder)
    (folder / "flows" / "wait-music.yaml").write_text("flow: wait-music\ntype: [\n", encoding="utf-8")
    (folder / "flows" / "more.yaml").write_text(
        "flow: more\ntype: inbound\nsteps: {a: {say: {text: lost}}, b: {flow: elsewhere}}\n", encoding="utf-8"
    )
    assert {p.code for p in validate(folder, today=DAY).problems if p.severity == "error"} == {
        "syntax",
        "unknown-reference",
    }
    (folder / "texts").mkdir()
    (folder / "texts" / "a.yaml").write_text("lost: [\n", encoding="utf-8")
    found = validate(folder, today=DAY)
    assert {(p.code, p.where.file) for p in found.problems if p.severity == "error"} == {
        ("syntax", "flows/wait-music.yaml"),
        ("syntax", "texts/a.yaml"),
    }
