"""From a way of the walk to a script: what was answered on the way as keys, a moment and `given:`."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from . import routing, speech
from .script import Given, QueueGiven, Script
from .state import Ask
from .values import holds
from .walk import CALLED_BACK, Told, Walked
from .world import CALLER, World

_FIELDS = {
    "NumberOfAgentsAvailable": "available",
    "NumberOfAgentsStaffed": "staffed",
    "NumberOfAgentsOnline": "online",
    "NumberOfContactsInQueue": "waiting",
    "OldestContactInQueueAgeSeconds": "oldest",
    "$.Metrics.Contact.PositionInQueue": "waiting",
    "$.Metrics.Queue.Size": "waiting",
    "$.Metrics.Queue.OldestContactAge": "oldest",
    "$.Metrics.Agents.Staffed.Count": "staffed",
    "$.Metrics.Agents.Available.Count": "available",
    "$.Metrics.Agents.Online.Count": "online",
}


Moments = Mapping[tuple[tuple[str, bool], ...], dt.datetime]


def script_of(world: World, walked: Walked, edge: int, moments: Moments, after: Sequence[int] = ()) -> Script | None:
    """The call that the walk made up to and with an edge, then along those `after` it; None without such a moment."""
    further = (walked.edges[number].told for number in after)
    trail = [*walked.trail(edge), *(told for told in further if told is not None)]
    root, _ = walked.root(edge)
    kind, _, name = root.partition(" ")
    written = _Written(world)
    for told in trail:
        written.add(told)
    if CALLED_BACK in walked.nodes[walked.edges[edge].source].known:
        written.callback = "answered"
    at = _moment(written.hours, moments)
    if at is None and written.hours:
        return None
    return Script(
        name="suggested",
        to=name if kind == "to" else "",
        flow=name if kind == "flow" else "",
        caller="" if written.withheld else CALLER,
        at=at,
        press=written.pressed(),
        given=written.given(),
    )


def _moment(
    hours: Mapping[str, bool], moments: Mapping[tuple[tuple[str, bool], ...], dt.datetime]
) -> dt.datetime | None:
    for combination, moment in moments.items():
        if all(dict(combination).get(name, value) == value for name, value in hours.items()):
            return moment
    return None


class _Written:
    """Answers on the way, gathered as keys and `given:`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.press: list[str] = []
        self.queues: dict[str, dict[str, Any]] = {}
        self.replies: dict[str, dict[str, str]] = {}
        self.fails: set[str] = set()
        self.numbers: dict[str, str] = {}
        self.takes: dict[str, str] = {}
        self.does: list[str] = []
        self.hours: dict[str, bool] = {}
        self.switches: set[str] = set()
        self.waited = 0
        self.withheld = False
        self.entered: set[str] = set()
        self.callback = ""
        self.function = ""

    def add(self, told: Told) -> None:
        """Take over one answer."""
        state, ask, answer = told
        here = self._name(state.flow, state.at)
        if answer.label == "fails":
            self.fails.add(here)
        elif ask.kind in ("keys", "digits"):
            self._keys(ask, answer.label, answer.value)
        elif ask.kind == "hours" and ask.subject in self.world.switches:
            self.switches |= {ask.subject.removeprefix("switch ")} if answer.label == "open" else set()
        elif ask.kind == "hours":
            self.hours.setdefault(ask.subject, answer.label == "open")
        elif ask.kind == "room":
            if answer.label == routing.FULL and ask.subject in self.entered:
                self.fails.add(here)  # it had room before: within one script it cannot be full as well
            elif answer.label == routing.FULL:
                self.queues.setdefault(ask.subject, {})["full"] = True
            self.entered.add(ask.subject)
            self.waited = 0
        elif ask.kind in ("metric", "unknown"):
            self._figure(ask, answer.label, state.queue or state.target, here)
        elif ask.kind == "lambda":
            self.function = ask.subject
        elif ask.kind == "dial":
            self._dialled(ask, answer.label)
        elif ask.kind == "caller" and answer.value == routing.WITHHELD:
            self.withheld = True
        elif (ask.kind in ("caller", "number") and answer.label != "ok") or ask.kind in ("intent", "split", "event"):
            self.takes[here] = answer.label
        elif ask.kind == "wait":
            self._waited(ask, answer.label, state.queue)
        elif ask.kind == "talk" and answer.label != "ends":
            self.does.append(answer.label)

    def _name(self, flow: str, action: str) -> str:
        """The shortest name that means this action alone."""
        twice = sum(action in document.actions for document in self.world.flows.values()) > 1
        return f"{flow}/{action}" if twice else action

    def _keys(self, ask: Ask, label: str, value: str) -> None:
        if label == speech.TIMEOUT:
            self.press.append("timeout")
        elif ask.kind == "digits":
            self.press.append("0" if label == speech.INVALID else value.lstrip("+") if ask.subject == "E164" else value)
            if ask.subject and not ask.subject.isdigit() and label == speech.VALID and ask.subject != "E164":
                self.press[-1] = _national(value, ask.subject)
        else:
            unknown = next(key for key in "0789#*456123" if key not in ask.options)
            self.press.append(unknown if label == speech.INVALID else label)

    def _waited(self, ask: Ask, label: str, queue: str) -> None:
        if label == speech.INTERRUPTED:
            self.waited += ask.limit
            self.press.append(f"wait {ask.limit}s")
        elif label == speech.ANSWERED:
            state = self.queues.setdefault(queue, {})
            if self.waited or "waiting" in state:
                state["answered_after"] = self.waited + 5
            else:
                state["available"] = 1
            self.waited = 0

    def _dialled(self, ask: Ask, label: str) -> None:
        if label in (routing.BUSY, routing.NO_ANSWER):
            key = next((k for k, number in self.world.external.items() if number == ask.subject), ask.subject)
            self.numbers[key] = label

    def _figure(self, ask: Ask, label: str, queue: str, here: str) -> None:
        """A figure or a reply that sends the call this way; where none can be given, the branch by name."""
        subject = ask.subject
        if ask.kind == "metric":
            queue, _, subject = subject.rpartition(" ")
        options = [option for option in ask.options if option not in ("otherwise", "fails")]
        value = _fitting(options, label)
        name = _FIELDS.get(subject)
        if name and value is not None and queue in self.world.queues:
            number = int(value) - 1 if subject.endswith("PositionInQueue") else int(value)
            self.queues.setdefault(queue, {})[name] = max(0, number)
        elif subject.startswith("$.External.") and self.function and value is not None:
            self.replies.setdefault(self.function, {})[subject.removeprefix("$.External.")] = value
        else:
            self.takes[here] = label

    def pressed(self) -> tuple[str, ...]:
        """The keys; waiting stands only at the end, since keys wait by themselves until they are asked for."""
        keys = [item for item in self.press if not item.startswith("wait ")]
        rest = list(itertools.takewhile(lambda item: item.startswith("wait "), reversed(self.press)))
        total = sum(int(item.removeprefix("wait ").removesuffix("s")) for item in rest)
        return (*keys, f"wait {total}s") if total else tuple(keys)

    def given(self) -> Given:
        """`given:` as a value."""
        return Given(
            queues={key: QueueGiven(**state) for key, state in self.queues.items()},
            lambdas={key: json.dumps(reply) for key, reply in self.replies.items()},
            fails=frozenset(self.fails),
            numbers=self.numbers,
            takes=self.takes,
            agent_does=tuple(self.does),
            switches=frozenset(self.switches),
            callback=self.callback,
        )


def _fitting(options: list[str], label: str) -> str | None:
    """A value for which exactly this branch is the first that holds; None when none is found."""
    cases = [option.partition(" ")[::2] for option in options]
    operands = [operand for _, operand in cases]
    tries = [*operands, *(str(int(o) + n) for o in operands if o.lstrip("-").isdigit() for n in (1, -1)), "0", "other"]
    if all(operator.startswith("Number") for operator, _ in cases):
        tries = [text for text in tries if text.lstrip("-").isdigit() and int(text) >= 0]
    for text in tries:
        first = next((f"{op} {operand}" for op, operand in cases if holds(op, operand, text)), "otherwise")
        if first == label:
            return text
    return None


def _national(number: str, country: str) -> str:
    import phonenumbers

    parsed = phonenumbers.parse(number, None)
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(c for c in text if c.isdigit()) if country else number.lstrip("+")
