"""`ccdeploy up`: make the centre stand as the folder says."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import allow_suspend, no_rosters, settings
from ..options import folder as folder_argument


@click.command()
@folder_argument
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@no_rosters
@allow_suspend
def command(given: Settings, folder: Path | None, rosters: bool, allow_suspend: int | None) -> None:
    """Make the centre stand as the folder says, its people included.

    Run it again after an interruption: it goes on where it stopped. A second run changes nothing.
    """
    from ...deploy import actions
    from ..render.problems import warn
    from ..render.run import listener

    found = actions.read(given, folder, "up")
    warn(given, found.warnings)
    result = actions.up(given, found, listener(given), rosters=rosters, allow_suspend=allow_suspend)
    click.get_current_context().exit(result.exit_code)
