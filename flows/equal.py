"""Whether two flows are the same: the same graph, parameters and branches, identifiers and layout aside.

Actions are matched by walking both graphs from their starts at once; branches are told apart by their labels, so that
the walk never has to guess. What no way from the start reaches is matched afterwards, by its surroundings.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from ..specs.frozen import dataclass
from .document import Action, Document

# Written or absent, they mean the same (the reference of the language, section 2).
_MEANS_NOTHING: Mapping[str, tuple[str, str]] = {
    "GetParticipantInput": ("StoreInput", "False"),
    "UpdateContactAttributes": ("TargetContact", "Current"),
    "UpdateContactData": ("TargetContact", "Current"),
    "InvokeLambdaFunction": ("InvocationType", "SYNCHRONOUS"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which two flows differ, in words; identifiers are those of each side, "" = none."""

    left: str
    right: str
    what: str


def same_flow(left: Document, right: Document) -> bool:
    """Whether the two are equal."""
    return first_difference(left, right) is None


def first_difference(left: Document, right: Document) -> Difference | None:
    """The first difference on the way from the starts, or None when the flows are equal."""
    matching = _Matching(left, right)
    if len(left.actions) != len(right.actions):
        found = matching.walk(left.start, right.start)
        return found or Difference("", "", f"{len(left.actions)} actions, {len(right.actions)} actions")
    found = matching.walk(left.start, right.start) or matching.rest()
    if found is None and settings_of(left) != settings_of(right):
        return Difference("", "", "the module's settings")
    return found


def matched(left: Document, right: Document) -> dict[str, str]:
    """Pairs of identifiers that the walk from the starts holds for the same action, as far as it gets."""
    matching = _Matching(left, right)
    matching.walk(left.start, right.start)
    return matching.pairs


def settings_of(document: Document) -> Any:
    """A module's settings in comparable form; none and empty lists are the same."""
    return {key: value for key, value in plain(dict(document.settings or {})).items() if value not in ([], {}, None)}


def plain(value: Any) -> Any:
    """A value with its scalars as text: 5 and "5", true and "True" are the same to the service."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return str(value)


def alike(one: Any, other: Any) -> bool:
    """Whether `plain` makes the same of two values, without making it."""
    if one is other:
        return True
    if isinstance(one, dict):
        if not isinstance(other, dict) or one.keys() != other.keys():
            return False
        return all(alike(part, other[key]) for key, part in one.items())
    if isinstance(one, (list, tuple)):
        return isinstance(other, (list, tuple)) and len(one) == len(other) and all(map(alike, one, other))
    if one is None or other is None or isinstance(other, (dict, list, tuple)):
        return False
    return one == other if isinstance(one, str) and isinstance(other, str) else str(one) == str(other)


def parameters_of(action: Action) -> dict[str, Any]:
    """The parameters in comparable form: without those that mean the same when they are absent."""
    found: dict[str, Any] = plain(dict(action.parameters))
    silent = _MEANS_NOTHING.get(action.type)
    if silent is not None and isinstance(value := found.get(silent[0]), str) and value.lower() == silent[1].lower():
        del found[silent[0]]
    return found


def branches(action: Action) -> list[tuple[str, str]]:
    """(label, target) of every branch; where the order means nothing it is the same for every way of writing."""
    labelled = [(f"{condition.operator} {list(condition.operands)}", condition.to) for condition in action.conditions]
    if all(condition.operator == "Equals" for condition in action.conditions) and len(dict(labelled)) == len(labelled):
        labelled.sort()  # the order decides only where two conditions can hold at once
    head = [("", action.next)] if action.next is not None else []
    return head + labelled + sorted(action.errors.items())


class _Matching:
    def __init__(self, left: Document, right: Document) -> None:
        self.left, self.right = left, right
        self.pairs: dict[str, str] = {}
        self.back: dict[str, str] = {}

    def walk(self, one: str, other: str) -> Difference | None:
        """Match two actions and everything that can be reached from them; on a difference nothing new is kept."""
        new: list[str] = []
        queue = deque([(one, other)])
        while queue:
            a, b = queue.popleft()
            if self.pairs.get(a) == b:
                continue
            found = self._pair(a, b)
            if isinstance(found, Difference):
                for key in new:
                    del self.back[self.pairs.pop(key)]
                return found
            if found is not None:
                self.pairs[a], self.back[b] = b, a
                new.append(a)
                queue.extend(found)
        return None

    def _pair(self, a: str, b: str) -> list[tuple[str, str]] | Difference | None:
        """Where the branches of two actions that are the same lead, or their difference; None if both dangle."""
        if a in self.pairs or b in self.back:
            return Difference(a, b, "branches meet on one side only")
        one, other = self.left.actions.get(a), self.right.actions.get(b)
        if one is None or other is None:
            return None if one is other and a == b else Difference(a, b, "an action that is not there")
        if one.type != other.type:
            return Difference(a, b, f"{one.type}, {other.type}")
        if not alike(one.parameters, other.parameters) and parameters_of(one) != parameters_of(other):
            return Difference(a, b, f"parameters of {one.type}")
        mine, theirs = branches(one), branches(other)
        if [label for label, _ in mine] != [label for label, _ in theirs]:
            return Difference(a, b, f"branches of {one.type}")
        return [(x, y) for (_, x), (_, y) in zip(mine, theirs, strict=True)]

    def rest(self) -> Difference | None:
        """Match what cannot be reached from the starts."""
        loose = [key for key in self.left.actions if key not in self.pairs]
        if not loose:
            return None
        mine = _colours(self.left, {key: key for key in self.pairs})
        theirs = _colours(self.right, self.back)
        for a in loose:
            if a in self.pairs:
                continue
            for b in self.right.actions:
                if b not in self.back and mine[a] == theirs[b] and self.walk(a, b) is None:
                    break
            else:
                return Difference(a, "", "an action that no way leads to")
        return None


def _colours(document: Document, fixed: Mapping[str, str]) -> dict[str, int]:
    """A number for each action that tells it apart by itself and by its surroundings; matched ones are `fixed`."""
    actions = document.actions
    colour = {
        key: hash((fixed.get(key), action.type, json.dumps(parameters_of(action), sort_keys=True)))
        for key, action in actions.items()
    }
    into: dict[str, list[tuple[str, str]]] = {key: [] for key in actions}
    for key, action in actions.items():
        for label, target in branches(action):
            if target in into:
                into[target].append((label, key))
    classes = 0
    while classes != len(set(colour.values())):
        classes = len(set(colour.values()))
        colour = {
            key: hash(
                (
                    colour[key],
                    tuple((label, colour.get(to, 0)) for label, to in branches(action)),
                    frozenset(Counter((label, colour[source]) for label, source in into[key]).items()),
                )
            )
            for key, action in actions.items()
        }
    return colour
