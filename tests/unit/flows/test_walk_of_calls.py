"""All calls at once: coverage, suggestions, proofs that a branch is dead, and the promises of `safety:`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.simulator import export, junit, sheet
from ccdeploy.flows.simulator.coverage import coverage
from ccdeploy.flows.simulator.drawing import drawing
from ccdeploy.flows.simulator.expectations import run
from ccdeploy.flows.simulator.place import place
from ccdeploy.flows.simulator.safety import check
from ccdeploy.flows.simulator.script import Expect, Given, QueueGiven, Script
from ccdeploy.flows.simulator.scripts import read_scripts
from ccdeploy.flows.simulator.suggest import dead, suggest, walk_of
from ccdeploy.flows.simulator.world import World, of_center
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem, Problems

EXAMPLE = Path(__file__).parents[3] / "examples" / "hospital-follow-up"
TODAY = dt.date(2026, 11, 22)
Checked = tuple[Center, list[Problem]]


@pytest.fixture(scope="module")
def example() -> World:
    center = load(EXAMPLE, today=TODAY).center
    assert center is not None
    return of_center(center, compile_center(center))


def world_of(center: Callable[..., Checked], *flows: str) -> World:
    made, _ = center(*flows)
    return of_center(made, compile_center(made))


def welcome(steps: str) -> str:
    return f"flow: welcome\ntype: inbound\nhead: none\non_error: none\nsteps:\n{steps}"


def test_the_example_is_covered_in_every_branch_that_a_call_can_take(example: World) -> None:
    center = load(EXAMPLE, today=TODAY).center
    problems = Problems()
    scripts = read_scripts(EXAMPLE, center, example, problems)
    assert not problems.found, [str(p) for p in problems.listed()]
    outcomes = run(example, scripts)
    assert [(o.script.name, o.differences) for o in outcomes if not o.passed] == []
    found = coverage(example, [o.result for o in outcomes], dead(example, walk_of(example, TODAY)))
    assert [flow.missing for flow in found.flows if flow.missing] == []
    assert found.percent == 100


def test_a_branch_that_is_called_dead_was_never_taken_by_any_script(example: World) -> None:
    center = load(EXAMPLE, today=TODAY).center
    taken = {b for s in read_scripts(EXAMPLE, center, example, Problems()) for b in place(example, s).branches}
    proven = dead(example, walk_of(example, TODAY))
    assert proven
    assert not taken & set(proven)
    assert all(proven.values())


def test_from_nothing_every_branch_is_suggested_or_proven_dead(example: World) -> None:
    found = suggest(example, [], TODAY)
    assert found.complete
    assert found.left == ()
    results = [result for _, result in found.scripts]
    assert coverage(example, results, found.dead).percent == 100


def test_a_branch_that_no_hours_allow_is_dead_with_its_reason(center: Callable[..., Checked]) -> None:
    steps = "  open: {check_hours: always, closed: never}\n  bye: {hang_up: true}\n  never: {say: x, then: bye}\n"
    found = dead(world := world_of(center, welcome(steps)), walk_of(world, TODAY))
    assert found["welcome", "open", "never"] == "at no moment are the hours so (False) when a call comes here"


def promises(world: World, longest: int = 600) -> dict[str, str]:
    return {item.promise: item.call for item in check(world, TODAY, longest).broken}


def test_the_example_keeps_its_promises_and_this_is_proven(example: World) -> None:
    result = check(example, TODAY, 600)
    assert result.proven
    assert result.broken == ()


def test_a_menu_that_goes_round_for_who_presses_nothing_is_refuted_by_a_call(center: Callable[..., Checked]) -> None:
    menu = "  menu: {menu: 'Dial 15, or press 1.', choices: {1: nurse}, otherwise: menu}\n"
    steps = f"{menu}  nurse: {{queue: triage, full: menu}}\n"
    assert "menu timeout" in promises(world_of(center, welcome(steps)))["loops"]


def test_a_goodbye_without_a_number_is_refuted_and_one_with_a_number_is_not(center: Callable[..., Checked]) -> None:
    bad = welcome("  closed: {say: We are closed.}\n  bye: {hang_up: true}\n")
    good = welcome("  closed: {say: 'We are closed, dial 15.'}\n  bye: {hang_up: true}\n")
    assert "ends" in promises(world_of(center, bad))
    assert promises(world_of(center, good)) == {}


WAITING = """
flow: waiting
type: customer_queue
head: none
on_error: none
steps:
  music: {repeat: [Please wait.]%s}
