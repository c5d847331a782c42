"""One operation on a stack: the state as it is on the disk now, the calls and the record of what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from ....specs.errors import Refused
from ....specs.frozen import dataclass
from ...provider.base import ReadResult
from ...provider.values import UNKNOWN, Asset, Secret, Value
from .. import urns
from ..plan import EngineResult, OnRead, unheard
from .calls import Calls
from .ledger import Ledger
from .record import Record


@dataclass(frozen=True, slots=True)
class Session:
    """What the operations share. `preview`: nothing may be written and no call may change anything."""

    ledger: Ledger
    calls: Calls
    record: Record
    project: str
    stack: str
    parallel: int
    now: Callable[[], str]
    preview: bool = False
    known: dict[tuple[str, str], ReadResult] = field(default_factory=dict)  # what was read, by key and id
    on_read: OnRead = unheard

    def demand_settled(self) -> None:
        """Raise Refused while the outcome of a call of an earlier run is unknown."""
        pending = self.ledger.state.pending
        if pending:
            names = ", ".join(sorted(operation.resource.name for operation in pending.values()))
            raise Refused(
                f"an earlier run was interrupted, and it is not known what became of {names}",
                where=self.stack,
                hint="run `ccdeploy up` again: it looks them up first",
            )

    def result(self, outputs: dict[str, Any]) -> EngineResult:
        """What was done. Raises the first bug that a provider had, now that the state is safe."""
        if self.calls.bugs:
            raise self.calls.bugs[0]
        return EngineResult(
            steps=self.record.steps,
            outputs=outputs,
            failures=tuple(self.record.failures),
            mutations=self.calls.mutations,
            interrupted=self.calls.cancelled,
        )

    def stack_outputs(self) -> dict[str, Any]:
        """The exports in the state, as people may see them."""
        for resource in self.ledger.state.resources.values():
            if resource.type == urns.STACK_TYPE:
                return {key: shown(value) for key, value in resource.outputs.items()}
        return {}


def shown(value: Value) -> Any:
    """A value for people and JSON: secrets as "[secret]", unknown as None."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return None
    if isinstance(value, Asset):
        return {"sha256": value.sha256}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value
