"""Files that may not be read or written: each command names the file, and none falls over."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Root reads everything; without these two capabilities it is held to permissions like everybody else.
DROPPED = "-dac_override,-dac_read_search"


@pytest.fixture
def held() -> list[str]:
    """What goes before a command so that permissions count for it."""
    if os.geteuid() != 0:
        return []
    found = shutil.which("setpriv")
    if found is None:
        pytest.skip("runs as root, and there is no setpriv to give up its powers")
    return [found, f"--bounding-set={DROPPED}", f"--inh-caps={DROPPED}"]


@contextlib.contextmanager
def locked(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


READ = [
    ("center.yaml", ("validate",), "center.yaml"),
    ("flows", ("validate",), "flows"),
    ("rosters", ("validate",), "rosters/helpers.csv"),
    ("rosters/helpers.csv", ("roster", "check"), "rosters/helpers.csv"),
    (".ccdeploy/sandbox/connect.journal", ("status",), "connect.journal"),
    (".ccdeploy/stacks/small.dev/state.json", ("preview",), "state.json"),
]


def test_what_may_not_be_read_or_written_is_named_and_nothing_is_changed(small: Any, held: list[str]) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [*held, sys.executable, "-m", "ccdeploy.cli", *words]
        return subprocess.run(
            command, cwd=small.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
        )

    small("up")
    done = len(small.mutations())
    for name, words, named in READ:
        with locked(small.folder / name, 0o000):
            ran = run(*words)
        told = ran.stdout + ran.stderr
        assert ran.returncode == 1, (name, words, told)
        assert named in told, (name, words, told)
        assert "permission denied" in told.lower(), (name, words, told)
        assert "Traceback" not in told, (name, words, told)
    with locked(small.folder / ".ccdeploy" / "sandbox" / "history.jsonl", 0o000):
        assert run("status").returncode == 0  # who only reads needs no log of requests
    with locked(small.folder / ".ccdeploy" / "stacks" / "small.dev", 0o500):
        written = run("up", "--no-rosters")
    assert written.returncode == 1
    assert "Permission denied" in written.stderr
    assert len(small.mutations()) == done
    small("up")
