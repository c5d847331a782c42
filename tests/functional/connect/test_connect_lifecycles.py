"""Every operation that the sandbox claims to answer answers, in the order in which a centre lives with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox.connect.models import answered
from ccdeploy.sandbox.connect.shapes import operations
from ccdeploy.sandbox.history import read
from ccdeploy.sandbox.server import Options, serve

from .conftest import Centre, make_centre

DAYS = [
    {"Day": "MONDAY", "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 17, "Minutes": 0}},
    {"Day": "TUESDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 0, "Minutes": 0}},
]
BYE = {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
FLOW = json.dumps({"Version": "2019-10-30", "StartAction": "bye", "Actions": [BYE]})
MODULE = json.dumps(
    {
        "Version": "2019-10-30",
        "StartAction": "end",
        "Actions": [{"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}],
        "Settings": {"InputParameters": [], "OutputParameters": [], "Transitions": []},
    }
)
VOICE = [{"Channel": "VOICE", "Concurrency": 1}]


def missing(centre: Centre, method: str, **params: Any) -> None:
    with pytest.raises(ClientError) as refused:
        centre.call(method, **params)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def equals(field: str, value: str) -> dict[str, Any]:
    return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": "EXACT"}}


def hours(centre: Centre) -> None:
    call = centre.call
    key = {
        "HoursOfOperationId": call("create_hours_of_operation", Name="d", TimeZone="UTC", Config=DAYS)[
            "HoursOfOperationId"
        ]
    }
    call("update_hours_of_operation", **key, Name="day", Description="Days", TimeZone="Europe/Paris", Config=DAYS)
    told = call("describe_hours_of_operation", **key)["HoursOfOperation"]
    assert (told["Name"], told["TimeZone"], told["Config"]) == ("day", "Europe/Paris", DAYS)
    found = call("search_hours_of_operations", SearchCriteria=equals("name", "day"))
    assert (found["ApproximateTotalCount"], found["HoursOfOperations"][0]["HoursOfOperationId"]) == (1, *key.values())

    dates = {"EffectiveFrom": "2030-01-07", "EffectiveTill": "2030-01-07"}
    override = call("create_hours_of_operation_override", **key, Name="o", Config=[], **dates)[
        "HoursOfOperationOverrideId"
    ]
    both = {**key, "HoursOfOperationOverrideId": override}
    call("update_hours_of_operation_override", **both, Name="holiday", OverrideType="CLOSED")
    assert call("describe_hours_of_operation_override", **both)["HoursOfOperationOverride"]["Name"] == "holiday"
    assert len(call("list_hours_of_operation_overrides", **key)["HoursOfOperationOverrideList"]) == 1
    assert call("search_hours_of_operation_overrides")["ApproximateTotalCount"] == 1
    week = call("get_effective_hours_of_operations", **key, FromDate="2030-01-07", ToDate="2030-01-14")
    opened = {day["Date"]: len(day["OperationalHours"]) for day in week["EffectiveHoursOfOperationList"]}
    assert (opened["2030-01-07"], opened["2030-01-08"], opened["2030-01-14"]) == (0, 1, 1)
    assert week["EffectiveOverrideHoursList"][0]["OverrideHours"][0]["OperationalStatus"] == "CLOSED"
    call("delete_hours_of_operation_override", **both)
    missing(centre, "describe_hours_of_operation_override", **both)

    child = {
        "HoursOfOperationId": call("create_hours_of_operation", Name="c", TimeZone="UTC", Config=[])[
            "HoursOfOperationId"
        ]
    }
    call("associate_hours_of_operations", **child, ParentHoursOfOperationConfigs=[key])
    assert [c["Name"] for c in call("list_child_hours_of_operations", **key)["ChildHoursOfOperationsSummaryList"]] == [
        "c"
    ]
    call("disassociate_hours_of_operations", **child, ParentHoursOfOperationIds=list(key.values()))
    assert call("list_child_hours_of_operations", **key)["ChildHoursOfOperationsSummaryList"] == []
    call("delete_hours_of_operation", **child)
    call("delete_hours_of_operation", **key)
    missing(centre, "describe_hours_of_operation", **key)


def queues(centre: Centre) -> None:
    call = centre.call
    basic = centre.first("list_hours_of_operations", "HoursOfOperationSummaryList")
    quick = []
    for number in ("+33199000001", "+33199000002"):
        config = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": number}}
        quick.append(call("create_quick_connect", Name=number, QuickConnectConfig=config)["QuickConnectId"])
    key = {"QueueId": call("create_queue", Name="q", HoursOfOperationId=basic, QuickConnectIds=quick[:1])["QueueId"]}
    call("update_queue_name", **key, Name="triage", Description="Nurses")
    call("update_queue_status", **key, Status="DISABLED")
    call("update_queue_max_contacts", **key, MaxContacts=9)
    call("update_queue_hours_of_operation", **key, HoursOfOperationId=basic)
    whisper = centre.named("list_contact_flows", "ContactFlowSummaryList", "Default outbound")
    call(
        "update_queue_outbound_caller_config",
        **key,
        OutboundCallerConfig={"OutboundCallerIdName": "Us", "OutboundFlowId": whisper},
    )
    call("update_queue_outbound_email_config", **key, OutboundEmailConfig={"OutboundEmailAddressId": "a"})
    told = call("describe_queue", **key)["Queue"]
    assert (told["Name"], told["Status"], told["MaxContacts"]) == ("triage", "DISABLED", 9)
    assert told["OutboundCallerConfig"]["OutboundFlowId"] == whisper
    call("update_queue_max_contacts", **key)
    assert "MaxContacts" not in call("describe_queue", **key)["Queue"]
    call("associate_queue_quick_connects", **key, QuickConnectIds=quick)
    assert [q["Id"] for q in call("list_queue_quick_connects", **key)["QuickConnectSummaryList"]] == quick
    call("disassociate_queue_quick_connects", **key, QuickConnectIds=quick[:1])
    call("delete_quick_connect", QuickConnectId=quick[1])
    assert call("list_queue_quick_connects", **key)["QuickConnectSummaryList"] == []
    assert [q["Name"] for q in call("search_queues", SearchCriteria=equals("name", "triage"))["Queues"]] == ["triage"]
    assert [q["Name"] for q in call("list_queues", QueueTypes=["STANDARD"])["QueueSummaryList"]] == [
        "BasicQueue",
        "triage",
    ]

    transfer = centre.named("list_contact_flows", "ContactFlowSummaryList", "Default queue transfer")
    target = {"QuickConnectType": "QUEUE", "QueueConfig": {**key, "ContactFlowId": transfer}}
    call("update_quick_connect_name", QuickConnectId=quick[0], Name="desk", Description="The desk")
    call("update_quick_connect_config", QuickConnectId=quick[0], QuickConnectConfig=target)
    told = call("describe_quick_connect", QuickConnectId=quick[0])["QuickConnect"]
    assert (told["Name"], told["QuickConnectConfig"]) == ("desk", target)
    assert call("list_quick_connects", QuickConnectTypes=["PHONE_NUMBER"])["QuickConnectSummaryList"] == []
    assert call("search_quick_connects")["ApproximateTotalCount"] == 1
    call("delete_quick_connect", QuickConnectId=quick[0])
    call("delete_queue", **key)
    missing(centre, "describe_queue", **key)


def flows(centre: Centre) -> None:
    call = centre.call
    made = call("create_contact_flow", Name="f", Type="CONTACT_FLOW", Content=FLOW, Status="SAVED")
    key, draft = {"ContactFlowId": made["ContactFlowId"]}, {"ContactFlowId": f"{made['ContactFlowId']}:$SAVED"}
    assert len(made["FlowContentSha256"]) == 64
    assert call("describe_contact_flow", **draft)["ContactFlow"]["Status"] == "SAVED"
    call("update_contact_flow_content", **key, Content=FLOW)
    call("update_contact_flow_content", **draft, Content="{}")
    assert call("describe_contact_flow", **key)["ContactFlow"]["Content"] == FLOW
    assert call("describe_contact_flow", **draft)["ContactFlow"]["Content"] == "{}"
    call("update_contact_flow_name", **key, Name="g")
    call("update_contact_flow_metadata", **key, Name="welcome", ContactFlowState="ARCHIVED")
    told = call("describe_contact_flow", **key)["ContactFlow"]
    assert (told["Name"], told["State"]) == ("welcome", "ARCHIVED")
    version = call("create_contact_flow_version", **key, Description="one")["Version"]
    assert (
        call("describe_contact_flow", ContactFlowId=f"{key['ContactFlowId']}:{version}")["ContactFlow"]["Version"] == 1
    )
    assert len(call("list_contact_flow_versions", **key)["ContactFlowVersionSummaryList"]) == 1
    flow = key["ContactFlowId"]
    alias = {
        **key,
        "AliasId": call("create_contact_flow_alias", **key, ContactFlowVersion=version, AliasName="live")["Id"],
    }
    call("update_contact_flow_alias", **alias, Name="now", Description="What callers hear")
    assert call("describe_contact_flow_alias", **alias)["ContactFlowAlias"]["Name"] == "now"
    assert call("describe_contact_flow", ContactFlowId=f"{flow}:now")["ContactFlow"]["Version"] == version
    assert call("list_contact_flow_aliases", **key)["ContactFlowAliasSummaryList"][0]["AliasName"] == "now"
    with pytest.raises(ClientError, match="used by alias now"):
        call("delete_contact_flow_version", **key, ContactFlowVersion=version)
    call("delete_contact_flow_alias", **alias)
    missing(centre, "describe_contact_flow_alias", **alias)
    sms = {"ResourceId": "arn:aws:sms-voice:eu-central-1:123456789012:phone-number/x"}
    sms["ResourceType"] = "SMS_PHONE_NUMBER"
    call("associate_flow", **sms, FlowId=flow)
    assert call("get_flow_association", **sms)["FlowId"].endswith(flow)
    call("disassociate_flow", **sms)
    missing(centre, "get_flow_association", **sms)
    call("delete_contact_flow_version", **key, ContactFlowVersion=version)
    assert call("list_contact_flow_versions", **key)["ContactFlowVersionSummaryList"] == []
    assert call("search_contact_flows", SearchCriteria=equals("name", "welcome"))["ApproximateTotalCount"] == 1
    assert len(call("list_contact_flows", ContactFlowTypes=["AGENT_HOLD"])["ContactFlowSummaryList"]) == 1
    call("delete_contact_flow", **key)
    missing(centre, "describe_contact_flow", **key)


def modules(centre: Centre) -> None:
    call = centre.call
    key = {"ContactFlowModuleId": call("create_contact_flow_module", Name="m", Content=MODULE)["Id"]}
    call("update_contact_flow_module_content", **key, Content=MODULE.replace("end", "fin"), Settings="{}")
    call("update_contact_flow_module_metadata", **key, Name="sorry", Description="Says sorry")
    told = call("describe_contact_flow_module", **key)["ContactFlowModule"]
    assert (told["Name"], told["Settings"], '"fin"' in told["Content"]) == ("sorry", "{}", True)
    version = call("create_contact_flow_module_version", **key)["Version"]
    assert len(call("list_contact_flow_module_versions", **key)["ContactFlowModuleVersionSummaryList"]) == 1
    named = call("create_contact_flow_module_alias", **key, ContactFlowModuleVersion=version, AliasName="live")
    alias = {**key, "AliasId": named["Id"]}
    call("update_contact_flow_module_alias", **alias, Description="In use", ContactFlowModuleVersion=version)
    shown = call("describe_contact_flow_module_alias", **alias)["ContactFlowModuleAlias"]
    assert (shown["Name"], shown["Version"], shown["Description"]) == ("live", version, "In use")
    by_alias = {"ContactFlowModuleId": f"{key['ContactFlowModuleId']}:live"}
    assert call("describe_contact_flow_module", **by_alias)["ContactFlowModule"]["Version"] == version
    assert len(call("list_contact_flow_module_aliases", **key)["ContactFlowModuleAliasSummaryList"]) == 1
    call("delete_contact_flow_module_alias", **alias)
    call("delete_contact_flow_module_version", **key, ContactFlowModuleVersion=version)
    assert [m["Name"] for m in call("list_contact_flow_modules")["ContactFlowModulesSummaryList"]] == ["sorry"]
    assert call("search_contact_flow_modules")["ApproximateTotalCount"] == 1
    call("delete_contact_flow_module", **key)
    missing(centre, "describe_contact_flow_module", **key)


def profiles(centre: Centre) -> None:
    call = centre.call
    queue = centre.first("list_queues", "QueueSummaryList")
    reference = {"QueueId": queue, "Channel": "VOICE"}
    config = {"QueueReference": reference, "Priority": 1, "Delay": 0}
    given = {"Description": "d", "DefaultOutboundQueueId": queue, "MediaConcurrencies": VOICE}
    manual = [{"QueueReference": reference}]
    key = {
        "RoutingProfileId": call("create_routing_profile", Name="r", **given, ManualAssignmentQueueConfigs=manual)[
            "RoutingProfileId"
        ]
    }
    call("update_routing_profile_name", **key, Name="nurse", Description="Nurses")
    call("associate_routing_profile_queues", **key, QueueConfigs=[config])
    call("update_routing_profile_queues", **key, QueueConfigs=[{**config, "Priority": 2, "Delay": 30}])
    shown = call("list_routing_profile_queues", **key)["RoutingProfileQueueConfigSummaryList"]
    assert [(q["QueueName"], q["Priority"], q["Delay"]) for q in shown] == [("BasicQueue", 2, 30)]
    assert (
        len(
            call("list_routing_profile_manual_assignment_queues", **key)[
                "RoutingProfileManualAssignmentQueueConfigSummaryList"
            ]
        )
        == 1
    )
    more = [*VOICE, {"Channel": "TASK", "Concurrency": 3}]
    call("update_routing_profile_concurrency", **key, MediaConcurrencies=more)
    call("update_routing_profile_default_outbound_queue", **key, DefaultOutboundQueueId=queue)
    call("update_routing_profile_agent_availability_timer", **key, AgentAvailabilityTimer="TIME_SINCE_LAST_INBOUND")
    told = call("describe_routing_profile", **key)["RoutingProfile"]
    assert (told["Name"], told["NumberOfAssociatedQueues"], len(told["MediaConcurrencies"])) == ("nurse", 1, 2)
    call("disassociate_routing_profile_queues", **key, QueueReferences=[reference])
    assert call("describe_routing_profile", **key)["RoutingProfile"]["NumberOfAssociatedQueues"] == 0
    assert call("search_routing_profiles", SearchCriteria=equals("name", "nurse"))["ApproximateTotalCount"] == 1
    call("delete_routing_profile", **key)
    missing(centre, "describe_routing_profile", **key)

    security = {
        "SecurityProfileId": call("create_security_profile", SecurityProfileName="s", Permissions=["BasicAgentAccess"])[
            "SecurityProfileId"
        ]
    }
    call("update_security_profile", **security, Description="Volunteers", Permissions=["OutboundCallAccess"])
    assert call("describe_security_profile", **security)["SecurityProfile"]["Description"] == "Volunteers"
    assert call("list_security_profile_permissions", **security)["Permissions"] == ["OutboundCallAccess"]
    assert call("list_security_profile_applications", **security)["Applications"] == []
    assert call("list_security_profile_flow_modules", **security)["AllowedFlowModules"] == []
    assert call("search_security_profiles")["ApproximateTotalCount"] == 5
    call("delete_security_profile", **security)
    missing(centre, "describe_security_profile", **security)


def people(centre: Centre) -> None:
    call = centre.call
    key = {"UserId": centre.user("ada", Tags={"team": "a"})}
    levels = {"LevelOne": {"Name": "Site"}}
    call("update_user_hierarchy_structure", HierarchyStructure=levels)
    assert call("describe_user_hierarchy_structure")["HierarchyStructure"]["LevelOne"]["Name"] == "Site"
    group = call("create_user_hierarchy_group", Name="P")["HierarchyGroupId"]
    call("update_user_hierarchy_group_name", HierarchyGroupId=group, Name="Paris")
    call("update_user_hierarchy", **key, HierarchyGroupId=group)
    told = call("describe_user_hierarchy_group", HierarchyGroupId=group)["HierarchyGroup"]
    assert told["HierarchyPath"]["LevelOne"]["Name"] == "Paris"
    inside = {"HierarchyGroupCondition": {"Value": group, "HierarchyGroupMatchType": "WITH_CHILD_GROUPS"}}
    assert [u["Username"] for u in call("search_users", SearchCriteria=inside)["Users"]] == ["ada"]
    assert call("search_user_hierarchy_groups")["ApproximateTotalCount"] == 1

    identity = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.org"}
    call("update_user_identity_info", **key, IdentityInfo=identity)
    desk = {
        "PhoneType": "DESK_PHONE",
        "DeskPhoneNumber": "+33199000003",
        "AfterContactWorkTimeLimit": 30,
        "AutoAccept": False,
    }
    call("update_user_phone_config", **key, PhoneConfig=desk)
    call("update_user_config", **key, AutoAcceptConfigs=[{"Channel": "CHAT", "AutoAccept": True}])
    profile = centre.first("list_routing_profiles", "RoutingProfileSummaryList")
    call("update_user_routing_profile", **key, RoutingProfileId=profile)
    admin = centre.named("list_security_profiles", "SecurityProfileSummaryList", "Admin")
    call("update_user_security_profiles", **key, SecurityProfileIds=[admin])
    user = call("describe_user", **key)["User"]
    assert (user["IdentityInfo"], user["PhoneConfig"], user["SecurityProfileIds"]) == (identity, desk, [admin])
    found = call("search_users", SearchCriteria=equals("username", "ADA"))["Users"][0]
    assert (found["PhoneConfig"]["AfterContactWorkTimeLimit"], "Email" in found["IdentityInfo"]) == (30_000, False)
    tagged = {"TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "a"}}}
    assert call("search_users", SearchFilter=tagged)["ApproximateTotalCount"] == 1
    assert call("search_resource_tags")["Tags"] == [{"key": "team", "value": "a"}]
    assert call("list_entity_security_profiles", EntityType="USER", EntityArn=user["Arn"])["SecurityProfiles"] == [
        {"Id": admin}
    ]
    assert [q["QueueType"] for q in call("list_queues", QueueTypes=["AGENT"])["QueueSummaryList"]] == ["AGENT"]

    call("create_predefined_attribute", Name="product", Values={"StringList": ["tv"]})
    call("update_predefined_attribute", Name="product", Values={"StringList": ["tv", "fibre"]})
    assert call("describe_predefined_attribute", Name="product")["PredefinedAttribute"]["Values"]["StringList"] == [
        "tv",
        "fibre",
    ]
    assert len(call("list_predefined_attributes")["PredefinedAttributeSummaryList"]) == 1
    assert call("search_predefined_attributes")["ApproximateTotalCount"] == 1
    skill = {"AttributeName": "product", "AttributeValue": "tv", "Level": 2}
    call("associate_user_proficiencies", **key, UserProficiencies=[skill])
    call("update_user_proficiencies", **key, UserProficiencies=[{**skill, "Level": 5}])
    assert call("list_user_proficiencies", **key)["UserProficiencyList"] == [{**skill, "Level": 5.0}]
    call(
        "disassociate_user_proficiencies",
        **key,
        UserProficiencies=[{k: skill[k] for k in ("AttributeName", "AttributeValue")}],
    )
    assert call("list_user_proficiencies", **key)["UserProficiencyList"] == []
    call("delete_predefined_attribute", Name="product")

    status = call("create_agent_status", Name="B", State="ENABLED", DisplayOrder=3)["AgentStatusId"]
    call("update_agent_status", AgentStatusId=status, Name="Break", State="DISABLED")
    assert call("describe_agent_status", AgentStatusId=status)["AgentStatus"]["State"] == "DISABLED"
    assert len(call("list_agent_statuses", AgentStatusTypes=["CUSTOM"])["AgentStatusSummaryList"]) == 1
    assert call("search_agent_statuses")["ApproximateTotalCount"] == 3
    call("put_user_status", **key, AgentStatusId=centre.first("list_agent_statuses", "AgentStatusSummaryList"))
    floor = call("get_current_user_data", Filters={"RoutingProfiles": [profile]})["UserDataList"]
    assert floor[0]["Status"]["StatusName"] == "Available"
    wanted = [{"Name": "AGENTS_AVAILABLE", "Unit": "COUNT"}]
    queue = centre.first("list_queues", "QueueSummaryList")
    metrics = call("get_current_metric_data", Filters={"Queues": [queue]}, CurrentMetrics=wanted, Groupings=["QUEUE"])
    assert metrics["MetricResults"][0]["Collections"][0]["Value"] == 1
    assert [u["Username"] for u in call("list_users")["UserSummaryList"]] == ["ada"]
    call("delete_user", **key)
    missing(centre, "describe_user", **key)
    call("delete_user_hierarchy_group", HierarchyGroupId=group)
    assert call("list_user_hierarchy_groups")["UserHierarchyGroupSummaryList"] == []


def numbers(centre: Centre) -> None:
    call, connect = centre.call, centre.connect
    where = {"TargetArn": centre.arn, "PhoneNumberCountryCode": "FR", "PhoneNumberType": "DID"}
    offered = [
        n["PhoneNumber"]
        for n in connect.search_available_phone_numbers(**where, PhoneNumberPrefix="+331")["AvailableNumbersList"]
    ]
    assert len(offered) == 10
    assert all(number.startswith("+3319900") and len(number) == 12 for number in offered)
    made = connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=offered[0], Tags={"a": "b"})
    key = {"PhoneNumberId": made["PhoneNumberId"]}
    connect.update_phone_number_metadata(**key, PhoneNumberDescription="Main")
    told = connect.describe_phone_number(**key)["ClaimedPhoneNumberSummary"]
    assert (told["PhoneNumberStatus"]["Status"], told["PhoneNumberDescription"], told["PhoneNumberCountryCode"]) == (
        "CLAIMED",
        "Main",
        "FR",
    )
    flow = call("create_contact_flow", Name="line", Type="CONTACT_FLOW", Content=FLOW)["ContactFlowId"]
    connect.associate_phone_number_contact_flow(**key, InstanceId=centre.instance, ContactFlowId=flow)
    shown = call("list_flow_associations", ResourceType="VOICE_PHONE_NUMBER")["FlowAssociationSummaryList"]
    assert [(a["ResourceId"], a["FlowId"].endswith(flow)) for a in shown] == [(made["PhoneNumberArn"], True)]
    assert (
        call("batch_get_flow_association", ResourceIds=[made["PhoneNumberArn"]])["FlowAssociationSummaryList"] == shown
    )
    connect.disassociate_phone_number_contact_flow(**key, InstanceId=centre.instance)
    assert call("list_flow_associations")["FlowAssociationSummaryList"] == []
    assert len(call("list_phone_numbers")["PhoneNumberSummaryList"]) == 1
    assert len(connect.list_phone_numbers_v2(TargetArn=centre.arn)["ListPhoneNumbersSummaryList"]) == 1
    connect.update_phone_number(**key, TargetArn=centre.arn)
    assert offered[0] not in str(connect.search_available_phone_numbers(**where)["AvailableNumbersList"])
    connect.release_phone_number(**key)
    assert connect.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"] == []
    assert offered[0] not in str(connect.search_available_phone_numbers(**where)["AvailableNumbersList"])
    with pytest.raises(ClientError):
        call("import_phone_number", SourcePhoneNumberArn="arn:aws:sms-voice:x")
    statuses = []
    for number in offered[1:7]:
        claimed = connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=number)["PhoneNumberId"]
        statuses.append(
            connect.describe_phone_number(PhoneNumberId=claimed)["ClaimedPhoneNumberSummary"]["PhoneNumberStatus"][
                "Status"
            ]
        )
    assert statuses == ["CLAIMED"] * 5 + ["FAILED"]


def associations(centre: Centre) -> None:
    call = centre.call
    centre.outside("arn:aws:s3:::b", "arn:aws:s3:::c", "arn:aws:lambda:eu-central-1:123456789012:function:lookup")
    config = {"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p"}}
    kind = {"ResourceType": "CALL_RECORDINGS"}
    key = {
        **kind,
        "AssociationId": call("associate_instance_storage_config", **kind, StorageConfig=config)["AssociationId"],
    }
    config["S3Config"] = {"BucketName": "c", "BucketPrefix": "p"}
    call("update_instance_storage_config", **key, StorageConfig=config)
    told = call("describe_instance_storage_config", **key)["StorageConfig"]
    assert (told["S3Config"]["BucketName"], told["AssociationId"]) == ("c", key["AssociationId"])
    assert call("list_instance_storage_configs", **kind)["StorageConfigs"] == [told]
    call("disassociate_instance_storage_config", **key)
    assert call("list_instance_storage_configs", **kind)["StorageConfigs"] == []

    function = {"FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:lookup"}
    call("associate_lambda_function", **function)
    assert call("list_lambda_functions")["LambdaFunctions"] == [function["FunctionArn"]]
    call("disassociate_lambda_function", **function)
    v2 = {"LexV2Bot": {"AliasArn": "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST"}}
    centre.outside(v2["LexV2Bot"]["AliasArn"])
    call("associate_bot", **v2)
    assert call("list_bots", LexVersion="V2")["LexBots"] == [v2]
    call("disassociate_bot", **v2)
    call("associate_lex_bot", LexBot={"Name": "old", "LexRegion": "eu-central-1"})
    assert call("list_lex_bots")["LexBots"] == [{"Name": "old", "LexRegion": "eu-central-1"}]
    call("disassociate_lex_bot", BotName="old", LexRegion="eu-central-1")
    call("associate_approved_origin", Origin="https://example.org")
    assert call("list_approved_origins")["Origins"] == ["https://example.org"]
    call("disassociate_approved_origin", Origin="https://example.org")
    pem = "-----BEGIN PUBLIC KEY-----"
    association = call("associate_security_key", Key=pem)["AssociationId"]
    assert call("list_security_keys")["SecurityKeys"][0]["Key"] == pem
    call("disassociate_security_key", AssociationId=association)
    wisdom = {"IntegrationType": "EVENT", "IntegrationArn": "arn:aws:events:x"}
    made = call("create_integration_association", **wisdom)["IntegrationAssociationId"]
    assert len(call("list_integration_associations", **wisdom)["IntegrationAssociationSummaryList"]) == 1
    call("delete_integration_association", IntegrationAssociationId=made)
    assert call("list_integration_associations")["IntegrationAssociationSummaryList"] == []


def sounds(centre: Centre) -> None:
    call = centre.call
    centre.outside("arn:aws:s3:::bucket")
    key = {"PromptId": call("create_prompt", Name="p", S3Uri="s3://bucket/p.wav")["PromptId"]}
    call("update_prompt", **key, Name="hold", Description="Music")
    assert call("describe_prompt", **key)["Prompt"]["Name"] == "hold"
    assert "PromptPresignedUrl" in call("get_prompt_file", **key)
    assert call("search_prompts", SearchCriteria=equals("name", "hold"))["ApproximateTotalCount"] == 1
    assert "hold" in [p["Name"] for p in call("list_prompts")["PromptSummaryList"]]
    call("delete_prompt", **key)
    missing(centre, "describe_prompt", **key)
    words = call("create_vocabulary", VocabularyName="words", LanguageCode="fr-FR", Content="x")["VocabularyId"]
    assert call("describe_vocabulary", VocabularyId=words)["Vocabulary"]["State"] == "ACTIVE"
    assert len(call("search_vocabularies", NameStartsWith="w")["VocabularySummaryList"]) == 1
    call("associate_default_vocabulary", LanguageCode="fr-FR", VocabularyId=words)
    assert call("list_default_vocabularies")["DefaultVocabularyList"][0]["VocabularyId"] == words
    call("associate_default_vocabulary", LanguageCode="fr-FR")
    assert call("delete_vocabulary", VocabularyId=words)["State"] == "DELETE_IN_PROGRESS"
    missing(centre, "describe_vocabulary", VocabularyId=words)


def the_rest(centre: Centre) -> None:
    call, connect = centre.call, centre.connect
    call("update_instance_attribute", AttributeType="CONTACT_LENS", Value="true")
    assert call("describe_instance_attribute", AttributeType="CONTACT_LENS")["Attribute"]["Value"] == "true"
    first = call("list_instance_attributes")
    second = call("list_instance_attributes", NextToken=first["NextToken"])
    assert [len(first["Attributes"]), len(second["Attributes"])] == [7, 7]
    profile = call("list_authentication_profiles")["AuthenticationProfileSummaryList"][0]
    key = {"AuthenticationProfileId": profile["Id"]}
    call("update_authentication_profile", **key, AllowedIps=["192.0.2.0/24"])
    assert call("describe_authentication_profile", **key)["AuthenticationProfile"]["AllowedIps"] == ["192.0.2.0/24"]
    assert {view["Type"] for view in call("list_views")["ViewsSummaryList"]} == {"AWS_MANAGED"}
    assert connect.list_traffic_distribution_groups()["TrafficDistributionGroupSummaryList"] == []
    with pytest.raises(ClientError):
        connect.describe_traffic_distribution_group(TrafficDistributionGroupId="x")
    for refused, params in {
        "delete_traffic_distribution_group": {"TrafficDistributionGroupId": "x"},
        "list_traffic_distribution_group_users": {"TrafficDistributionGroupId": "x"},
        "get_traffic_distribution": {"Id": "x"},
    }.items():
        with pytest.raises(ClientError):
            getattr(connect, refused)(**params)
    view = call("describe_view", ViewId="detail")["View"]
    assert (view["Type"], view["Id"][-14:]) == ("AWS_MANAGED", ":view/detail:1")
    assert [v["Version"] for v in call("list_view_versions", ViewId=view["Arn"])["ViewVersionSummaryList"]] == [1]
    missing(centre, "describe_view", ViewId="nothing")
    with pytest.raises(ClientError):
        call("create_traffic_distribution_group", Name="x")
    with pytest.raises(ClientError):
        call("get_federation_token")
    connect.tag_resource(resourceArn=centre.arn, tags={"a": "b"})
    connect.untag_resource(resourceArn=centre.arn, tagKeys=["a"])
    assert connect.list_tags_for_resource(resourceArn=centre.arn)["tags"] == {}
    call("describe_instance")
    assert len(connect.list_instances()["InstanceSummaryList"]) == 1
    call("delete_instance")


SCENES: list[Callable[[Centre], None]] = [
    hours, queues, flows, modules, profiles, people, numbers, associations, sounds, the_rest,
]  # fmt: skip
NEVER_SUCCEED = {  # they refuse, for want of what the sandbox does not have
    "create_traffic_distribution_group",
    "delete_traffic_distribution_group",
    "describe_traffic_distribution_group",
    "get_traffic_distribution",
    "list_traffic_distribution_group_users",
    "get_federation_token",
    "import_phone_number",
}
Told = tuple[dict[str, BaseException | None], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """How each scene went, and the history of all of them."""
    data: Path = tmp_path_factory.mktemp("sandbox")
    went: dict[str, BaseException | None] = {}
    with serve(data, Options()) as running:
        for scene in SCENES:
            centre = make_centre(running.endpoint, f"scene-{scene.__name__.replace('_', '-')}")
            went[scene.__name__] = outcome(scene, centre)
            if scene is not the_rest:
                centre.call("delete_instance")
    return went, list(read(data))


def outcome(scene: Callable[[Centre], None], centre: Centre) -> BaseException | None:
    try:
        scene(centre)
    except (AssertionError, ClientError, KeyError, IndexError) as error:
        return error
    return None


@pytest.mark.parametrize("scene", [scene.__name__ for scene in SCENES])
def test_a_life_with(told: Told, scene: str) -> None:
    error = told[0][scene]
    if error is not None:
        raise error


def test_every_operation_that_is_answered_was_answered_here(told: Told) -> None:
    names = {operation.method_name for operation in operations().values()}
    assert answered() <= names
    good = {operations()[e["operation"]].method_name for e in told[1] if e["status"] == 200}
    assert good == answered() - NEVER_SUCCEED


def test_nothing_answered_500_and_every_error_is_one_that_the_operation_declares(told: Told) -> None:
    for entry in told[1]:
        assert entry["status"] < 500, entry
        if entry["error"]:
            assert operations()[entry["operation"]].declares(entry["error"]), entry


def test_no_two_areas_share_a_name() -> None:
    from ccdeploy.sandbox.connect.models import Request

    seen: dict[str, str] = {}
    for area in Request.__mro__:
        if area.__module__.startswith("ccdeploy"):
            for name in vars(area):
                if not name.startswith("__"):
                    assert seen.setdefault(name, area.__name__) == area.__name__, name
