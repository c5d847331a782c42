"""Crisis switches: asked first by every number's flow, off until somebody turns one on, and safe for the caller."""

from __future__ import annotations

import datetime as dt
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.simulator.place import Result, place
from ccdeploy.flows.simulator.safety import check
from ccdeploy.flows.simulator.script import Given, Script
from ccdeploy.flows.simulator.suggest import suggest
from ccdeploy.flows.simulator.world import World, of_center
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem

Read = Callable[..., tuple[Center, list[Problem]]]
SWITCHES = """
switches:
  closed: {say: {fr: "Fermé. Appelez le 112.", en: "Closed. Call 112."}, then: hang_up}
  divert: {say: {fr: "Un instant. Urgence : 112.", en: "One moment. Emergency: 112."}, transfer: desk}
  notice: {say: {fr: "Beaucoup d'appels. Urgence : 112.", en: "Many calls. Emergency: 112."}, then: continue}
"""
IMPORTED = """
flow: welcome
type: inbound
head: none
on_error: none
steps:
  hello: {say: "In an emergency, call 112.", failed: bye}
  bye: {hang_up: true}
"""


def actions(center: Center, flow: str) -> dict[str, Any]:
    content = json.loads(compile_center(center).flows[flow].template)
    return {content["StartAction"]: content["Actions"][0]} | {a["Identifier"]: a for a in content["Actions"]}


def call(center: Center, *on: str, **given: Any) -> Result:
    world = of_center(center, compile_center(center))
    moment = dt.datetime(2026, 11, 24, 10, 15, tzinfo=dt.timezone.utc)
    return place(world, Script(to="main", at=moment, given=Given(switches=frozenset(on), **given)))


def test_a_number_s_flow_asks_every_switch_in_the_order_of_the_file_before_its_first_step(
    center: Read, basic_center: str
) -> None:
    found, problems = center(text=basic_center + SWITCHES)
    assert [str(p) for p in problems if p.severity == "error"] == []
    made = actions(found, "welcome")
    off = {name: made[f"@head.switch-{name}"]["Transitions"]["NextAction"] for name in ("closed", "divert", "notice")}
    assert off == {"closed": "@head.switch-divert", "divert": "@head.switch-notice", "notice": "hello"}
    assert made["@head.switch-closed"]["Parameters"] == {"HoursOfOperationId": "{{hours:switch closed}}"}


def test_callers_hear_what_is_on_and_nothing_of_what_is_off(center: Read, basic_center: str) -> None:
    found, _ = center(text=basic_center + SWITCHES)
    assert call(found).heard == ["En cas d'urgence, appelez le 112."]
    closed = call(found, "closed", "notice")
    assert (closed.heard, closed.ends.how) == (["Fermé. Appelez le 112."], "hung_up")
    assert call(found, "notice").heard == ["Beaucoup d'appels. Urgence : 112.", "En cas d'urgence, appelez le 112."]


def test_a_diverted_caller_whom_nobody_answers_goes_on_as_always(center: Read, basic_center: str) -> None:
    found, _ = center(text=basic_center + SWITCHES)
    assert call(found, "divert").ends.how == "transfer"
    busy = call(found, "divert", numbers={"desk": "busy"})
    assert busy.heard == ["Un instant. Urgence : 112.", "En cas d'urgence, appelez le 112."]


def test_an_imported_flow_has_its_switches_before_it(center: Read, basic_center: str) -> None:
    found, _ = center(IMPORTED, text=basic_center + SWITCHES)
    assert "@head.switch-closed" not in actions(found, "welcome")
    assert "@head.switch-closed" in actions(found, "built-in-number-main")
    assert call(found, "closed").heard == ["Fermé. Appelez le 112."]


def test_only_flows_that_answer_a_number_ask_them(center: Read, basic_center: str) -> None:
    other = "flow: other\ntype: inbound\nsteps:\n  x: {hang_up: true}\n"
    welcome = 'flow: welcome\ntype: inbound\nsteps:\n  hello: {say: "Call 112."}\n  go: {flow: other}\n'
    found, _ = center(welcome, other, text=basic_center + SWITCHES)
    asking = {name for name in compile_center(found).flows if "@head.switch-closed" in actions(found, name)}
    assert asking == {"welcome"}


