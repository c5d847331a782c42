"""Reading what stands: drift of what we own, and the fate of calls that an interrupted run had begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ....specs.errors import CloudError
from ...provider.base import DiffRequest, ReadRequest, ReadResult
from ...provider.schema import DEFAULTS
from ...provider.values import Properties, plain
from .. import urns
from ..plan import Drift, Places, Recover
from .calls import StepFailed
from .outcomes import secret_outputs
from .reading import in_lanes
from .session import Session, shown
from .state import Operation, Resource

OWNER_TAG: Final = "ccdeploy:stack"


def refresh(session: Session, *, write: bool, only: Places | None = None) -> tuple[Drift, ...]:
    """Read everything that is ours, or `only` these; say what differs from what was asked for.

    With `write` the state takes it over, in a session that previews in memory only. Raises CloudError when something
    cannot be read.
    """
    owned = [
        resource
        for resource in session.ledger.state.resources.values()
        if resource.custom and not resource.external and not resource.delete and urns.counted(resource.type)
        if only is None or (resource.type, resource.name) in only
    ]
    found = _read_all(session, owned)
    drift: list[Drift] = []
    for resource, result in zip(owned, found, strict=True):
        drift += _compare(session, resource, result)
        if write:
            _take_over(session, resource, result)
    if write and not session.preview:
        session.ledger.save()
    return tuple(drift)


def _read_all(session: Session, owned: list[Resource]) -> list[ReadResult]:
    """What stands of each, asked for once a command while nothing is changed."""
    new = [resource for resource in owned if (resource.key, resource.id) not in session.known]
    results = in_lanes(new, lambda resource: read(session, resource), session.on_read, session.parallel) if new else []
    for resource, result in zip(new, results, strict=True):
        session.known[resource.key, resource.id] = result
    return [session.known[resource.key, resource.id] for resource in owned]


def read(session: Session, resource: Resource) -> ReadResult:
    """What stands; what was secret when it was asked for is secret in the answer. Raises CloudError."""
    request = ReadRequest(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        id=resource.id,
        inputs=resource.inputs,
        state=resource.outputs or {key: value for key, value in resource.inputs.items() if key != DEFAULTS},
    )
    try:
        provider = session.calls.provider(resource.type)
        result = session.calls.run("read", lambda: provider.read(request))
    except StepFailed as error:
        raise CloudError(
            f"{resource.name} cannot be read: {error.message}",
            service_code=error.code,
            where=f"{resource.type} {resource.name}",
            hint=error.hint or "run the command again",
        ) from error
    return replace(
        result,
        inputs=secret_outputs(resource, result.inputs),
        outputs=secret_outputs(resource, result.outputs),
    )


def _compare(session: Session, resource: Resource, result: ReadResult) -> list[Drift]:
    """The provider's own diff, from what stands to what was asked for, names the fields."""
    if result.id is None:
        return [Drift(resource.type, resource.name, resource.id, "missing")]
    provider = session.calls.provider(resource.type)
    request = DiffRequest(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        id=result.id,
        old_inputs=result.inputs or resource.inputs,
        old_outputs=result.outputs,
        news=resource.inputs,
        ignore_changes=resource.ignore_changes,
    )
    changed = session.calls.run("diff", lambda: provider.diff(request)).changed
    drift = []
    for key in changed:
        want, have = resource.inputs.get(key), result.outputs.get(key, result.inputs.get(key))
        kind = "untagged" if key == "tags" and _owner(want) != _owner(have) else "changed"
        drift.append(
            Drift(resource.type, resource.name, resource.id, kind, key, shown(want), shown(have))  # type: ignore[arg-type]
        )
    return drift


def _owner(tags: Any) -> Any:
    tags = plain(tags)
    return tags.get(OWNER_TAG) if isinstance(tags, Mapping) else None


def _take_over(session: Session, resource: Resource, result: ReadResult) -> None:
    if result.id is None:
        if session.preview:
            session.ledger.state.drop(resource.key)
        else:
            session.ledger.drop(resource.key)
        return
    inputs = result.inputs or resource.inputs
    if DEFAULTS in resource.inputs and DEFAULTS not in inputs:
        inputs = {**inputs, DEFAULTS: resource.inputs[DEFAULTS]}
    session.ledger.put(replace(resource, id=result.id, inputs=inputs, outputs=result.outputs), durable=False)


# ---------------------------------------------------------------- recovery


def recover(session: Session, find: Recover) -> tuple[str, ...]:
    """Settle every call whose outcome is unknown, by looking. Raises CloudError when looking itself fails."""
    said = []
    for operation in list(session.ledger.state.pending.values()):
        if operation.kind == "creating":
            said.append(_recover_create(session, operation, find))
        else:
            said.append(_recover_existing(session, operation))
    session.ledger.save()
    return tuple(said)


def _recover_create(session: Session, operation: Operation, find: Recover) -> str:
    began, ledger = operation.resource, session.ledger
    inputs: Properties = plain({key: value for key, value in began.inputs.items() if key != DEFAULTS})
    found = find(began.type, began.name, inputs)
    ours = {entry.id for entry in ledger.state.resources.values() if entry.urn == began.urn}
    if found is None or found in ours:
        ledger.settle("creating", began)
        return f"{began.name}: it had not been created"
    result = read(session, replace(began, id=found))
    if result.id is None:
        ledger.settle("creating", began)
        return f"{began.name}: it had not been created"
    kept = replace(
        began,
        id=result.id,
        outputs=result.outputs,
        init_errors=("the run that created it was interrupted",),
    )
    ledger.effect("creating", began, put=kept, demote=ledger.state.live(began.urn) is not None)
    return f"{began.name}: it had been created ({result.id}) and is ours"


def _recover_existing(session: Session, operation: Operation) -> str:
    began, ledger = operation.resource, session.ledger
    resource = ledger.state.resources.get(began.key)
    if resource is None:
        ledger.settle(operation.kind, began)
        return f"{began.name}: nothing to do"
    result = read(session, resource)
    if result.id is None:
        ledger.effect(operation.kind, began, drop=resource.key)
        return f"{began.name}: it is gone"
    what = "change" if operation.kind == "updating" else "deletion"
    inputs = result.inputs or resource.inputs
    if DEFAULTS in resource.inputs and DEFAULTS not in inputs:
        inputs = {**inputs, DEFAULTS: resource.inputs[DEFAULTS]}
    kept = replace(resource, inputs=inputs, outputs=result.outputs, init_errors=(f"its {what} was interrupted",))
    ledger.effect(operation.kind, began, put=kept)
    return f"{began.name}: its {what} was interrupted; it was read anew"
