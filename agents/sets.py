"""Traits that are sets: languages (`fr|en`) and tags (a JSON object). They change by what is added and what is dropped.

`?` before the text means that the last change may or may not have arrived; the text then holds everything that the
person may have, so that nothing is left behind.
"""

from __future__ import annotations

import json
from typing import Final

UNKNOWN: Final = "?"
SETS: Final = frozenset({"languages", "tags"})


def members(trait: str, text: str) -> dict[str, str]:
    """What is in the set: tag to value, or each language to itself."""
    text = text.removeprefix(UNKNOWN)
    if not text:
        return {}
    if trait == "tags":
        return dict(json.loads(text))
    return {language: language for language in text.split("|")}


def write(trait: str, values: dict[str, str]) -> str:
    """The text of a set."""
    return json.dumps(values, sort_keys=True) if trait == "tags" else "|".join(values)


def doubt(trait: str, before: str, after: str) -> str:
    """The trait while a change from `before` to `after` may or may not have arrived."""
    if trait not in SETS:
        return UNKNOWN
    return UNKNOWN + write(trait, {**members(trait, before), **members(trait, after)})


def set_changes(trait: str, before: str, value: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What to add and which names to drop. In doubt everything is added again, which changes nothing twice."""
    have, want = members(trait, before), members(trait, value)
    sure = not before.startswith(UNKNOWN)
    adds = {name: v for name, v in want.items() if not sure or have.get(name) != v}
    return adds, tuple(name for name in have if name not in want)