%s
"""
QUEUED = welcome(
    "  nurse: {queue: triage, full: sorry, waiting: waiting}\n  sorry: {say: Dial 15.}\n  bye: {hang_up: true}\n"
).replace("on_error: none", "on_error: sorry")
OFFER = """  offer: {menu: 'Press 1.', choices: {1: book}, otherwise: music}
  book: {callback: triage, failed: music}
  bye: {hang_up: true}
"""


def test_waiting_without_a_way_out_is_refuted(center: Callable[..., Checked]) -> None:
    assert "waits" in promises(world_of(center, QUEUED, WAITING % ("", "")))


def test_waiting_with_an_offer_in_time_holds_and_with_a_late_one_is_refuted(center: Callable[..., Checked]) -> None:
    early = world_of(center, QUEUED, WAITING % (", every: 3m, each: offer", OFFER))
    late = world_of(center, QUEUED, WAITING % (", every: 15m, each: offer", OFFER))
    assert promises(early) == {}
    assert "waits" in promises(late)


BAD = """
calls:
  - {name: a, to: main, at: 2026-03-29T02:30, expect: {ends: hung_up}}
  - {name: b, to: main, given: {fails: [nowhere]}, expect: {ends: hung_up}}
  - {name: c, to: main, given: {queues: {triage: {available: 3, staffed: 2}}}, expect: {ends: hung_up}}
  - {name: d, to: main, given: {queues: {triage: {full: true}}}, expect: {ends: hung_up}}
  - {name: e, to: main, press: ["x"], expect: {ends: hung_up}}
  - {name: f, to: nobody, expect: {ends: hung_up}}
  - {name: g, to: main, given: {numbers: {"+33199009999": busy}}, expect: {ends: hung_up}}
  - {name: h, to: main, given: {agent_does: [hold]}, expect: {ends: hung_up}}
  - {name: i, flow: built-in-nothing, given: {}, expect: {ends: hung_up}}
"""


def test_every_mistake_of_a_script_has_its_line_and_column(center: Callable[..., Checked], tmp_path: Path) -> None:
    made, _ = center()
    world = of_center(made, compile_center(made))
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "bad.yaml").write_text(dedent(BAD), encoding="utf-8")
    problems = Problems()
    assert read_scripts(tmp_path, made, world, problems) == []
    found = {problem.where.line: problem.code for problem in problems.listed()}
    assert found == {
        3: "impossible-time",
        4: "unknown-reference",
        5: "contradiction",
        6: "contradiction",
        7: "bad-choice",
        8: "unknown-reference",
        9: "unknown-reference",
        10: "contradiction",
        11: "unknown-reference",
    }
    assert all(problem.where.column > 1 for problem in problems.listed())


def test_what_differs_is_told_with_what_was_heard(example: World) -> None:
    at = dt.datetime.fromisoformat("2026-11-24T10:15+01:00")
    script = Script("x", "main", press=("1", "timeout", "1"), at=at, expect=Expect(hears=("zebra",), ends="queue duty"))
    outcome = run(example, [script])[0]
    assert outcome.differences == ('never heard "zebra"', "ended as queue triage, not as queue duty")
    root = ElementTree.fromstring(junit.document([outcome], 0.1))
    assert root.attrib["failures"] == "1"
    assert root.find(".//failure") is not None


def cases_of(world: World, scripts: list[Script], *, live: bool = False) -> list[dict[str, Any]]:
    """The requests of some scripts, each accepted by the service's own model, with their content read."""
    from botocore.session import get_session
    from botocore.validate import ParamValidator

    shape = get_session().get_service_model("connect").operation_model("CreateTestCase").input_shape
    assert shape is not None
    made = json.loads(export.native_cases(world, scripts, [place(world, s) for s in scripts], live=live))["testCases"]
    for case in made:
        assert not ParamValidator().validate(case["request"], shape).has_errors()
        case["content"] = json.loads(case["request"]["Content"])
    return list(made)


def put_in_place(case: dict[str, Any]) -> list[dict[str, Any]]:
    """What a test case overrides, in order."""
    first = case["content"]["Observations"][0]
    assert first["Event"]["Type"] == "TestInitiated"
    found = [a["Parameters"] for a in first["Actions"] if a["Type"] == "OverrideSystemBehavior"]
    return [parameters["Behavior"]["Properties"] for parameters in found]


