"""`ccdeploy schema`: the JSON Schemas for editors."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import center_folder

NAMES = ("center", "flow", "calls", "roster")


@click.command()
@click.argument("name", required=False, type=click.Choice(NAMES), metavar="[center|flow|calls|roster]")
@click.option(
    "--write", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write all under DIR/.ccdeploy."
)
def command(name: str | None, folder: Path | None) -> None:
    """Print a JSON Schema; without a name all of them in one object.

    The first line of a file tells editors which one it is; --write puts them where the starter's files look.
    """
    from .. import starter
    from ..output import out, out_json

    if folder is not None:
        place, texts = center_folder(folder), starter.schema_texts()
        starter.write_schemas(place, texts)
        out("\n".join(str(place / name) for name in texts))
    elif name is not None:
        out_json(starter.schema(name))
    else:
        out_json({known: starter.schema(known) for known in NAMES})
