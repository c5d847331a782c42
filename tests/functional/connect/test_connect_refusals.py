"""What the sandbox refuses, row by row: operation, cause, error and HTTP status (Connect facts 1.2 and 3)."""

# ruff: noqa: E501 - a table, one row a line

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox.server import Options, serve

from .conftest import PASSWORD, Centre, make_centre

PARAMETER = ("InvalidParameterException", 400)
REQUEST = ("InvalidRequestException", 400)
MISSING = ("ResourceNotFoundException", 404)
DUPLICATE = ("DuplicateResourceException", 409)
CONFLICT = ("ResourceConflictException", 409)
IN_USE = ("ResourceInUseException", 409)
LIMIT = ("LimitExceededException", 429)
QUOTA = ("ServiceQuotaExceededException", 402)
FLOW = ("InvalidContactFlowException", 400)
MODULE = ("InvalidContactFlowModuleException", 400)
SERIAL = ("SerializationException", 400)
NOWHERE = "00000000-0000-4000-8000-000000000000"
NINE = {"Hours": 9, "Minutes": 0}
FIVE = {"Hours": 17, "Minutes": 0}
DAY = {"Day": "MONDAY", "StartTime": NINE, "EndTime": FIVE}
VOICE = [{"Channel": "VOICE", "Concurrency": 1}]
END = {"Version": "2019-10-30", "StartAction": "bye", "Actions": []}
BYE = {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}


def flow(*actions: dict[str, Any], **more: Any) -> str:
    return json.dumps({**END, "Actions": [*actions, BYE], **more})


def module(*actions: dict[str, Any], **more: Any) -> str:
    end = {"Identifier": "bye", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}
    settings: dict[str, list[str]] = {"InputParameters": [], "OutputParameters": [], "Transitions": []}
    return json.dumps({**END, "Actions": [*actions, end], "Settings": settings, **more})


def says(**parameters: str) -> dict[str, Any]:
    return {
        "Identifier": "say",
        "Type": "MessageParticipant",
        "Parameters": parameters,
        "Transitions": {"NextAction": "bye"},
    }


def to_queue(reference: str) -> dict[str, Any]:
    failed = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    return {
        "Identifier": "q",
        "Type": "UpdateContactTargetQueue",
        "Parameters": {"QueueId": reference},
        "Transitions": {"NextAction": "bye", "Errors": failed},
    }


@pytest.fixture(scope="module")
def filled() -> Iterator[Centre]:
    """A centre with one of everything; no refusal changes it."""
    with serve(None, Options()) as running:
        centre = make_centre(running.endpoint)
        ids, call = centre.ids, centre.call
        ids["hours"] = call("create_hours_of_operation", Name="day", TimeZone="Europe/Paris", Config=[DAY])[
            "HoursOfOperationId"
        ]
        ids["override"] = call(
            "create_hours_of_operation_override",
            HoursOfOperationId=ids["hours"],
            Name="holiday",
            Config=[],
            EffectiveFrom="2030-01-01",
            EffectiveTill="2030-01-01",
            OverrideType="CLOSED",
        )["HoursOfOperationOverrideId"]
        for name in ("triage", "other"):
            ids[name] = call("create_queue", Name=name, HoursOfOperationId=ids["hours"])["QueueId"]
        ids["quick"] = call(
            "create_quick_connect",
            Name="desk",
            QuickConnectConfig={"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+33199000000"}},
        )["QuickConnectId"]
        ids["transfer"] = centre.named("list_contact_flows", "ContactFlowSummaryList", "Default queue transfer")
        ids["agent_transfer"] = centre.named("list_contact_flows", "ContactFlowSummaryList", "Default agent transfer")
        ids["whisper"] = centre.named("list_contact_flows", "ContactFlowSummaryList", "Default outbound")
        call(
            "create_quick_connect",
            Name="to-other",
            QuickConnectConfig={
                "QuickConnectType": "QUEUE",
                "QueueConfig": {"QueueId": ids["other"], "ContactFlowId": ids["transfer"]},
            },
        )
        ids["flow"] = call("create_contact_flow", Name="welcome", Type="CONTACT_FLOW", Content=flow())["ContactFlowId"]
        ids["draft"] = call(
            "create_contact_flow", Name="draft", Type="CONTACT_FLOW", Content='{"anything": 1}', Status="SAVED"
        )["ContactFlowId"]
        ids["module"] = call("create_contact_flow_module", Name="sorry", Content=module())["Id"]
        ids["profile"] = call(
            "create_routing_profile",
            Name="nurse",
            Description="Nurses",
            DefaultOutboundQueueId=ids["triage"],
            MediaConcurrencies=VOICE,
            QueueConfigs=[queue_config(ids["triage"])],
        )["RoutingProfileId"]
        ids["security"] = call("create_security_profile", SecurityProfileName="volunteer")["SecurityProfileId"]
        levels = {"LevelOne": {"Name": "Site"}, "LevelTwo": {"Name": "Team"}}
        call("update_user_hierarchy_structure", HierarchyStructure=levels)
        ids["site"] = call("create_user_hierarchy_group", Name="Paris")["HierarchyGroupId"]
        ids["team"] = call("create_user_hierarchy_group", Name="A", ParentGroupId=ids["site"])["HierarchyGroupId"]
        call("create_predefined_attribute", Name="product", Values={"StringList": ["fibre", "tv"]})
        ids["user"] = centre.user(
            "ada",
            SecurityProfileIds=[ids["security"]],
            RoutingProfileId=ids["profile"],
            HierarchyGroupId=ids["team"],
        )
        proficiency = {"AttributeName": "product", "AttributeValue": "fibre", "Level": 3}
        call("associate_user_proficiencies", UserId=ids["user"], UserProficiencies=[proficiency])
        ids["status"] = call("create_agent_status", Name="Break", State="ENABLED")["AgentStatusId"]
        ids["available"] = centre.first("list_agent_statuses", "AgentStatusSummaryList")
        offered = centre.connect.search_available_phone_numbers(
            TargetArn=centre.arn, PhoneNumberCountryCode="FR", PhoneNumberType="DID"
        )["AvailableNumbersList"]
        ids["e164"] = offered[0]["PhoneNumber"]
        ids["number"] = centre.connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=ids["e164"])[
            "PhoneNumberId"
        ]
        centre.outside(LAMBDA, "arn:aws:s3:::b", "arn:aws:s3:::bucket")
        call(
            "associate_instance_storage_config",
            ResourceType="CALL_RECORDINGS",
            StorageConfig={"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p"}},
        )
        call("associate_lambda_function", FunctionArn=LAMBDA)
        call("associate_approved_origin", Origin="https://example.org")
        ids["prompt"] = call("create_prompt", Name="hold", S3Uri="s3://bucket/hold.wav")["PromptId"]
        call("create_vocabulary", VocabularyName="words", LanguageCode="fr-FR", Content="x")
        yield centre


