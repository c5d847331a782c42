"""Commands that need no server: init, validate, schema, flow and roster check."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Fits = Callable[[str, Any], None]
LANGUAGES = ["en-GB", "en-US", "fr-FR", "de-DE", "es-ES", "it-IT"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_starter_folder_passes_validate_without_a_warning(here: Any, language: str) -> None:
    made = here("init", "hotline", "--language", language, "--json").json
    assert "center.yaml" in made["files"]

    checked = here("validate", "hotline", "--json").json

    assert checked == {"problems": [], "errors": 0, "warnings": 0}


def test_a_starter_folder_is_made_for_the_name_region_and_title_that_were_asked_for(here: Any) -> None:
    here("init", "line", "--name", "heat-wave", "--region", "eu-west-2", "--title", 'Heat "wave": 2027')

    text = (here.folder / "line" / "center.yaml").read_text()
    assert "center: heat-wave\n" in text
    assert "region: eu-west-2\n" in text
    assert here("validate", "line", "--json").json["errors"] == 0


def test_the_first_line_of_each_starter_file_points_at_a_schema_that_is_there(here: Any) -> None:
    here("init", "hotline")
    pointing = 0
    for path in (here.folder / "hotline").rglob("*.yaml"):
        first = path.read_text().splitlines()[0]
        schema = (path.parent / first.partition("$schema=")[2]).resolve()
        assert json.loads(schema.read_text())["$schema"].startswith("https://json-schema.org/draft/2020-12")
        pointing += 1
    assert pointing == 3


def test_init_never_overwrites(here: Any) -> None:
    (here.folder / "center.yaml").write_text("mine")
    refused = here("init", ".", code=1)

    assert "center.yaml" in refused.err
    assert (here.folder / "center.yaml").read_text() == "mine"
    assert [path.name for path in here.folder.iterdir()] == ["center.yaml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--region", "eu-west-3"], "eu-central-1"),
        (["--language", "fr-fr"], "fr-FR"),
        (["--template", "nope"], "hotline"),
    ],
)
def test_init_names_what_there_is_when_asked_for_what_there_is_not(here: Any, words: list[str], said: str) -> None:
    refused = here("init", "hotline", *words, code=2)
    assert said in refused.err
    assert not (here.folder / "hotline").exists()


FIVE = """\
center: small
region: eu-west-3
time_zone: Europe/Pariss
language: fr-FR
voice: Lea
instance: {alias: small-line}
hours_of_operation: {day: {mon-fri: 08:00-23:59}}
queues: {front: {hours: dya}}
routing_profiles: {helper: {queues: [front], agents: {security_profiles: [helper]}}}
security_profiles: {helper: {base: agnet}}
"""


def test_five_mistakes_are_five_lines_and_nothing_is_written(here: Any, fits: Fits) -> None:
    (here.folder / "center.yaml").write_text(FIVE)
    before = here.files()

    ran = here("validate", code=1)
    found = here("validate", "--json", code=1).json

    fits("problems", found)
    assert found["errors"] == 5
    lines = [line for line in ran.out.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0:2] for line in lines] == [["center.yaml", str(n)] for n in (2, 3, 7, 8, 10)]
    assert all(": error[" in line for line in lines)
    assert ran.err.strip() == "5 errors"
    assert "day" in next(p for p in found["problems"] if p["line"] == 8)["hint"]

    for command in (["preview"], ["up"], ["up", "--json"]):
        refused = here(*command, code=1)
        assert "eu-west-3" in refused.out + refused.err
    error = here("preview", "--json", code=1).json
    fits("error", error)
    assert error["error"]["code"] == "invalid"
    assert len(error["problems"]) == 5
    fits("events", here("up", "--json", code=1).result)
    assert here.files() == before


def test_sarif_lists_the_same_problems(here: Any) -> None:
    (here.folder / "center.yaml").write_text(FIVE)
    log = here("validate", "--sarif", code=1).json
    assert len(log["runs"][0]["results"]) == 5


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"- a\n", b"center: [", b"\x89PNG\r\n\x1a\n" * 50, b"a: &x 1\n"]
)
def test_a_hostile_center_is_a_problem_and_never_a_traceback(here: Any, content: bytes) -> None:
    (here.folder / "center.yaml").write_bytes(content)
    for command in ("validate", "preview", "up", "down", "status"):
        ran = here(command, code=1)
        assert "center.yaml" in ran.out + ran.err


def test_a_refusal_shows_the_errors_and_leaves_the_warnings_to_validate(small: Any) -> None:
    roster = small.folder / "rosters" / "helpers.csv"
    roster.write_text(roster.read_text().replace("Moss,helper,", "Moss,helpr,"))
    assert "warning[" in small("validate", code=1).out
    refused = small("up", code=1).err
    assert "error[unknown-routing-profile]" in refused
    assert "warning[" not in refused


def test_links_that_lead_round_in_a_circle_are_a_problem_of_their_file(small: Any) -> None:
    roster, flow = small.folder / "rosters" / "helpers.csv", small.folder / "flows" / "welcome.yaml"
    for path in (roster, flow):
        path.unlink()
        path.symlink_to(path.name)
    for words in (["validate"], ["roster", "check", str(roster)], ["flow", "compile", str(flow)]):
        told = small(*words, code=1)
        assert "Traceback" not in told.err
        for path in (roster, flow) if words == ["validate"] else (Path(words[-1]),):
            assert f"{path.parent.name}/{path.name}" in told.err + told.out


def test_a_stack_name_cannot_lead_out_of_the_folder(small: Any) -> None:
    for command in ("down", "status", "unlock", "up", "preview"):
        small(command, "--stack", "../../elsewhere", code=1)
    assert not (small.folder / ".ccdeploy").exists()


def test_a_folder_in_place_of_the_file_is_said_so(here: Any) -> None:
    (here.folder / "center.yaml").mkdir()
    assert "center.yaml" in here("validate", code=1).out


@pytest.mark.parametrize("name", ["center", "flow", "calls", "roster"])
def test_every_schema_is_printed_and_valid(here: Any, name: str) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(here("schema", name).json)


def test_all_schemas_come_in_one_object_and_can_be_written_for_editors(small: Any) -> None:
    assert set(small("schema").json) == {"center", "flow", "calls", "roster"}
    written = small("schema", "--write", ".").out.splitlines()
    assert len(written) == 4
    assert all(Path(name).is_file() for name in written)


def test_flow_compile_prints_the_document_alone_in_a_centre_and_out_of_it(design: Any, here: Any) -> None:
    inside = design("flow", "compile", "flows/welcome.yaml").json
    assert inside["Version"] == "2019-10-30"

    alone = here.folder / "alone.yaml"
    alone.write_text('flow: hello\ntype: inbound\nsteps:\n  hi: {say: "Hello"}\n  bye: {hang_up: true}\n')
    outside = here("flow", "compile", "alone.yaml").json
    assert {action["Type"] for action in outside["Actions"]} >= {"MessageParticipant", "DisconnectParticipant"}


def test_flow_compile_lists_every_mistake_of_the_file(here: Any) -> None:
    (here.folder / "bad.yaml").write_text(
        "flow: bad\ntype: inbound\nsteps:\n  a: {sya: hi, then: nowhere}\n  b: {say: x, queue: y}\n"
    )
    ran = here("flow", "compile", "bad.yaml", code=1)
    assert "bad.yaml:4:" in ran.err
    assert "bad.yaml:5:" in ran.err
    assert ran.out == ""


def test_flow_list_names_flows_with_their_numbers(design: Any, fits: Fits) -> None:
    listed = design("flow", "list", "--json").json
    fits("flow-list", listed)
    welcome = next(flow for flow in listed["flows"] if flow["name"] == "welcome")
    assert (welcome["type"], welcome["numbers"]) == ("inbound", ["main"])
    assert "welcome" in design("flow", "list").out


def test_roster_check_reads_a_file_without_a_centre_and_says_what_it_could_not_check(here: Any, fits: Fits) -> None:
    (here.folder / "people.csv").write_text(
        "first_name;last_name;email;routing_profile\nAda;Example;ada@@example.org;nurse\n"
    )

    ran = here("roster", "check", "people.csv", code=1)
    assert "people.csv:2:3: error[" in ran.out
    assert "only the form" in ran.err
    fits("problems", here("roster", "check", "people.csv", "--json", code=1).json)


def test_roster_check_without_a_file_takes_those_of_the_centre(small: Any) -> None:
    ran = small("roster", "check")
    assert "2 people" in ran.err


def test_roster_check_without_a_file_or_a_centre_is_refused(here: Any) -> None:
    assert "center.yaml" in here("roster", "check", code=1).err


def test_a_roster_template_is_a_spreadsheet_that_passes_the_check_and_is_never_overwritten(small: Any) -> None:
    small("roster", "template", "rosters/new.xlsx")
    assert (small.folder / "rosters" / "new.xlsx").read_bytes()[:2] == b"PK"
    assert "0 people" in small("roster", "check", "rosters/new.xlsx").err
    assert "already" in small("roster", "template", "rosters/new.xlsx", code=1).err


def test_a_queue_whose_hours_are_misspelt_is_one_mistake_beside_the_others(tmp_path: Path) -> None:
    centre = tmp_path / "small"
    shutil.copytree(Path(__file__).parents[1] / "centres" / "small", centre)
    text = (centre / "center.yaml").read_text()
    (centre / "center.yaml").write_text(text.replace("{hours: day}", "{hours: dya}"))

    command = [sys.executable, "-m", "ccdeploy.cli", "validate", str(centre)]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 1
    assert 'unknown hours of operation "dya"' in done.stdout
    assert "Traceback" not in done.stderr
