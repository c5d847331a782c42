"""The Pulumi CLI as a program on this machine: where it is, how it is run, how it is asked to stop.

The Automation API runs what it runs through its `PulumiCommand`; this one keeps the process in a group of its own, so
that Ctrl-C in a terminal reaches it once, through `interrupt`, and not a second time behind our back. On Linux the
kernel ends it with us: a CLI that goes on alone has no providers any more, and would meet the next run.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import InvalidVersionError, create_command_error

from ....specs.errors import Refused

_BUILT: Final = Path(__file__).resolve().parents[3] / ".tools" / "bin" / "pulumi"  # by `make pulumi`
# Before it becomes the CLI, the child asks to be killed when its parent dies (PR_SET_PDEATHSIG is 1, SIGKILL 9).
_TIED: Final = (
    "import ctypes,os,sys;ctypes.CDLL(None).prctl(1,9);"
    "os.getppid()==int(sys.argv[1]) or sys.exit(137);os.execv(sys.argv[2],sys.argv[2:])"
)
Listener = Callable[[str], None]


def find() -> Path | None:
    """The CLI on PATH, else the one that `make pulumi` built in this clone, else None."""
    there = shutil.which("pulumi")
    if there is not None:
        return Path(there).resolve()
    return _BUILT if _BUILT.is_file() else None


def require() -> Path:
    """The CLI. Raises Refused with the ways to get one."""
    found = find()
    if found is None:
        raise Refused(
            "The engine pulumi needs the Pulumi CLI, and there is none on PATH.",
            hint="Install it (https://www.pulumi.com/docs/install), or in a clone with Go: make pulumi",
            code="no-pulumi",
        )
    return found


class Command(PulumiCommand):
    """Runs the CLI, one process at a time, without a terminal and without questions."""

    def __init__(self, binary: Path) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[str] | None = None
        # The base class would run `pulumi` of a folder named bin/; an official bundle and ours both have that form.
        try:
            super().__init__(root=str(binary.parent.parent) if binary.parent.name == "bin" else None)
        except (OSError, InvalidVersionError, subprocess.SubprocessError) as error:
            raise Refused(
                f"The Pulumi CLI does not tell its version: {error}",
                hint=f"Run it by hand: {binary} version; if that works, run the same command again",
                where=str(binary),
                code="pulumi",
            ) from error
        self.command = str(binary)

    def interrupt(self) -> None:
        """Ask a run that is under way to stop: it starts no new step, and what is in flight ends and is recorded."""
        with self._lock:
            if self._running is not None and self._running.poll() is None:
                self._running.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Listener | None = None,
        on_error: Listener | None = None,
    ) -> CommandResult:
        """Run and wait. Raises the Automation API's CommandError when it fails."""
        result = self.feed(args, cwd, additional_env, "", on_output, on_error)
        if result.code != 0:
            raise create_command_error(result)
        return result

    def feed(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        text: str,
        on_output: Listener | None = None,
        on_error: Listener | None = None,
    ) -> CommandResult:
        """The same with `text` on its standard input; a failure is in the result."""
        env = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        env["PATH"] = os.pathsep.join([str(Path(self.command).parent), env.get("PATH", "")])
        process = subprocess.Popen(  # noqa: S603 - the CLI that `find` named, arguments as a list
            [*_tie(), self.command, "--non-interactive", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=env,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            umask=0o077,
        )
        with self._lock:
            self._running = process
        try:
            out: list[str] = []
            err: list[str] = []
            readers = [
                threading.Thread(target=_consume, args=(process.stdout, out, on_output), daemon=True),
                threading.Thread(target=_consume, args=(process.stderr, err, on_error), daemon=True),
            ]
            for reader in readers:
                reader.start()
            _send(process, text)
            for reader in readers:
                reader.join()
            code = process.wait()
        finally:
            with self._lock:
                self._running = None
        return CommandResult(stdout="\n".join(out), stderr="\n".join(err), code=code)


def _tie() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    return [sys.executable, "-I", "-S", "-c", _TIED, str(os.getpid())]


def _send(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(text)
        process.stdin.close()
    except BrokenPipeError:
        return  # it ended first; why, its exit code tells


def _consume(stream: object, lines: list[str], tell: Listener | None) -> None:
    with stream:  # type: ignore[attr-defined]
        for line in stream:  # type: ignore[attr-defined]
            text = line.rstrip()
            lines.append(text)
            if tell is not None:
                tell(text)
