"""What the audit log is told: of a run, a resource, a person, the end. No value that was set, only the fields' names.

Values may be telephone numbers and names of people; which field of which thing changed, when, by whom and in which
version of the folder is what an auditor asks for. The folder itself is in version control: `folder` is the digest of
the centre as it was read, `center.json` in the store the one that was applied last.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ..agents.events import AgentDone
    from ..stacks.engine.plan import StepEvent
    from .events import Result
    from .wiring import Work

_FIELD: Final = re.compile(r"(?:^|, )([A-Za-z][\w.]*): ")  # `description: 'a' -> 'b', queueConfig.flow: ...`


def run_facts(work: Work, command: str) -> dict[str, Any]:
    """Of a run: which command on which stack, where, from which folder, under which lease."""
    from importlib.metadata import version

    from ..specs.canonical import dump

    settings = work.settings
    place = {"account": work.place.account, "identity": work.place.identity} if work.place.account else {}
    return {
        "command": command,
        "stack": work.center.stack_name,
        "target": settings.target,
        "engine": settings.engine_name,
        "region": work.center.region,
        **place,
        "folder": hashlib.sha256(dump(work.center).encode()).hexdigest(),
        "fence": work.fence,
        "version": version("ccdeploy"),
    }


def step_facts(event: StepEvent) -> dict[str, Any]:
    """Of a resource that was changed, or whose change failed."""
    step = event.step
    fields = list(dict.fromkeys(field for why in step.why for field in _FIELD.findall(why)))
    facts: dict[str, Any] = {"action": step.action, "type": step.type, "name": step.name, "outcome": event.status}
    if event.id:
        facts["id"] = event.id
    if fields and step.action in {"update", "replace"}:
        facts["fields"] = fields
    return facts


def person_facts(done: AgentDone) -> dict[str, Any]:
    """Of a person: the keyed id, the row, the calls and the names of the fields."""
    facts: dict[str, Any] = {
        "action": done.action,
        "agent": done.agent,
        "outcome": "failed" if done.code else "done",
        "calls": list(done.calls),
    }
    if done.file:
        facts["row"] = f"{done.file}:{done.line}" if done.line else done.file
    if done.fields:
        facts["fields"] = list(done.fields)
    if done.user_id:
        facts["id"] = done.user_id
    if done.code:
        facts["code"] = done.code
    return facts


def result_facts(result: Result) -> dict[str, Any]:
    """Of the end of a run."""
    facts: dict[str, Any] = {"exit_code": result.exit_code, "changes": result.changes.as_json()}
    facts["agents"] = dict(result.agents)
    if result.error is not None:
        facts["error"] = result.error.code
    return facts
