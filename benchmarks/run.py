"""`make bench`: every benchmark in this folder, each in a process of its own. Exit code 1 when a target is missed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    missed = [path.name for path in sorted(HERE.glob("p*.py")) if subprocess.call([sys.executable, path], cwd=HERE)]
    if missed:
        print(f"over target or failed: {', '.join(missed)}")
    sys.exit(bool(missed))
