"""Did an interrupted create happen? Looked up by name *and* our tags, and answered in the provider's id form.

Connect's creates take no token (Connect facts 1.3), so after a crash the service must be asked. What bears the name but
not our tags belongs to somebody else and is never taken: the create that follows is then refused as a duplicate.
Kinds that only set something (flow content, links, bucket settings) are left out: doing it again does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ...specs.errors import CloudError
from ..names import is_ours
from . import connect
from .client import Cloud, is_missing

Inputs = Mapping[str, Any]


class Pending(NamedTuple):
    """A create whose end is not known: what was asked for, of whom, under which name."""

    cloud: Cloud
    type: str
    name: str
    inputs: Inputs
    stack_name: str

    def made(self, tags: Mapping[str, str] | None) -> bool:
        """Whether `tags` mark exactly this resource."""
        return is_ours(tags or {}, self.stack_name, self.type, self.name)


_IN_INSTANCE: Final = {
    "aws:connect/hoursOfOperation:HoursOfOperation": connect.HOURS,
    "aws:connect/queue:Queue": connect.QUEUES,
    "aws:connect/quickConnect:QuickConnect": connect.QUICK_CONNECTS,
    "aws:connect/contactFlow:ContactFlow": connect.FLOWS,
    "aws:connect/contactFlowModule:ContactFlowModule": connect.MODULES,
    "aws:connect/routingProfile:RoutingProfile": connect.ROUTING_PROFILES,
    "aws:connect/securityProfile:SecurityProfile": connect.SECURITY_PROFILES,
    "aws:connect/userHierarchyGroup:UserHierarchyGroup": connect.GROUPS,
    "ccdeploy:index:AgentStatus": connect.AGENT_STATUSES,
    "ccdeploy:index:Prompt": connect.PROMPTS,
    "ccdeploy:index:QuickConnect": connect.QUICK_CONNECTS,
}


def find(cloud: Cloud, type_: str, name: str, inputs: Inputs, stack_name: str) -> str | None:
    """The id of the resource that a pending create of `type_` and logical `name` made, or None if it made none.

    `inputs` are the create's own, plain. Raises CloudError when the service cannot be asked.
    """
    pending = Pending(cloud, type_, name, inputs, stack_name)
    listing = _IN_INSTANCE.get(type_)
    try:
        if listing is not None:
            for found in connect.named(cloud, inputs["instanceId"], listing, inputs["name"]):
                if pending.made(found.get("Tags")):
                    return f"{inputs['instanceId']}:{found['_id']}"
            return None
        other = _OTHERS.get(type_)
        return other(pending) if other else None
    except CloudError as error:
        if is_missing(error):
            return None
        raise


def _instance(pending: Pending) -> str | None:
    for found in connect.instances_named(pending.cloud, pending.inputs["instanceAlias"]):
        if pending.made(found.get("Tags")):
            return str(found["Id"])
    return None


def _phone_number(pending: Pending) -> str | None:
    for found in connect.phone_numbers(pending.cloud, pending.inputs["targetArn"]):
        if pending.made(found.get("Tags")):
            return str(found["PhoneNumberId"])
    return None


def _override(pending: Pending) -> str | None:
    """Overrides carry no tags; the hours that they belong to are ours by the state."""
    instance, hours = pending.inputs["instanceId"], pending.inputs["hoursOfOperationId"]
    for found in pending.cloud.pages(
        "connect",
        "list_hours_of_operation_overrides",
        "HoursOfOperationOverrideList",
        InstanceId=instance,
        HoursOfOperationId=hours,
        MaxResults=100,
    ):
        if found.get("Name") == pending.inputs["name"]:
            return f"{instance}:{hours}:{found['HoursOfOperationOverrideId']}"
    return None


def _attribute(pending: Pending) -> str | None:
    """Predefined attributes carry no tags: the very same values tell ours."""
    instance, wanted = pending.inputs["instanceId"], pending.inputs["name"]
    found = pending.cloud.call("connect", "describe_predefined_attribute", InstanceId=instance, Name=wanted)
    values = (found["PredefinedAttribute"].get("Values") or {}).get("StringList") or []
    return f"{instance}:{wanted}" if set(values) == set(pending.inputs["values"]) else None


def _storage(pending: Pending) -> str | None:
    """One config a resource type; the same bucket or stream tells ours."""
    instance, resource_type = pending.inputs["instanceId"], pending.inputs["resourceType"]
    wanted = pending.inputs["storageConfig"]
    for found in pending.cloud.pages(
        "connect",
        "list_instance_storage_configs",
        "StorageConfigs",
        InstanceId=instance,
        ResourceType=resource_type,
        MaxResults=10,
    ):
        bucket = (found.get("S3Config") or {}).get("BucketName")
        same_bucket = bucket == (wanted.get("s3Config") or {}).get("bucketName")
        if found.get("StorageType") == wanted.get("storageType") and same_bucket:
            return f"{instance}:{found['AssociationId']}:{resource_type}"
    return None


def _lambda_association(pending: Pending) -> str | None:
    instance, arn = pending.inputs["instanceId"], pending.inputs["functionArn"]
    params = {"InstanceId": instance, "MaxResults": 25}
    listed = pending.cloud.pages("connect", "list_lambda_functions", "LambdaFunctions", **params)
    return f"{instance},{arn}" if any(item["value"] == arn for item in listed) else None


def _bot(pending: Pending) -> str | None:
    instance, alias = pending.inputs["instanceId"], pending.inputs["aliasArn"]
    params = {"InstanceId": instance, "LexVersion": "V2", "MaxResults": 25}
    listed = pending.cloud.pages("connect", "list_bots", "LexBots", **params)
    return f"{instance},{alias}" if any(i.get("LexV2Bot", {}).get("AliasArn") == alias for i in listed) else None


def _origin(pending: Pending) -> str | None:
    instance, origin = pending.inputs["instanceId"], pending.inputs["origin"]
    listed = pending.cloud.pages("connect", "list_approved_origins", "Origins", InstanceId=instance, MaxResults=25)
    return f"{instance},{origin}" if any(item["value"] == origin for item in listed) else None


def _bucket(pending: Pending) -> str | None:
    """Tags are set after a bucket is made; one in this account with our name and no tags yet is ours as well."""
    bucket = str(pending.inputs["bucket"])
    pending.cloud.call("s3", "head_bucket", Bucket=bucket)
    try:
        listed = pending.cloud.call("s3", "get_bucket_tagging", Bucket=bucket)["TagSet"]
        tags = {item["Key"]: item["Value"] for item in listed}
    except CloudError as error:
        if error.service_code != "NoSuchTagSet":
            raise
        tags = {}
    return bucket if not tags or pending.made(tags) else None


def _key(pending: Pending) -> str | None:
    for key in pending.cloud.pages("kms", "list_keys", "Keys"):
        tags = _key_tags(pending.cloud, key["KeyId"])
        if pending.made(tags) and _usable(pending.cloud, key["KeyId"]):
            return str(key["KeyId"])
    return None


def _usable(cloud: Cloud, key_id: str) -> bool:
    state = cloud.call("kms", "describe_key", KeyId=key_id)["KeyMetadata"].get("KeyState")
    return bool(state != "PendingDeletion")


def _key_tags(cloud: Cloud, key_id: str) -> dict[str, str]:
    try:
        listed = cloud.call("kms", "list_resource_tags", KeyId=key_id)["Tags"]
    except CloudError as error:
        if error.service_code != "AccessDeniedException":  # keys of AWS itself, and of others in the account
            raise
        return {}
    return {item["TagKey"]: item["TagValue"] for item in listed}


def _alias(pending: Pending) -> str | None:
    """An alias has no tags; it is ours if it leads to the key that we asked for."""
    for alias in pending.cloud.pages("kms", "list_aliases", "Aliases"):
        if alias["AliasName"] == pending.inputs["name"] and alias.get("TargetKeyId") == pending.inputs["targetKeyId"]:
            return str(alias["AliasName"])
    return None


def _log_group(pending: Pending) -> str | None:
    wanted = str(pending.inputs["name"])
    for group in pending.cloud.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=wanted):
        if group["logGroupName"] != wanted:
            continue
        arn = str(group["arn"]).removesuffix(":*")
        tags = pending.cloud.call("logs", "list_tags_for_resource", resourceArn=arn).get("tags") or {}
        if pending.made(tags):
            return wanted
    return None


_OTHERS: Final[Mapping[str, Callable[[Pending], str | None]]] = {
    "aws:connect/instance:Instance": _instance,
    "aws:connect/phoneNumber:PhoneNumber": _phone_number,
    "aws:connect/instanceStorageConfig:InstanceStorageConfig": _storage,
    "aws:connect/lambdaFunctionAssociation:LambdaFunctionAssociation": _lambda_association,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:kms/key:Key": _key,
    "aws:kms/alias:Alias": _alias,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "ccdeploy:index:ApprovedOrigin": _origin,
    "ccdeploy:index:HoursOverride": _override,
    "ccdeploy:index:LexBot": _bot,
    "ccdeploy:index:PredefinedAttribute": _attribute,
}


def kinds() -> Iterator[str]:
    """Every type that can be looked up."""
    yield from (*_IN_INSTANCE, *_OTHERS)
