"""The Pulumi engine killed at random moments: our process, the CLI, both, or the providers; the next run finishes.

One stack goes up, is edited and goes down, and most runs are killed at a moment of chance. The sandbox is a process of
its own, so that what was asked for is done whether or not anybody hears the answer. CCDEPLOY_TORTURE=1 kills a hundred
times; a table says where the kills fell and what became of each.
"""

from __future__ import annotations

import json
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
from ccdeploy.deploy.events import Note
from ccdeploy.sandbox import process
from ccdeploy.sandbox.options import Options
from ccdeploy.specs.errors import CcdeployError
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.engine.pulumi_cli.command import find
from ccdeploy.stacks.provider import serve
from ccdeploy.stacks.provider.base import Provider

KILLS = int(os.environ.get("CCDEPLOY_KILLS", "100" if os.environ.get("CCDEPLOY_TORTURE") else "10"))
VICTIMS = ("ccdeploy", "pulumi", "both", "providers")
COMMANDS = ("up", "edit", "down")
TOLD = 3  # exit code of a run that ended with an error in words
LEFT = (("logs", "describe_log_groups", "logGroups"), ("s3", "list_buckets", "Buckets"))
pytestmark = pytest.mark.skipif(find() is None, reason="no pulumi on PATH and none in .tools/bin: make pulumi")


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """A sandbox whose data lie where the rig looks for them."""
    yield process.start(tmp_path / "place", Options(quotas=False, latency=0.02)).endpoint
    process.stop(tmp_path / "place")


@dataclass
class Score:
    """What the kills came to."""

    seed: str
    killed: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # command, what ran, victim
    after: Counter[str] = field(default_factory=Counter)  # what the run did that came after a kill
    effects: list[int] = field(default_factory=list)  # that the killed run had had
    finished: Counter[str] = field(default_factory=Counter)

    def table(self) -> str:
        rows = sorted({key[:2] for key in self.killed}, key=lambda row: (COMMANDS.index(row[0]), row[1]))
        lines = ["killed during".ljust(24) + "".join(name.rjust(11) for name in VICTIMS)]
        for command, doing in rows:
            counts = "".join(f"{self.killed[command, doing, name]:>11}" for name in VICTIMS)
            lines += [f"{command + ': ' + doing:<24}{counts}"]
        late = sum(bool(count) for count in self.effects)
        lines.append(f"{self.killed.total()} kills, {late} after the first change; finished: {dict(self.finished)}")
        lines.append(f"the run after a kill: {dict(self.after)}; seed {self.seed!r}")
        return "\n".join(lines)


