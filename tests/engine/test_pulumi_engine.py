"""`--engine pulumi` on the sandbox: the Automation API and the real CLI, told and counted as on the embedded engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

PULUMI = ("--engine", "pulumi", "--json")


def test_up_again_edit_and_down_are_told_as_on_the_embedded_engine(centre: Any, tmp_path: Path) -> None:
    twin = type(centre)(tmp_path / "twin")
    shutil.copytree(centre.folder, twin.folder)

    def both(*words: str) -> tuple[Any, Any]:
        return centre(*words, *PULUMI), twin(*words, "--json")

    real, embedded = both("preview")
    assert real.json == embedded.json
    edits = (("08:00-20:00", "09:00-20:00"), ("{base: agent}", "{base: supervisor}"))
    for edit in (None, None, *edits):
        if edit is not None:
            for one in (centre, twin):
                one.edit("center.yaml", *edit)
            real, embedded = both("preview")
            assert real.json == embedded.json
        real, embedded = both("up")
        for word in ("changes", "agents"):
            assert real.result[word] == embedded.result[word]
        assert set(real.result["outputs"]) == set(embedded.result["outputs"])
    real, embedded = both("status")
    assert real.json["drift"] == embedded.json["drift"] == []
    real, embedded = both("down")
    assert real.result["changes"] == embedded.result["changes"]
    real, embedded = both("down", "--all")
    assert real.result["changes"] == embedded.result["changes"]
    assert real.result["outputs"]["instance"] is None
    assert centre.mutations().count("CreateQueue") == twin.mutations().count("CreateQueue") == 1


def test_a_stack_moves_to_pulumi_and_back_without_a_change(centre: Any) -> None:
    centre("up", "--json")
    before = centre.mutations()
    assert centre("state", "export", "--to", "pulumi", "--json").json["moved"]
    refused = centre("up", "--json", code=1)
    assert refused.result["error"]["code"] == "other-engine"
    changes = centre("preview", *PULUMI).json["changes"]
    assert (changes["create"], changes["update"], changes["replace"], changes["delete"]) == (0, 0, 0, 0)
    exported = centre("state", "export", "--engine", "pulumi").json
    assert {item["type"] for item in exported["deployment"]["resources"]} >= {"aws:connect/queue:Queue"}
    assert centre("state", "export", "--to", "embedded", "--json", "--engine", "pulumi").json["moved"]
    assert not any(centre("up", "--json").result["changes"][word] for word in ("create", "update", "delete"))
    assert centre.mutations() == before


def test_a_state_from_a_file_is_taken_for_this_stack_only(centre: Any, tmp_path: Path) -> None:
    centre("up", "--json")
    centre("state", "export", "--to", "pulumi")
    document = centre("state", "export", "--engine", "pulumi").json
    whole = tmp_path / "state.json"
    whole.write_text(json.dumps(document), encoding="utf-8")
    shutil.rmtree(centre.folder / ".ccdeploy" / "stacks")
    assert centre("state", "import", "--file", str(whole), "--json").json["resources"] > 30
    changes = centre("preview", "--no-rosters", "--json").json["changes"]
    assert (changes["create"], changes["update"], changes["replace"], changes["delete"]) == (0, 0, 0, 0)
    whole.write_text(json.dumps(document).replace("small.dev", "other.dev"), encoding="utf-8")
    refused = centre("state", "import", "--file", str(whole), "--json", "--yes", code=1)
    assert refused.json["error"]["code"] == "other-stack"


def test_what_somebody_changed_by_hand_is_named_on_both_engines_alike(centre: Any) -> None:
    import boto3

    centre("up", "--json")
    endpoint = json.loads(centre("sandbox", "start", "--json").out)["endpoint"]
    status = centre("status", "--json").json
    connect = boto3.client(
        "connect",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    connect.update_queue_name(
        InstanceId=status["instance"]["id"], QueueId=status["queues"]["front"]["id"], Description="by hand"
    )
    embedded = centre("status", "--json").json["drift"]
    centre("state", "export", "--to", "pulumi", code=None)
    assert [(item["name"], item["field"], item["have"]) for item in embedded] == [("front", "description", "by hand")]
    assert centre("status", *PULUMI).json["drift"] == embedded


def children(pid: int) -> list[int]:
    """The Pulumi CLI that process `pid` runs."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-x", "pulumi"], capture_output=True, encoding="ascii")
    return [int(word) for word in found.stdout.split()]


MORE = pytest.mark.skipif("CCDEPLOY_TORTURE" not in os.environ, reason="a minute each: make torture runs it")


@pytest.mark.parametrize(
    ("victim", "after"),
    [
        ("cli", 12),
        pytest.param("cli", 4, marks=MORE),
        pytest.param("both", 6, marks=MORE),
        pytest.param("ours", 9, marks=MORE),
    ],
)
def test_killed_in_the_middle_the_next_run_finishes_and_nothing_is_doubled(
    centre: Any, victim: str, after: int
) -> None:
    """The server outlives them all, so that what was asked for is done whether or not anybody hears the answer."""
    centre("sandbox", "start", "--json", "--latency", "30ms")
    process = centre.start("up", *PULUMI)
    history = centre.folder / ".ccdeploy" / "sandbox" / "history.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        lines = history.read_text(encoding="utf-8").splitlines() if history.exists() else []
        done = sum('"effect": true' in line or '"effect":true' in line for line in lines)
        if done >= after and children(process.pid):
            break
        time.sleep(0.02)
    for pid in children(process.pid) if victim in {"cli", "both"} else []:
        os.kill(pid, signal.SIGKILL)
    if victim in {"ours", "both"}:
        process.kill()
    process.communicate(timeout=120)
    assert process.returncode != 0
    again = centre("up", *PULUMI)
    assert "error" not in again.result
    settled = centre("up", *PULUMI).result["changes"]
    assert (settled["create"], settled["update"], settled["replace"], settled["delete"]) == (0, 0, 0, 0)
    assert centre("status", *PULUMI).json["drift"] == []
    made = [name for name in centre.mutations() if name.startswith(("Create", "Claim"))]
    for once in ("CreateInstance", "CreateQueue", "ClaimPhoneNumber", "CreateHoursOfOperation"):
        assert made.count(once) == 1, made
    assert made.count("CreateUser") == 2
    assert made.count("CreateContactFlow") == len(centre("status", *PULUMI).json["flows"])
