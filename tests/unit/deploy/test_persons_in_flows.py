"""People whom flows and quick connects name are looked up in the rosters before anything is created."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ccdeploy.deploy.validate import validate

RICH = Path(__file__).parents[2] / "centres" / "rich"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("flows/welcome.yaml", "agent: dana.meyer", "agent: dana.mayer", ("error", "unknown-person")),
        ("rosters/people.csv", "dana.meyer,", "dana.other,", ("error", "unknown-person")),
        ("center.yaml", "{agent: dana.meyer}", "{agent: dana.mayer}", ("warning", "unknown-person")),
    ],
)
def test_somebody_whom_no_roster_has_is_told_where_the_name_stands(
    tmp_path: Path, file: str, old: str, new: str, told: tuple[str, str]
) -> None:
    folder = tmp_path / "rich"
    shutil.copytree(RICH, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    found = [p for p in validate(folder, overlays=False).problems if p.code == "unknown-person"]
    assert told in [(p.severity, p.code) for p in found]
    line = (folder / found[0].where.file).read_text(encoding="utf-8").splitlines()[found[0].where.line - 1]
    assert "dana" in line
    assert len(found) == (2 if "csv" in file else 1)


def test_somebody_who_is_away_is_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "rich"
    shutil.copytree(RICH, folder)
    roster = folder / "rosters" / "people.csv"
    head, dana, *rest = roster.read_text(encoding="utf-8").splitlines()
    away = [f"{head},status", f"{dana},suspended", *(f"{line},active" for line in rest)]
    roster.write_text("\n".join(away) + "\n", encoding="utf-8")
    found = [p for p in validate(folder, overlays=False).problems if '"dana.meyer" is suspended' in p.message]
    assert [(p.severity, p.code, p.where.file) for p in found] == [("warning", "H11", "flows/welcome.yaml")]
