"""Six changes in the middle of a crisis, as an operator types them, on a line on which people work and callers wait."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from ccdeploy.sandbox import control, process

CENTER = """\
center: storm
region: eu-central-1
time_zone: Europe/Paris
languages: {fr: {code: fr-FR, voice: Lea}}
instance: {alias: storm-line}
quotas: {concurrent_calls: 50}
hours_of_operation:
  day:
    mon-fri: 08:00-20:00
    overrides: [{name: Works, date: 2026-10-26, closed: true}]
queues:
  front: {hours: day, title: Triage}
  papers: {hours: day, title: Papers}
routing_profiles: {nurse: {queues: [front, papers]}}
security_profiles: {nurse: {base: agent}}
quick_connects: {to-papers: {queue: papers}}
phone_numbers: {main: {country: FR, prefix: "+331", flow: welcome}}
switches: {closed: {say: "Fermé. Appelez le 112.", then: hang_up}}
rosters: [rosters/nurses.csv]
"""
WELCOME = """\
flow: welcome
type: inbound
steps:
  hello: {say: "Urgence vitale : appelez le 112."}
  opening: {check_hours: day, closed: shut}
  wait: {queue: front, full: shut}
  shut: {say: "Rappelez plus tard.", then: bye}
  bye: {hang_up: true}
"""
CALLS = """\
calls:
  - {name: a caller at nine in the evening, to: main, at: "2026-10-22T21:00", expect: {ends: hung_up}}
  - {name: a caller at noon, to: main, at: "2026-10-22T12:00", expect: {ends: queue front}}
"""
HEAD = "username,email,first_name,last_name,routing_profile,security_profiles\n"
DAY = "2026-10-22"  # a Thursday; the clocks go back on Sunday, and on Monday the works close the house
PEOPLE = ("ada.hill", "ben.moss", "cleo.park", "dan.west", "eve.long", "finn.gray")


def roster(*names: str) -> str:
    rows = []
    for name in names:
        first, last = (part.title() for part in name.split("."))
        rows.append(f"{name},{name}@example.org,{first},{last},nurse,nurse\n")
    return HEAD + "".join(rows)


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory, command_in: Callable[[Path], Any]) -> Path:
    """The line as it stands before each change."""
    folder = tmp_path_factory.mktemp("storm") / "storm"
    for name, text in {
        "center.yaml": CENTER,
        "flows/welcome.yaml": WELCOME,
        "calls/day.yaml": CALLS,
        "rosters/nurses.csv": roster(*PEOPLE),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    command_in(folder)("up", "--json", "--today", DAY)
    return folder


class Storm:
    """The command, and hands on the files and in the instance."""

    def __init__(self, command: Any) -> None:
        self.command = command
        self.folder: Path = command.folder

    def __call__(self, *words: str, code: int | None = 0) -> Any:
        return self.command(*words, code=code)

    def edit(self, old: str, new: str, file: str = "center.yaml") -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def done(self, start: int = 0) -> list[str]:
        """The operations that changed something, after the first `start` requests."""
        text = (self.folder / ".ccdeploy" / "sandbox" / "history.jsonl").read_text(encoding="utf-8")
        return [r["operation"] for r in map(json.loads, text.splitlines()[start:]) if r["effect"]]

    def asked(self) -> int:
        """How many requests the sandbox has seen."""
        return len((self.folder / ".ccdeploy" / "sandbox" / "history.jsonl").read_text(encoding="utf-8").splitlines())

    def floor(self, **floor: Any) -> str:
        """What goes on on the floor; a server must run. Returns the instance's id."""
        running = process.find(self.folder)
        assert running is not None
        instance = str(self("status", "--json").json["instance"]["id"])
        control.set_floor(running.endpoint, instance, floor)
        return instance

    def error(self, *words: str) -> dict[str, Any]:
        """The error of a command that refuses without having changed anything."""
        before = self.done()
        ran = self(*words, "--json", "--today", DAY, code=1)
        assert self.done() == before
        return dict((ran.json if words[0] == "preview" else ran.lines[-1])["error"])

    def up(self, *words: str, code: int = 0) -> dict[str, Any]:
        return dict(self("up", "--json", "--today", DAY, *words, code=code).result)


@pytest.fixture
def storm(stood: Path, tmp_path: Path, command_in: Callable[[Path], Any]) -> Iterator[Storm]:
    folder = tmp_path / "storm"
    shutil.copytree(stood, folder)
    command = Storm(command_in(folder))
    yield command
    if process.find(folder) is not None:
        command("sandbox", "stop", code=None)


def test_night_hours_say_the_weeks_the_days_that_still_differ_and_the_calls_that_end_otherwise(storm: Storm) -> None:
    storm.edit("mon-fri: 08:00-20:00", "daily: 20:00-23:59")
    assert "23:59" in storm("preview", "--today", DAY, code=1).err
    storm.edit("daily: 20:00-23:59", "daily: 20:00-08:00")
    storm.edit("112.", "112, jour et nuit.", "flows/welcome.yaml")
    said = storm("preview", "--today", DAY).err
    assert "Hours day: before mon-fri 08:00-20:00, sat-sun closed; after mon-sun 00:00-08:00 20:00-24:00" in said
    assert "other hours still win in the next 14 days: 2026-10-26 closed (Works)" in said
    assert "Hours day are those of queues front, papers and flows welcome" in said
    assert "a caller at nine in the evening: ends with queue front now, before with hung_up" in said
    assert "a caller at noon: ends with hung_up now, before with queue front" in said
    before = storm.asked()
    storm.up()
    done = storm.done(before)
    assert done.index("UpdateHoursOfOperation") < done.index("UpdateContactFlowContent")


