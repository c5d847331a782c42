"""Calls through flows that nobody wrote for us: replies within replies, skills that widen, clocks that change."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import struct
import sys
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.document import read_document
from ccdeploy.flows.simulator.calendar import combinations, is_open, local_moment, usual
from ccdeploy.flows.simulator.criteria import reached_after
from ccdeploy.flows.simulator.place import Entry, Result, place
from ccdeploy.flows.simulator.script import Given, QueueGiven, Script
from ccdeploy.flows.simulator.sound import write
from ccdeploy.flows.simulator.world import Seat, World, of_center, of_document
from ccdeploy.specs.model import DAYS, Center, Hours, HoursOverride, Period
from ccdeploy.specs.problems import Problem, Problems

Checked = tuple[Center, list[Problem]]
NOON = dt.datetime.fromisoformat("2026-11-24T12:00+01:00")


@pytest.fixture
def line(center: Callable[..., Checked]) -> Callable[..., World]:
    """`line(steps, more flows…)` is the world of a centre whose number is answered by these steps."""

    def made(steps: str, *more: str, seats: tuple[Seat, ...] = ()) -> World:
        welcome = f"flow: welcome\ntype: inbound\nhead: none\non_error: none\nsteps:\n{steps}"
        found, _ = center(welcome, *more)
        return of_center(found, compile_center(found), seats)

    return made


def dial(world: World, *press: str, at: dt.datetime = NOON, caller: str = "+33199000150", **given: Any) -> Result:
    return place(world, Script(to="main", press=press, at=at, caller=caller, given=Given(**given)))


# Functions


def test_what_a_function_replies_is_read_as_deep_as_it_is_nested(line: Callable[..., World]) -> None:
    world = line(
        """\
  ask: {lambda: lookup, reply: json, failed: bye}
  tier: {when: $.External.customer.plan.tier, is: {gold: hello}, otherwise: bye}
  hello: {say: "Hello $.External.customer.name, you have $.External.customer.plan.calls calls.", then: bye}
  bye: {hang_up: true}
"""
    )
    reply = {"customer": {"name": "Ada", "plan": {"tier": "gold", "calls": 3}}, "list": [1, 2], "yes": True}
    assert dial(world, lambdas={"lookup": json.dumps(reply)}).heard == ["Hello Ada, you have 3 calls."]
    assert dial(world, lambdas={"lookup": "{}"}).heard == []
    unknown = dial(world)
    assert any("what function lookup answers is not known" in note for note in unknown.notes)
    assert any("$.External.customer.plan.tier is not known" in note for note in unknown.notes)


def test_a_function_that_does_not_answer_takes_as_long_as_the_flow_waits_for_it(line: Callable[..., World]) -> None:
    steps = "  ask: {lambda: lookup, within: 7s, failed: sorry}\n  ok: {hang_up: true}\n"
    world = line(steps + '  sorry: {say: "Later.", then: bye}\n  bye: {hang_up: true}\n')
    failed = dial(world, fails=frozenset(["lookup"]))
    assert failed.heard == ["Later."]
    assert failed.seconds >= 7
    assert dial(world, lambdas={"lookup": "{}"}).seconds < 1


def test_the_reply_of_the_last_function_takes_the_place_of_the_one_before(line: Callable[..., World]) -> None:
    world = line(
        """\
  one: {lambda: lookup, failed: bye}
  two: {lambda: other, failed: bye}
  say: {say: "First $.External.a, then $.External.b.", then: bye}
  bye: {hang_up: true}
"""
    )
    heard = dial(world, lambdas={"lookup": '{"a": "1"}', "other": '{"b": "2"}'}).heard
    assert heard == ["First , then 2."]


# Skills


FIBRE = Seat("fay.fibre", (("triage", 1, 0),), (("product=fibre", 4.0),))
NOVICE = Seat("nic.new", (("triage", 1, 0),), (("product=fibre", 1.0),))
ANYONE = Seat("any.one", (("triage", 1, 0),))


def test_skills_are_asked_for_step_by_step_until_everybody_is_asked(line: Callable[..., World]) -> None:
    world = line(
        """\
  who: {routing: {skills: [{need: {product: fibre >= 3}, for: 30s}, {need: {product: fibre >= 1}, for: 60s}]}}
  nurse: {queue: triage, full: bye}
  bye: {hang_up: true}
""",
        seats=(FIBRE, NOVICE, ANYONE),
    )

    def answered(*names: str) -> tuple[str, float]:
        result = dial(world, agents=names)
        note = next(note for note in (e.text for e in result.entries) if "answers after" in note)
        return result.ends.agent, float(note.split(" answers after ")[1].split()[0])

    assert answered("fay.fibre", "nic.new", "any.one") == ("fay.fibre", 0)
    assert answered("any.one", "nic.new") == ("nic.new", 30)
    assert answered("any.one") == ("any.one", 90)


def test_a_last_step_without_an_end_never_reaches_who_lacks_the_skill(line: Callable[..., World]) -> None:
    world = line(
        """\
  who: {routing: {skills: [{need: {product: fibre >= 3}}]}}
  nurse: {queue: triage, full: bye}
  bye: {hang_up: true}
