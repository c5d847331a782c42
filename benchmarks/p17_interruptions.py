"""P17: what `make test` spends on interruptions: every boundary of a centre, kills of the command line, faults.

    .venv/bin/python benchmarks/p17_interruptions.py

Seconds of the wall on this machine, the tests one after another as `pytest` runs them. Target: 300.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGET = 300.0
TESTS = (
    "tests/unit/engine/test_embedded_crash.py",
    "tests/unit/agents/test_roster_crash.py",
    "tests/unit/agents/test_roster_faults.py",
    "tests/functional/crash",
    "tests/functional/test_killed_centre.py",
    "tests/functional/agents/test_roster_net.py",
    "tests/engine",
)

if __name__ == "__main__":
    there = [name for name in TESTS if (ROOT / name).exists()]
    begun = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *there, "-k", "crash or kill or boundary or net or fault"], cwd=ROOT
    )
    seconds = time.perf_counter() - begun
    good = ended.returncode == 0 and seconds <= TARGET
    print(f"P17  {seconds:.0f} s (target {TARGET:.0f}): {'ok' if good else 'OVER or failed'}")
    sys.exit(not good)
