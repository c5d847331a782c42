"""A centre in an instance that stood before: what was there stays, and is all that is there afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.deploy import actions
from ccdeploy.deploy.events import Note, Result
from ccdeploy.deploy.settings import Settings
from ccdeploy.deploy.target import sandbox
from ccdeploy.specs.errors import Refused
from ccdeploy.stacks.cloud.client import Cloud

CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
instance: {{alias: old-line, adopt: {instance}, features: {{early_media: false}}}}
recording: {{calls: [agent], retention: 30d, notice: "This call is recorded."}}
hours_of_operation: {{day: {{mon-fri: 08:00-20:00}}}}
queues: {{front: {{hours: day, max_contacts: 5, caller_id: ported}}}}
routing_profiles: {{helper: {{queues: [front]}}}}
security_profiles: {{helper-rights: {{base: agent, scope: hierarchy}}}}
hierarchy: {{levels: [Site, Team], groups: {{Paris: [Day]}}}}
phone_numbers:
  ported: {{country: FR, flow: welcome, number: "{number}"}}
  fresh: {{country: FR, flow: welcome, keep: false, candidates: ["+33199000000", "+332"]}}
agents: {{security_profiles: [helper-rights]}}
"""
WELCOME = """
flow: welcome
type: inbound
steps:
  hello: {say: "In an emergency, call 112."}
  notice: {notice: recording}
  wait: {queue: front, full: sorry}
  sorry: {say: "Call 112 if it cannot wait.", then: bye}
  bye: {hang_up: true}
"""


@dataclass
class Old:
    """An account in which an instance stands with a number, a flow, a queue and storage of its own."""

    folder: Path
    instance: str
    number: str
    flow: str
    notes: list[str]

    @contextmanager
    def cloud(self) -> Iterator[Cloud]:
        with sandbox(self.folder, writing=True) as endpoint:
            yield Cloud("eu-central-1", endpoint_url=endpoint)

    def up(self, **more: Any) -> Result:
        settings = Settings(today=dt.date(2026, 11, 23), **more)
        self.notes.clear()
        return actions.up(
            settings, actions.read(settings, self.folder, "up"), self._told, rosters=True, allow_suspend=None
        )

    def down(self, *, everything: bool = True) -> Result:
        self.notes.clear()
        return actions.down(Settings(today=dt.date(2026, 11, 23)), self.folder, self._told, everything=everything)

    def _told(self, event: object) -> None:
        if isinstance(event, Note):
            self.notes.append(event.text)

    def look(self) -> dict[str, Any]:
        """All that stands in the instance, by kind."""
        with self.cloud() as cloud:

            def names(method: str, key: str, **params: Any) -> set[str]:
                listed = cloud.pages("connect", method, key, InstanceId=self.instance, **params)
                return {str(item["Name"]) for item in listed}

            def switch(kind: str) -> str:
                params = {"InstanceId": self.instance, "AttributeType": kind}
                return str(cloud.call("connect", "describe_instance_attribute", **params)["Attribute"]["Value"])

            def storage() -> list[str]:
                params = {"InstanceId": self.instance, "ResourceType": "CALL_RECORDINGS"}
                found = cloud.call("connect", "list_instance_storage_configs", **params)["StorageConfigs"]
                return [item["S3Config"]["BucketName"] for item in found]

            answering = cloud.call(
                "connect", "list_flow_associations", InstanceId=self.instance, ResourceType="VOICE_PHONE_NUMBER"
            )["FlowAssociationSummaryList"]
            levels = cloud.call("connect", "describe_user_hierarchy_structure", InstanceId=self.instance)
            return {
                "queues": names("list_queues", "QueueSummaryList", QueueTypes=["STANDARD"]),
                "hours": names("list_hours_of_operations", "HoursOfOperationSummaryList"),
                "flows": names("list_contact_flows", "ContactFlowSummaryList"),
                "profiles": names("list_security_profiles", "SecurityProfileSummaryList"),
                "groups": names("list_user_hierarchy_groups", "UserHierarchyGroupSummaryList"),
                "numbers": {
                    str(item["PhoneNumber"])
                    for item in cloud.pages("connect", "list_phone_numbers_v2", "ListPhoneNumbersSummaryList")
                },
                "early media": switch("EARLY_MEDIA"),
                "storage": storage(),
                "answering": {item["FlowId"].rpartition("/")[2] for item in answering},
                "levels": sorted((levels.get("HierarchyStructure") or {}).keys()),
            }


