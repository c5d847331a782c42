"""What the aws provider decides from its table alone: completion, refusals, differences, replacement."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from ccdeploy.sandbox.provider import catalogue
from ccdeploy.sandbox.provider.door import require_loopback
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.sandbox.provider.registry import kind
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    DiffRequest,
    DiffResult,
    ProviderError,
    UpdateRequest,
)
from ccdeploy.stacks.provider.schema import Prop
from ccdeploy.stacks.provider.values import UNKNOWN, Properties, Secret
from pulumi import CustomResource
from pulumi._types import input_type_py_to_pulumi_names

QUEUE = "aws:connect/queue:Queue"
INSTANCE = "aws:connect/instance:Instance"
FLOW = "aws:connect/contactFlow:ContactFlow"
SECURITY = "aws:connect/securityProfile:SecurityProfile"
TYPES = sorted(catalogue.table())
CONNECT = [token for token in TYPES if token.startswith("aws:connect/")]

# Inputs whose pattern no generic sample meets.
SAMPLES = {
    "countryCode": ("FR", "GB"),
    "prefix": ("+331", "+332"),
    "deskPhoneNumber": ("+33199000001", "+33199000002"),
}


def provider(**config: str) -> AwsProvider:
    made = AwsProvider("http://127.0.0.1:1", "eu-central-1")
    made.configure({"region": "eu-central-1", **config})
    return made


def sample(prop: Prop, key: str, variant: int = 0) -> Any:
    """A valid value of an input; variants 0 and 1 differ."""
    if key in SAMPLES:
        return SAMPLES[key][variant]
    if prop.enum:
        return prop.enum[min(variant, len(prop.enum) - 1)]
    if prop.kind == "json":
        return json.dumps({"variant": variant})
    if prop.kind == "boolean":
        return bool(variant)
    if prop.kind in ("integer", "number"):
        return int(prop.minimum or 1) + variant
    if prop.kind == "list":
        assert prop.item is not None
        return [sample(prop.item, key, variant)]
    if prop.kind == "map":
        return {"k": sample(prop.item, key, variant) if prop.item else str(variant)}
    if prop.kind == "object":
        return {name: sample(inner, name, variant) for name, inner in prop.fields.items() if inner.required}
    if prop.kind == "asset":
        return f"file-{variant}"
    text = f"arn:aws:x:eu-central-1:123456789012:y/{variant}" if prop.pattern.startswith("arn") else f"sample{variant}"
    if prop.pattern.startswith("^alias"):
        text = f"alias/sample{variant}"
    return text.ljust(prop.min_length or 0, "x")[: prop.max_length or None]


def inputs_of(token: str, variant: int = 0) -> Properties:
    """The required inputs of a type (and an alias, where one of two is)."""
    entry = catalogue.entry(token)
    assert entry is not None
    inputs = {key: sample(prop, key, variant) for key, prop in entry.spec.properties.items() if prop.required}
    if token == INSTANCE:
        inputs["instanceAlias"] = f"alias{variant}"
    return inputs


def check(
    token: str, news: Properties, name: str = "main", olds: Properties | None = None, **config: str
) -> CheckResult:
    return provider(**config).check(CheckRequest(f"urn::{name}", token, name, olds, news, b"seed"))


def diff(token: str, olds: Properties, news: Properties, outputs: Properties | None = None) -> DiffResult:
    return provider().diff(DiffRequest("urn::main", token, "main", "id", olds, outputs or dict(olds), news))


# ---------------------------------------------------------------- the table


def test_the_table_holds_every_resource_of_connect_and_the_services_beside_it() -> None:
    assert len(CONNECT) == 17
    assert {token.split(":")[1].split("/")[0] for token in TYPES} == {
        "connect", "s3", "kms", "iam", "lambda", "kinesis", "cloudwatch", "lex",
    }  # fmt: skip


@pytest.mark.parametrize("token", TYPES)
def test_each_type_of_the_table_has_a_kind_that_calls_the_service(token: str) -> None:
    assert kind(token).type == token


@pytest.mark.parametrize("token", TYPES)
def test_required_inputs_suffice_and_each_that_is_missing_is_named(token: str) -> None:
    assert check(token, inputs_of(token)).failures == ()
    required = {key for key, value in catalogue.table()[token]["inputs"].items() if value.get("required")}
    failures = check(token, {}).failures
    assert required <= {failure.property for failure in failures}


@pytest.mark.parametrize("token", TYPES)
def test_the_same_inputs_twice_are_no_difference(token: str) -> None:
    inputs = check(token, inputs_of(token)).inputs
    assert diff(token, inputs, inputs).changed == ()


def two_values(token: str, key: str) -> tuple[Any, Any]:
    entry = catalogue.entry(token)
    assert entry is not None
    if key == "region":
        return "eu-central-1", "us-west-2"
    prop = entry.spec.properties[key]
    return sample(prop, key, 0), sample(prop, key, 1)


def each_input() -> list[tuple[str, str]]:
    """Every input of every type that can have two values by its required fields alone."""
    pairs = [(token, key) for token in TYPES for key in catalogue.table()[token]["inputs"]]
    return [(token, key) for token, key in pairs if two_values(token, key)[0] != two_values(token, key)[1]]


@pytest.mark.parametrize(("token", "key"), each_input())
def test_a_changed_input_replaces_exactly_where_the_table_says_so(token: str, key: str) -> None:
    base = check(token, inputs_of(token)).inputs
    old, new = two_values(token, key)
    found = diff(token, {**base, key: old}, {**base, key: new})
    assert key in found.changed
    assert (key in found.replaces) == bool(catalogue.table()[token]["inputs"][key].get("forceNew"))


def test_connect_ids_are_those_of_the_plugin() -> None:
    formats = {token.rpartition(":")[2]: catalogue.table()[token]["id"] for token in CONNECT}
    assert formats["Queue"] == "{instanceId}:{queueId}"
    assert formats["InstanceStorageConfig"] == "{instanceId}:{associationId}:{resourceType}"
    assert formats["LambdaFunctionAssociation"] == "{instanceId},{functionArn}"
    assert formats["PhoneNumberContactFlowAssociation"] == "{phoneNumberId}__{instanceId}"
    assert formats["BotAssociation"] == "{instanceId}:{lexBot.name}:{lexBot.lexRegion}"


# ---------------------------------------------------------------- check


def test_region_and_all_tags_are_filled_in_and_noted_as_defaults() -> None:
    inputs = check(QUEUE, inputs_of(QUEUE)).inputs
    assert inputs["region"] == "eu-central-1"
    assert inputs["tagsAll"] == {}
    assert {"region", "tagsAll", "name"} <= set(inputs["__defaults"])


def test_iam_knows_no_region() -> None:
    assert "region" not in check("aws:iam/role:Role", inputs_of("aws:iam/role:Role")).inputs


def test_default_tags_join_own_tags_and_ignored_ones_stay_out() -> None:
    news = {**inputs_of(QUEUE), "tags": {"a": "own", "scratch:x": "1"}}
    default = json.dumps({"tags": {"a": "default", "b": "default"}})
    ignored = json.dumps({"keyPrefixes": ["scratch:"]})
    inputs = check(QUEUE, news, defaultTags=default, ignoreTags=ignored).inputs
    assert inputs["tagsAll"] == {"a": "own", "b": "default"}


def test_all_tags_are_unknown_as_soon_as_one_tag_is() -> None:
    inputs = check(QUEUE, {**inputs_of(QUEUE), "tags": {"a": UNKNOWN}}).inputs
    assert inputs["tagsAll"] is UNKNOWN


def test_the_plugins_defaults_stand_in_the_inputs() -> None:
    inputs = check(INSTANCE, inputs_of(INSTANCE)).inputs
    wanted = {
        "autoResolveBestVoicesEnabled": True,
        "contactFlowLogsEnabled": False,
        "contactLensEnabled": True,
        "earlyMediaEnabled": True,
        "multiPartyConferenceEnabled": False,
    }
    assert {key: inputs[key] for key in wanted} == wanted
    assert check(FLOW, inputs_of(FLOW)).inputs["type"] == "CONTACT_FLOW"


def test_an_automatic_name_is_kept_on_update_and_new_on_replacement() -> None:
    first = check(QUEUE, inputs_of(QUEUE)).inputs
    assert first["name"].startswith("main-")
    assert len(first["name"]) == len("main-") + 7
    kept = provider().check(CheckRequest("urn::main", QUEUE, "main", first, inputs_of(QUEUE), b"other"))
    fresh = provider().check(CheckRequest("urn::main", QUEUE, "main", None, inputs_of(QUEUE), b"other"))
    assert kept.inputs["name"] == first["name"]
    assert fresh.inputs["name"] != first["name"]


def test_automatic_names_of_aliases_and_buckets_take_their_form() -> None:
    alias = check("aws:kms/alias:Alias", {"targetKeyId": "k"}, "Recordings")
    bucket = check("aws:s3/bucket:Bucket", {}, "Recordings")
    assert alias.failures == bucket.failures == ()
    assert alias.inputs["name"].startswith("alias/Recordings-")
    assert bucket.inputs["bucket"].startswith("recordings-")


def test_a_name_that_was_typed_wrong_is_refused() -> None:
    assert [failure.property for failure in check("aws:s3/bucket:Bucket", {"bucket": "Upper"}).failures] == ["bucket"]


def test_every_mistake_is_told_at_once_with_its_path() -> None:
    failures = check(
        "aws:connect/routingProfile:RoutingProfile",
        {
            "instanceId": "i",
            "defaultOutboundQueueId": "q",
            "description": "",
            "mediaConcurrencies": [{"channel": "VOCE", "concurrency": 11}],
            "queueConfigs": [{"channel": "VOICE", "delay": 10000, "priority": 0, "queueId": "q"}],
            "queues": [],
        },
    ).failures
    assert {failure.property for failure in failures} == {
        "queues",
        "description",
        "mediaConcurrencies[0].channel",
        "mediaConcurrencies[0].concurrency",
        "queueConfigs[0].delay",
        "queueConfigs[0].priority",
    }
    assert any("VOICE" in failure.reason and "did you mean" in failure.reason for failure in failures)


def sdk(token: str) -> Any:
    """The class of a type in the SDK, and the module that it comes from."""
    service, name = token.split(":")[1].split("/")[0], token.split(":")[2]
    made = getattr(importlib.import_module(f"pulumi_aws.{'lambda_' if service == 'lambda' else service}"), name)
    return made, importlib.import_module(made.__module__)


def test_the_table_knows_every_input_of_the_sdk_and_no_other() -> None:
    wrong = {}
    for token, row in catalogue.table().items():
        made, module = sdk(token)
        # where a nested type has the name already, the SDK calls the inputs of the resource InitArgs
        own = [name for name in module.__all__ if name in {f"{made.__name__}Args", f"{made.__name__}InitArgs"}]
        names = set(input_type_py_to_pulumi_names(getattr(module, own[0])).values())
        if names != {*row["inputs"], *row.get("unsupported", ())}:
            wrong[token] = names.symmetric_difference({*row["inputs"], *row.get("unsupported", ())})
    assert wrong == {}


def test_every_resource_and_data_source_of_connect_in_the_sdk_is_served() -> None:
    import pulumi_aws.connect as connect

    resources = [
        name for name, one in vars(connect).items() if isinstance(one, type) and issubclass(one, CustomResource)
    ]
    assert sorted(resources) == sorted(token.split(":")[2] for token in CONNECT)
    functions = [name for name in vars(connect) if name.startswith("get_") and not name.endswith("_output")]
    assert len(functions) == 16
    for name in functions:
        told = "get" + "".join(part.title() for part in name.split("_")[1:])
        failures = provider().invoke(f"aws:connect/{told}:{told}", {}).failures
        assert failures, told  # each is known, and asks for its arguments


@pytest.mark.parametrize(
    "token",
    [
        "aws:lex/botAlias:BotAlias",
        "aws:lex/v2modelsBotAlias:V2modelsBotAlias",
        "aws:connect/prompt:Prompt",
        "aws:ec2/instance:Instance",
        "aws:nothing",
        "",
    ],
)
def test_any_other_type_is_refused_by_name(token: str) -> None:
    (failure,) = check(token, {"name": "x"}).failures
    assert f"{token} is not a resource type that the sandbox serves" in failure.reason


def test_a_type_that_is_not_served_is_refused_by_name() -> None:
    failures = check("aws:dynamodb/table:Table", {"name": "x"}).failures
    assert "aws:dynamodb/table:Table is not a resource type that the sandbox serves" in failures[0].reason
    near = check("aws:connect/queue:Queues", {}).failures[0].reason
    assert "did you mean aws:connect/queue:Queue?" in near


def test_an_input_that_is_not_supported_is_refused_by_name() -> None:
    failures = check("aws:s3/bucket:Bucket", {"versioning": {"enabled": True}}).failures
    assert [failure.reason for failure in failures] == [
        "versioning of aws:s3/bucket:Bucket is not supported on the sandbox"
    ]


def test_an_instance_needs_an_alias_or_a_directory_and_a_flow_one_source_of_content() -> None:
    instance = {key: value for key, value in inputs_of(INSTANCE).items() if key != "instanceAlias"}
    assert "one of directoryId, instanceAlias is required" in check(INSTANCE, instance).failures[0].reason
    both = {**inputs_of(FLOW), "content": "{}", "filename": "x.json"}
    assert "exclude each other" in check(FLOW, both).failures[0].reason


def test_unknown_values_pass_and_numbers_that_travelled_as_floats_become_whole() -> None:
    result = check(QUEUE, {"instanceId": UNKNOWN, "hoursOfOperationId": UNKNOWN, "maxContacts": 8.0})
    assert result.failures == ()
    assert result.inputs["maxContacts"] == 8
    assert isinstance(result.inputs["maxContacts"], int)


def test_a_policy_may_be_an_object() -> None:
    inputs = check("aws:iam/role:Role", {"assumeRolePolicy": {"Version": "2012-10-17", "Statement": []}}).inputs
    assert json.loads(inputs["assumeRolePolicy"]) == {"Version": "2012-10-17", "Statement": []}


def test_a_password_is_marked_as_secret() -> None:
    news = {**inputs_of("aws:connect/user:User"), "password": "Fictional1!"}
    assert check("aws:connect/user:User", news).inputs["password"] == Secret("Fictional1!")


def test_retention_takes_only_the_services_own_numbers_of_days() -> None:
    token = "aws:cloudwatch/logGroup:LogGroup"
    assert check(token, {"name": "x", "retentionInDays": 30.0}).failures == ()
    assert "retentionInDays is 31" in check(token, {"name": "x", "retentionInDays": 31.0}).failures[0].reason


# ---------------------------------------------------------------- diff


def test_sets_compare_without_order_and_doubles() -> None:
    token = "aws:connect/securityProfile:SecurityProfile"
    base = check(token, {"instanceId": "i", "permissions": ["A", "B"]}).inputs
    assert diff(token, base, {**base, "permissions": ["B", "A", "B"]}).changed == ()
    assert diff(token, base, {**base, "permissions": ["B"]}).changed == ("permissions",)


def test_content_that_is_equal_as_json_is_no_difference() -> None:
    base = check(FLOW, {"instanceId": "i", "content": '{"a": 1, "b": 2}'}).inputs
    assert diff(FLOW, base, {**base, "content": '{"b":2,"a":1}'}).changed == ()
    assert diff(FLOW, base, {**base, "content": '{"b":2,"a":3}'}).changed == ("content",)


def test_what_the_service_fills_in_is_no_difference_when_left_out() -> None:
    base = check(QUEUE, inputs_of(QUEUE)).inputs
    assert diff(QUEUE, base, base, {**base, "status": "ENABLED"}).changed == ()


def test_what_someone_changed_by_hand_is_a_difference() -> None:
    base = check(QUEUE, inputs_of(QUEUE)).inputs
    assert diff(QUEUE, base, base, {**base, "maxContacts": 3}).changed == ("maxContacts",)


def test_the_lists_of_other_kinds_of_quick_connect_are_ignored() -> None:
    token = "aws:connect/quickConnect:QuickConnect"
    config = {"quickConnectType": "PHONE_NUMBER", "phoneConfigs": [{"phoneNumber": "+33199000015"}]}
    base = check(token, {"instanceId": "i", "quickConnectConfig": config}).inputs
    more = {**config, "queueConfigs": [{"queueId": "q", "contactFlowId": "f"}]}
    assert diff(token, base, {**base, "quickConnectConfig": more}).changed == ()
    other = {**config, "phoneConfigs": [{"phoneNumber": "+33199000016"}]}
    assert diff(token, base, {**base, "quickConnectConfig": other}).changed == ("quickConnectConfig",)


def test_a_desk_phones_number_counts_for_desk_phones_only() -> None:
    token = "aws:connect/user:User"
    base = check(token, inputs_of(token)).inputs
    soft = {"phoneType": "SOFT_PHONE", "deskPhoneNumber": "+33199000001"}
    assert diff(token, base, {**base, "phoneConfig": soft}).changed == ()
    desk = {**base, "phoneConfig": {**soft, "phoneType": "DESK_PHONE"}}
    moved = {**base, "phoneConfig": {"phoneType": "DESK_PHONE", "deskPhoneNumber": "+33199000002"}}
    assert diff(token, desk, moved).changed == ("phoneConfig",)


def test_the_prefix_that_the_service_rewrites_for_video_streams_is_no_difference() -> None:
    token = "aws:connect/instanceStorageConfig:InstanceStorageConfig"
    key = {"encryptionType": "KMS", "keyId": "arn:aws:kms:eu-central-1:123456789012:key/k"}

    def config(prefix: str, hours: int = 24) -> Properties:
        video = {"prefix": prefix, "retentionPeriodHours": hours, "encryptionConfig": key}
        return {"storageType": "KINESIS_VIDEO_STREAM", "kinesisVideoStreamConfig": video}

    base = check(token, {"instanceId": "i", "resourceType": "MEDIA_STREAMS", "storageConfig": config("line")}).inputs
    stored = {**base, "storageConfig": config("line-connect-covidom-contact-")}
    assert diff(token, base, base, stored).changed == ()
    assert diff(token, base, {**base, "storageConfig": config("line", 48)}, stored).changed == ("storageConfig",)


def test_another_instance_replaces_everywhere() -> None:
    for token in CONNECT:
        if "instanceId" in catalogue.table()[token]["inputs"]:
            base = check(token, inputs_of(token)).inputs
            assert "instanceId" in diff(token, base, {**base, "instanceId": "another"}).replaces, token


def test_a_typed_name_is_deleted_first_and_an_automatic_one_is_not() -> None:
    typed = check(SECURITY, {"instanceId": "i", "name": "volunteer"}).inputs
    assert diff(SECURITY, typed, {**typed, "instanceId": "j"}).delete_before_replace
    automatic = check(SECURITY, {"instanceId": "i"}).inputs
    found = diff(SECURITY, automatic, {**automatic, "instanceId": "j"})
    assert found.replaces
    assert not found.delete_before_replace


def test_an_instance_is_made_before_the_old_one_goes_and_an_attachment_after() -> None:
    instance = check(INSTANCE, inputs_of(INSTANCE)).inputs
    assert not diff(INSTANCE, instance, {**instance, "identityManagementType": "CONNECT_MANAGED"}).delete_before_replace
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    attachment = check(token, inputs_of(token)).inputs
    assert diff(token, attachment, {**attachment, "policyArn": "arn:aws:iam::aws:policy/Other"}).delete_before_replace


def test_all_tags_are_told_apart_from_tags_only_when_default_tags_changed() -> None:
    olds = check(QUEUE, {**inputs_of(QUEUE), "tags": {"a": "1"}}).inputs
    default = json.dumps({"tags": {"b": "2"}})
    news = check(QUEUE, {**inputs_of(QUEUE), "tags": {"a": "1"}}, defaultTags=default).inputs
    assert diff(QUEUE, olds, news).changed == ("tagsAll",)


def test_ignored_tags_leave_all_tags_alone_too() -> None:
    base = check(QUEUE, {**inputs_of(QUEUE), "tags": {"a": "1"}}).inputs
    news = {**base, "tags": {"a": "2"}, "tagsAll": {"a": "2"}}
    request = DiffRequest("urn", QUEUE, "main", "id", base, base, news)
    assert provider().diff(request).changed == ("tags",)
    ignoring = DiffRequest("urn", QUEUE, "main", "id", base, base, news, ignore_changes=("tags",))
    assert provider().diff(ignoring).changed == ()


# ---------------------------------------------------------------- previews and configuration


@pytest.mark.parametrize("token", TYPES)
def test_a_preview_calls_nothing_and_leaves_what_only_the_service_knows_unknown(token: str) -> None:
    inputs = check(token, inputs_of(token)).inputs
    created = provider().create(CreateRequest("urn", token, "main", inputs, preview=True))
    assert created.id == ""
    for key in catalogue.table()[token]["outputs"]:
        assert created.outputs[key] == inputs["tagsAll"] if key == "tagsAll" else created.outputs[key] is UNKNOWN
    assert all(created.outputs[key] == value for key, value in inputs.items() if key != "__defaults")


def test_a_preview_of_an_update_keeps_what_only_the_service_knows() -> None:
    inputs = check(QUEUE, inputs_of(QUEUE)).inputs
    outputs = {**inputs, "queueId": "q", "arn": "arn:x"}
    request = UpdateRequest(
        "urn", QUEUE, "main", "i:q", inputs, outputs, {**inputs, "description": "new"}, preview=True
    )
    updated = provider().update(request)
    assert (updated["queueId"], updated["arn"], updated["description"]) == ("q", "arn:x", "new")


@pytest.mark.parametrize(
    "endpoint", ["https://connect.eu-central-1.amazonaws.com", "http://10.0.0.8:5000", "ftp://127.0.0.1", "example.org"]
)
def test_an_endpoint_that_is_not_this_machine_is_refused(endpoint: str) -> None:
    with pytest.raises(ProviderError, match="only talks to this machine"):
        AwsProvider(endpoint, "eu-central-1")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://localhost:1", "http://[::1]:8080/"])
def test_this_machine_has_three_names(endpoint: str) -> None:
    assert require_loopback(endpoint) == endpoint.rstrip("/")


def test_endpoints_of_the_configuration_must_be_this_machine_too() -> None:
    with pytest.raises(ProviderError, match="only talks to this machine"):
        provider(endpoints=json.dumps([{"connect": "https://connect.eu-central-1.amazonaws.com"}]))


def test_a_second_configuration_must_equal_the_first() -> None:
    made = provider()
    made.configure({"region": "eu-central-1", "version": "7.51.1"})
    with pytest.raises(ProviderError, match="configured twice"):
        made.configure({"region": "us-west-2"})


def test_a_setting_that_is_no_json_is_named() -> None:
    with pytest.raises(ProviderError, match="aws:defaultTags"):
        provider(defaultTags="team=a")


def test_an_interrupted_provider_starts_no_call() -> None:
    made = provider()
    made.cancel()
    with pytest.raises(ProviderError, match="interrupted"):
        made.create(CreateRequest("urn", QUEUE, "main", check(QUEUE, inputs_of(QUEUE)).inputs))


def test_functions_refuse_wrong_arguments_and_unknown_names() -> None:
    made = provider()
    assert made.invoke("aws:index/getRegion:getRegion", {}).value["region"] == "eu-central-1"
    assert made.invoke("aws:index/getPartition:getPartition", {}).value["partition"] == "aws"
    failures = made.invoke("aws:connect/getQueue:getQueue", {"queueId": "q", "name": "n"}).failures
    assert {failure.property for failure in failures} == {"instanceId", "queueId"}
    with pytest.raises(ProviderError, match="not a function that the sandbox serves"):
        made.invoke("aws:ec2/getAmi:getAmi", {})
