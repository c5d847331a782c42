"""The `ccdeploy` command: a static list of commands, each imported only when it runs.

`ccdeploy --help` imports click and nothing else: names and short help stand here as text, the version is read only on
`--version`, and rich, boto3, Pulumi and YAML wait for the command that needs them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Any

import click

# name: (module under cli/commands, what it does). A name with a space belongs to the group before the space.
COMMANDS = {
    "init": ("init", "Write a starter folder that passes validate."),
    "validate": ("validate", "Report every problem of the folder at once."),
    "preview": ("preview", "Show what up would change."),
    "up": ("up", "Make the centre stand as the folder says."),
    "down": ("down", "Remove what this stack made."),
    "status": ("status", "Show what stands: numbers, queues, agents, drift."),
    "switch": ("switch", "Turn a crisis switch on or off."),
    "roster": ("roster", "Check, plan, apply, undo and export rosters."),
    "flow": ("flow", "Import, judge, draw, compare and compile flows."),
    "call": ("call", "Place one simulated call."),
    "calls": ("calls", "Run the call scripts, with branch coverage."),
    "schema": ("schema", "Print the JSON Schemas for editors."),
    "sandbox": ("sandbox", "Run Amazon Connect on this machine."),
    "doctor": ("doctor", "Check credentials, Region, quotas, disk, clock; print the IAM policy."),
    "audit": ("audit", "Show who changed what, and prove that the log is whole."),
    "unlock": ("unlock", "Take the lease away from an operator who is gone."),
    "state": ("state", "Export, move and import the state of a stack."),
}

# Commands whose result is what they did, not what they print.
CHANGING = {
    ("init",),
    ("up",),
    ("down",),
    ("unlock",),
    ("switch",),
    ("roster", "apply"),
    ("roster", "undo"),
    ("roster", "offboard"),
    ("sandbox", "start"),
    ("sandbox", "stop"),
    ("sandbox", "reset"),
    ("state", "import"),
}

EPILOG = "Start with: ccdeploy init hotline, then: ccdeploy up hotline"


class LazyGroup(click.Group):
    """A group whose commands live in modules of `cli/commands` and are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of a user's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the module of `cmd_name`; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f".commands.{COMMANDS[cmd_name][0]}", __package__)
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name in the refusal."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(f"No such command {args[0]!r}.{nearest(args[0], COMMANDS)}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same
        """The static list: importing a command to print its first line would cost half a second."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run and leave with the exit code of the contract; `standalone_mode` has no meaning here."""
        # A command reads, works and ends: looking for cyclic garbage every 700 objects costs it a fifth of its time.
        gc.set_threshold(100_000, 20, 20)
        arguments = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        try:
            if None in (sys.stdin, sys.stdout, sys.stderr):
                from .output import open_streams

                open_streams()
            code = super().main(arguments, standalone_mode=False, **extra)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the outermost frame; bugs keep their traceback
            from .errors import report

            code = report(error, arguments)
        _leave(code if isinstance(code, int) else 0, arguments)


def _leave(code: int, arguments: Sequence[str]) -> None:
    """Exit. A reader of standard output that went away is no error of ours; data that a full disk swallowed is.

    A command that changes something keeps the code of what it did: a script that runs it again gains nothing.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        from .output import detach

        detach()
    written = sys.modules.get(f"{__package__}.output")  # not imported by `--help`
    words = [word for word in arguments if not word.startswith("-")]
    changes = bool({tuple(words[:1]), tuple(words[:2])} & CHANGING) or "--to" in arguments
    if code == 0 and written is not None and written.lost() and not changes:
        code = 1
    sys.exit(code)


def nearest(word: str, names: Sequence[str] | dict[str, Any]) -> str:
    """` Did you mean 'up'?`, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(names), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print the version of the installed distribution; only then is its metadata read."""
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"ccdeploy {version('ccdeploy')}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
def cli() -> None:
    """A staffed contact centre on Amazon Connect from one folder of text, rehearsed on this machine first."""
