"""Instances, their seeded contents, and the services beside Connect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from ccdeploy.flows.language import validate
from ccdeploy.sandbox import control
from ccdeploy.sandbox.history import History, read
from ccdeploy.sandbox.server import Busy, Running, serve

from .conftest import PASSWORD, Centre, client, make_centre


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["Name"] for row in rows]


def test_a_new_instance_holds_what_the_service_puts_there(centre: Centre) -> None:
    assert names(centre.call("list_hours_of_operations")["HoursOfOperationSummaryList"]) == ["Basic Hours"]
    assert names(centre.call("list_queues")["QueueSummaryList"]) == ["BasicQueue"]
    assert names(centre.call("list_routing_profiles")["RoutingProfileSummaryList"]) == ["Basic Routing Profile"]
    assert names(centre.call("list_security_profiles")["SecurityProfileSummaryList"]) == [
        "Admin",
        "Agent",
        "CallCenterManager",
        "QualityAnalyst",
    ]
    statuses = centre.call("list_agent_statuses")["AgentStatusSummaryList"]
    assert [(s["Name"], s["Type"]) for s in statuses] == [("Available", "ROUTABLE"), ("Offline", "OFFLINE")]
    assert len(centre.call("list_prompts")["PromptSummaryList"]) == 7
    assert "users" not in centre.call("list_users")
    assert centre.call("list_users")["UserSummaryList"] == []


def test_the_seeded_flows_are_legal_flow_language(centre: Centre) -> None:
    flows = centre.call("list_contact_flows")["ContactFlowSummaryList"]
    assert len(flows) == 9
    for row in flows:
        flow = centre.call("describe_contact_flow", ContactFlowId=row["Id"])["ContactFlow"]
        centre.call("update_contact_flow_content", ContactFlowId=row["Id"], Content=flow["Content"])
        assert validate(flow["Content"], flow["Type"]) == []


def test_an_arn_does_in_place_of_an_id(centre: Centre) -> None:
    queue = centre.call("list_queues")["QueueSummaryList"][0]
    answer = centre.connect.describe_queue(InstanceId=centre.arn, QueueId=queue["Arn"])["Queue"]
    assert answer["QueueId"] == queue["Id"]
    assert answer["LastModifiedTime"].year >= 2024


def test_instance_creation_is_asynchronous_at_the_real_pace(serving: Callable[..., Running]) -> None:
    centre = make_centre(serving(pace="real").endpoint)
    states = [centre.call("describe_instance")["Instance"]["InstanceStatus"] for _ in range(3)]
    assert states == ["CREATION_IN_PROGRESS", "CREATION_IN_PROGRESS", "ACTIVE"]


def test_an_attribute_is_kept_and_shown_by_the_instance(centre: Centre) -> None:
    centre.call("update_instance_attribute", AttributeType="INBOUND_CALLS", Value="false")
    assert centre.call("describe_instance")["Instance"]["InboundCallsEnabled"] is False
    attribute = centre.call("describe_instance_attribute", AttributeType="INBOUND_CALLS")["Attribute"]
    assert attribute == {"AttributeType": "INBOUND_CALLS", "Value": "false"}


def test_a_deleted_instance_is_gone_with_everything_in_it(centre: Centre) -> None:
    number = centre.connect.search_available_phone_numbers(
        TargetArn=centre.arn, PhoneNumberCountryCode="FR", PhoneNumberType="DID"
    )["AvailableNumbersList"][0]["PhoneNumber"]
    centre.connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=number)
    centre.call("delete_instance")
    assert centre.connect.list_instances()["InstanceSummaryList"] == []
    assert centre.connect.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"] == []
    with pytest.raises(ClientError) as refused:
        centre.call("list_queues")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_an_alias_of_a_deleted_instance_is_free_again(centre: Centre, sandbox: Running) -> None:
    centre.call("delete_instance")
    assert make_centre(sandbox.endpoint).instance != centre.instance


def test_a_client_token_makes_a_repeated_create_the_same_one(sandbox: Running) -> None:
    connect = client("connect", sandbox.endpoint)
    given = {
        "ClientToken": "once",
        "InstanceAlias": "twice",
        "IdentityManagementType": "SAML",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
    }
    assert connect.create_instance(**given)["Id"] == connect.create_instance(**given)["Id"]
    assert len(connect.list_instances()["InstanceSummaryList"]) == 1


def test_a_region_without_connect_is_refused_by_name(sandbox: Running) -> None:
    with pytest.raises(ClientError, match="eu-west-3") as refused:
        client("connect", sandbox.endpoint, "eu-west-3").list_instances()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_instances_belong_to_their_region(centre: Centre, sandbox: Running) -> None:
    assert client("connect", sandbox.endpoint, "us-east-1").list_instances()["InstanceSummaryList"] == []


def test_an_operation_that_is_not_built_answers_in_words(centre: Centre) -> None:
    with pytest.raises(ClientError, match="CreateTaskTemplate") as refused:
        centre.call("create_task_template", Name="x", Fields=[])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] != 500


def test_tags_can_be_set_read_and_removed_on_every_taggable_kind(centre: Centre) -> None:
    for method, key in (
        ("list_queues", "QueueSummaryList"),
        ("list_hours_of_operations", "HoursOfOperationSummaryList"),
        ("list_contact_flows", "ContactFlowSummaryList"),
        ("list_routing_profiles", "RoutingProfileSummaryList"),
        ("list_security_profiles", "SecurityProfileSummaryList"),
        ("list_agent_statuses", "AgentStatusSummaryList"),
        ("list_prompts", "PromptSummaryList"),
    ):
        arn = centre.call(method)[key][0]["Arn"]
        centre.connect.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
        centre.connect.untag_resource(resourceArn=arn, tagKeys=["a"])
        assert centre.connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    centre.connect.tag_resource(resourceArn=centre.arn, tags={"c": "3"})
    assert centre.call("describe_instance")["Instance"]["Tags"] == {"c": "3"}


def test_everything_acknowledged_is_there_after_a_restart(tmp_path: Path, serving: Callable[..., Running]) -> None:
    first = serving(tmp_path)
    centre = make_centre(first.endpoint)
    user = centre.user("ada")
    bucket = client("s3", first.endpoint)
    bucket.create_bucket(Bucket="example", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    bucket.put_object(Bucket="example", Key="prompts/a b.wav", Body=b"RIFF")
    key = client("kms", first.endpoint).create_key(Description="recordings")["KeyMetadata"]["KeyId"]
    role = client("iam", first.endpoint).create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["RoleId"]
    client("logs", first.endpoint).create_log_group(logGroupName="/aws/connect/example")
    first.stop()

    second = serving(tmp_path)
    again = Centre(client("connect", second.endpoint), centre.instance, centre.arn)
    assert again.call("describe_user", UserId=user)["User"]["Username"] == "ada"
    body = client("s3", second.endpoint).get_object(Bucket="example", Key="prompts/a b.wav")["Body"].read()
    assert body == b"RIFF"
    assert [k["KeyId"] for k in client("kms", second.endpoint).list_keys()["Keys"]] == [key]
    assert client("iam", second.endpoint).get_role(RoleName="role")["Role"]["RoleId"] == role
    groups = client("logs", second.endpoint).describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/aws/connect/example"]


def test_the_caller_is_the_sandbox_account_unless_it_has_keys_of_a_role(sandbox: Running) -> None:
    sts = client("sts", sandbox.endpoint)
    assert sts.get_caller_identity()["Account"] == "123456789012"
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = client("iam", sandbox.endpoint).create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    key = sts.assume_role(RoleArn=role, RoleSessionName="s")["Credentials"]["AccessKeyId"]
    make: Any = boto3.client
    assumed = make(
        "sts",
        region_name="eu-central-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key="x",
    )
    assert ":assumed-role/r/s" in assumed.get_caller_identity()["Arn"]


def test_two_sandboxes_in_one_process_share_nothing(serving: Callable[..., Running]) -> None:
    one, two = serving(), serving()
    for running in (one, two, one):
        s3 = client("s3", running.endpoint)
        name = "one" if running is one else "two"
        if name not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == [name]
    make_centre(one.endpoint)
    assert client("connect", two.endpoint).list_instances()["InstanceSummaryList"] == []


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path, serving: Callable[..., Running]) -> None:
    serving(tmp_path)
    with pytest.raises(Busy):
        serve(tmp_path)


def test_the_history_tells_every_request_and_no_secret(tmp_path: Path, serving: Callable[..., Running]) -> None:
    running = serving(tmp_path)
    centre = make_centre(running.endpoint)
    centre.user("ada")
    with pytest.raises(ClientError):
        centre.user("ada")
    client("kms", running.endpoint).create_key()
    running.stop()
    history = list(read(tmp_path))
    assert [entry["n"] for entry in history] == list(range(1, len(history) + 1))
    creates = [entry for entry in history if entry["operation"] == "CreateUser"]
    assert [(entry["error"], entry["effect"]) for entry in creates] == [
        ("", True),
        ("DuplicateResourceException", False),
    ]
    assert creates[0]["parameters"]["Password"] == "[secret]"
    assert history[-1]["operation"] == "CreateKey"
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert PASSWORD.encode() not in everything


def test_a_torn_line_of_the_history_is_cut_off_and_the_count_goes_on(
    tmp_path: Path, serving: Callable[..., Running]
) -> None:
    make_centre(serving(tmp_path).endpoint).call("list_queues")
    log = tmp_path / "history.jsonl"
    with log.open("ab") as file:
        file.write(b'{"n": 3, "operation": "Create')
    assert [entry["n"] for entry in read(tmp_path)] == [1, 2]
    other = tmp_path / "other"
    other.mkdir()
    log.rename(other / log.name)
    make_centre(serving(other).endpoint)
    assert [entry["n"] for entry in read(other)] == [1, 2, 3]


def test_a_long_history_goes_on_in_a_new_file_and_keeps_the_one_before(tmp_path: Path) -> None:
    log = History(tmp_path, largest=2000)
    for number in range(60):
        log.add({"operation": f"Create{number}", "parameters": {"Name": "é" * 20}})
    log.close()
    assert {path.name for path in tmp_path.iterdir()} == {"history.jsonl", "history.1.jsonl"}
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    kept = [entry["n"] for entry in read(tmp_path)]
    assert kept == list(range(kept[0], 61))
    again = History(tmp_path, largest=2000)
    again.add({"operation": "Next"})
    again.close()
    assert [*read(tmp_path)][-1] == {"n": 61, "operation": "Next"}


def test_quotas_are_enforced_granted_and_kept(tmp_path: Path, serving: Callable[..., Running]) -> None:
    running = serving(tmp_path)
    centre = make_centre(running.endpoint)
    control.grant_quotas(running.endpoint, "example", {"users": 1})
    centre.user("one")
    with pytest.raises(ClientError) as full:
        centre.user("two")
    assert full.value.response["Error"]["Code"] == "LimitExceededException"
    assert full.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    control.grant_quotas(running.endpoint, "all", {"users": 9})
    control.grant_quotas(running.endpoint, centre.instance, {"users": 2})
    centre.user("two")
    running.stop()
    again = make_again(serving(tmp_path), centre)
    with pytest.raises(ClientError):
        again.user("three")


def outcome(centre: Centre, method: str) -> str:
    try:
        centre.call(method)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def make_again(running: Running, centre: Centre) -> Centre:
    return Centre(client("connect", running.endpoint), centre.instance, centre.arn)


def test_quotas_can_be_switched_off(serving: Callable[..., Running]) -> None:
    running = serving(quotas=False)
    for alias in ("a1", "a2", "a3"):
        make_centre(running.endpoint, alias)


def test_an_unknown_quota_is_refused_with_the_known_ones(sandbox: Running) -> None:
    with pytest.raises(control.ControlFailed, match="phone_numbers"):
        control.grant_quotas(sandbox.endpoint, "all", {"phones": 3})


def test_the_real_pace_throttles_each_operation_by_itself(serving: Callable[..., Running]) -> None:
    running = serving(pace="real")
    centre = make_centre(running.endpoint)
    answers = [outcome(centre, "list_queues") for _ in range(8)]
    assert answers[:5] == [""] * 5
    assert "ThrottlingException" in answers
    centre.call("list_users")
    control.move_clock(running.endpoint, 10)
    centre.call("list_queues")
