"""`ccdeploy call` and `ccdeploy calls` as a user types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "hospital-follow-up"


class Line(NamedTuple):
    """The command, and a copy of the example."""

    run: Callable[..., Any]
    folder: Path

    def __call__(self, *words: str, code: int | None = 0) -> Any:
        return self.run(*words, code=code)


@pytest.fixture
def line(tmp_path: Path, here: Callable[..., Any]) -> Line:
    folder = tmp_path / "line"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".ccdeploy"))
    return Line(here, folder)


def test_one_call_by_its_keys_prints_the_contract(line: Line) -> None:
    ran = line("call", "main", "--dir", str(line.folder), "--at", "2026-12-25T11:00", "--press", "1", "--json")
    found = ran.json
    assert found["ends"]["how"] == "callback"
    assert found["ends"]["queue"] == "triage"
    assert found["attributes"]["language"] == "fr"
    assert {"flow", "step", "action", "result"} <= set(found["path"][0])
    assert any("fermée" in text for text in found["heard"])
    assert found["seconds"] > 10


def test_a_number_that_is_not_there_and_a_time_that_does_not_exist_are_refused(line: Line) -> None:
    wrong = line("call", "mian", "--dir", str(line.folder), "--press", "1", code=1)
    assert 'no number "mian"' in wrong.err
    assert "main" in wrong.err
    early = line("call", "--dir", str(line.folder), "--at", "2026-03-29T02:30", "--press", "1", code=1)
    assert "does not exist in Europe/Paris" in early.err


def test_a_console_export_is_called_by_itself(line: Line, tmp_path: Path) -> None:
    actions = [
        {
            "Identifier": "a",
            "Type": "MessageParticipant",
            "Parameters": {"Text": "Hello"},
            "Transitions": {"NextAction": "b"},
        },
        {"Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ]
    file = tmp_path / "export.json"
    file.write_text(json.dumps({"Version": "2019-10-30", "StartAction": "a", "Actions": actions}), encoding="utf-8")
    found = line("call", "--flow", str(file), "--press", "1", "--json").json
    assert found["heard"] == ["Hello"]
    assert found["ends"]["how"] == "hung_up"


def test_the_scripts_of_the_example_hold_and_cover_every_branch(line: Line, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    ran = line("calls", str(line.folder), "--json", "--fail-under", "100", "--junit", str(report))
    found = ran.json
    assert found["failed"] == 0
    assert found["coverage"]["percent"] == 100
    assert int(ElementTree.parse(report).getroot().attrib["tests"]) == len(found["calls"])


def test_a_script_that_fails_says_what_differed_and_exits_with_one(line: Line) -> None:
    (line.folder / "calls" / "every-branch.yaml").unlink()
    script = line.folder / "calls" / "day-and-night.yaml"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("ends: queue duty", "ends: queue triage"), encoding="utf-8")
    ran = line("calls", str(line.folder), code=1)
    assert "ended as queue duty, not as queue triage" in ran.out
    assert "not taken: flows/" in ran.out
    low = line("calls", str(line.folder), "--fail-under", "90", "--json", code=1).json
    assert low["coverage"]["percent"] < 90
    suggested = line("calls", str(line.folder), "--suggest").out
    assert suggested.startswith("# Suggested")
    assert "given:" in suggested


def test_a_line_without_scripts_gets_them_written_and_every_branch_is_taken(
    tmp_path: Path, here: Callable[..., Any]
) -> None:
    folder = tmp_path / "vaccines"
    shutil.copytree(ROOT / "tests" / "centres" / "three-languages", folder)
    (folder / "calls").mkdir()
    more = folder / "calls" / "more.yaml"
    more.touch()  # as `ccdeploy calls --suggest > calls/more.yaml` does before the command runs
    more.write_text(here("calls", str(folder), "--suggest").out, encoding="utf-8")
    covered = here("calls", str(folder), "--fail-under", "100", "--json").json
    assert covered["failed"] == 0
    assert covered["coverage"]["percent"] == 100


def test_what_stands_is_what_is_heard_live(line: Line) -> None:
    folder = str(line.folder)
    before = line("call", "--dir", folder, "--live", "--press", "1", code=1)
    assert "ccdeploy up" in before.err
    line("up", folder, "--no-rosters")
    welcome = line.folder / "flows" / "welcome.yaml"
    text = welcome.read_text(encoding="utf-8")
    welcome.write_text(text.replace("attempts: 2", "attempts: 1"), encoding="utf-8")
    arguments = ("--dir", folder, "--at", "2026-11-24T10:15", "--press", "1 timeout timeout 2", "--json")
    planned = line("call", *arguments).json
    stands = line("call", *arguments, "--live").json
    assert planned["ends"]["queue"] == "triage"  # one attempt: silence leads to a nurse
    assert stands["ends"]["queue"] == "information"  # the line that stands asks twice
