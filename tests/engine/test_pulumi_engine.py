"""`--engine pulumi` on the sandbox: the Automation API and the real CLI, told and counted as on the embedded engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

PULUMI = ("--engine", "pulumi", "--json")


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


@pytest.mark.long
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


@pytest.mark.long
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
