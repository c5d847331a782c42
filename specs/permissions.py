"""Names of security profile permissions and what our bases hold (Connect facts 3.9).

The API does not list the names; those here come from the service's guide. The bases are this project's own choice.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("permissions.json").read_text(encoding="utf-8"))
    return loaded


@cache
def known() -> frozenset[str]:
    """Every permission name."""
    return frozenset(name for group in _data()["groups"].values() for name in group) | legacy()


@cache
def legacy() -> frozenset[str]:
    """Names that only older guides and exports show: accepted, with a warning."""
    return frozenset(_data()["legacy"])


def base(name: str) -> tuple[str, ...]:
    """The permissions of `base: NAME`. Raises KeyError for a base that does not exist."""
    return tuple(_data()["bases"][name])