""",
        seats=(NOVICE, ANYONE, FIBRE),
    )
    assert dial(world, agents=("nic.new", "any.one")).ends.how == "queue"
    assert dial(world, agents=("nic.new", "fay.fibre")).ends.agent == "fay.fibre"
    counted = dial(world, queues={"triage": QueueGiven(available=1)})
    assert any("whether who answers has the skills asked for is not known" in note for note in counted.notes)


def condition(name: str, value: str, level: float, **more: Any) -> dict[str, Any]:
    return {"AttributeCondition": {"Name": name, "Value": value, "ProficiencyLevel": level, **more}}


@pytest.mark.parametrize(
    ("expression", "after"),
    [
        (condition("product", "fibre", 4), 0),
        (condition("product", "fibre", 4, ComparisonOperator="NumberGreaterThan"), None),
        (condition("product", "fibre", 3, ComparisonOperator="NumberLessOrEqualTo"), None),
        ({"OrExpression": [condition("product", "tv", 1), condition("product", "fibre", 2)]}, 0),
        ({"AndExpression": [condition("product", "tv", 1), condition("product", "fibre", 2)]}, None),
        ({"NotAttributeCondition": condition("product", "tv", 1)["AttributeCondition"]}, 0),
        ({"AttributeCondition": {"Name": "product", "Value": "fibre", "Range": {"MinProficiencyLevel": 5}}}, None),
        ({"AttributeCondition": {"MatchCriteria": {"AgentsCriteria": {"AgentIds": ["fay.fibre"]}}}}, 0),
        ({"AttributeCondition": {"MatchCriteria": {"AgentsCriteria": {"AgentIds": ["any.one"]}}}}, None),
        ({}, 0),
    ],
)
def test_an_expression_of_skills_is_read_as_the_service_writes_it(
    expression: dict[str, Any], after: int | None
) -> None:
    assert reached_after(json.dumps([{"Expression": expression}]), FIBRE) == after


# Clocks


def shift(zone: str, first: int = 60, last: int = 240) -> Hours:
    return Hours("night", "night", time_zone=zone, periods=tuple(Period(day, first, last) for day in DAYS))


@pytest.mark.parametrize(
    ("zone", "forward", "back"),
    [
        ("Europe/Paris", "2027-03-28", "2027-10-31"),
        ("America/New_York", "2027-03-14", "2027-11-07"),
        ("Australia/Sydney", "2027-10-03", "2027-04-04"),
        ("America/Santiago", "2027-09-05", "2027-04-04"),
        ("Africa/Cairo", "2027-04-30", "2027-10-29"),
    ],
)
def test_hours_follow_the_clocks_of_their_zone_on_both_days_of_the_year(zone: str, forward: str, back: str) -> None:
    """Open from 01:00 to 04:00 by the clock on the wall: a day of 23 hours and one of 25 differ in length only."""
    hours = shift(zone)

    def minutes_open(day: str) -> int:
        first = dt.datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=dt.timezone.utc) - dt.timedelta(hours=14)
        moments = (first + dt.timedelta(minutes=10 * n) for n in range(6 * 52))
        here = [
            m
            for m in moments
            if m.astimezone(local_moment(dt.datetime(2027, 6, 1, 12), zone).tzinfo).date().isoformat() == day
        ]
        return sum(10 for moment in here if is_open(hours, moment))

    usual_day = minutes_open("2027-06-15")
    assert usual_day == 180
    lost = {"Africa/Cairo": 0, "America/Santiago": 0}.get(zone, 60)  # there the clocks change at midnight
    assert minutes_open(forward) == 180 - lost
    assert minutes_open(back) == 180 + lost


def test_two_zones_are_open_at_the_same_moment_or_not_by_their_own_clocks() -> None:
    hours = {"paris": shift("Europe/Paris", 480, 1200), "sydney": shift("Australia/Sydney", 480, 1200)}
    found = combinations(hours, dt.date(2027, 3, 20), "Europe/Paris")
    states = {tuple(dict(key).values()) for key in found}
    assert states == {(True, False), (False, True), (False, False), (True, True)}
    for key, moment in found.items():
        assert {name: is_open(entry, moment) for name, entry in hours.items()} == dict(key)
    assert dict(hours)["paris"].time_zone == "Europe/Paris"
    assert is_open(hours["paris"], usual(hours, dt.date(2027, 3, 20), "Europe/Paris"))


def test_an_override_over_the_new_year_counts_each_year_and_a_leap_day_only_then() -> None:
    christmas = HoursOverride("rest", dt.date(2026, 12, 24), dt.date(2027, 1, 2), (), yearly=True)
    leap = HoursOverride("leap", dt.date(2028, 2, 29), dt.date(2028, 2, 29), ((0, 1440),), yearly=True)
    hours = replace(shift("Europe/Paris", 480, 1200), overrides=(christmas, leap))
    zone = local_moment(dt.datetime(2027, 1, 1, 12), "Europe/Paris").tzinfo

    def at(text: str) -> bool:
        return is_open(hours, dt.datetime.fromisoformat(text).replace(tzinfo=zone))

    assert [at("2029-12-31T10:00"), at("2030-01-02T10:00"), at("2030-01-03T10:00")] == [False, False, True]
    assert [at("2028-02-29T03:00"), at("2029-02-28T03:00"), at("2029-03-01T03:00")] == [True, False, False]


# Where a call goes


def test_a_queue_moves_a_caller_on_eleven_times_and_no_further() -> None:
    moves = {"QueueId": "q"}
    loop = {
        "Identifier": "a",
        "Type": "DequeueContactAndTransferToQueue",
        "Parameters": moves,
        "Transitions": {
            "NextAction": "end",
            "Errors": [{"NextAction": "end", "ErrorType": e} for e in ("NoMatchingError", "QueueAtCapacity")],
        },
    }
    end = {"Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}
    document = read_document(
        json.dumps({"Version": "2019-10-30", "StartAction": "a", "Metadata": {}, "Actions": [loop, end]}),
        "waiting.json",
        Problems(),
    )
    assert document is not None
    alone = of_document(replace(document, type="customer_queue"), "waiting")
    hooked = (("CustomerQueue", "waiting"),)
    from ccdeploy.flows.simulator import machine
    from ccdeploy.flows.simulator.state import Answer

    state = machine.start(alone, "waiting")._replace(stage="queue", hooks=hooked, queue="q", target="q")
    for _ in range(11):
        made = machine.step(alone, state, Answer("room"))
        assert made.label == "room"
        state = made.state
    assert "at most 11 times" in machine.step(alone, state, Answer("room")).notes[0]


def test_who_does_not_answer_and_what_cannot_be_dialled_go_two_ways(line: Callable[..., World]) -> None:
    world = line(
        """\
  desk: {transfer: desk, ring: 25s, no_answer: later, failed: broken}
  later: {say: "Nobody answers.", then: bye}
  broken: {say: "That cannot be dialled.", then: bye}
  bye: {hang_up: true}
