"""`ccdeploy up`: make the centre stand as the folder says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from ...deploy.settings import Settings
from ..options import allow_suspend, keep, local_state, no_rosters, settings, take_over, wait, write
from ..options import folder as folder_argument


@click.command()
@folder_argument
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@no_rosters
@allow_suspend
@keep
@write
@take_over
@wait
@local_state
def command(
    given: Settings,
    folder: Path | None,
    rosters: bool,
    allow_suspend: int | None,
    keep: Literal["theirs", "ours"] | None,
    write: bool,
    take_over: bool,
    wait: float,
    local_state: bool,
) -> None:
    """Make the centre stand as the folder says, its people included.

    Run it again after an interruption: it goes on where it stopped. A second run changes nothing.
    """
    from ...deploy import actions
    from ..questions import agreed
    from ..render.problems import warn
    from ..render.run import listener

    given = replace(given, wait=wait, local_state=local_state, take_over=take_over)
    if write and keep != "theirs":
        raise click.UsageError("--write goes with --keep theirs.")
    found = actions.read(given, folder, "up")
    warn(given, found.warnings)
    if given.target == "aws":
        agreed(given, f"Change the stack {found.center.stack_name} in the AWS account?", "up --target aws")
    notes: tuple[str, ...] = ()
    if write:
        found, notes = actions.write_theirs(given, found)
    result = actions.up(
        given, found, listener(given), rosters=rosters, allow_suspend=allow_suspend, keep=keep, notes=notes
    )
    click.get_current_context().exit(result.exit_code)
