"""`ccdeploy unlock`: take the lease away from an operator who is gone."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.command()
@folder_argument
@settings("stack", "target", "json", "yes")
def command(given: Settings, folder: Path | None) -> None:
    """Take the lease of a stack away from an operator who is gone.

    A run that died on this machine blocks nobody, and one elsewhere for a minute at most: this is for what is left.
    """
    from ...deploy import actions
    from ..output import out_json, talk
    from ..questions import agreed

    holder = actions.lease_holder(given, folder)
    if holder is not None:
        agreed(given, f"{holder.sentence} Take the lease away?", "unlock")
        actions.unlock(given, holder)
    if given.json:
        out_json({"unlocked": holder is not None})
    else:
        talk("Unlocked." if holder else "Nobody holds the lease: nothing to do.")