"""
    )
    assert dial(world).ends == ("transfer", "", "+33199001500", "", "")
    assert dial(world, numbers={"desk": "busy"}).heard == ["Nobody answers."]
    nobody = dial(world, numbers={"desk": "no_answer"})
    assert nobody.heard == ["Nobody answers."]
    assert nobody.seconds >= 25
    assert dial(world, fails=frozenset(["desk"])).heard == ["That cannot be dialled."]


# Heard


def test_each_language_is_spoken_in_its_own_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the speaking program writes down which voice it was asked for, and hums."""
    program = tmp_path / "espeak-ng"
    program.write_text(
        f"""#!{sys.executable}
import struct, sys, wave
open({str(tmp_path / "asked")!r}, "a").write(sys.argv[sys.argv.index("-v") + 1] + "\\n")
with wave.open(sys.stdout.buffer, "wb") as sound:
    sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(22050)
    sound.writeframes(struct.pack("<2205h", *([5000, -5000] * 1102 + [0])))
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    entries = [("Bonjour.", "Lea"), ("Hello.", "Amy"), ("مرحبا", "Zeina"), ("?", "nobody")]
    result = Result(entries=[Entry("heard", text, 0.0, "f", "s", voice) for text, voice in entries])
    result.entries.append(Entry("pressed", "12"))
    told = write(result, tmp_path / "call.wav", {"Lea": "fr-FR", "Amy": "en-GB", "Zeina": "arb"})
    assert (tmp_path / "asked").read_text(encoding="utf-8").split() == ["fr-fr", "en-gb", "ar", "en"]
    assert told.endswith("2 s")
    check_sound(tmp_path / "call.wav", 1.9)


def check_sound(file: Path, least: float) -> None:
    """It can be decoded, lasts, and is not silent."""
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        frames = sound.readframes(sound.getnframes())
        assert sound.getnframes() / sound.getframerate() >= least
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)
    assert sum(abs(sample) for sample in samples) / len(samples) > 300


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_what_the_speaking_program_says_can_be_heard(tmp_path: Path) -> None:
    entries = [("Bonjour, tapez 1.", "Lea"), ("مرحبا بكم", "Zeina")]
    result = Result(entries=[Entry("heard", text, 0.0, "f", "s", voice) for text, voice in entries])
    write(result, tmp_path / "call.wav", {"Lea": "fr-FR", "Zeina": "arb"})
    check_sound(tmp_path / "call.wav", 1.5)


def test_without_the_speaking_program_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "espeak-ng is not installed" in write(Result(), tmp_path / "call.wav", {})
    assert not (tmp_path / "call.wav").exists()
