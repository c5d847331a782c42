"""`up` and `down` while network, disk, credentials or the operator fail: told in words, finished by the next run.

`make test` takes a few places of each kind, CCDEPLOY_TORTURE=1 every one.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.specs.errors import CcdeployError
from ccdeploy.stacks.durable.files import CRASH

TORTURE = bool(os.environ.get("CCDEPLOY_TORTURE"))
MOST = 60  # runs until one gets through


@pytest.fixture
def wanted(rig: Any, tmp_path: Path) -> Any:
    """What stands after an undisturbed `up`, and what was created for it."""
    assert rig.up(tmp_path / "clean").error is None
    return rig.picture(tmp_path / "clean"), rig.effects(tmp_path / "clean")


def plan_of(tmp_path: Path, *faults: dict[str, Any]) -> Path:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"service": "*", **fault} for fault in faults]), encoding="utf-8")
    return path


def told(run: Callable[[], Any]) -> CcdeployError | None:
    """How a run failed: in its result, or before anything was changed; never in another way."""
    try:
        error: CcdeployError | None = run().error
    except CcdeployError as refused:
        return refused
    return error


def until_done(run: Callable[[], Any]) -> list[CcdeployError]:
    """Run again and again; the errors on the way."""
    errors: list[CcdeployError] = []
    for _ in range(MOST):
        error = told(run)
        if error is None:
            return errors
        assert error.message
        errors.append(error)
    raise AssertionError(f"not done after {MOST} runs: {errors[-1].message}")


def check(rig: Any, place: Path, wanted: Any) -> None:
    picture, made = wanted
    assert rig.picture(place) == picture
    done = rig.effects(place)
    assert {name: done[name] for name in made} == dict(made), "nothing is made twice"


CHANGES = ("Create*", "Claim*", "Update*", "Put*", "Delete*", "Release*")
NET: list[list[dict[str, Any]]] = [
    [{"kind": kind, "operation": name, "every": 2} for name in CHANGES]
    for kind in ("lose-answer", "reset", "500-after-effect", "refuse")
]
NET += [
    [{"kind": "lose-answer", "every": 3}],
    [{"kind": "throttle-storm", "every": 9, "calls": 3}],
    [{"kind": "lag", "operation": "[LS][ie][sa][tr]*", "seconds": 30}],
]


@pytest.mark.parametrize("plan", NET if TORTURE else NET[:3], ids=lambda plan: str(plan[0]["kind"]))
def test_whatever_the_network_loses_up_and_down_come_to_the_same_end(
    rig: Any, wanted: Any, tmp_path: Path, plan: list[dict[str, Any]]
) -> None:
    place, faults = tmp_path / "place", plan_of(tmp_path, *plan)
    until_done(lambda: rig.up(place, faults=faults))
    check(rig, place, wanted)
    assert not rig.up(place).changes.any
    until_done(lambda: rig.down(place, faults=faults))
    assert rig.picture(place) == []


@pytest.mark.parametrize("nth", range(1, 50) if TORTURE else (4, 31))
def test_credentials_that_expire_stop_the_run_and_fresh_ones_repeat_nothing(
    rig: Any, wanted: Any, tmp_path: Path, nth: int
) -> None:
    place = tmp_path / "place"
    faults = plan_of(tmp_path, {"kind": "expire-credentials", "operation": "*", "nth": nth})
    error = told(lambda: rig.up(place, faults=faults))
    assert error is not None
    assert "expired" in (error.message + error.hint).lower()
    assert until_done(lambda: rig.up(place)) == []
    check(rig, place, wanted)


@pytest.mark.parametrize("kind", ["RoutingProfile", "SecurityProfile", "Queue"] if TORTURE else ["RoutingProfile"])
def test_what_was_made_but_could_not_be_read_back_is_finished_as_it_stands(
    rig: Any, wanted: Any, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "place"
    faults = plan_of(tmp_path, {"kind": "expire-credentials", "operation": f"Describe{kind}", "nth": 1})
    assert told(lambda: rig.up(place, faults=faults)) is not None
    assert until_done(lambda: rig.up(place)) == []
    check(rig, place, wanted)


@pytest.mark.parametrize("number", range(1, 50) if TORTURE else (1, 12))
def test_ctrl_c_starts_no_new_call_frees_the_lease_and_loses_nothing(
    rig: Any, wanted: Any, tmp_path: Path, number: int
) -> None:
    place, count = tmp_path / "place", itertools.count(1)
    late: list[str] = []

    def interrupt(stop: Any) -> None:
        def point(name: str) -> None:
            if name.startswith("call:before:create:") and stop.asked:
                late.append(name)
            if name.startswith("call:after:create:") and next(count) == number:
                stop.ask()

        CRASH.point = point

    try:
        result = rig.up(place, stopping=interrupt)
    finally:
        CRASH.point = lambda _name: None
    if number <= 16:
        assert result.error is not None
        assert result.exit_code == 130
        assert len(late) <= 16, "only what was in flight"
    assert until_done(lambda: rig.up(place)) == []
    check(rig, place, wanted)


def disk_full_at(number: int, *, for_good: bool) -> Callable[[str], None]:
    count = itertools.count()

    def point(name: str) -> None:
        if not name.startswith(("journal:before", "write:before")):
            return
        now = next(count)
        if now == number or (for_good and now > number):
            raise OSError(errno.ENOSPC, "No space left on device", "disk")

    return point


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
def test_a_disk_that_is_full_at_any_write_is_told_and_the_next_run_finishes(
    rig: Any, wanted: Any, tmp_path: Path, for_good: bool
) -> None:
    numbers = range(120) if TORTURE else ((2, 17, 40, 75) if for_good else (3, 60))
    for number in numbers:
        place = tmp_path / f"{number}"

        def full(number: int = number, place: Path = place) -> None:
            CRASH.point = disk_full_at(number, for_good=for_good)
            with contextlib.suppress(OSError):  # the command line says it in words
                error = told(lambda: rig.up(place))
                assert error is None or error.message

        assert rig.fine(full), number
        assert until_done(lambda: rig.up(place)) == []  # noqa: B023
        check(rig, place, wanted)
