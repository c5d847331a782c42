"""A centre that uses every key that is built: each one has its effect, and nothing is changed twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

CENTRES = Path(__file__).parents[1] / "centres"


@pytest.fixture
def rich(small: Any, tmp_path: Path) -> Iterator[Any]:
    """The command in the folder of the rich centre."""
    folder = tmp_path / "rich"
    shutil.copytree(CENTRES / "rich", folder)
    command = type(small)(folder)
    yield command
    command("sandbox", "stop", code=None)


def test_every_key_has_its_effect_and_a_second_up_changes_nothing(rich: Any, fits: Any) -> None:
    first = rich("up", "--json").result
    assert first["agents"]["create"] == 3
    turned = json.loads(rich("switch", "closed", "on", "--json").out)
    fits("switch", turned)
    assert (turned["on"], turned["changed"]) == (True, True)
    told = rich("preview").err
    assert "closed is ON since" in told
    second = rich("up", "--json").result
    assert {action: n for action, n in second["changes"].items() if n} == {"same": second["changes"]["same"]}
    status = json.loads(rich("status", "--json").out)
    fits("status", status)
    assert {key: state["on"] for key, state in status["switches"].items()} == {
        "closed": True,
        "divert": False,
        "notice": False,
    }
    assert status["drift"] == []
    look(json.loads(rich("sandbox", "start", "--json").out)["endpoint"])
    rich("sandbox", "stop")
    gone = rich("down", "--all", "--json").result
    assert gone["changes"]["delete"] == second["changes"]["same"]


def look(endpoint: str) -> None:
    """What stands in the instance is what the file says."""
    connect = boto3.client(
        "connect",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    instance = connect.list_instances()["InstanceSummaryList"][0]["Id"]
    queues = {
        queue["Name"]: connect.describe_queue(InstanceId=instance, QueueId=queue["Id"])["Queue"]
        for queue in connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"]
    }
    assert set(queues) == {
        "BasicQueue",
        "information",
        "old-queue",
        *(f"Nurses ({language}){own}" for language in ("fr", "en") for own in ("", " callbacks")),
    }
    assert queues["old-queue"]["Status"] == "DISABLED"
    nurses = queues["Nurses (fr)"]
    assert (nurses["MaxContacts"], nurses["Description"], nurses["Tags"]["kind"]) == (5, "Medical questions", "medical")
    assert nurses["OutboundCallerConfig"]["OutboundCallerIdName"] == "Follow-up"
    statuses = connect.list_agent_statuses(InstanceId=instance)["AgentStatusSummaryList"]
    assert {status["Name"] for status in statuses} == {"Available", "Offline", "Break", "Training", "Old"}
    profiles = connect.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"]
    assert {p["Name"] for p in profiles} >= {"Nurse (fr)", "Nurse (fr, en)", "helper", "rich suspended"}
    quick = connect.list_quick_connects(InstanceId=instance)["QuickConnectSummaryList"]
    assert {q["Name"] for q in quick} >= {"Emergency desk", "to-triage-fr", "to-triage-en", "dana", "survey"}
    for resource in (
        "CALL_RECORDINGS",
        "SCHEDULED_REPORTS",
        "CHAT_TRANSCRIPTS",
        "CONTACT_TRACE_RECORDS",
        "AGENT_EVENTS",
    ):
        found = connect.list_instance_storage_configs(InstanceId=instance, ResourceType=resource)
        assert found["StorageConfigs"], resource
    security = connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"]
    lead = next(profile["Id"] for profile in security if profile["Name"] == "lead")
    described = connect.describe_security_profile(InstanceId=instance, SecurityProfileId=lead)["SecurityProfile"]
    assert described["HierarchyRestrictedResources"] == ["User"]
    numbers = connect.list_phone_numbers_v2(InstanceId=instance)["ListPhoneNumbersSummaryList"]
    assert any(number["PhoneNumber"].startswith("+332") for number in numbers)  # the second candidate of `third`
    media = connect.describe_instance_attribute(InstanceId=instance, AttributeType="EARLY_MEDIA")
    assert media["Attribute"]["Value"] == "false"


@pytest.mark.long
def test_a_switch_that_is_on_cannot_vanish_from_the_folder(small: Any) -> None:
    file = small.folder / "center.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(f'{before}switches: {{closed: {{say: "Closed. Call 112.", then: hang_up}}}}\n', encoding="utf-8")
    small("up")
    assert "did you mean" in small("switch", "close", "on", code=1).err
    small("switch", "closed", "on")
    file.write_text(before, encoding="utf-8")
    refused = small("up", code=1).err
    assert "The switch closed is on, and the folder no longer has it" in refused
    assert "ccdeploy switch closed off" in refused
    small("switch", "closed", "off")
    assert small("up", "--json").result["changes"]["delete"] == 1
