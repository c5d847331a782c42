"""Scripts that are missing: for each branch that no call takes the shortest call that does, or the proof that none can.

The walk gives the cheapest way to a branch; what was answered on that way becomes keys, a moment and `given:`. Every
script is placed before it is suggested: it is offered only if the branch is then taken.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import routing, speech
from .calendar import combinations
from .coverage import Branch, all_branches, described
from .place import LEAVES, Result, ending, place
from .script import Expect, Given, QueueGiven, Script
from .state import Ask
from .values import holds
from .walk import CALLED_BACK, Told, Walked, Walker
from .world import CALLER, World
from .written import as_yaml

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


_WORDS = {
    "next": "goes on",
    "success": "goes on",
    "InputTimeLimitExceeded": "nothing pressed",
    "NoMatchingCondition": "anything else",
    "NoMatchingError": "fails",
    "QueueAtCapacity": "full",
    "InvalidCallbackNumber": "number withheld",
    "DoneLooping": "tries used up",
    "MessagesInterrupted": "after a while",
    "CallFailed": "busy",
}


def walk_of(world: World, today: dt.date, longest_wait: int | None = None) -> Walked:
    """The walk over all calls of a world."""
    found = combinations(world.timetable, today, world.time_zone)
    return Walker(world, [dict(item) for item in found], longest_wait).walk()


def dead(world: World, walked: Walked) -> dict[Branch, str]:
    """Branches that no call can take, each with why; empty when the walk was not complete."""
    if not walked.complete:
        return {}
    made = {}
    for flow in world.flows:
        for branch in all_branches(world, flow):
            if branch not in walked.first:
                made[branch] = _why(world, walked, branch)
    return made


def _why(world: World, walked: Walked, branch: Branch) -> str:
    flow, name, _ = branch
    action = world.flows[flow].actions[name]
    if (flow, name) not in walked.reached:
        return "no call comes to this action"
    told = described(world, branch)["branch"]
    if action.type == "Compare":
        return f"{action.parameters.get('ComparisonValue')} is never {told} when a call comes here"
    if action.type == "CheckHoursOfOperation":
        return f"at no moment are the hours so ({told}) when a call comes here"
    return f"it never comes to {told} here"


@dataclass(frozen=True, slots=True)
class Suggested:
    """Scripts to add, branches that no call can take, and those for which no script could be found."""

    scripts: tuple[tuple[Script, Result], ...] = ()
    dead: Mapping[Branch, str] = field(default_factory=dict)
    left: tuple[Branch, ...] = ()
    complete: bool = True

    def text(self) -> str:
        """A calls/*.yaml file; the proofs as comments."""
        lines = ["# Suggested by `ccdeploy calls --suggest`: read each, keep what is as you want it."]
        lines += ["calls:"] if self.scripts else ["# No script is missing."]
        for script, result in self.scripts:
            lines += as_yaml(script, result)
        if self.dead:
            lines.append("# No call can take these branches:")
            lines += [f"#   {flow} {name} -> {to}: {why}" for (flow, name, to), why in sorted(self.dead.items())]
        if self.left:
            lines.append("# No script was found for these:")
            lines += [f"#   {flow} {name} -> {to}" for flow, name, to in self.left]
        return "\n".join(lines)

    def summary(self) -> str:
        """One line."""
        text = f"{len(self.scripts)} scripts suggested; {len(self.dead)} branches proven dead"
        if self.left:
            text += f"; {len(self.left)} left open"
        return text if self.complete else f"{text}; there are too many ways to look at all of them"

    def as_json(self, world: World) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "yaml": self.text(),
            "scripts": [{"name": script.name, "result": result.as_json()} for script, result in self.scripts],
            "dead": [described(world, branch) | {"why": why} for branch, why in sorted(self.dead.items())],
            "left": [described(world, branch) for branch in self.left],
            "complete": self.complete,
        }


def suggest(world: World, results: Iterable[Result], today: dt.date, names: Iterable[str] = ()) -> Suggested:
    """Scripts until every branch is taken that a call can take."""
    taken: set[Branch] = set()
    for earlier in results:
        taken |= earlier.branches
    found = combinations(world.timetable, today, world.time_zone)
    walked = Walker(world, [dict(item) for item in found]).walk()
    proven = {branch: why for branch, why in dead(world, walked).items() if branch not in taken}
    wanted = {branch for branch in walked.first if branch not in taken and branch[1] in world.flows[branch[0]].actions}
    used, made, left = set(names), [], []
    # The longest ways first: they take many branches on the way.
    for branch in sorted(wanted, key=lambda b: (-len(walked.trail(walked.first[b])), b)):
        if branch in taken:
            continue
        script = _script(world, walked, branch, found)
        result = place(world, script, today=today) if script is not None else None
        if script is None or result is None or branch not in result.branches:
            left.append(branch)
            continue
        taken |= result.branches
        script = replace(script, name=_name(world, branch, used), expect=Expect(ends=ending(result.ends)))
        used.add(script.name)
        made.append((script, result))
    return Suggested(tuple(made), proven, tuple(b for b in left if b not in taken), walked.complete)


def _name(world: World, branch: Branch, used: set[str]) -> str:
    told = described(world, branch)
    names = [_WORDS.get(word, word) for word in str(told["branch"]).split(", ")]
    name = f"{branch[0]}: {told['step']} ({names[0]})"[:150]
    return next(n for n in (name, *(f"{name} ({i})" for i in range(2, 999))) if n not in used)


def _script(
    world: World, walked: Walked, branch: Branch, moments: Mapping[tuple[tuple[str, bool], ...], dt.datetime]
) -> Script | None:
    trail = walked.trail(walked.first[branch])
    root, _ = walked.root(walked.first[branch])
    kind, _, name = root.partition(" ")
    written = _Written(world)
    for told in trail:
        written.add(told)
    if CALLED_BACK in walked.nodes[walked.edges[walked.first[branch]].source].known:
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


__all__ = ["LEAVES", "Suggested", "dead", "suggest", "walk_of"]
