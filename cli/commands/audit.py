"""`ccdeploy audit`: who changed what and when, and the proof that nobody changed that record."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


class _Shows(click.Group):
    """`ccdeploy audit [DIR]` is `ccdeploy audit show [DIR]`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `show` before arguments that name no command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Shows)
def command() -> None:
    """Show who changed what, and prove that the log is whole.

    Each change of a stack is one entry of a hash chain, written when it was made. `ccdeploy audit` alone shows it.
    """


@command.command("show")
@folder_argument
@settings("stack", "target", "json", "verbose")
@click.option("--last", type=click.IntRange(min=1), default=10, show_default=True, metavar="N", help="How many runs.")
def show(given: Settings, folder: Path | None, last: int) -> None:
    """Show the last runs: who, when, from where, what changed.

    People appear by keyed ids, never by name. With --verbose every change is shown; --json prints every entry.
    """
    from ...deploy import audit
    from ..output import out_json
    from ..render.audit import log_text

    log = audit.read(given, folder)
    if given.json:
        out_json(log.as_json())
    else:
        log_text(log, last=last, verbose=given.verbose)


@command.command("verify")
@folder_argument
@settings("stack", "target", "json")
@click.option(
    "--head", "heads", multiple=True, metavar="N:HASH", help="A head that was noted elsewhere; may be given again."
)
def verify(given: Settings, folder: Path | None, heads: tuple[str, ...]) -> None:
    """Prove that no entry was edited, removed, moved or added; exit code 1 names the line of each that was.

    The proof prints the log's head. Note it where those who can write the log cannot (a ticket, a mail), and give it
    back with --head: then a log that was written anew as a whole is found too.
    """
    from ...deploy import audit
    from ..output import out_json
    from ..render.audit import proof_text

    log = audit.read(given, folder, heads)
    if given.json:
        out_json(log.as_json())
    else:
        proof_text(log)
    click.get_current_context().exit(1 if log.faults else 0)
