"""One folder holds everything that can be wrong; everything is found at once, each at its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from ccdeploy.deploy.validate import validate
from ccdeploy.specs.load import load

HERE = Path(__file__).parents[2] / "mistakes"
DAY = dt.date(2026, 11, 22)


def test_at_least_forty_different_mistakes_give_at_least_forty_lines() -> None:
    found = load(HERE / "centre", every=True, today=DAY).problems.listed()
    errors = [p for p in found if p.severity == "error"]
    assert len({p.code for p in errors}) >= 40
    assert len({(p.where.file, p.where.line) for p in errors}) >= 60
    assert {p.where.file.split("/")[0] for p in errors} == {"center.yaml", "flows", "texts", "calls"}


def test_every_problem_has_a_place_and_says_what_is_wrong() -> None:
    for problem in load(HERE / "centre", every=True, today=DAY).problems.listed():
        assert problem.where.file
        assert problem.where.line
        assert problem.message
        assert "Traceback" not in problem.message
        assert len(problem.message) < 200


def test_the_mistakes_read_as_reviewed(golden: Callable[[Path, str], None]) -> None:
    found = load(HERE / "centre", every=True, today=DAY).problems.listed()
    golden(HERE / "problems.txt", "\n".join(str(p) for p in found) + "\n")


def test_nothing_is_written_into_the_folder() -> None:
    before = {path: path.stat().st_mtime_ns for path in HERE.rglob("*")}
    load(HERE / "centre", every=True, today=DAY)
    assert {path: path.stat().st_mtime_ns for path in HERE.rglob("*")} == before


def test_validate_finds_the_mistakes_of_flows_and_rosters_with_them() -> None:
    found = validate(HERE / "centre", today=DAY).problems
    errors = [p for p in found if p.severity == "error"]
    assert len(errors) >= 110
    assert len({p.code for p in errors}) >= 55
    assert {p.where.file.split("/")[0] for p in errors} == {"center.yaml", "flows", "texts", "calls", "rosters"}
    assert {"unknown-verb", "two-verbs", "unreachable"} <= {p.code for p in errors}
    assert all(p.where.line for p in errors)
