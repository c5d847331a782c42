"""`ccdeploy state`: the state of a stack."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Literal

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.group()
def command() -> None:
    """Export, move and import the state of a stack."""


@command.command("export")
@folder_argument
@settings("stack", "target", "engine", "json", "today")
@click.option(
    "--to",
    type=click.Choice(["pulumi", "embedded"]),
    help="Move the stack to this engine instead of printing its state.",
)
def export(given: Settings, folder: Path | None, to: Literal["pulumi", "embedded"] | None) -> None:
    """Print the state in the format of `pulumi stack export`; secrets stay sealed.

    With --to the stack moves to the other engine. Nothing of the centre is touched, and the move only counts when the
    other engine's own preview shows no change.
    """
    from ...deploy import actions, moving
    from ..output import out_json, talk

    if to is None:
        out_json(actions.export_state(given, folder))
        return
    moved = moving.move(given, folder, to)
    if given.json:
        out_json(moved)
    elif moved["moved"]:
        talk(f"{moved['stack']} stands on the engine {to} now ({moved['resources']} resources, no change).")
        talk(f"From now on: ccdeploy up --engine {to}")
    else:
        talk(f"{moved['stack']} stands on the engine {to} already: nothing to do.")


@command.command("share")
@folder_argument
@settings("stack", "target", "json", "yes", "today")
def share(given: Settings, folder: Path | None) -> None:
    """Move the state from the folder into the S3 that `state:` in center.yaml names, for all operators.

    What was in the folder is kept beside it under another name.
    """
    from ...deploy import sharing
    from ..output import out_json, talk

    moved = sharing.share(given, folder)
    if given.json:
        out_json(moved)
    else:
        talk(f"The state of {moved['stack']} lies in {moved['where']} now; the old one is kept in {moved['kept']}.")


@command.command("import")
@folder_argument
@settings("stack", "target", "engine", "json", "yes", "today")
@click.option("--file", "source", required=True, type=click.File("rb"), help="What `stack export` printed; - reads it.")
def import_(given: Settings, folder: Path | None, source: BinaryIO) -> None:
    """Take a state that `pulumi stack export --show-secrets` printed.

    A stack that `pulumi up` made by hand can be carried on with ccdeploy, and a backup can be put back.
    """
    from ...deploy import moving
    from ..output import out_json, talk
    from ..questions import agreed

    if moving.stands(given, folder):
        agreed(given, "This stack has a state already. Replace it?", "state import")
    taken = moving.take(given, folder, source.read(), source.name)
    if given.json:
        out_json(taken)
    else:
        talk(f"{taken['stack']}: {taken['resources']} resources taken over. To see what differs: ccdeploy preview")
