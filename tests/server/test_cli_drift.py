"""What somebody changes by hand stops `up` until one side is chosen; what Connect refuses is refused beforehand."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest


def connect(small: Any) -> Any:
    endpoint = json.loads(small("sandbox", "start", "--json").out)["endpoint"]
    return boto3.client(
        "connect",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )


def test_up_stops_at_drift_until_one_side_is_chosen(small: Any, fits: Any) -> None:
    service = connect(small)
    small("up", "--json")
    status = small("status", "--json").json
    queue = {"InstanceId": status["instance"]["id"], "QueueId": status["queues"]["front"]["id"]}
    service.update_queue_name(**queue, Description="by hand")
    before = len(small.mutations())
    planned = small("preview", "--json").json
    fits("preview", planned)
    assert [(d["name"], d["field"], d["have"]) for d in planned["drift"]] == [("front", "description", "by hand")]
    assert not planned["changes"]["update"]
    assert small("preview", "--json", "--keep", "ours").json["changes"]["update"] == 1
    text = small("preview", "--keep", "theirs").out
    assert "queue: front: description: 'front' -> 'by hand'" in text
    assert "center.yaml: queues: {front: {description: by hand}}" in text
    assert len(small.mutations()) == before
    assert small("up", "--write", code=2).err

    refused = small("up", "--json", code=1).result["error"]
    assert refused["code"] == "drift"
    assert "Queue front: description" in refused["message"]
    assert "--keep ours" in refused["hint"]
    assert "--keep theirs" in refused["hint"]

    small("up", "--json", "--keep", "theirs")
    assert len(small.mutations()) == before
    assert service.describe_queue(**queue)["Queue"]["Description"] == "by hand"

    assert small("up", "--json", "--keep", "ours").result["changes"]["update"] == 1
    assert service.describe_queue(**queue)["Queue"].get("Description") != "by hand"
    assert small("status", "--json").json["drift"] == []
    small("up", "--json")


@pytest.mark.long
def test_what_was_deleted_by_hand_is_made_again_with_keep_ours(small: Any) -> None:
    service = connect(small)
    small("up", "--json")
    instance = small("status", "--json").json["instance"]["id"]
    outbound = small("status", "--json").json["flows"]["built-in-agent-hold"]["id"]
    service.delete_contact_flow(InstanceId=instance, ContactFlowId=outbound)
    refused = small("up", "--json", code=1).result["error"]
    assert "built-in-agent-hold is gone" in refused["message"]
    assert small("up", "--json", "--keep", "ours").result["changes"]["create"] >= 1
    assert small("status", "--json").json["drift"] == []


@pytest.mark.long
def test_what_is_not_ours_is_no_drift_and_stays(small: Any) -> None:
    service = connect(small)
    small("up", "--json")
    instance = small("status", "--json").json["instance"]["id"]
    service.create_agent_status(InstanceId=instance, Name="Theirs", State="ENABLED")
    assert not small("up", "--json").result["changes"]["update"]
    names = {item["Name"] for item in service.list_agent_statuses(InstanceId=instance)["AgentStatusSummaryList"]}
    assert "Theirs" in names


def test_a_security_profile_that_people_hold_is_not_renamed(small: Any) -> None:
    small("up", "--json")
    file = small.folder / "center.yaml"
    file.write_text(file.read_text().replace("{base: agent}", "{base: agent, title: Helpers}"), encoding="utf-8")
    before = small.mutations()
    for command in ("preview", "up"):
        found = small(command, "--json", code=1).lines[-1] if command == "up" else small(command, "--json", code=1).json
        assert found["error"]["code"] == "fixed-name"
    assert small.mutations() == before
