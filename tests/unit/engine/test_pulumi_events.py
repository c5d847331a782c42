"""What the CLI tells of a run, event by event, and what is made of it."""

from __future__ import annotations

from typing import Any

import pytest
from ccdeploy.stacks.engine.plan import StepEvent
from ccdeploy.stacks.engine.pulumi_cli.events import Events
from pulumi.automation.events import EngineEvent

TYPE = "aws:connect/securityProfile:SecurityProfile"
URN = f"urn:pulumi:line.dev::ccdeploy::{TYPE}::"
BEFORE, AFTER = "helper", "listener"


def event(kind: str, operation: str, name: str, old: str | None, new: str | None) -> EngineEvent:
    def state(of: str | None, id_: str) -> dict[str, Any] | None:
        shown = {
            "type": TYPE,
            "urn": f"{URN}{of}",
            "id": id_,
            "parent": "",
            "inputs": {},
            "outputs": {},
            "provider": "",
        }
        return shown if of else None

    metadata = {
        "op": operation,
        "urn": f"{URN}{name}",
        "type": TYPE,
        "provider": "",
        "old": state(old, "i:1"),
        "new": state(new, "i:2"),
        "keys": ["name"],
        "diffs": ["name"],
    }
    return EngineEvent.from_json({"sequence": 1, "timestamp": 0, kind: {"metadata": metadata}})


def told(*operations: tuple[str, str, str | None, str | None]) -> tuple[dict[str, str], list[str]]:
    heard: list[StepEvent] = []
    events = Events(heard.append, preview=False)
    for operation in operations:
        events(event("resourcePreEvent", *operation))
        events(event("resOutputsEvent", *operation))
    done = [step.step.name for step in heard if step.status == "done"]
    return {step.name: step.action for step in events.steps}, done


REPLACE = ("replace", AFTER, BEFORE, AFTER)
CREATE = ("create-replacement", AFTER, BEFORE, AFTER)
DELETE = ("delete-replaced", BEFORE, BEFORE, None)


@pytest.mark.parametrize("order", [(CREATE, REPLACE, DELETE), (DELETE, REPLACE, CREATE)], ids=["after", "before"])
def test_what_is_renamed_and_replaced_at_once_is_one_replacement_under_its_new_name(order: Any) -> None:
    steps, done = told(*order)
    assert steps == {AFTER: "replace"}
    assert set(done) == {AFTER}


def test_what_is_deleted_is_told_beside_what_is_replaced() -> None:
    steps, _ = told(CREATE, REPLACE, DELETE, ("delete", "other", "other", None))
    assert steps == {AFTER: "replace", "other": "delete"}
