"""A call script as a value: who dials what, when, which keys, how the world is, what must come of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import field

from ...specs.frozen import dataclass
from ...specs.problems import NOWHERE, Where


@dataclass(frozen=True, slots=True)
class QueueGiven:
    """How a queue is; None = nobody said. `answered_after` seconds of waiting an agent takes the caller."""

    waiting: int | None = None
    oldest: int | None = None
    staffed: int | None = None
    available: int | None = None
    online: int | None = None
    full: bool | None = None
    answered_after: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """How the world is. `fails` names steps, actions or functions; `takes` the branch of what cannot be known;
    `agents` are people of the rosters who are free; `agent_does` is what the one who answers does then."""

    queues: Mapping[str, QueueGiven] = field(default_factory=dict)
    lambdas: Mapping[str, str] = field(default_factory=dict)  # replies as JSON text
    fails: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)  # answers | busy | no_answer
    takes: Mapping[str, str] = field(default_factory=dict)
    agents: tuple[str, ...] = ()
    agent_does: tuple[str, ...] = ()
    switches: frozenset[str] = frozenset()  # crisis switches that are on
    callback: str = ""  # answered | not_answered: what becomes of a booked callback


@dataclass(frozen=True, slots=True)
class Expect:
    """What must come of a call; None = not looked at."""

    hears: tuple[str, ...] = ()
    hears_not: tuple[str, ...] = ()
    ends: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """One call. `to` is the key of a number, `flow` a flow in its place; `caller` "" = withheld."""

    name: str = ""
    to: str = ""
    flow: str = ""
    caller: str = "+33199000150"
    at: dt.datetime | None = None
    press: tuple[str, ...] = ()
    given: Given = Given()
    expect: Expect = Expect()
    where: Where = NOWHERE
    places: Mapping[str, Where] = field(default_factory=dict)


def is_object(reply: str) -> bool:
    """Whether a function's reply is a JSON object."""
    try:
        return isinstance(json.loads(reply), dict)
    except ValueError:
        return False
