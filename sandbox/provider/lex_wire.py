"""From the inputs of pulumi-aws's Lex types to the service's members and back, by the table's cells.

A cell says under which name the service knows an input (`api`), that a list holds one structure (`one`), and that a
list is a map by `mapBlockKey` there (`keyed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...stacks.provider.values import Properties
from .catalogue import fields_of

Cells = Mapping[str, Mapping[str, Any]]
_KEY = "mapBlockKey"


def to_service(cells: Cells, inputs: Properties) -> dict[str, Any]:
    """The members of a request; inputs that are absent or empty are left out."""
    found = {}
    for key, cell in cells.items():
        value = inputs.get(key)
        if value is not None and value not in ("", [], {}):
            found[cell.get("api", key)] = _sent(cell, value)
    return found


def _sent(cell: Mapping[str, Any], value: Any) -> Any:
    if cell.get("one"):
        return _sent(cell["items"], value[0])
    if cell.get("keyed"):
        rows = ((row[_KEY], {k: v for k, v in row.items() if k != _KEY}) for row in value)
        return {name: _sent(cell["items"], row) for name, row in rows}
    items = cell.get("items")
    if isinstance(value, list):
        return [_sent(items, item) for item in value] if items else value
    if cell["kind"] == "map":
        return {k: _sent(items, v) for k, v in value.items()} if items else value
    return to_service(fields_of(cell), value) if isinstance(value, dict) else value


def from_service(cells: Cells, answer: Mapping[str, Any]) -> Properties:
    """The outputs that an answer tells; what it leaves out is absent."""
    found: Properties = {}
    for key, cell in cells.items():
        value = answer.get(cell.get("api", key))
        if value is not None and value not in ("", [], {}):
            found[key] = _told(cell, value)
    return found


def _told(cell: Mapping[str, Any], value: Any) -> Any:
    if cell.get("one"):
        return [_told(cell["items"], value)]
    if cell.get("keyed"):
        return [{_KEY: name, **_told(cell["items"], row)} for name, row in sorted(value.items())]
    items = cell.get("items")
    if isinstance(value, list):
        return [_told(items, item) for item in value] if items else value
    if cell["kind"] == "map":
        return {k: _told(items, v) for k, v in value.items()} if items else value
    return from_service(fields_of(cell), value) if isinstance(value, dict) else value
