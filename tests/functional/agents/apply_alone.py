"""A process that applies the roster of a folder and does nothing else, to be killed: apply_alone.py FOLDER."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

from ccdeploy.agents.directory import Directory
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.rosters import apply_plan, door, plan_rosters
from ccdeploy.specs.load import load
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore


def main() -> int:
    """0 when everything is done."""
    folder = Path(sys.argv[1])
    kept = json.loads((folder / "directory.json").read_text("utf-8"))
    center = load(folder, today=dt.date(2026, 4, 1)).center
    assert center is not None
    directory = Directory(**kept["directory"])
    cloud = Cloud("eu-central-1", endpoint_url=kept["endpoint"])
    users = door(cloud, directory)
    store = FileStore(folder / ".ccdeploy" / "stacks" / "line.dev")
    plan = plan_rosters(center, [folder / "a.csv"], directory, users, store)
    print("planned", flush=True)
    result = apply_plan(plan, users, store, pacer=Pacer(None))
    if result.error is not None:
        print(result.error, result.error.hint, file=sys.stderr)
        return result.error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
