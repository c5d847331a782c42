"""Every kind of mistake: one file, one bad cell, one problem: line, column, the cell, the cure."""

from __future__ import annotations

from pathlib import Path

import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.phones import _simple, read_phone
from ccdeploy.specs.model import Center

COLUMNS = [
    *["username", "email", "first_name", "last_name", "routing_profile", "languages", "security_profiles"],
    *["hierarchy_group", "status", "starts_on", "ends_on", "phone_type", "desk_phone", "auto_accept"],
    *["after_contact_work", "skills", "tags"],
]
GOOD = {
    "username": "anna.b",
    "email": "anna@example.org",
    "first_name": "Anna",
    "last_name": "Bé",
    "routing_profile": "helper",
}

# (the changed cells, the column that is named, code, a piece of the message, a piece of the hint)
KINDS: list[tuple[dict[str, str], str, str, str, str]] = [
    ({"username": "a" * 21}, "username", "username-too-long", "21 characters", "20"),
    ({"username": "anna b"}, "username", "bad-username", "space", 'did you mean "anna.b"'),
    ({"username": "ann@a"}, "username", "bad-username", "@", "e-mail address"),
    ({"username": "änna"}, "username", "bad-username", "ä", 'did you mean "anna"'),
    ({"username": "=anna"}, "username", "formula", "'=anna'", "without it"),
    ({"username": "", "first_name": "Ω", "last_name": "Ψ"}, "username", "username-needed", "Latin", "username column"),
    ({"email": ""}, "email", "missing-cell", "blank", "every person"),
    ({"email": "anna"}, "email", "bad-email", "'anna'", "one @"),
    ({"email": "anna@@example.org"}, "email", "bad-email", "anna@@", "one @"),
    ({"email": "anna@example"}, "email", "bad-email", "anna@example", ""),
    ({"email": "anna@example,org"}, "email", "bad-email", "example,org", 'did you mean "anna@example.org"'),
    ({"email": "anna@example .org"}, "email", "bad-email", "example .org", 'did you mean "anna@example.org"'),
    ({"email": "a@example.org; b@example.org"}, "email", "bad-email", "more than one", "one"),
    ({"email": "an..na@example.org"}, "email", "bad-email", "an..na", ""),
    ({"email": "@anna@example.org"}, "email", "formula", "'@anna", "without it"),
    ({"first_name": ""}, "first_name", "missing-cell", "blank", "every person"),
    ({"last_name": "\u00a0"}, "last_name", "missing-cell", "blank", "every person"),
    ({"first_name": "=1+1"}, "first_name", "formula", "'=1+1'", "without it"),
    ({"first_name": "+Anna"}, "first_name", "formula", "'+Anna'", "without it"),
    ({"first_name": "-Anna"}, "first_name", "formula", "'-Anna'", "without it"),
    ({"first_name": "@Anna"}, "first_name", "formula", "'@Anna'", "without it"),
    ({"first_name": "A" * 256}, "first_name", "name-too-long", "256", "255"),
    ({"last_name": "A" * 301}, "last_name", "name-too-long", "301", "300"),
    ({"first_name": "Anna\u202e"}, "first_name", "control-character", "right-to-left override", "again"),
    ({"first_name": "An\u200bna"}, "first_name", "control-character", "zero width space", "again"),
    ({"first_name": "An\x07na"}, "first_name", "control-character", "invisible", "again"),
    ({"first_name": "An\tna"}, "first_name", "control-character", "tab", "again"),
    ({"first_name": "An\nna"}, "first_name", "line-break", "line break", "one line"),
    ({"last_name": "BÃ©"}, "last_name", "encoding-damage", "damaged", "UTF-8"),
    ({"last_name": "B\ufffd"}, "last_name", "encoding-damage", "damaged", "UTF-8"),
    ({"first_name": "12345"}, "first_name", "bad-name", "number", "shifted"),
    ({"first_name": "6,12E+08"}, "first_name", "bad-name", "number", "shifted"),
    ({"last_name": "b@example.org"}, "last_name", "bad-name", "e-mail", "shifted"),
    ({"routing_profile": ""}, "routing_profile", "missing-cell", "blank", "nurse, helper"),
    ({"routing_profile": "Nures"}, "routing_profile", "unknown-routing-profile", "'Nures'", 'did you mean "nurse"'),
    ({"routing_profile": "nurse"}, "languages", "no-such-combination", "asks for languages", "fr, fr|en"),
    ({"routing_profile": "nurse", "languages": "en"}, "languages", "no-such-combination", "'en'", "fr, fr|en"),
    ({"languages": "de"}, "languages", "unknown-language", "'de'", "en"),
    ({"routing_profile": "bare"}, "security_profiles", "no-security-profile", "nothing says", "agents"),
    ({"security_profiles": "volunter"}, "security_profiles", "unknown-security-profile", "volunter", '"volunteer"'),
    ({"hierarchy_group": "Paris/Dya"}, "hierarchy_group", "unknown-group", "'Paris/Dya'", '"Paris/Day"'),
    ({"hierarchy_group": "Day"}, "hierarchy_group", "ambiguous-group", "2 groups", "Paris/Day, Lyon/Day"),
    ({"status": "activ"}, "status", "bad-word", "'activ'", '"active"'),
    ({"starts_on": "31/02/2026"}, "starts_on", "bad-date", "does not exist", "day and month"),
    ({"starts_on": "03/25/2026"}, "starts_on", "bad-date", "no month 25", '"2026-03-25"'),
    ({"starts_on": "1/2/26"}, "starts_on", "bad-date", "two digits", "four"),
    ({"starts_on": "soon"}, "starts_on", "bad-date", "'soon'", "2026-04-30"),
    ({"ends_on": "46000"}, "ends_on", "excel-damage", "46000", "2025-12-09"),
    ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "ends_on", "dates-reversed", "before it starts", "exchange"),
    ({"phone_type": "hard"}, "phone_type", "bad-word", "'hard'", "soft"),
    ({"phone_type": "desk"}, "desk_phone", "missing-cell", "needs its number", "desk_phone"),
    ({"phone_type": "desk", "desk_phone": "6,12E+08"}, "desk_phone", "excel-damage", "6,12E+08", "text"),
    ({"phone_type": "desk", "desk_phone": "199001234"}, "desk_phone", "excel-damage", "leading zero", "0199001234"),
    ({"phone_type": "desk", "desk_phone": "33199001234"}, "desk_phone", "excel-damage", "plus sign", "+33199001234"),
    ({"phone_type": "desk", "desk_phone": "01 99 00"}, "desk_phone", "bad-phone", "too few", "+33"),
    ({"phone_type": "desk", "desk_phone": "ask Anna"}, "desk_phone", "bad-phone", "'ask Anna'", "digits only"),
    ({"phone_type": "desk", "desk_phone": "0199001234 ext 5"}, "desk_phone", "bad-phone", "ext 5", "extensions"),
    (
        {"phone_type": "desk", "desk_phone": "0199001234", "auto_accept": "yes"},
        "auto_accept",
        "auto-accept-desk",
        "desk phone",
        "soft",
    ),
    ({"desk_phone": "0199001234"}, "desk_phone", "phone-unused", "not used", "desk"),
    ({"auto_accept": "maybe"}, "auto_accept", "bad-word", "'maybe'", "yes"),
    ({"after_contact_work": "soon"}, "after_contact_work", "bad-duration", "'soon'", "60s"),
    ({"after_contact_work": "90d"}, "after_contact_work", "bad-duration", "longer", "2000000"),
    ({"after_contact_work": "0"}, "after_contact_work", "endless-work", "no limit", "60s"),
    ({"skills": "tv"}, "skills", "bad-skill", "'tv'", "product=fibre:4"),
    ({"skills": "product=tv"}, "skills", "bad-skill", "'product=tv'", "level"),
    ({"skills": "product=tv:6"}, "skills", "bad-skill", "no level", "1 to 5"),
    ({"skills": "product=tv:2|product=tv:3"}, "skills", "bad-skill", "twice", "one"),
    ({"skills": "prodct=tv:2"}, "skills", "unknown-skill", "'prodct'", '"product"'),
    ({"skills": "product=vt:2"}, "skills", "unknown-skill", "'vt'", "known: fibre, tv"),
    (
        {"skills": "|".join(f"product=v{n}:1" for n in range(11))},
        "skills",
        "too-many-skills",
        "11 languages and skills",
        "10",
    ),
    ({"tags": "night"}, "tags", "bad-tag", "'night'", "shift=night"),
    ({"tags": "aws:x=1"}, "tags", "bad-tag", "reserved", "prefix"),
    ({"tags": "a=1|a=2"}, "tags", "bad-tag", "twice", "one"),
    ({"tags": "=x"}, "tags", "bad-tag", "'=x'", "shift=night"),
]


