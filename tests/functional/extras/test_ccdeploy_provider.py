"""The ccdeploy provider against the emulator: each kind is made, read, changed and removed."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox.control import declare
from ccdeploy.stacks.cloud.lookup import find
from ccdeploy.stacks.extras.provider import KINDS, CcdeployProvider
from ccdeploy.stacks.parts.flows import placeholder
from ccdeploy.stacks.provider.base import CheckRequest, CreateRequest, ProviderError
from ccdeploy.stacks.provider.values import UNKNOWN, Asset

DAY = [{"day": "MONDAY", "startTime": {"hours": 8, "minutes": 0}, "endTime": {"hours": 20, "minutes": 0}}]


def hours_of(bench: Any) -> str:
    config = [{"Day": "MONDAY", "StartTime": {"Hours": 8, "Minutes": 0}, "EndTime": {"Hours": 20, "Minutes": 0}}]
    made = bench.connect("create_hours_of_operation", Name="day", TimeZone="Europe/Paris", Config=config)
    return str(made["HoursOfOperationId"])


def queue_of(bench: Any, name: str = "triage") -> str:
    return str(bench.connect("create_queue", Name=name, HoursOfOperationId=hours_of(bench))["QueueId"])


def numbers_of(bench: Any, count: int) -> list[str]:
    return [
        bench.connect(
            "create_quick_connect",
            Name=f"desk {index}",
            QuickConnectConfig={
                "QuickConnectType": "PHONE_NUMBER",
                "PhoneConfig": {"PhoneNumber": f"+331990015{index:02}"},
            },
        )["QuickConnectId"]
        for index in range(count)
    ]


def quick_connects_of(bench: Any, queue: str) -> set[str]:
    found = bench.cloud.pages(
        "connect", "list_queue_quick_connects", "QuickConnectSummaryList", InstanceId=bench.instance, QueueId=queue
    )
    return {item["Id"] for item in found}


def test_an_override_is_made_read_changed_and_removed(bench: Any) -> None:
    given = {"name": "Eve", "effectiveFrom": "2026-12-24", "effectiveTill": "2026-12-24", "configs": DAY}
    hours = hours_of(bench)
    made = bench.create("HoursOverride", "day/Eve", hoursOfOperationId=hours, **given)
    assert made.id == f"{bench.instance}:{hours}:{made.outputs['hoursOfOperationOverrideId']}"
    assert bench.read("HoursOverride", "day/Eve", made).outputs == made.outputs
    changed = given | {"configs": [], "effectiveTill": "2026-12-25"}
    assert set(bench.diff("HoursOverride", "day/Eve", made, hoursOfOperationId=hours, **changed).changed) == {
        "configs",
        "effectiveTill",
    }
    after = bench.update("HoursOverride", "day/Eve", made, hoursOfOperationId=hours, **changed)
    assert bench.read("HoursOverride", "day/Eve", after).outputs["effectiveTill"] == "2026-12-25"
    bench.delete("HoursOverride", "day/Eve", after)
    assert bench.read("HoursOverride", "day/Eve", after).id is None
    bench.delete("HoursOverride", "day/Eve", after)  # gone already counts as done


def test_removing_a_status_disables_it_and_making_it_again_takes_it_up(bench: Any) -> None:
    tags = bench.tags("AgentStatus", "break")
    made = bench.create("AgentStatus", "break", name="Break", tags=tags)
    bench.delete("AgentStatus", "break", made)
    assert bench.read("AgentStatus", "break", made).outputs["state"] == "DISABLED"
    again = bench.create("AgentStatus", "break", name="Break", tags=tags)
    assert again.id == made.id
    assert bench.read("AgentStatus", "break", again).outputs["state"] == "ENABLED"


def test_a_status_of_somebody_else_is_never_taken_up(bench: Any) -> None:
    theirs = bench.connect("create_agent_status", Name="Break", State="DISABLED")
    with pytest.raises(ProviderError, match="not made by this stack"):
        bench.create("AgentStatus", "break", name="Break", tags=bench.tags("AgentStatus", "break"))
    found = bench.connect("describe_agent_status", AgentStatusId=theirs["AgentStatusId"])["AgentStatus"]
    assert found["State"] == "DISABLED"


def sound(path: Path, level: int) -> Asset:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(level.to_bytes(2, "little", signed=True) * 1600)
    path.write_bytes(file.getvalue())
    return Asset(sha256=f"{level:064x}", path=str(path))


def test_a_prompt_is_converted_brought_through_the_bucket_and_leaves_nothing_behind(bench: Any, tmp_path: Path) -> None:
    bucket = f"prompts-{bench.instance[:8]}"
    region = {"LocationConstraint": bench.cloud.region}
    bench.cloud.call("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=region)
    first = sound(tmp_path / "a.wav", 1000)
    tags = bench.tags("Prompt", "hold")
    made = bench.create("Prompt", "hold", name="Hold music", bucket=bucket, source=first, tags=tags)
    body = bench.cloud.call("s3", "get_object", Bucket=bucket, Key=made.outputs["s3Key"])["Body"].read()
    assert body[20:22] == b"\x07\x00"  # mu-law
    second = sound(tmp_path / "b.wav", 2000)
    assert bench.diff("Prompt", "hold", made, name="Hold music", bucket=bucket, source=first, tags=tags).changed == ()
    assert bench.diff("Prompt", "hold", made, name="Hold music", bucket=bucket, source=second, tags=tags).changed == (
        "source",
    )
    after = bench.update("Prompt", "hold", made, name="Hold music", bucket=bucket, source=second, tags=tags)
    kept = {item["Key"] for item in bench.cloud.pages("s3", "list_objects_v2", "Contents", Bucket=bucket)}
    assert kept == {after.outputs["s3Key"]} != {made.outputs["s3Key"]}
    bench.delete("Prompt", "hold", after)
    assert list(bench.cloud.pages("s3", "list_objects_v2", "Contents", Bucket=bucket)) == []
    assert bench.read("Prompt", "hold", after).id is None


def test_a_file_that_is_no_sound_is_refused_in_words(bench: Any, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(ProviderError, match=r"a\.wav: it is not a wave file"):
        bench.create("Prompt", "hold", name="Hold", bucket="b", source=Asset("0" * 64, str(tmp_path / "a.wav")))


def flow_of(bench: Any, name: str, flow_type: str = "CONTACT_FLOW") -> str:
    body = placeholder(flow_type)
    return str(bench.connect("create_contact_flow", Name=name, Type=flow_type, Content=body)["ContactFlowId"])


def said(text: str) -> str:
    say = {
        "Identifier": "say",
        "Type": "MessageParticipant",
        "Parameters": {"Text": text},
        "Transitions": {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]},
    }
    end = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    return json.dumps({"Version": "2019-10-30", "StartAction": "say", "Metadata": {}, "Actions": [say, end]})


def test_content_replaces_the_placeholder_and_stays_when_it_is_removed(bench: Any) -> None:
    flow = flow_of(bench, "welcome")
    made = bench.create("FlowContent", "welcome", flowId=flow, kind="flow", content=said("Bonjour"))
    assert made.id == f"{bench.instance}:{flow}"
    respaced = json.dumps(json.loads(said("Bonjour")), indent=2)
    assert bench.diff("FlowContent", "welcome", made, flowId=flow, kind="flow", content=respaced).changed == ()
    after = bench.update("FlowContent", "welcome", made, flowId=flow, kind="flow", content=said("Bonsoir"))
    bench.delete("FlowContent", "welcome", after)
    standing = bench.connect("describe_contact_flow", ContactFlowId=flow)["ContactFlow"]["Content"]
    assert "Bonsoir" in standing


def test_what_the_service_refuses_in_a_flow_is_told_in_its_words(bench: Any) -> None:
    flow = flow_of(bench, "welcome")
    bad = said("Bonjour").replace("MessageParticipant", "PlayMessage")
    with pytest.raises(ProviderError, match="PlayMessage") as caught:
        bench.create("FlowContent", "welcome", flowId=flow, kind="flow", content=bad)
    assert caught.value.code == "InvalidContactFlowException"


def test_a_module_s_content_is_set_too(bench: Any) -> None:
    body = placeholder("MODULE")
    module = bench.connect("create_contact_flow_module", Name="shared", Content=body)["Id"]
    changed = json.dumps({**json.loads(body), "Metadata": {"name": "shared"}})
    made = bench.create("FlowContent", "shared", flowId=module, kind="module", content=changed)
    assert json.loads(bench.read("FlowContent", "shared", made).outputs["content"]) == json.loads(changed)


def test_120_quick_connects_are_linked_fifty_a_call_and_foreign_ones_stay(bench: Any) -> None:
    bench.cloud.call("connect", "list_queues", InstanceId=bench.instance)
    queue, several = queue_of(bench), numbers_of(bench, 90)
    theirs, ours = several[0], several[1:]
    bench.connect("associate_queue_quick_connects", QueueId=queue, QuickConnectIds=[theirs])
    made = bench.create("QueueQuickConnects", "triage", queueId=queue, quickConnectIds=ours)
    assert quick_connects_of(bench, queue) == {theirs, *ours}
    assert bench.read("QueueQuickConnects", "triage", made).outputs["quickConnectIds"] == ours
    swapped = list(reversed(ours))
    assert bench.diff("QueueQuickConnects", "triage", made, queueId=queue, quickConnectIds=swapped).changed == ()
    after = bench.update("QueueQuickConnects", "triage", made, queueId=queue, quickConnectIds=ours[:10])
    assert quick_connects_of(bench, queue) == {theirs, *ours[:10]}
    bench.delete("QueueQuickConnects", "triage", after)
    assert quick_connects_of(bench, queue) == {theirs}


def test_a_queue_s_caller_id_and_flow_are_set_and_taken_back(bench: Any) -> None:
    queue, flow = queue_of(bench), flow_of(bench, "outbound", "OUTBOUND_WHISPER")
    made = bench.create("QueueOutbound", "triage", queueId=queue, callerIdName="Line", outboundFlowId=flow)
    assert bench.read("QueueOutbound", "triage", made).outputs == made.outputs
    bench.delete("QueueOutbound", "triage", made)
    standing = bench.connect("describe_queue", QueueId=queue)["Queue"]
    assert not standing.get("OutboundCallerConfig")


def test_a_predefined_attribute_is_set_changed_and_removed(bench: Any) -> None:
    made = bench.create("PredefinedAttribute", "language", name="language", values=["fr", "en"])
    after = bench.update("PredefinedAttribute", "language", made, name="language", values=["fr", "en", "ar"])
    assert set(bench.read("PredefinedAttribute", "language", after).outputs["values"]) == {"fr", "en", "ar"}
    with pytest.raises(ProviderError) as caught:
        bench.create("PredefinedAttribute", "language", name="language", values=["fr"])
    assert caught.value.code == "DuplicateResourceException"
    bench.delete("PredefinedAttribute", "language", after)
    assert bench.read("PredefinedAttribute", "language", after).id is None


def test_a_bot_and_a_web_page_are_associated_found_and_taken_away_again(bench: Any) -> None:
    alias = "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST"
    declare(str(bench.cloud.endpoint_url), [alias])
    for kind, given in (("LexBot", {"aliasArn": alias}), ("ApprovedOrigin", {"origin": "https://desk.example.org"})):
        made = bench.create(kind, "one", **given)
        assert bench.read(kind, "one", made).outputs.items() >= given.items()
        inputs = {"instanceId": bench.instance, **given}
        assert find(bench.cloud, f"ccdeploy:index:{kind}", "one", inputs, "line.dev") == made.id
        bench.delete(kind, "one", made)
        assert bench.read(kind, "one", made).id is None


def test_a_switch_of_the_instance_is_set(bench: Any) -> None:
    made = bench.create("InstanceAttribute", "barge", attributeType="ENHANCED_CONTACT_MONITORING", value=True)
    assert bench.read("InstanceAttribute", "barge", made).outputs["value"] is True
    after = bench.update("InstanceAttribute", "barge", made, attributeType="ENHANCED_CONTACT_MONITORING", value=False)
    assert bench.read("InstanceAttribute", "barge", after).outputs["value"] is False


def test_a_quick_connect_to_an_agent_finds_the_agent_by_name(bench: Any) -> None:
    flow = flow_of(bench, "to agent", "AGENT_TRANSFER")
    given = {"name": "The boss", "username": "first.boss", "contactFlowId": flow}
    with pytest.raises(ProviderError, match=r"no agent 'first\.boss'") as caught:
        bench.create("QuickConnect", "boss", **given)
    assert "roster" in caught.value.hint
    profile = next(iter(bench.connect("list_routing_profiles")["RoutingProfileSummaryList"]))["Id"]
    security = next(iter(bench.connect("list_security_profiles")["SecurityProfileSummaryList"]))["Id"]
    user = bench.connect(
        "create_user",
        Username="first.boss",
        Password="Secret-123",
        IdentityInfo={"FirstName": "First", "LastName": "Boss", "Email": "boss@example.org"},
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        SecurityProfileIds=[security],
        RoutingProfileId=profile,
    )["UserId"]
    made = bench.create("QuickConnect", "boss", tags=bench.tags("QuickConnect", "boss"), **given)
    assert made.outputs["userId"] == user
    assert bench.read("QuickConnect", "boss", made).outputs["username"] == "first.boss"
    after = bench.update("QuickConnect", "boss", made, **given | {"name": "Boss"})
    assert bench.read("QuickConnect", "boss", after).outputs["name"] == "Boss"
    bench.delete("QuickConnect", "boss", after)
    assert bench.read("QuickConnect", "boss", after).id is None


def test_a_profile_is_limited_to_the_hierarchy_and_freed_again(bench: Any) -> None:
    profile = bench.connect("create_security_profile", SecurityProfileName="lead", Permissions=["Users.View"])
    given = {"securityProfileId": profile["SecurityProfileId"], "resources": ["User"]}
    made = bench.create("SecurityProfileScope", "lead", **given)

    def limited() -> Any:
        found = bench.connect("describe_security_profile", SecurityProfileId=profile["SecurityProfileId"])
        return found["SecurityProfile"].get("HierarchyRestrictedResources")

    assert limited() == ["User"]
    assert bench.read("SecurityProfileScope", "lead", made).outputs == made.outputs
    assert not bench.diff("SecurityProfileScope", "lead", made, **given).changed
    bench.delete("SecurityProfileScope", "lead", made)
    assert not limited()


def target_of(instance: str) -> str:
    return f"arn:aws:connect:eu-central-1:123456789012:instance/{instance}"


def claimed(bench: Any, instance: str, prefix: str) -> tuple[str, str]:
    wanted = {"InstanceId": instance, "PhoneNumberCountryCode": "FR", "PhoneNumberType": "DID"}
    found = bench.cloud.call("connect", "search_available_phone_numbers", PhoneNumberPrefix=prefix, **wanted)
    number = found["AvailableNumbersList"][0]["PhoneNumber"]
    answer = bench.cloud.call("connect", "claim_phone_number", InstanceId=instance, PhoneNumber=number)
    return number, answer["PhoneNumberId"]


def test_the_first_prefix_that_has_a_number_is_chosen_and_stays_chosen(bench: Any) -> None:
    number, _ = claimed(bench, bench.instance, "+331")
    given = {"targetArn": target_of(bench.instance), "countryCode": "FR", "type": "DID"}
    inputs = {"candidates": [number, "+332", "+331"], **given}
    made = bench.provider.create(
        CreateRequest("urn:n", "ccdeploy:index:NumberChoice", "main", bench.checked("NumberChoice", "main", inputs))
    )
    assert (made.id, made.outputs["prefix"]) == ("+332", "+332")
    assert bench.read("NumberChoice", "main", made).outputs["prefix"] == "+332"
    none = bench.checked("NumberChoice", "none", {"candidates": [number], **given})
    with pytest.raises(ProviderError) as refused:
        bench.provider.create(CreateRequest("urn:n", "ccdeploy:index:NumberChoice", "none", none))
    assert f"begins with {number} is available" in str(refused.value)


def test_a_number_of_another_instance_is_moved_and_given_back_and_a_line_in_use_is_not_cut(bench: Any) -> None:
    other = bench.cloud.call(
        "connect",
        "create_instance",
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias=f"{bench.instance[:8]}-b",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )["Id"]
    number, key = claimed(bench, other, "+333")

    def stands() -> str:
        found = bench.cloud.call("connect", "describe_phone_number", PhoneNumberId=key)
        return str(found["ClaimedPhoneNumberSummary"]["TargetArn"])

    given = {"targetArn": target_of(bench.instance), "phoneNumber": number}
    flows = bench.cloud.pages("connect", "list_contact_flows", "ContactFlowSummaryList", InstanceId=other)
    flow = next(item["Id"] for item in flows if item["ContactFlowType"] == "CONTACT_FLOW")
    answered = {"PhoneNumberId": key, "InstanceId": other}
    bench.cloud.call("connect", "associate_phone_number_contact_flow", ContactFlowId=flow, **answered)
    with pytest.raises(ProviderError) as refused:
        bench.create("AdoptedNumber", "main", **given)
    assert "answers calls in another instance" in str(refused.value)
    assert stands() == target_of(other)
    bench.cloud.call("connect", "disassociate_phone_number_contact_flow", **answered)
    made = bench.create("AdoptedNumber", "main", **given)
    assert (made.id, stands()) == (key, target_of(bench.instance))
    assert bench.read("AdoptedNumber", "main", made).outputs == made.outputs
    bench.delete("AdoptedNumber", "main", made)
    assert stands() == target_of(other)
    with pytest.raises(ProviderError) as unknown:
        bench.create("AdoptedNumber", "none", **given | {"phoneNumber": "+33199001599"})
    assert "holds no number" in str(unknown.value)
    bench.cloud.call("connect", "delete_instance", InstanceId=other)


def test_logs_of_an_adopted_instance_are_kept_as_long_as_asked_and_never_removed(bench: Any) -> None:
    given = {"logGroup": f"/aws/connect/{bench.instance[:8]}", "days": 30}

    def create(days: int) -> Any:
        full = bench.checked("LogRetention", "logs", given | {"days": days})
        return bench.provider.create(CreateRequest("urn:l", "ccdeploy:index:LogRetention", "logs", full))

    made = create(30)
    assert bench.read("LogRetention", "logs", made).outputs == {"logGroup": given["logGroup"], "days": 30}
    assert bench.read("LogRetention", "logs", create(60)).outputs["days"] == 60
    bench.delete("LogRetention", "logs", made)
    assert bench.read("LogRetention", "logs", made).id is not None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_preview_calls_nothing(kind: str) -> None:
    class NoCloud:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"a preview called {name}")

    provider = CcdeployProvider(NoCloud())  # type: ignore[arg-type]
    inputs = {key: UNKNOWN for key, prop in KINDS[kind].spec.properties.items() if prop.required}
    checked = provider.check(CheckRequest("urn", kind, "x", None, inputs))
    assert checked.failures == ()
    made = provider.create(CreateRequest("urn", kind, "x", checked.inputs, preview=True))
    assert made.id == ""
    assert all(made.outputs[key] is UNKNOWN for key in KINDS[kind].spec.outputs)


def test_a_type_that_does_not_exist_is_a_failure_in_words() -> None:
    result = CcdeployProvider().check(CheckRequest("urn", "ccdeploy:index:Queue", "x", None, {}))
    assert "there is no ccdeploy:index:Queue" in result.failures[0].reason


def test_a_second_other_configuration_is_refused() -> None:
    provider = CcdeployProvider()
    provider.configure({"region": "eu-central-1"})
    provider.configure({"region": "eu-central-1", "folder": "/somewhere"})
    with pytest.raises(ProviderError, match="already set up"):
        provider.configure({"region": "us-east-1"})
