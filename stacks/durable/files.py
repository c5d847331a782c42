"""Files that are old or new, never torn."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

Seam = Callable[[str], None]


def _nothing(_point: str) -> None:
    """The seam in normal runs."""


class _Crash:
    """The one place where tests make a run stop or fail: called with the name of each boundary that is crossed."""

    point: Seam = staticmethod(_nothing)


CRASH: Final = _Crash()


def crash_point(name: str) -> None:
    """A boundary between two durable effects (`journal:before`, `call:after:CreateUser`, …)."""
    CRASH.point(name)


def sync_directory(path: Path) -> None:
    """Make a rename or a new name in `path` durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` so that a reader sees all of the old or all of the new content, also after a power cut.

    Raises OSError; the old file is then untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    crash_point(f"write:before:{path.name}")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        crash_point(f"write:synced:{path.name}")
        Path(temporary).replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        if isinstance(error, OSError) and error.filename is None:  # a write names no file by itself
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    sync_directory(path.parent)
    crash_point(f"write:after:{path.name}")
