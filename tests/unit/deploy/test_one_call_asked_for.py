"""Every mistake in a call script is told at once: those of its form and those that only the flows can tell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from ccdeploy.deploy.call_script import Wanted, script_of
from ccdeploy.deploy.calls import Line, line_of, place
from ccdeploy.deploy.settings import Settings
from ccdeploy.deploy.validate import validate
from ccdeploy.specs.errors import CcdeployError, Invalid

SMALL = Path(__file__).parents[2] / "centres" / "small"
TODAY = dt.date(2026, 11, 23)
SCRIPT = """
calls:
  - name: five mistakes
    to: mian
    at: 2027-03-28T02:30
    press: ["11x"]
    given: {queues: {front: {available: 3, staffed: 1}}, fails: [no-such]}
    expect: {ends: hung_upp}
"""


@pytest.fixture
def line() -> Line:
    return line_of(Settings(today=TODAY), SMALL)


def test_mistakes_of_form_hide_none_that_only_the_flows_can_tell(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    (folder / "calls").mkdir()
    (folder / "calls" / "a.yaml").write_text(SCRIPT, encoding="utf-8")
    found = validate(folder, today=TODAY).problems
    places = [(p.where.line, p.where.column, p.code) for p in found if p.severity == "error"]
    assert places == [
        (4, 9, "unknown-reference"),
        (5, 9, "impossible-time"),
        (6, 13, "bad-choice"),
        (7, 29, "contradiction"),
        (7, 65, "unknown-reference"),
        (8, 20, "bad-choice"),
    ]


def test_the_world_of_one_call_is_told_as_in_a_script(line: Line) -> None:
    full = script_of(line, Wanted(number="main", given="{queues: {front: {available: 1}}, fails: []}"))
    assert place(line, full).ends.how == "agent"
    assert place(line, script_of(line, Wanted(number="main"))).ends.how == "queue"


def test_mistakes_in_what_is_told_have_their_places(line: Line) -> None:
    with pytest.raises(Invalid) as wrong:
        script_of(line, Wanted(number="main", given="{queues: {frnt: {full: maybe}}}"))
    assert [(p.where.file, p.where.line, p.where.column) for p in wrong.value.problems] == [
        ("--given", 1, 11),
        ("--given", 1, 24),
    ]


@pytest.mark.parametrize("keys", ["1x", "wait", "wait soon", "press 1"])
def test_what_is_no_key_is_refused(line: Line, keys: str) -> None:
    with pytest.raises(CcdeployError) as wrong:
        script_of(line, Wanted(press=(keys,)))
    assert "is no key" in wrong.value.message


def test_keys_may_stand_together_or_apart(line: Line) -> None:
    pressed = script_of(line, Wanted(press=("1, 2 timeout", "wait 5m", "0199#"))).press
    assert pressed == ("1", "2", "timeout", "wait 5m", "0199#")
