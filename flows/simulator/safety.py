"""What must hold for every caller, proven over all calls or refuted by one (the walk looks at all of them).

- ends: every call ends with a person, a callback, or a message that names a number since the caller was last asked.
- loops: nobody who presses nothing, or the wrong key, goes round for ever.
- waits: nobody waits longer than `longest_wait` without being asked for a key that leads out.

Walked up to the moment when a person has answered: what comes then is help.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from ...specs.durations import spoken
from ...specs.frozen import dataclass
from ...specs.model import Center
from ...specs.problems import Problems, Where
from .calendar import combinations
from .command import command_of
from .script import Script
from .state import Ask
from .trails import script_of
from .walk import Told, Walked, Walker
from .world import World

# Which hotline rule a promise belongs to: a rule that is waived in center.yaml waives it here too.
RULES = {"ends": "H04", "loops": "H02", "waits": "H06"}
_CHOSEN = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that a call breaks: the call in words, where it goes wrong, and a script that places it.

    `script` is None where no script can say the circumstances.
    """

    promise: str
    message: str
    call: str
    flow: str
    action: str
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """What the walk showed. `proven` is false when it was not complete: then nothing is claimed."""

    broken: tuple[Broken, ...]
    proven: bool
    states: int


def check(world: World, today: dt.date, longest_wait: int) -> Safety:
    """Look at every call."""
    found = combinations(world.timetable, today, world.time_zone)
    walked = Walker(world, [dict(item) for item in found], longest_wait, until_person=True).walk()
    broken = [*_ends(world, walked), *_waits(world, walked, longest_wait), *_loops(world, walked)]
    first: dict[tuple[str, str, str], Numbered] = {}
    for number, after, item in broken:  # one counter-example a promise and place is enough
        first.setdefault((item.promise, item.flow, item.action), (number, after, item))
    told = (
        replace(item, script=script_of(world, walked, number, found, after)) for number, after, item in first.values()
    )
    return Safety(tuple(told), walked.complete, len(walked.nodes))


def check_safety(center: Center, world: World, problems: Problems) -> Safety | None:
    """Record what the centre's own promises (`safety:`) do not hold; nothing without them."""
    if center.safety is None:
        return None
    result = check(world, center.today, center.safety.longest_wait)
    for item in result.broken:
        if RULES[item.promise] in center.safety.waive:
            continue
        origin = world.origin(item.flow, item.action)
        where = Where(origin.file, origin.line, 1) if origin.file else Where("center.yaml")
        hint = f"place it: {command_of(item.script)}" if item.script is not None else item.call
        problems.error(where, f"call-{item.promise}", item.message, hint)
    if not result.proven:
        message = "there are too many different calls to look at all of them: nothing is proven"
        problems.warning(Where("center.yaml"), "calls-unproven", message, "split long flows into modules")
    return result


# The edge at which a call goes wrong, and those on which it then goes round.
Numbered = tuple[int, tuple[int, ...], Broken]


def _ends(world: World, walked: Walked) -> Iterator[Numbered]:
    for number, edge in enumerate(walked.edges):
        end = edge.end
        if edge.stuck:
            yield _broken(world, walked, number, "loops", f"the call goes round for ever at {edge.stuck[0]}")
        elif end is not None and end.how == "error":
            yield _broken(world, walked, number, "ends", f"a call is cut off: {end.message}")
        elif end is not None and end.how == "hung_up" and not edge.named:
            message = "a call ends without a person, a callback, or a message that names a number"
            yield _broken(world, walked, number, "ends", message)


def _waits(world: World, walked: Walked, longest: int) -> Iterator[Numbered]:
    for number in walked.too_long:
        message = f"a caller waits longer than longest_wait ({spoken(longest)}) without a way out"
        yield _broken(world, walked, number, "waits", message)
    for number, edge in enumerate(walked.edges):
        if edge.end is None or edge.end.how != "queue" or edge.told is None:
            continue
        asked = edge.told.ask
        if asked.kind == "wait" and "interrupted" not in asked.options:
            message = "a caller who waits hears messages that never lead to a question"
            yield _broken(world, walked, number, "waits", message)


def _loops(world: World, walked: Walked) -> Iterator[Numbered]:
    """Cycles of calls in which the caller never chooses anything that is offered."""
    following: dict[int, list[tuple[int, int]]] = {}
    for number, edge in enumerate(walked.edges):
        if edge.target < 0 or edge.told is None or _chooses(edge.told):
            continue
        if walked.nodes[edge.source].state.stage != "flow" or walked.nodes[edge.target].state.stage != "flow":
            continue
        following.setdefault(edge.source, []).append((edge.target, number))
    for cycle in _cycles(following):
        number = cycle[0]
        state = walked.nodes[walked.edges[number].source].state
        step = world.origin(state.flow, state.at).step
        message = f"who presses nothing that is offered comes back to {step} for ever"
        yield _broken(world, walked, number, "loops", message, (*cycle[1:], *cycle))


def _chooses(told: Told) -> bool:
    return told.ask.kind in ("keys", "digits", "intent") and (
        told.answer.label in _CHOSEN or told.answer.label == "valid"
    )


def _cycles(following: dict[int, list[tuple[int, int]]]) -> list[tuple[int, ...]]:
    """The edges of each cycle in order, found by a walk in depth without recursion."""
    state: dict[int, int] = {}
    found: list[tuple[int, ...]] = []
    for root in following:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(following[root]))]
        came: list[int] = []  # the edge to each node of the stack but the first
        while stack:
            here, edges = stack[-1]
            for target, number in edges:
                if state.get(target) == 1:
                    begins = next(n for n, (node, _) in enumerate(stack) if node == target)
                    found.append((*came[begins:], number))
                elif target not in state:
                    state[target] = 1
                    came.append(number)
                    stack.append((target, iter(following.get(target, ()))))
                    break
            else:
                state[here] = 2
                stack.pop()
                if came:
                    came.pop()
    return found


def _broken(
    world: World, walked: Walked, number: int, promise: str, message: str, after: tuple[int, ...] = ()
) -> Numbered:
    trail = walked.trail(number)
    root, _ = walked.root(number)
    state = trail[-1].state if trail else walked.nodes[walked.edges[number].source].state
    return number, after, Broken(promise, message, call_text(world, root, trail), state.flow, state.at)


def call_text(world: World, root: str, trail: list[Told]) -> str:
    """A call in one line: `to main: day closed; language 1; menu timeout`."""
    words = [_answer(world, told) for told in trail if told.ask.kind != "do" or told.answer.label == "fails"]
    return f"call {root.partition(' ')[2]}: " + "; ".join(word for word in words if word)


def _answer(world: World, told: Told) -> str:
    step = world.origin(told.state.flow, told.state.at).step or told.state.stage
    label = told.answer.label
    ask: Ask = told.ask
    if label in ("ok", "room"):
        return ""
    if ask.kind in ("hours", "room", "dial"):
        return f"{ask.subject} {label.replace('_', ' ')}"
    if ask.kind == "caller":
        return "number withheld" if label == "invalid" else ""
    return f"{step} {label}"
