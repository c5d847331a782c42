"""What stands, in the form of the JSON contract: outputs of the last run, people, drift. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..stacks.outputs import shown
from . import audit, drift, people, switches
from .standing import standing

if TYPE_CHECKING:
    from .settings import Settings
    from .wiring import Work


def nothing(settings: Settings, stack_name: str, last: dict[str, Any] | None = None) -> dict[str, Any]:
    """The status before the first `up` has made the instance: everything is empty but how the last run ended."""
    return _status(settings, stack_name, {}, {}, 0, [], last)


def status(work: Work) -> dict[str, Any]:
    """The status of a stack that may stand."""
    outputs = standing(work.engine)
    name = work.center.stack_name
    last = audit.last_run(work.store)
    if not outputs.get("instance"):
        return nothing(work.settings, name, last)
    switched = switches.states(work, outputs)
    found = [item.as_json() for item in drift.find(work)]
    return _status(work.settings, name, outputs, switched, len(people.usernames(work)), found, last)


def _status(
    settings: Settings,
    stack_name: str,
    outputs: Mapping[str, Any],
    switched: Mapping[str, Any],
    agents: int,
    found: list[dict[str, Any]],
    last: dict[str, Any] | None,
) -> dict[str, Any]:
    instance = outputs.get("instance")
    return {
        "stack": stack_name,
        "target": settings.target,
        "engine": settings.engine_name,
        "instance": None
        if not instance
        else {word: instance.get(word) for word in ("id", "arn", "alias", "access_url")},
        **{word: group for word, group in shown(outputs).items() if word != "instance"},
        "switches": switched,
        "agents": {"total": agents},
        "drift": found,
        "last_run": last,
    }
