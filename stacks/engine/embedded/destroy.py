"""Destroy: remove what the state holds in reverse order, except what is to stay and what that needs."""

from __future__ import annotations

from collections.abc import Callable

from .. import urns
from ..plan import EngineResult
from . import record as records
from .deletes import Deletes, deletable
from .order import closure
from .session import Session
from .state import Resource

Keep = Callable[[str, str], bool]


def destroy(session: Session, keep: Keep | None) -> EngineResult:
    """Remove everything but what `keep(type, name)` names, what is protected, and what those need.

    Without `keep` nothing stays: protection is lifted too. What stays is in the result's steps as `same`.
    """
    session.demand_settled()
    ledger = session.ledger
    resources = list(ledger.state.resources.values())
    wanted = {resource.urn: _why_kept(resource, keep) for resource in resources if not resource.delete}
    roots = [urn for urn, why in wanted.items() if why]
    staying = closure(resources, roots)
    try:
        doomed = [r for r in deletable(resources) if r.delete or r.urn not in staying]
        Deletes(ledger, session.calls, session.record, parallel=session.parallel, why=lambda _r: ()).run(doomed)
        for resource in deletable(resources):
            if resource.urn in staying and not resource.delete and not resource.external:
                why = wanted[resource.urn] or "needed by what is kept"
                session.record.done(records.step("same", resource.urn, (why,)))
        if not session.record.failed and not deletable(list(ledger.state.resources.values())):
            for key in list(ledger.state.resources):
                ledger.drop(key)
    finally:
        ledger.save()
    return session.result(session.stack_outputs())


def _why_kept(resource: Resource, keep: Keep | None) -> str:
    if keep is None or not urns.counted(resource.type):
        return ""
    if resource.protect:
        return "protected"
    return "kept" if keep(resource.type, resource.name) else ""
