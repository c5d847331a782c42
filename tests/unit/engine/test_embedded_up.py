"""Up on the embedded engine, with Pulumi's own SDK in process."""

from __future__ import annotations

from typing import Any

import pulumi


def actions(result: Any) -> dict[str, str]:
    return {step.name: step.action for step in result.steps}


def test_a_preview_knows_what_it_cannot_know_and_writes_nothing(deploy: Any, thing: Any) -> None:
    def program() -> None:
        hours = thing("hours")
        thing("queue", needs=[hours.arn])
        pulumi.export("hours", hours.id)

    result = deploy.engine().preview(program)
    assert actions(result) == {"hours": "create", "queue": "create"}
    assert result.outputs == {"hours": None}
    assert deploy.world.calls == []
    assert deploy.store.names() == []


def test_up_creates_what_is_needed_first_and_a_second_up_does_nothing(deploy: Any, thing: Any) -> None:
    def program() -> None:
        hours = thing("hours", name="day")
        thing("queue", needs=[hours.arn], size=3)
        pulumi.export("hours", hours.id)

    first = deploy.engine().up(program)
    assert actions(first) == {"hours": "create", "queue": "create"}
    assert first.outputs == {"hours": "id-1"}
    assert deploy.world.calls == ["create hours", "create queue"]
    before = deploy.files()
    second = deploy.engine().up(program)
    assert actions(second) == {"hours": "same", "queue": "same"}
    assert second.mutations == 0
    assert deploy.files() == before
    assert deploy.world.calls == ["create hours", "create queue"]
    assert deploy.engine().outputs() == {"hours": "id-1"}
