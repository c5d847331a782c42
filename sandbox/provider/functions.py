"""The functions that programs call: who and where, and Connect's data sources (Pulumi AWS facts 3, 4).

A data source needs exactly one of its keys. Lists are read whole and compared by exact, case-sensitive name; nothing
found and more than one found are refusals, as in the plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...stacks.provider.base import CheckFailure, InvokeResult, ProviderError
from ...stacks.provider.values import Properties
from .common import ConnectKind, own_tags, split_id
from .connect_instance import Instance, instance_outputs
from .door import Door
from .registry import kind

Run = Callable[[Door, Properties], Properties]


@dataclass(frozen=True, slots=True)
class Source:
    """A data source of the form list, compare, describe.

    `id_name` and `key` are its two keys; `method` and `items` list; `named` is the list's member for the name.
    """

    type: str
    id_name: str
    method: str
    items: str
    named: str = "Name"
    key: str = "name"


_SOURCES: Final = {
    "getHoursOfOperation": Source(
        "hoursOfOperation:HoursOfOperation",
        "hoursOfOperationId",
        "list_hours_of_operations",
        "HoursOfOperationSummaryList",
    ),
    "getQueue": Source("queue:Queue", "queueId", "list_queues", "QueueSummaryList"),
    "getQuickConnect": Source(
        "quickConnect:QuickConnect", "quickConnectId", "list_quick_connects", "QuickConnectSummaryList"
    ),
    "getContactFlow": Source(
        "contactFlow:ContactFlow", "contactFlowId", "list_contact_flows", "ContactFlowSummaryList"
    ),
    "getContactFlowModule": Source(
        "contactFlowModule:ContactFlowModule",
        "contactFlowModuleId",
        "list_contact_flow_modules",
        "ContactFlowModulesSummaryList",
    ),
    "getRoutingProfile": Source(
        "routingProfile:RoutingProfile", "routingProfileId", "list_routing_profiles", "RoutingProfileSummaryList"
    ),
    "getSecurityProfile": Source(
        "securityProfile:SecurityProfile", "securityProfileId", "list_security_profiles", "SecurityProfileSummaryList"
    ),
    "getUser": Source("user:User", "userId", "list_users", "UserSummaryList", "Username"),
    "getUserHierarchyGroup": Source(
        "userHierarchyGroup:UserHierarchyGroup",
        "hierarchyGroupId",
        "list_user_hierarchy_groups",
        "UserHierarchyGroupSummaryList",
    ),
    "getVocabulary": Source("vocabulary:Vocabulary", "vocabularyId", "search_vocabularies", "VocabularySummaryList"),
}

# A resource's single blocks are lists in a data source, under a plural name.
_PLURAL: Final[Mapping[str, Mapping[str, str]]] = {
    "getQueue": {"outboundCallerConfig": "outboundCallerConfigs"},
    "getQuickConnect": {"quickConnectConfig": "quickConnectConfigs"},
    "getUser": {"identityInfo": "identityInfos", "phoneConfig": "phoneConfigs"},
    "getHoursOfOperation": {"startTime": "startTimes", "endTime": "endTimes"},
    "getRoutingProfile": {"crossChannelBehavior": "crossChannelBehaviors"},
    "getInstanceStorageConfig": {
        "storageConfig": "storageConfigs",
        "s3Config": "s3Configs",
        "encryptionConfig": "encryptionConfigs",
        "kinesisFirehoseConfig": "kinesisFirehoseConfigs",
        "kinesisStreamConfig": "kinesisStreamConfigs",
        "kinesisVideoStreamConfig": "kinesisVideoStreamConfigs",
    },
    "getUserHierarchyStructure": {
        "hierarchyStructure": "hierarchyStructures",
        **{f"level{level}": f"level{level}s" for level in ("One", "Two", "Three", "Four", "Five")},
    },
}


def invoke(door: Door, token: str, args: Properties) -> InvokeResult:
    """Run the function `token` (`aws:connect/getQueue:getQueue`) with plain arguments.

    Wrong arguments come back as failures. Raises ProviderError for an unknown function, or when nothing or too much
    was found.
    """
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    if package == "aws" and module.startswith("index/"):
        run = _ACCOUNT.get(name)
    elif package == "aws" and module.startswith("connect/"):
        run = _connect(name)
    else:
        run = None
    if run is None:
        raise ProviderError(f"{token} is not a function that the sandbox serves")
    failures = _wrong(name, args)
    if failures:
        return InvokeResult({}, failures)
    return InvokeResult({key: value for key, value in run(door, args).items() if value is not None})


def _wrong(name: str, args: Properties) -> tuple[CheckFailure, ...]:
    """What the arguments lack."""
    required = () if name in _ACCOUNT or name == "getInstance" else ("instanceId",)
    needed = (*required, *_NEEDED.get(name, ()))
    failures = [CheckFailure(key, f"{key} is required") for key in needed if not args.get(key)]
    source = _SOURCES.get(name)
    keys = (source.id_name, source.key) if source else ("instanceId", "instanceAlias") if name == "getInstance" else ()
    if keys and sum(bool(args.get(key)) for key in keys) != 1:
        failures.append(CheckFailure(keys[0], f"exactly one of {', '.join(keys)} is required"))
    return tuple(failures)


_NEEDED: Final = {
    "getInstanceStorageConfig": ("associationId", "resourceType"),
    "getPrompt": ("name",),
    "getBotAssociation": ("lexBot",),
    "getLambdaFunctionAssociation": ("functionArn",),
}


def _connect(name: str) -> Run | None:
    source = _SOURCES.get(name)
    if source is not None:
        return lambda door, args: _described(door, name, source, args)
    return _OTHERS.get(name)


# ---------------------------------------------------------------- account


def _caller(door: Door, _: Properties) -> Properties:
    answer = door.call("sts", "get_caller_identity")
    return {
        "accountId": answer["Account"],
        "arn": answer["Arn"],
        "userId": answer["UserId"],
        "id": answer["Account"],
    }


def _region(door: Door, args: Properties) -> Properties:
    region = args.get("region") or args.get("name") or door.region
    return {
        "region": region,
        "name": region,
        "id": region,
        "description": _REGIONS.get(region, region),
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _partition(_: Door, __: Properties) -> Properties:
    return {"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws", "id": "aws"}


# The Regions that have Amazon Connect (Connect facts 2).
_REGIONS: Final = {
    "af-south-1": "Africa (Cape Town)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ca-central-1": "Canada (Central)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-west-2": "Europe (London)",
    "us-east-1": "US East (N. Virginia)",
    "us-west-2": "US West (Oregon)",
}
_ACCOUNT: Final[Mapping[str, Run]] = {
    "getCallerIdentity": _caller,
    "getRegion": _region,
    "getPartition": _partition,
}

# ---------------------------------------------------------------- connect


def _described(door: Door, name: str, source: Source, args: Properties) -> Properties:
    instance = args["instanceId"]
    own = args.get(source.id_name)
    if not own:
        listing: dict[str, Any] = {"InstanceId": instance}
        if name == "getVocabulary":
            listing["NameStartsWith"] = args[source.key]
        else:
            listing["MaxResults"] = 60
        items = door.pages("connect", source.method, source.items, **listing)
        own = _only(
            name, args[source.key], (item["Id"] for item in items if item.get(source.named) == args[source.key])
        )
    one = kind(f"aws:connect/{source.type}")
    assert isinstance(one, ConnectKind)
    id_ = f"{instance}:{own}"
    outputs = one.read(door, id_, {})
    if outputs is None:
        raise ProviderError(f"{name}: {source.id_name} {own} was not found in the instance {instance}")
    outputs["tags"] = own_tags(outputs.get("tags"))
    if name == "getContactFlowModule":
        described = one.describe(door, id_) or {}
        outputs.update(state=described.get("State"), status=described.get("Status"))
    return {**_pluralised(outputs, _PLURAL.get(name, {})), "id": id_, "region": door.region}


def _only(name: str, wanted: str, ids: Any) -> str:
    """The one id. Raises ProviderError for none and for several."""
    matches = list(ids)
    if len(matches) != 1:
        told = "empty result" if not matches else "too many results"
        raise ProviderError(f"{name}: {told} for {wanted!r}", hint="names are compared exactly, capitals included")
    return str(matches[0])


def _pluralised(value: Any, names: Mapping[str, str]) -> Any:
    """A copy in which the named single blocks are lists under their plural names."""
    if isinstance(value, dict):
        changed = {}
        for key, item in value.items():
            inner = _pluralised(item, names)
            changed[names.get(key, key)] = [inner] if key in names else inner
        return changed
    return [_pluralised(item, names) for item in value] if isinstance(value, list) else value


def _instance(door: Door, args: Properties) -> Properties:
    own = args.get("instanceId")
    if not own:
        alias = args["instanceAlias"]
        items = door.pages("connect", "list_instances", "InstanceSummaryList", MaxResults=10)
        own = _only("getInstance", alias, (item["Id"] for item in items if item.get("InstanceAlias") == alias))
    instance = Instance().describe(door, own)
    if instance is None:
        raise ProviderError(f"getInstance: the instance {own} was not found")
    return {**instance_outputs(door, instance), "instanceId": own, "id": own, "region": door.region}


def _storage(door: Door, args: Properties) -> Properties:
    id_ = f"{args['instanceId']}:{args['associationId']}:{args['resourceType']}"
    outputs = kind("aws:connect/instanceStorageConfig:InstanceStorageConfig").read(door, id_, {})
    if outputs is None:
        raise ProviderError(f"getInstanceStorageConfig: {split_id(id_, 3)[1]} was not found")
    return {**_pluralised(outputs, _PLURAL["getInstanceStorageConfig"]), "id": id_, "region": door.region}


def _prompt(door: Door, args: Properties) -> Properties:
    instance, name = args["instanceId"], args["name"]
    items = [
        item
        for item in door.pages("connect", "list_prompts", "PromptSummaryList", InstanceId=instance, MaxResults=60)
        if item.get("Name") == name
    ]
    own = _only("getPrompt", name, (item["Id"] for item in items))
    return {
        "instanceId": instance,
        "name": name,
        "promptId": own,
        "arn": items[0].get("Arn"),
        "id": f"{instance}:{own}",
        "region": door.region,
    }


def _structure(door: Door, args: Properties) -> Properties:
    instance = args["instanceId"]
    outputs = kind("aws:connect/userHierarchyStructure:UserHierarchyStructure").read(door, instance, {})
    shaped = _pluralised(outputs or {"hierarchyStructure": {}}, _PLURAL["getUserHierarchyStructure"])
    return {**shaped, "instanceId": instance, "id": instance, "region": door.region}


def _bot(door: Door, args: Properties) -> Properties:
    bot = args["lexBot"]
    region = bot.get("lexRegion") or door.region
    id_ = f"{args['instanceId']}:{bot['name']}:{region}"
    outputs = kind("aws:connect/botAssociation:BotAssociation").read(door, id_, {})
    if outputs is None:
        raise ProviderError(f"getBotAssociation: empty result for {bot['name']!r} in {region}")
    return {**outputs, "id": door.region, "region": door.region}


def _function(door: Door, args: Properties) -> Properties:
    id_ = f"{args['instanceId']},{args['functionArn']}"
    outputs = kind("aws:connect/lambdaFunctionAssociation:LambdaFunctionAssociation").read(door, id_, {})
    if outputs is None:
        raise ProviderError(f"getLambdaFunctionAssociation: empty result for {args['functionArn']}")
    return {**outputs, "id": door.region, "region": door.region}


_OTHERS: Final[Mapping[str, Run]] = {
    "getInstance": _instance,
    "getInstanceStorageConfig": _storage,
    "getPrompt": _prompt,
    "getUserHierarchyStructure": _structure,
    "getBotAssociation": _bot,
    "getLambdaFunctionAssociation": _function,
}
