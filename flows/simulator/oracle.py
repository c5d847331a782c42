"""Who answers for the world in a scripted call: from what the script gives, else an assumption that is said."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from ..document import Action
from . import routing, speech
from .calendar import is_open
from .criteria import reached_after
from .outcome import FAILS, OK
from .script import Given, QueueGiven
from .state import Answer, Ask, State
from .values import holds
from .world import Seat, World

_METRICS = {
    "NumberOfAgentsAvailable": "available",
    "NumberOfAgentsStaffed": "staffed",
    "NumberOfAgentsOnline": "online",
    "NumberOfContactsInQueue": "waiting",
    "OldestContactInQueueAgeSeconds": "oldest",
}
_REPORTED = {
    "Queue.Size": "waiting",
    "Queue.OldestContactAge": "oldest",
    "Agents.Online.Count": "online",
    "Agents.Available.Count": "available",
    "Agents.Staffed.Count": "staffed",
}


class Oracle:
    """Answers everything but what the caller does."""

    def __init__(self, world: World, given: Given) -> None:
        self.world = world
        self.given = given
        self.used: set[str] = set()  # which names of `fails`, `takes` and `numbers` had an effect
        self.answers: dict[str, Answer] = {}  # an assumption goes the same way within one call

    def names(self, state: State, action: Action) -> list[str]:
        """What a script may call an action: its identifier, its step, both with the flow before."""
        step = self.world.origin(state.flow, action.identifier).step
        plain = [action.identifier, step]
        return [*plain, *(f"{state.flow}/{name}" for name in plain)]

    def _named(self, names: Iterable[str], where: Iterable[str]) -> str | None:
        known = set(where)
        found = next((name for name in names if name in known), None)
        if found is not None:
            self.used.add(found)
        return found

    def fails(self, state: State, action: Action, ask: Ask) -> bool:
        """Whether the script lets this action fail."""
        if FAILS not in ask.options and ask.kind not in {"caller", "number"}:
            return False
        names = self.names(state, action)
        if ask.kind in {"lambda", "hours"} and ask.subject:
            names.append(ask.subject)
        return self._named(names, self.given.fails) is not None

    def answer(self, state: State, action: Action, ask: Ask, moment: dt.datetime, waited: float) -> Answer:
        """What the world says."""
        if self.fails(state, action, ask):
            return Answer(routing.INVALID if ask.kind in {"caller", "number"} else FAILS)
        named = self._named(self.names(state, action), self.given.takes)
        if named is not None:
            return self._taken(ask, self.given.takes[named])
        told = self.answers.get(f"{ask.kind} {ask.subject}")
        if told is not None:
            return told
        if ask.kind == "hours":
            return self._hours(ask, moment)
        if ask.kind == "room":
            return self._room(ask)
        if ask.kind == "metric":
            return self._metric(ask)
        if ask.kind == "metrics":
            return self._metrics(ask)
        if ask.kind == "lambda":
            reply = self.given.lambdas.get(ask.subject)
            return Answer(OK, reply) if reply is not None else Answer(OK, "", assumed=True)
        if ask.kind == "dial":
            return self._dial(ask)
        if ask.kind == "wait":
            return self._waiting(state, ask, waited)
        if ask.kind in {"unknown", "intent", "split", "event"}:
            return self._assume(ask)
        return Answer(ask.options[0])

    def _taken(self, ask: Ask, wanted: str) -> Answer:
        for option in ask.options:
            if option == wanted or option.partition(" ")[2] == wanted:
                return Answer(option)
        return Answer(wanted)

    def _assume(self, ask: Ask) -> Answer:
        """`otherwise`, and the same again within the call."""
        return self.answers.setdefault(f"{ask.kind} {ask.subject}", Answer("otherwise", assumed=True))

    def remember(self, ask: Ask, answer: Answer) -> None:
        """What somebody decided is so for the rest of the call."""
        self.answers[f"{ask.kind} {ask.subject}"] = answer

    def _hours(self, ask: Ask, moment: dt.datetime) -> Answer:
        hours = self.world.hours.get(ask.subject)
        if hours is None:
            return Answer("open", assumed=bool(ask.subject))
        if ask.subject in self.world.switches and ask.subject.removeprefix("switch ") in self.given.switches:
            return Answer("open")
        return Answer("open" if is_open(hours, moment) else "closed")

    def _queue(self, key: str) -> QueueGiven:
        return self.given.queues.get(key, QueueGiven())

    def _room(self, ask: Ask) -> Answer:
        queue = self._queue(ask.subject)
        info = self.world.queues.get(ask.subject)
        most = info.max_contacts if info else None
        full = queue.full
        if full is None and queue.waiting is not None and most is not None:
            full = queue.waiting >= most
        if full:
            return Answer(routing.FULL)
        return Answer(routing.ROOM, assumed=full is None and info is None)

    def _value(self, key: str, field: str) -> int | None:
        """A figure of a queue, as given or as it follows from who is there."""
        queue = self._queue(key)
        given: int | None = getattr(queue, field)
        if given is not None:
            return given
        if field == "oldest" and queue.waiting == 0:
            return 0
        if self.given.agents and field != "waiting" and field != "oldest":
            return sum(any(q == key for q, _, _ in seat.queues) for seat in self._seats())
        if field in {"staffed", "online"}:
            return queue.available or (queue.staffed if field == "online" else None)
        return None

    def _metric(self, ask: Ask) -> Answer:
        key, _, metric = ask.subject.rpartition(" ")
        value = self._value(key, _METRICS.get(metric, "")) if metric in _METRICS else None
        if value is not None:
            return Answer("value", str(value))
        default = 1 if metric.startswith("NumberOfAgents") else 0
        for option in ask.options:
            operator, _, operand = option.partition(" ")
            if holds(operator, operand, str(default)):
                return Answer(option, assumed=True)
        return Answer("otherwise", assumed=True)

    def _metrics(self, ask: Ask) -> Answer:
        values = {name: self._value(ask.subject, field) for name, field in _REPORTED.items()}
        known: dict[str, object] = {name: value for name, value in values.items() if value is not None}
        waiting = self._queue(ask.subject).waiting
        if waiting is not None:
            known["Contact.PositionInQueue"] = waiting + 1
        info = self.world.queues.get(ask.subject)
        if info is not None:
            known |= {"Queue.Name": info.title, "Queue.ARN": info.arn}
        return Answer(OK, json.dumps(known))

    def _dial(self, ask: Ask) -> Answer:
        names = [ask.subject, *(key for key, number in self.world.external.items() if number == ask.subject)]
        named = self._named(names, self.given.numbers)
        word = self.given.numbers[named] if named else "answers"
        label = {"answers": routing.ANSWERED, "busy": routing.BUSY, "no_answer": routing.NO_ANSWER}[word]
        return Answer(label, assumed=named is None)

    # Who answers in a queue

    def _seats(self) -> list[Seat]:
        by_name = {seat.username: seat for seat in self.world.seats}
        return [by_name[name] for name in self.given.agents if name in by_name]

    def answers_after(self, state: State) -> tuple[float, str] | None:
        """After how many seconds of waiting somebody takes the caller, and who; None = nobody.

        People of `agents` by their routing profile: a queue's delay must have passed, callers who wait in a queue of
        better priority come first, and so do those ahead in the same queue (Connect facts 3.8, 5).
        """
        queue = self._queue(state.queue)
        if queue.answered_after is not None:
            return float(queue.answered_after), ""
        if not self.given.agents:
            free = (queue.available or 0) - (queue.waiting or 0)
            return (0.0, "") if free > 0 else None
        ahead = (queue.waiting or 0) if state.priority >= 5 else 0
        busy = {key: given.waiting or 0 for key, given in self.given.queues.items() if key != state.queue}
        ready: list[tuple[int, str]] = []
        for seat in self._seats():
            place = next(((priority, delay) for key, priority, delay in seat.queues if key == state.queue), None)
            reached = reached_after(dict(state.values).get("criteria", ""), seat)
            if place is None or reached is None:
                continue
            first = next((key for key, priority, _ in seat.queues if priority < place[0] and busy.get(key)), None)
            if first is not None:
                busy[first] -= 1
            else:
                ready.append((max(place[1], int(reached)), seat.username))
        ready.sort(key=lambda item: item[0])
        return (float(ready[ahead][0]), ready[ahead][1]) if len(ready) > ahead else None

    def _waiting(self, state: State, ask: Ask, waited: float) -> Answer:
        found = self.answers_after(state)
        if speech.ANSWERED in ask.options and found is not None and found[0] <= waited + (ask.limit or 0):
            return Answer(speech.ANSWERED, found[1])
        if speech.INTERRUPTED in ask.options:
            return Answer(speech.INTERRUPTED)
        if speech.ANSWERED in ask.options and found is not None:
            return Answer(speech.ANSWERED, found[1])
        return Answer(speech.STAYS)
