"""`up` and `down` of a real centre, ended at every boundary as SIGKILL ends them: the next run finishes it.

At each boundary the kernel stops the whole process; what then lies on the disk is what a kill leaves. Equal disks are
tried once. The real signal, at moments of its own choice, is in test_killed_centre.py and tests/engine.
"""

from __future__ import annotations

import collections
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any


def left_behind(rig: Any, run: Callable[[Path], Any], start: Path, tmp_path: Path) -> tuple[dict[str, Path], Any]:
    """A copy of every different disk that a kill of `run` can leave, by the boundary's name; and all names."""
    place = tmp_path / "place"
    seen: dict[str, Path] = {}
    kinds: collections.Counter[str] = collections.Counter()
    if start.exists():
        shutil.copytree(start, place)

    def look(name: str) -> None:
        kinds[name.split(":")[0]] += 1
        known = rig.digest(place)
        if known not in seen:
            copy = tmp_path / f"{run.__name__}-{len(seen)}-{name.replace('/', '_')[:60]}"
            shutil.copytree(place, copy) if place.exists() else copy.mkdir()
            seen[known] = copy

    rig.standing_still(lambda: run(place), look)
    if place.exists():
        shutil.rmtree(place)
    return {copy.name: copy for copy in seen.values()}, kinds


def test_an_up_killed_at_any_boundary_is_finished_by_the_next_without_a_double(rig: Any, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    assert rig.up(clean).error is None
    wanted, made = rig.picture(clean), rig.effects(clean)
    assert made["CreateInstance"] == made["ClaimPhoneNumber"] == made["CreateUser"] == 1
    disks, kinds = left_behind(rig, rig.up, tmp_path / "nothing", tmp_path)
    assert min(kinds["journal"], kinds["call"], kinds["write"]) >= 20, kinds
    assert len(disks) > 40

    def again(place: Path) -> None:
        result = rig.up(place)
        assert (result.error, result.failures) == (None, ())
        assert rig.picture(place) == wanted
        done = rig.effects(place)
        assert all(done[name] <= count for name, count in made.items()), done - made
        assert rig.private(place), "readable by its owner only"

    assert [name for name, place in disks.items() if not rig.fine(lambda place=place: again(place))] == []


def test_a_down_killed_at_any_boundary_is_finished_by_the_next_and_leaves_nothing(rig: Any, tmp_path: Path) -> None:
    standing = tmp_path / "standing"
    assert rig.up(standing).error is None
    disks, kinds = left_behind(rig, rig.down, standing, tmp_path)
    assert min(kinds["journal"], kinds["call"], kinds["write"]) >= 10, kinds

    def again(place: Path) -> None:
        result = rig.down(place)
        assert (result.error, result.failures) == (None, ())
        assert rig.picture(place) == []
        assert rig.private(place)

    assert [name for name, place in disks.items() if not rig.fine(lambda place=place: again(place))] == []
