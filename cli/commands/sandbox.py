"""`ccdeploy sandbox`: Amazon Connect on this machine, as a server for any AWS client."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import settings

_folder = click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))


@click.group()
def command() -> None:
    """Run Amazon Connect on this machine, for any AWS client.

    The data is the folder's own, shared by all its stacks, in .ccdeploy/sandbox.
    """


@command.command()
@_folder
@settings("json", "quiet", "today")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one. [default: 0]")
@click.option(
    "--pace",
    type=click.Choice(["instant", "real"]),
    default="instant",
    show_default=True,
    help="As fast as it goes, or as slow as AWS.",
)
@click.option(
    "--latency", default="0ms", show_default=True, metavar="TIME", help="Added to each answer, such as 100ms."
)
@click.option(
    "--quotas", type=click.Choice(["on", "off"]), default="on", show_default=True, help="Enforce the service's quotas."
)
@click.option("--faults", type=click.Path(path_type=Path), metavar="FILE", help="What is to go wrong, and when.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An IAM policy: deny every caller what it does not allow.",
)
@click.option("--foreground", is_flag=True, help="Stay until Ctrl-C.")
def start(
    given: Settings,
    folder: Path | None,
    port: int,
    pace: str,
    latency: str,
    quotas: str,
    faults: Path | None,
    policy: Path | None,
    foreground: bool,
) -> None:
    """Start the server of this folder; it answers once this has printed where."""
    from ...deploy import emulator
    from ..render.sandbox import started

    options = emulator.options(
        port=port,
        pace=pace,
        latency=latency,
        quotas=quotas == "on",
        faults=faults,
        policy=policy,
        today=given.today,
    )
    if foreground:
        emulator.stay(emulator.folder_of(folder), options, lambda info: started(given, info))
    else:
        started(given, emulator.start(emulator.folder_of(folder), options))


@command.command()
@_folder
@settings("json", "quiet")
def stop(given: Settings, folder: Path | None) -> None:
    """Stop the server of this folder; its data stays."""
    from ...deploy import emulator
    from ..output import out_json, talk

    stopped = emulator.stop(emulator.folder_of(folder))
    if given.json:
        out_json({"stopped": stopped})
    elif not given.quiet:
        talk("Stopped." if stopped else "No server runs here: nothing to do.")


@command.command()
@_folder
@settings("json")
def status(given: Settings, folder: Path | None) -> None:
    """Say whether the server of this folder runs, and where."""
    from ...deploy import emulator
    from ..output import out, out_json

    info = emulator.status(emulator.folder_of(folder))
    if given.json:
        out_json(info)
    elif info["running"]:
        out(f"Running at {info['endpoint']} (process {info['pid']}).")
    else:
        out("Not running. Start it: ccdeploy sandbox start")


@command.command()
@_folder
@settings("json")
def env(given: Settings, folder: Path | None) -> None:
    """Print what points this shell's AWS tools at the sandbox: eval "$(ccdeploy sandbox env)"."""
    from ...deploy import emulator
    from ..output import out, out_json

    variables = emulator.environment(emulator.folder_of(folder))
    if given.json:
        out_json(variables)
    else:
        for name, value in variables.items():
            out(f"export {name}={value}")


@command.command()
@_folder
@settings("json", "yes")
def reset(given: Settings, folder: Path | None) -> None:
    """Forget everything that stands on this folder's sandbox, and the state of its stacks."""
    from ...deploy import emulator
    from ..output import out_json, talk
    from ..questions import agreed

    place = emulator.folder_of(folder)
    agreed(given, f"Forget all that stands on the sandbox of {place}?", "sandbox reset")
    emulator.reset(place)
    if given.json:
        out_json({"reset": True})
    else:
        talk("The sandbox is empty.")


@command.command()
@_folder
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N requests.")
def history(folder: Path | None, last: int | None) -> None:
    """Print every request that the sandbox has seen, a JSON object a line, secrets blanked."""
    from ...deploy import emulator
    from ..output import out_json

    for record in emulator.history(emulator.folder_of(folder), last):
        out_json(record, line=True)