def write(path: Path, *rows: dict[str, str], columns: list[str] = COLUMNS) -> Path:
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([[row.get(c, "") for c in columns] for row in rows])
    return path


@pytest.mark.parametrize(("cells", "column", "code", "said", "hint"), KINDS, ids=lambda v: str(v)[:24])
def test_a_mistake_is_named_with_its_cell_and_its_cure(
    center: Center, tmp_path: Path, cells: dict[str, str], column: str, code: str, said: str, hint: str
) -> None:
    checked = check_rosters(center, [write(tmp_path / "a.csv", {**GOOD, **cells})])
    problem = next((p for p in checked.problems if p.code == code), None)
    assert problem is not None, [str(p) for p in checked.problems]
    assert (problem.where.file, problem.where.line) == ("a.csv", 2)
    assert problem.where.column == COLUMNS.index(column) + 1
    assert problem.message.startswith(f"{column}: ")
    assert said in problem.message
    assert hint in problem.hint


def test_a_good_row_has_no_problem(center: Center, tmp_path: Path) -> None:
    checked = check_rosters(center, [write(tmp_path / "a.csv", GOOD)])
    assert checked.problems == ()
    assert checked.people[0].terms.after_contact_work == 90


def test_all_mistakes_of_a_row_are_reported_at_once(center: Center, tmp_path: Path) -> None:
    cells = {
        "username": "a b",
        "email": "x",
        "first_name": "",
        "routing_profile": "nope",
        "status": "?",
        "starts_on": "x",
    }
    checked = check_rosters(center, [write(tmp_path / "a.csv", {**GOOD, **cells})])
    assert {p.where.column for p in checked.problems} == {1, 2, 3, 5, 9, 10}


