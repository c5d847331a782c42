"""`ccdeploy flow show`: flows as drawings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from ...deploy.settings import Settings
from ..options import settings


@click.command("show")
@click.argument("what", required=False, default="", metavar="[FILE|NAME|DIR]")
@settings("stack", "json", "today")
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "svg", "html"]),
    default="mermaid",
    show_default=True,
    help="Mermaid for pull requests, SVG, or an HTML page.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it there.")
def show(given: Settings, what: str, form: Literal["mermaid", "svg", "html"], output: Path | None) -> None:
    """Draw a flow: a file (YAML or console JSON), - for standard input, or a flow of the centre by its name.

    Of a folder with a center.yaml it draws the whole centre, from the numbers to who answers.
    """
    from ...deploy import flow_show
    from ..output import out, out_json, talk

    text = flow_show.show(given, what, form)
    if output is not None:
        output.write_text(text + "\n", encoding="utf-8")
        talk(f"Written: {output}")
    elif given.json:
        out_json({"format": form, "drawing": text})
    else:
        out(text)
