"""What a person is good at beside languages: `product=fibre:4|product=tv:2`, levels 1 to 5."""

from __future__ import annotations

import re
from typing import Final

from ..specs.suggest import did_you_mean
from .cells import visible
from .headers import loose
from .mistakes import Mistake
from .rules import Rules

# A comma or semicolon parts two skills where another `name=` follows: a value may hold one itself.
_BETWEEN: Final = re.compile(r"\s*(?:\||[,;](?=[^=|,;]*=))\s*")
_SKILL: Final = re.compile(r"\s*([^=:|]+?)\s*=\s*([^=|]+?)\s*(?::\s*(\S*)\s*)?")
_SHAPE: Final = 'write "product=fibre:4": a skill, its value and a level from 1 to 5'


def read_skills(rules: Rules, text: str) -> tuple[str, ...]:
    """The skills of a cell as `product=fibre:4`, sorted. Raises Mistake for the first that is wrong."""
    found: dict[str, str] = {}
    for part in (p for p in _BETWEEN.split(text) if p):
        match = _SKILL.fullmatch(part)
        if match is None or match[3] is None:
            raise Mistake("bad-skill", f"{visible(part)} is not a skill", _SHAPE)
        if match[3] not in {"1", "2", "3", "4", "5"}:
            raise Mistake("bad-skill", f"{visible(part)} has no level from 1 to 5", _SHAPE)
        name = _known(rules, match[1], match[2])
        if name in found:
            raise Mistake("bad-skill", f"the skill {name!r} stands twice", "keep one")
        found[name] = match[3]
    return tuple(f"{name}:{level}" for name, level in sorted(found.items()))


def _known(rules: Rules, skill: str, value: str) -> str:
    """`product=fibre` as center.yaml spells it. Raises Mistake."""
    if not rules.known:
        return f"{skill}={value}"
    keys = {loose(key): key for key in rules.skills}
    key = keys.get(loose(skill))
    if key is None:
        hint = did_you_mean(skill, list(rules.skills)) if keys else "center.yaml names none: add skills: {…} there"
        raise Mistake("unknown-skill", f"unknown skill {visible(skill)}", hint)
    values = rules.skills[key]
    known = values.get(loose(value))
    if known is None:
        text = f"{visible(value)} is no value of the skill {key!r}"
        raise Mistake("unknown-skill", text, did_you_mean(value, list(values.values()), 20))
    return f"{key}={known}"
