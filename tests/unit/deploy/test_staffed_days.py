"""Rule H11 against the rosters: on every open day of the next two weeks somebody answers, and as many as promised."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from ccdeploy.deploy.validate import validate

CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
languages: {fr: {code: fr-FR, voice: Lea}, ar: {code: arb, voice: Zeina}}
instance: {alias: line-of-tests}
hours_of_operation:
  day: {mon-fri: 08:00-20:00, overrides: [{name: Away, date: 2026-12-01, closed: true}]}
queues: {triage: {hours: day, languages: [fr, ar]}, spare: {hours: day}}
routing_profiles: {nurse: {queues: [triage, {queue: spare, delay: 20m}], languages: [[fr], [fr, ar]]}}
security_profiles: {nurse: {base: agent}}
agents: {security_profiles: [nurse]}
phone_numbers: {main: {country: FR, flow: welcome}}
rosters: [rosters/people.csv]
"""
FLOW = """
flow: welcome
type: inbound
steps:
  sos: {say: {fr: "Urgence : 15.", ar: "15"}}
  open: {check_hours: day, closed: bye}
  go: {queue: triage, full: bye}
  bye: {say: {fr: "Urgence : 15.", ar: "15"}}
  out: {hang_up: true}
"""
HEAD = "username,email,first_name,last_name,routing_profile,languages,status,starts_on,ends_on\n"
FR = "lea,lea@example.org,Lea,Martin,nurse,fr,active,,\n"
BOTH = "ali,ali@example.org,Ali,Haddad,nurse,fr|ar,{status},{starts},{ends}\n"


def told(tmp_path: Path, people: str, more: str = "") -> list[str]:
    (tmp_path / "flows").mkdir()
    (tmp_path / "rosters").mkdir()
    (tmp_path / "center.yaml").write_text(CENTER + more, encoding="utf-8")
    (tmp_path / "flows" / "welcome.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "rosters" / "people.csv").write_text(HEAD + people, encoding="utf-8")
    found = validate(tmp_path, today=dt.date(2026, 11, 23), overlays=False)
    return [p.message for p in found.problems if p.code == "H11" and "roster" in p.message]


def both(status: str = "active", starts: str = "", ends: str = "") -> str:
    return FR + BOTH.format(status=status, starts=starts, ends=ends)


def test_a_queue_with_somebody_on_every_open_day_is_quiet(tmp_path: Path) -> None:
    assert told(tmp_path, both()) == []


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (FR, "on any of its 9 open days until Fri 04 Dec"),
        (both("suspended"), "on any of its 9 open days until Fri 04 Dec"),
        (both(starts="2026-11-25"), "on Mon 23 Nov, Tue 24 Nov"),
        (both(ends="2026-11-30"), "on Wed 02 Dec, Thu 03 Dec, Fri 04 Dec"),
        (both(starts="2026-12-03"), "on Mon 23 Nov, Tue 24 Nov, Wed 25 Nov and 4 more days of the next 14"),
    ],
)
def test_a_language_that_nobody_speaks_on_an_open_day_is_told_with_the_days(
    tmp_path: Path, people: str, message: str
) -> None:
    assert told(tmp_path, people) == [f'nobody of the rosters answers in "triage-ar" {message}']


def test_a_promise_of_staffing_asks_for_as_many_people_as_it_needs(tmp_path: Path) -> None:
    load = "staffing: {triage: {calls_per_hour: 60, handle_time: 6m, answer: {within: 20s, share: 80%}}}\n"
    found = told(tmp_path, both(), load)
    assert found == [
        '"triage" needs 9 people at once by its `staffing`, the rosters have at most 2, '
        "on any of its 9 open days until Fri 04 Dec"
    ]


def test_a_queue_that_no_flow_names_and_a_waived_rule_are_quiet(tmp_path: Path) -> None:
    safety = 'safety: {emergency_numbers: ["15"], waive: {H11: "the desk answers"}}\n'
    assert told(tmp_path, FR, safety) == []
    (tmp_path / "again").mkdir()
    assert not any("spare" in message for message in told(tmp_path / "again", FR))
