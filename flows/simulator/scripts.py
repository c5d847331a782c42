"""calls/*.yaml as scripts, checked against the centre: every mistake with its file, line and column."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...specs.callfiles import read_calls
from ...specs.flowfiles import yaml_files
from ...specs.grammar.shapes import Values
from ...specs.model import Center
from ...specs.nodes import Mapping as MappingNode
from ...specs.nodes import Node, Scalar
from ...specs.phone import complaint
from ...specs.problems import Problems, Where
from ...specs.suggest import did_you_mean
from .calendar import local_moment
from .script import Expect, Given, QueueGiven, Script, is_object
from .values import is_path
from .world import CALLER, World

_AGENTS = ("available", "staffed", "online")


def read_scripts(folder: Path, center: Center | None, world: World, problems: Problems) -> list[Script]:
    """All call scripts of a folder in the order of their files."""
    found: list[Script] = []
    for path in yaml_files(folder / "calls", "calls", problems):
        found += read_file(path, f"calls/{path.name}", center, world, problems)
    return found


def read_file(path: Path, shown: str, center: Center | None, world: World, problems: Problems) -> list[Script]:
    """The scripts of one file; none when the file cannot be read whole, else without those that have mistakes."""
    made: list[Script] = []
    errors = problems.errors
    found = read_calls(path, shown, center, problems)
    whole = problems.errors == errors
    for values in found:
        before = problems.errors
        script = _script(values, world, problems)
        _check(script, values, world, problems)
        if whole and problems.errors == before and script.name:
            made.append(script)
    return made


def _script(values: Values, world: World, problems: Problems) -> Script:
    given, expect = values.get("given", {}), values.get("expect", {})
    caller = values.get("from", CALLER)
    return Script(
        name=values.get("name", ""),
        to=values.get("to", ""),
        flow=values.get("flow", ""),
        caller="" if caller == "withheld" else caller,
        at=_moment(values, world, problems),
        press=tuple(values.get("press", ())),
        given=_given(given),
        expect=Expect(
            hears=tuple(expect.get("hears", ())),
            hears_not=tuple(expect.get("hears_not", ())),
            ends=expect.get("ends"),
            attributes=dict(expect.get("attributes", {})),
        ),
        where=values.where,
        places=dict(values.wheres),
    )


def _moment(values: Values, world: World, problems: Problems) -> dt.datetime | None:
    text = values.get("at")
    if text is None:
        return None
    try:
        return local_moment(dt.datetime.fromisoformat(text), world.time_zone)
    except ValueError as error:
        problems.error(values.at("at"), "impossible-time", str(error), "write a time before or after it")
        return None


def _given(values: Mapping[str, Any]) -> Given:
    return Given(
        queues={key: QueueGiven(**state) for key, state in values.get("queues", {}).items()},
        lambdas={key: _reply(node) for key, node in values.get("lambdas", {}).items()},
        fails=frozenset(values.get("fails", ())),
        attributes=dict(values.get("attributes", {})),
        numbers=dict(values.get("numbers", {})),
        takes=dict(values.get("takes", {})),
        agents=tuple(values.get("agents", ())),
        agent_does=tuple(values.get("agent_does", ())),
        switches=frozenset(values.get("switches", ())),
        callback=values.get("callback", ""),
    )


def _reply(node: Node) -> str:
    """A function's reply as JSON text; a scalar is JSON already."""
    return node.text if isinstance(node, Scalar) else json.dumps(_plain(node), ensure_ascii=False)


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, MappingNode):
        return {key: _plain(child) for key, child in node}
    return [_plain(child) for child in node.items]


# Checks that need the flows


