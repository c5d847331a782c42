"""All calls at once: coverage, suggestions, proofs that a branch is dead, and the promises of `safety:`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.simulator import export, junit, sheet
from ccdeploy.flows.simulator.coverage import coverage
from ccdeploy.flows.simulator.drawing import drawing
from ccdeploy.flows.simulator.expectations import run
from ccdeploy.flows.simulator.place import place
from ccdeploy.flows.simulator.safety import check
from ccdeploy.flows.simulator.script import Expect, Script
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


def test_the_test_cases_are_requests_that_the_service_takes(example: World) -> None:
    import json

    from botocore.session import get_session
    from botocore.validate import ParamValidator

    center = load(EXAMPLE, today=TODAY).center
    scripts = read_scripts(EXAMPLE, center, example, Problems())[:6]
    cases = json.loads(export.test_cases(example, scripts, [place(example, s) for s in scripts]))["testCases"]
    shape = get_session().get_service_model("connect").operation_model("CreateTestCase").input_shape
    assert shape is not None
    for case, script in zip(cases, scripts, strict=True):
        assert not ParamValidator().validate(case["request"], shape).has_errors()
        content = json.loads(case["request"]["Content"])
        observations = content["Observations"]
        names = [observation["Identifier"] for observation in observations]
        assert len(set(names)) == len(names)
        assert all(o["Transitions"]["NextObservations"][0] in names for o in observations[:-1])
        pressed = [
            action["Parameters"]["Instruction"]["Properties"]["Value"]
            for observation in observations
            for action in observation["Actions"]
            if action["Type"] == "SendInstruction"
        ]
        assert pressed == [key for item in script.press if item.isdigit() for key in item]
        assert observations[-1]["Actions"][-1]["Parameters"]["Command"] == {"Type": "EndTest"}


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