LAMBDA = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"


def queue_config(queue: str, channel: str = "VOICE", priority: int = 1, delay: int = 0) -> dict[str, Any]:
    return {"QueueReference": {"QueueId": queue, "Channel": channel}, "Priority": priority, "Delay": delay}


Row = tuple[str, str, Callable[[dict[str, str]], dict[str, Any]], tuple[str, int]]


def person(**more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    def given(ids: dict[str, str]) -> dict[str, Any]:
        return {
            "Username": "new",
            "Password": PASSWORD,
            "IdentityInfo": {"FirstName": "A", "LastName": "B", "Email": "a@example.org"},
            "SecurityProfileIds": [ids["security"]],
            "RoutingProfileId": ids["profile"],
            **{key: value(ids) if callable(value) else value for key, value in more.items()},
        }

    return given


def hours(**more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    return lambda _ids: {"Name": "new", "TimeZone": "Europe/Paris", "Config": [DAY], **more}


def override(**more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    dates = {"EffectiveFrom": "2030-02-01", "EffectiveTill": "2030-02-01"}
    return lambda ids: {"HoursOfOperationId": ids["hours"], "Name": "new", "Config": [], **dates, **more}


def queue(**more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    def given(ids: dict[str, str]) -> dict[str, Any]:
        extra = {key: value(ids) if callable(value) else value for key, value in more.items()}
        return {"Name": "new", "HoursOfOperationId": ids["hours"], **extra}

    return given


def quick(config: Callable[[dict[str, str]], dict[str, Any]], name: str = "new") -> Callable[..., dict[str, Any]]:
    return lambda ids: {"Name": name, "QuickConnectConfig": config(ids)}


def profile(**more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    def given(ids: dict[str, str]) -> dict[str, Any]:
        extra = {key: value(ids) if callable(value) else value for key, value in more.items()}
        default = {"DefaultOutboundQueueId": ids["triage"], "MediaConcurrencies": VOICE}
        return {"Name": "new", "Description": "d", **default, **extra}

    return given


def a_flow(content: Any, kind: str = "CONTACT_FLOW", **more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    return lambda ids: {
        "Name": "new",
        "Type": kind,
        "Content": content(ids) if callable(content) else content,
        **more,
    }


def storage(resource: str, config: dict[str, Any]) -> Callable[[dict[str, str]], dict[str, Any]]:
    return lambda _ids: {"ResourceType": resource, "StorageConfig": config}


S3 = {"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p"}}
ABSENT_BUCKET = {"StorageType": "S3", "S3Config": {"BucketName": "absent", "BucketPrefix": "p"}}
ABSENT = "arn:aws:kinesis:eu-central-1:123456789012:stream/absent"
ABSENT_STREAM = {"StorageType": "KINESIS_STREAM", "KinesisStreamConfig": {"StreamArn": ABSENT}}
ABSENT_KEY = {"EncryptionType": "KMS", "KeyId": f"arn:aws:kms:eu-central-1:123456789012:key/{NOWHERE}"}
STAFFED = [{"Name": "AGENTS_STAFFED", "Unit": "COUNT"}]
STREAM = {"StorageType": "KINESIS_STREAM", "KinesisStreamConfig": {"StreamArn": "arn:aws:kinesis:x"}}
SHORT_KEY = {"EncryptionType": "KMS", "KeyId": "1234"}
FAR_KEY = {"EncryptionType": "KMS", "KeyId": "arn:aws:kms:us-east-1:123456789012:key/1"}


def with_key(key: dict[str, str]) -> dict[str, Any]:
    return {"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p", "EncryptionConfig": key}}


ROWS: list[Row] = [
    # instances
    ("create_instance", "taken alias", lambda i: instance(InstanceAlias="EXAMPLE"), REQUEST),
    ("create_instance", "no alias", lambda i: instance(InstanceAlias=None), REQUEST),
    ("create_instance", "alias too long", lambda i: instance(InstanceAlias="a" * 46), REQUEST),
    ("create_instance", "alias with an underscore", lambda i: instance(InstanceAlias="a_b"), REQUEST),
    ("create_instance", "alias like a directory", lambda i: instance(InstanceAlias="d-123"), REQUEST),
    ("create_instance", "unknown identity", lambda i: instance(IdentityManagementType="LDAP"), REQUEST),
    ("create_instance", "no directory", lambda i: instance(IdentityManagementType="EXISTING_DIRECTORY"), REQUEST),
    ("create_instance", "no calls flag", lambda i: instance(InboundCallsEnabled=None), REQUEST),
    ("create_instance", "flag as text", lambda i: instance(InboundCallsEnabled="perhaps"), SERIAL),
    ("describe_instance", "unknown", lambda i: {"InstanceId": NOWHERE}, MISSING),
    ("delete_instance", "unknown", lambda i: {"InstanceId": NOWHERE}, MISSING),
    ("update_instance_attribute", "not a boolean", lambda i: attribute("CONTACT_LENS", "yes"), PARAMETER),
    ("update_instance_attribute", "unknown attribute", lambda i: attribute("SHOUTING", "true"), PARAMETER),
    ("describe_instance_attribute", "unknown attribute", lambda i: {"AttributeType": "SHOUTING"}, PARAMETER),
    # storage and associations
    ("associate_instance_storage_config", "second of a type", storage("CALL_RECORDINGS", S3), CONFLICT),
    ("associate_instance_storage_config", "recordings to a stream", storage("CHAT_TRANSCRIPTS", STREAM), PARAMETER),
    ("associate_instance_storage_config", "streams to a bucket", storage("MEDIA_STREAMS", S3), PARAMETER),
    ("associate_instance_storage_config", "no part", storage("CHAT_TRANSCRIPTS", {"StorageType": "S3"}), PARAMETER),
    ("associate_instance_storage_config", "unknown type", storage("SONGS", S3), PARAMETER),
    ("associate_instance_storage_config", "key id alone", storage("CHAT_TRANSCRIPTS", with_key(SHORT_KEY)), PARAMETER),
    ("associate_instance_storage_config", "far key", storage("CHAT_TRANSCRIPTS", with_key(FAR_KEY)), PARAMETER),
    ("describe_instance_storage_config", "unknown", lambda i: storage_of(NOWHERE), MISSING),
    ("disassociate_instance_storage_config", "unknown", lambda i: storage_of(NOWHERE), MISSING),
    ("associate_lambda_function", "twice", lambda i: {"FunctionArn": LAMBDA}, CONFLICT),
    ("associate_lambda_function", "no ARN", lambda i: {"FunctionArn": "lookup"}, PARAMETER),
    ("associate_lambda_function", "far", lambda i: {"FunctionArn": LAMBDA.replace("eu-", "us-")}, PARAMETER),
    ("disassociate_lambda_function", "not there", lambda i: {"FunctionArn": LAMBDA + "2"}, MISSING),
    ("associate_bot", "two at once", lambda i: {"LexBot": {"Name": "a"}, "LexV2Bot": {"AliasArn": "b"}}, REQUEST),
    ("associate_bot", "none", lambda i: {}, REQUEST),
    ("list_bots", "version missing", lambda i: {}, REQUEST),
    ("associate_approved_origin", "twice", lambda i: {"Origin": "https://example.org"}, CONFLICT),
    ("associate_approved_origin", "a path", lambda i: {"Origin": "https://example.org/x"}, PARAMETER),
    ("disassociate_approved_origin", "not there", lambda i: {"Origin": "https://example.net"}, MISSING),
    ("associate_security_key", "no PEM", lambda i: {"Key": "abc"}, PARAMETER),
    # hours
    ("create_hours_of_operation", "taken name", hours(Name="day"), DUPLICATE),
    ("create_hours_of_operation", "long name", hours(Name="n" * 128), PARAMETER),
    ("create_hours_of_operation", "empty name", hours(Name=""), PARAMETER),
    ("create_hours_of_operation", "no name", hours(Name=None), PARAMETER),
    ("create_hours_of_operation", "unknown zone", hours(TimeZone="Mars/Olympus"), PARAMETER),
    ("create_hours_of_operation", "wraps midnight", hours(Config=[{**DAY, "StartTime": FIVE, "EndTime": NINE}]), PARAMETER),
    ("create_hours_of_operation", "overlap", hours(Config=[DAY, DAY]), PARAMETER),
    ("create_hours_of_operation", "empty range", hours(Config=[{**DAY, "EndTime": NINE}]), PARAMETER),
    ("create_hours_of_operation", "hour 24", hours(Config=[{**DAY, "EndTime": {"Hours": 24, "Minutes": 0}}]), PARAMETER),
    ("create_hours_of_operation", "minute 60", hours(Config=[{**DAY, "EndTime": {"Hours": 9, "Minutes": 60}}]), PARAMETER),
    ("create_hours_of_operation", "unknown day", hours(Config=[{**DAY, "Day": "LUNDI"}]), PARAMETER),
    ("create_hours_of_operation", "101 ranges", hours(Config=[DAY] * 101), PARAMETER),
    ("create_hours_of_operation", "empty description", hours(Description=""), PARAMETER),
    ("create_hours_of_operation", "reserved tag", hours(Tags={"aws:x": "1"}), PARAMETER),
    ("create_hours_of_operation", "51 tags", hours(Tags={str(n): "v" for n in range(51)}), PARAMETER),
    ("create_hours_of_operation", "long tag value", hours(Tags={"k": "v" * 257}), PARAMETER),
    ("describe_hours_of_operation", "unknown", lambda i: {"HoursOfOperationId": NOWHERE}, MISSING),
    ("update_hours_of_operation", "taken name", lambda i: {"HoursOfOperationId": i["hours"], "Name": "Basic Hours"}, DUPLICATE),
    ("delete_hours_of_operation", "used by a queue", lambda i: {"HoursOfOperationId": i["hours"]}, REQUEST),
    ("create_hours_of_operation_override", "taken name", override(Name="holiday"), DUPLICATE),
    ("create_hours_of_operation_override", "till before from", override(EffectiveTill="2030-01-31"), PARAMETER),
    ("create_hours_of_operation_override", "no date", override(EffectiveFrom="2030-02-31"), PARAMETER),
    ("create_hours_of_operation_override", "date form", override(EffectiveFrom="1/2/2030"), PARAMETER),
    ("create_hours_of_operation_override", "unknown type", override(OverrideType="HALF"), PARAMETER),
    ("create_hours_of_operation_override", "closed with ranges", override(OverrideType="CLOSED", Config=[DAY]), PARAMETER),
    ("delete_hours_of_operation_override", "unknown", lambda i: override_of(i, NOWHERE[:36]), MISSING),
    # queues
    ("create_queue", "taken name", queue(Name="triage"), DUPLICATE),
    ("create_queue", "long name", queue(Name="n" * 128), PARAMETER),
    ("create_queue", "unknown hours", queue(HoursOfOperationId=NOWHERE), MISSING),
    ("create_queue", "negative cap", queue(MaxContacts=-1), PARAMETER),
    ("create_queue", "cap above the call quota", queue(MaxContacts=10), PARAMETER),
    ("create_queue", "cap as text", queue(MaxContacts="many"), SERIAL),
    ("create_queue", "51 quick connects", queue(QuickConnectIds=lambda i: [i["quick"]] * 51), PARAMETER),
    ("create_queue", "unknown quick connect", queue(QuickConnectIds=[NOWHERE]), MISSING),
    ("create_queue", "unknown number", queue(OutboundCallerConfig={"OutboundCallerIdNumberId": NOWHERE}), MISSING),
    ("create_queue", "wrong whisper", queue(OutboundCallerConfig=lambda i: {"OutboundFlowId": i["flow"]}), PARAMETER),
    ("create_queue", "empty description", queue(Description=""), PARAMETER),
    ("describe_queue", "unknown", lambda i: {"QueueId": NOWHERE}, MISSING),
    ("describe_queue", "foreign ARN", lambda i: {"QueueId": f"arn:aws:connect:eu-central-1:1:instance/x/queue/{i['triage']}"}, MISSING),
    ("update_queue_status", "unknown status", lambda i: {"QueueId": i["triage"], "Status": "OPEN"}, PARAMETER),
    ("update_queue_name", "taken", lambda i: {"QueueId": i["triage"], "Name": "other"}, DUPLICATE),
    ("update_queue_hours_of_operation", "unknown", lambda i: {"QueueId": i["triage"], "HoursOfOperationId": NOWHERE}, MISSING),
    ("delete_queue", "in a routing profile", lambda i: {"QueueId": i["triage"]}, IN_USE),
    ("delete_queue", "in a quick connect", lambda i: {"QueueId": i["other"]}, IN_USE),
    ("associate_queue_quick_connects", "51 a call", lambda i: {"QueueId": i["triage"], "QuickConnectIds": [i["quick"]] * 51}, PARAMETER),
    # quick connects
    ("create_quick_connect", "taken name", quick(lambda i: phone("+33199000000"), "desk"), DUPLICATE),
    ("create_quick_connect", "no E.164", quick(lambda i: phone("0199000000")), PARAMETER),
    ("create_quick_connect", "no part", quick(lambda i: {"QuickConnectType": "QUEUE"}), PARAMETER),
    ("create_quick_connect", "other part", quick(lambda i: {**phone("+33199000000"), "QuickConnectType": "FLOW"}), PARAMETER),
    ("create_quick_connect", "unknown queue", quick(lambda i: to("QUEUE", "QueueConfig", QueueId=NOWHERE, ContactFlowId=i["transfer"])), MISSING),
    ("create_quick_connect", "unknown user", quick(lambda i: to("USER", "UserConfig", UserId=NOWHERE, ContactFlowId=i["agent_transfer"])), MISSING),
    ("create_quick_connect", "wrong flow type", quick(lambda i: to("QUEUE", "QueueConfig", QueueId=i["triage"], ContactFlowId=i["flow"])), PARAMETER),
    ("delete_quick_connect", "unknown", lambda i: {"QuickConnectId": NOWHERE}, MISSING),
    # flows
    ("create_contact_flow", "taken name", lambda i: {"Name": "welcome", "Type": "CONTACT_FLOW", "Content": flow()}, DUPLICATE),
    ("create_contact_flow", "unknown type", a_flow(flow(), "INBOUND"), PARAMETER),
    ("create_contact_flow", "not JSON", a_flow("{"), FLOW),
    ("create_contact_flow", "other version", a_flow(flow(Version="2020-01-01")), FLOW),
    ("create_contact_flow", "start is nowhere", a_flow(flow(StartAction="hello")), FLOW),
    ("create_contact_flow", "same identifier twice", a_flow(flow(BYE)), FLOW),
    ("create_contact_flow", "identifier too long", a_flow(flow({**BYE, "Identifier": "x" * 51})), FLOW),
    ("create_contact_flow", "identifier with a slash", a_flow(flow({**BYE, "Identifier": "a/b"})), FLOW),
    ("create_contact_flow", "invented action", a_flow(flow({**BYE, "Identifier": "p", "Type": "PlayPrompt"})), FLOW),
    ("create_contact_flow", "action of another type of flow", a_flow(flow(), "CUSTOMER_HOLD"), FLOW),
    ("create_contact_flow", "text and prompt", a_flow(flow(says(Text="a", SSML="<speak>a</speak>"))), FLOW),
    ("create_contact_flow", "nothing to say", a_flow(flow(says())), FLOW),
    ("create_contact_flow", "empty text", a_flow(flow(says(Text=""))), FLOW),
    ("create_contact_flow", "next is nowhere", a_flow(flow({**says(Text="a"), "Transitions": {"NextAction": "x"}})), FLOW),
    ("create_contact_flow", "no next", a_flow(flow({**says(Text="a"), "Transitions": {}})), FLOW),
    ("create_contact_flow", "no error branch", a_flow(flow({**to_queue("x"), "Transitions": {"NextAction": "bye"}})), FLOW),
    ("create_contact_flow", "queue is nowhere", a_flow(flow(to_queue(NOWHERE))), FLOW),
    ("create_contact_flow", "prompt is nowhere", a_flow(flow(says(PromptId=NOWHERE))), FLOW),
    ("create_contact_flow", "legacy export", a_flow('{"modules": [], "metadata": {}}'), FLOW),
    ("create_contact_flow", "251 actions", a_flow(flow(*({**BYE, "Identifier": str(n)} for n in range(250)))), FLOW),
    ("create_contact_flow", "too long", a_flow(flow(Metadata={"x": "y" * 256_000})), FLOW),
    ("update_contact_flow_content", "not legal", lambda i: {"ContactFlowId": i["flow"], "Content": flow(says())}, FLOW),
    ("update_contact_flow_content", "unknown", lambda i: {"ContactFlowId": NOWHERE, "Content": flow()}, MISSING),
    ("describe_contact_flow", "only saved", lambda i: {"ContactFlowId": i["draft"]}, ("ContactFlowNotPublishedException", 404)),
    ("describe_contact_flow", "no such version", lambda i: {"ContactFlowId": f"{i['flow']}:7"}, MISSING),
    ("update_contact_flow_metadata", "archive a default", lambda i: {"ContactFlowId": i["transfer"], "ContactFlowState": "ARCHIVED"}, REQUEST),
    ("create_contact_flow_version", "other fingerprint", lambda i: {"ContactFlowId": i["flow"], "FlowContentSha256": "a" * 64}, PARAMETER),
    # modules
    ("create_contact_flow_module", "taken name", lambda i: {"Name": "sorry", "Content": module()}, DUPLICATE),
    ("create_contact_flow_module", "no Settings", lambda i: {"Name": "new", "Content": flow()}, REQUEST),
    ("create_contact_flow_module", "not JSON", lambda i: {"Name": "new", "Content": "{"}, MODULE),
    ("create_contact_flow_module", "illegal action", lambda i: {"Name": "new", "Content": module(BYE)}, MODULE),
    ("create_contact_flow_module", "blank name", lambda i: {"Name": " ", "Content": module()}, PARAMETER),
    ("describe_contact_flow_module", "unknown", lambda i: {"ContactFlowModuleId": NOWHERE}, MISSING),
    # routing profiles
    ("create_routing_profile", "taken name", profile(Name="nurse"), DUPLICATE),
    ("create_routing_profile", "no description", profile(Description=None), PARAMETER),
    ("create_routing_profile", "unknown queue", profile(DefaultOutboundQueueId=NOWHERE), MISSING),
    ("create_routing_profile", "two calls at once", profile(MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 2}]), PARAMETER),
    ("create_routing_profile", "eleven chats", profile(MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 11}]), PARAMETER),
    ("create_routing_profile", "channel twice", profile(MediaConcurrencies=VOICE * 2), PARAMETER),
    ("create_routing_profile", "eleven queues a call", profile(QueueConfigs=lambda i: [queue_config(i["triage"])] * 11), PARAMETER),
    ("create_routing_profile", "channel not enabled", profile(QueueConfigs=lambda i: [queue_config(i["triage"], "CHAT")]), PARAMETER),
    ("create_routing_profile", "priority 0", profile(QueueConfigs=lambda i: [queue_config(i["triage"], priority=0)]), PARAMETER),
    ("create_routing_profile", "priority 100", profile(QueueConfigs=lambda i: [queue_config(i["triage"], priority=100)]), PARAMETER),
    ("create_routing_profile", "delay 10000", profile(QueueConfigs=lambda i: [queue_config(i["triage"], delay=10_000)]), PARAMETER),
    ("create_routing_profile", "queue twice", profile(QueueConfigs=lambda i: [queue_config(i["triage"])] * 2), PARAMETER),
    ("update_routing_profile_queues", "not associated", lambda i: of_profile(i, [queue_config(i["other"])]), PARAMETER),
    ("associate_routing_profile_queues", "eleven a call", lambda i: of_profile(i, [queue_config(i["other"])] * 11), PARAMETER),
    ("update_routing_profile_concurrency", "channel in use", lambda i: channels(i, "CHAT"), PARAMETER),
    ("disassociate_routing_profile_queues", "eleven a call", lambda i: references(i, 11), PARAMETER),
    ("delete_routing_profile", "used by a user", lambda i: {"RoutingProfileId": i["profile"]}, IN_USE),
    # security profiles
    ("create_security_profile", "taken name", lambda i: {"SecurityProfileName": "volunteer"}, DUPLICATE),
    ("create_security_profile", "bad characters", lambda i: {"SecurityProfileName": "a/b"}, PARAMETER),
    ("create_security_profile", "501 permissions", lambda i: {"SecurityProfileName": "x", "Permissions": ["p"] * 501}, PARAMETER),
    ("create_security_profile", "long description", lambda i: {"SecurityProfileName": "x", "Description": "d" * 251}, PARAMETER),
    ("delete_security_profile", "used by a user", lambda i: {"SecurityProfileId": i["security"]}, IN_USE),
    # users
    ("create_user", "taken name", person(Username="ada"), DUPLICATE),
    ("create_user", "21 characters", person(Username="u" * 21), PARAMETER),
    ("create_user", "blank in the name", person(Username="a b"), PARAMETER),
    ("create_user", "no password", person(Password=None), REQUEST),
    ("create_user", "weak password", person(Password="alllowercase"), PARAMETER),
    ("create_user", "short password", person(Password="Ab1"), PARAMETER),
    ("create_user", "no e-mail", person(IdentityInfo={"FirstName": "A", "LastName": "B"}), REQUEST),
    ("create_user", "no last name", person(IdentityInfo={"FirstName": "A", "Email": "a@example.org"}), REQUEST),
    ("create_user", "decomposed name", person(IdentityInfo={"FirstName": "Rene\u0301", "LastName": "B", "Email": "a@example.org"}), PARAMETER),
    ("create_user", "no security profile", person(SecurityProfileIds=[]), PARAMETER),
    ("create_user", "eleven security profiles", person(SecurityProfileIds=lambda i: [i["security"]] * 11), PARAMETER),
    ("create_user", "unknown routing profile", person(RoutingProfileId=NOWHERE), MISSING),
    ("create_user", "unknown group", person(HierarchyGroupId=NOWHERE), MISSING),
    ("create_user", "directory id", person(DirectoryUserId="x"), REQUEST),
    ("create_user", "desk phone without number", person(PhoneConfig={"PhoneType": "DESK_PHONE"}), PARAMETER),
    ("create_user", "number not E.164", person(PhoneConfig={"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "0199"}), PARAMETER),
    ("create_user", "negative after-contact work", person(PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": -1}), PARAMETER),
    ("describe_user", "unknown", lambda i: {"UserId": NOWHERE}, MISSING),
    ("update_user_routing_profile", "unknown", lambda i: {"UserId": i["user"], "RoutingProfileId": NOWHERE}, MISSING),
    ("update_user_security_profiles", "none", lambda i: {"UserId": i["user"], "SecurityProfileIds": []}, PARAMETER),
    ("associate_user_proficiencies", "unknown attribute", lambda i: skills(i, "speed", "fast", 3), MISSING),
    ("associate_user_proficiencies", "unknown value", lambda i: skills(i, "product", "radio", 3), PARAMETER),
    ("associate_user_proficiencies", "level 6", lambda i: skills(i, "product", "tv", 6), PARAMETER),
    ("update_user_proficiencies", "not associated", lambda i: skills(i, "product", "tv", 2), PARAMETER),
    # statuses, hierarchy, attributes
    ("create_agent_status", "taken name", lambda i: {"Name": "Break", "State": "ENABLED"}, DUPLICATE),
    ("create_agent_status", "order 51", lambda i: {"Name": "x", "State": "ENABLED", "DisplayOrder": 51}, PARAMETER),
    ("create_agent_status", "unknown state", lambda i: {"Name": "x", "State": "ON"}, PARAMETER),
    ("update_agent_status", "disable Available", lambda i: {"AgentStatusId": i["available"], "State": "DISABLED"}, PARAMETER),
    ("create_user_hierarchy_group", "taken among siblings", lambda i: {"Name": "A", "ParentGroupId": i["site"]}, DUPLICATE),
    ("create_user_hierarchy_group", "no such level", lambda i: {"Name": "x", "ParentGroupId": i["team"]}, PARAMETER),
    ("create_user_hierarchy_group", "unknown parent", lambda i: {"Name": "x", "ParentGroupId": NOWHERE}, MISSING),
    ("delete_user_hierarchy_group", "groups below", lambda i: {"HierarchyGroupId": i["site"]}, IN_USE),
    ("delete_user_hierarchy_group", "users in it", lambda i: {"HierarchyGroupId": i["team"]}, IN_USE),
    ("update_user_hierarchy_structure", "level in use", lambda i: {"HierarchyStructure": {"LevelOne": {"Name": "S"}}}, IN_USE),
    ("update_user_hierarchy_structure", "gap", lambda i: {"HierarchyStructure": {"LevelTwo": {"Name": "S"}}}, PARAMETER),
    ("create_predefined_attribute", "taken name", lambda i: {"Name": "product", "Values": {"StringList": []}}, DUPLICATE),
    ("delete_predefined_attribute", "a user's proficiency", lambda i: {"Name": "product"}, IN_USE),
    ("describe_predefined_attribute", "unknown", lambda i: {"Name": "speed"}, MISSING),
    # prompts, vocabularies
    ("create_prompt", "taken name", lambda i: {"Name": "hold", "S3Uri": "s3://b/k.wav"}, DUPLICATE),
    ("create_prompt", "no bucket", lambda i: {"Name": "x", "S3Uri": "/tmp/k.wav"}, PARAMETER),
    ("create_prompt", "an absent bucket", lambda i: {"Name": "x", "S3Uri": "s3://absent/k.wav"}, PARAMETER),
    ("update_prompt", "an absent object", lambda i: {"PromptId": i["prompt"], "S3Uri": "s3://absent/k.wav"}, PARAMETER),
    ("associate_lambda_function", "absent", lambda i: {"FunctionArn": LAMBDA + "-absent"}, MISSING),
    ("associate_instance_storage_config", "an absent bucket", storage("CHAT_TRANSCRIPTS", ABSENT_BUCKET), PARAMETER),
    ("associate_instance_storage_config", "an absent stream", storage("AGENT_EVENTS", ABSENT_STREAM), PARAMETER),
    ("associate_instance_storage_config", "an absent key", storage("CHAT_TRANSCRIPTS", with_key(ABSENT_KEY)), PARAMETER),
    ("create_contact_flow_alias", "no such version", lambda i: {"ContactFlowId": i["flow"], "ContactFlowVersion": 9, "AliasName": "a"}, MISSING),
    ("create_contact_flow_module_alias", "no such version", lambda i: {"ContactFlowModuleId": i["module"], "ContactFlowModuleVersion": 9, "AliasName": "a"}, MISSING),
    ("associate_flow", "an absent flow", lambda i: {"ResourceId": "x", "FlowId": NOWHERE, "ResourceType": "SMS_PHONE_NUMBER"}, MISSING),
    ("associate_flow", "a voice number", lambda i: {"ResourceId": "x", "FlowId": i["flow"], "ResourceType": "VOICE_PHONE_NUMBER"}, PARAMETER),
    ("get_flow_association", "none", lambda i: {"ResourceId": "x", "ResourceType": "SMS_PHONE_NUMBER"}, MISSING),
    ("describe_view", "unknown", lambda i: {"ViewId": "nothing"}, MISSING),
    ("get_current_metric_data", "no filter", lambda i: {"Filters": {}, "CurrentMetrics": STAFFED}, PARAMETER),
    ("get_current_metric_data", "two filters", lambda i: {"Filters": {"Queues": [i["triage"]], "RoutingProfiles": [i["profile"]]}, "CurrentMetrics": STAFFED}, PARAMETER),
    ("get_current_metric_data", "unknown queue", lambda i: {"Filters": {"Queues": [NOWHERE]}, "CurrentMetrics": STAFFED}, MISSING),
    ("get_current_user_data", "no filter", lambda i: {"Filters": {}}, PARAMETER),
    ("get_current_user_data", "two filters", lambda i: {"Filters": {"Queues": [i["triage"]], "Agents": [i["user"]]}}, PARAMETER),
    ("create_prompt", "an mp3", lambda i: {"Name": "x", "S3Uri": "s3://b/k.mp3"}, PARAMETER),
    ("create_vocabulary", "taken name", lambda i: {"VocabularyName": "words", "LanguageCode": "fr-FR", "Content": "x"}, ("ResourceConflictException", 409)),
    # numbers
    ("search_available_phone_numbers", "no target", lambda i: number_search(), PARAMETER),
    ("search_available_phone_numbers", "unknown country", lambda i: number_search(PhoneNumberCountryCode="ZZ"), PARAMETER),
    ("claim_phone_number", "taken", lambda i: {"PhoneNumber": i["e164"]}, PARAMETER),
    ("claim_phone_number", "no E.164", lambda i: {"PhoneNumber": "0199000000"}, PARAMETER),
    ("describe_phone_number", "unknown", lambda i: {"PhoneNumberId": NOWHERE}, MISSING),
    ("associate_phone_number_contact_flow", "wrong type of flow", lambda i: {"PhoneNumberId": i["number"], "ContactFlowId": i["whisper"]}, PARAMETER),
    ("associate_phone_number_contact_flow", "unknown flow", lambda i: {"PhoneNumberId": i["number"], "ContactFlowId": NOWHERE}, MISSING),
    # tags and pages
    ("tag_resource", "no ARN", lambda i: {"resourceArn": "x", "tags": {"a": "b"}}, PARAMETER),
    ("tag_resource", "unknown", lambda i: {"resourceArn": f"arn:aws:connect:eu-central-1:123456789012:instance/{NOWHERE}", "tags": {"a": "b"}}, MISSING),
    ("list_queues", "page of 1001", lambda i: {"MaxResults": 1001}, PARAMETER),
    ("list_queues", "invented token", lambda i: {"NextToken": "abc"}, PARAMETER),
    ("list_queues", "unknown queue type", lambda i: {"QueueTypes": ["ROBOT"]}, PARAMETER),
    ("search_users", "contains one character", lambda i: {"SearchCriteria": {"StringCondition": {"FieldName": "Username", "Value": "a", "ComparisonType": "CONTAINS"}}}, PARAMETER),
]  # fmt: skip


def instance(**more: Any) -> dict[str, Any]:
    flags = {"InboundCallsEnabled": True, "OutboundCallsEnabled": True}
    given = {"InstanceAlias": "new", "IdentityManagementType": "CONNECT_MANAGED", **flags, **more}
    return {key: value for key, value in given.items() if value is not None}


def attribute(name: str, value: str) -> dict[str, Any]:
    return {"AttributeType": name, "Value": value}


def storage_of(association: str) -> dict[str, Any]:
    return {"AssociationId": association, "ResourceType": "CALL_RECORDINGS"}


def override_of(ids: dict[str, str], key: str) -> dict[str, Any]:
    return {"HoursOfOperationId": ids["hours"], "HoursOfOperationOverrideId": key}


def phone(number: str) -> dict[str, Any]:
    return {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": number}}


def to(kind: str, part: str, **config: str) -> dict[str, Any]:
    return {"QuickConnectType": kind, part: config}


def of_profile(ids: dict[str, str], configs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"RoutingProfileId": ids["profile"], "QueueConfigs": configs}


def channels(ids: dict[str, str], channel: str) -> dict[str, Any]:
    return {"RoutingProfileId": ids["profile"], "MediaConcurrencies": [{"Channel": channel, "Concurrency": 1}]}


def references(ids: dict[str, str], count: int) -> dict[str, Any]:
    many = [{"QueueId": f"{n}", "Channel": "VOICE"} for n in range(count)]
    return {"RoutingProfileId": ids["profile"], "QueueReferences": many}


def skills(ids: dict[str, str], name: str, value: str, level: int) -> dict[str, Any]:
    return {
        "UserId": ids["user"],
        "UserProficiencies": [{"AttributeName": name, "AttributeValue": value, "Level": level}],
    }


def number_search(**more: Any) -> dict[str, Any]:
    return {"InstanceId": None, "PhoneNumberCountryCode": "FR", "PhoneNumberType": "DID", **more}


ACCOUNT_WIDE = ("create_instance", "tag_resource", "describe_phone_number")


@pytest.mark.parametrize(
    ("method", "given", "expected"),
    [pytest.param(method, given, expected, id=f"{method}: {cause}") for method, cause, given, expected in ROWS],
)
def test_the_service_refuses(
    filled: Centre, method: str, given: Callable[[dict[str, str]], dict[str, Any]], expected: tuple[str, int]
) -> None:
    params = {"InstanceId": filled.instance, **given(filled.ids)}
    if method in ACCOUNT_WIDE:
        params.pop("InstanceId")
    params = {key: value for key, value in params.items() if value is not None}
    with pytest.raises(ClientError) as refused:
        getattr(filled.connect, method)(**params)
    answer: dict[str, Any] = dict(refused.value.response)
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == expected
    if expected in (FLOW, MODULE):
        problems = answer.get("problems") or answer.get("Problems")
        assert problems
        assert all(problem["message"] for problem in problems)
    else:
        assert answer["Error"]["Message"]
    if expected == IN_USE:
        assert answer["ResourceId"]
        # the model has a word for these, and none for queues, routing profiles and quick connects
        assert answer.get("ResourceType") in {None, "USER", "HIERARCHY_GROUP", "HIERARCHY_LEVEL", "PHONE_NUMBER"}


def test_the_table_is_long_enough_and_has_no_row_twice() -> None:
    assert len({(method, cause) for method, cause, _, _ in ROWS}) == len(ROWS) >= 120
