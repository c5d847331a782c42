"""A stack moves from one engine to the other, or comes from a file; nothing of the centre itself is touched.

The source stays the truth until the target has taken the state and its own preview shows no change. What the source
held is kept beside it under another name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ..specs.errors import Refused
from . import people
from .actions import applied_center
from .audit_facts import run_facts
from .audit_log import once
from .prepare import finder
from .settings import Settings, center_folder
from .target import check_target
from .wiring import Work, engine_for, engine_of, store_of, work

if TYPE_CHECKING:
    from ..stacks.engine.plan import Changes, Engine

Name = Literal["embedded", "pulumi"]
_OTHER: Final[dict[Name, Name]] = {"embedded": "pulumi", "pulumi": "embedded"}
_KEPT: Final = {"embedded": "state.before-move.json", "pulumi": "pulumi.before-move"}


def move(settings: Settings, folder: Path | None, to: Name) -> dict[str, Any]:
    """Move the stack to the engine `to`. Raises Refused when it does not stand, or the target's preview differs."""
    from dataclasses import replace

    place = center_folder(folder)
    center = applied_center(settings, place)
    store = store_of(settings, place, center)
    there = engine_of(store)
    if not there:
        raise Refused(
            f"The stack {center.stack_name} has no state yet.",
            hint=f"Make it stand: ccdeploy up {place} --engine {to}",
            where=str(place),
            code="no-stack",
        )
    if there == to:
        return {"stack": center.stack_name, "engine": to, "moved": False, "resources": 0}
    source = replace(settings, engine=_OTHER[to])
    check_target(replace(settings, engine=to), "state export")
    with work(source, place, center, lease="state export") as wired:
        wired.engine.recover(finder(wired))
        document = wired.engine.export_open()
        with _target(wired, to) as engine:
            engine.replace_state(document)
            _demand_same(wired, engine, to)
        if to == "embedded":
            _write_embedded(wired, document)
        _put_aside(wired, there)
        once(wired.store, run_facts(wired, "state export"), "state", action=f"moved from {there} to {to}")
    return {
        "stack": center.stack_name,
        "engine": to,
        "moved": True,
        "resources": len(document["deployment"].get("resources") or ()),
    }


@contextlib.contextmanager
def _target(wired: Work, to: str) -> Iterator[Engine]:
    """The other engine: Pulumi's in its own folder, ours on a store that is thrown away, so that only one is true."""
    from ..stacks.cloud.store import FileStore

    with contextlib.ExitStack() as stack:
        store, lease = wired.store, wired.lease
        if to == "embedded":
            store = FileStore(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ccdeploy-"))))
            lease = None
        yield stack.enter_context(engine_for(to, wired.center, store, wired.place, lease))


def _demand_same(wired: Work, engine: Engine, to: str) -> None:
    from ..stacks.program import program

    made = program(wired.center, None, wired.flows, people.usernames(wired))
    result = engine.preview(made)
    changes: Changes = result.changes
    if result.failures or changes.any:
        names = ", ".join(f"{step.action} {step.name}" for step in result.steps if step.action != "same")
        said = result.failures[0].message if result.failures else names
        if to == "pulumi":
            _put_aside(wired, "pulumi")
        raise Refused(
            f"After the move the engine {to} would change something: {said}.",
            hint="Nothing was moved. Bring the stack up to date first: ccdeploy up",
            where=wired.store.where,
            code="not-the-same",
        )


def _write_embedded(wired: Work, document: Mapping[str, Any]) -> None:
    with engine_for("embedded", wired.center, wired.store, wired.place, wired.lease) as engine:
        engine.replace_state(document)


def _put_aside(wired: Work, engine: str) -> None:
    """Keep what an engine held, under a name at which nobody looks."""
    from ..stacks.engine.embedded.ledger import JOURNAL, STATE
    from ..stacks.engine.pulumi_cli.place import FOLDER

    if engine == "embedded":
        data = wired.store.read(STATE)
        if data is not None:
            wired.store.write(_KEPT[engine], data)
        wired.store.delete(STATE)
        wired.store.delete(JOURNAL)
        if wired.lease is not None:
            wired.lease.note(0)  # there is none of ours any more
        return
    wired.store.set_aside(FOLDER, _KEPT[engine])


def read_document(data: bytes, stack_name: str, where: str) -> dict[str, Any]:
    """What `pulumi stack export` printed, for this very stack. Raises Refused for anything else."""
    from ..stacks.names import PROJECT

    try:
        document = json.loads(data)
        resources = document["deployment"].get("resources") or ()
        urns = [str(resource["urn"]) for resource in resources]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(
            f"{where} is not what `pulumi stack export` prints.",
            hint="Export it anew: pulumi stack export --show-secrets",
            where=where,
            code="not-a-state",
        ) from error
    wanted = f"urn:pulumi:{stack_name}::{PROJECT}::"
    foreign = next((urn for urn in urns if not urn.startswith(wanted)), None)
    if foreign is not None:
        raise Refused(
            f"{where} is the state of another stack: {foreign}.",
            hint=f"This folder's stack is {stack_name} of project {PROJECT}; choose it with --stack.",
            where=where,
            code="other-stack",
        )
    found: dict[str, Any] = document
    return found


def stands(settings: Settings, folder: Path | None) -> str:
    """Which engine holds a state by now, or ""."""
    place = center_folder(folder)
    center = applied_center(settings, place)
    return engine_of(store_of(settings, place, center))


def take(settings: Settings, folder: Path | None, data: bytes, where: str) -> dict[str, Any]:
    """Put a state from a file in the place of this stack's."""
    place = center_folder(folder)
    check_target(settings, "state import")
    center = applied_center(settings, place)
    document = read_document(data, center.stack_name, where)
    with work(settings, place, center, lease="state import") as wired:
        wired.engine.replace_state(document)
        digest = hashlib.sha256(data).hexdigest()
        once(wired.store, run_facts(wired, "state import"), "state", action="imported", sha256=digest)
    return {
        "stack": center.stack_name,
        "engine": settings.engine_name,
        "resources": len(document["deployment"].get("resources") or ()),
    }
