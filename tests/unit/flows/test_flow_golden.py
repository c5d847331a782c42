"""Golden pairs: a flow in steps and the Flow language that it compiles to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.flows.alone import Alone, compile_file
from ccdeploy.flows.builtins import built_ins
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.compiled import CompiledFlow
from ccdeploy.flows.fictional import bind
from ccdeploy.flows.house import house_of
from ccdeploy.flows.language import doubts, validate
from ccdeploy.flows.layout import successors
from ccdeploy.flows.verbs import verbs
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in GOLDEN.glob("*.yaml"))

TWO_LANGUAGES = """
center: line
title: Line of tests
region: eu-central-1
time_zone: Europe/Paris
languages:
  fr: {code: fr-FR, voice: Lea, engine: neural}
  en: {code: en-GB, voice: Amy}
instance: {alias: line-of-tests}
recording:
  calls: [agent, customer]
  retention: 30d
  notice: {fr: "Appel enregistré. Refus : 9.", en: "This call is recorded. To refuse, press 9."}
  refuse: "9"
safety:
  emergency_numbers: ["15"]
  fallback: {queue: triage, number: "+33199001500"}
hours_of_operation:
  day: {mon-fri: 08:00-20:00}
queues:
  triage: {hours: day, languages: [fr, en], spoken: {fr: Infirmières, en: Nurses}, max_contacts: 4}
routing_profiles:
  nurse: {queues: [triage], languages: [[fr], [fr, en]]}
security_profiles: {volunteer: {base: agent}}
external_numbers: {desk: "+33199001500"}
phone_numbers: {main: {country: FR, flow: welcome, language: en}}
"""
WELCOME = """
flow: welcome
type: inbound
steps:
  emergency: {say: {fr: "En cas d'urgence, appelez le 15.", en: "In an emergency, call 15."}}
  language:
    language: {fr: "Pour le français, tapez 1.", en: "For English, press 2."}
    choices: {1: fr, 2: en}
  recording: {notice: recording}
  opening: {check_hours: day, closed: closed}
  nurses: {queue: triage, full: closed}
  closed: {say: {fr: "Rappelez plus tard. Urgence : 15.", en: "Call later. Emergency: 15."}}
  book: {callback: triage}
  bye: {hang_up: true}
"""


def pretty(flow: CompiledFlow) -> str:
    return json.dumps(json.loads(flow.template), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_a_flow_compiles_to_its_golden_twin(case: str, golden: Callable[[Path, str], None]) -> None:
    done = compile_file(GOLDEN / f"{case}.yaml", f"{case}.yaml")
    assert [str(p) for p in done.problems.listed()] == []
    assert done.compiled is not None
    golden(GOLDEN / f"{case}.json", pretty(done.compiled))
    content = bind(done.compiled)
    assert validate(content, done.compiled.type, lambda kind, name: True) == []
    assert [p.message for p in doubts(content, done.compiled.type)] == []


def test_the_golden_flows_use_every_verb() -> None:
    used = {step.verb for case in CASES for step in flow_of(case).steps.values()}
    assert set(verbs()) - used == {"language"}  # which wants a centre with two: see below


def flow_of(case: str):  # type: ignore[no-untyped-def]
    flow = compile_file(GOLDEN / f"{case}.yaml", case).flow
    assert flow is not None
    return flow


@pytest.fixture
def two_languages(center: Callable[..., tuple[Center, list[Problem]]]) -> Center:
    found, problems = center(WELCOME, text=TWO_LANGUAGES)
    assert [str(p) for p in problems] == []
    return found


def test_the_flows_of_a_centre_in_two_languages_compile_to_their_golden_twins(
    two_languages: Center, golden: Callable[[Path, str], None]
) -> None:
    for name, flow in compile_center(two_languages).flows.items():
        golden(GOLDEN / "two-languages" / f"{name}.json", pretty(flow))
        content = bind(flow)
        assert validate(content, flow.type, lambda kind, value: True) == [], name
        assert doubts(content, flow.type) == [], name


def test_every_built_in_flow_is_flow_language(two_languages: Center) -> None:
    from ccdeploy.flows.compiler import compile_flow

    house = house_of(two_languages)
    for flow in built_ins(house):
        compiled = compile_flow(flow, house)
        assert validate(bind(compiled), compiled.type, lambda kind, value: True) == [], flow.name


def test_a_flow_compiles_to_the_same_bytes_with_every_hash_seed_and_locale(tmp_path: Path) -> None:
    case = GOLDEN / "menu-and-net.yaml"
    code = (
        "import sys; from pathlib import Path; from ccdeploy.flows.alone import compile_file; "
        "sys.stdout.buffer.write(compile_file(Path(sys.argv[1]), 'x').compiled.template.encode())"
    )
    outputs = set()
    for seed, locale in (("0", "C"), ("1", "C.UTF-8"), ("2", "POSIX")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", code, str(case)], env=environment, cwd=tmp_path, capture_output=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000


def test_inserting_a_step_changes_only_itself_and_what_fell_through_to_it(alone: Callable[[str], Alone]) -> None:
    text = "flow: a\ntype: inbound\nsteps:\n  one: {say: One}\n  two: {say: Two}\n  bye: {hang_up: true}\n"
    before, after = actions(alone(text)), actions(alone(text.replace("  two:", "  new: {say: New}\n  two:")))
    assert set(after) - set(before) == {"new"}
    assert {name for name in before if before[name] != after[name]} == {"one"}


def actions(done: Alone) -> dict[str, object]:
    assert done.compiled is not None
    return {a["Identifier"]: a for a in json.loads(done.compiled.template)["Actions"]}


def test_no_two_actions_are_drawn_on_the_same_spot(two_languages: Center) -> None:
    for flow in compile_center(two_languages).flows.values():
        drawn = json.loads(flow.template)["Metadata"]["ActionMetadata"]
        places = [(entry["position"]["x"], entry["position"]["y"]) for entry in drawn.values()]
        assert len(set(places)) == len(places), flow.name


def test_every_action_knows_the_line_it_comes_from(two_languages: Center) -> None:
    flow = compile_center(two_languages).flows["welcome"]
    names = {a["Identifier"] for a in json.loads(flow.template)["Actions"]}
    assert set(flow.origins) == names
    assert flow.origins["opening"].line == 10
    assert flow.origins["opening"].file == "flows/flow-0.yaml"
    assert flow.origins["@net.start.fr"].step == "net"


@pytest.mark.parametrize("case", CASES)
def test_every_action_of_a_compiled_flow_can_be_reached(case: str) -> None:
    compiled = compile_file(GOLDEN / f"{case}.yaml", case).compiled
    assert compiled is not None
    document = json.loads(compiled.template)
    actions = {action["Identifier"]: action for action in document["Actions"]}
    seen: set[str] = set()
    stack = [document["StartAction"]]
    while stack:
        here = stack.pop()
        if here not in seen:
            seen.add(here)
            stack += successors(actions[here])
    assert set(actions) == seen