def below(pid: int) -> list[int]:
    """The Pulumi CLI that process `pid` runs."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-x", "pulumi"], capture_output=True, encoding="ascii")
    return [int(word) for word in found.stdout.split()]


def at_work(doomed: list[int]) -> str:
    """What the CLI was doing, in its own words."""
    for pid in doomed:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[1:]
        plain = [word for word in words if word and not word.startswith("-")]
        if not plain:
            raise ProcessLookupError("it ended just now")
        return "stack " + plain[1] if plain[:1] == ["stack"] else plain[0]
    return "no CLI"


def over(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill(victim: str, pid: int) -> str | None:
    """Kill now, and say what was being done; None when the run is over. Waits for a CLI where one is to die."""
    while not over(pid):
        doomed = below(pid)
        if not doomed and victim in {"pulumi", "providers"}:
            time.sleep(0.005)
            continue
        try:
            doing = at_work(doomed)
            for each in doomed if victim in {"pulumi", "both"} else ():
                os.kill(each, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):  # it ended just now: the next one
            continue
        if victim == "providers":
            os.kill(pid, signal.SIGUSR1)
        if victim in {"ccdeploy", "both"}:
            os.kill(pid, signal.SIGKILL)
        return doing
    return None


def wait_for(count: Callable[[], float], least: float, pid: int) -> None:
    while count() < least and not over(pid):
        time.sleep(0.005)


def mortal() -> None:
    """SIGUSR1 ends every provider that this process serves, at once and in the middle of whatever it answers."""
    servers: list[serve.Running] = []
    inner = serve.start

    def start(provider: Provider, port: int = 0) -> serve.Running:
        servers.append(inner(provider, port))
        return servers[-1]

    serve.start = start  # in this fork only
    signal.signal(signal.SIGUSR1, lambda *_: [running._server.stop(0) for running in servers] and None)


def attempt(run: Callable[[Callable[[Any], None]], Any], log: Path) -> None:
    """One run in a fork: what it settled is written down; TOLD when it ended with an error in words."""
    mortal()
    notes: list[str] = []
    try:
        error = run(lambda event: notes.append(event.text) if isinstance(event, Note) else None).error
    except CcdeployError as refused:
        error = refused
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"notes": notes, "error": error and error.message}) + "\n")
    if error is not None:
        os._exit(TOLD if error.message and error.hint else 1)


def left(endpoint: str) -> list[Any]:
    """What there is outside of Connect."""
    cloud = Cloud("eu-central-1", endpoint_url=endpoint)
    return [thing for place in LEFT for thing in cloud.pages(*place)]


def test_killed_at_random_moments_the_pulumi_engine_finishes_and_nothing_is_doubled(
    rig: Any, edited: Any, endpoint: str, tmp_path: Path
) -> None:
    score = Score(os.environ.get("CCDEPLOY_SEED", f"{KILLS} kills"))
    chance = random.Random(score.seed)
    clean, place, log = tmp_path / "clean", tmp_path / "place", tmp_path / "runs.jsonl"
    wanted: dict[str, Any] = {"down": []}
    for command, each in (("up", rig), ("edit", edited)):
        assert each.up(clean).error is None
        wanted[command] = each.picture(clean)
    shutil.copytree(place / ".ccdeploy" / "sandbox", place / "sandbox", dirs_exist_ok=True)
    command, lasted, before = "up", 6.0, ""
    while True:
        start, began, victim = rig.mutations(place / ".ccdeploy"), time.monotonic(), chance.choice(VICTIMS)

        def done(start: int = start) -> int:
            return int(rig.mutations(place / ".ccdeploy") - start)

        def run(command: str = command) -> None:
            each = edited if command == "edit" else rig
            attempt(lambda tell: each.on_pulumi(place, endpoint, command, tell), log)

        pid = rig.begin(run)
        doing = None
        if score.killed.total() < KILLS and chance.random() < 0.9:
            if chance.random() < 0.6:
                wait_for(done, chance.randrange(0, 8 if command == "edit" else 22), pid)
                wait_for(time.monotonic, time.monotonic() + chance.uniform(0.0, 0.5), pid)
            else:
                wait_for(time.monotonic, time.monotonic() + chance.uniform(0.0, lasted), pid)
            doing = kill(victim, pid)
        status = os.waitpid(pid, 0)[1]
        finished = status == 0
        if before:
            score.after["finished" if finished else "was killed in its turn"] += 1
        before = victim if doing is not None else ""
        if doing is not None:
            score.killed[command, doing, victim] += 1
            score.effects.append(done())
            (tmp_path / "table.txt").write_text(score.table(), encoding="utf-8")
            alone = victim in {"pulumi", "providers"}
            assert finished or (os.WEXITSTATUS(status) == TOLD if alone else os.WIFSIGNALED(status)), score.table()
        if not finished:
            assert doing is not None, f"{command}\n{score.table()}\n{log.read_text()[-900:]}"
            continue
        if doing is None:
            lasted = time.monotonic() - began
        score.finished[command] += 1
        assert rig.picture(place / ".ccdeploy") == wanted[command], f"{command}\n{score.table()}"
        if command == "down":
            assert left(endpoint) == [], score.table()
            if score.killed.total() == KILLS:
                break
        command = COMMANDS[(COMMANDS.index(command) + 1) % 3]
    made, cycles = rig.effects(place / ".ccdeploy"), score.finished["down"]
    once = rig.effects(clean)
    assert {name: made[name] for name in once} == {name: cycles * count for name, count in once.items()}, score.table()
    print(f"\n{score.table()}\nwhat the next runs settled: {settled(log)}")


def settled(log: Path) -> dict[str, int]:
    """How often each kind of thing was found and set right, by what the runs said of it."""
    said = [note for line in log.read_text(encoding="utf-8").splitlines() for note in json.loads(line)["notes"]]
    kinds = ("had been created", "had not been created", "was interrupted", "was removed")
    return {kind: sum(kind in note for note in said) for kind in kinds}
