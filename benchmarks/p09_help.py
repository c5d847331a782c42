"""P9: the top-level help must cost no more than click itself; P9v: validate of the example beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ratio import compare, finish

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "ccdeploy")
EXAMPLE = str(ROOT / "examples" / "hospital-follow-up")


def run(*command: str) -> None:
    """A whole process, its output thrown away."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})


def click_alone() -> None:
    run(sys.executable, "-c", "import click")


if __name__ == "__main__":
    finish(
        [
            compare("P9", "ccdeploy --help / import click", lambda: run(COMMAND, "--help"), click_alone, target=1.25),
            compare(
                "P9v", "validate the example / import click", lambda: run(COMMAND, "validate", EXAMPLE), click_alone,
                target=2.5,
            ),
        ]
    )  # fmt: skip
