"""`ccdeploy preview`: what up would change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from ...deploy.settings import Settings
from ..options import allow_suspend, keep, no_rosters, settings, take_over
from ..options import folder as folder_argument


@click.command()
@folder_argument
@settings("stack", "target", "engine", "json", "verbose", "quiet", "today")
@no_rosters
@allow_suspend
@keep
@take_over
def command(
    given: Settings,
    folder: Path | None,
    rosters: bool,
    allow_suspend: int | None,
    keep: Literal["theirs", "ours"] | None,
    take_over: bool,
) -> None:
    """Show what up would change, why, and what somebody changed by hand.

    Reads only: nothing is called that changes anything and nothing is written.
    """
    from ...deploy import actions
    from ..output import out, out_json, talk
    from ..render.drift import drift_text
    from ..render.plan import plan_text
    from ..render.problems import warn

    given = replace(given, take_over=take_over)
    found = actions.read(given, folder, "preview")
    plan = actions.preview(given, found, rosters=rosters, allow_suspend=allow_suspend, keep=keep)
    if not given.quiet:  # first what is on: a switch stays on
        for note in plan.notes:
            talk(note)
    warn(given, found.warnings)
    if given.json:
        out_json(plan.as_json())
    else:
        if plan.drifted.all:
            out(drift_text(plan))
        out(plan_text(plan.steps, plan.agents, verbose=given.verbose, drifted=bool(plan.drifted.open)))
