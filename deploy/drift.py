"""Drift: what differs between what was recorded and what stands (engine.md 1.10).

A read-only refresh of what the state holds, and one listing of users against the ledger. Only what is ours is looked
at; right after `up` there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import people

if TYPE_CHECKING:
    from ..stacks.engine.plan import Drift
    from .wiring import Work


def drift(work: Work) -> list[dict[str, Any]]:
    """Every difference, in the form of the JSON contract, sorted by type, name and field."""
    found = [*work.engine.refresh(write=False), *people.missing(work)]
    return [_as_json(item) for item in sorted(found, key=lambda item: (item.type, item.name, item.field))]


def _as_json(item: Drift) -> dict[str, Any]:
    return {
        "type": item.type,
        "name": item.name,
        "id": item.id,
        "kind": item.kind,
        "field": item.field,
        "want": item.want,
        "have": item.have,
    }
