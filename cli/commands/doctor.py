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
def command(given: Settings, folder: Path | None, policy: bool) -> None:
    """Check credentials, Region, quotas, disk, clock, lease and state.

    Reads only. Exit code 1 when something would stop a run; each finding names the command that mends it. With --policy
    it prints the least that AWS must allow to run this stack, generated from the calls that ccdeploy can make.
    """
    from ..output import out, out_json, talk

    if policy:
        from ...deploy.needed_policy import needed

        granted, notes = needed(given, folder)
        if given.json:
            out_json({"policy": granted.document, "reasons": granted.reasons, "size": granted.size})
        else:
            out_json(granted.document)
            for note in notes:
                talk(f"note: {note}")
        return
    from ...deploy import doctor
    from ..render.doctor import report_text

    report = doctor.examine(given, folder)
    if given.json:
        out_json(report.as_json())
    else:
        out(report_text(report))
    click.get_current_context().exit(1 if report.failed else 0)