def test_a_language_without_a_voice_lists_what_must_be_recorded_first(storm: Storm) -> None:
    storm.edit("{fr: {code: fr-FR, voice: Lea}}", "{fr: {code: fr-FR, voice: Lea}, ti: {code: ti-ET, voice: none}}")
    before = storm.done()
    refused = storm("preview", "--json", "--today", DAY, code=1).json
    missing = {(problem["file"], problem["line"]) for problem in refused["problems"] if problem["severity"] == "error"}
    assert {("flows/welcome.yaml", 4), ("flows/welcome.yaml", 7)} <= missing
    assert storm.done() == before


def test_a_queue_in_which_somebody_waits_is_closed_and_emptied_before_it_goes(storm: Storm) -> None:
    storm("sandbox", "start", "--json")
    storm.floor(queues={"Papers": {"waiting": 37, "oldest": 300, "scheduled": 12}})
    storm.edit("  papers: {hours: day, title: Papers}\n", "")
    named = storm("validate", "--json", code=1).json["problems"]
    lines = {problem["line"] for problem in named if problem["code"] == "unknown-reference"}
    assert lines == {13, 15}  # the routing profile and the quick connect
    storm.edit("[front, papers]", "[front]")
    storm.edit("quick_connects: {to-papers: {queue: papers}}\n", "")
    for command in ("preview", "up"):
        refused = storm.error(command)
        assert refused["code"] == "queue-in-use"
        assert "papers: 37 callers wait, 12 callbacks are due" in refused["message"]
        assert "status: closed" in refused["hint"]
    storm.edit("title: Triage}\n", "title: Triage}\n  papers: {hours: day, title: Papers, status: closed}\n")
    assert storm.up()["changes"]["update"] == 2  # the status, and the profile without it
    storm.edit("  papers: {hours: day, title: Papers, status: closed}\n", "")
    assert storm.error("up")["code"] == "queue-in-use"
    storm.floor(queues={})
    said = storm("preview", "--today", DAY).err
    assert "This deletes the queue papers with the history in reports. Renamed instead? Write `was: papers`" in said
    assert storm.up()["changes"]["delete"] >= 1


def test_a_printed_number_is_added_to_never_swapped(storm: Storm) -> None:
    storm.edit('"+331"', '"+334"')
    refused = storm.error("up")
    assert "protected" in refused["message"]
    assert "keep: false" in refused["hint"]
    storm.edit('prefix: "+334", flow: welcome}', 'prefix: "+331", flow: welcome}, new: {country: FR, flow: welcome}')
    before = storm.asked()
    numbers = storm.up()["outputs"]["phone_numbers"]
    assert set(numbers) == {"main", "new"}
    storm.edit('prefix: "+331", flow', 'prefix: "+331", keep: false, flow')
    storm.up()
    assert not {"DisassociatePhoneNumberContactFlow", "ReleasePhoneNumber"} & set(storm.done(before))
    storm.edit('main: {country: FR, prefix: "+331", keep: false, flow: welcome}, ', "")
    storm.edit("to: main", "to: new", "calls/day.yaml")
    assert set(storm.up()["outputs"]["phone_numbers"]) == {"new"}
    assert storm.done(before).count("ReleasePhoneNumber") == 1


def test_a_roster_swapped_for_another_file_is_refused_then_applied_once(storm: Storm) -> None:
    storm("sandbox", "start", "--json")
    storm.floor(agents={"ada.hill": {"status": "Available", "contacts": 1, "queue": "Triage"}})
    (storm.folder / "rosters" / "nurses.csv").write_text(roster("ada.hill", "gus.ford"), encoding="utf-8")
    refused = storm.error("up")
    assert "5" in refused["message"]
    assert "--allow-suspend" in refused["hint"]
    done = storm.up("--allow-suspend", "6")["agents"]
    assert (done["create"], done["suspend"], done["failed"]) == (1, 5, 0)
    before = storm.asked()
    storm.up()
    assert storm.done(before) == []


def test_a_switch_stays_on_and_a_flow_that_was_mended_at_night_stops_the_run(storm: Storm) -> None:
    endpoint = json.loads(storm("sandbox", "start", "--json").out)["endpoint"]
    storm("switch", "closed", "on")
    status = storm("status", "--json").json
    connect = boto3.client(
        "connect",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    flow = {"InstanceId": status["instance"]["id"], "ContactFlowId": status["flows"]["welcome"]["id"]}
    content = connect.describe_contact_flow(**flow)["ContactFlow"]["Content"]
    connect.update_contact_flow_content(
        **flow, Content=content.replace(": appelez le 112.", ": appelez le 15 ou le 112.")
    )
    refused = storm.error("up")
    assert refused["code"] == "drift"
    assert 'step "hello" reworded' in refused["message"]
    first = storm("preview", "--today", DAY).err.splitlines()[0]
    assert first.startswith("closed is ON since ")
    assert first.endswith("kept")
    before = storm.asked()
    storm.up("--keep", "theirs", "--write")
    assert "le 15 ou le 112." in (storm.folder / "flows" / "welcome.yaml").read_text(encoding="utf-8")
    assert "UpdateHoursOfOperation" not in storm.done(before)
    before = storm.asked()
    storm.up()
    assert storm.done(before) == []
    assert storm("status", "--json").json["switches"]["closed"]["on"] is True
