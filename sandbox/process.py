"""A sandbox as a process of its own: start, find, stop. One a folder; its data are in `.ccdeploy/sandbox/`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..specs.errors import CcdeployError
from ..stacks.durable.files import write_atomic
from . import control
from .options import Options

_INFO = "server.json"
_LOG = "server.log"
_PATIENCE = 60.0  # seconds for a server to answer after it was started; it takes one
_GRACE = 10.0  # seconds for a server to end by itself


class SandboxFailed(CcdeployError):
    """The sandbox did not start, or does not answer; the message says why."""

    default_code = "sandbox"


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A server that answers: its URL, its process, and the folder of its data."""

    endpoint: str
    pid: int
    data: str

    def as_json(self) -> dict[str, Any]:
        """The object that `sandbox start` prints."""
        return asdict(self)


def data_of(folder: Path) -> Path:
    """Where the sandbox of a centre's folder keeps its data."""
    return folder.resolve() / ".ccdeploy" / "sandbox"


def prepare(folder: Path) -> Path:
    """Make the data folder, with a .gitignore that keeps it out of version control. Raises SandboxFailed."""
    data = data_of(folder)
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore = data.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        hint = "choose a folder that you may write to"
        raise SandboxFailed(f"cannot make {data}: {error.strerror or error}", where=str(folder), hint=hint) from None
    return data


def write_info(data: Path, endpoint: str) -> ServerInfo:
    """Record the server of this process, for `find`."""
    info = ServerInfo(endpoint, os.getpid(), str(data))
    write_atomic(data / _INFO, json.dumps(info.as_json()).encode())
    return info


def forget(data: Path) -> None:
    """Remove the record of this process's server."""
    info = _recorded(data)
    if info is not None and info.pid == os.getpid():
        with contextlib.suppress(OSError):
            (data / _INFO).unlink()


def _recorded(data: Path) -> ServerInfo | None:
    try:
        plain = json.loads((data / _INFO).read_text("utf-8"))
        return ServerInfo(str(plain["endpoint"]), int(plain["pid"]), str(plain["data"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _zombie(pid)


def _zombie(pid: int) -> bool:
    """A killed child that its parent has not waited for yet is dead for us."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["Z"]


def find(folder: Path) -> ServerInfo | None:
    """The server of `folder` if one answers, else None. Reads only."""
    info = _recorded(data_of(folder))
    if info is None or not _alive(info.pid):
        return None
    try:
        control.request(info.endpoint, "status")
    except control.ControlFailed:
        return None
    return info


status = find  # the same question; the command has this name


def start(folder: Path, options: Options = Options()) -> ServerInfo:  # noqa: B008 - frozen
    """Start a detached server and return once it answers; one that runs already is returned as it is.

    A server killed before needs no `stop`: its lock died with it. Raises SandboxFailed.
    """
    running = find(folder)
    if running is not None:
        return running
    data = prepare(folder)
    with contextlib.suppress(OSError):
        (data / _INFO).unlink()
    log = data / _LOG
    command = [sys.executable, "-m", "ccdeploy.sandbox", str(data), json.dumps(options.as_json())]
    with log.open("wb") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            cwd="/",
        )
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        info = _recorded(data)
        if info is not None and info.pid == child.pid:
            child.returncode = 0  # it lives on by itself: no warning when this object goes
            return info
        if child.poll() is not None:
            break
        time.sleep(0.02)
    child.kill()
    child.wait()
    said = log.read_text("utf-8", "replace").strip().splitlines()
    why = said[-1] if said else "it said nothing"
    raise SandboxFailed(f"the sandbox did not start: {why}", where=str(data), hint=f"the whole of it is in {log}")


def stop(folder: Path) -> bool:
    """End the server of `folder` and keep its data; False when none was running. Raises SandboxFailed."""
    data = data_of(folder)
    info = _recorded(data)
    if info is None or not _alive(info.pid) or not _ours(data, info.pid):
        return False
    os.kill(info.pid, signal.SIGTERM)
    if not _gone(info.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(info.pid, signal.SIGKILL)
        if not _gone(info.pid):
            raise SandboxFailed(f"the sandbox (process {info.pid}) does not end", where=str(data))
    with contextlib.suppress(OSError):
        (data / _INFO).unlink()
    return True


def _ours(data: Path, pid: int) -> bool:
    """Whether the process holds the folder's lock: a number that another program has taken over is left alone."""
    from .server import Busy, Lock

    try:
        lock = Lock(data)
    except Busy as busy:
        return busy.pid == pid
    lock.release()
    return False


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + _GRACE
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError, OSError):
            os.waitpid(pid, os.WNOHANG)
        if not _alive(pid):
            return True
        time.sleep(0.02)
    return False


def run(data: Path, options: Options) -> int:
    """Serve `data` in the foreground until SIGTERM or SIGINT; the exit code. The record is there once it answers."""
    from ..stacks.durable.journal import JournalDamaged
    from .faults import BadPlan
    from .iam.policy import BadPolicy
    from .server import Busy, serve

    try:
        server = serve(data, options)
    except (Busy, JournalDamaged, BadPlan, BadPolicy, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        write_info(data, server.endpoint)
        server.wait()
    except SystemExit:
        pass
    finally:
        server.stop()
        forget(data)
    return 0