@pytest.fixture
def old(tmp_path: Path) -> Old:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "welcome.yaml").write_text(WELCOME, encoding="utf-8")
    made = Old(tmp_path, "", "", "", [])
    with made.cloud() as cloud:
        made.instance = cloud.call(
            "connect",
            "create_instance",
            IdentityManagementType="CONNECT_MANAGED",
            InstanceAlias="old-line",
            InboundCallsEnabled=True,
            OutboundCallsEnabled=True,
        )["Id"]
        cloud.call(
            "s3",
            "create_bucket",
            Bucket="old-recordings",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        )
        cloud.call(
            "connect",
            "associate_instance_storage_config",
            InstanceId=made.instance,
            ResourceType="CALL_RECORDINGS",
            StorageConfig={"StorageType": "S3", "S3Config": {"BucketName": "old-recordings", "BucketPrefix": "calls"}},
        )
        flows = cloud.pages("connect", "list_contact_flows", "ContactFlowSummaryList", InstanceId=made.instance)
        made.flow = next(flow["Id"] for flow in flows if flow["ContactFlowType"] == "CONTACT_FLOW")
        offered = cloud.call(
            "connect",
            "search_available_phone_numbers",
            InstanceId=made.instance,
            PhoneNumberCountryCode="FR",
            PhoneNumberType="DID",
        )
        made.number = offered["AvailableNumbersList"][0]["PhoneNumber"]
        claimed = cloud.call("connect", "claim_phone_number", InstanceId=made.instance, PhoneNumber=made.number)
        cloud.call(
            "connect",
            "associate_phone_number_contact_flow",
            PhoneNumberId=claimed["PhoneNumberId"],
            InstanceId=made.instance,
            ContactFlowId=made.flow,
        )
    (tmp_path / "center.yaml").write_text(CENTER.format(instance=made.instance, number=made.number), encoding="utf-8")
    return made


def test_a_centre_moves_into_an_instance_and_out_again_and_leaves_no_trace(old: Old) -> None:
    before = old.look()
    with pytest.raises(Refused) as refused:
        old.up()
    assert "need 2 levels, and the instance has 0" in refused.value.message
    assert old.look() == before
    result = old.up(take_over=True)
    assert result.error is None
    there = old.look()
    assert there["queues"] == {"BasicQueue", "line front", "line front-callbacks"}
    assert there["hours"] == {"Basic Hours", "line day"}
    assert {"line welcome"} < there["flows"]
    assert there["groups"] == {"line Paris", "Day"}
    assert there["early media"] == "false"
    assert there["storage"] == ["line-dev-123456789012-storage"]
    assert there["levels"] == ["LevelOne", "LevelTwo"]
    assert old.flow not in there["answering"]
    fresh = result.outputs["phone_numbers"]["fresh"]
    assert fresh.startswith("+332")  # the first candidate is claimed already
    assert there["numbers"] == {old.number, fresh}
    again = old.up()  # what was taken over stays ours
    assert {word for word, count in again.changes.as_json().items() if count} == {"same"}
    assert old.down().error is None
    after = old.look()
    assert after | {"levels": []} == before  # levels that a centre named stay: people may stand on them
    assert "own switches and storage back" in " ".join(old.notes)


def test_without_being_asked_nothing_that_an_instance_has_once_is_written(old: Old) -> None:
    text = (old.folder / "center.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("hierarchy")]
    (old.folder / "center.yaml").write_text("\n".join(lines).replace(", scope: hierarchy", ""), encoding="utf-8")
    before = old.look()
    assert old.up().error is None
    assert "keeps its own settings" in old.notes[0]
    there = old.look()
    assert {key: there[key] for key in ("early media", "storage", "levels")} == {
        key: before[key] for key in ("early media", "storage", "levels")
    }
    old.down(everything=False)
    after = old.look()
    assert after["answering"] == {old.flow}
    assert after == before


def test_an_instance_that_is_another_one_is_refused_before_anything_is_done(old: Old) -> None:
    path = old.folder / "center.yaml"
    text = path.read_text(encoding="utf-8")
    before = old.look()
    for change, message in (
        ((old.instance, "11111111-2222-4333-8444-555555555555"), "There is no instance"),
        (("alias: old-line", "alias: new-line"), "is called old-line, not new-line"),
        (("adopt:", "identity: saml, adopt:"), "manages its people by connect, not by saml"),
    ):
        path.write_text(text.replace(*change), encoding="utf-8")
        with pytest.raises(Refused) as refused:
            old.up(take_over=True)
        assert message in refused.value.message
    assert old.look() == before
