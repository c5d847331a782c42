"""The supervisors' side: check, plan and apply rosters, with or without a centre around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.errors import Invalid, Refused
from ..specs.frozen import dataclass
from . import people
from .events import Note, OnEvent, Result
from .interrupt import stoppable
from .prepare import check_place
from .run import Run
from .settings import CENTER, HIDDEN, Settings, upwards
from .standing import standing
from .target import check_target
from .validate import valid
from .wiring import Work, store_of, work

if TYPE_CHECKING:
    from ..agents.model import Checked
    from ..agents.plan import AgentPlan
    from ..specs.model import Center


SHEETS = "sheets"  # under .ccdeploy: sealed passwords


@dataclass(frozen=True, slots=True)
class RosterCheck:
    """What the rosters say; `notes` tell what could not be checked."""

    checked: Checked
    notes: tuple[str, ...]


def center_of(files: Sequence[Path]) -> Path | None:
    """The folder whose centre the files belong to: upwards from the first file, then from the current folder."""
    if files:
        found = upwards(files[0].parent.resolve(), CENTER)
        if found is not None:
            return found
    return upwards(Path.cwd(), CENTER)


def check(settings: Settings, files: Sequence[Path]) -> RosterCheck:
    """Every mistake of the files, or of the centre's own rosters. Needs no deployed stack."""
    from ..agents.check import check_rosters
    from ..specs.load import load

    folder = center_of(files)
    if folder is None:
        if not files:
            raise no_center()
        note = f"There is no {CENTER} around: only the form was checked, no profile, group or language."
        return RosterCheck(check_rosters(None, list(files)), (note,))
    center = load(folder, stack=settings.stack, today=settings.today).center
    if center is None:
        if not files:
            raise Refused(
                f"{folder / CENTER} cannot be read, so its rosters are not known.",
                hint=f"Correct it: ccdeploy validate {folder}",
                where=str(folder),
                code="invalid",
            )
        note = f"{folder / CENTER} has mistakes: only the form was checked."
        return RosterCheck(check_rosters(None, list(files)), (note,))
    return RosterCheck(check_rosters(center, list(files)), ())


def read(settings: Settings, files: Sequence[Path], command: str) -> tuple[Path, Center, Checked]:
    """A centre and people without an error. Raises Invalid with every problem, Refused without a centre."""
    from ..agents.check import check_rosters

    check_target(settings, f"roster {command}")
    folder = center_of(files)
    if folder is None:
        raise no_center()
    center, checked, _ = valid(folder, stack=settings.stack, today=settings.today)
    if files:
        checked = check_rosters(center, list(files))
    if checked.errors:
        raise Invalid(
            "The rosters have mistakes; nothing was changed.",
            checked.problems,
            hint="Correct them; to see them again: ccdeploy roster check",
            where=str(folder),
        )
    return folder, center, checked


def plan(
    settings: Settings,
    files: Sequence[Path],
    *,
    allow_suspend: int | None,
    look: Callable[[AgentPlan], None] = lambda _plan: None,
) -> people.Planned:
    """What `apply` would do. Reads only. `look` sees the plan before it may be refused."""
    folder, center, checked = read(settings, files, "plan")
    must_stand(settings, folder, center)
    with work(settings, folder, center) as wired:
        needs_instance(wired)
        planned = people.plan(wired, checked, allow_suspend=allow_suspend, look=look)
    return replace(planned, remarks=checked.remarks)


def apply(
    settings: Settings,
    files: Sequence[Path],
    on_event: OnEvent,
    *,
    allow_suspend: int | None,
    sealed: str | None = None,
) -> Result:
    """Bring the people of these files to what the files say; people of other files are never touched.

    `sealed` is the public key for a sheet of the new people's passwords.
    """
    folder, center, checked = read(settings, files, "apply")
    must_stand(settings, folder, center)
    with stoppable() as stop, work(settings, folder, center, lease="roster apply") as wired:
        needs_instance(wired)
        run = Run(wired, "roster apply", on_event, stop)
        seal = people.Seal(sealed, folder / HIDDEN / SHEETS, lambda text: run.tell(Note(text))) if sealed else None
        with run.guarded():
            planned = people.plan(wired, checked, allow_suspend=allow_suspend)
            run.rosters(replace(planned, remarks=checked.remarks), seal)
            run.outputs()
        return run.result()


def template(settings: Settings, out: Path) -> None:
    """Write an empty roster as a spreadsheet with the centre's own choices. Raises Refused when `out` is there."""
    from ..agents.template import write_template

    folder = center_of([out])
    if folder is None:
        raise no_center()
    if out.exists():
        raise Refused(
            f"{out} is there already; nothing was written.",
            hint="Name a new file: ccdeploy roster template FILE.xlsx",
            where=str(out),
            code="exists",
        )
    center, _, _ = valid(folder, stack=settings.stack, today=settings.today)
    write_template(center, out)


def needs_instance(wired: Work) -> None:
    """Raises Refused when there is no instance to put people in."""
    check_place(wired)
    if not standing(wired.engine).get("suspended"):
        raise _not_standing(wired.folder)


def must_stand(settings: Settings, folder: Path, center: Center) -> None:
    """Raises Refused before the first `up`; nothing is written."""
    if not store_of(settings, folder, center).names():
        raise _not_standing(folder)


def _not_standing(folder: Path) -> Refused:
    return Refused(
        "The stack does not stand yet, so there is nothing to put people in.",
        hint=f"Make it stand: ccdeploy up {folder}",
        where=str(folder),
        code="no-stack",
    )


def no_center() -> Refused:
    """The refusal where no centre is around."""
    return Refused(
        f"There is no {CENTER} here or above.",
        hint="Run it in the centre's folder, or name a roster that lies in one.",
        where=str(Path.cwd()),
        code="no-folder",
    )
