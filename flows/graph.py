"""A flow as its author means it: steps, each with one verb, read and typed but not yet compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import pairwise
from typing import Any, Literal

from ..specs.frozen import dataclass
from ..specs.model import FlowType, Text
from ..specs.problems import NOWHERE, Where
from .verbs import Form, Verb, verbs

# Kinds of forms whose value maps something to a step.
BRANCHES = frozenset(("choices", "cases", "results", "durations", "counts", "shares"))
Kind = Literal["plain", "failure", "refusal", "choice"]
# Edges that the hotline rules call N: closed, full, nobody, no answer.
REFUSALS = frozenset(("closed", "full", "nobody", "no_answer"))


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `value` and `options` are typed by the verb table; `places` tells where each key is written."""

    key: str
    verb: str
    value: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    then: str | None = None
    failed: str | None = None
    next_action: str | None = None  # NextAction where the service never takes it, as an export wrote it
    allow: Mapping[str, str] = field(default_factory=dict)
    where: Where = NOWHERE
    places: Mapping[str, Where] = field(default_factory=dict)

    @property
    def table(self) -> Verb:
        """The verb's row in the table."""
        return verbs()[self.verb]

    def at(self, key: str) -> Where:
        """Where a key of the step is written; the step's own place when it is not."""
        return self.places.get(key, self.where)

    def option(self, name: str) -> Any:
        """An option's value: as written, else None (defaults are filled in by the parser)."""
        return self.options.get(name)

    def forms(self) -> Iterator[tuple[str, Form, Any]]:
        """Every value of the step with its form: the verb's own under the verb's name, then the options."""
        table = self.table
        yield self.verb, table.value, self.value
        for name, value in self.options.items():
            yield name, table.options[name], value

    def texts(self) -> Iterator[tuple[str, Text]]:
        """What the step says, with the key under which it is written."""
        for name, _, value in self.forms():
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Text):
                    yield name, item

    def targets(self) -> Iterator[tuple[str, str]]:
        """Every step that is named, with the key under which it is: options, branches, `then` and `failed`."""
        for name, form, value in self.forms():
            if form.kind == "step" and value is not None:
                yield name, value
            elif form.kind in BRANCHES and value:
                for case, target in value.items():
                    yield f"{name} {case}", target
        if self.verb == "action":
            for target in _raw_targets(self.option("transitions") or {}):
                yield "transitions", target
        if self.then is not None:
            yield "then", self.then
        if self.failed is not None:
            yield "failed", self.failed
        if self.next_action is not None:
            yield "next_action", self.next_action

    @property
    def goes_on(self) -> bool:
        """Whether the step falls through to the next one when it says no `then`."""
        if self.verb == "repeat":
            return self.option("up_to") is not None
        if self.verb == "transfer":
            return self.then is not None  # afterwards the call ends
        if self.verb == "action":
            from .catalogue import catalogue

            known = catalogue().actions.get(str(self.value))
            return self.option("transitions") is None and not (known and known.terminal)
        return not self.table.ends


def _raw_targets(transitions: Mapping[str, Any]) -> Iterator[str]:
    if "NextAction" in transitions:
        yield str(transitions["NextAction"])
    for group in ("Conditions", "Errors"):
        entries = transitions.get(group) or []
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping) and "NextAction" in entry:
                yield str(entry["NextAction"])


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow. `on_error` None = the built-in safety net, "none" = nothing is added; `head` False = no head either."""

    name: str
    type: FlowType
    steps: Mapping[str, Step]
    start: str
    title: str = ""
    description: str = ""
    on_error: str | None = None
    head: bool = True
    language: str | None = None  # of a file on its own
    settings: Mapping[str, Any] | None = None  # of a module, as an export has them
    file: str = ""
    where: Where = NOWHERE
    was: str | None = None  # the name that it had before
    loose: tuple[str, ...] = ()  # steps to which a step with mistakes may lead: never called unreachable
    ends_whole: bool = True  # whether the last step could be read
    following: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = list(self.steps)
        object.__setattr__(self, "following", dict(pairwise(keys)))

    def next_of(self, key: str) -> str | None:
        """The step written after `key`, or None after the last one."""
        return self.following.get(key)

    def then_of(self, step: Step) -> str | None:
        """Where `step` goes on: its `then`, else the next one if it falls through."""
        if step.then is not None:
            return step.then
        return self.next_of(step.key) if step.goes_on else None

    def failure_of(self, step: Step) -> str | None:
        """Where a failure goes: `failed`, else on with a soft verb, else `on_error`; None = the net or nowhere."""
        if step.failed is not None:
            return step.failed
        if step.verb == "menu":
            return str(step.option("otherwise"))
        if step.table.failure == "soft":
            return self.then_of(step)
        if step.table.failure == "hard" and self.on_error not in (None, "none", step.key):
            return self.on_error  # whose own failure goes into the net: a call must not go round in it
        return None

    def reachable(self, start: str) -> set[str]:
        """Every step that can be reached from `start`, itself included."""
        seen: set[str] = set()
        stack = [start]
        while stack:
            key = stack.pop()
            if key in seen or key not in self.steps:
                continue
            seen.add(key)
            step = self.steps[key]
            stack += [target for _, target in step.targets()]
            stack += [target for target in (self.then_of(step), self.failure_of(step)) if target]
        return seen

    @property
    def repeating(self) -> str | None:
        """The key of the first step that repeats its message: where queue and hold flows go back to."""
        return next((key for key, step in self.steps.items() if step.verb == "repeat"), None)
