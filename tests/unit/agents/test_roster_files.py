"""Files that we write: our own columns, the console's templates, the schema of a row."""

from __future__ import annotations

import hmac
import json
from importlib import resources
from pathlib import Path

import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.console import HEADERS, Generation, Titles, write_console
from ccdeploy.agents.export import write_roster
from ccdeploy.agents.headers import COLUMNS
from ccdeploy.agents.model import Person, Terms
from ccdeploy.agents.sealing import Keys
from ccdeploy.agents.template import write_template
from ccdeploy.specs.model import Center

ROWS = """\
username,email,first_name,last_name,routing_profile,languages,hierarchy_group,status,starts_on,phone_type,desk_phone,tags
anna,anna@example.org,Ánna,O'Bee,nurse,fr|en,Paris/Day,active,2026-05-01,desk,+33199000123,a=1|b=2
bert,bert@example.org,Bert,Cee,helper,,,suspended,,soft,,
"""
TITLES = Titles(
    {"nurse-fr": "Nurse fr", "nurse-fr-en": "Nurse fr-en", "helper": "Helper"},
    {"volunteer": "volunteer", "lead": "Team lead"},
)


def people(center: Center, folder: Path, text: str, name: str = "a.csv") -> tuple[Person, ...]:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    checked = check_rosters(center, [path])
    assert not checked.errors, checked.problems
    return checked.people


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_export_reads_back_as_the_same_people(center: Center, tmp_path: Path, delimiter: str) -> None:
    first = people(center, tmp_path, ROWS)
    again = people(center, tmp_path, write_roster(first, delimiter=delimiter, bom=True))
    assert again == first


@pytest.mark.parametrize("mark", ["|", ";", ", ", " + ", "/", " & "])
def test_two_languages_may_stand_in_a_cell_with_any_mark_between_them(
    center: Center, tmp_path: Path, mark: str
) -> None:
    text = f'username;email;first_name;last_name;routing_profile;languages\na;a@example.org;A;B;nurse;"fr{mark}en"\n'
    (person,) = people(center, tmp_path, text)
    assert set(person.terms.languages) == {"fr", "en"}


@pytest.mark.parametrize("mark", ["|", ";", ", "])
def test_two_security_profiles_may_stand_in_a_cell_with_any_mark_between_them(
    center: Center, tmp_path: Path, mark: str
) -> None:
    header = "username,email,first_name,last_name,routing_profile,security_profiles"
    (person,) = people(center, tmp_path, f'{header}\na,a@example.org,A,B,helper,"volunteer{mark}Team lead"\n')
    assert person.terms.security_profiles == ("lead", "volunteer")


def test_no_exported_cell_can_run_as_a_formula() -> None:
    text = write_roster([Person("=a", "@b", "+c", "-d", Terms(), "a.csv", 2)])
    assert text.splitlines()[1].startswith("'=a,'-d,'@b,'+c,")


@pytest.mark.parametrize("generation", list(HEADERS))
def test_the_consoles_template_is_written_exactly_and_read_again(
    center: Center, tmp_path: Path, generation: Generation
) -> None:
    first = people(center, tmp_path, ROWS)
    (text,) = write_console(first, generation, TITLES)
    assert text.splitlines()[0] == ",".join(HEADERS[generation])
    path = tmp_path / "console.csv"
    path.write_text(text, encoding="utf-8", newline="")
    again = check_rosters(center, [path])
    errors = {p.code for p in again.problems if p.severity == "error"}
    assert errors == (set() if generation == "managed" else {"missing-column"})  # these have no e-mail address
    anna = again.people[0]
    assert (anna.username, anna.terms.routing_profile, anna.desk_phone) == ("anna", "nurse-fr-en", "+33199000123")
    if generation == "saml-2":
        assert (anna.terms.hierarchy_group, anna.terms.tags) == ("Paris/Day", (("a", "1"), ("b", "2")))


def test_the_console_gets_at_most_a_thousand_people_a_file(center: Center, tmp_path: Path) -> None:
    one = people(center, tmp_path, ROWS)[1]
    files = write_console([one] * 2001, "managed", TITLES)
    assert [len(f.splitlines()) - 1 for f in files] == [1000, 1000, 1]


def test_a_third_partys_console_file_is_read(center: Center, tmp_path: Path) -> None:
    text = (
        "first name,last name,email address,password,user login,routing profile name,"
        "security_profile_name_1|security_profile_name_2,phone type (soft/desk),phone number,"
        "soft phone auto accept (yes/no),ACW timeout (seconds)\n"
        "Anna,Bee,anna@example.org,Secret123,anna,helper,volunteer|Team lead,soft,,no,120\n"
    )
    (person,) = people(center, tmp_path, text)
    assert person.terms.security_profiles == ("lead", "volunteer")
    assert person.terms.after_contact_work == 120
    assert person.password is not None
    assert person.password.reveal() == "Secret123"


def test_the_schema_describes_every_column_with_an_example_that_it_accepts() -> None:
    import jsonschema

    schema = json.loads(resources.files("ccdeploy.agents").joinpath("roster.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert tuple(schema["properties"]) == COLUMNS
    row = {name: prop["examples"][0] for name, prop in schema["properties"].items()}
    assert all(prop["description"] for prop in schema["properties"].values())
    jsonschema.validate(row, schema)


def test_the_template_reads_back_empty_and_offers_what_the_centre_has(center: Center, tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "template.xlsx"
    write_template(center, path)
    checked = check_rosters(center, [path])
    assert (checked.problems, checked.people) == ((), ())
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Roster", "Lists", "Help"]
    lists = {c.value for column in book["Lists"].iter_cols() for c in column}
    assert {"nurse", "helper", "fr|en", "Paris/Day", "volunteer"} <= lists
    assert "Comment remplir cette liste" in {c.value for c in book["Help"]["A"]}


def test_the_template_filled_in_is_a_roster(center: Center, tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "template.xlsx"
    write_template(center, path)
    book = openpyxl.load_workbook(path)
    header = [c.value for c in book["Roster"][1]]
    cells = {"email": "anna@example.org", "first_name": "Anna", "last_name": "Bee", "routing_profile": "helper"}
    for name, value in cells.items():
        book["Roster"].cell(2, header.index(name) + 1).value = value
    book.save(path)
    (person,) = check_rosters(center, [path]).people
    assert (person.username, person.line) == ("anna.bee", 2)


def test_a_fingerprint_is_the_first_half_of_an_hmac() -> None:
    keys = Keys(bytes(range(32)), "line.dev")
    own = hmac.digest(bytes(range(32)), b"ccdeploy agents: ids", "sha256")
    told = hmac.digest(own, "\0Ánna\0anna@example.org".encode(), "sha256").hex()
    assert keys.fingerprint("Ánna", "anna@example.org") == told[:32]
    assert keys.person("anna") == hmac.digest(own, b"person\0anna", "sha256").hex()[:32]
