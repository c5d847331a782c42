"""`ccdeploy roster`: the people, as supervisors keep them in spreadsheets."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import allow_suspend, files, settings


@click.group()
def command() -> None:
    """Check, plan and apply rosters of agents.

    Without FILE the rosters of center.yaml are meant.
    """


@command.command()
@files
@settings("stack", "json", "quiet", "today")
def check(given: Settings, files: tuple[Path, ...]) -> None:
    """Report every mistake in the rosters, with its row and column."""
    from ...deploy import rosters
    from ...deploy.validate import problems_json
    from ..output import out, out_json
    from ..render.people import check_text

    found = rosters.check(given, files)
    if given.json:
        out_json(problems_json(found.checked.problems))
    else:
        check_text(found.checked, found.notes, quiet=given.quiet, out=out)
    click.get_current_context().exit(1 if found.checked.errors else 0)


@command.command()
@files
@settings("stack", "target", "engine", "json", "verbose", "today")
@allow_suspend
def plan(given: Settings, files: tuple[Path, ...], allow_suspend: int | None) -> None:
    """Show who would be created, changed, moved, suspended or removed, and why. Reads only."""
    from ...deploy import rosters
    from ..output import out, out_json
    from ..render.people import plan_text

    planned = rosters.plan(given, files, allow_suspend=allow_suspend)
    if given.json:
        out_json(planned.as_json())
    else:
        out(plan_text(planned, verbose=given.verbose))


@command.command()
@files
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@allow_suspend
def apply(given: Settings, files: tuple[Path, ...], allow_suspend: int | None) -> None:
    """Make the people as the rosters say; goes on by itself after an interruption."""
    from ...deploy import rosters
    from ..render.run import listener

    result = rosters.apply(given, files, listener(given), allow_suspend=allow_suspend)
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
