"""An interrupted create is found by name and tag, and what others made is never taken for ours."""

from __future__ import annotations

from typing import Any

import pytest
from ccdeploy.stacks.cloud.lookup import find, kinds
from ccdeploy.stacks.names import own_tags

STACK = "line.dev"
HOURS = "aws:connect/hoursOfOperation:HoursOfOperation"
CONFIG = [{"Day": "MONDAY", "StartTime": {"Hours": 8, "Minutes": 0}, "EndTime": {"Hours": 20, "Minutes": 0}}]


def looked_up(bench: Any, type_: str, name: str, /, **inputs: Any) -> str | None:
    return find(bench.cloud, type_, name, {"instanceId": bench.instance, **inputs}, STACK)


def make_hours(bench: Any, title: str, tags: dict[str, str] | None) -> str:
    more = {"Tags": tags} if tags else {}
    made = bench.connect("create_hours_of_operation", Name=title, TimeZone="UTC", Config=CONFIG, **more)
    return str(made["HoursOfOperationId"])


def test_ours_is_found_in_the_provider_s_own_id_form(bench: Any) -> None:
    made = make_hours(bench, "Day", own_tags(STACK, HOURS, "day"))
    assert looked_up(bench, HOURS, "day", name="Day") == f"{bench.instance}:{made}"


@pytest.mark.parametrize(
    "tags",
    [None, own_tags("other.dev", HOURS, "day"), own_tags(STACK, HOURS, "night"), {"ccdeploy:stack": STACK}],
    ids=["none", "another stack's", "another thing's", "half"],
)
def test_one_of_the_same_name_with_other_tags_is_not_ours(bench: Any, tags: dict[str, str] | None) -> None:
    make_hours(bench, "Day", tags)
    assert looked_up(bench, HOURS, "day", name="Day") is None


def test_what_was_never_made_is_not_found(bench: Any) -> None:
    bucket = f"line-{bench.instance[:8]}"
    for type_ in kinds():
        inputs = {
            "name": "Nothing",
            "instanceAlias": "nothing",
            "targetArn": f"arn:aws:connect:{bench.cloud.region}:123456789012:instance/{bench.instance}",
            "hoursOfOperationId": make_hours(bench, type_, None),
            "values": [],
            "resourceType": "CALL_RECORDINGS",
            "storageConfig": {"storageType": "S3", "s3Config": {"bucketName": bucket}},
            "functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:nothing",
            "aliasArn": "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST",
            "origin": "https://desk.example.org",
            "bucket": bucket,
            "targetKeyId": "nothing",
        }
        assert looked_up(bench, type_, "nothing", **inputs) is None, type_


def test_an_instance_a_status_and_an_override_are_found(bench: Any) -> None:
    token = "aws:connect/instance:Instance"
    made = bench.cloud.call(
        "connect",
        "create_instance",
        IdentityManagementType="SAML",
        InstanceAlias=f"found-{bench.instance[:8]}",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
        Tags=own_tags(STACK, token, "line"),
    )["Id"]
    assert looked_up(bench, token, "line", instanceAlias=f"found-{bench.instance[:8]}") == made
    bench.cloud.call("connect", "delete_instance", InstanceId=made)
    status = bench.create("AgentStatus", "break", name="Break", tags=bench.tags("AgentStatus", "break"))
    assert looked_up(bench, "ccdeploy:index:AgentStatus", "break", name="Break") == status.id
    hours = make_hours(bench, "Day", None)
    eve = {"name": "Eve", "effectiveFrom": "2026-12-24", "effectiveTill": "2026-12-24", "configs": []}
    override = bench.create("HoursOverride", "day/Eve", hoursOfOperationId=hours, **eve)
    found = looked_up(bench, "ccdeploy:index:HoursOverride", "day/Eve", hoursOfOperationId=hours, name="Eve")
    assert found == override.id
    attribute = bench.create("PredefinedAttribute", "language", name="language", values=["fr", "en"])
    token = "ccdeploy:index:PredefinedAttribute"
    assert looked_up(bench, token, "language", name="language", values=["en", "fr"]) == attribute.id
    assert looked_up(bench, token, "language", name="language", values=["ar"]) is None


def test_a_bucket_a_key_and_a_log_group_are_found(bench: Any) -> None:
    bucket = f"kept-{bench.instance[:8]}"
    region = {"LocationConstraint": bench.cloud.region}
    bench.cloud.call("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=region)
    assert looked_up(bench, "aws:s3/bucket:Bucket", "storage", bucket=bucket) == bucket
    theirs = {"TagSet": [{"Key": "owner", "Value": "somebody"}]}
    bench.cloud.call("s3", "put_bucket_tagging", Bucket=bucket, Tagging=theirs)
    assert looked_up(bench, "aws:s3/bucket:Bucket", "storage", bucket=bucket) is None
    token = "aws:kms/key:Key"
    tags = [{"TagKey": key, "TagValue": value} for key, value in own_tags(STACK, token, "storage").items()]
    key = bench.cloud.call("kms", "create_key", Tags=tags)["KeyMetadata"]["KeyId"]
    assert looked_up(bench, token, "storage") == key
    alias = f"alias/{bench.instance[:8]}"
    bench.cloud.call("kms", "create_alias", AliasName=alias, TargetKeyId=key)
    assert looked_up(bench, "aws:kms/alias:Alias", "storage", name=alias, targetKeyId=key) == alias
    bench.cloud.call("kms", "schedule_key_deletion", KeyId=key, PendingWindowInDays=7)
    assert looked_up(bench, token, "storage") is None
    token, group = "aws:cloudwatch/logGroup:LogGroup", f"/aws/connect/{bench.instance[:8]}"
    bench.cloud.call("logs", "create_log_group", logGroupName=group, tags=own_tags(STACK, token, "flow-logs"))
    assert looked_up(bench, token, "flow-logs", name=group) == group
    assert looked_up(bench, token, "other", name=group) is None
