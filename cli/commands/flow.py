"""`ccdeploy flow`: flows on their own."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings
from .flow_diff import diff
from .flow_import import import_
from .flow_lint import lint
from .flow_show import show


@click.group()
def command() -> None:
    """Import, judge, draw, compare and compile flows."""


command.add_command(diff)
command.add_command(import_)
command.add_command(lint)
command.add_command(show)


@command.command("compile")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@settings("stack", "json", "quiet", "today")
@click.option(
    "--references",
    metavar="REFERENCES",
    type=click.Path(path_type=Path),
    help="Ids for the names, as `flow import --references` wrote them.",
)
def compile_(given: Settings, file: Path, references: Path | None) -> None:
    """Print the Flow language JSON of one YAML file, with fictional ARNs where ids will be.

    Works with and without a center.yaml around it.
    """
    from ...deploy import flows
    from ..output import out
    from ..render.problems import warn

    compiled = flows.compile_file(given, file, references)
    warn(given, compiled.warnings)
    out(compiled.content)


@command.command("list")
@folder_argument
@settings("stack", "json", "today")
def list_(given: Settings, folder: Path | None) -> None:
    """List the centre's flows, the built-in ones included, with the numbers that ring them."""
    from ...deploy import flows
    from ..output import out, out_json
    from ..render.table import table

    listed = flows.listed(given, folder)
    if given.json:
        out_json({"flows": listed})
        return
    heads = ["name", "type", "steps", "actions", "numbers"]
    rows = [[str(row[head]) if head != "numbers" else " ".join(row[head]) for head in heads] for row in listed]
    out(table(heads, rows))
