"""Whatever a spreadsheet wrote is read; whatever is no roster is one clear problem."""

from __future__ import annotations

import datetime as dt
import os
import random
import unicodedata
from pathlib import Path

import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.headers import read_header, words
from ccdeploy.agents.model import Checked
from ccdeploy.agents.read import MAX_CELL, Unreadable, open_table
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXT = "Prénom;Nom;E-mail;Profil de routage\r\nÉlodie;Müller;elodie@example.org;helper\r\n"
PLAIN = TEXT.replace(";", ",")


def read(center: Center | None, folder: Path, data: bytes, name: str = "a.csv") -> Checked:
    path = folder / name
    path.write_bytes(data)
    return check_rosters(center, [path])


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("windows-1252"),
        PLAIN.encode(),
        PLAIN.encode("windows-1252"),
        TEXT.replace(";", "\t").encode(),
        ("sep=;\r\n" + TEXT).encode("windows-1252"),
        ("SEP=,\n" + PLAIN).encode(),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        ("\r\n\r\n" + TEXT).encode(),
        TEXT.replace("\r\n", ";;;\r\n").encode() + b";;;;;;\r\n" * 3,
        TEXT.replace("Élodie", " Élodie\u00a0").encode(),
        TEXT.replace("É", "E\u0301").encode(),
        TEXT.replace("Élodie", '"Élodie"').encode(),
        TEXT.replace("Prénom;Nom;E-mail", "PRENOM;NOM ;e mail").encode(),
    ],
)
def test_every_dialect_gives_the_same_person(center: Center, tmp_path: Path, data: bytes) -> None:
    checked = read(center, tmp_path, data)
    assert checked.problems == ()
    (person,) = checked.people
    assert (person.first_name, person.last_name, person.email) == ("Élodie", "Müller", "elodie@example.org")


def test_lines_are_those_of_the_file(center: Center, tmp_path: Path) -> None:
    text = (
        "sep=;\r\nemail;first_name;last_name;routing_profile;notes\r\n\r\n"
        'a@example.org;Anna;Bee;helper;"two\r\nlines"\r\nbad;Bert;Cee;helper;\r\n'
    )
    (problem,) = read(center, tmp_path, text.encode()).problems
    assert problem.where.line == 6


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"\r\n \r\n", "empty-file"),
        (b"\xef\xbb\xbf\r\n", "empty-file"),
        (bytes(range(256)) * 40, "binary"),
        (b"a,b\0c\n", "binary"),
        (b"\xef\xbb\xbfemail,first_name\n\xff\xfe", "encoding"),
        (b"PK\x03\x04 this is no zip", "bad-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old-excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600,
            "locked-excel",
        ),
        (b'email,first_name,last_name,routing_profile\n"a@example.org,Anna', "open-quote"),
        (b'email,first_name,last_name,routing_profile\n"a"b,Anna,B,helper\n', "stray-quote"),
        (b"email,first_name,last_name,routing_profile\n" + b"a" * 40_000 + b",A,B,helper\n", "long-cell"),
        (b"\x1f\x8b\x08" + bytes(range(200)), "binary"),
        (b"x\n" * 50_000, "no-header"),
    ],
)
def test_what_is_no_roster_is_one_clear_problem(center: Center, tmp_path: Path, data: bytes, code: str) -> None:
    checked = read(center, tmp_path, data)
    assert [p.code for p in checked.problems] == [code]
    assert checked.people == ()


