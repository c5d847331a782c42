"""`ccdeploy unlock`: take the lease away from an operator who is gone."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.command()
@folder_argument
@settings("stack", "json", "yes")
def command(given: Settings, folder: Path | None) -> None:
    """Take the lease of a stack away from an operator who is gone.

    A run that died on this machine blocks nobody, and one elsewhere for a minute at most: this is for what is left.
    """
    from ...deploy import actions
    from ..output import out, out_json, talk

    holder = actions.lease_holder(given, folder)
    if holder is None:
        out_json({"unlocked": False}) if given.json else talk("Nobody holds the lease: nothing to do.")
        return
    if not given.yes and not given.json and click.get_text_stream("stdin").isatty():
        click.confirm(f"{holder} Take it away?", abort=True, err=True)
    elif not given.yes:
        raise actions.needs_yes("unlock", holder)
    actions.unlock(given, folder)
    out_json({"unlocked": True}) if given.json else out("Unlocked.")
