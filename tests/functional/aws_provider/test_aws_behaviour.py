"""What the aws provider does when it is more than one call, or when something goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ccdeploy.sandbox.control import grant_quotas
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.sandbox.server import Options, serve
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CreateRequest,
    DiffRequest,
    InitFailed,
    ProviderError,
    UpdateRequest,
)
from ccdeploy.stacks.provider.values import Asset

if TYPE_CHECKING:
    from .conftest import Made, Rig

VOICE = {"channel": "VOICE", "concurrency": 1}
INSTANCE = {"identityManagementType": "CONNECT_MANAGED", "inboundCallsEnabled": True, "outboundCallsEnabled": True}


def instance(rig: Rig, name: str = "line", **more: Any) -> Made:
    return rig.made.get(name) or rig.make(name, "aws:connect/instance:Instance", **INSTANCE, instanceAlias=name, **more)


def queue(rig: Rig, name: str, **more: Any) -> Made:
    place = instance(rig).id
    hours = rig.made.get("hours") or rig.make(
        "hours", "aws:connect/hoursOfOperation:HoursOfOperation", instanceId=place, timeZone="Europe/Paris", configs=[]
    )
    where = {"instanceId": place, "hoursOfOperationId": hours.outputs["hoursOfOperationId"]}
    return rig.make(name, "aws:connect/queue:Queue", **where, **more)


def dial(rig: Rig, number: int) -> str:
    config = {"quickConnectType": "PHONE_NUMBER", "phoneConfigs": [{"phoneNumber": f"+331990{number:05}"}]}
    made = rig.make(
        f"dial-{number}",
        "aws:connect/quickConnect:QuickConnect",
        instanceId=instance(rig).id,
        quickConnectConfig=config,
    )
    return str(made.outputs["quickConnectId"])


def test_a_disabled_queue_is_disabled_from_the_first_run(rig: Rig) -> None:
    made = queue(rig, "closed", status="DISABLED")
    assert made.outputs["status"] == "DISABLED"
    assert "UpdateQueueStatus" in made.calls
    assert rig.diff(made).changed == ()


def test_quick_connects_are_associated_fifty_at_a_time(rig: Rig) -> None:
    ids = [dial(rig, number) for number in range(61)]
    mark = len(rig.requests())
    made = queue(rig, "many", quickConnectIds=ids)
    assert sorted(made.outputs["quickConnectIds"]) == sorted(ids)
    sizes = [
        len(line["parameters"].get("QuickConnectIds", ()))
        for line in rig.requests()[mark:]
        if line["operation"] in ("CreateQueue", "AssociateQueueQuickConnects")
    ]
    assert sizes == [50, 11]
    assert rig.change(made, quickConnectIds=ids[:3])[:1] == ["DisassociateQueueQuickConnects"]
    assert rig.diff(made).changed == ()


def test_queues_of_a_routing_profile_are_associated_ten_at_a_time(rig: Rig) -> None:
    queues = [queue(rig, f"q{number}").outputs["queueId"] for number in range(13)]
    lines = [{"channel": "VOICE", "delay": 0, "priority": 1, "queueId": one} for one in queues]
    mark = len(rig.requests())
    made = rig.make(
        "wide",
        "aws:connect/routingProfile:RoutingProfile",
        instanceId=instance(rig).id,
        description="Everything",
        defaultOutboundQueueId=queues[0],
        mediaConcurrencies=[VOICE],
        queueConfigs=lines,
    )
    sizes = [
        (line["operation"], len(line["parameters"].get("QueueConfigs", ())))
        for line in rig.requests()[mark:]
        if line["effect"]
    ]
    assert sizes == [
        ("CreateRoutingProfile", 0),
        ("AssociateRoutingProfileQueues", 10),
        ("AssociateRoutingProfileQueues", 3),
    ]
    assert len(made.outputs["queueConfigs"]) == 13
    assert rig.diff(made).changed == ()


def test_a_queue_that_a_profile_lists_is_refused_in_words(rig: Rig) -> None:
    used = queue(rig, "used")
    line = {"channel": "VOICE", "delay": 0, "priority": 1, "queueId": used.outputs["queueId"]}
    profile = rig.make(
        "user-of-it",
        "aws:connect/routingProfile:RoutingProfile",
        instanceId=instance(rig).id,
        description="Uses it",
        defaultOutboundQueueId=used.outputs["queueId"],
        mediaConcurrencies=[VOICE],
        queueConfigs=[line],
    )
    rig.delete(profile)
    rig.delete(used)
    assert rig.look(used).id is None


def test_a_bad_flow_tells_the_services_problems(rig: Rig) -> None:
    content = json.dumps({"Version": "2019-10-30", "StartAction": "nowhere", "Metadata": {}, "Actions": []})
    with pytest.raises(ProviderError, match=r"CreateContactFlow: InvalidContactFlowException: .+") as refused:
        rig.make("bad", "aws:connect/contactFlow:ContactFlow", instanceId=instance(rig).id, content=content)
    assert refused.value.code == "InvalidContactFlowException"


def test_the_content_of_a_flow_may_come_from_a_file(rig: Rig, tmp_path: Path) -> None:
    actions = [{"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]
    content = json.dumps({"Version": "2019-10-30", "StartAction": "bye", "Metadata": {}, "Actions": actions})
    file = tmp_path / "flow.json"
    file.write_text(content, encoding="utf-8")
    place = instance(rig).id
    made = rig.make(
        "filed", "aws:connect/contactFlow:ContactFlow", instanceId=place, filename=str(file), contentHash="1"
    )
    assert json.loads(made.outputs["content"]) == json.loads(content)
    assert (made.outputs["filename"], made.outputs["contentHash"]) == (str(file), "1")
    file.write_text(content.replace("bye", "end"), encoding="utf-8")
    assert rig.diff(made).changed == ()
    assert rig.change(made, contentHash="2")[0] == "UpdateContactFlowContent"
    assert "end" in made.outputs["content"]
    with pytest.raises(ProviderError, match="cannot be read"):
        rig.change(made, filename=str(tmp_path / "missing.json"))


def test_an_object_that_someone_deleted_is_gone_on_the_next_look(rig: Rig) -> None:
    made = queue(rig, "by-hand")
    rig.provider._clients.get("connect", "eu-central-1").delete_queue(
        InstanceId=instance(rig).id, QueueId=made.outputs["queueId"]
    )
    assert rig.look(made).id is None
    assert rig.delete(made) == ["DeleteQueue"]


def test_what_someone_changed_is_seen_by_a_refresh_and_put_back(rig: Rig) -> None:
    made = queue(rig, "drifting", description="Nurses", maxContacts=4)
    client = rig.provider._clients.get("connect", "eu-central-1")
    where = {"InstanceId": instance(rig).id, "QueueId": made.outputs["queueId"]}
    client.update_queue_max_contacts(**where, MaxContacts=9)
    seen = rig.look(made)
    assert (seen.outputs["maxContacts"], seen.inputs["maxContacts"]) == (9, 9)
    made.outputs = seen.outputs
    assert rig.diff(made).changed == ("maxContacts",)
    assert rig.change(made)[0] == "UpdateQueueMaxContacts"
    assert made.outputs["maxContacts"] == 4


def test_data_sources_find_the_defaults_of_a_new_instance_by_name(rig: Rig) -> None:
    place = instance(rig).id

    def get(what: str, **args: Any) -> dict[str, Any]:
        got = rig.provider.invoke(f"aws:connect/get{what}:get{what}", args)
        assert got.failures == ()
        return got.value

    assert get("Instance", instanceAlias="line")["id"] == place
    basic = get("Queue", instanceId=place, name="BasicQueue")
    assert basic["id"] == f"{place}:{basic['queueId']}"
    hours = get("HoursOfOperation", instanceId=place, hoursOfOperationId=basic["hoursOfOperationId"])
    assert hours["name"] == "Basic Hours"
    assert set(hours["configs"][0]) == {"day", "startTimes", "endTimes"}
    assert get("RoutingProfile", instanceId=place, name="Basic Routing Profile")["queueConfigs"]
    assert get("SecurityProfile", instanceId=place, name="Agent")["permissions"]
    assert get("ContactFlow", instanceId=place, name="Default customer hold")["type"] == "CUSTOMER_HOLD"
    assert get("Prompt", instanceId=place, name="Beep.wav")["arn"].startswith("arn:aws:connect:")
    assert get("UserHierarchyStructure", instanceId=place)["id"] == place
    assert rig.provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}).value["accountId"] == "123456789012"


@pytest.mark.parametrize("name", ["basicqueue", "Nobody"])
def test_a_data_source_that_finds_nothing_says_so(rig: Rig, name: str) -> None:
    with pytest.raises(ProviderError, match="empty result"):
        rig.provider.invoke("aws:connect/getQueue:getQueue", {"instanceId": instance(rig).id, "name": name})


def test_a_full_quota_fails_at_once_and_names_the_key(new_rig: Rig) -> None:
    instance(new_rig)
    instance(new_rig, "second-line")
    with pytest.raises(ProviderError) as refused:
        instance(new_rig, "third-line")
    assert "quotas: in center.yaml" in refused.value.hint
    attempts = [line for line in new_rig.requests() if line["operation"] == "CreateInstance"]
    assert len(attempts) == 3


def test_a_claim_over_the_quota_is_released_so_that_a_later_run_can_claim_anew(new_rig: Rig) -> None:
    target = instance(new_rig).outputs["arn"]
    wanted = {"targetArn": target, "countryCode": "FR", "type": "DID"}
    for number in range(5):
        new_rig.make(f"n{number}", "aws:connect/phoneNumber:PhoneNumber", **wanted)
    with pytest.raises(ProviderError, match="could not be claimed") as failed:
        new_rig.make("n5", "aws:connect/phoneNumber:PhoneNumber", **wanted)
    assert not isinstance(failed.value, InitFailed)
    assert "quotas: phone_numbers: in center.yaml" in failed.value.hint
    client = new_rig.provider._clients.get("connect", "eu-central-1")
    assert len(client.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"]) == 5
    grant_quotas(new_rig.running.endpoint, "all", {"phone_numbers": 6})
    assert new_rig.make("n5", "aws:connect/phoneNumber:PhoneNumber", **wanted).outputs["phoneNumber"]


def test_a_failure_after_the_creation_keeps_the_id_and_the_next_update_finishes(tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    refused = {"kind": "refuse", "error": "InternalServiceException"}
    fault = {"operation": "UpdateInstanceAttribute", "nth": [3, 4, 5], **refused}  # asked three times
    plan.write_text(json.dumps([fault]), encoding="utf-8")
    type_ = "aws:connect/instance:Instance"
    with serve(tmp_path / "data", Options(faults=plan)) as running:
        provider = AwsProvider(running.endpoint, "eu-central-1")
        news = {**INSTANCE, "instanceAlias": "line", "contactLensEnabled": False, "multiPartyConferenceEnabled": True}
        inputs = provider.check(CheckRequest("urn", type_, "line", None, news)).inputs
        with pytest.raises(InitFailed, match="UpdateInstanceAttribute") as failed:
            provider.create(CreateRequest("urn", type_, "line", inputs))
        half = failed.value
        assert half.id
        compared = DiffRequest("urn", type_, "line", half.id, inputs, half.outputs, inputs)
        assert provider.diff(compared).replaces == ()
        request = UpdateRequest("urn", type_, "line", half.id, inputs, half.outputs, inputs)
        outputs = provider.update(request)
    assert (outputs["contactLensEnabled"], outputs["multiPartyConferenceEnabled"]) == (False, True)


def test_throttling_is_waited_out(tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    fault = {"operation": "CreateInstance", "nth": [1, 2], "kind": "throttle"}
    plan.write_text(json.dumps([fault]), encoding="utf-8")
    type_ = "aws:connect/instance:Instance"
    with serve(tmp_path / "data", Options(faults=plan)) as running:
        provider = AwsProvider(running.endpoint, "eu-central-1")
        inputs = provider.check(CheckRequest("urn", type_, "line", None, {**INSTANCE, "instanceAlias": "line"})).inputs
        assert provider.create(CreateRequest("urn", type_, "line", inputs)).id


def test_a_bucket_with_versions_and_objects_is_emptied_and_removed_on_request(rig: Rig) -> None:
    bucket = rig.make("recordings", "aws:s3/bucket:Bucket", forceDestroy=True, tags={"team": "a"})
    versions = rig.make(
        "versions",
        "aws:s3/bucketVersioning:BucketVersioning",
        bucket=bucket.id,
        versioningConfiguration={"status": "Enabled"},
    )
    sound = rig.make(
        "sound", "aws:s3/bucketObjectv2:BucketObjectv2", bucket=bucket.id, key="a/b.wav", source=Asset("1", text="one")
    )
    rig.change(sound, source=Asset("2", text="two"))
    for one in (sound, versions, bucket):
        rig.delete(one)
    assert rig.look(bucket).id is None


def test_a_bucket_with_objects_stays_unless_its_removal_is_forced(rig: Rig) -> None:
    bucket = rig.make("kept", "aws:s3/bucket:Bucket")
    rig.make("kept-file", "aws:s3/bucketObjectv2:BucketObjectv2", bucket=bucket.id, key="a", content="x")
    with pytest.raises(ProviderError, match="is not empty"):
        rig.delete(bucket)


def test_two_clients_at_once_share_what_was_made(rig: Rig) -> None:
    from concurrent.futures import ThreadPoolExecutor

    place = instance(rig).id
    rig.provider._clients._clients.clear()
    with ThreadPoolExecutor(8) as pool:
        ask = [pool.submit(rig.look, instance(rig)) for _ in range(24)]
        assert {one.result().id for one in ask} == {place}
    assert len(rig.provider._clients._clients) == 1


def test_a_bucket_that_denies_requests_without_tls_still_takes_objects(rig: Rig) -> None:
    bucket = rig.make("strict", "aws:s3/bucket:Bucket", forceDestroy=True)
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket.outputs["arn"], f"{bucket.outputs['arn']}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [denial]}
    made = rig.make("strict-policy", "aws:s3/bucketPolicy:BucketPolicy", bucket=bucket.id, policy=policy)
    assert json.loads(rig.look(made).outputs["policy"]) == policy
    rig.make("strict-file", "aws:s3/bucketObjectv2:BucketObjectv2", bucket=bucket.id, key="a.wav", content="x")
    firm = {**policy, "Statement": [{key: value for key, value in denial.items() if key != "Condition"}]}
    rig.change(made, policy=json.dumps(firm))
    with pytest.raises(ProviderError, match="PutObject"):
        rig.make("refused", "aws:s3/bucketObjectv2:BucketObjectv2", bucket=bucket.id, key="b.wav", content="x")


@pytest.mark.parametrize(
    ("fault", "created", "asked"),
    [
        ({"operation": "DescribeInstance", "nth": 1, "kind": "reset"}, True, 1),
        ({"operation": "CreateInstance", "nth": 1, "kind": "lose-answer"}, False, 1),
        ({"operation": "CreateInstance", "nth": 1, "kind": "reset"}, False, 0),
    ],
    ids=["a read is repeated", "a creation whose answer was lost is not", "nor one that was never answered"],
)
def test_lost_answers_are_asked_for_again_only_where_that_is_safe(
    tmp_path: Path, fault: dict[str, Any], created: bool, asked: int
) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text(json.dumps([fault]), encoding="utf-8")
    type_ = "aws:connect/instance:Instance"
    with serve(tmp_path / "data", Options(faults=plan)) as running:
        provider = AwsProvider(running.endpoint, "eu-central-1")
        inputs = provider.check(CheckRequest("urn", type_, "line", None, {**INSTANCE, "instanceAlias": "line"})).inputs
        if created:
            assert provider.create(CreateRequest("urn", type_, "line", inputs)).id
        else:
            with pytest.raises(ProviderError, match="connect CreateInstance: "):
                provider.create(CreateRequest("urn", type_, "line", inputs))
        standing = provider._clients.get("connect", "eu-central-1").list_instances()["InstanceSummaryList"]
    assert len(standing) == asked
