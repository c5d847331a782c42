"""calls/*.yaml: are the call scripts well formed, and do they dial what exists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .flowfiles import yaml_files
from .grammar.calls import calls
from .grammar.shapes import Reading, Values
from .problems import Problems, Where
from .yaml import read

if TYPE_CHECKING:
    from .model import Center


def check_calls(folder: Path, center: Center | None, problems: Problems) -> None:
    """Record every mistake in the form of the call scripts, and names that the centre does not know."""
    for path in yaml_files(folder / "calls", "calls", problems):
        read_calls(path, f"calls/{path.name}", center, problems)


def read_calls(path: Path, shown: str, center: Center | None, problems: Problems) -> list[Values]:
    """The calls of one script as typed values (see grammar.calls); mistakes are recorded."""
    if path.is_file() and not path.stat().st_size:  # `ccdeploy calls --suggest > calls/more.yaml` begins so
        hint = "let scripts be written: ccdeploy calls --suggest"
        problems.warning(Where(shown, 1, 1), "empty", "the file holds no calls yet", hint)
        return []
    node = read(path, shown, problems)
    if node is None:
        return []
    reading = Reading(problems, _names(center))
    values = calls().read(node, Where(shown, 1, 1), reading)
    found: list[Values] = values.get("calls", [])
    seen: dict[str, Values] = {}
    for call in found:
        both = [key for key in ("to", "flow") if key in call.wheres]
        if len(both) != 1:
            message = "the call dials nothing" if not both else "the call dials a number and a flow"
            problems.error(call.where, "missing-key", message, "write to: or flow:")
        name = call.get("name", "")
        if name in seen:
            problems.error(call.at("name"), "duplicate-name", f'two calls are named "{name}"', "name each once")
        seen[name] = call
    return found


def _names(center: Center | None) -> dict[str, frozenset[str] | None]:
    if center is None:
        return {}
    return {
        "phone_numbers": frozenset(center.phone_numbers),
        "any_queue": frozenset(center.queues) | frozenset(center.real_queues),
        "lambdas": frozenset(center.lambdas),
        "switches": frozenset(center.switches),
        "flows": None if "flows" in center.unread else frozenset(center.flows),
    }
