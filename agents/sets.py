"""Traits that are sets: what a person is good at and tags (a JSON object). They change by what is added and dropped.

What a person is good at is one text, `fr|en|product=fibre:4`: languages, which have no level, and skills, which do;
Connect calls both proficiencies and takes them in one call (Connect facts 3.10).

`?` before the text means that the last change may or may not have arrived; the text then holds everything that the
person may have, so that nothing is left behind.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

UNKNOWN: Final = "?"
SETS: Final = frozenset({"languages", "tags"})


def members(trait: str, text: str) -> dict[str, str]:
    """What is in the set: tag to value, language to itself, `product=fibre` to its level."""
    text = text.removeprefix(UNKNOWN)
    if not text:
        return {}
    if trait == "tags":
        return dict(json.loads(text))
    found: dict[str, str] = {}
    for part in text.split("|"):
        name, mark, level = part.rpartition(":")
        found[name if mark else part] = level
    return found


def write(trait: str, values: dict[str, str]) -> str:
    """The text of a set."""
    if trait == "tags":
        return json.dumps(values, sort_keys=True)
    return "|".join(f"{name}:{level}" if "=" in name else name for name, level in values.items())


def doubt(trait: str, before: str, after: str) -> str:
    """The trait while a change from `before` to `after` may or may not have arrived."""
    if trait not in SETS:
        return UNKNOWN
    return UNKNOWN + write(trait, {**members(trait, before), **members(trait, after)})


def without(trait: str, before: str, names: Collection[str]) -> str:
    """The set once `names` were dropped from it; as unsure as it was before."""
    mark = UNKNOWN if before.startswith(UNKNOWN) else ""
    return mark + write(trait, {name: value for name, value in members(trait, before).items() if name not in names})


def set_changes(trait: str, before: str, value: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What to add and which names to drop. In doubt everything is added again, which changes nothing twice.

    A tag gets a new value by being added; a proficiency gets a new level by being dropped and added.
    """
    have, want = members(trait, before), members(trait, value)
    sure = not before.startswith(UNKNOWN)
    adds = {name: v for name, v in want.items() if not sure or have.get(name) != v}
    other = set() if trait == "tags" else {name for name in have if name in want and have[name] != want[name]}
    return adds, tuple(name for name in have if name not in want or name in other)
