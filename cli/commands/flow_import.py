"""`ccdeploy flow import`: from Connect's own Flow language to steps that people read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

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
@click.option("--check", is_flag=True, help="Print no YAML: take FILE, or every flow in a folder, in and out again.")
@click.option("--type", "flow_type", type=click.Choice(TYPES), metavar="TYPE", help="The flow's type, if it is unsaid.")
@click.option("--name", metavar="KEY", default="", help="The flow's name in YAML; = from its title or the file.")
def import_(
    given: Settings, file: Path, references: Path | None, check: bool, flow_type: str | None, name: str
) -> None:
    """Print the YAML of one flow in Flow language: a console export, or what the API gives. FILE may be -.

    The YAML compiles back to an equal flow: the same actions, parameters and branches. --check shows it for what you
    have, by type of action; exit code 1 when a flow that Connect takes does not come back equal.
    """
    from ...deploy.flow_import import import_file
    from ..output import out, out_json, talk
    from ..render.problems import warn

    if check:
        if references is not None or flow_type is not None or name:
            raise click.UsageError("--check writes nothing: it takes neither --references, nor --type, nor --name")
        _check(given, file)
    done = import_file(file, sys.stdin.buffer, flow_type=flow_type or "", name=name, references=references)
    if given.json:
        out_json(done.as_json())
        return
    warn(given, done.warnings)
    out(done.text.rstrip("\n"))
    if done.names and references is None and not given.quiet:
        count = "1 id has a name" if done.names == 1 else f"{done.names} ids have names"
        talk(f"{count} now; --references FILE writes which is which.")


def _check(given: Settings, path: Path) -> NoReturn:
    from ...deploy.flow_check import check
    from ..output import out, out_json, talk
    from ..render.table import table

    found = check([path])
    if given.json:
        out_json(found.as_json())
    else:
        if found.rows and not given.quiet:
            rows = [[kind, str(count), str(verbs)] for kind, count, verbs in found.rows]
            out(table(["action type", "actions", "as verbs"], rows))
        for file, why in found.unequal:
            out(f"not equal: {file}: {why}")
        for file, why in found.refused if not given.quiet else ():
            out(f"refused: {file}: {why}")
        count = found.equal + len(found.unequal)
        talk(f"{found.equal} of {count} flows come back equal; {len(found.refused)} refused")
    click.get_current_context().exit(1 if found.unequal else 0)
