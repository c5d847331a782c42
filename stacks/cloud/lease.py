"""The lease: one operator at a time, a dead one blocks nobody, a paused one can no longer write.

The lease is a file beside the state; `flock` on a second file makes reading, judging and writing it one step. The
holder renews it every 10 s; a lease that was not renewed for 60 s is free. A holder that is dead on this very host
(same boot, same process namespace, same start time of the process) is taken over at once. Each holder gets a number
greater than all before it (`fence`), which goes into every journal record it writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from ...specs.errors import LeaseHeld, StateError
from ..durable.files import write_atomic

HEARTBEAT: Final = 10.0  # seconds between two renewals
EXPIRY: Final = 60.0  # seconds after which a lease that was not renewed is free

Clock = Callable[[], float]


def place() -> str:
    """This host as far as process ids go: a reboot or another container is another place."""
    boot = _text("/proc/sys/kernel/random/boot_id")
    with contextlib.suppress(OSError):
        return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()}"
    return f"{socket.gethostname()} {boot}"


def process_start(pid: int) -> str:
    """When `pid` started, in the kernel's own count ("" where it cannot be told): tells a reused id from the first."""
    stat = _text(f"/proc/{pid}/stat")
    return stat.rpartition(")")[2].split()[19] if stat else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def alive(pid: int, started: str) -> bool:
    """Whether the very process that was `pid` still runs on this host."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is there, but somebody else's
    now = process_start(pid)
    return not started or not now or started == now


class Lease:
    """Held from `with` to its end. `fence` is this holder's number; `check()` before each durable write."""

    fence: int

    def __init__(self, path: Path, what: str = "", clock: Clock = time.time, wait: float = 0.0) -> None:
        """`wait`: seconds to wait for its present holder to end."""
        self._wait = wait
        self._path = path
        self._what = what
        self._clock = clock
        self._nonce = secrets.token_hex(8)
        self._stop = threading.Event()
        self._renewed = 0.0
        self.fence = 0

    def __enter__(self) -> Lease:
        until = time.monotonic() + self._wait
        while True:
            try:
                return self._take()
            except LeaseHeld:
                if time.monotonic() >= until:
                    raise
            time.sleep(min(1.0, max(0.0, until - time.monotonic())))

    def _take(self) -> Lease:
        with self._exclusive():
            now = self._clock()
            found = self._read()
            if found.get("nonce") and self._holds(found, now):
                raise held(found, self._path)
            self.fence = int(found.get("fence", 0)) + 1
            self._since = now
            self._write(now)
        self._beat = threading.Thread(target=self._renew_forever, name="lease", daemon=True)
        self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._beat.join(timeout=HEARTBEAT)
        with contextlib.suppress(OSError), self._exclusive():
            if self._read().get("nonce") == self._nonce:
                # The number stays: the next holder's must be greater.
                write_atomic(self._path, json.dumps({"fence": self.fence}).encode())

    def check(self) -> None:
        """Raise LeaseHeld when somebody else has taken over, as may happen to a process that slept for a minute."""
        if self._clock() - self._renewed > EXPIRY / 2:
            self._renew()

    def _renew_forever(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            # A failed renewal is found by check(), or the next one succeeds.
            with contextlib.suppress(OSError, LeaseHeld):
                self._renew()

    def _renew(self) -> None:
        with self._exclusive():
            found = self._read()
            if found.get("nonce") != self._nonce:
                raise held(found, self._path)
            self._write(self._clock())

    def _write(self, now: float) -> None:
        record = {
            "nonce": self._nonce,
            "fence": self.fence,
            "owner": _user(),
            "host": socket.gethostname(),
            "place": place(),
            "pid": os.getpid(),
            "started": process_start(os.getpid()),
            "since": self._since,
            "beat": now,
            "what": self._what,
        }
        write_atomic(self._path, json.dumps(record).encode())
        self._renewed = now

    def _holds(self, found: dict[str, Any], now: float) -> bool:
        if found.get("place") == place() and not alive(int(found["pid"]), str(found.get("started", ""))):
            return False
        return now - float(found.get("beat", 0)) < EXPIRY

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise StateError(
                f"{self._path} is not a lease",
                where=str(self._path),
                hint="make sure that nobody works on this stack, then remove the file",
            )
        return found

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return f"user {os.getuid()}"


def held(found: dict[str, Any], path: Path) -> LeaseHeld:
    """The refusal that names who holds the lease, from where and since when."""
    if not found.get("nonce"):
        return LeaseHeld("the lease of this stack was released by another run", where=str(path), hint="run again")
    since = datetime.fromtimestamp(float(found.get("since", 0)), timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    doing = f" ({found['what']})" if found.get("what") else ""
    return LeaseHeld(
        f"{found.get('owner', '?')} on {found.get('host', '?')}, process {found.get('pid', '?')}, "
        f"works on this stack since {since}{doing}",
        where=str(path),
        hint="wait for that run to end; a run that died frees the stack within a minute by itself",
    )