@pytest.mark.parametrize(
    ("switch", "broken"),
    [
        ('closed: {say: "We are closed.", then: hang_up}', ["H01", "H04"]),
        ("divert: {transfer: desk}", ["H01"]),
        ('closed: {say: {fr: "Fermé.", en: "Closed. Call 112."}, then: hang_up}', ["H01", "H04"]),
        ('notice: {say: "Many calls.", then: continue}', ["H01"]),
        ('closed: {say: "Closed. Call 112.", then: hang_up}', []),
    ],
)
def test_the_hotline_rules_hold_for_what_a_switch_says(
    center: Read, basic_center: str, switch: str, broken: list[str]
) -> None:
    _, problems = center(text=f"{basic_center}\nswitches:\n  {switch}\n")
    assert [p.code for p in problems if "switch" in p.message] == broken


@pytest.mark.parametrize(
    ("switch", "line", "code"),
    [
        ("closed: {}", 3, "missing-key"),
        ('closed: {say: "Closed. 112."}', 3, "missing-key"),
        ('closed: {say: "Closed. 112.", then: wait}', 3, "bad-choice"),
        ('closed: {say: "Closed.", then: hang_up, transfer: desk}', 3, "contradiction"),
        ("closed: {transfer: dsk}", 3, "unknown-reference"),
        ('closed: {transfer: "112"}', 3, "bad-phone"),
        ('closed-until-further-notice: {say: "Closed.", then: hang_up}', 3, "too-long"),
        ("closed: {say: {text: none-such}, then: hang_up}", 3, "unknown-reference"),
    ],
)
def test_a_mistake_in_a_switch_is_told_at_its_line(
    tmp_path: Path, basic_center: str, switch: str, line: int, code: str
) -> None:
    text = f"{basic_center.rstrip()}\nswitches:\n  {switch}\n"
    (tmp_path / "center.yaml").write_text(text, encoding="utf-8")
    found = load(tmp_path).problems.listed()
    start = text.count("\n") - 2
    assert [(p.where.line - start + 1, p.code) for p in found if p.code != "unknown-flow"][-1] == (line, code)


def test_the_safety_proof_looks_at_calls_while_a_switch_is_on(center: Read, basic_center: str) -> None:
    mute = 'switches: {closed: {say: {fr: "Fermé.", en: "Closed."}, then: hang_up}}'
    found, _ = center(text=f"{basic_center}\n{mute}\n")
    broken = check(_world(found), found.today, 900).broken
    assert [b.action for b in broken if b.action.startswith("@head")] == ["@head.switch-closed"]
    assert "switch closed open" in broken[0].call


def test_suggested_scripts_turn_the_switches_that_they_need(center: Read, basic_center: str) -> None:
    found, _ = center(text=basic_center + SWITCHES)
    made = suggest(_world(found), [], found.today)
    assert {s for script, _ in made.scripts for s in script.given.switches} == {"closed", "divert", "notice"}
    assert "switches: [closed]" in made.text()


def _world(center: Center) -> World:
    return of_center(center, compile_center(center))


@pytest.mark.parametrize("sure", [True, False])
def test_a_line_of_recordings_keeps_its_promises_when_its_author_says_what_they_name(
    center: Read, basic_center: str, tmp_path: Path, sure: bool
) -> None:
    mark = "true" if sure else "false"
    spoken = f"""
prompts: {{ours: prompts/ours.wav}}
switches:
  closed: {{say: {{prompt: ours}}, emergency: {mark}, then: hang_up}}
"""
    flow = f"flow: welcome\ntype: inbound\nsteps:\n  first: {{say: {{prompt: ours}}, emergency: {mark}}}\n"
    wave = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 1636, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 1600
    )
    flow += "  bye: {hang_up: true}\n"
    files = {"prompts/ours.wav": wave + bytes(1600), "flows/welcome.yaml": flow.encode()}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "center.yaml").write_text(f"{basic_center}{spoken}", encoding="utf-8")
    loaded = load(tmp_path)
    assert loaded.center is not None, loaded.problems.listed()
    world = of_center(loaded.center, compile_center(loaded.center))
    broken = {b.flow for b in check(world, loaded.center.today, 900).broken if b.promise == "ends"}
    assert ("welcome" in broken) is not sure
