"""`ccdeploy doctor`: what a run needs, checked; and the IAM policy for it."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.command()
@folder_argument
@settings("stack", "target", "engine", "json", "today")
@click.option("--policy", is_flag=True, help="Print the IAM policy that the operator needs, and nothing more.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="With --policy: write it as managed policies that fit, and print the commands that attach them.",
)
def command(given: Settings, folder: Path | None, policy: bool, into: Path | None) -> None:
    """Check credentials, Region, quotas, disk, clock, lease and state.

    Reads only. Exit code 1 when something would stop a run; each finding names the command that mends it. With --policy
    it prints the least that AWS must allow to run this stack, generated from the calls that ccdeploy can make.
    """
    if into is not None and not policy:
        raise click.UsageError("--into goes with --policy: it says where the policies are written.")
    if policy:
        _policy(given, folder, into)
        return
    from ...deploy import doctor
    from ..output import out, out_json
    from ..render.doctor import report_text

    report = doctor.examine(given, folder)
    if given.json:
        out_json(report.as_json())
    else:
        out(report_text(report))
    click.get_current_context().exit(1 if report.failed else 0)


def _policy(given: Settings, folder: Path | None, into: Path | None) -> None:
    """Print the policy, or write it as managed ones and print the commands that attach them."""
    from ...deploy.needed_policy import needed
    from ..output import out, out_json, talk

    found = needed(given, folder)
    commands = found.write(into) if into is not None else []
    if given.json:
        granted = found.granted
        whole = {"policy": granted.document, "reasons": granted.reasons, "size": granted.size}
        out_json({**whole, "parts": granted.parts(), "commands": commands})
    elif into is not None:
        for note in found.notes:
            talk(f"note: {note}")
        talk("For the account's administrator; ROLE is the role that runs ccdeploy:")
        out("\n".join(commands))
    else:
        out_json(found.granted.document)
        for note in (*found.notes, *found.how):
            talk(f"note: {note}")
