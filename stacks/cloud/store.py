"""Where a stack keeps what it must not lose: state, journals, the last applied centre, the ledger of agents, the lease.

One `Store` a stack. `FileStore` is the local one, `<centre>/.ccdeploy/stacks/<center>.<stack>/`; every file in it is
old or new, never torn, and readable by its owner only. The one that several operators share is in s3_store.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from ...specs.errors import StateError
from ..durable.files import write_atomic
from ..durable.journal import FileDevice, Journal, JournalDamaged
from .lease import Clock, FileSeat, Lease, Seat, Seen, elapsed

LEASE: Final = "lease.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_name(name: str) -> None:
    """Raise ValueError for what could lead out of the store."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a file of the store")


class Store(Protocol):
    """What engines, rosters and the pipeline need of a place. Names are flat: letters, digits, `.`, `_`, `-`."""

    @property
    def where(self) -> str:
        """The place, as messages name it."""
        ...

    def read(self, name: str) -> bytes | None:
        """The content, or None when nothing of that name was ever written."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Replace the content; after a crash a reader finds all of the old or all of the new. Raises LeaseHeld."""
        ...

    def delete(self, name: str) -> None:
        """Remove; nothing there is fine."""
        ...

    def names(self) -> list[str]:
        """Everything there is, sorted, the lease and journals included."""
        ...

    def journal(self, name: str, kind: str) -> Journal:
        """Open or create a journal. Raises StateError when it is damaged or of another kind."""
        ...

    def lease(self, what: str = "", wait: float = 0.0) -> Lease:
        """The right to change this stack, as a context manager; entering raises LeaseHeld after `wait` seconds.

        While it is held, `write` and journals raise LeaseHeld instead of writing for a holder who was overtaken.
        """
        ...

    def holder(self) -> Seen:
        """The lease as it is now. Raises StateError for what is no lease."""
        ...

    def release(self, seen: Seen) -> bool:
        """Free the lease that was seen, keeping its numbers; False when it is another one by now."""
        ...

    def set_aside(self, name: str, to: str) -> None:
        """Give a file, or everything under a folder of another program, another name; what was there goes."""
        ...

    def refresh(self) -> None:
        """Forget what was read before: another run may have written since."""
        ...


class FileStore:
    """A folder. It is made on the first write, so that reading leaves no trace."""

    def __init__(self, root: Path, clock: Clock = elapsed) -> None:
        self._root = root
        self._clock = clock
        self._held: Lease | None = None

    @property
    def where(self) -> str:
        """The folder."""
        return str(self._root)

    def _path(self, name: str) -> Path:
        check_name(name)
        return self._root / name

    def _prepare(self) -> None:
        if self._root.is_dir():
            return
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self._root, *self._root.parents):
            ignore = folder / ".gitignore"
            if folder.name == ".ccdeploy" and not ignore.exists():
                ignore.write_text("*\n", encoding="ascii")

    def read(self, name: str) -> bytes | None:
        """See Store. Raises StateError when it is there but cannot be read."""
        path = self._path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(
                f"{path} cannot be read: {error.strerror}",
                where=str(path),
                hint="check its permissions, then run again",
            ) from error

    def write(self, name: str, data: bytes) -> None:
        """See Store. Raises OSError; the old content is then untouched."""
        path = self._path(name)
        self._prepare()
        with self._still():
            write_atomic(path, data)

    @contextlib.contextmanager
    def _still(self) -> Iterator[None]:
        """Nobody takes the lease over during the block, if this store holds it."""
        held = self._held
        with held.still() if held is not None and held.active else contextlib.nullcontext():
            yield

    def delete(self, name: str) -> None:
        """See Store."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """See Store."""
        if not self._root.is_dir():
            return []
        return sorted(entry.name for entry in self._root.iterdir() if _NAME.fullmatch(entry.name))

    def journal(self, name: str, kind: str) -> Journal:
        """See Store."""
        self._prepare()
        path = self._path(name)
        try:
            return Journal(path, kind, device=FileDevice(path, self._still))
        except JournalDamaged as error:
            raise StateError(
                f"{path} is damaged at byte {error.offset}: {error.reason}",
                where=str(path),
                hint="restore the file from a backup; nothing was used from it and nothing was changed",
            ) from error

    def lease(self, what: str = "", wait: float = 0.0) -> Lease:
        """See Store."""
        self._prepare()
        return Lease(self._seat(), what, self._clock, wait, self._take)

    def _take(self, lease: Lease) -> None:
        self._held = lease

    def _seat(self) -> Seat:
        return FileSeat(self._path(LEASE))

    def holder(self) -> Seen:
        """See Store."""
        return self._seat().look()

    def release(self, seen: Seen) -> bool:
        """See Store."""
        return self._seat().put(freed(seen), seen) is not None

    def set_aside(self, name: str, to: str) -> None:
        """See Store."""
        source, target = self._path(name), self._path(to)
        if target.is_dir():
            shutil.rmtree(target)
        with self._still():
            source.replace(target)

    def refresh(self) -> None:
        """Files are read anew each time."""


def freed(seen: Seen) -> dict[str, int]:
    """The record of a lease that nobody holds: its numbers stay, so that the next holder's are greater."""
    return {key: int(seen.record.get(key, 0)) for key in ("fence", "generation")}
