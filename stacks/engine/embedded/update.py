"""Preview and up: run the program, then delete what it no longer names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ....specs.errors import CcdeployError
from ...provider.values import has_unknown
from .. import urns
from ..plan import EngineResult, Failure, Program
from . import record as records
from .calls import StepFailed
from .deletes import Deletes, deletable
from .monitor import InvokeFailed, Monitor
from .order import closure
from .providers import DefaultProviders
from .run import run_program
from .session import Session, shown
from .state import Resource
from .steps import Steps


def update(session: Session, program: Program, config: Mapping[str, str]) -> EngineResult:
    """Make the world as the program says, or (`session.preview`) say what that would do.

    A failed step is in the result. Raises what the program itself raises, once the state is saved.
    """
    if not session.preview:
        session.demand_settled()
    ledger = session.ledger
    left = frozenset(resource.key for resource in ledger.state.resources.values() if resource.delete)
    common = {"project": session.project, "stack": session.stack}
    defaults = DefaultProviders(ledger, session.calls, preview=session.preview, now=session.now, **common)
    steps = Steps(ledger, session.calls, session.record, defaults, preview=session.preview, now=session.now, **common)
    monitor = Monitor(steps, session.calls, session.record, ledger.state, preview=session.preview)
    try:
        try:
            run_program(program, monitor, config=config, parallel=session.parallel, preview=session.preview, **common)
        except Exception as error:
            failure = _told(error, session)
            if failure is None:
                raise
            session.record.failures.append(failure)
        _finish(session, steps, defaults, left)
        _keep_exports(session, monitor)
    finally:
        if not session.preview:
            ledger.save()
    outputs = {key: shown(value) for key, value in monitor.exports.items()}
    return session.result(outputs)


def _told(error: BaseException, session: Session) -> Failure | None:
    """What ended the program, as a failure that its user can act on; None when it is a bug."""
    seen: set[int] = set()
    cause: BaseException | None = error
    urn = urns.make(session.stack, session.project, "", urns.STACK_TYPE, f"{session.project}-{session.stack}")
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, InvokeFailed):
            return Failure("function", cause.token, urn, str(cause), cause.error.code, cause.error.hint)
        if isinstance(cause, CcdeployError):
            return Failure("program", session.stack, urn, cause.message, cause.code, cause.hint)
        cause = cause.__cause__ or cause.__context__
    return None


def _finish(session: Session, steps: Steps, defaults: DefaultProviders, left: frozenset[str]) -> None:
    """The deletions, which only follow a program that ran through without a failure."""
    record = session.record
    if record.failures or record.failed or session.calls.cancelled:
        return
    steps.finish()
    doomed = deletable(
        [
            resource
            for resource in session.ledger.state.resources.values()
            if resource.delete or resource.urn not in steps.seen
        ]
    )
    doomed = _without_protected(session, doomed)
    quiet = frozenset(resource.key for resource in doomed if resource.delete) - left
    deletes = Deletes(session.ledger, session.calls, record, parallel=session.parallel, why=_why_deleted, quiet=quiet)
    if session.preview:
        deletes.plan(doomed)
        return
    deletes.run(doomed)
    for key in defaults.unused():
        session.ledger.drop(key)


def _why_deleted(resource: Resource) -> tuple[str, ...]:
    if resource.delete:
        return ("left over from a replacement that was interrupted",)
    return ("no longer in the centre",)


def _without_protected(session: Session, doomed: list[Resource]) -> list[Resource]:
    """Protected resources, and what they need, are not deleted; each protected one is a failure."""
    guarded = [resource for resource in doomed if resource.protect and not resource.delete]
    for resource in guarded:
        session.record.failure(
            records.step("delete", resource.urn),
            StepFailed(
                f"{resource.name} is protected and the centre no longer names it",
                code="protected",
                hint="put it back into the folder, or lift its protection first (instance: {protect: no})",
            ),
        )
    kept = closure(session.ledger.state.resources.values(), [resource.urn for resource in guarded])
    return [resource for resource in doomed if resource.delete or resource.urn not in kept]


def _keep_exports(session: Session, monitor: Monitor) -> None:
    """Save what the program exported; a value that is not known keeps what it was."""
    if session.preview:
        return
    for urn, outputs in monitor.outputs.items():
        resource = session.ledger.state.live(urn)
        if resource is None:
            continue
        kept = {
            key: resource.outputs.get(key) if has_unknown(value) else value
            for key, value in outputs.items()
            if not has_unknown(value) or key in resource.outputs
        }
        session.ledger.put(replace(resource, outputs=kept), durable=False)
