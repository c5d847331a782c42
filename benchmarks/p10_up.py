"""P10: first `up` of the example against the bare imports it cannot avoid. P4: a second `up` is free."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ratio import compare, finish

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "ccdeploy")
IMPORTS = "import pulumi_aws.connect as c; c.Queue; import boto3; boto3.client('connect', region_name='eu-central-1')"


def fresh() -> Path:
    """A copy of the example in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ccdeploy-bench-")) / "centre"
    shutil.copytree(ROOT / "examples" / "hospital-follow-up", folder, ignore=shutil.ignore_patterns(".ccdeploy"))
    return folder


def up(folder: Path) -> dict[str, object]:
    """Run `up` in a process of its own; the result event."""
    done = subprocess.run([COMMAND, "up", str(folder), "--json"], capture_output=True, text=True, check=True)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def first_up() -> None:
    folder = fresh()
    up(folder)
    shutil.rmtree(folder.parent)


def imports() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env={**os.environ})


def mutations(folder: Path) -> int:
    """How many effects the sandbox's history holds."""
    history = subprocess.run([COMMAND, "sandbox", "history", str(folder)], capture_output=True, text=True, check=True)
    return sum(bool(json.loads(line).get("effect")) for line in history.stdout.splitlines())


def second_up_is_free() -> bool:
    """P4: no mutating call and no byte of state written."""
    folder = fresh()
    up(folder)
    before = mutations(folder)
    state = {p: p.stat().st_mtime_ns for p in (folder / ".ccdeploy" / "stacks").rglob("*") if p.is_file()}
    result = up(folder)
    after = {p: p.stat().st_mtime_ns for p in (folder / ".ccdeploy" / "stacks").rglob("*") if p.is_file()}
    written = sorted(str(p.name) for p in after if after[p] != state.get(p))
    made = mutations(folder) - before
    print(f"P4   second up: {made} mutating calls, files written: {written or 'none'}, changes {result['changes']}")
    shutil.rmtree(folder.parent)
    return made == 0


if __name__ == "__main__":
    free = second_up_is_free()
    result = compare("P10", "first up of the example / bare imports", first_up, imports, target=7, pairs=5)
    if not free:
        sys.exit(1)
    finish([result])
