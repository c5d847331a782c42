"""`make demo`: the example centre comes up on the sandbox, from nothing, with no cloud account.

The example is copied to `demo/` (made anew each time), so that what you try there leaves `examples/` alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).parent / "ccdeploy"
DAY = "--at 2026-11-24T10:15 --press 2 --press timeout --press 2"
NIGHT = "--at 2026-12-25T03:00 --press 1 --press timeout"
STEPS = (
    ("Every mistake that can be known is reported before anything is made.", "validate"),
    ("What would be made, and who would get an account.", "preview"),
    ("Make it: hours, queues, flows, numbers, and eighty-four people.", "up"),
    ("What stands now.", "status"),
    ("The rosters against what stands: nothing left to do.", "roster plan"),
    ("A call by day, to the line that stands: in English, to the information desk.", f"call --live {DAY}"),
    ("A call at three in the morning on a public holiday, with nobody free.", f"call --live {NIGHT}"),
    ("Every call script, and how much of the flows they take.", "calls --quiet"),
)


def main() -> int:
    """Run the steps; the exit code is that of the first one that fails."""
    folder = ROOT / "demo" / "hospital-follow-up"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples" / "hospital-follow-up", folder, ignore=shutil.ignore_patterns(".ccdeploy"))
    shown = folder.relative_to(ROOT)
    rosters = [str(shown / "rosters" / name) for name in ("nurses.csv", "volunteers.csv")]
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
    begun = time.monotonic()
    for text, command in STEPS:
        places = {"roster": rosters, "call": ["--dir", str(shown)]}
        arguments = [*command.split(), *places.get(command.split()[0], [str(shown)])]
        print(f"\n# {text}\n{bold}$ ccdeploy {' '.join(arguments)}{plain}", flush=True)
        code = subprocess.call([COMMAND, *arguments], cwd=ROOT)
        if code:
            print(f"ccdeploy {command} ended with exit code {code}", file=sys.stderr)
            return code
    print(f"\n# That took {time.monotonic() - begun:.0f} s. The centre is in {shown}: edit a file there, then")
    print(f"{bold}$ .venv/bin/ccdeploy preview {shown}{plain}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
