"""Where a run goes: the emulator of this folder, or an account. The rules of DESIGN 4 in one place.

The sandbox is a started server of the folder if there is one, else one that is served inside this process for as long
as the run lasts. A run that only reads is served a copy of the data, so that preview and status leave no trace.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..specs.errors import Refused
from .settings import HIDDEN, Settings, hidden_folder

SANDBOX = "sandbox"  # the data's folder under .ccdeploy


def check_target(settings: Settings, command: str) -> None:
    """Raises Refused for a target and engine that do not go together, or whose engine is not on this machine."""
    if settings.target == "aws" and settings.engine_name == "embedded":
        raise Refused(
            "The embedded engine never touches a real account: what recovers it there is not proven.",
            hint=f"Leave --engine away, or rehearse: ccdeploy {command} --target sandbox",
            code="engine-target",
        )
    if settings.engine_name == "pulumi":
        from ..stacks.engine.pulumi_cli.command import require

        require()


def data_folder(folder: Path) -> Path:
    """Where the sandbox of `folder` keeps its data."""
    return folder / HIDDEN / SANDBOX


@contextlib.contextmanager
def sandbox(folder: Path, *, writing: bool) -> Iterator[str]:
    """The endpoint of this folder's sandbox for the length of the block."""
    from ..sandbox import process

    found = process.find(folder)
    if found is not None:
        yield found.endpoint
    elif writing:
        hidden_folder(folder)
        with _served(data_folder(folder)) as endpoint:
            yield endpoint
    else:
        with tempfile.TemporaryDirectory(prefix="ccdeploy-") as place:
            copy = Path(place) / SANDBOX
            if data_folder(folder).is_dir():
                _copied(data_folder(folder), copy)
            with _served(copy) as endpoint:
                yield endpoint


def _copied(data: Path, copy: Path) -> None:
    """The journals alone: who serves, what was asked and said so far matters to nobody who only reads."""
    try:
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.log", "lock", "history*"))
    except shutil.Error as error:
        source, _, reason = error.args[0][0]
        raise Refused(
            f"{source} cannot be read: {reason.removeprefix('[Errno 13] ').partition(':')[0]}.",
            hint="Check its permissions, then run the command again.",
            where=str(source),
            code="unreadable",
        ) from error


@contextlib.contextmanager
def _served(data: Path) -> Iterator[str]:
    from ..sandbox.server import Busy, serve

    try:
        running = serve(data)
    except Busy as error:
        raise Refused(
            f"Another run (process {error.pid}) serves the sandbox of this folder inside itself.",
            hint="Wait for it to end, or start one server for all: ccdeploy sandbox start",
            where=str(data),
            code="sandbox-busy",
        ) from error
    try:
        yield running.endpoint
    finally:
        running.stop()
