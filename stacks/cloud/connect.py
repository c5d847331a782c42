"""Reading an instance: how each kind of thing is listed and described, as a table (Connect facts, appendix A)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...specs.frozen import dataclass
from .client import Cloud


@dataclass(frozen=True, slots=True)
class Listing:
    """How one kind is listed and described. Names are boto3's; `page` is the largest page that the service gives."""

    list_method: str
    list_key: str
    describe_method: str
    describe_key: str
    id_parameter: str
    name_key: str = "Name"
    id_key: str = "Id"
    page: int = 1000
    fixed: Mapping[str, Any] | None = None


HOURS: Final = Listing(
    "list_hours_of_operations",
    "HoursOfOperationSummaryList",
    "describe_hours_of_operation",
    "HoursOfOperation",
    "HoursOfOperationId",
)
QUEUES: Final = Listing(
    "list_queues", "QueueSummaryList", "describe_queue", "Queue", "QueueId", fixed={"QueueTypes": ["STANDARD"]}
)
QUICK_CONNECTS: Final = Listing(
    "list_quick_connects", "QuickConnectSummaryList", "describe_quick_connect", "QuickConnect", "QuickConnectId"
)
FLOWS: Final = Listing(
    "list_contact_flows", "ContactFlowSummaryList", "describe_contact_flow", "ContactFlow", "ContactFlowId"
)
MODULES: Final = Listing(
    "list_contact_flow_modules",
    "ContactFlowModulesSummaryList",
    "describe_contact_flow_module",
    "ContactFlowModule",
    "ContactFlowModuleId",
)
ROUTING_PROFILES: Final = Listing(
    "list_routing_profiles",
    "RoutingProfileSummaryList",
    "describe_routing_profile",
    "RoutingProfile",
    "RoutingProfileId",
)
SECURITY_PROFILES: Final = Listing(
    "list_security_profiles",
    "SecurityProfileSummaryList",
    "describe_security_profile",
    "SecurityProfile",
    "SecurityProfileId",
)
GROUPS: Final = Listing(
    "list_user_hierarchy_groups",
    "UserHierarchyGroupSummaryList",
    "describe_user_hierarchy_group",
    "HierarchyGroup",
    "HierarchyGroupId",
)
AGENT_STATUSES: Final = Listing(
    "list_agent_statuses", "AgentStatusSummaryList", "describe_agent_status", "AgentStatus", "AgentStatusId"
)
PROMPTS: Final = Listing("list_prompts", "PromptSummaryList", "describe_prompt", "Prompt", "PromptId")


def summaries(cloud: Cloud, instance_id: str, listing: Listing) -> Iterator[dict[str, Any]]:
    """Every summary of one kind in the instance, page after page."""
    return cloud.pages(
        "connect",
        listing.list_method,
        listing.list_key,
        InstanceId=instance_id,
        MaxResults=listing.page,
        **(listing.fixed or {}),
    )


def named(cloud: Cloud, instance_id: str, listing: Listing, name: str) -> Iterator[dict[str, Any]]:
    """Descriptions of all things of one kind that bear exactly this name."""
    for item in summaries(cloud, instance_id, listing):
        if item.get(listing.name_key) == name:
            yield describe(cloud, instance_id, listing, item[listing.id_key])


def describe(cloud: Cloud, instance_id: str, listing: Listing, id_: str) -> dict[str, Any]:
    """The description of one thing; its id is put under "_id". Raises CloudError when it is gone."""
    answer = cloud.call("connect", listing.describe_method, InstanceId=instance_id, **{listing.id_parameter: id_})
    return {**answer[listing.describe_key], "_id": id_}


def instances_named(cloud: Cloud, alias: str) -> Iterator[dict[str, Any]]:
    """Descriptions of the instances with this alias (one, or none; a failed creation stays visible for a day)."""
    for item in cloud.pages("connect", "list_instances", "InstanceSummaryList", MaxResults=10):
        if item.get("InstanceAlias") == alias:
            yield cloud.call("connect", "describe_instance", InstanceId=item["Id"])["Instance"]


def phone_numbers(cloud: Cloud, target_arn: str) -> Iterator[dict[str, Any]]:
    """Descriptions, with tags, of the numbers that are claimed to an instance."""
    for item in cloud.pages(
        "connect", "list_phone_numbers_v2", "ListPhoneNumbersSummaryList", TargetArn=target_arn, MaxResults=1000
    ):
        yield cloud.call("connect", "describe_phone_number", PhoneNumberId=item["PhoneNumberId"])[
            "ClaimedPhoneNumberSummary"
        ]


def flow_associations(cloud: Cloud, instance_id: str) -> Iterator[dict[str, Any]]:
    """Which flow answers which number of an instance (`ResourceId` is the number's ARN, `FlowId` the flow's)."""
    return cloud.pages(
        "connect",
        "list_flow_associations",
        "FlowAssociationSummaryList",
        InstanceId=instance_id,
        ResourceType="VOICE_PHONE_NUMBER",
        MaxResults=100,
    )


def flow_of(cloud: Cloud, instance_id: str, number_id: str) -> str:
    """The id of the flow that answers a number in this instance, or ""."""
    for item in flow_associations(cloud, instance_id):
        if str(item.get("ResourceId", "")).rpartition("/")[2] == number_id:
            return str(item.get("FlowId", "")).rpartition("/")[2]
    return ""
