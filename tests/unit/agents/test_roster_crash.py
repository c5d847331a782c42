"""Killed at any boundary, run again: the same people as if nothing had happened, each created once."""

from __future__ import annotations

import os
import pickle
import random
import signal
from pathlib import Path

import pytest
from ccdeploy.stacks.durable.files import CRASH, crash_point

from .conftest import FakeUsers, User, World, row

KILLS = 2000 if os.environ.get("CCDEPLOY_TORTURE") else 200
LIMIT = 400  # more boundaries than any of these runs has


class KeptUsers(FakeUsers):
    """A service that outlives its clients: every effect is in a file before the answer."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        if path.exists():
            self.users, self.created, self._number = pickle.loads(path.read_bytes())
        self.before = lambda operation, _who: crash_point(f"call:before:{operation}")
        self.after = self._keep

    def _keep(self, operation: str, _who: str) -> None:
        with self._lock:
            copy = self.path.with_suffix(".new")
            copy.write_bytes(pickle.dumps((self.users, self.created, self._number)))
            copy.replace(self.path)
        crash_point(f"call:after:{operation}")


def start(world: World, path: Path) -> list[str]:
    """People of every fate; returns the rows of the roster that the killed run applies."""
    world.users = KeptUsers(path)
    stay = [row(f"s{n}x", "nurse", "fr") for n in range(20)]
    leave, move = row("leaver"), row("mover", "nurse", "fr")
    world.apply(world.roster(leave, move, *stay))
    moved = row("mover", "nurse", "fr|en", security="lead", group="Paris/Day")
    new = [row("newa", "nurse", "fr|en"), row("newb"), ",made@example.org,Ma,De,helper,,,,,"]
    return [moved, *new, *stay]


def facts(users: dict[str, User]) -> dict[str, object]:
    return {
        u.fields.username: (u.routing, u.security, u.group, sorted(u.languages), sorted(u.tags), u.fields.email)
        for u in users.values()
    }


def killed_at(world: World, boundary: int) -> bool:
    """Apply in a child that dies at its n-th boundary; True when it died there."""
    child = os.fork()
    if child == 0:
        crossed = 0

        def point(_name: str) -> None:
            nonlocal crossed
            crossed += 1
            if crossed == boundary:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            CRASH.point = point
            world.apply(world.folder / "a.csv")
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the child may not run pytest's own code
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the run failed instead of dying or finishing"
    return os.WIFSIGNALED(status)


def finished(world: World, expected: dict[str, object], path: Path) -> None:
    """A second run, whole, and a third that finds nothing to do."""
    child = os.fork()
    if child == 0:
        world.users = KeptUsers(path)
        result = world.apply(world.folder / "a.csv")
        again = world.plan(world.folder / "a.csv")
        os._exit(0 if result.error is None and again.empty else 1)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status)
    assert os.WEXITSTATUS(status) == 0, "the second run did not finish the plan"
    kept = KeptUsers(path)
    assert facts(kept.users) == expected
    assert len(kept.created) == len(set(kept.created)), "somebody was created twice"


@pytest.fixture
def expected(world: World, tmp_path: Path) -> dict[str, object]:
    """The end state of a run that nobody kills, in a world of its own."""
    child = os.fork()
    clean = tmp_path / "clean.users"
    if child == 0:
        rows = start(world, clean)
        result = world.apply(world.roster(*rows))
        os._exit(0 if result.error is None else 1)
    assert os.waitpid(child, 0)[1] == 0
    for name in world.store.names():
        world.store.delete(name)
    return facts(KeptUsers(clean).users)


def snapshot(world: World) -> dict[str, bytes]:
    return {name: world.store.read(name) or b"" for name in world.store.names() if not name.startswith("lease")}


def restore(world: World, kept: dict[str, bytes], users: Path, data: bytes) -> None:
    for name in world.store.names():
        world.store.delete(name)
    for name, content in kept.items():
        world.store.write(name, content)
    users.write_bytes(data)


def test_a_run_killed_at_any_boundary_is_finished_by_running_it_again(
    world: World, tmp_path: Path, expected: dict[str, object]
) -> None:
    path = tmp_path / "users"
    child = os.fork()
    if child == 0:
        start(world, path)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    rows = [row("mover", "nurse", "fr|en", security="lead", group="Paris/Day")]
    rows += [row("newa", "nurse", "fr|en"), row("newb"), ",made@example.org,Ma,De,helper,,,,,"]
    rows += [row(f"s{n}x", "nurse", "fr") for n in range(20)]
    world.roster(*rows)
    kept, data = snapshot(world), path.read_bytes()
    boundary = 0
    while boundary < LIMIT:
        boundary += 1
        restore(world, kept, path, data)
        world.users = KeptUsers(path)
        died = killed_at(world, boundary)
        finished(world, expected, path)
        if not died:
            break
    assert 30 < boundary < LIMIT, f"{boundary} boundaries"


def test_a_run_killed_again_and_again_at_random_is_finished_by_running_it_again(
    world: World, tmp_path: Path, expected: dict[str, object]
) -> None:
    """Seeded; most rounds kill the run that resumes, too."""
    path = tmp_path / "users"
    child = os.fork()
    if child == 0:
        start(world, path)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    rows = [row("mover", "nurse", "fr|en", security="lead", group="Paris/Day")]
    rows += [row("newa", "nurse", "fr|en"), row("newb"), ",made@example.org,Ma,De,helper,,,,,"]
    rows += [row(f"s{n}x", "nurse", "fr") for n in range(20)]
    world.roster(*rows)
    kept, data = snapshot(world), path.read_bytes()
    dice, kills = random.Random(20260401), 0
    while kills < KILLS:
        restore(world, kept, path, data)
        for _ in range(dice.randint(1, 4)):
            world.users = KeptUsers(path)
            if not killed_at(world, dice.randint(1, 40)):
                break
            kills += 1
        finished(world, expected, path)
    assert kills >= KILLS
