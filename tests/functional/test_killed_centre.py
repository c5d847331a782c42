"""A real centre on the emulator, killed between any two effects of `up` and of `down`; the next run finishes it.

The emulator is a process of its own, so that it survives; each run is a fork of this warm process. `make test` takes
two boundaries, CCDEPLOY_TORTURE=1 every one; functional/crash/ visits every boundary without the signal.
"""

from __future__ import annotations

import collections
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.specs.load import load
from ccdeploy.stacks.cloud import lookup
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.durable.files import CRASH
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.extras.provider import CcdeployProvider
from ccdeploy.stacks.names import PROJECT
from ccdeploy.stacks.program import program
from ccdeploy.stacks.provider.base import Provider

ROOT = Path(__file__).resolve().parents[2]
EVERY = 1 if os.environ.get("CCDEPLOY_TORTURE") else 151


@dataclass
class Emulator:
    """The server's folder and endpoint."""

    folder: Path
    endpoint: str

    def effects(self, since: int) -> collections.Counter[str]:
        """How often each create or claim was done after line `since` of the history."""
        records = [json.loads(line) for line in self._lines()[since:]]
        names = [record["operation"] for record in records if record["effect"]]
        return collections.Counter(name for name in names if name.startswith(("Create", "Claim")))

    def seen(self) -> int:
        """How many requests there were."""
        return len(self._lines())

    def _lines(self) -> list[str]:
        file = self.folder / ".ccdeploy" / "sandbox" / "history.jsonl"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    folder = tmp_path / "server"
    folder.mkdir()
    command = [sys.executable, "-m", "ccdeploy.cli", "sandbox"]
    started = subprocess.run(
        [*command, "start", "--json", "--quotas", "off"], cwd=folder, capture_output=True, check=True
    )
    yield Emulator(folder, json.loads(started.stdout)["endpoint"])
    subprocess.run([*command, "stop"], cwd=folder, capture_output=True, check=False)


@dataclass
class Line:
    """One centre of its own on the shared emulator."""

    folder: Path
    endpoint: str

    def _engine(self) -> tuple[EmbeddedEngine, Cloud, Callable[[], None]]:
        center = load(self.folder, today=dt.date(2026, 11, 22)).center
        assert center is not None
        cloud = Cloud(center.region, endpoint_url=self.endpoint)
        providers: list[Provider] = [AwsProvider(self.endpoint, center.region), CcdeployProvider(cloud)]
        engine = EmbeddedEngine(
            project=PROJECT,
            stack=center.stack_name,
            providers={provider.package: provider for provider in providers},
            store=FileStore(self.folder / "store"),
            config={"aws:region": center.region},
            parallel=4,
        )
        return engine, cloud, program(center, flows=compile_center(center))

    def up(self) -> None:
        engine, cloud, made = self._engine()
        engine.recover(lambda kind, name, inputs: lookup.find(cloud, kind, name, inputs, "small.dev"))
        assert engine.up(made).failures == ()

    def whole(self) -> None:
        """A further run changes nothing, and nothing differs from what is recorded."""
        engine, _, made = self._engine()
        assert not engine.up(made).changes.any
        assert engine.refresh(write=False) == ()

    def down(self) -> None:
        engine, cloud, _ = self._engine()
        engine.recover(lambda kind, name, inputs: lookup.find(cloud, kind, name, inputs, "small.dev"))
        assert engine.destroy().failures == ()
        assert not engine.export()["deployment"].get("resources")

    def gone(self) -> None:
        alias = self.folder.name
        cloud = Cloud("eu-central-1", endpoint_url=self.endpoint)
        there = [item["InstanceAlias"] for item in cloud.pages("connect", "list_instances", "InstanceSummaryList")]
        assert alias not in there


def line(emulator: Emulator, place: Path, name: str) -> Line:
    folder = place / name
    shutil.copytree(ROOT / "tests" / "centres" / "small", folder, ignore=shutil.ignore_patterns(".ccdeploy"))
    file = folder / "center.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("small-line", name), encoding="utf-8")
    return Line(folder, emulator.endpoint)


def in_a_child(*works: Callable[[], None]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            for work in works:
                work()
            code = 0
        except BaseException:  # noqa: BLE001 - a fork must not return into the tests
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def counting(file: Path) -> Callable[[], None]:
    def begin() -> None:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        CRASH.point = lambda _name: (os.write(handle, b"."), None)[1]

    return begin


def killing(at: int) -> Callable[[], None]:
    def begin() -> None:
        left = iter(range(at))

        def point(_name: str) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        CRASH.point = point

    return begin


def test_up_and_down_killed_between_any_two_effects_are_finished_by_the_next_run(
    emulator: Emulator, tmp_path: Path
) -> None:
    clean, counted = line(emulator, tmp_path, "clean-line"), tmp_path / "count"
    assert in_a_child(counting(counted), clean.up) == 0
    made, ups = emulator.effects(0), counted.stat().st_size
    assert made["CreateQueue"] == made["CreateInstance"] == 1
    counted.unlink()
    assert in_a_child(counting(counted), clean.down) == 0
    downs = counted.stat().st_size
    assert min(ups, downs) > 60

    for at in range(3, ups, EVERY):
        one, since = line(emulator, tmp_path, f"up-{at}"), emulator.seen()
        status = in_a_child(killing(at), one.up)
        assert os.WIFSIGNALED(status), f"boundary {at} was not reached"
        assert in_a_child(one.up, one.whole) == 0, f"after a kill at boundary {at} of up"
        assert emulator.effects(since) == made, f"after a kill at boundary {at} of up"
        victim = at % max(1, downs - 8)
        assert os.WIFSIGNALED(in_a_child(killing(victim), one.down)), f"boundary {victim} of down was not reached"
        assert in_a_child(one.down, one.gone) == 0, f"after a kill at boundary {victim} of down"
