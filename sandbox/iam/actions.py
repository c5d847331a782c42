"""Which IAM actions an operation of a service asks for, as a table (`services.json`).

Most operations are an action of the same name; S3 is the exception, and some operations of Connect act on neighbours
with the caller's own permissions (the service authorization reference calls them dependent actions).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

_TABLE: Final = Path(__file__).with_name("services.json")
_PREFIXES: Final = {"kinesisvideo": "kinesisvideo", "monitoring": "cloudwatch"}


@cache
def table() -> Mapping[str, Any]:
    """The whole table."""
    found: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return found


def actions_of(service: str, operation: str) -> tuple[str, ...]:
    """The actions of an operation; none for what everybody may do (who am I)."""
    listed = table().get(service, {}).get(operation)
    if listed is not None:
        return tuple(listed)
    return (f"{_PREFIXES.get(service, service)}:{operation}",)


def dependents(action: str) -> tuple[str, ...]:
    """The actions on neighbours that an action of Connect needs besides itself, whatever is asked for."""
    return tuple(table()["dependents"].get(action, ()))


def storage() -> Mapping[str, tuple[str, ...]]:
    """The actions that Connect needs to look at a place for recordings, by the member of the storage config."""
    return {key: tuple(value) for key, value in table()["storage"].items()}