def _check(script: Script, values: Values, world: World, problems: Problems) -> None:
    given = values.get("given")
    if not isinstance(given, Values):
        return
    if script.flow.startswith("built-in-") and script.flow not in world.flows:
        hint = did_you_mean(script.flow, world.flows)
        problems.error(values.at("flow"), "unknown-reference", f'there is no flow "{script.flow}"', hint)
    _queues(script, given, world, problems)
    _functions(script, given, problems)
    steps = step_names(world)
    for kind in ("fails", "takes"):
        known = {*steps, *world.known_functions, *world.hours} if kind == "fails" else steps
        names: Iterable[str] = given.get(kind, ())
        for name in names:
            where = given[kind].at(name) if isinstance(given[kind], Values) else given.at(kind)
            if name not in known:
                hint = did_you_mean(name, known) or "name a step, an action or a function"
                problems.error(where, "unknown-reference", f'there is no step or function "{name}"', hint)
    for name in set(script.given.fails) & set(script.given.takes):
        _clash(given.at("takes"), f'step "{name}" cannot fail and take a branch', problems)
    dialled, computed = _dialled(world)
    numbers = given.get("numbers", {})
    for name in numbers:
        if name not in dialled and not (computed and not complaint(name)):
            hint = did_you_mean(name, dialled) or "name one of external_numbers"
            problems.error(numbers.at(name), "unknown-reference", f'nothing dials "{name}"', hint)
    _agents(script, given, world, problems)


def _dialled(world: World) -> tuple[set[str], bool]:
    """What the flows may put callers through to, by key and by number, and whether a flow computes such a number."""
    numbers = {
        str(action.parameters.get("ThirdPartyPhoneNumber", ""))
        for document in world.flows.values()
        for action in document.actions.values()
        if action.type == "TransferParticipantToThirdParty"
    }
    written = {number for number in numbers if not is_path(number)}
    return {*world.external, *world.external.values(), *written}, written != numbers


def _agents(script: Script, given: Values, world: World, problems: Problems) -> None:
    known = {seat.username for seat in world.seats}
    for name in script.given.agents if known else ():
        if name not in known:
            hint = did_you_mean(name, known)
            problems.error(given.at("agents"), "unknown-reference", f'nobody of the rosters is "{name}"', hint)
    for word in script.given.agent_does:
        key = word.removeprefix("transfer ")
        if key != word and key not in world.quick_connects:
            hint = did_you_mean(key, world.quick_connects)
            problems.error(given.at("agent_does"), "unknown-reference", f'there is no quick connect "{key}"', hint)
    if script.given.agent_does and not script.given.agents:
        answering = [q for q in script.given.queues.values() if q.available or q.answered_after is not None]
        if not answering and not script.flow:
            message = "an agent does something, and no agent answers"
            problems.error(given.at("agent_does"), "contradiction", message, "add `queues: {KEY: {available: 1}}`")


def _queues(script: Script, given: Values, world: World, problems: Problems) -> None:
    queues = given.get("queues", {})
    for key, state in script.given.queues.items():
        where: Where = queues.at(key)
        info = world.queues.get(key)
        counts = [(name, getattr(state, name)) for name in _AGENTS]
        for (few, low), (many, high) in pairwise(counts):
            if low is not None and high is not None and low > high:
                _clash(where, f"{low} {few} of {high} {many} cannot be", problems)
        if state.full and info is not None and info.max_contacts is None:
            _clash(where, f"queue {key} has no max_contacts and is never full", problems)
        most = info.max_contacts if info is not None else None
        if state.full is False and most is not None and (state.waiting or 0) >= most:
            _clash(where, f"with {state.waiting} waiting of {most} queue {key} is full", problems)
        if state.waiting == 0 and state.oldest:
            _clash(where, "nobody waits, and the oldest of them waits", problems)
        if script.given.agents and any(count is not None for _, count in counts):
            _clash(where, "`agents` tells who is there; counts of people say it twice", problems)


def _functions(script: Script, given: Values, problems: Problems) -> None:
    for name in sorted(set(script.given.lambdas) & script.given.fails):
        _clash(given.at("fails"), f'function "{name}" cannot answer and fail', problems)
    replies = given.get("lambdas", {})
    for name, reply in script.given.lambdas.items():
        if not is_object(reply):
            message = f"the reply of {name} is no JSON object"
            problems.error(replies.at(name), "wrong-type", message, 'write {known: "yes"}')


def _clash(where: Where, message: str, problems: Problems) -> None:
    problems.error(where, "contradiction", message, "leave one of them out")


def step_names(world: World) -> set[str]:
    """Everything that `fails` and `takes` may name: actions and steps, with and without their flow."""
    names: set[str] = set()
    for flow, document in world.flows.items():
        for identifier in document.actions:
            step = world.origin(flow, identifier).step
            names |= {identifier, step, f"{flow}/{identifier}", f"{flow}/{step}"}
    return names
