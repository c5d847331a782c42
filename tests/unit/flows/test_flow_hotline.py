"""The hotline rules: each broken in one way, and a line that keeps them all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem

CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
voice: Amy
instance: {alias: line-of-tests}
recording: {calls: [agent, customer], retention: 30d}
hours_of_operation:
  day: {mon-fri: 08:00-20:00}
  morning: {mon-fri: 09:00-12:00}
  always: 24x7
queues:
  triage: {hours: day, waiting: wait, max_contacts: 4}
  night: {hours: always}
routing_profiles: {nurse: {queues: [triage, night]}}
security_profiles: {volunteer: {base: agent}}
external_numbers: {desk: "+33199001500"}
phone_numbers: {main: {country: FR, flow: welcome}}
"""
SAFETY = """
safety:
  emergency_numbers: ["112"]
  longest_wait: 10m
  fallback: {queue: night}
"""
GOOD = """
flow: welcome
type: inbound
steps:
  emergency: {say: "In an emergency, call 1 1 2."}
  recording: {notice: recording}
  opening: {check_hours: day, closed: closed}
  menu: {menu: "For a nurse, press 1.", choices: {1: nurse}, otherwise: nurse}
  nurse: {queue: triage, full: full}
  full: {say: "All lines are busy."}
  book: {callback: triage, then: goodbye}
  closed: {say: "We are closed. In an emergency, call 112."}
  later: {queue: night, full: book}
  goodbye: {say: "Goodbye."}
  bye: {hang_up: true}
"""
WAIT = """
flow: wait
type: customer_queue
steps:
  music: {repeat: ["Please wait."], every: 60s, up_to: 6m, then: offer, each: again}
  offer: {menu: "To be called back, press 1.", choices: {1: book}, otherwise: music}
  book: {callback: current, failed: music}
  bye: {hang_up: true}
  again: {say: "Still there.", then: music}
"""
Read = Callable[..., tuple[Center, list[Problem]]]


def rules(problems: list[Problem]) -> list[tuple[str, int]]:
    return [(p.code, p.where.line) for p in problems]


def test_a_good_line_breaks_no_rule(center: Read) -> None:
    _, problems = center(GOOD, WAIT, text=CENTER + SAFETY)
    assert [str(p) for p in problems] == []


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("call 1 1 2", "call somebody", [("H01", 5)]),
        (
            "  emergency: {say",
            "  hello: {menu: 'Press 1.', choices: {1: emergency}, otherwise: emergency}\n  emergency: {say",
            [("H01", 5)],
        ),
        ("otherwise: nurse", "otherwise: bye", [("H02", 8)]),
        ("nurse: {queue: triage, full: full}", "nurse: {queue: triage, full: full, failed: goodbye}", [("H03", 9)]),
        ("closed: closed}", "closed: bye}\n  never: {when: $.Channel, is: {X: closed}, otherwise: menu}", [("H04", 7)]),
        ('call 112."}\n  later: {queue: night, full: book}', 'tomorrow."}', [("H04", 7)]),
        ("check_hours: day", "check_hours: always", [("H05", 9)]),
        ('"All lines are busy."}', '"All lines are busy.", then: nurse}', [("H07", 9)]),
        ("  recording: {notice: recording}\n", "", [("H09", 8), ("H09", 12)]),
        ("press 1.", "press 1, for help press 2.", [("H10", 8)]),
        ("press 1.", 'press 1; press 2.", allow: {H10: "two is announced"}, timeout: "5s', []),
        ("check_hours: day", "check_hours: morning", []),
    ],
)
def test_a_broken_rule_is_told_at_its_step(old: str, new: str, broken: list[tuple[str, int]], center: Read) -> None:
    assert old in GOOD
    _, problems = center(GOOD.replace(old, new), WAIT, text=CENTER + SAFETY)
    found = [(p.code, p.where.line) for p in problems if p.code.startswith("H")]
    assert found == broken, [str(p) for p in problems]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (", every: 60s, up_to: 6m, then: offer, each: again", ""),
        ("up_to: 6m", "up_to: 11m"),
        ("choices: {1: book}", "choices: {1: again}"),
    ],
)
def test_a_caller_never_waits_longer_than_promised(old: str, new: str, center: Read) -> None:
    wait = WAIT.replace(old, new)
    if "repeat" in wait and "then: offer" not in wait:
        wait = wait.split("  offer:")[0]
    if "{1: again}" in wait:
        wait = "\n".join(line for line in wait.splitlines() if "book:" not in line and "bye:" not in line) + "\n"
    _, problems = center(GOOD, wait, text=CENTER + SAFETY)
    assert {p.code for p in problems} == {"H06"}, [str(p) for p in problems]


@pytest.mark.parametrize(
    ("attributes", "broken"),
    [
        ("{patient: {personal: true}, copy: {}}", [("H12", "copy")]),
        ("{patient: {}, copy: {}}", [("H12", "patient"), ("H12", "copy")]),
        ("{patient: {personal: true}, copy: {personal: true}}", []),
    ],
)
def test_what_callers_type_is_kept_in_personal_attributes_only(
    center: Read, attributes: str, broken: list[tuple[str, str]]
) -> None:
    asking = """  number: {digits: "Type your number, then #.", into: patient, private: yes, failed: nurse}
  keep: {set: {copy: $.Attributes.patient}}
  nurse:"""
    flow = GOOD.replace("  nurse:", asking, 1).replace("{1: nurse}, otherwise: nurse", "{1: number}, otherwise: number")
    _, problems = center(flow, WAIT, text=f"{CENTER}{SAFETY}\nattributes: {attributes}\n")
    kept = [(p.code, name) for p in problems for name in ("patient", "copy") if f'kept in "{name}"' in p.message]
    assert kept == broken, [str(p) for p in problems]


def test_broken_rules_are_warnings_without_safety_and_can_be_waived(center: Read) -> None:
    text = GOOD.replace("otherwise: nurse", "otherwise: bye")
    _, problems = center(text, WAIT, text=CENTER)
    assert [(p.code, p.severity) for p in problems if p.code == "H02"] == [("H02", "warning")]
    waived = SAFETY + '  waive: {H02: "The bye tells the number."}\n'
    _, problems = center(text, WAIT, text=CENTER + waived)
    assert "H02" not in [p.code for p in problems]


def test_a_net_without_a_person_is_told_once_a_flow(center: Read) -> None:
    _, problems = center(GOOD, WAIT, text=CENTER)
    told = [p for p in problems if p.code == "H03"]
    assert len(told) == 1
    assert told[0].message == 'flow "welcome": nobody answers a caller when one of these steps fails: nurse, later'
    assert "fallback" in told[0].hint
