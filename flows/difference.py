"""What changed between two flows, in words: steps added, taken out, moved, reworded, rewired, changed.

Identifiers and layout are not part of a flow. Actions are paired by what is sure first: their way from the start, an
identifier that both sides use, the very same content, then what the neighbours lead to. What is left was added or
taken out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from ..specs.frozen import dataclass
from .document import Action, Document
from .equal import branches, first_difference, matched, parameters_of, settings_of
from .picture import kind_of, said

Kind = Literal["added", "removed", "moved", "reworded", "rewired", "changed"]
_WORDS = frozenset(("Text", "SSML", "PromptId", "Messages", "Media"))
_NOBODYS = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_PARTS = {"@head": "the head", "@net": "the safety net"}
_LABELS = {"": "next", "NoMatchingError": "failed", "NoMatchingCondition": "otherwise", "QueueAtCapacity": "full"}
_START = "@start"  # what leads to the first action
_LABELS |= {"InputTimeLimitExceeded": "silence"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `step` names the step or action as people know it; `text` is the whole sentence."""

    kind: Kind
    step: str
    text: str

    def as_json(self) -> dict[str, str]:
        """The object of the JSON contract."""
        return {"kind": self.kind, "step": self.step, "text": self.text}


def differences(left: Document, right: Document) -> list[Change]:
    """Every difference between an older and a newer flow; none when they are equal up to ids and layout."""
    if first_difference(left, right) is None:
        return []
    found = list(dict.fromkeys(_Comparison(left, right).changes()))
    return found or [Change("changed", "", "the flows differ in what no way from their starts leads to")]


def paired(left: Document, right: Document) -> dict[str, str]:
    """Identifiers of actions that are the same step on both sides, as far as it can be told."""
    return _Comparison(left, right).pairs


