"""`ccdeploy roster`: the people, as supervisors keep them in spreadsheets."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import allow_suspend, files, folder, settings

report = click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also write it for a supervisor: .xlsx, .csv or .html.",
)


@click.group()
def command() -> None:
    """Check, plan and apply rosters of agents.

    Without FILE the rosters of center.yaml are meant.
    """


@command.command()
@files
@settings("stack", "json", "quiet", "today")
@report
def check(given: Settings, files: tuple[Path, ...], report: Path | None) -> None:
    """Report every mistake in the rosters, with its row and column."""
    from ...deploy import roster_files, rosters
    from ...deploy.validate import problems_json
    from ..output import out, out_json
    from ..render.people import check_text

    found = roster_files.check_report(given, files, report) if report else rosters.check(given, files)
    if given.json:
        out_json(problems_json(found.checked.problems))
    else:
        check_text(found.checked, found.notes, quiet=given.quiet, out=out)
    click.get_current_context().exit(1 if found.checked.errors else 0)


@command.command()
@files
@settings("stack", "target", "engine", "json", "verbose", "quiet", "today")
@allow_suspend
@report
def plan(given: Settings, files: tuple[Path, ...], allow_suspend: int | None, report: Path | None) -> None:
    """Show who would be created, changed, moved, suspended or removed, and why. Reads only."""
    from ...deploy import roster_files, rosters
    from ..output import out, out_json
    from ..render.people import notes_text, plan_text

    if report:
        planned = roster_files.plan_report(given, files, report, allow_suspend=allow_suspend)
    else:
        planned = rosters.plan(given, files, allow_suspend=allow_suspend)
    if given.json:
        out_json(planned.as_json())
    else:
        out(plan_text(planned, verbose=given.verbose))
        notes_text(planned.notes, quiet=given.quiet)


@command.command()
@files
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@allow_suspend
@click.option("--sealed", metavar="KEY", help="Keep the new people's passwords on a sheet for this age or SSH key.")
def apply(given: Settings, files: tuple[Path, ...], allow_suspend: int | None, sealed: str | None) -> None:
    """Make the people as the rosters say; goes on by itself after an interruption."""
    from ...deploy import rosters
    from ..render.run import listener

    result = rosters.apply(given, files, listener(given), allow_suspend=allow_suspend, sealed=sealed)
    click.get_current_context().exit(result.exit_code)


@command.command()
@click.argument("file", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@settings("stack", "json", "today")
def template(given: Settings, file: Path) -> None:
    """Write an empty roster as a spreadsheet, with the centre's own choices to pick from."""
    from ...deploy import rosters
    from ..output import out, out_json

    rosters.template(given, file)
    if given.json:
        out_json({"file": str(file)})
    else:
        out(str(file))


@command.command()
@click.argument("file", metavar="FILE.csv|xlsx", type=click.Path(path_type=Path))
@settings("stack", "target", "engine", "json", "quiet", "today")
@click.option(
    "--form",
    type=click.Choice(["ours", "managed", "saml", "saml-2"]),
    default="ours",
    show_default=True,
    help="Our columns, or one of the console's bulk templates.",
)
@click.option("--everybody", is_flag=True, help="Also people who were made by hand.")
@click.option("--quick", is_flag=True, help="Without addresses and mobile numbers: 500 people a call, not one.")
@click.option("--semicolons", is_flag=True, help="For spreadsheets whose decimal sign is a comma.")
def export(given: Settings, file: Path, form: str, everybody: bool, quick: bool, semicolons: bool) -> None:
    """Write who stands in the instance as a roster, or as the console's own template."""
    from ...deploy import roster_files
    from ..output import out, out_json
    from ..render.people import counter, notes_text

    done = roster_files.export(
        given,
        file,
        form,  # type: ignore[arg-type]
        everybody=everybody,
        quick=quick,
        delimiter=";" if semicolons else ",",
        tell=counter(given),
    )
    if given.json:
        out_json({"files": [str(path) for path in done.files], "people": done.people, "notes": list(done.notes)})
        return
    notes_text(done.notes, quiet=given.quiet)
    for path in done.files:
        out(str(path))


@command.command()
@files
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@click.option("--user", "users", multiple=True, metavar="NAME", help="One person by username; may be repeated.")
@click.option("--delete", is_flag=True, help="Remove for good instead of suspending.")
@allow_suspend
def offboard(
    given: Settings, files: tuple[Path, ...], users: tuple[str, ...], delete: bool, allow_suspend: int | None
) -> None:
    """Suspend everybody of FILE, or people by name, now. Their rows must leave the rosters, too."""
    from ...deploy import roster_changes
    from ..render.run import listener

    result = roster_changes.offboard(
        given, files, listener(given), usernames=users, delete=delete, allow_suspend=allow_suspend
    )
    click.get_current_context().exit(result.exit_code)


@command.command()
@folder
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@allow_suspend
def undo(given: Settings, folder: Path | None, allow_suspend: int | None) -> None:
    """Take the last run on people back: profiles, groups, languages, skills, tags, suspensions."""
    from ...deploy import roster_changes
    from ..render.run import listener

    result = roster_changes.undo(given, folder, listener(given), allow_suspend=allow_suspend)
    click.get_current_context().exit(result.exit_code)