def test_one_mistake_that_fills_a_column_is_one_problem(center: Center, tmp_path: Path) -> None:
    rows = [
        {**GOOD, "username": f"u{n}", "email": f"u{n}@example.org", "routing_profile": "Nures"} for n in range(4212)
    ]
    checked = check_rosters(center, [write(tmp_path / "a.csv", *rows)])
    (problem,) = [p for p in checked.problems if p.code == "unknown-routing-profile"]
    assert problem.message == "4,212 rows: routing_profile: unknown routing profile 'Nures' (lines 2, 3, 4, …)"
    assert problem.hint == 'did you mean "nurse"?'


def test_different_mistakes_of_one_kind_are_listed_and_then_counted(center: Center, tmp_path: Path) -> None:
    rows = [{**GOOD, "username": f"u{n}", "email": f"u{n}"} for n in range(400)]
    found = [p for p in check_rosters(center, [write(tmp_path / "a.csv", *rows)]).problems if p.code == "bad-email"]
    assert len(found) == 201
    assert any(p.message.startswith("200 more rows") for p in found)


def test_a_username_in_two_files_names_both_lines(center: Center, tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", GOOD)
    two = write(tmp_path / "two.csv", {**GOOD, "username": "ANNA.B", "email": "other@example.org"})
    (problem,) = check_rosters(center, [one, two]).problems
    assert (problem.code, str(problem.where)) == ("duplicate-username", "two.csv:2:1")
    assert "one.csv:2" in problem.message


def test_usernames_that_only_look_different_are_the_same(center: Center, tmp_path: Path) -> None:
    wide = {**GOOD, "username": "ａnna.b", "email": "other@example.org"}
    codes = {p.code for p in check_rosters(center, [write(tmp_path / "a.csv", GOOD, wide)]).problems}
    assert "bad-username" in codes


def test_a_person_who_stands_twice_without_a_username_is_an_error(center: Center, tmp_path: Path) -> None:
    row = {**GOOD, "username": ""}
    (problem,) = check_rosters(center, [write(tmp_path / "a.csv", row, row)]).problems
    assert (problem.code, problem.where.line, problem.severity) == ("duplicate-person", 3, "error")


def test_an_address_of_two_people_is_a_warning(center: Center, tmp_path: Path) -> None:
    (problem,) = check_rosters(
        center, [write(tmp_path / "a.csv", GOOD, {**GOOD, "username": "bert", "first_name": "Bert"})]
    ).problems
    assert (problem.code, problem.severity) == ("shared-email", "warning")


def test_made_usernames_are_ascii_and_get_numbers(center: Center, tmp_path: Path) -> None:
    names = [("Élodie", "Müller"), ("Elodie", "Muller"), ("Jean-Pierre", "De La Fontaine-Dubois"), ("Łukasz", "Weiß")]
    rows = [
        {**GOOD, "username": "", "email": f"p{n}@example.org", "first_name": first, "last_name": last}
        for n, (first, last) in enumerate(names)
    ]
    checked = check_rosters(center, [write(tmp_path / "a.csv", *rows)])
    assert [p.username for p in checked.people] == [
        "elodie.muller",
        "elodie.muller2",
        "jean-pierre.de-la-fo",
        "lukasz.weiss",
    ]


def test_a_missing_column_is_one_problem_on_the_header_line(center: Center, tmp_path: Path) -> None:
    columns = ["email", "firstnam", "last_name", "routing_profile"]
    checked = check_rosters(center, [write(tmp_path / "a.csv", GOOD, columns=columns)])
    found = {p.code: p for p in checked.problems}
    assert found["missing-column"].where.line == 1
    assert "'firstnam'" in found["missing-column"].hint
    assert found["unknown-column"].severity == "warning"


def test_two_columns_of_one_meaning_are_an_error(center: Center, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email,e-mail,first_name,last_name,routing_profile\na@example.org,,A,B,helper\n", encoding="utf-8")
    (problem,) = check_rosters(center, [path]).problems
    assert (problem.code, problem.where.column) == ("duplicate-column", 2)


def test_a_file_without_a_header_is_one_problem(center: Center, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a@example.org,Anna,Bee,helper\n" * 50, encoding="utf-8")
    (problem,) = check_rosters(center, [path]).problems
    assert (problem.code, problem.where.line) == ("no-header", 1)


def test_more_cells_than_the_header_has_are_an_error(center: Center, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "email,first_name,last_name,routing_profile\na@example.org,Anna,Bee,helper,more\n", encoding="utf-8"
    )
    (problem,) = check_rosters(center, [path]).problems
    assert (problem.code, problem.where.column) == ("extra-cells", 5)


def test_more_people_than_the_quota_are_an_error_before_anything_is_made(center: Center, tmp_path: Path) -> None:
    rows = [{**GOOD, "username": f"u{n}", "email": f"u{n}@example.org"} for n in range(501)]
    (problem,) = check_rosters(center, [write(tmp_path / "a.csv", *rows)]).problems
    assert problem.code == "quota-users"
    assert "users: 501" in problem.hint


def test_without_a_centre_only_the_form_is_checked(tmp_path: Path) -> None:
    cells = {**GOOD, "routing_profile": "anything", "hierarchy_group": "any/where", "status": "wrong"}
    assert [p.code for p in check_rosters(None, [write(tmp_path / "a.csv", cells)]).problems] == ["bad-word"]


def test_a_password_in_a_file_is_warned_about_and_never_shown(center: Center, tmp_path: Path) -> None:
    columns = [*COLUMNS, "password"]
    checked = check_rosters(center, [write(tmp_path / "a.csv", {**GOOD, "password": "Canary12345"}, columns=columns)])
    assert [(p.code, p.severity) for p in checked.problems] == [("password-in-file", "warning")]
    assert "Canary" not in repr(checked)
    weak = check_rosters(center, [write(tmp_path / "b.csv", {**GOOD, "password": "canary"}, columns=columns)])
    assert {p.code for p in weak.problems} == {"password-in-file", "weak-password"}
    assert "canary" not in repr(weak)


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("FR", "01 99 00 12 34", "+33199001234"),
        ("FR", "01.99.00.12.34", "+33199001234"),
        ("FR", "0033 1 99 00 12 34", "+33199001234"),
        ("FR", "+33 (1) 99-00-12-34", "+33199001234"),
        ("DE", "030 12345678", "+493012345678"),
        ("GB", "020 7946 0123", "+442079460123"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("US", "(202) 555-0123", "+12025550123"),
        ("ES", "911 23 45 67", "+34911234567"),
        ("CH", "044 123 45 67", "+41441234567"),
        ("AR", "011 15 2345-6789", "+5491123456789"),
    ],
)
def test_national_numbers_are_read_in_the_centres_country(country: str, text: str, number: str) -> None:
    assert read_phone(text, country) == number


def test_the_short_way_of_reading_numbers_agrees_with_the_library() -> None:
    import phonenumbers

    for country in ("FR", "DE", "CH", "BE", "NL", "ZA"):
        simple = _simple(country)
        assert simple is not None, country
        for length in simple[2]:
            rest = "123456789012345"[:length]
            parsed = phonenumbers.parse(simple[1] + rest, country)
            assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == simple[0] + rest
