"""What stands by the state: the outputs of the last run without what has gone since.

A `down` that keeps numbers leaves the outputs of the `up` before it in the state; only what the state still holds
counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .retiring import HELD, INSTANCE, NUMBER

if TYPE_CHECKING:
    from ..stacks.engine.plan import Engine


def standing(engine: Engine) -> dict[str, Any]:
    """The outputs whose resources the state holds; {} before the first `up` and after `down --all`."""
    outputs = engine.outputs()
    if not outputs:
        return {}
    resources = [item for item in engine.export()["deployment"].get("resources") or () if not item.get("delete")]
    ids = {str(item.get("id", "")).rpartition(":")[2] for item in resources if item.get("id")}
    numbers = {_name(item) for item in resources if item["type"] in (NUMBER, HELD)}
    kept: dict[str, Any] = {}
    for group, entries in outputs.items():
        if group == "instance":
            there = any(item["type"] == INSTANCE and item.get("id") for item in resources)
            kept[group] = entries if there else None
        elif group == "phone_numbers":
            kept[group] = {key: number for key, number in entries.items() if key in numbers}
        elif isinstance(entries, Mapping):
            kept[group] = {key: value for key, value in entries.items() if _id(value) in ids}
        else:
            kept[group] = entries
    return kept


def _id(value: Any) -> str:
    """The last part of an id: outputs hold Connect's own, states those of the provider (`instance:queue`)."""
    plain = value.get("id") if isinstance(value, Mapping) else value
    return str(plain or "").rpartition(":")[2]


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]
