"""Files that supervisors get: a report of a check or a plan, what stands as a roster, an empty roster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from . import people, rosters
from .settings import Settings
from .validate import valid
from .wiring import Work, work

if TYPE_CHECKING:
    from ..agents.existing import Existing
    from ..agents.model import Checked
    from ..agents.plan import AgentPlan
    from ..specs.model import Center

Form = Literal["ours", "managed", "saml", "saml-2"]
FORMS: tuple[str, ...] = get_args(Form)


def check_report(settings: Settings, files: Sequence[Path], out: Path) -> rosters.RosterCheck:
    """Check the rosters and write the report to `out`. Raises Refused when it cannot be written there."""
    from ..agents.report import check_name, write_report

    check_name(out)
    found = rosters.check(settings, files)
    _write(out, lambda: write_report(found.checked, paths_of(found.checked, files), out))
    return found


def plan_report(settings: Settings, files: Sequence[Path], out: Path, *, allow_suspend: int | None) -> people.Planned:
    """Plan the rosters and write who would change to `out`, also when the plan is refused."""
    from ..agents.plan_report import write_plan_report
    from ..agents.report import check_name

    check_name(out)

    def look(plan: AgentPlan) -> None:
        _write(out, lambda: write_plan_report(plan, out))

    return rosters.plan(settings, files, allow_suspend=allow_suspend, look=look)


def paths_of(checked: Checked, files: Sequence[Path]) -> dict[str, Path]:
    """The rosters by the name under which problems show them."""
    if not files:
        folder = rosters.center_of(())
        return {shown: (folder or Path.cwd()) / shown for shown in checked.files}
    return dict(zip(checked.files, dict.fromkeys(files), strict=True))


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `notes` tell who is not in it."""

    files: tuple[Path, ...]
    people: int
    notes: tuple[str, ...]


def export(
    settings: Settings,
    out: Path,
    form: Form,
    *,
    everybody: bool = False,
    quick: bool = False,
    delimiter: str = ",",
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Exported:
    """Write who stands in the instance as a roster (`.csv`, `.xlsx`) or as the console's own template (`.csv`).

    The console takes 1,000 people a file: more become `NAME-1.csv`, `NAME-2.csv`. Overwrites nothing. Raises Refused.
    """
    folder = rosters.center_of([out])
    if folder is None:
        raise rosters.no_center()
    _check_kind(out, form)
    center, _, _ = valid(folder, stack=settings.stack, today=settings.today)
    rosters.must_stand(settings, folder, center)
    with work(settings, folder, center) as wired:
        rosters.needs_instance(wired)
        found = _people(wired, everybody, quick, tell)
    texts = _texts(found, out, form, center, delimiter)
    for path in texts:
        if path.exists():
            raise _there(path)
    from ..stacks.durable.files import write_atomic

    for path, data in texts.items():
        _write(path, lambda path=path, data=data: write_atomic(path, data))  # type: ignore[misc]
    return Exported(tuple(texts), len(found.people), tuple(_notes(found, form, quick)))


def _people(wired: Work, everybody: bool, quick: bool, tell: Callable[[int, int], None]) -> Existing:
    from ..agents.existing import find_people
    from ..agents.ledger import read_ledger
    from ..stacks.cloud.connect_users import Users

    directory = people.directory(wired)
    assert directory is not None, "needs_instance comes before"
    return find_people(
        wired.center,
        directory,
        Users(wired.cloud, directory.instance_id, directory.instance_arn),
        read_ledger(wired.store, wired.center.stack_name),
        everybody=everybody,
        quick=quick,
        pacer=people.pacer(wired),
        tell=tell,
    )


def _check_kind(out: Path, form: Form) -> None:
    kinds = (".csv", ".xlsx") if form == "ours" else (".csv",)
    if out.suffix.lower() not in kinds:
        text = f"{out}: this export is a {' or '.join(kinds)} file."
        raise Refused(text, hint="Name it so.", where=str(out), code="export-kind")
    if out.exists():
        raise _there(out)


def _there(path: Path) -> Refused:
    text = f"{path} is there already; nothing was written."
    return Refused(text, hint="Name a new file.", where=str(path), code="exists")


def _texts(found: Existing, out: Path, form: Form, center: Center, delimiter: str) -> dict[Path, bytes]:
    from ..agents.export import write_roster, write_roster_workbook

    if form == "ours":
        if out.suffix.lower() == ".xlsx":
            return {out: write_roster_workbook(found.people)}
        return {out: write_roster(found.people, delimiter=delimiter, bom=True).encode()}
    from ..agents.console import Titles, write_console

    variants = [variant for profile in center.routing_profiles.values() for variant in profile.variants]
    titles = Titles(
        {variant.key: variant.title for variant in variants},
        {key: profile.title for key, profile in center.security_profiles.items()},
    )
    parts = write_console(found.people, form, titles)
    if len(parts) == 1:
        return {out: parts[0].encode()}
    return {out.with_stem(f"{out.stem}-{at}"): part.encode() for at, part in enumerate(parts, start=1)}


def _notes(found: Existing, form: Form, quick: bool) -> list[str]:
    notes = []
    if found.suspended:
        notes.append(f"{found.suspended} suspended people are left out: they have no profile to write.")
    if found.others:
        notes.append(f"{found.others} people who were made by hand are left out; --everybody takes them too.")
    if quick:
        notes.append("Addresses and mobile numbers are left out (--quick).")
    if form == "managed" and found.people:
        notes.append("The console asks for a password for each person: the column is blank.")
    return notes


def _write(out: Path, write: Callable[[], None]) -> None:
    """Raises Refused in words for a folder that is not there, a full disk, a missing permission."""
    try:
        write()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "Name a file in a folder that you may write to."
        raise Refused(f"{out} cannot be written: {reason}.", hint=hint, where=str(out), code="unwritable") from error
