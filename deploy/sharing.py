"""A stack's state goes from the folder into the S3 that center.yaml names now, so that two operators share it.

Everything travels as it is: state, journals, keys, people, the audit log, Pulumi's backend. What was in the folder
stays there under another name, at which nobody looks. An interrupted move is begun anew by the next: until the last
step the folder is the truth.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import Refused
from .actions import applied_center
from .settings import Settings, center_folder
from .wiring import engine_of, local_place

if TYPE_CHECKING:
    from ..stacks.cloud.s3_store import S3Store

_ASIDE: Final = ".before-sharing"
_JOURNALS: Final = (".journal", ".log")
_NOT_TAKEN: Final = frozenset({"lease.json", "lease.lock"})


def share(settings: Settings, folder: Path | None) -> dict[str, Any]:
    """Move the state. Raises Refused when there is nothing to move or nowhere to go, LeaseHeld while a run works."""
    from ..specs.load import load
    from ..stacks.cloud.store import FileStore
    from .audit_log import once
    from .shared_state import SHARING, reached

    place = center_folder(folder)
    loaded = load(place, stack=settings.stack, today=settings.today).center
    if loaded is None:
        applied_center(settings, place)  # tells what is wrong
        raise AssertionError("a folder that cannot be read was read")
    if loaded.state is None:
        raise Refused(
            "center.yaml names no place to share the state in.",
            hint="Write it first, for example: state: s3://my-bucket/hotline",
            where=str(place),
            code="no-place",
        )
    source = FileStore(local_place(settings, place, loaded.stack_name))
    target = reached(settings, place, loaded, loaded.state)
    if not engine_of(source):
        raise Refused(
            f"There is no state of {loaded.stack_name} in {source.where}: nothing to move.",
            hint=f"Make it stand: ccdeploy up {place}",
            where=source.where,
            code="no-stack",
        )
    if engine_of(target) and SHARING not in target.names():
        raise Refused(
            f"There is a state in {target.where} already.",
            hint="Name another prefix in center.yaml, or look at what stands there from an empty copy of the folder.",
            where=target.where,
            code="state-there",
        )
    with source.lease("state share", wait=settings.wait) as held, target.lease("state share") as taken:
        target.write(SHARING, b"")
        names = _copy(Path(source.where), target)
        target.delete(SHARING)
        taken.note(held.generation)
        facts = {"command": "state share", "stack": loaded.stack_name, "target": settings.target, "fence": taken.fence}
        once(target, facts, "state", action=f"moved from {source.where} to {target.where}")
    root = Path(source.where)
    aside = root.with_name(root.name + _ASIDE)
    root.rename(aside)
    return {"stack": loaded.stack_name, "where": target.where, "files": names, "kept": str(aside)}


def _copy(root: Path, target: S3Store) -> int:
    """Put every file into the store; the number of files."""
    from ..stacks.durable.journal import decode
    from ..stacks.engine.pulumi_cli.place import FOLDER
    from ..stacks.engine.pulumi_cli.remote_place import upload

    flat = sorted(path for path in root.iterdir() if path.is_file() and path.name not in _NOT_TAKEN)
    for path in flat:
        data = path.read_bytes()
        target.delete(path.name)
        if path.suffix in _JOURNALS:
            _, whole = decode(data, path)
            target.put_journal(path.name, data[:whole])
        else:
            target.write(path.name, data)
    return len(flat) + (upload(target, root / FOLDER) if (root / FOLDER).is_dir() else 0)
