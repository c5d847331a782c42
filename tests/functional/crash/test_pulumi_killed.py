"""The Pulumi engine killed at random moments: our process, the CLI, or both at once; the next run finishes.

One stack goes up and down, and each run is killed after a random number of effects until it gets through. The sandbox
is a process of its own, so that what was asked for is done whether or not anybody hears the answer. CCDEPLOY_TORTURE=1
kills a hundred times, and says what became of each.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox import process
from ccdeploy.sandbox.options import Options
from ccdeploy.stacks.engine.pulumi_cli.command import find

KILLS = int(os.environ.get("CCDEPLOY_KILLS", "100" if os.environ.get("CCDEPLOY_TORTURE") else "10"))
VICTIMS = ("cli", "ours", "both")
pytestmark = pytest.mark.skipif(find() is None, reason="no pulumi on PATH and none in .tools/bin: make pulumi")


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """A sandbox whose data lie where the rig looks for them."""
    yield process.start(tmp_path / "place", Options(quotas=False, latency=0.02)).endpoint
    process.stop(tmp_path / "place")


@dataclass
class Score:
    """What the kills came to."""

    killed: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def below(pid: int) -> list[int]:
    """The Pulumi CLI that process `pid` runs."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-x", "pulumi"], capture_output=True, encoding="ascii")
    return [int(word) for word in found.stdout.split()]


def kill_after(effects: int, more: float, victim: str, pid: int, done: Callable[[], int]) -> bool:
    """Wait for so many effects and a little more, then kill. False when the run was over before."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and done() < effects:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return False
        time.sleep(0.01)
    time.sleep(more)
    if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        return False
    doomed = below(pid) if victim != "ours" else []
    if victim == "cli" and not doomed:
        return False
    for each in doomed:
        os.kill(each, signal.SIGKILL)
    if victim != "cli":
        os.kill(pid, signal.SIGKILL)
    return True


def test_killed_at_random_moments_the_pulumi_engine_finishes_and_nothing_is_doubled(
    rig: Any, endpoint: str, tmp_path: Path
) -> None:
    chance = random.Random(f"{KILLS} kills")
    clean, place = tmp_path / "clean", tmp_path / "place"
    assert rig.up(clean).error is None
    wanted = rig.picture(clean)
    shutil.copytree(place / ".ccdeploy" / "sandbox", place / "sandbox", dirs_exist_ok=True)
    score, command, began = Score(), "up", time.monotonic()
    while True:
        start = rig.mutations(place / ".ccdeploy")
        pid = rig.begin(lambda: rig.on_pulumi(place, endpoint, command))  # noqa: B023 - it is over before the next
        victim = chance.choice(VICTIMS)
        killed = score.killed.total() < KILLS and kill_after(
            chance.randrange(0, 25),
            chance.uniform(0.0, 0.4),
            victim,
            pid,
            lambda: rig.mutations(place / ".ccdeploy") - start,  # noqa: B023
        )
        status = os.waitpid(pid, 0)[1]
        if killed:
            score.killed[f"{command}: {victim}"] += 1
            if victim != "cli":
                assert os.WIFSIGNALED(status)
            continue
        assert status == 0, f"{command} after {score}"
        score.finished[command] += 1
        there = rig.picture(place / ".ccdeploy")
        assert there == (wanted if command == "up" else []), f"{command} after {score}"
        if score.killed.total() == KILLS:
            break
        command = "down" if command == "up" else "up"
    made, ups = rig.effects(place / ".ccdeploy"), score.finished["up"]
    assert all(made[name] == ups * count for name, count in rig.effects(clean).items()), (made, score)
    score.seconds = time.monotonic() - began
    told = f"{score.killed.total()} kills: {dict(score.killed)}; finished: {dict(score.finished)}"
    print(f"\n{told}; {score.seconds:.0f} s")
