"""`ccdeploy switch`: turn a crisis switch on or off."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import settings


@click.command()
@click.argument("name", metavar="NAME")
@click.argument("state", type=click.Choice(["on", "off"]))
@folder_argument
@settings("stack", "target", "engine", "json")
def command(given: Settings, name: str, state: str, folder: Path | None) -> None:
    """Turn a crisis switch of `switches:` on or off, at once and for every number.

    One call to Connect: no flow is published again, and no run is waited for. `up` never resets a switch; `status`
    says which are on, and since when.
    """
    from ...deploy import switches
    from ..output import out_json, talk

    done = switches.flip(given, folder, name, state == "on")
    if given.json:
        out_json(done)
    else:
        talk(f"{switches.in_words(name, done)}{'.' if done['changed'] else ': nothing to do.'}")
