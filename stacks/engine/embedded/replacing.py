"""Delete before replace: those that must fall with a resource are deleted first, deepest first, then itself."""

from __future__ import annotations

from ...provider.base import DeleteRequest, DiffRequest
from ...provider.values import UNKNOWN
from . import record as records
from .calls import Calls, Cancelled, StepFailed
from .ledger import Ledger
from .order import dependents
from .record import Record
from .state import Resource


def delete_one(ledger: Ledger, calls: Calls, resource: Resource) -> None:
    """Delete one resource, journalled. Raises StepFailed or Cancelled; it then stays in the state."""
    if not resource.custom or resource.external or resource.retain_on_delete:
        ledger.drop(resource.key)
        return
    provider = calls.provider(resource.type)
    request = DeleteRequest(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        id=resource.id,
        inputs=resource.inputs,
        outputs=resource.outputs,
        timeout=resource.timeouts.delete,
    )
    ledger.begin("deleting", resource)
    try:
        calls.run(f"delete:{resource.urn}", lambda: provider.delete(request), mutates=True)
    except Cancelled:
        ledger.settle("deleting", resource)
        raise
    except StepFailed as error:
        if not error.ambiguous:
            ledger.settle("deleting", resource)
        raise
    ledger.effect("deleting", resource, drop=resource.key)


class Replacing:
    """The replacements of one run. `gone` holds what was deleted (in a preview: would be) and awaits its successor."""

    def __init__(self, ledger: Ledger, calls: Calls, record: Record, *, preview: bool) -> None:
        self._ledger = ledger
        self._calls = calls
        self._record = record
        self._preview = preview
        self.gone: dict[str, Resource] = {}
        self._because: dict[str, tuple[str, ...]] = {}

    def delete_first(self, root: Resource, seen: set[str]) -> None:
        """Delete `root` and, before it, the dependents that must be replaced with it.

        Raises StepFailed when one of them is protected (nothing was deleted then) or cannot be deleted.
        """
        victims = self._fall_with(root, seen)
        for victim in victims:
            if victim.protect:
                raise StepFailed(
                    f"{victim.name} would have to be replaced with it and is protected",
                    code="protected",
                    hint="undo the change, or lift the protection first",
                )
        for victim in (*reversed(victims), root):
            if self._preview:
                self._ledger.state.drop(victim.key)
            else:
                delete_one(self._ledger, self._calls, victim)
            self.gone[victim.urn] = victim

    def _fall_with(self, root: Resource, seen: set[str]) -> list[Resource]:
        """The dependents whose diff asks for a replacement once what they take from `root` is unknown."""
        falling = {root.urn}
        victims: list[Resource] = []
        for entry in dependents(list(self._ledger.state.resources.values()), [root.urn]):
            if not entry.custom or entry.external or entry.urn in seen:
                continue
            news = dict(entry.inputs)
            for key, targets in entry.property_dependencies.items():
                if key in news and falling.intersection(targets):
                    news[key] = UNKNOWN
            if all(value is not UNKNOWN for value in news.values()):
                continue
            request = DiffRequest(
                urn=entry.urn,
                type=entry.type,
                name=entry.name,
                id=entry.id,
                old_inputs=entry.inputs,
                old_outputs=entry.outputs,
                news=news,
                ignore_changes=entry.ignore_changes,
            )
            provider = self._calls.provider(entry.type)
            replaces = self._calls.run("diff", lambda p=provider, r=request: p.diff(r)).replaces  # type: ignore[misc]
            if replaces:
                falling.add(entry.urn)
                victims.append(entry)
                self._because[entry.urn] = replaces
        return victims

    def why(self, urn: str) -> tuple[str, ...]:
        """Why one of `gone` fell."""
        return (f"replaced because {', '.join(self._because[urn])} cannot change in place",)

    def finish(self, seen: set[str]) -> None:
        """Those that fell and that the program no longer names were deleted for good."""
        for urn in self.gone:
            if urn not in seen:
                self._record.done(records.step("delete", urn, ("no longer in the centre",)))