def test_the_test_cases_are_requests_that_the_service_takes(example: World) -> None:
    center = load(EXAMPLE, today=TODAY).center
    scripts = read_scripts(EXAMPLE, center, example, Problems())
    for case, script in zip(cases_of(example, scripts), scripts, strict=True):
        observations = case["content"]["Observations"]
        names = [observation["Identifier"] for observation in observations]
        assert len(set(names)) == len(names)
        assert all(o["Transitions"]["NextObservations"][0] in names for o in observations[:-1])
        instructions = [
            action["Parameters"]["Instruction"]
            for observation in observations
            for action in observation["Actions"]
            if action["Type"] == "SendInstruction"
        ]
        pressed = "".join(i["Properties"]["Value"] for i in instructions if i["Type"] == "DtmfInput")
        assert pressed == "".join(item for item in script.press if item.strip("0123456789*#") == "")
        assert observations[-1]["Actions"][-1]["Parameters"]["Command"] == {"Type": "EndTest"}


def test_a_test_case_says_which_hours_queues_and_functions_answer_otherwise(center: Callable[..., Checked]) -> None:
    made, _ = center(
        welcome(
            """\
  hours: {check_hours: day, closed: bye}
  again: {check_hours: day, closed: bye, failed: bye}
  ask: {lambda: lookup, failed: in-line}
  in-line: {queue: triage, full: bye, failed: bye}
  bye: {say: "Call +33 1 99 00 01 00.", then: end}
  end: {hang_up: true}
"""
        )
    )
    world = of_center(made, compile_center(made))
    open_day = dt.datetime.fromisoformat("2026-11-24T10:15+01:00")
    night = dt.datetime.fromisoformat("2026-11-24T23:15+01:00")
    full = Given(queues={"triage": QueueGiven(full=True)}, fails=frozenset(["lookup"]))
    scripts = [
        Script("day", "main", at=open_day, given=Given(lambdas={"lookup": '{"known": "yes"}'})),
        Script("night", "main", at=night),
        Script("full", "main", at=open_day, given=full),
    ]
    day, closed, refused = (put_in_place(case) for case in cases_of(world, scripts))
    always = {"Type": "SubstituteResource", "SubstituteArn": "{{hours:always}}"}
    assert [item["ActionType"] for item in day] == ["CheckHoursOfOperation"] * 2 + ["InvokeLambdaFunction"]
    assert [item["Strategy"] for item in day[:2]] == [always, always]  # an override is spent by one use
    assert day[0]["ActionParameters"] == {"HoursOfOperationId": "{{hours:day}}"}
    told = {"Type": "ExecutionResult", "ExecutionResult": {"DelaySeconds": 0, "LoadedData": '{"known": "yes"}'}}
    assert day[2]["Strategy"]["Response"] == told
    assert [item["Strategy"]["Response"]["ExecutionResult"] for item in closed] == [{"Value": "OutOfHours"}]
    assert refused[2]["Strategy"]["Response"] == {
        "Type": "Error",
        "Error": {"DelaySeconds": 0, "Value": "NoMatchingError"},
    }
    assert refused[3]["ActionParameters"] == {"QueueId": "{{queue:triage}}"}
    assert refused[3]["Strategy"]["Response"]["Error"] == {"Value": "QueueAtCapacity"}


def test_a_test_case_of_what_stands_names_its_real_ids(example: World) -> None:
    base = "arn:aws:connect:eu-central-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
    names = {f"{base}/contact-flow/{key}": ("flow", key) for key in example.flows}
    names |= {f"{base}/queue/{key}": ("queue", key) for key in example.queues}
    at = dt.datetime.fromisoformat("2026-11-24T10:15+01:00")
    script = Script("x", "main", press=("1", "timeout", "1", "hang_up"), at=at)
    case = cases_of(replace(example, names={**example.names, **names}), [script], live=True)[0]
    assert case["request"]["InstanceId"] == "11111111-2222-4333-8444-555555555555"
    assert case["request"]["EntryPoint"]["VoiceCallEntryPointParameters"]["FlowId"] == f"{base}/contact-flow/welcome"
    waits = [
        o["Event"]["Properties"] for o in case["content"]["Observations"] if o["Event"]["Type"] == "FlowActionStarted"
    ]
    assert [event["ActionParameters"] for event in waits] == [{"QueueId": f"{base}/queue/triage"}]


def test_the_sheet_for_testers_names_each_call_and_escapes_what_is_heard(example: World) -> None:
    at = dt.datetime.fromisoformat("2026-11-24T10:15+01:00")
    script = Script('<b>"x"', "main", press=("1", "timeout", "1"), at=at)
    page = sheet.sheet(example, [script], [place(example, script)], "Line")
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert page.count('class="box"') >= 6
    assert "<kbd>1</kbd>" in page


def test_the_drawing_marks_what_no_call_took(example: World) -> None:
    found = coverage(example, [])
    picture = drawing(example, found.flows[0])
    ElementTree.fromstring(picture)
    assert "✗ never" in picture
