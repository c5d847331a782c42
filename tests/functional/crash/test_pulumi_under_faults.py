"""`up` and `down` on Pulumi's engine while the network, the credentials or the disk fail: told, and finished later.

The sandbox is a process of its own with a plan of faults. `make test` takes one disk, CCDEPLOY_TORTURE=1 all the rest.
"""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox import process
from ccdeploy.sandbox.options import Options
from ccdeploy.specs.errors import CcdeployError
from ccdeploy.stacks.engine.pulumi_cli.command import find

TORTURE = bool(os.environ.get("CCDEPLOY_TORTURE"))
TOLD = 3  # exit code of a run that ended with an error in words
MOST = 25  # runs until one gets through
pytestmark = pytest.mark.skipif(find() is None, reason="no pulumi on PATH and none in .tools/bin: make pulumi")


@dataclass
class Line:
    """The rig's centre on one sandbox, which is served with a plan of faults or without."""

    rig: Any
    root: Path
    endpoint: str = ""

    @property
    def place(self) -> Path:
        """Where store and sandbox lie."""
        return self.root / ".ccdeploy"

    def serve(self, *faults: dict[str, Any]) -> None:
        """Begin anew with these faults, on the data that are there."""
        process.stop(self.root)
        plan = self.root.with_suffix(".faults")
        plan.write_text(json.dumps([{"service": "*", **fault} for fault in faults]), encoding="utf-8")
        self.endpoint = process.start(self.root, Options(quotas=False, faults=plan)).endpoint

    def run(self, command: str, largest: int = 0) -> str:
        """One run in a fork, with files of at most so many bytes; how it failed in words, or ""."""
        said = self.root.with_suffix(".said")

        def work() -> None:
            if largest:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            try:
                error = self.rig.on_pulumi(self.root, self.endpoint, command).error
            except (CcdeployError, OSError) as refused:  # the command line has words for both
                error = refused
            if error is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                said.write_text(str(error), encoding="utf-8")
                os._exit(TOLD)

        code = os.waitstatus_to_exitcode(os.waitpid(self.rig.begin(work), 0)[1])
        assert code in {0, TOLD}, f"{command} ended with {code}"
        return (said.read_text(encoding="utf-8") or "no words") if code else ""

    def until_done(self, command: str) -> list[str]:
        """Run again and again; the errors on the way."""
        errors: list[str] = []
        while len(errors) < MOST:
            error = self.run(command)
            if not error:
                return errors
            errors.append(error)
        raise AssertionError(f"{command} is not done after {MOST} runs: {errors[-1]}")

    def check(self, clean: Path) -> None:
        """The same stands as after a run that nothing disturbed, and nothing was made twice."""
        assert self.rig.picture(self.place) == self.rig.picture(clean)
        once, made = self.rig.effects(clean), self.rig.effects(self.place)
        assert {name: made[name] for name in once} == dict(once)


@pytest.fixture
def clean(rig: Any, tmp_path: Path) -> Path:
    assert rig.up(tmp_path / "clean").error is None
    return tmp_path / "clean"


@pytest.fixture
def line(rig: Any, tmp_path: Path) -> Iterator[Line]:
    made = Line(rig, tmp_path / "place")
    made.root.mkdir()
    yield made
    process.stop(made.root)


CHANGES = ("Create*", "Claim*", "Update*", "Put*", "Delete*", "Release*")
NET: list[list[dict[str, Any]]] = [
    [{"kind": kind, "operation": name, "every": 2} for name in CHANGES]
    for kind in ("lose-answer", "reset", "500-after-effect", "refuse")
]
NET += [
    [{"kind": "throttle-storm", "every": 9, "calls": 3}],
    [{"kind": "lag", "operation": "[LS][ie][sa][tr]*", "seconds": 30}],
    [{"kind": "hang", "operation": "CreateQueue", "nth": 1, "seconds": 20}],
]


@pytest.mark.long
@pytest.mark.parametrize("plan", NET, ids=lambda plan: str(plan[0]["kind"]))
def test_whatever_the_network_loses_the_pulumi_engine_comes_to_the_same_end(
    line: Line, clean: Path, plan: list[dict[str, Any]]
) -> None:
    line.serve(*plan)
    errors = line.until_done("up")
    line.check(clean)
    errors += line.until_done("down")
    assert line.rig.picture(line.place) == []
    print(f"\n{plan[0]['kind']}: {len(errors)} runs were told {sorted(set(errors))}")


@pytest.mark.long
@pytest.mark.parametrize("nth", [1, 7, 15, 25, 35, 45])
def test_credentials_that_expire_are_told_and_fresh_ones_finish_the_run(line: Line, clean: Path, nth: int) -> None:
    line.serve({"kind": "expire-credentials", "operation": "*", "nth": nth})
    assert "expired" in line.run("up").lower()
    line.serve()
    assert line.until_done("up") == []
    line.check(clean)


@pytest.mark.parametrize("largest", (100, 500, 1500, 3000, 6000, 12000, 20000, 30000) if TORTURE else (6000,))
def test_a_disk_that_takes_no_more_bytes_is_told_and_the_next_run_finishes(
    line: Line, clean: Path, largest: int
) -> None:
    line.serve()
    error = line.run("up", largest)
    assert error, "the disk was large enough"
    assert line.until_done("up") == []
    line.check(clean)
    print(f"\n{largest} bytes: {error}")
