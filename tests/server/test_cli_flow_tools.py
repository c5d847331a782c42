"""`ccdeploy flow lint`, `show` and `diff` as people and pipelines call them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FLOW = """flow: welcome
type: inbound
steps:
  hello: {say: "In an emergency call 112."}
  menu: {menu: "For a nurse press 1.", choices: {1: nurse}, otherwise: nurse}
  nurse: {queue: triage, full: book}
  book: {callback: triage}
  bye: {hang_up: true}
"""
BAD = {
    "Version": "2019-10-30",
    "StartAction": "a",
    "Actions": [{"Identifier": "a", "Type": "PlayPrompt", "Parameters": {}, "Transitions": {}}],
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
def flow(here: Any) -> Path:
    path: Path = here.folder / "welcome.yaml"
    path.write_text(FLOW, encoding="utf-8")
    return path


def test_a_flow_is_judged_from_a_file_a_folder_and_standard_input(here: Any, flow: Path) -> None:
    (here.folder / "bad.json").write_text(json.dumps(BAD), encoding="utf-8")
    (here.folder / "package.json").write_text("{}", encoding="utf-8")
    whole = here("flow", "lint", ".", "--json", code=1).json
    assert whole["files"] == 2
    assert {p["file"] for p in whole["problems"] if p["severity"] == "error"} == {"bad.json"}
    assert "PlayPrompt" in here("flow", "lint", "bad.json", code=1).out
    assert here("flow", "lint", flow.name, "--json").json["errors"] == 0
    assert piped(here, FLOW, "flow", "lint", "-").returncode == 0
    refused = piped(here, json.dumps(BAD), "flow", "lint", "-", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["problems"][0]["file"] == "<stdin>"


def test_a_folder_without_a_flow_is_refused_and_a_missing_file_too(here: Any) -> None:
    (here.folder / "empty").mkdir()
    assert here("flow", "lint", "empty", "--json", code=1).json["error"]["code"] == "no-flow"
    assert "nowhere.json" in here("flow", "lint", "nowhere.json", code=1).err


def test_what_is_allowed_is_listed_with_its_reason(here: Any, fits: Any, flow: Path) -> None:
    text = FLOW.replace("otherwise: nurse}", "otherwise: bye, allow: {H02: the night desk agreed}}")
    flow.write_text(text, encoding="utf-8")
    assert "the night desk agreed" in here("flow", "lint", flow.name).err
    found = here("flow", "lint", flow.name, "--json").json
    fits("flow-lint", found)
    allowed = found["allowed"]
    assert [(a["rule"], a["by"], a["reason"], a["line"]) for a in allowed] == [
        ("H02", "allow", "the night desk agreed", 5)
    ]


def test_a_flow_of_a_centre_is_judged_with_the_centre_around_it(here: Any) -> None:
    here("init", "line")
    flow = here.folder / "line" / "flows" / "welcome.yaml"
    assert here("flow", "lint", "line/flows", "--json").json == {
        "problems": [],
        "errors": 0,
        "warnings": 0,
        "allowed": [],
        "files": 1,
    }
    text = flow.read_text(encoding="utf-8")
    flow.write_text(
        re.sub(
            r"\{check_hours: day, closed: closed\}", "{when: $.Channel, is: {X: closed}, otherwise: greeting}", text
        ),
        encoding="utf-8",
    )
    found = here("flow", "lint", "line/flows/welcome.yaml", "--json", code=None).json["problems"]
    assert "H05" in {p["code"] for p in found}
    assert {p["file"] for p in found} == {"line/flows/welcome.yaml"}


def test_sarif_names_the_rule_the_file_and_the_line(here: Any, flow: Path) -> None:
    flow.write_text(FLOW.replace("otherwise: nurse", "otherwise: bye"), encoding="utf-8")
    log = here("flow", "lint", flow.name, "--sarif").json
    assert log["version"] == "2.1.0"
    result = next(r for r in log["runs"][0]["results"] if r["ruleId"] == "H02")
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("welcome.yaml", 5)
    assert {"id": "H02"}["id"] in {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}


def test_the_pre_commit_hook_names_a_command_that_works_on_the_files_it_asks_for(here: Any, flow: Path) -> None:
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    hook = next(hook for hook in hooks if hook["id"] == "ccdeploy-flow-lint")
    wanted = re.compile(hook["files"])
    assert wanted.search("line/flows/welcome.yaml")
    assert wanted.search("flows/export.json")
    assert not wanted.search("line/rosters/nurses.csv")
    assert not wanted.search("package.json")
    command, *words = hook["entry"].split()
    assert command == "ccdeploy"
    (here.folder / "flows").mkdir()
    shutil.move(flow, here.folder / "flows" / flow.name)
    (here.folder / "flows" / "bad.json").write_text(json.dumps(BAD), encoding="utf-8")
    assert here(*words, "flows/welcome.yaml").code == 0
    assert "Invalid Action type" in here(*words, "flows/welcome.yaml", "flows/bad.json", code=1).out


def test_the_workflow_example_is_valid_and_its_commands_do_what_it_says(here: Any) -> None:
    import yaml

    text = (ROOT / "docs" / "flow-review.md").read_text(encoding="utf-8")
    block = next(b for b in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "jobs:" in b)
    steps = next(iter(yaml.safe_load(block)["jobs"].values()))["steps"]
    runs = [step["run"] for step in steps if "ccdeploy flow" in step.get("run", "")]
    assert len(runs) >= 2
    here("init", "hotline")
    upload = next(step["with"]["sarif_file"] for step in steps if "sarif_file" in step.get("with", {}))
    for run in runs:
        script = run.replace("ccdeploy ", " ".join(here.arguments()) + " ")
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=here.folder / "hotline",
            env=here.environ,
            timeout=120,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    assert json.loads((here.folder / "hotline" / upload).read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_a_flow_is_drawn_in_every_form_and_a_centre_whole(here: Any, flow: Path) -> None:
    assert here("flow", "show", flow.name).out.startswith("flowchart TD")
    assert here("flow", "show", flow.name, "--format", "svg").out.startswith("<svg ")
    assert "<!doctype html>" in here("flow", "show", flow.name, "--format", "html").out
    assert piped(here, FLOW, "flow", "show", "-").stdout.startswith("flowchart TD")
    here("init", "line")
    page = here("flow", "show", "line", "--format", "html").out
    assert all(word in page for word in ("phone number", "who answers", 'id="flow-welcome"'))
    written = here("flow", "show", "line", "--format", "svg", "--output", "line.svg")
    assert written.out == ""
    assert (here.folder / "line.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert here("flow", "show", "nothing", "--json", code=1).json["error"]["hint"]


def test_two_flows_are_compared_and_the_exit_code_tells(here: Any, fits: Any, flow: Path) -> None:
    other = here.folder / "other.yaml"
    other.write_text(FLOW.replace("call 112", "please call 112"), encoding="utf-8")
    assert "no difference" in here("flow", "diff", flow.name, flow.name).err
    told = here("flow", "diff", flow.name, "other.yaml", code=1)
    assert told.out.startswith('reworded: step "hello" reworded:')
    found = here("flow", "diff", flow.name, "other.yaml", "--json", code=1).json
    fits("flow-diff", found)
    assert found["differences"][0]["kind"] == "reworded"
    (here.folder / "a.json").write_text(here("flow", "compile", flow.name).out, encoding="utf-8")
    assert here("flow", "diff", "a.json", flow.name, "--json").json == {"equal": True, "differences": []}
    assert piped(here, FLOW, "flow", "diff", "-", "other.yaml").returncode == 1
    assert here("flow", "diff", flow.name, code=2).err


def test_the_deployed_flow_is_compared_with_the_folder(here: Any) -> None:
    here("init", "line")
    assert here("flow", "diff", "--live", "welcome", "line/flows/welcome.yaml", "--json", code=1).json["error"][
        "code"
    ] == ("no-stack")
    here("up", "line", "--no-rosters", "--quiet")
    path = here.folder / "line" / "flows" / "welcome.yaml"
    assert here("flow", "diff", "--live", "welcome", str(path), "--json").json["equal"] is True
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Goodbye.", "Good night."), encoding="utf-8")
    assert "Good night." in here("flow", "diff", "--live", "welcome", str(path), code=1).out
    assert here("flow", "diff", "--live", "none", str(path), "--json", code=1).json["error"]["code"] == "no-flow"
