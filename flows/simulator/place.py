"""One call from the first ring to its end, and what came of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import field
from typing import Any

from ...specs.frozen import dataclass
from ..document import Action
from . import machine, moments, routing, speech
from .calendar import usual
from .callers import HANG_UP, STOP, Caller, Scripted
from .oracle import Oracle
from .script import Script
from .state import UNKNOWN, Answer, Ask, End, Heard, State, Step, pairs
from .telling import assumption, telephone
from .values import seconds
from .world import World

MOST_STEPS = 20_000
LEAVING = frozenset((routing.ROOM, "leaves", routing.ANSWERED))
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-.*")
LEAVES = "\u2192"  # the branch of an action after which its flow is left


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transcript. `kind`: step, heard, agent, pressed, queued (`text` is the queue), note, end."""

    kind: str
    text: str
    seconds: float = 0.0
    flow: str = ""
    step: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """An action that was done, and where it went. `subject` is what it asked about: hours, a queue, a function."""

    flow: str
    action: str
    step: str
    type: str
    result: str
    to: str
    subject: str = ""


BEGUN = End("error", message="the call did not begin")


@dataclass(slots=True)
class Result:
    """What came of a call. `branches` are (flow, action, target) for coverage."""

    path: list[Passed] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    agent_heard: list[str] = field(default_factory=list)
    ends: End = BEGUN
    attributes: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    branches: set[tuple[str, str, str]] = field(default_factory=set)
    actions: set[tuple[str, str]] = field(default_factory=set)
    callback: str = ""
    at: dt.datetime | None = None
    unused: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        ends = {key: value or None for key, value in self.ends._asdict().items()} | {"how": self.ends.how}
        return {
            "at": self.at.isoformat() if self.at else None,
            "path": [
                {"flow": p.flow, "step": p.step, "action": p.action, "type": p.type, "result": p.result}
                for p in self.path
            ],
            "heard": self.heard,
            "agent_heard": self.agent_heard,
            "ends": ends,
            "attributes": self.attributes,
            "seconds": round(self.seconds, 1),
            "notes": self.notes,
            "callback": self.callback or None,
        }


Listener = Callable[[Entry], None]


