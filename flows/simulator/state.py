"""The state of a call between two actions, and what one action does to it: values, so that a walk can compare them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Pairs = tuple[tuple[str, str], ...]
# flow: a flow that the caller hears; queue: waiting; agent_whisper … outbound: what runs between accepting and
# talking; talk: with an agent; hold, agent_hold: on hold.
Stage = Literal[
    "flow", "queue", "agent_whisper", "customer_whisper", "outbound", "talk", "hold", "agent_hold", "after", "over"
]
UNKNOWN = "\0unknown"


class Frame(NamedTuple):
    """A flow that waits for a module to end."""

    flow: str
    action: str
    local: Pairs


class State(NamedTuple):
    """One moment of one call. `at` is the action that comes next; with `flow` "" no flow runs."""

    stage: Stage = "flow"
    flow: str = ""
    at: str = ""  # the third: `moved` counts on it
    stack: tuple[Frame, ...] = ()
    attributes: Pairs = ()
    local: Pairs = ()  # flow attributes
    values: Pairs = ()  # other `$.` paths that have a value, without the leading "$."
    hooks: Pairs = ()
    loops: tuple[tuple[str, str, int], ...] = ()
    target: str = ""  # working queue
    agent: str = ""  # a person as the target
    queue: str = ""  # in which the caller waits
    moves: int = 0
    caller: str = ""  # "" = withheld
    callback: str = ""  # the number to call back
    booked: str = ""  # the queue that holds the callback
    transferred: str = ""
    talked: bool = False
    priority: int = 5


class Heard(NamedTuple):
    """Something said: to the caller or to the agent."""

    text: str
    to: Literal["caller", "agent"] = "caller"
    language: str = ""


class End(NamedTuple):
    """How a call ends."""

    how: str
    queue: str = ""
    number: str = ""
    agent: str = ""
    message: str = ""


class Ask(NamedTuple):
    """What an action needs to know from outside. `options` are all answers that lead to different places or states."""

    kind: str
    subject: str = ""
    options: tuple[str, ...] = ()
    limit: int = 0  # seconds: to the first key, between interrupts, to ring


class Answer(NamedTuple):
    """An answer: one of the options, with a value where it has one (keys, a function's reply as JSON)."""

    label: str
    value: str = ""
    assumed: bool = False  # nobody said so; the transcript does


class Step(NamedTuple):
    """What one action did. `to` is the next action of the same flow, "" when the caller left it."""

    state: State
    label: str
    to: str = ""
    heard: tuple[Heard, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    end: End | None = None
    source: tuple[str, str] | None = None  # whose branch it is, where that is another action (a module's end)


_new = tuple.__new__  # a walk makes a hundred thousand of these: `_replace` takes five times as long


def moved(made: Step) -> Step:
    """The step with its state at the next action."""
    state = made[0]
    return _new(Step, (_new(State, (*state[:2], made[2], *state[3:])), *made[1:]))


def pairs(values: Mapping[str, str]) -> Pairs:
    """A mapping as a value that can be compared."""
    return tuple(sorted(values.items()))


def put(old: Pairs, new: Mapping[str, str]) -> Pairs:
    """`old` with `new` laid over it."""
    return pairs(dict(old) | dict(new))


def drop(old: Pairs, prefix: str) -> Pairs:
    """`old` without everything whose key begins with `prefix`."""
    return tuple(pair for pair in old if not pair[0].startswith(prefix))
