"""P18: the first `up` of the example on the embedded engine against the same on Pulumi's own.

    .venv/bin/python benchmarks/p18_engines.py

Whole processes, each in a folder of its own, in turn. Target: at most half of the time. Needs the Pulumi CLI.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ratio import compare, finish

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "ccdeploy")
ENVIRON = {**os.environ, "PATH": f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def first_up(engine: str) -> Callable[[], None]:
    """`up` of a fresh copy of the example."""

    def run() -> None:
        with tempfile.TemporaryDirectory(prefix="ccdeploy-bench-") as place:
            folder = Path(place) / "centre"
            shutil.copytree(
                ROOT / "examples" / "hospital-follow-up", folder, ignore=shutil.ignore_patterns(".ccdeploy")
            )
            subprocess.run(
                [COMMAND, "up", str(folder), "--engine", engine, "--json"], check=True, capture_output=True, env=ENVIRON
            )

    return run


if __name__ == "__main__":
    if shutil.which("pulumi", path=ENVIRON["PATH"]) is None:
        sys.exit("P18  not measured: there is no Pulumi CLI (make pulumi)")
    what = "first up of the example, embedded engine / Pulumi's"
    finish([compare("P18", what, first_up("embedded"), first_up("pulumi"), target=0.5, pairs=3)])
