"""Any centre moves to Pulumi and back, and from a file, without a change: the example and generated ones."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from generated_centres import Draft, add_ring, change_hours, cross_queues, draft, rename_queue, replace_profile

pytestmark = pytest.mark.skipif("CCDEPLOY_TORTURE" not in os.environ, reason="minutes: make parity runs it")
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "hospital-follow-up"
PULUMI = ("--engine", "pulumi", "--json")
CHANGES = ("create", "update", "replace", "delete")


@pytest.fixture(params=["example", 0, 4, 9])
def moved(request: pytest.FixtureRequest, centre: Any) -> tuple[Any, Draft | None]:
    """A folder with a centre and `ccdeploy` run in it; what it was drawn from, None for the example."""
    shutil.rmtree(centre.folder)
    if request.param == "example":
        shutil.copytree(EXAMPLE, centre.folder, ignore=shutil.ignore_patterns(".ccdeploy"))
        return centre, None
    made = draft(request.param)
    made.write(centre.folder)
    return centre, made


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
