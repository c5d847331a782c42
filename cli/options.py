"""Options that several commands share, each written once, and the settings they become.

`settings("stack", "json", …)` puts the folder argument and the named options on a command and hands it one
`Settings` value in their place.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..deploy.settings import Settings

Function = Callable[..., Any]

_STACK = click.option("--stack", default="dev", metavar="NAME", show_default=True, help="Which stack of the centre.")
_TARGET = click.option(
    "--target",
    type=click.Choice(["sandbox", "aws"]),
    default="sandbox",
    show_default=True,
    help="The emulator on this machine, or an AWS account.",
)
_ENGINE = click.option(
    "--engine",
    type=click.Choice(["embedded", "pulumi"]),
    help="What runs the program. [default: embedded on the sandbox, pulumi on aws]",
)
_JSON = click.option("--json", "json_", is_flag=True, help="Print JSON on standard output.")
_YES = click.option("--yes", "-y", is_flag=True, help="Answer questions with yes; lifts no guard.")
_VERBOSE = click.option("--verbose", "-v", is_flag=True, help="Say more.")
_QUIET = click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong.")
_TODAY = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day to plan for (YYYY-MM-DD). [default: this day]",
)
_OPTIONS = {
    "stack": _STACK,
    "target": _TARGET,
    "engine": _ENGINE,
    "json": _JSON,
    "yes": _YES,
    "verbose": _VERBOSE,
    "quiet": _QUIET,
    "today": _TODAY,
}
EVERY = tuple(_OPTIONS)

folder = click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
files = click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
no_rosters = click.option("--no-rosters", "rosters", flag_value=False, default=True, help="Leave the rosters out.")
wait = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another operator to end.",
)
local_state = click.option(
    "--local-state", is_flag=True, help="On aws: the state may lie on this machine only (the first time)."
)
take_over = click.option(
    "--take-over", is_flag=True, help="Adopted instance: write its switches, storage and levels too."
)
keep = click.option(
    "--keep",
    type=click.Choice(["theirs", "ours"]),
    help="What somebody changed by hand: leave it, or put it back.",
)
write = click.option("--write", is_flag=True, help="With --keep theirs: write what stands into the folder.")
sarif = click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0, for code review tools.")
live = click.option("--live", is_flag=True, help="Call what stands in the instance, read through the API.")
allow_suspend = click.option(
    "--allow-suspend",
    type=click.IntRange(min=0),
    metavar="N",
    help="Let the rosters suspend up to N people at once.",
)


def settings(*names: str) -> Callable[[Function], Function]:
    """Put the shared options `names` on a command; it gets them as one `Settings` argument."""

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def run(**values: Any) -> Any:
            given = {name: values.pop("json_" if name == "json" else name) for name in names}
            if given.get("today") is not None:
                given["today"] = given["today"].date()
            if not (given.get("json") or given.get("quiet")):
                from .render.reading import reading_line

                line = reading_line()
                given |= {} if line is None else {"on_read": line}
            return function(Settings(**given), **values)

        for name in reversed(names):
            run = _OPTIONS[name](run)
        return run

    return decorate
