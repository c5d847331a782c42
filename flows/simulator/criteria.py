"""Whom a contact may reach by its routing criteria, and from when on: steps that widen as time goes by.

The steps run one after another, each as long as its expiry says; when the last one has expired, everybody who serves
the queue is asked. A last step without an expiry never ends.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .state import UNKNOWN, State
from .values import is_path, resolve
from .world import Seat, World

_HOLDS = {
    "NumberGreaterOrEqualTo": operator.ge,
    "NumberGreaterThan": operator.gt,
    "NumberLessOrEqualTo": operator.le,
    "NumberLessThan": operator.lt,
    "NumberEquals": operator.eq,
}


def stored(world: World, state: State, parameters: Mapping[str, Any]) -> str:
    """The steps of an UpdateContactRoutingCriteria as text that a state can hold, with the values of `$.` paths."""
    found = parameters.get("RoutingCriteria")
    steps = found.get("Steps") if isinstance(found, Mapping) else None
    return json.dumps(_resolved(world, state, steps if isinstance(steps, Sequence) else []), sort_keys=True)


def _resolved(world: World, state: State, value: Any) -> Any:
    if isinstance(value, str):
        return resolve(world, state, value) if is_path(value) else value
    if isinstance(value, Mapping):
        return {key: _resolved(world, state, part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_resolved(world, state, part) for part in value]
    return value


def unknown(text: str) -> bool:
    """Whether a value that the criteria compare with is not known."""
    return json.dumps(UNKNOWN)[1:-1] in text


def reached_after(text: str, seat: Seat) -> float | None:
    """Seconds of waiting after which a person may be asked; None = never. Without criteria at once."""
    begins = 0.0
    for expression, lasts in _steps(text):
        if _fits(expression, seat):
            return begins
        if lasts is None:
            return None
        begins += lasts
    return begins


def _steps(text: str) -> Iterator[tuple[Mapping[str, Any], float | None]]:
    for step in json.loads(text) if text else []:
        expiry = step.get("Expiry")
        seconds = expiry.get("DurationInSeconds") if isinstance(expiry, Mapping) else None
        yield step.get("Expression") or {}, None if seconds is None else float(seconds)


def _fits(expression: Mapping[str, Any], seat: Seat) -> bool:
    """Whether somebody is who an expression asks for; one that says nothing asks for anybody."""
    for key, part in expression.items():
        if key == "AndExpression" and not all(_fits(item, seat) for item in part):
            return False
        if key == "OrExpression" and not any(_fits(item, seat) for item in part):
            return False
        if key == "AttributeCondition" and not _has(part, seat):
            return False
        if key == "NotAttributeCondition" and _has(part, seat):
            return False
    return True


def _has(condition: Mapping[str, Any], seat: Seat) -> bool:
    match = condition.get("MatchCriteria")
    if isinstance(match, Mapping):
        agents = (match.get("AgentsCriteria") or {}).get("AgentIds") or []
        return any(str(agent).rpartition("/")[2] == seat.username for agent in agents)
    have = dict(seat.skills).get(f"{condition.get('Name')}={condition.get('Value')}")
    if have is None:
        return False
    limits = condition.get("Range")
    if isinstance(limits, Mapping):
        low, high = limits.get("MinProficiencyLevel", 1), limits.get("MaxProficiencyLevel", 5)
        return bool(float(low) <= have <= float(high))
    compare = _HOLDS.get(str(condition.get("ComparisonOperator")), _HOLDS["NumberGreaterOrEqualTo"])
    return bool(compare(have, float(condition.get("ProficiencyLevel") or condition.get("Level") or 1)))