class _Comparison:
    def __init__(self, left: Document, right: Document) -> None:
        self.left, self.right = left, right
        self.pairs: dict[str, str] = {}
        self.back: dict[str, str] = {}
        self._pair_all()
        self.gone = [key for key in left.reading_order() if key not in self.pairs]
        self.new = [key for key in right.reading_order() if key not in self.back]
        self.moved = {a for a in self.pairs if self._moved(a)}

    # Who is who

    def _pair_all(self) -> None:
        for a, b in matched(self.left, self.right).items():
            self._pair(a, b)
        common = set(self.left.actions) & set(self.right.actions)
        if 2 * len(common) >= min(len(self.left.actions), len(self.right.actions)):
            for key in self.left.actions:
                if key in common and self.left.actions[key].type == self.right.actions[key].type:
                    self._pair(key, key)
        self._same_content()
        while self._by_neighbours():
            pass
        self._alike()

    def _pair(self, a: str, b: str) -> bool:
        if a in self.pairs or b in self.back or a not in self.left.actions or b not in self.right.actions:
            return False
        self.pairs[a], self.back[b] = b, a
        return True

    def _same_content(self) -> None:
        """Actions whose content stands once on each side."""
        mine = self._by_content(self.left, self.pairs)
        theirs = self._by_content(self.right, self.back)
        for content, keys in mine.items():
            others = theirs.get(content, [])
            if len(keys) == len(others) == 1:
                self._pair(keys[0], others[0])

    @staticmethod
    def _by_content(document: Document, taken: dict[str, str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, action in document.actions.items():
            content = _content(action)
            if key not in taken and len(content) > len(action.type) + 4:
                found.setdefault(content, []).append(key)
        return found

    def _by_neighbours(self) -> bool:
        """Pair what two paired actions lead to by the same branch."""
        grown = False
        for a, b in list(self.pairs.items()):
            theirs = dict(branches(self.right.actions[b]))
            for label, to in branches(self.left.actions[a]):
                other = theirs.get(label)
                if other is None or to not in self.left.actions or other not in self.right.actions:
                    continue
                if self.left.actions[to].type == self.right.actions[other].type:
                    grown = self._pair(to, other) or grown
        return grown

    def _alike(self) -> None:
        """Pair what is left by likeness: the same type and much of the same text."""
        from difflib import SequenceMatcher

        loose = [b for b in self.right.actions if b not in self.back]
        for a in [key for key in self.left.actions if key not in self.pairs]:
            one = self.left.actions[a]
            near = [b for b in loose if b not in self.back and self.right.actions[b].type == one.type]
            scored = [
                (SequenceMatcher(None, _content(one), _content(self.right.actions[b])).ratio(), b) for b in near[:20]
            ]
            best = max(scored, default=(0.0, ""))
            if best[0] > 0.75:
                self._pair(a, best[1])

    # What changed

    def changes(self) -> Iterator[Change]:
        left, right = self.left, self.right
        for name, keys in _grouped(self.gone):
            if any(_name(key) == name for key in self.pairs):
                yield Change("changed", name, f"{_step(left, keys[0])} does less: {_list(left, keys)} taken out")
            else:
                yield Change("removed", name, f"{_step(left, keys[0])} taken out{_quote(left.actions[keys[0]])}")
        for name, keys in _grouped(self.new):
            if any(_name(key) == name for key in self.back):
                yield Change("changed", name, f"{_step(right, keys[0])} does more: {_list(right, keys)} added")
            else:
                after = self._after(keys[0])
                yield Change("added", name, f"{_step(right, keys[0])} added{after}{_quote(right.actions[keys[0]])}")
        for a in left.reading_order():
            if a in self.pairs:
                yield from self._pair_changes(left.actions[a], right.actions[self.pairs[a]])
        if self.pairs.get(left.start) != right.start and left.start in self.pairs and right.start in self.back:
            yield Change(
                "rewired",
                "",
                f"the flow starts with {_step(right, right.start)}, before with {_step(left, left.start)}",
            )
        if settings_of(left) != settings_of(right):
            yield Change("changed", "", "the module's inputs, outputs or results changed")

    def _after(self, key: str) -> str:
        before = next((a for a in self.right.actions.values() if any(to == key for _, to in a.edges())), None)
        return f" after {_step(self.right, before.identifier)}" if before and before.identifier in self.back else ""

    def _pair_changes(self, one: Action, other: Action) -> Iterator[Change]:
        step = _step(self.right, other.identifier)
        name = _name(other.identifier)
        if one.identifier in self.moved:
            now = self._after(other.identifier) or " to the start"
            yield Change("moved", name, f"{step} moved{now.replace(' after', ': it comes after', 1)}{_quote(other)}")
        yield from self._parameters(one, other, step, name)
        mine, theirs = dict(branches(one)), dict(branches(other))
        for label in (label for label in mine if label in theirs):
            if not self._same_way(mine[label], theirs[label], one.identifier):
                now, before = _step(self.right, theirs[label]), _step(self.left, mine[label])
                yield Change("rewired", name, f"{step}: {_said_label(label)} leads to {now}, before to {before}")
        for label in (label for label in theirs if label not in mine):
            to = _step(self.right, theirs[label])
            yield Change("rewired", name, f"{step}: new branch {_said_label(label)} to {to}")
        for label in (label for label in mine if label not in theirs):
            yield Change("rewired", name, f"{step}: no branch {_said_label(label)} any more")

    def _parameters(self, one: Action, other: Action, step: str, name: str) -> Iterator[Change]:
        old, new = parameters_of(one), parameters_of(other)
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) == new.get(key):
                continue
            if key in _WORDS and (set(old) | set(new)) & _WORDS:
                if {key} == {k for k in _WORDS if old.get(k) != new.get(k)} or key in new:
                    yield Change("reworded", name, f"{step} reworded: {_heard(old)} → {_heard(new)}")
            else:
                yield Change("changed", name, f"{step}: {key} is {_value(new.get(key))}, before {_value(old.get(key))}")

    def _same_way(self, old: str, new: str, source: str) -> bool:
        """Whether a branch leads to the same place, steps that were added, taken out or moved in between aside."""
        if source in self.moved:
            return True  # told once
        goals = self._through(self.left, old, set(self.gone) | self.moved)
        others = self._through(self.right, new, set(self.new) | {self.pairs[a] for a in self.moved})
        return bool({self.pairs.get(goal, goal) for goal in goals} & others) or (
            old == new and old not in self.left.actions
        )

    @staticmethod
    def _through(document: Document, key: str, passed: set[str]) -> set[str]:
        """The first action on the way from `key` that is not in `passed`; `key` itself counts too."""
        found = {key}
        while key in passed:
            action = document.actions.get(key)
            following = next((to for _, to in action.edges()), None) if action else None
            if following is None or following in found:
                break
            key = following
            found.add(key)
        return {key} if key not in passed else found

    def _moved(self, a: str) -> bool:
        """Whether the same content stands at another place: nothing leads to it as before, and what led to it now leads
        on to what came after it, and the other way round."""
        b = self.pairs[a]
        one, other = self.left.actions[a], self.right.actions[b]
        mine, theirs = list(_into(self.left, a)), list(_into(self.right, b))
        if parameters_of(one) != parameters_of(other) or not mine or not theirs:
            return False
        if {(self.pairs.get(source, source), label) for source, label in mine} & set(theirs):
            return False
        return self._closed(mine, one, self.pairs, self.right) and self._closed(theirs, other, self.back, self.left)

    @staticmethod
    def _closed(into: list[tuple[str, str]], action: Action, pairs: dict[str, str], there: Document) -> bool:
        """Whether on the other side what led to `action` leads to what came after it."""
        following = next((to for _, to in action.edges()), None)
        if following is None:
            return False
        for source, label in into:
            twin = pairs.get(source, source)
            to = (
                there.start
                if source == _START
                else dict(branches(there.actions[twin])).get(label)
                if (twin in there.actions)
                else None
            )
            if to != pairs.get(following):
                return False
        return True


def _into(document: Document, key: str) -> Iterator[tuple[str, str]]:
    """(source, branch) of everything that leads to an action."""
    if document.start == key:
        yield _START, ""
    for action in document.actions.values():
        for label, to in branches(action):
            if to == key:
                yield action.identifier, label


def _content(action: Action) -> str:
    return f"{action.type} {json.dumps(parameters_of(action), sort_keys=True)}"


def _name(identifier: str) -> str:
    """The step of an action: compiled flows name actions `step` and `step.part`."""
    return identifier.split(".")[0] if not _NOBODYS.fullmatch(identifier) else identifier


def _grouped(keys: list[str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(_name(key), []).append(key)
    return list(found.items())


def _step(document: Document, key: str) -> str:
    """A step as people know it: its name, else what it does and says."""
    name = _name(key)
    if name in _PARTS:
        return _PARTS[name]
    action = document.actions.get(key)
    if not _NOBODYS.fullmatch(key) or action is None:
        return f'step "{name}"'
    words = said(action)
    return f"{kind_of(action)} {_short(words)}".strip()


def _list(document: Document, keys: list[str]) -> str:
    counts = Counter(document.actions[key].type for key in keys)
    return ", ".join(kind if count == 1 else f"{count} {kind}" for kind, count in counts.items())


def _quote(action: Action) -> str:
    words = said(action)
    return f": {_short(words)}" if words and not _NOBODYS.fullmatch(action.identifier) else ""


def _heard(parameters: dict[str, Any]) -> str:
    found = {key: value for key, value in parameters.items() if key in _WORDS}
    return _short(", ".join(_value(value) for value in found.values())) if found else "nothing"


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    return _short(f"“{value}”" if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else flat[:89] + "…"


def _said_label(label: str) -> str:
    """A branch as people say it: the key, `closed`, `failed`."""
    found = re.fullmatch(r"(\w+) \[(.*)\]", label)
    if found:
        operand = found[2].strip("'\"")
        return f"`{operand}`" if found[1] == "Equals" else f"`{found[1]} {operand}`"
    return f"`{_LABELS.get(label, label)}`"
