"""`python -m ccdeploy.sandbox DATA OPTIONS`: the detached server's own process (process.py starts it)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ccdeploy.sandbox.options import Options
from ccdeploy.sandbox.process import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), Options.from_json(json.loads(sys.argv[2]))))
