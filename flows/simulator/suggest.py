"""Scripts that are missing: for each branch that no call takes the shortest call that does, or the proof that none can.

The walk gives the cheapest way to a branch; what was answered on that way becomes keys, a moment and `given:`. Every
script is placed before it is suggested: it is offered only if the branch is then taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from ...specs.frozen import dataclass
from .calendar import combinations
from .coverage import Branch, all_branches, described
from .place import LEAVES, Result, ending, place
from .script import Expect, Script
from .trails import script_of
from .walk import Walked, Walker
from .world import World
from .written import as_yaml

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
        script = script_of(world, walked, walked.first[branch], found)
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


__all__ = ["LEAVES", "Suggested", "dead", "suggest", "walk_of"]
