"""Rosters as hospitals mail them: each works, or is refused in a sentence that says what to do."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.model import Checked
from ccdeploy.agents.report import write_report
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center

HEAD = ["Prénom", "Nom", "E-mail", "Profil de routage", "Début", "Type de téléphone", "Téléphone fixe"]
ANNA: list[Any] = ["Anna", "Noor", "anna@example.org", "helper", None, None, None]
BEN: list[Any] = ["Ben", "Moss", "ben@example.org", "helper", None, None, None]


def sheet(*rows: list[Any], change: Callable[[Any], object] = lambda _sheet: None) -> bytes:
    book = openpyxl.Workbook()
    page: Any = book.active
    for row in rows:
        page.append(row)
    change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines(*rows: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([*rows, ""]).encode(encoding)


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def hide(page: Any) -> None:
    page.row_dimensions[3].hidden = True


HUNGARIAN = "Vezetéknév;Keresztnév;E-mail cím;Profil;Csoport;Állapot", "Erdős;Győző;a@example.org;helper;Night;aktív"
POLISH = "Imię;Nazwisko;Adres e-mail;Profil;Od;Do", "Łucja;Żak;a@example.org;helper;1.12.2026;31.12.2026"
GERMAN = "Vorname;Zuname;E-Mail-Adresse;Routingprofil;Beginn;Telefonart", "Jörg;Süß;a@example.org;helper;01.12.2026;PC"
SPANISH = "Nombre;Apellidos;Correo electrónico;Perfil;Estado", "José;Núñez;a@example.org;helper;activo"

GOOD: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "titles above the header": (
        sheet(
            ["Bénévoles, semaine 47"], ["Établi le 20/11/2026"], [], HEAD, ANNA,
            change=lambda page: page.merge_cells("A1:E1"),
        ),
        [("Anna", "Noor")],
    ),
    "titles above the header of a CSV": (
        lines("Liste, provisoire", "", "Prénom;Nom;E-mail;Profil", "Anna;Noor;anna@example.org;helper"),
        [("Anna", "Noor")],
    ),
    "two header rows": (sheet(["Personne", None, "Contact"], HEAD, ANNA, BEN), [("Anna", "Noor"), ("Ben", "Moss")]),
    "blank columns": (
        sheet([None, *HEAD[:2], None, *HEAD[2:4]], [None, "Anna", "Noor", None, "anna@example.org", "helper"]),
        [("Anna", "Noor")],
    ),
    "cells with a format far below": (
        sheet(HEAD, ANNA, change=lambda page: page.cell(900, 26).__setattr__("value", " ")),
        [("Anna", "Noor")],
    ),
    "Hungarian": (lines(*HUNGARIAN, encoding="windows-1250"), [("Győző", "Erdős")]),
    "German": (lines(*GERMAN, encoding="windows-1252"), [("Jörg", "Süß")]),
    "Polish": (lines(*POLISH, encoding="windows-1250"), [("Łucja", "Żak")]),
    "Spanish": (lines(*SPANISH, encoding="windows-1252"), [("José", "Núñez")]),
    "UTF-16 with tabs": (
        lines("Prénom\tNom\tE-mail\tProfil", "Anna\tNoor\tanna@example.org\thelper", encoding="utf-16"),
        [("Anna", "Noor")],
    ),
}  # fmt: skip

BAD: dict[str, tuple[bytes, str, str]] = {  # what is mailed, the code, words of what to do
    "a note under the table": (
        lines("Prénom;Nom;E-mail;Profil", "Anna;Noor;anna@example.org;helper", "", "Total : 1 personne;;;"),
        "lone-cell", "delete the row",
    ),
    "names in one column": (
        lines("Nom et prénom;E-mail;Profil", "NOOR Anna;anna@example.org;helper"), "full-name", "split it",
    ),
    "no header": (lines("Anna;Noor;anna@example.org;helper"), "no-header", "first line must name the columns"),
    "formulas without results": (
        sheet(HEAD, [*ANNA[:2], '=LOWER(A2)&"@example.org"', *ANNA[3:]]), "formula", "paste it as values",
    ),
    "formulas that failed": (lines("Prénom;Nom;E-mail;Profil", "#N/A;Noor;a@example.org;helper"), "excel-damage",
                             "correct the formula"),
    "the same in French": (lines("Prénom;Nom;E-mail;Profil", "#NOM ?;Noor;a@example.org;helper"), "excel-damage",
                           "correct the formula"),
    "hidden rows": (sheet(HEAD, ANNA, BEN, change=hide), "hidden-rows", "delete those that are not meant"),
    "merged cells": (
        sheet(HEAD, ANNA, BEN, change=lambda page: page.merge_cells("D2:D3")), "merged-cells", "unmerge them",
    ),
    "an address as mail programs write it": (
        lines("Prénom;Nom;E-mail;Profil", "Anna;Noor;Anna Noor <anna@example.org>;helper"),
        "bad-email", 'did you mean "anna@example.org"?',
    ),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "other-document", "save it as .xlsx"),
    "a web page called .xls": (b"<html><table><tr><td>Nom</td></tr></table>", "other-document", "save it as .xlsx"),
    "an .rtf": (b"{\\rtf1\\ansi Nom}", "other-document", "save it as .xlsx"),
    "an .ods": (packed("mimetype", "content.xml"), "other-document", "save it as .xlsx"),
    "a .docx": (packed("word/document.xml"), "other-document", "save it as .xlsx"),
    "an .xlsb": (packed("xl/workbook.bin"), "other-document", "save it as .xlsx"),
    "a .zip": (packed("roster.csv"), "other-document", "save it as .xlsx"),
}  # fmt: skip


def check(center: Center, folder: Path, data: bytes) -> Checked:
    path = folder / "mailed"
    path.write_bytes(data)
    return check_rosters(center, [path])


@pytest.mark.parametrize("name", GOOD)
def test_what_can_be_read_is_read_as_it_is_meant(center: Center, tmp_path: Path, name: str) -> None:
    data, people = GOOD[name]
    checked = check(center, tmp_path, data)
    assert checked.problems == ()
    assert [(p.first_name, p.last_name) for p in checked.people] == people


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_said_once_and_with_what_to_do(center: Center, tmp_path: Path, name: str) -> None:
    data, code, words = BAD[name]
    found = [p for p in check(center, tmp_path, data).problems if p.code == code]
    assert len(found) == 1
    assert words in found[0].hint


def test_lines_above_the_header_are_named_and_the_report_marks_the_right_cells(center: Center, tmp_path: Path) -> None:
    path = tmp_path / "mailed.xlsx"
    path.write_bytes(sheet(["Liste"], [], HEAD, ANNA, [*BEN[:3], "helpr", None, None, None]))
    checked = check_rosters(center, [path])
    assert [(p.code, p.where.line, p.where.column) for p in checked.problems] == [("unknown-routing-profile", 5, 4)]
    assert any("line 1 stands above the header" in remark for remark in checked.remarks)
    write_report(checked, {checked.files[0]: path}, tmp_path / "report.xlsx")
    report: Any = openpyxl.load_workbook(tmp_path / "report.xlsx").active
    (marked,) = [row for row in report.iter_rows(values_only=True) if "helpr" in row]
    assert any("did you mean" in str(cell).lower() for cell in marked)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "html"])
def test_a_password_under_a_title_is_in_no_report(center: Center, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mailed.xlsx"
    path.write_bytes(sheet(["Liste"], [*HEAD[:4], "Mot de passe"], [*ANNA[:4], "Canary0secret"], ["note"]))
    checked = check_rosters(center, [path])
    write_report(checked, {checked.files[0]: path}, tmp_path / f"report.{kind}")
    data = (tmp_path / f"report.{kind}").read_bytes()
    if kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(map(archive.read, archive.namelist()))
    assert b"note" in data
    assert b"Canary0secret" not in data


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-12-01", dt.date(2026, 12, 1)),
        ("2026/12/01", dt.date(2026, 12, 1)),
        ("2026. 12. 01.", dt.date(2026, 12, 1)),
        ("1. 12. 2026", dt.date(2026, 12, 1)),
        ("01.12.2026", dt.date(2026, 12, 1)),
        ("1/12/2026", dt.date(2026, 12, 1)),
        ("12/31/2026", None),
        ("1/12/26", None),
        ("1 décembre 2026", None),
        ("46357", None),
    ],
)
def test_dates_of_many_countries_are_read_and_none_is_guessed(
    center: Center, tmp_path: Path, cell: str, day: dt.date | None
) -> None:
    checked = check(center, tmp_path, lines(";".join(HEAD[:5]), f"Anna;Noor;a@example.org;helper;{cell}"))
    assert [p.where.column for p in checked.problems] == ([] if day else [5])
    assert day is None or checked.people[0].terms.starts_on == day


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("01.99.00.12.34", "+33199001234"),
        ("0033 1 99 00 12 34", "+33199001234"),
        ("+33 (0)1 99 00 12 34", "+33199001234"),
        ("+330199001234", "+33199001234"),
        ("+39 06 9900 1234", "+390699001234"),
        ("'0199001234", "+33199001234"),
        ("199001234", ""),
        ("33199001234", ""),
        ("poste 4412", ""),
        ("01 99 00 12 34 / 35", ""),
    ],
)
def test_numbers_are_read_in_the_centres_country_and_never_into_somebody_elses(
    center: Center, tmp_path: Path, cell: str, number: str
) -> None:
    header = ";".join([*HEAD[:4], *HEAD[5:]])
    checked = check(center, tmp_path, lines(header, f"Anna;Noor;a@example.org;helper;desk;{cell}"))
    assert [p.where.column for p in checked.problems if p.severity == "error"] == ([] if number else [6])
    assert checked.people[0].desk_phone == number


def test_a_hungarian_o_without_evidence_is_pointed_out(folder: Path) -> None:
    center = load(folder).center
    assert center is not None
    row = "first_name;last_name;email;routing_profile\r\nGyőző;Erdős;a@example.org;helper\r\n"
    checked = check(center, folder, row.encode("windows-1250"))
    assert any("save it as CSV UTF-8" in remark and "line 2" in remark for remark in checked.remarks)


def test_a_mistake_in_thousands_of_rows_is_one_sentence(center: Center, tmp_path: Path) -> None:
    rows = [
        f"A{chr(97 + n % 26)},B{n // 26 * 'b'},u{n}@example.org,{'halper' if n % 2 else 'helper'}" for n in range(60)
    ]
    checked = check(center, tmp_path, lines("first_name,last_name,email,routing_profile", *rows))
    (problem,) = checked.problems
    assert problem.message.startswith("30 rows: routing_profile: unknown routing profile 'halper'")
    assert problem.hint == 'did you mean "helper"?'
