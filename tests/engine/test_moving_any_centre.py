"""Any centre moves to Pulumi and back, and from a file, and no preview shows a change: the example and generated ones."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from generated_centres import add_ring, change_hours, cross_queues, draft, rename_queue, replace_profile

pytestmark = pytest.mark.skipif("CCDEPLOY_TORTURE" not in os.environ, reason="minutes: make parity runs it")
ROOT = Path(__file__).resolve().parents[2]
PULUMI = ("--engine", "pulumi", "--json")
CHANGES = ("create", "update", "replace", "delete")


@pytest.fixture(params=["example", 0, 4, 9])
def moved(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A folder with a centre, `ccdeploy` run in it, and what it was drawn from, None for the example."""
    from conftest import Centre

    place = tmp_path / "place"
    if request.param == "example":
        shutil.copytree(
            ROOT / "examples" / "hospital-follow-up", place, ignore=shutil.ignore_patterns(".ccdeploy", "rosters")
        )
        shutil.copytree(ROOT / "examples" / "hospital-follow-up" / "rosters", place / "rosters")
        made = None
    else:
        made = draft(request.param)
        made.write(place)
    centre = Centre(place)
    yield centre, made
    centre("sandbox", "stop", code=None)


def no_change(plan: Any) -> None:
    assert [plan["changes"][word] for word in CHANGES] == [0, 0, 0, 0], plan["changes"]


def test_it_moves_to_pulumi_changes_there_moves_back_and_comes_from_a_file(moved: Any, tmp_path: Path) -> None:
    centre, made = moved
    centre("up", "--json")
    before = centre.mutations()
    assert centre("state", "export", "--to", "pulumi", "--json").json["moved"]
    no_change(centre("preview", *PULUMI).json)
    assert centre.mutations() == before
    if made is not None:
        for edit in (rename_queue, replace_profile, add_ring, cross_queues, change_hours):
            assert edit(made, random.Random(1))
        made.write(centre.folder)
        assert any(centre("up", *PULUMI).result["changes"][word] for word in CHANGES)
    stands = centre("state", "export", "--engine", "pulumi").json
    assert centre("state", "export", "--to", "embedded", *PULUMI).json["moved"]
    no_change(centre("preview", "--json").json)
    # Forgotten by us, and taken from what the CLI holds.
    whole = tmp_path / "state.json"
    whole.write_text(json.dumps(stands), encoding="utf-8")
    shutil.rmtree(centre.folder / ".ccdeploy" / "stacks")
    assert centre("state", "import", "--file", str(whole), "--json").json["resources"] > 40
    no_change(centre("preview", "--no-rosters", "--json").json)
