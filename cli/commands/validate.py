"""`ccdeploy validate`: every problem of the folder at once."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings, center_folder
from ..options import folder as folder_argument
from ..options import sarif, settings


@click.command()
@folder_argument
@settings("stack", "json", "quiet", "today")
@sarif
def command(given: Settings, folder: Path | None, sarif: bool) -> None:
    """Report every problem of the folder at once.

    Reads the centre with all its overlays, flows, texts, prompts, call scripts and rosters. Writes nothing.
    """
    from ...deploy.validate import validate
    from ..output import out, out_json, talk
    from ..render.problems import problems_text, sarif_json, summary

    result = validate(center_folder(folder), stack=given.stack, today=given.today)
    if sarif:
        out_json(sarif_json(result.problems))
    elif given.json:
        out_json(result.as_json())
    else:
        if result.problems:
            out(problems_text(result.problems))
        if not given.quiet:
            talk(summary(result.errors, result.warnings))
    click.get_current_context().exit(1 if result.errors else 0)
