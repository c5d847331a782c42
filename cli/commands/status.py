"""`ccdeploy status`: what stands."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.command()
@folder_argument
@settings("stack", "target", "engine", "json", "today")
def command(given: Settings, folder: Path | None) -> None:
    """Show what stands: numbers, queues, agents, and what drifted from the folder's last up.

    Reads only. Before the first up nothing stands, which is no error.
    """
    from ...deploy import actions
    from ..output import out_json
    from ..render.status import status_text

    status = actions.status(given, folder)
    if given.json:
        out_json(status)
    else:
        status_text(status)
