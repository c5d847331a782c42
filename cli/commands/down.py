"""`ccdeploy down`: remove what this stack made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings, wait


@click.command()
@folder_argument
@settings("stack", "target", "engine", "json", "yes", "verbose", "quiet", "today")
@click.option("--all", "everything", is_flag=True, help="Also release kept numbers and delete the protected instance.")
@wait
def command(given: Settings, folder: Path | None, everything: bool, wait: float) -> None:
    """Remove what this stack made, its people first.

    Kept numbers and their instance stay. What was made by hand is never touched.
    """
    from ...deploy import actions
    from ..questions import agreed
    from ..render.run import listener

    given = replace(given, wait=wait)
    if given.target == "aws":
        what = "the whole stack, its numbers included," if everything else "the stack"
        agreed(given, f"Remove {what} from the AWS account?", "down --target aws")
    result = actions.down(given, folder, listener(given), everything=everything)
    click.get_current_context().exit(result.exit_code)
