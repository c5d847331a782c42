"""An exported roster that somebody opened and saved in LibreOffice is planned: nothing changes.

A CSV is opened as it comes, by a double click: the program guesses what each cell is.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.console import HEADERS, Titles, write_console
from ccdeploy.agents.export import write_roster, write_roster_workbook
from ccdeploy.agents.model import Person
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center

from .conftest import copied

OFFICE = shutil.which("soffice")
UTF8 = "CSV:44,34,76"
ROWS = """\
username;email;first_name;last_name;routing_profile;security_profiles;status;starts_on;ends_on;phone_type;desk_phone;auto_accept;after_contact_work;tags
anna;anna@example.org;Ánna;O'Bee;helper;helper-rights;active;2026-05-01;;desk;+33199000123;no;90s;a=1|b=2
bert;bert@example.org;Bért Łukasz;Cee-Dée;helper;helper-rights;suspended;;2027-01-31;desk;+390612345678;;;
cleo;cleo@example.org;Cléo;D'Eff;helper;helper-rights;active;;;soft;;yes;2m;shift=1/2
dora;dora@example.org;Dora;May;helper;helper-rights;active;;;desk;+12015550123;no;;
"""


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Center:
    found = load(copied("tests/centres/small", tmp_path_factory.mktemp("office") / "small")).center
    assert found is not None
    return found


def saved(files: list[Path], kind: str, folder: Path) -> None:
    """What LibreOffice makes of the files when they are opened and saved."""
    assert OFFICE is not None
    words = [OFFICE, "--headless", "--norestore", f"-env:UserInstallation=file://{folder / 'profile'}"]
    words += [f"--infilter={UTF8}"] if kind == "xlsx" else []
    words += ["--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1" if kind == "csv" else kind]
    done = subprocess.run([*words, "--outdir", folder / kind, *files], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr


def people(center: Center, file: Path) -> list[Person]:
    checked = check_rosters(center, [file])
    assert not checked.errors, checked.problems
    return [person._replace(file="", line=0) for person in checked.people]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_an_export_opened_and_saved_in_libreoffice_names_the_same_people(center: Center, tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_text(ROWS, encoding="utf-8")
    there = people(center, source)
    titles = Titles({"helper": "helper"}, {"helper-rights": "helper-rights"})
    csvs = {"ours": write_roster(there, bom=True)}
    csvs |= {form: write_console(there, form, titles)[0] for form in HEADERS}
    for name, text in csvs.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    (tmp_path / "book.xlsx").write_bytes(write_roster_workbook(there))
    saved([tmp_path / f"{name}.csv" for name in csvs], "xlsx", tmp_path)
    saved([tmp_path / "book.xlsx"], "csv", tmp_path)
    assert people(center, tmp_path / "xlsx" / "ours.xlsx") == there
    assert people(center, tmp_path / "csv" / "book.csv") == there
    for form in HEADERS:
        # of +33199000123, as the console wants it, LibreOffice makes a number: refused, and never taken for another
        checked = check_rosters(center, [tmp_path / "xlsx" / f"{form}.xlsx"])
        told = [problem for problem in checked.problems if problem.severity == "error"]
        lines = {problem.where.line for problem in told} - {1}  # the forms for SAML have no column email
        assert lines == {at for at, person in enumerate(there, start=2) if person.desk_phone}
        assert any('write "+33199000123"' in problem.hint for problem in told)
        assert [p[:3] for p in checked.people] == [p[:3] for p in there]