def test_a_folder_and_a_missing_file_are_clear_problems(center: Center, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    codes = [p.code for p in check_rosters(center, [tmp_path / "folder.csv", tmp_path / "gone.csv"]).problems]
    assert codes == ["not-a-file", "missing-file"]


def test_a_device_is_not_read(center: Center) -> None:
    assert [p.code for p in check_rosters(center, [Path("/dev/zero")]).problems] == ["not-a-file"]


def test_a_huge_file_is_refused_before_it_is_read(center: Center, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        os.ftruncate(file.fileno(), 2 * 1024**3)
    assert [p.code for p in check_rosters(center, [path]).problems] == ["too-large"]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


HEAD: list[object] = ["Email", "First name", "Last name", "Routing profile", "Starts on", "Phone type", "Desk phone"]
ANNA: list[object] = ["anna@example.org", "Anna", "Bee", "helper", dt.datetime(2026, 3, 1), None, None]


def test_a_workbook_is_read_with_its_dates_and_rows(center: Center, tmp_path: Path) -> None:
    bert: list[object] = ["bert@example.org", "Bert", "Cee", "nope", None, None, None]
    path = workbook(tmp_path / "a.xlsx", {"People": [HEAD, ANNA, [], bert], "Notes": [["hello"]]})
    checked = check_rosters(center, [path])
    assert checked.people[0].terms.starts_on == dt.date(2026, 3, 1)
    assert [(p.code, p.where.line, p.where.column) for p in checked.problems] == [("unknown-routing-profile", 4, 4)]


def test_a_number_that_a_workbook_made_of_a_phone_is_refused(center: Center, tmp_path: Path) -> None:
    row: list[object] = [*ANNA[:5], "desk", 199001234]
    (problem,) = check_rosters(center, [workbook(tmp_path / "a.xlsx", {"P": [HEAD, row]})]).problems
    assert (problem.code, problem.where.column) == ("excel-damage", 7)


def test_of_several_rosters_in_a_workbook_one_is_asked_for_by_name(center: Center, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"One": [HEAD, ANNA], "Two": [HEAD, ANNA, ANNA]})
    (problem,) = check_rosters(center, [path]).problems
    assert problem.code == "which-sheet"
    assert "a.xlsx#One" in problem.hint
    assert len(check_rosters(center, [Path(f"{path}#One")]).people) == 1
    assert [p.code for p in check_rosters(center, [Path(f"{path}#Three")]).problems] == ["unknown-sheet"]


def test_a_workbook_cut_anywhere_never_gives_a_traceback(center: Center, tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", {"One": [HEAD, ANNA]}).read_bytes()
    for at in range(4, len(whole), max(len(whole) // 40, 1)):
        assert read(center, tmp_path, whole[:at], "cut.xlsx").errors


def test_no_bytes_give_a_traceback(center: Center, tmp_path: Path) -> None:
    dice = random.Random(7)
    good = TEXT.encode("windows-1252")
    for _ in range(300):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 30)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        read(center, tmp_path, bytes(data))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(max_size=30), min_size=4, max_size=6))
def test_no_cells_give_a_traceback(center: Center, tmp_path: Path, cells: list[str]) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows(
        [["email", "first_name", "last_name", "routing_profile", "tags", "hierarchy_group"], cells]
    )
    read(center, tmp_path, out.getvalue().encode("utf-8", "surrogatepass"))


def test_no_spelling_of_a_header_means_two_columns() -> None:
    import json
    from importlib import resources

    from ccdeploy.agents.headers import loose

    for name in ("headers", "words"):
        table = json.loads(resources.files("ccdeploy.agents").joinpath(f"{name}.json").read_text("utf-8"))
        seen: dict[str, str] = {}
        for meaning, spellings in table.items():
            for spelling in [meaning, *spellings]:
                assert seen.setdefault(loose(spelling), meaning) == meaning, (name, spelling)
    assert words("headers")["prenom"] == "first_name"


def test_header_names_match_without_accents_case_and_marks() -> None:
    cells = ["PRÉNOM", "Nom de  famille", "e mail", "Contraseña", "Gruppo", "Sicherheits-Profil", "Início", ""]
    assert list(read_header(cells).index) == [
        "first_name",
        "last_name",
        "email",
        "password",
        "hierarchy_group",
        "security_profiles",
        "starts_on",
    ]


NAMES = [
    ("Łukasz", "Żółkiewski", "central"),
    ("Świętosława", "Gżegżółka", "central"),
    ("Jiří", "Šťastný", "central"),
    ("Tomáš", "Dvořák", "central"),
    ("Zoë", "Müller-Lüdenscheidt", "western"),
    ("Mª José", "Núñez", "western"),
    ("Søren", "Ørsted", "western"),
    ("Päivi", "Šimäkinen", "western"),
    ("Eloïse", "Lefèvre", "western"),
    ("João", "Simões", "western"),
]


@pytest.mark.parametrize(("first", "last", "side"), NAMES)
def test_names_of_central_and_western_europe_are_told_apart_by_their_letters(
    center: Center, tmp_path: Path, first: str, last: str, side: str
) -> None:
    encoding = "windows-1250" if side == "central" else "windows-1252"
    text = f"email;first_name;last_name;routing_profile\r\na@example.org;{first};{last};helper\r\n"
    checked = read(center, tmp_path, text.encode(encoding))
    assert checked.problems == ()
    assert (checked.people[0].first_name, checked.people[0].last_name) == (first, last)
    assert any("Windows-1250" in remark for remark in checked.remarks) == (side == "central")


def test_where_the_centre_speaks_polish_a_file_without_a_mark_is_central_european(folder: Path) -> None:
    text = (folder / "center.yaml").read_text("utf-8").replace("en-GB, voice: Amy", "pl-PL, voice: Ola")
    (folder / "center.yaml").write_text(text, "utf-8")
    center = load(folder).center
    assert center is not None
    row = "email;first_name;last_name;routing_profile\r\na@example.org;Nándor;Erdős;helper\r\n"
    assert read(center, folder, row.encode("windows-1250")).people[0].last_name == "Erdős"


LINES = st.lists(
    st.tuples(
        st.text("aé,; .\t|0\x0b\x0c\x1c\x85\u2028\u00a0", max_size=8), st.sampled_from(["\n", "\r\n", "\r", "\n\n"])
    ),
    max_size=8,
)


@given(LINES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_without_a_quote_are_those_of_the_csv_module(tmp_path: Path, lines: list[tuple[str, str]]) -> None:
    body = "".join(text + end for text, end in lines)
    path = tmp_path / "a.csv"
    plain = f"sep=,\nfirst_name,last_name,email\n{body}"
    path.write_text(plain, encoding="utf-8", newline="")
    quick = list(open_table(path, "a.csv").rows)
    path.write_text(plain + '"x",y\n', encoding="utf-8", newline="")  # one quote, and the csv module reads it all
    slow = list(open_table(path, "a.csv").rows)
    assert slow[:-1] == quick
    assert slow[-1][1] == ["x", "y"]


def test_a_cell_that_no_spreadsheet_holds_is_refused_with_and_without_quotes_in_the_file(tmp_path: Path) -> None:
    for quote in ("", '"'):
        path = tmp_path / f"a{len(quote)}.csv"
        text = f"first_name,last_name,email\n{quote}a{quote},b,c\nd,{'x' * (MAX_CELL + 1)},e\n"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Unreadable) as caught:
            list(open_table(path, "a.csv").rows)
        assert (caught.value.code, caught.value.where.line) == ("long-cell", 3)


CELL = st.text("aZé9_.@ -'’ÃÂ\u0301\u00a0=²ªǅ١", max_size=9)


@given(CELL, CELL, CELL, CELL)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_said_of_a_row_does_not_depend_on_how_the_rows_before_it_were_read(
    tmp_path: Path, username: str, mail: str, first: str, last: str
) -> None:
    head = ["username;email;first_name;last_name;routing_profile", "good.one;good@example.org;Anna;Bell;helper"]
    row = f"{username};{mail};{first};{last};helper"
    (tmp_path / "after.csv").write_text("\n".join([*head, row]), encoding="utf-8")  # the quick way is open
    (tmp_path / "alone.csv").write_text("\n".join([head[0], row]), encoding="utf-8")
    after, alone = (check_rosters(None, [tmp_path / f"{name}.csv"]) for name in ("after", "alone"))
    told = [(p.code, p.message, p.where.column) for p in after.problems]
    assert told == [(p.code, p.message, p.where.column) for p in alone.problems]
    assert [p[:4] for p in after.people[1:]] == [p[:4] for p in alone.people]
    for person in after.people:
        assert all(unicodedata.is_normalized("NFC", name) for name in (person.first_name, person.last_name))


@pytest.mark.parametrize(
    "header",
    [
        "E-mailadres;Voornaam;Achternaam;Routeringsprofiel",
        "E-postadress;Förnamn;Efternamn;Routningsprofil",
        "E-post;Fornavn;Etternavn;Routing profile",
        "Sähköposti;Etunimi;Sukunimi;Routing profile",
    ],
)
def test_headers_of_the_north_are_known_too(center: Center, tmp_path: Path, header: str) -> None:
    checked = read(center, tmp_path, f"{header}\r\na@example.org;Åsa;de Vries;helper\r\n".encode("windows-1252"))
    assert checked.problems == ()
    assert checked.people[0].last_name == "de Vries"


def test_an_address_with_a_space_in_it_is_one_address(center: Center, tmp_path: Path) -> None:
    header = "email;first_name;last_name;routing_profile\n"
    checked = read(center, tmp_path, f"{header}anna @example.org;Anna;Bell;helper\n".encode())
    assert [p.hint for p in checked.problems] == ['did you mean "anna@example.org"?']
    checked = read(center, tmp_path, f"{header}anna@example.org bob@example.org;Anna;Bell;helper\n".encode())
    assert "more than one address" in checked.problems[0].message