class Call:
    """A call in progress. The machine knows one step; this knows the clock, the caller and the transcript."""

    def __init__(self, world: World, script: Script, caller: Caller, listen: Listener | None, today: dt.date) -> None:
        self.world = world
        self.script = script
        self.caller = caller
        self.listen = listen
        self.oracle = Oracle(world, script.given)
        self.at = script.at or usual(world.timetable, today, world.time_zone)
        self.result = Result(at=self.at)
        self.waiting_since = 0.0
        self.seen: dict[State, int] = {}
        self.said: set[str] = set()
        self.asking = 0.0  # seconds that the question takes
        self.asked = False  # the question of the step to come was heard already

    # The whole call

    def place(self) -> Result:
        """Run to the end."""
        state = self._begin()
        if state is None:
            return self.result
        state, end = self._run(state)
        if end.how == "callback" and self.script.given.callback:
            self._call_back(state)
        self._finish(state, end)
        return self.result

    def _begin(self) -> State | None:
        script, world = self.script, self.world
        number = world.numbers.get(script.to) if script.to else None
        flow = number.flow if number else script.flow
        if flow not in world.flows:
            what = f'flow "{flow}"' if flow else f'number "{script.to}"'
            self._finish(State(), End("error", message=f"{what} is not known"))
            return None
        state = machine.start(world, flow, caller=script.caller, attributes=pairs(script.given.attributes))
        stages = {"customer_queue": "queue", "customer_hold": "hold", "agent_hold": "agent_hold"}
        stages |= {"agent_whisper": "agent_whisper", "customer_whisper": "customer_whisper"}
        stages |= {"outbound_whisper": "outbound"}
        stage = stages.get(world.types.get(flow, ""), "flow")
        queue = next(iter(script.given.queues), "") or next(iter(world.queues), "")
        if stage != "flow":
            state = state._replace(stage=stage, target=queue, queue=queue if stage == "queue" else "")  # type: ignore[arg-type]
        elif world.types.get(flow) in ("queue_transfer", "agent_transfer"):
            state = state._replace(target=queue, talked=True)
        return state

    def _run(self, state: State) -> tuple[State, End]:
        for _ in range(MOST_STEPS):
            loop = self._loops(state)
            if loop and state.stage != "queue":
                return state, End("error", message=f"loops for ever: {loop}")
            asked = None if loop else machine.ask(self.world, state)
            answer = self._answer(state, asked) if asked is not None else None
            if answer is not None and asked is not None and answer.label == HANG_UP and asked.kind != "talk":
                self.result.seconds += self.asking
                return state, moments.over(self.world, state, "the caller hangs up")
            before = state
            made = self._still_waiting(state, loop) if loop else machine.step(self.world, state, answer)
            self._record(before, made, asked.subject if asked is not None else "")
            state = made.state
            if made.end is not None:
                return state, made.end
            if made.state.stage == "queue" and (before.stage, before.queue) != ("queue", made.state.queue):
                self.waiting_since = self.result.seconds
                self._tell("queued", made.state.queue, before)
        return state, End("error", message=f"the call did not end within {MOST_STEPS} steps")

    def _loops(self, state: State) -> str:
        """The steps of the loop that the call is in for ever; "" when something changed since the last time here."""
        last, mark = self.seen.get(state), self.caller.used
        if last is not None and last == mark and state.stage != "talk" and state.flow:
            return " > ".join(self._round(state))
        self.seen[state] = mark
        return ""

    def _round(self, state: State) -> list[str]:
        """The steps since the call was here before, and this one again."""
        found: list[str] = []
        for passed in reversed(self.result.path):
            found.append(self._called(passed.flow, passed.action))
            if (passed.flow, passed.action) == (state.flow, state.at):
                break
        return [*dict.fromkeys(reversed(found)), self._called(state.flow, state.at)]

    def _called(self, flow: str, identifier: str) -> str:
        """The step's name; for an export without names the type with the beginning of the identifier."""
        step = self.world.origin(flow, identifier).step
        action = self.world.flows[flow].actions.get(identifier)
        return f"{action.type} {identifier[:8]}" if action is not None and _UUID.fullmatch(step) else step

    def _still_waiting(self, state: State, loop: str) -> Step:
        """A waiting flow goes round and the caller does nothing: an agent answers in the end, or the caller waits."""
        found = self.oracle.answers_after(state)
        if found is not None:
            self._tell("note", f"{found[1] or 'an agent'} answers", state)
            return moments.accepted(self.world, state, found[1])
        self._note(f"who presses nothing goes round while waiting: {loop}", state)
        return Step(state, speech.STAYS, end=End("queue", queue=state.queue))

    # Answers

    def _answer(self, state: State, asked: Ask) -> Answer:
        action = machine.action_of(self.world, state)
        if action is not None and self.oracle.fails(state, action, asked):
            return Answer(routing.INVALID if asked.kind in ("caller", "number") else "fails")
        if asked.kind in ("keys", "digits") and action is not None:
            self._question(state, action)
        if asked.kind == "keys":
            key = self.caller.key(asked, state)
            return self._pressed(
                asked, key, Answer(key if key in asked.options or key == HANG_UP else speech.INVALID, key)
            )
        if asked.kind == "digits":
            return self._digits(asked, self.caller.digits(asked, state))
        if asked.kind == "talk":
            word = self.caller.talk(asked, state)
            if word:
                self._tell("pressed", f"the agent: {word.replace('_', ' ')}", state)
            return Answer(word or "ends")
        if asked.kind == "hold":
            return Answer("resumed")
        if action is None or asked.kind == "wait":
            return self._wait(state, asked)
        waited = self.result.seconds - self.waiting_since
        answer = self.oracle.answer(state, action, asked, self._now(), waited)
        if answer.assumed:
            told = self.caller.decide(asked, answer)
            if told is not None:
                self.oracle.remember(asked, told)
                return told
            self._note(assumption(asked, answer), state)
        return answer

    def _question(self, state: State, action: Action) -> None:
        """A question is heard before it is answered."""
        step = self.world.origin(state.flow, state.at).step
        said = speech.said(self.world, state, action)
        for heard in said:
            self._hear(heard, state, step)
        self.asking = sum(seconds(heard.text) for heard in said)
        self.asked = True

    def _now(self) -> dt.datetime:
        moment = self.at.astimezone(dt.timezone.utc) + dt.timedelta(seconds=self.result.seconds)
        return moment.astimezone(self.at.tzinfo)

    def _pressed(self, asked: Ask, key: str, answer: Answer) -> Answer:
        """Keys are heard after the question; nobody pressed anything when the time for it is over."""
        after = self.asking + (asked.limit if key == "timeout" else 0)
        text = {"timeout": "nothing", HANG_UP: "hangs up"}.get(key, key)
        self._emit(Entry("pressed", text, self.result.seconds + after))
        return answer

    def _digits(self, asked: Ask, entry: str) -> Answer:
        self._pressed(asked, entry, Answer(entry))
        if entry in (speech.TIMEOUT, HANG_UP):
            return Answer(entry)
        plain = entry.rstrip("#") or entry
        if not asked.subject or asked.subject.isdigit():
            return Answer(speech.VALID, plain[: int(asked.subject or 20)])
        number = telephone(plain, asked.subject)
        return Answer(speech.VALID, number) if number else Answer(speech.INVALID, plain)

    def _wait(self, state: State, asked: Ask) -> Answer:
        waited = self.result.seconds - self.waiting_since
        found = self.oracle.answers_after(state) if speech.ANSWERED in asked.options else None
        every = float(asked.limit) if speech.INTERRUPTED in asked.options else 0.0
        if found is not None and (not every or found[0] <= waited + every):
            self.result.seconds += max(0.0, found[0] - waited)
            self._tell("note", f"{found[1] or 'an agent'} answers after {int(max(found[0], waited))} s", state)
            if not found[1] and dict(state.values).get("criteria"):
                self._note("whether who answers has the skills asked for is not known (`given: agents`)", state)
            return Answer(speech.ANSWERED, found[1])
        word = self.caller.waits(every, state)
        if word == HANG_UP:
            return Answer(HANG_UP)
        if word != STOP:
            self.seen.clear()  # time has passed, as the caller wants it to
        if every and (word != STOP or found is not None):
            return Answer(speech.INTERRUPTED)
        return Answer(speech.STAYS)

    # What is told

    def _record(self, before: State, made: Step, subject: str = "") -> None:
        result = self.result
        action = machine.action_of(self.world, before)
        step = self.world.origin(before.flow, before.at).step if before.flow else before.stage
        shown_step = self._called(before.flow, before.at) if before.flow else before.stage
        if action is not None:
            source = made.source or (before.flow, before.at)
            passed = Passed(before.flow, before.at, step, action.type, made.label, made.to, subject)
            result.path.append(passed)
            result.actions.add((before.flow, before.at))
            if made.source:
                result.branches.add((*made.source, made.to))
            elif made.to:
                result.branches.add((*source, made.to))
            elif made.label in LEAVING and action.type != "MessageParticipantIteratively":
                result.branches.add((*source, LEAVES))
            shown = f"{shown_step} · {made.label}" if made.label not in ("", "ok") else shown_step
            self._tell("step", shown, before)
        for heard in () if self.asked else made.heard:
            self._hear(heard, before, step)
        self.asked = False
        for note in made.notes:
            self._note(note, before)
        result.seconds += made.seconds

    def _hear(self, heard: Heard, state: State, step: str) -> None:
        listed = self.result.heard if heard.to == "caller" else self.result.agent_heard
        listed.append(heard.text)
        kind = "heard" if heard.to == "caller" else "agent"
        self._emit(Entry(kind, heard.text, self.result.seconds, state.flow, step, heard.language))

    def _note(self, text: str, state: State) -> None:
        if text not in self.said:
            self.said.add(text)
            self.result.notes.append(text)
            self._tell("note", text, state)

    def _tell(self, kind: str, text: str, state: State | None = None) -> None:
        self._emit(Entry(kind, text, self.result.seconds, state.flow if state else ""))

    def _emit(self, entry: Entry) -> None:
        self.result.entries.append(entry)
        if self.listen is not None:
            self.listen(entry)

    # The end

    def _call_back(self, state: State) -> None:
        """What becomes of the booked callback: an agent accepts, then the caller is dialled (Connect facts 5)."""
        if self.script.given.callback != "answered":
            self.result.callback = "not answered"
            self._note("the callback is not answered; Connect tries again as often as was set", state)
            return
        queue = state.booked
        self._tell("note", f"the callback: an agent of {queue} accepts")
        again = state._replace(stage="agent_whisper", queue="", target=queue, talked=False)
        if moments.HOOKS["agent_whisper"] not in dict(state.hooks):
            self._note("no agent whisper was set: Connect's default one plays", state)
        whispered = moments.whisper(self.world, again)
        if whispered.stage == "agent_whisper":
            whispered, _ = self._only(whispered, "agent_whisper")
        info = self.world.queues.get(queue)
        outbound = info.outbound if info else ""
        if outbound in self.world.flows:
            self._tell("note", f"{state.callback or state.caller} is dialled and answers")
            self._only(moments.run(self.world, state._replace(stage="outbound", target=queue), outbound), "outbound")
        self.result.callback = "answered"

    def _only(self, state: State, stage: str) -> tuple[State, End | None]:
        """Run as long as the call is in one stage."""
        for _ in range(MOST_STEPS):
            if state.stage != stage or not state.flow:
                break
            asked = machine.ask(self.world, state)
            answer = self._answer(state, asked) if asked is not None else None
            made = machine.step(self.world, state, answer)
            self._record(state, made)
            state = made.state
            if made.end is not None:
                return state, made.end
        return state, None

    def _finish(self, state: State, end: End) -> None:
        result = self.result
        result.ends = end
        result.attributes = {key: "[unknown]" if value == UNKNOWN else value for key, value in state.attributes}
        if isinstance(self.caller, Scripted):
            result.unused = self.caller.unused
        given = self.script.given
        named = [*given.fails, *given.takes, *given.numbers]
        result.unmatched = sorted(name for name in named if name not in self.oracle.used)
        self._tell("end", ending(end))


def place(
    world: World,
    script: Script,
    *,
    caller: Caller | None = None,
    listen: Listener | None = None,
    today: dt.date | None = None,
) -> Result:
    """Place one call. Without a caller the script's keys are pressed."""
    who = caller or Scripted(script.press, script.given.agent_does)
    return Call(world, script, who, listen, today or dt.date.today()).place()  # noqa: DTZ011 - the default day


def ending(end: End) -> str:
    """How a call ended, as a call script writes it."""
    words = {"queue": end.queue, "callback": end.queue, "transfer": end.number, "agent": end.agent}
    return f"{end.how} {words.get(end.how, '')}".strip()
