"""The Automation API's stack without the commands whose answers nobody here reads.

By itself it asks the CLI for the outputs twice and for the run's entry in the history after each run, and selects the
stack before the first: four processes of half a second each, more than a small change takes. Here every command names
its stack, what a run did comes from its events, and the outputs from the one export that follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi import automation
from pulumi.automation._stack import StackInitMode

from .command import Command


class Workspace(automation.LocalWorkspace):
    """A folder with Pulumi.yaml, where no stack is ever the selected one."""

    def select_stack(self, stack_name: str) -> None:
        """Nothing: what has no stack of this name says so in the first command that names it."""


class Stack(automation.Stack):
    """A stack whose runs end when the CLI's own run has ended."""

    def outputs(self) -> automation.OutputMap:
        """Nothing: see the engine's own."""
        return {}

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary:  # noqa: ARG002 - as in the base class
        """An empty entry: see the events."""
        return automation.UpdateSummary("", dt.datetime.fromtimestamp(0, dt.timezone.utc), "", {}, {}, "")


def workspace(work: Path, project: str, env: Mapping[str, str], cli: Command, program: Callable[[], None]) -> Workspace:
    """A workspace in `work` that runs `program` in this process; it writes Pulumi.yaml there."""
    return Workspace(
        work_dir=str(work),
        env_vars=dict(env),
        project_settings=automation.ProjectSettings(name=project, runtime="python"),
        pulumi_command=cli,
        program=program,
    )


def stack(name: str, place: Workspace, *, exists: bool) -> Stack:
    """The stack of `name`, made if it does not exist. Raises the Automation API's CommandError."""
    if not exists:
        place.create_stack(name)
    return Stack(name, place, StackInitMode.SELECT)


def configure(made: Stack, wanted: Mapping[str, str]) -> None:
    """Bring the stack's configuration to `wanted`; what stands there already costs nothing."""
    stands = made.workspace.stack_settings(made.name).config or {}
    if any(stands.get(key) != value for key, value in wanted.items()):
        made.set_all_config({key: automation.ConfigValue(value) for key, value in wanted.items()})
