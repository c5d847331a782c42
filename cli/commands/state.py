"""`ccdeploy state`: the state of a stack."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.group()
def command() -> None:
    """Export the state of a stack."""


@command.command("export")
@folder_argument
@settings("stack", "target", "engine", "today")
def export(given: Settings, folder: Path | None) -> None:
    """Print the state in the format of `pulumi stack export`; secrets stay sealed."""
    from ...deploy import actions
    from ..output import out_json

    out_json(actions.export_state(given, folder))
