"""What a supervisor opens: the roster with its bad cells marked, or a page; and who would change."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.model import Checked
from ccdeploy.agents.plan_report import write_plan_report
from ccdeploy.agents.report import check_name, write_report
from ccdeploy.specs.errors import Refused
from ccdeploy.specs.model import Center

from .conftest import World, row

BAD = (
    "email,first_name,last_name,routing_profile,password\n"
    "x,=1+1,Bee,helper,Canary12345\n"
    "a@example.org,Anna,Bee,helper,\n"
    "b@example.org,Bert,Cee,<script>,Canary12345\n"
)
RED, YELLOW = "FFF4B6B6", "FFFFF2B3"


def checked_file(center: Center, folder: Path, text: str = BAD, name: str = "a.csv") -> tuple[Checked, dict[str, Path]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return check_rosters(center, [path]), {name: path}


def sheet_of(path: Path, title: str = "") -> Any:
    book = openpyxl.load_workbook(path)
    return book[title] if title else book.active


def coloured(sheet: Any, colour: str) -> list[str]:
    return [c.coordinate for r in sheet.iter_rows() for c in r if c.fill.fill_type and c.fill.fgColor.rgb == colour]


def test_a_workbook_marks_bad_cells_says_what_to_do_and_runs_no_formula(center: Center, folder: Path) -> None:
    out = folder / "report.xlsx"
    write_report(*checked_file(center, folder), out)
    sheet = sheet_of(out)
    assert coloured(sheet, RED) == ["A2", "B2", "C2", "A4", "E4"]
    assert coloured(sheet, YELLOW) == ["A1", "F1"]  # the password column
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")
    assert "first_name: '=1+1' begins like a formula. Cells that begin with =" in sheet["A2"].value
    assert sheet["A3"].value is None
    assert sheet.freeze_panes == "B2"


def test_a_table_names_the_bad_cells_of_each_row(center: Center, folder: Path) -> None:
    out = folder / "report.csv"
    write_report(*checked_file(center, folder), out)
    text = out.read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:3] == ["que faire / what to do", "cellules à corriger / bad cells", "email"]
    assert rows[1][1] == "password"
    assert rows[2][1] == "email, first_name"
    assert rows[2][3] == "'=1+1"
    assert rows[3][:2] == ["", ""]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "html"])
def test_no_report_shows_a_password(center: Center, folder: Path, kind: str) -> None:
    out = folder / f"report.{kind}"
    write_report(*checked_file(center, folder), out)
    shown = out.read_bytes()
    if kind == "xlsx":
        shown = repr(list(sheet_of(out).values)).encode()
    assert b"Canary" not in shown
    assert (b"[secret]" in shown) == (kind != "html")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_corrected_report_is_a_roster(center: Center, folder: Path, kind: str) -> None:
    out = folder / f"report.{kind}"
    text = BAD.replace(",password\n", "\n").replace(",Canary12345\n", "\n").replace(",helper,\n", ",helper\n")
    write_report(*checked_file(center, folder, text), out)
    if kind == "xlsx":
        book = openpyxl.load_workbook(out)
        sheet: Any = book.active
        sheet["B2"], sheet["C2"], sheet["E4"] = "x@example.org", "Xaver", "helper"
        book.save(out)
    else:
        mended = out.read_text("utf-8-sig").replace(",x,'=1+1", ",x@example.org,Xaver").replace("<script>,", "helper,")
        mended = "\n".join(line.replace("<script>", "helper") for line in mended.splitlines())
        out.write_text(mended, "utf-8")
    again = check_rosters(center, [out])
    assert [str(p) for p in again.problems] == []
    assert [p.first_name for p in again.people] == ["Xaver", "Anna", "Bert"]


def test_a_mistake_that_fills_a_column_is_told_once_and_marked_in_every_row(center: Center, folder: Path) -> None:
    rows = [f"p{n}@example.org,A,B,Nures" for n in range(300)]
    header = "email,first_name,last_name,routing_profile"
    checked, paths = checked_file(center, folder, "\n".join([header, *rows, ""]))
    assert len(checked.problems) == 1
    write_report(checked, paths, folder / "report.xlsx")
    assert len(coloured(sheet_of(folder / "report.xlsx"), RED)) == 600


def test_each_roster_has_a_sheet_and_an_unreadable_one_says_why(center: Center, folder: Path) -> None:
    paths = {}
    for name, text in {"a.csv": BAD, "b.csv": "", "c[1].csv": BAD}.items():
        paths[name] = folder / name
        paths[name].write_text(text, encoding="utf-8")
    checked = check_rosters(center, list(paths.values()))
    for kind in ("xlsx", "csv", "html"):
        write_report(checked, paths, folder / f"report.{kind}")
    assert openpyxl.load_workbook(folder / "report.xlsx").sheetnames == ["a.csv", "b.csv", "c-1-.csv"]
    assert "the file is empty" in sheet_of(folder / "report.xlsx", "b.csv")["A1"].value
    assert "the file is empty" in (folder / "report.csv").read_text("utf-8-sig")


def test_a_page_escapes_what_it_shows_and_names_cells_as_a_spreadsheet_does(center: Center, folder: Path) -> None:
    out = folder / "report.html"
    write_report(*checked_file(center, folder), out)
    page = out.read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert '<td class="place">D4</td>' in page
    assert "3 errors, 1 warning." in page


def test_a_report_needs_a_known_kind_and_overwrites_nothing(folder: Path) -> None:
    with pytest.raises(Refused, match="spreadsheet or a page"):
        check_name(folder / "report.pdf")
    (folder / "there.xlsx").touch()
    with pytest.raises(Refused, match="already"):
        check_name(folder / "there.xlsx")


@pytest.mark.parametrize("kind", ["xlsx", "csv", "html"])
def test_a_plan_says_who_leaves_first_and_who_comes(world: World, kind: str) -> None:
    stay = [row(f"s{n}x") for n in range(12)]
    world.apply(world.roster(row("leaver"), row("mover", "nurse", "fr"), *stay))
    plan = world.plan(world.roster(row("mover", "nurse", "fr|en"), row("newcomer"), *stay))
    out = world.folder / f"plan.{kind}"
    write_plan_report(plan, out)
    text = repr(list(sheet_of(out).values)) if kind == "xlsx" else out.read_text("utf-8-sig")
    places = [text.index(name) for name in ("leaver", "newcomer", "mover")]
    assert places == sorted(places)
    assert "the row is gone" in text
    assert "s3x" not in text
    if kind != "csv":
        assert "1 suspended, 1 new, 1 moved, 12 unchanged" in text
