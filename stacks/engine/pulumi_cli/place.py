"""Where the CLI works for one stack, and with what environment.

    pulumi/backend    Pulumi's own file backend: the state, its history and backups
    pulumi/work       Pulumi.yaml and Pulumi.<stack>.yaml (config and the salt of the secrets)
    pulumi/home       the CLI's own files, so that nothing of ours lands in the user's ~/.pulumi
    pulumi/last.json  the state as it was when nothing was open: the CLI does not save in one step, and a full disk
                      leaves it a torn state and a torn backup
    pulumi.passphrase 32 random bytes in hexadecimal, readable by the owner only

A run that only reads works on a copy: the CLI writes even for a preview.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ....specs.errors import LeaseHeld, StateError
from ...cloud.lease import alive
from ...cloud.store import Store
from ...durable.files import write_atomic

FOLDER: Final = "pulumi"
PASSPHRASE: Final = "pulumi.passphrase"  # noqa: S105 - a file's name
_PATIENCE: Final = 30.0  # seconds for an orphaned CLI to notice that nobody is there any more


class Place:
    """The folder `pulumi` of a store."""

    def __init__(self, root: Path, store: Store, project: str, stack: str) -> None:
        self.root = root
        self._store = store
        self._project = project
        self._stack = stack

    @property
    def work(self) -> Path:
        """Where Pulumi.yaml lies."""
        return self.root / "work"

    @property
    def _checkpoint(self) -> Path:
        return self.root / "backend" / ".pulumi" / "stacks" / self._project / f"{self._stack}.json"

    @property
    def exists(self) -> bool:
        """Whether a stack was ever made here."""
        return self._checkpoint.is_file() or self._checkpoint.with_suffix(".json.bak").is_file()

    def prepare(self) -> None:
        """Make the folders, and the file by which the CLI knows the project."""
        for folder in (self.root / "backend", self.work, self.root / "home"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        project = self.work / "Pulumi.yaml"
        if not project.is_file():
            write_atomic(project, f"name: {self._project}\nruntime: python\n".encode())

    def close_to_others(self) -> None:
        """What the Automation API writes in this process, its settings, has the process's own mode."""
        for path in self.work.iterdir():
            path.chmod(0o600)

    @property
    def _last(self) -> Path:
        return self.root / "last.json"

    def keep(self) -> None:
        """Remember the state as it is now, for a save of the CLI that goes wrong. Raises OSError."""
        now = _read(self._checkpoint)
        if whole(now) and now != _read(self._last):
            write_atomic(self._last, now)

    def environment(self, *, own_home: bool) -> dict[str, str]:
        """What the CLI needs to know. A passphrase of the user's own comes before ours."""
        env = {
            "PULUMI_BACKEND_URL": f"file://{self.root}/backend",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true" if own_home else "false",
        }
        if own_home:
            env["PULUMI_HOME"] = str(self.root / "home")
        if not os.environ.get("PULUMI_CONFIG_PASSPHRASE") and not os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
            env["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(self._passphrase())
        return env

    def _passphrase(self) -> Path:
        if self._store.read(PASSPHRASE) is None:
            if self.exists:
                raise StateError(
                    f"{PASSPHRASE} is missing, without it the secrets of this stack cannot be opened",
                    where=self._store.where,
                    hint="restore it from a backup, or set PULUMI_CONFIG_PASSPHRASE",
                )
            self._store.write(PASSPHRASE, secrets.token_hex(32).encode())
        return Path(self._store.where) / PASSPHRASE

    def only_owner(self) -> None:
        """What the Automation API wrote in this process is for the owner only, like all that the CLI writes."""
        for path in self.work.iterdir():
            path.chmod(0o600)

    def tidy(self) -> None:
        """Drop the CLI's log files: one a run, and they say nothing that we do not say."""
        shutil.rmtree(self.root / "home" / "logs", ignore_errors=True)

    def mend(self, *, unreadable: bool = False) -> bool:
        """A CLI that was killed while it saved leaves its state under the name of the backup, one save older.

        One whose disk was full leaves neither; then the state of `keep` counts. Tells whether an older state took its
        place; `unreadable`: the CLI itself cannot read what is there.
        """
        # The backend writes attributes beside each file, not in one step; empty ones make the file unreadable.
        for attributes in (self.root / "backend").rglob("*.attrs"):
            if not whole(attributes.read_bytes()):
                attributes.unlink()
        now, last = _read(self._checkpoint), _read(self._last)
        if whole(now) and (now == last or not unreadable):
            return False
        for other in (_read(self._checkpoint.with_suffix(".json.bak")), last):
            if whole(other) and other != now:
                write_atomic(self._checkpoint, other)
                return True
        return False

    # ------------------------------------------------------------ locks of the CLI itself

    def break_stale_locks(self, sleep: Callable[[float], None] = time.sleep) -> list[str]:
        """Remove locks of processes that are dead on this host; wait for one that is about to end.

        Raises LeaseHeld when a CLI at work holds one: who, where, since when.
        """
        said = []
        for name in self._locks():
            waited = 0.0
            while (lock := self._read_lock(name)) is not None:
                here = lock.get("hostname") in {None, "", socket.gethostname()}
                if here and not alive(int(lock.get("pid") or 0) or 2**30, ""):
                    self._remove_lock(name)
                    said.append(f"A lock of the Pulumi CLI (process {lock.get('pid')}, which is dead) was removed")
                elif waited >= _PATIENCE or not here:
                    raise LeaseHeld(
                        f"{lock.get('username', '?')} on {lock.get('hostname', '?')}, process {lock.get('pid', '?')}, "
                        f"runs the Pulumi CLI on this stack since {lock.get('timestamp', '?')}",
                        where=name,
                        hint=f"the run that started it lost the stack; end it (kill {lock.get('pid')}), then run again"
                        if here
                        else "wait for it to end; if it is gone for good, remove this file, then run again",
                    )
                else:
                    sleep(0.5)
                    waited += 0.5
        return said

    def _locks(self) -> list[str]:
        return sorted(map(str, (self.root / "backend" / ".pulumi" / "locks").rglob("*.json")))

    def _read_lock(self, name: str) -> dict[str, Any] | None:
        """What a lock says, {} when that cannot be read, None when it is gone."""
        try:
            found = json.loads(Path(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _remove_lock(self, name: str) -> None:
        Path(name).unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    """What a file holds; nothing where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def whole(data: bytes) -> bool:
    """Whether a checkpoint is JSON to its end."""
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False


@contextlib.contextmanager
def copied(root: Path, temporary: Path) -> Iterator[Path]:
    """A copy of `root` under `temporary`, without locks, for a run that only reads."""
    copy = temporary / FOLDER
    if root.is_dir():
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("locks", "logs", "history", "backups"))
    yield copy
