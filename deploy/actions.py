"""The commands as functions: settings and a folder in, a value or events out. No terminal here.

Each function reads the folder, wires what it needs and calls the pipeline; the command line only draws.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Invalid, Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problem
from . import pipeline
from .events import OnEvent, Result
from .interrupt import stoppable
from .settings import Settings, center_folder
from .target import check_target
from .validate import valid
from .wiring import store_of, work

if TYPE_CHECKING:
    from ..agents.model import Checked
    from ..specs.model import Center
    from ..stacks.cloud.lease import Seen
    from ..stacks.cloud.store import Store
    from . import theirs
    from .guards import Side

_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Read:
    """A folder that has no error: its centre, its people, and the warnings."""

    folder: Path
    center: Center
    people: Checked
    warnings: tuple[Problem, ...]


def read(settings: Settings, folder: Path | None, command: str) -> Read:
    """Read and check the folder. Raises Invalid with every problem, Refused for a target that cannot be used."""
    place = center_folder(folder)
    check_target(settings, command)
    center, people, problems = valid(place, stack=settings.stack, today=settings.today)
    return Read(place, center, people, problems)


def preview(
    settings: Settings, found: Read, *, rosters: bool, allow_suspend: int | None, keep: Side | None = None
) -> pipeline.Preview:
    """The plan of `up`, nothing written."""
    with work(settings, found.folder, found.center) as wired:
        return pipeline.preview(wired, found.people if rosters else None, allow_suspend=allow_suspend, keep=keep)


def up(
    settings: Settings,
    found: Read,
    on_event: OnEvent,
    *,
    rosters: bool,
    allow_suspend: int | None,
    keep: Side | None = None,
    notes: tuple[str, ...] = (),
) -> Result:
    """Make it stand."""
    check_local_state(settings, found.folder, found.center)
    with stoppable() as stop, work(settings, found.folder, found.center, lease="up") as wired:
        people = found.people if rosters else None
        return pipeline.up(wired, people, on_event, stop, allow_suspend=allow_suspend, keep=keep, notes=notes)


def write_theirs(settings: Settings, found: Read) -> tuple[Read, tuple[str, ...]]:
    """Write into the folder what somebody changed by hand; the folder as it is then, and what was written.

    What would make the folder invalid is not written, but told with the reason. Raises Invalid when what is good alone
    is not good together: nothing was written then.
    """
    from . import drift, theirs

    with work(settings, found.folder, found.center) as wired:
        wanted = theirs.edits(wired, drift.find(wired, with_people=False))

    def written(edits: tuple[theirs.Edit, ...]) -> tuple[Read, tuple[str, ...]]:
        put_back = theirs.remembered(found.folder, edits)
        try:
            said = theirs.write(found.folder, edits)
            return read(settings, found.folder, "up"), said
        except BaseException:
            put_back()
            raise

    try:
        return written(wanted) if wanted else (found, ())
    except Invalid:
        return written(tuple(_if_valid(settings, found, edit) for edit in wanted))


def _if_valid(settings: Settings, found: Read, edit: theirs.Edit) -> theirs.Edit:
    """The edit, or, if the folder were invalid with it, what is wrong then. Nothing stays written."""
    from . import theirs

    put_back = theirs.remembered(found.folder, (edit,))
    try:
        theirs.write(found.folder, (edit,))
        read(settings, found.folder, "up")
    except Invalid as error:
        wrong = next(problem for problem in error.problems if problem.severity == "error")
        return theirs.Edit(edit.about, why=f"{wrong.where.file} would be wrong: {wrong.message}")
    finally:
        put_back()
    return edit


def check_local_state(settings: Settings, folder: Path, center: Center) -> None:
    """The first run on an account says knowingly that its state lies on this machine. Raises Refused."""
    if settings.target != "aws" or settings.local_state:
        return
    if not store_of(settings, folder, center).names():
        raise Refused(
            "The state of a real account would lie on this machine only: nobody else could change or remove the stack.",
            hint="If that is meant, say so once: ccdeploy up --target aws --local-state",
            where=str(folder),
            code="local-state",
        )


def down(settings: Settings, folder: Path | None, on_event: OnEvent, *, everything: bool) -> Result:
    """Remove it. The folder may have mistakes by now: what was applied last decides, where there is such a record."""
    place = center_folder(folder)
    check_target(settings, "down")
    center = applied_center(settings, place)
    if not store_of(settings, place, center).names():
        return pipeline.nothing_to_remove(settings, center, on_event, beside(settings, place, center))
    with stoppable() as stop, work(settings, place, center, lease="down") as wired:
        return pipeline.down(wired, on_event, stop, everything=everything)


def beside(settings: Settings, folder: Path, center: Center) -> tuple[str, ...]:
    """The other stacks of this centre that have a store on this machine."""
    parent = Path(store_of(settings, folder, center).where).parent
    names = sorted(path.name for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []
    return tuple(name for name in names if name.startswith(f"{center.key}.") and name != center.stack_name)


def applied_center(settings: Settings, folder: Path) -> Center:
    """The last applied Center of the folder's stack, else the folder's own.

    Raises Invalid when neither can be had, and for a stack that `environments` does not name and that never stood.
    """
    from ..specs.load import load
    from .wiring import last_applied, store_of

    loaded = load(folder, stack=settings.stack, today=settings.today)
    # Both become the name of a folder: what is no name must not lead out of .ccdeploy.
    named = loaded.center is not None and _KEY.fullmatch(loaded.center.key) and _KEY.fullmatch(settings.stack)
    if loaded.center is None or not named:
        raise Invalid(
            "center.yaml or --stack has mistakes that hide which centre it is; nothing was changed.",
            loaded.problems.listed(),
            hint=f"Correct them: ccdeploy validate {folder}",
            where=str(folder),
        )
    store = store_of(settings, folder, loaded.center)
    unknown = [problem for problem in loaded.problems.listed() if problem.code == "unknown-stack"]
    if unknown and not store.names():
        raise Invalid(
            f"There is no stack {settings.stack}; nothing was changed.",
            unknown,
            hint="Choose one that center.yaml names.",
            where=str(folder),
        )
    applied = last_applied(store)
    return loaded.center if applied is None else replace(applied, state=loaded.center.state)


def status(settings: Settings, folder: Path | None) -> dict[str, Any]:
    """What stands; before the first `up` nothing does, and no server is started for that."""
    from . import status as standing

    place = center_folder(folder)
    check_target(settings, "status")
    center = applied_center(settings, place)
    if not store_of(settings, place, center).names():
        return standing.nothing(settings, center.stack_name)
    with work(settings, place, center) as wired:
        return standing.status(wired)


def export_state(settings: Settings, folder: Path | None) -> dict[str, Any]:
    """The state as `pulumi stack export` prints it. Raises Refused before the first `up`."""
    place = center_folder(folder)
    check_target(settings, "state export")
    center = applied_center(settings, place)
    if not store_of(settings, place, center).names():
        raise Refused(
            f"The stack {center.stack_name} has no state yet.",
            hint=f"Make it stand: ccdeploy up {place}",
            where=str(place),
            code="no-stack",
        )
    with work(settings, place, center) as wired:
        return wired.engine.export()


def lease_holder(settings: Settings, folder: Path | None) -> Held | None:
    """Who holds the lease of the stack, or None. Raises StateError for a lease that is none."""
    from ..stacks.cloud.lease import held

    place = center_folder(folder)
    store = store_of(settings, place, applied_center(settings, place))
    seen = store.holder()
    return Held(store, seen, f"{held(seen.record, store.where).message}.") if seen.held else None


def unlock(settings: Settings, held: Held) -> None:
    """Free the lease. Its number stays, so that the run it is taken from notices and writes no more.

    Raises Refused when it is another one by now.
    """
    from .audit_log import once

    if not held.store.release(held.seen):
        raise Refused(
            "The lease is another one by now.",
            hint="Look who works on this stack: ccdeploy unlock",
            where=held.store.where,
            code="lease-changed",
        )
    holder = {key: held.seen.record.get(key) for key in ("owner", "host", "pid", "what", "fence")}
    with held.store.lease("unlock") as lease:
        name = Path(held.store.where).name
        facts = {"command": "unlock", "stack": name, "target": settings.target, "fence": lease.fence}
        once(held.store, facts, "lease", action="taken away", holder=holder)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that somebody holds, as it was seen; `sentence` says who, where and since when."""

    store: Store
    seen: Seen
    sentence: str
