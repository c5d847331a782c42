"""`ccdeploy flow import`: from Connect's own Flow language to steps that people read."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import settings
from .flow_types import TYPES


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@settings("json", "quiet")
@click.option(
    "--references",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the ids behind the names to FILE; `flow compile --references FILE` puts them back.",
)
@click.option("--type", "flow_type", type=click.Choice(TYPES), metavar="TYPE", help="The flow's type, if it is unsaid.")
@click.option("--name", metavar="KEY", default="", help="The flow's name in YAML; = from its title or the file.")
def import_(given: Settings, file: Path, references: Path | None, flow_type: str | None, name: str) -> None:
    """Print the YAML of one flow in Flow language: a console export, or what the API gives. FILE may be -.

    The YAML compiles back to an equal flow: the same actions, parameters and branches.
    """
    from ...deploy.flow_import import import_file
    from ..output import out, out_json, talk
    from ..render.problems import warn

    done = import_file(file, sys.stdin.buffer, flow_type=flow_type or "", name=name, references=references)
    if given.json:
        out_json(done.as_json())
        return
    warn(given, done.warnings)
    out(done.text.rstrip("\n"))
    if done.names and references is None and not given.quiet:
        count = "1 id has a name" if done.names == 1 else f"{done.names} ids have names"
        talk(f"{count} now; --references FILE writes which is which.")
