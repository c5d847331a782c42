"""The walk over all calls against a caller who tries everything: the same verdicts, and every refutation is a call."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator
from typing import Any

from ccdeploy.flows.document import read_document
from ccdeploy.flows.simulator import machine
from ccdeploy.flows.simulator.calendar import combinations
from ccdeploy.flows.simulator.callers import Scripted
from ccdeploy.flows.simulator.coverage import all_branches
from ccdeploy.flows.simulator.place import BEGUN, Call, place
from ccdeploy.flows.simulator.safety import Safety, check
from ccdeploy.flows.simulator.script import Script
from ccdeploy.flows.simulator.state import Answer, Ask, State, Step
from ccdeploy.flows.simulator.suggest import dead, suggest, walk_of
from ccdeploy.flows.simulator.walk import names_number
from ccdeploy.flows.simulator.world import NumberInfo, QueueInfo, World
from ccdeploy.specs.model import DAYS, Hours, Period
from ccdeploy.specs.problems import Problems
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TODAY = dt.date(2026, 11, 23)
EXAMPLES = 400 if os.environ.get("CCDEPLOY_TORTURE") else 25
MOST_CALLS = 2000 if os.environ.get("CCDEPLOY_TORTURE") else 300
OFFICE = Hours("day", "day", time_zone="UTC", periods=tuple(Period(day, 480, 1200) for day in DAYS))
REMEMBERED = ("hours", "room", "dial", "unknown", "metric")


# Small flows


def act(kind: str, parameters: dict[str, Any], to: str, when: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    conditions = [
        {"NextAction": target, "Condition": {"Operator": "Equals", "Operands": [operand]}}
        for operand, target in when.items()
    ]
    failing = [{"NextAction": target, "ErrorType": name} for name, target in errors.items()]
    transitions: dict[str, Any] = {"NextAction": to} if to else {}
    transitions |= {"Conditions": conditions} if conditions else {}
    transitions |= {"Errors": failing} if failing else {}
    return {"Type": kind, "Parameters": parameters, "Transitions": transitions}


def one(kind: str, target: st.DrawFn, names: list[str]) -> dict[str, Any]:
    """One action of a kind, its branches leading anywhere."""

    def to() -> str:
        return target(st.sampled_from(names))

    if kind == "number":
        return act("MessageParticipant", {"Text": "Call 112."}, to(), {}, {})
    if kind == "say":
        return act("MessageParticipant", {"Text": target(st.sampled_from(["Hello.", "Call 112."]))}, to(), {}, {})
    if kind == "menu":
        menu = {"Text": "1 or 2?", "StoreInput": "False", "InputTimeLimitSeconds": "5"}
        silent = ("InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError")
        return act("GetParticipantInput", menu, to(), {"1": to()}, {name: to() for name in silent})
    if kind == "hours":
        when = {"True": to(), "False": to()}
        return act("CheckHoursOfOperation", {"HoursOfOperationId": "day"}, to(), when, {"NoMatchingError": to()})
    if kind == "compare":
        path = {"ComparisonValue": "$.Attributes.x"}
        return act("Compare", path, to(), {"a": to()}, {"NoMatchingCondition": to()})
    if kind == "set":
        values = {"Attributes": {"x": target(st.sampled_from("ab"))}, "TargetContact": "Current"}
        return act("UpdateContactAttributes", values, to(), {}, {"NoMatchingError": to()})
    if kind == "loop":
        return act("Loop", {"LoopCount": "1"}, "", {"ContinueLooping": to(), "DoneLooping": to()}, {})
    if kind == "target":
        return act("UpdateContactTargetQueue", {"QueueId": "q"}, to(), {}, {"NoMatchingError": to()})
    if kind == "queue":
        errors = {"QueueAtCapacity": to(), "NoMatchingError": to()}
        return act("TransferContactToQueue", {}, to(), {}, errors)
    if kind == "callback":
        times = {"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "60"}
        return act("CreateCallbackContact", {"QueueId": "q", **times}, to(), {}, {"NoMatchingError": to()})
    return act("DisconnectParticipant", {}, "", {}, {})


KINDS = ("say", "say", "menu", "hours", "compare", "set", "loop", "target", "queue", "callback", "bye")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    kinds = ["menu", *draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)), "bye"]
    names = [f"s{n}" for n in range(len(kinds))]
    tame = draw(st.booleans())  # goes on downwards only, and says a number before it hangs up
    if tame:
        kinds[-1:] = ["number", "bye"]
        names = [f"s{n}" for n in range(len(kinds))]
    actions = [
        {"Identifier": name, **one(kind, draw, names[n + 1 : -1] or names[-1:] if tame else names)}
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    text = json.dumps({"Version": "2019-10-30", "StartAction": "s0", "Metadata": {}, "Actions": actions})
    document = read_document(text, "f.json", Problems())
    assert document is not None
    return World(
        flows={"f": document},
        types={"f": "inbound"},
        queues={"q": QueueInfo("q", "q", max_contacts=5)},
        hours={"day": OFFICE},
        numbers={"main": NumberInfo("main", "f")},
    )


# A caller and a world that try everything


Moment = tuple[State, frozenset[tuple[tuple[str, str], str]], bool]


class Known(Exception):
    """The call is where another one was: what comes now was looked at."""


class Chosen(Call):
    """A call in which the n-th question gets its picks[n]-th answer; what was found out once stays so."""

    def __init__(self, world: World, picks: list[int], looked: set[Moment]) -> None:
        super().__init__(world, Script(to="main"), Scripted(()), None, TODAY)
        self.picks = picks
        self.looked = looked
        self.sizes: list[int] = []
        self.known: dict[tuple[str, str], str] = {}
        self.named = False

    def _answer(self, state: State, asked: Ask) -> Answer:
        action = machine.action_of(self.world, state)
        if asked.kind == "keys" and action is not None:
            self._question(state, action)
            self.named = False
        key = (asked.kind, asked.subject)
        options = asked.options
        if asked.kind in REMEMBERED and key in self.known:
            options = tuple(o for o in options if o in (self.known[key], "fails"))
        place_ = len(self.sizes)
        if place_ >= len(self.picks):
            here = (state, frozenset(self.known.items()), self.named)
            if here in self.looked:
                raise Known
            self.looked.add(here)
        self.sizes.append(len(options))
        option = options[self.picks[place_] if place_ < len(self.picks) else 0]
        if asked.kind in REMEMBERED and option != "fails":
            self.known[key] = option
        if asked.kind == "keys" and option.isdigit():
            self.caller.used += 1
        return Answer(option)

    def _record(self, before: State, made: Step, subject: str = "") -> None:
        super()._record(before, made, subject)
        question = before.flow and self.world.flows[before.flow].actions[before.at].type == "GetParticipantInput"
        if not question and any(h.to == "caller" and names_number(h.text) for h in made.heard):
            self.named = True
        if made.state.stage != before.stage:
            self.named = False


def every_call(world: World) -> Iterator[Chosen]:
    """Each call that can be told from the others by its answers, depth first; at most MOST_CALLS."""
    picks: list[int] = []
    looked: set[Moment] = set()
    for _ in range(MOST_CALLS):
        call = Chosen(world, picks, looked)
        with contextlib.suppress(Known):
            call.place()
        yield call
        taken = [*picks, *([0] * len(call.sizes))][: len(call.sizes)]
        while taken and taken[-1] + 1 >= call.sizes[len(taken) - 1]:
            taken.pop()
        if not taken:
            return
        taken[-1] += 1
        picks = taken


def broken_by(call: Chosen) -> str:
    """Which promise a call breaks, or ""."""
    end = call.result.ends
    if end is BEGUN:
        return ""
    if end.how == "error":
        return "loops" if "loops for ever" in end.message else "ends"
    return "ends" if end.how == "hung_up" and not call.named else ""


def brute(world: World) -> tuple[set[str], set[tuple[str, str, str]], bool]:
    """What some call breaks, the branches that some call takes, and whether all calls were placed."""
    wrong: set[str] = set()
    taken: set[tuple[str, str, str]] = set()
    count = 0
    for call in every_call(world):
        count += 1
        wrong.add(broken_by(call))
        taken |= call.result.branches
    return wrong - {""}, taken, count < MOST_CALLS


relaxed = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(worlds())
@relaxed
def test_the_walk_and_brute_force_find_the_same_promises_broken(world: World) -> None:
    found: Safety = check(world, TODAY, 900)
    wrong, _, whole = brute(world)
    said = {item.promise for item in found.broken if item.promise != "waits"}
    assert found.proven
    assert wrong <= said
    if whole:  # a round may be closed by calls that were not placed to their end
        assert said - {"loops"} <= wrong


@given(worlds())
@relaxed
def test_a_refuted_promise_is_refuted_again_when_its_call_is_placed(world: World) -> None:
    for item in check(world, TODAY, 900).broken:
        if item.script is None or item.promise == "waits":
            continue
        result = place(world, item.script, today=TODAY)
        if item.promise == "ends":
            assert result.ends.how in ("hung_up", "error"), item
            assert result.ends.how != "error" or item.message.endswith(result.ends.message), item
            continue
        visits = [passed.action for passed in result.path]
        assert result.ends.how == "error" or visits.count(item.action) >= 2, (item, result.ends)


@given(worlds())
@relaxed
def test_a_branch_is_dead_exactly_when_no_call_takes_it_and_else_its_script_does(world: World) -> None:
    walked = walk_of(world, TODAY)
    proven = dead(world, walked)
    _, taken, whole = brute(world)
    assert not taken & set(proven)
    if whole:
        assert all_branches(world, "f") - taken == set(proven)
    found = suggest(world, [], TODAY)
    covered: set[tuple[str, str, str]] = set()
    for script, _ in found.scripts:
        covered |= place(world, script, today=TODAY).branches
    assert all_branches(world, "f") - covered - set(found.dead) == set(found.left)
    assert combinations(world.hours, TODAY, "UTC")
