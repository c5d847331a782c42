"""`ccdeploy call`: place one simulated call."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import live as live_option
from ..options import settings
from .flow_types import TYPES


@click.command()
@click.argument("number", required=False, metavar="[NUMBER]")
@click.option("--dir", "folder", type=click.Path(path_type=Path), metavar="DIR", help="The centre's folder.")
@click.option("--flow", type=click.Path(path_type=Path), metavar="FILE", help="Call one flow: YAML, or console JSON.")
@click.option(
    "--type", "flow_type", type=click.Choice(TYPES), metavar="TYPE", help="With --flow: the type of a JSON flow."
)
@click.option("--from", "caller", metavar="NUMBER", help="The caller's number, or withheld.")
@click.option("--at", metavar="MOMENT", help="When (2026-12-23T23:10), in the centre's time zone. [default: now]")
@click.option(
    "--press", multiple=True, metavar="KEYS", help="Keys in the order asked for; timeout, hang_up. Repeatable."
)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help="A crisis switch that is on. Repeatable.")
@click.option(
    "--given", "told", metavar="YAML", help="How the world is, as in a call script: {fails: [lookup], queues: …}."
)
@click.option("--sound", type=click.Path(path_type=Path), metavar="FILE", help="Write the call as a WAV (espeak-ng).")
@live_option
@settings("stack", "target", "json", "verbose", "quiet", "today")
def command(
    given: Settings,
    number: str | None,
    folder: Path | None,
    flow: Path | None,
    flow_type: str | None,
    caller: str | None,
    at: str | None,
    press: tuple[str, ...],
    switches: tuple[str, ...],
    told: str | None,
    sound: Path | None,
    live: bool,
) -> None:
    """Place one simulated call: hear what a caller would hear, with nothing deployed.

    NUMBER is the key of a phone number; the first one when none is named. In a terminal keys are typed as they are
    asked for: a key, t for a time-out, h to hang up, w 5m to wait. With --press nobody is asked.
    """
    from ...deploy import call_script, calls
    from ..output import out, out_json, talk
    from ..render.calls import Terminal, Transcript, coloured

    _check(flow, flow_type, alone=number is None and not live and not switches)
    if flow is not None:
        line = calls.line_of_file(given, flow, flow_type or "")
    else:
        line = calls.line_of(given, folder, live=live)
    wanted = call_script.Wanted(number, flow, caller, at or calls.now(line, given), press, switches, told)
    script = call_script.script_of(line, wanted)
    person = Terminal(out) if not press and not given.json and sys.stdin.isatty() else None
    listen = None if given.json else Transcript(out, given.verbose, coloured())
    if listen is not None and not given.quiet:
        out(calls.opening(line, script))
    result = calls.place(line, script, person, listen)
    if given.json:
        out_json(result.as_json())
    elif result.ends.message:
        out(f"{'':10}{result.ends.message}")
    if sound is not None:
        talk(calls.write_sound(line, result, sound))
    click.get_current_context().exit(1 if result.ends.how == "error" else 0)


def _check(flow: Path | None, flow_type: str | None, *, alone: bool) -> None:
    if flow_type is not None and flow is None:
        raise click.UsageError("--type says what --flow FILE is")
    if flow is not None and not alone:
        raise click.UsageError("--flow stands alone: it takes neither a number, nor --live, nor --switch")
