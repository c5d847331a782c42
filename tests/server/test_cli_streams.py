"""Standard streams that are full, closed or gone: data that was lost is told, changes go on, nothing crashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FULL = Path("/dev/full")


def closed(small: Any, redirections: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run with the shell's own redirections, such as `>&-`."""
    command = ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "ccdeploy.cli", *words]
    return subprocess.run(command, cwd=small.folder, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("words", [("validate", "--json"), ("flow", "list"), ("schema",)])
def test_data_that_a_full_disk_swallows_is_a_failure(small: Any, words: tuple[str, ...]) -> None:
    if not FULL.exists():
        pytest.skip("there is no /dev/full here")
    ran = closed(small, ">/dev/full", *words)
    assert ran.returncode == 1
    assert ran.stderr.strip() == "error: standard output cannot be written: No space left on device"


@pytest.mark.parametrize("words", [("flow", "list"), ("validate",), ("--help",)])
def test_a_closed_stream_is_nobody_listening(small: Any, words: tuple[str, ...]) -> None:
    heard = closed(small, ">&-", *words)
    assert heard.returncode == 0
    assert "Traceback" not in heard.stderr
    assert "error" not in heard.stderr
    assert closed(small, "<&- >&- 2>&-", *words).returncode == 0
