"""`ccdeploy flow import` as people and pipelines call it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
QUEUE = "arn:aws:connect:eu-central-1:123456789012:instance/i/queue/nurses"
BRANCHES = {
    "NextAction": "bye",
    "Errors": [{"NextAction": "bye", "ErrorType": name} for name in ("QueueAtCapacity", "NoMatchingError")],
}
FLOW = {
    "Version": "2019-10-30",
    "StartAction": "a",
    "Metadata": {"name": "Night line"},
    "Actions": [
        {
            "Identifier": "a",
            "Type": "UpdateContactTargetQueue",
            "Parameters": {"QueueId": QUEUE},
            "Transitions": {"NextAction": "q", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]},
        },
        {"Identifier": "q", "Type": "TransferContactToQueue", "Parameters": {}, "Transitions": BRANCHES},
        {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ],
}


def piped(here: Any, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        here.arguments(*words),
        cwd=here.folder,
        env=here.environ,
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done


@pytest.fixture
def export(here: Any) -> Path:
    path: Path = here.folder / "night.json"
    path.write_text(json.dumps(FLOW), encoding="utf-8")
    return path


def test_what_is_imported_compiles_back_with_its_ids(here: Any, export: Path) -> None:
    done = piped(here, "", "flow", "import", export.name, "--references", "night.references")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("flow: night-line\ntype: inbound\ntitle: Night line\nhead: none\n")
    assert QUEUE not in done.stdout
    (here.folder / "night.yaml").write_text(done.stdout, encoding="utf-8")
    again = piped(here, "", "flow", "compile", "night.yaml", "--references", "night.references")
    assert again.returncode == 0, again.stderr
    assert [action["Type"] for action in json.loads(again.stdout)["Actions"]] == [a["Type"] for a in FLOW["Actions"]]  # type: ignore[index]
    assert QUEUE in again.stdout
    assert QUEUE not in piped(here, "", "flow", "compile", "night.yaml").stdout


def test_the_answer_of_the_api_is_read_from_standard_input(here: Any) -> None:
    answer = {"ContactFlow": {"Name": "Night line", "Type": "QUEUE_TRANSFER", "Content": json.dumps(FLOW)}}
    done = piped(here, json.dumps(answer), "flow", "import", "-", "--name", "night")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("flow: night\ntype: queue_transfer\n")
    assert "1 id has a name now" in done.stderr
    assert sorted(path.name for path in here.folder.iterdir()) == []


def test_json_follows_its_schema(here: Any, export: Path) -> None:
    done = piped(here, "", "flow", "import", export.name, "--json")
    found = json.loads(done.stdout)
    schema = json.loads((ROOT / "docs" / "json" / "flow-import.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert found["references"] == {"queue": {"nurses": QUEUE}}
    assert found["actions"] == {"verbs": 3, "action": 0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (json.dumps(FLOW).replace("DisconnectParticipant", "Disconnect"), "Disconnect"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "deep"),
        ('{"a": "' + "x" * 10_000_000 + '"}', "256,000"),
    ],
)
def test_a_flow_that_cannot_be_is_refused_and_nothing_is_printed(here: Any, text: str, told: str) -> None:
    done = piped(here, text, "flow", "import", "-")
    assert done.returncode == 1
    assert done.stdout == ""
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_told(here: Any) -> None:
    done = piped(here, "", "flow", "import", "gone.json", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["where"] == "gone.json"


def test_a_folder_of_flows_is_taken_in_and_out_again_and_counted(here: Any, export: Path, fits: Any) -> None:
    done = piped(here, "", "flow", "import", "--check", ".")
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()][1] == ["DisconnectParticipant", "1", "1"]
    assert done.stderr.strip() == "1 of 1 flows come back equal; 0 refused"
    torn = json.loads(export.read_text(encoding="utf-8"))
    torn["Actions"][0]["Type"] = "Invented"
    (here.folder / "torn.json").write_text(json.dumps(torn), encoding="utf-8")
    found = json.loads(piped(here, "", "flow", "import", "--check", ".", "--json").stdout)
    fits("flow-check", found)
    assert (found["equal"], [item["file"] for item in found["refused"]]) == (1, ["torn.json"])
    assert piped(here, "", "flow", "import", "--check", export.name, "--name", "x").returncode == 2


def test_an_export_and_its_yaml_are_the_same_up_to_names(here: Any, export: Path, fits: Any) -> None:
    yaml = here.folder / "night.yaml"
    yaml.write_text(piped(here, "", "flow", "import", export.name).stdout, encoding="utf-8")
    same = piped(here, "", "flow", "diff", export.name, yaml.name)
    assert (same.returncode, same.stdout) == (0, "")
    assert same.stderr.splitlines()[0] == "no difference but names"
    assert f"queue nurses = {QUEUE}" in same.stderr
    told = json.loads(piped(here, "", "flow", "diff", yaml.name, export.name, "--json").stdout)
    fits("flow-diff", told)
    assert told == {"equal": True, "differences": [], "names": {QUEUE: "queue nurses"}}
