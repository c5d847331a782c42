"""The lease: one operator at a time, a dead one blocks nobody, a paused one can no longer write.

The lease is a record beside the state. It is replaced only by who has seen the very record that it replaces: on files
under a lock (`FileSeat`), in S3 by a conditional write (`s3_store`). The holder renews it every 10 s; one that was not
renewed for 60 s is free. Its age is told by the clock of the place where it lies, so that a clock that is wrong on one
of the hosts neither steals a lease nor keeps one. A holder that is dead on this very host (same boot, same process
namespace, same start time of the process) is taken over at once. Each holder gets a number greater than all before it
(`fence`), which goes into every journal record it writes.
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
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from ...specs.errors import CcdeployError, LeaseHeld, StateError
from ...specs.frozen import dataclass
from ..durable.files import write_atomic

HEARTBEAT: Final = 10.0  # seconds between two renewals
EXPIRY: Final = 60.0  # seconds after which a lease that was not renewed is free
_BUSY: Final = 30.0  # seconds for which the lock of a lease file may be held; a millisecond is normal

Clock = Callable[[], float]
Record = Mapping[str, Any]


def elapsed() -> float:
    """Seconds on a clock that goes on while the machine sleeps and that nobody sets."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


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


@dataclass(frozen=True, slots=True)
class Seen:
    """A lease as it was found: {} when there is none. `age` in seconds since it was written; `tag` tells it apart."""

    record: Record
    age: float = 0.0
    tag: bytes | str | None = None

    @property
    def held(self) -> bool:
        """Whether somebody holds it, dead or alive."""
        return bool(self.record.get("nonce"))


class Seat(Protocol):
    """Where the record of a lease lies."""

    @property
    def where(self) -> str:
        """The place as messages name it."""
        ...

    def look(self) -> Seen:
        """What is there. Raises StateError for what is no lease."""
        ...

    def put(self, record: Record, seen: Seen) -> Seen | None:
        """Replace what was seen and nothing else; None when something else is there."""
        ...

    def still(self, nonce: str) -> contextlib.AbstractContextManager[None]:
        """Nobody can take the lease of `nonce` during the block. Raises LeaseHeld when it was taken before."""
        ...


class Lease:
    """Held from `with` to its end. `fence` is this holder's number; `check()` before each durable write.

    `generation` is the number of the newest state that any holder wrote down here: an older state is told by it.
    """

    def __init__(
        self,
        seat: Seat,
        what: str = "",
        clock: Clock = elapsed,
        wait: float = 0.0,
        taken: Callable[[Lease], None] = lambda _lease: None,
    ) -> None:
        """`wait`: seconds to wait for its present holder to end; `taken` is called once it is ours."""
        self._wait = wait
        self._seat = seat
        self._what = what
        self._clock = clock
        self._taken = taken
        self._nonce = secrets.token_hex(8)
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._renewed = 0.0
        self._seen = Seen({})
        self._beat: threading.Thread | None = None
        self.fence = 0
        self.generation = 0

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
        seen = self._seat.look()
        if seen.held and _holds(seen):
            raise held(seen.record, self._seat.where)
        self.fence = int(seen.record.get("fence", 0)) + 1
        self.generation = int(seen.record.get("generation", 0))
        self._since = time.time()
        put = self._seat.put(self._record(), seen)
        if put is None:
            raise held(self._seat.look().record, self._seat.where)
        self._seen, self._renewed = put, self._clock()
        self._beat = threading.Thread(target=self._renew_forever, name="lease", daemon=True)
        self._beat.start()
        try:
            self._taken(self)
        except BaseException:
            self._give_back()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _give_back(self) -> None:
        self._stop.set()
        if self._beat is not None:
            self._beat.join(timeout=HEARTBEAT)
        with contextlib.suppress(OSError, CcdeployError), self._turn:
            # The number stays: the next holder's must be greater.
            free = {"fence": self.fence, "generation": self.generation}
            if self._seat.put(free, self._seen) is None:
                now = self._seat.look()
                if now.record.get("nonce") == self._nonce:
                    self._seat.put(free, now)

    @property
    def active(self) -> bool:
        """Whether it was taken and not given back."""
        return self._beat is not None and not self._stop.is_set()

    def note(self, generation: int) -> None:
        """Remember that the state has this number now; on the disk with the next renewal. 0: there is no state."""
        self.generation = generation

    def check(self) -> None:
        """Raise LeaseHeld when somebody else has taken over, as may happen to a process that slept for a minute."""
        if self._clock() - self._renewed > EXPIRY / 2:
            self._renew()

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """For the length of one write: nobody can take over during it. Raises LeaseHeld when somebody did before."""
        with self._seat.still(self._nonce):
            yield

    def lost(self) -> LeaseHeld:
        """The error of a writer who found that somebody else writes."""
        with contextlib.suppress(CcdeployError):
            now = self._seat.look().record
            if now.get("nonce") != self._nonce:
                return held(now, self._seat.where)
        return LeaseHeld("another run writes this state", where=self._seat.where, hint="run again")

    def _renew_forever(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            # A failed renewal is found by check(), or the next one succeeds.
            with contextlib.suppress(OSError, CcdeployError):
                self._renew()

    def _renew(self) -> None:
        with self._turn:
            put = self._seat.put(self._record(), self._seen)
            if put is None:  # taken over, or an answer of ours was lost
                now = self._seat.look()
                if now.record.get("nonce") != self._nonce:
                    raise held(now.record, self._seat.where)
                put = self._seat.put(self._record(), now)
            if put is None:
                raise self.lost()
            self._seen, self._renewed = put, self._clock()

    def _record(self) -> Record:
        return {
            "nonce": self._nonce,
            "fence": self.fence,
            "generation": self.generation,
            "owner": user(),
            "host": socket.gethostname(),
            "place": place(),
            "pid": os.getpid(),
            "started": process_start(os.getpid()),
            "since": self._since,
            "beat": time.time(),
            "what": self._what,
        }


def _holds(seen: Seen) -> bool:
    """Whether the holder may still be at work."""
    record = seen.record
    if record.get("place") == place() and not alive(int(record["pid"]), str(record.get("started", ""))):
        return False
    return seen.age < EXPIRY


def parse(data: bytes, where: str) -> Record:
    """The record in `data`. Raises StateError for what is none."""
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StateError(
            f"{where} is not a lease",
            where=where,
            hint="make sure that nobody works on this stack, then remove the file",
        )
    return found


class FileSeat:
    """A lease in a file; `flock` on a second one makes reading, judging and writing it one step."""

    def __init__(self, path: Path, busy: float = _BUSY) -> None:
        self._path = path
        self._busy = busy

    @property
    def where(self) -> str:
        """The file."""
        return str(self._path)

    def look(self) -> Seen:
        """See Seat. Leaves no trace where there is no folder yet."""
        if not self._path.parent.is_dir():
            return Seen({})
        with self._exclusive() as lock:
            return self._found(lock)

    def _found(self, lock: int) -> Seen:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return Seen({})
        os.utime(lock)  # what the file system itself takes for now, also where it is another machine's
        age = os.fstat(lock).st_mtime - self._path.stat().st_mtime
        return Seen(parse(data, self.where), max(0.0, age), data)

    def put(self, record: Record, seen: Seen) -> Seen | None:
        """See Seat."""
        data = json.dumps(record).encode()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._exclusive():
            there = self._path.read_bytes() if self._path.exists() else None
            if there != seen.tag:
                return None
            write_atomic(self._path, data)
        return Seen(record, 0.0, data)

    @contextlib.contextmanager
    def still(self, nonce: str) -> Iterator[None]:
        """See Seat."""
        with self._exclusive() as lock:
            now = self._found(lock)
            if now.record.get("nonce") != nonce:
                raise held(now.record, self.where)
            yield

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[int]:
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock(handle)
            yield handle
        finally:
            os.close(handle)

    def _lock(self, handle: int) -> None:
        """Raises LeaseHeld when a process that was stopped in the middle keeps the lock: to wait would be for ever."""
        until = time.monotonic() + self._busy
        while not _locked(handle):
            if time.monotonic() >= until:
                found = parse(self._path.read_bytes(), self.where) if self._path.exists() else {}
                raise LeaseHeld(
                    f"{held(found, self.where).message}; its process stands still and keeps the lock of the lease",
                    where=self.where,
                    hint="let it go on, or end it, then run again",
                )
            time.sleep(0.002)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def user() -> str:
    """Who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return f"user {os.getuid()}"


def held(found: Record, where: str) -> LeaseHeld:
    """The refusal that names who holds the lease, from where and since when."""
    if not found.get("nonce"):
        return LeaseHeld("the lease of this stack was released by another run", where=where, hint="run again")
    since = datetime.fromtimestamp(float(found.get("since", 0)), timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    doing = f" ({found['what']})" if found.get("what") else ""
    return LeaseHeld(
        f"{found.get('owner', '?')} on {found.get('host', '?')}, process {found.get('pid', '?')}, "
        f"works on this stack{doing} since {since}",
        where=where,
        hint="wait for that run to end (up and down do so with --wait 300); one that died frees the stack within a "
        "minute by itself, one that hangs for good gives way to: ccdeploy unlock",
    )
