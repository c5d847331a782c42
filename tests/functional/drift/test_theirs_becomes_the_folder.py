"""What somebody changed by hand is written into the folder, as far as the folder has words for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

CENTER = """\
# A line on which somebody works by hand.
center: hand
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
instance:
  alias: hand-line   # never another
hours_of_operation:
  day:
    mon-fri: [08:00-12:30, 13:30-20:00]
    sat: 20:00-02:00   # the night
    holidays: {country: FR, closed: true, years: 1}
    overrides: [{name: Works, date: 2027-03-01, closed: true}]
  office: {mon-sat: 09:00-17:00, sun: 10:00-12:00, time_zone: Europe/London}
queues:
  front: {hours: day, quick_connects: [desk, other]}
  questions:
    hours: day
    # what people ask
    description: "Every
      question"
  old: {hours: office, status: closed}
routing_profiles: {helper: {queues: [front]}}
security_profiles: {lead: {base: supervisor}, rest: {base: none, permissions: [BasicAgentAccess]}}
agent_statuses: [Break, {title: Lunch, order: 2}, Late]
hierarchy: {levels: [Site, Team], groups: {North: [Day]}}
quick_connects:
  desk: {phone: "+33199001500"}
  other: {phone: "+33199001501"}
  survey: {flow: to-queue}
phone_numbers: {main: {country: FR, flow: welcome}, second: {country: FR, flow: welcome}}
skills: {product: [fibre, tv]}
environments:
  dev: {queues: {old: {description: Closed for good}}}
"""
FLOWS = {
    "welcome": """\
flow: welcome
type: inbound
steps:
  # the first thing that anybody hears
  hello: {say: "Hello. In an emergency call 112."}
  menu: {menu: "For questions press 1.", timeout: 5s, choices: {1: wait}, otherwise: wait}
  wait: {queue: front, full: bye}
  bye: {hang_up: true}
""",
    "closed": "flow: closed\ntype: inbound\nsteps:\n  hello: {say: We are closed.}\n  bye: {hang_up: true}\n",
    "to-queue": """\
flow: to-queue
type: queue_transfer
steps: {go: {queue: current, full: end}, end: {hang_up: true}}
""",
}
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")


def nine_to_five(days: tuple[str, ...]) -> list[dict[str, Any]]:
    start, end = {"Hours": 9, "Minutes": 0}, {"Hours": 17, "Minutes": 30}
    return [{"Day": day, "StartTime": start, "EndTime": end} for day in days]


def reworked(content: str) -> str:
    """A flow whose first sentence and timeout were typed anew, and whose boxes were moved."""
    document = json.loads(content)
    for action in document["Actions"]:
        parameters = action["Parameters"]
        if parameters.get("Text", "").startswith("Hello"):
            parameters["Text"] = "Bonsoir & hello: call 112."
        if "InputTimeLimitSeconds" in parameters:
            parameters["InputTimeLimitSeconds"] = "9"
    document["Metadata"] = {"entryPointPosition": {"x": 17, "y": 4}}
    return json.dumps(document)


def overrides_by_hand(console: Any, day: str) -> None:
    """Works last longer and leave the morning open; people come in on a holiday; another one is forgotten."""
    listed = console("list_hours_of_operation_overrides", HoursOfOperationId=day)["HoursOfOperationOverrideList"]
    ids = {item["Name"]: item["HoursOfOperationOverrideId"] for item in listed}
    morning = {"StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 12, "Minutes": 0}}
    for name, days, words in (
        ("Works", ("MONDAY", "TUESDAY"), {"EffectiveTill": "2027-03-02"}),
        ("Lundi de Pâques 2027-03-29", ("MONDAY",), {}),
    ):
        console(
            "update_hours_of_operation_override",
            HoursOfOperationId=day,
            HoursOfOperationOverrideId=ids[name],
            Config=[{"Day": one, **morning} for one in days],
            **words,
        )
    console(
        "delete_hours_of_operation_override",
        HoursOfOperationId=day,
        HoursOfOperationOverrideId=ids["Jour de l'an 2027-01-01"],
    )


def by_hand(console: Any) -> None:
    """An evening in the console."""
    questions, helper = console.id("queues", "questions"), console.id("routing_profiles", "helper")
    office, day = console.id("hours_of_operation", "office"), console.id("hours_of_operation", "day")
    old = console.id("queues", "old")
    console("update_queue_name", QueueId=questions, Name="Questions", Description="All questions: even #1")
    console("update_queue_max_contacts", QueueId=questions, MaxContacts=4)
    console("update_queue_hours_of_operation", QueueId=questions, HoursOfOperationId=office)
    console("update_queue_name", QueueId=old, Name="old", Description="Open again")
    console("update_queue_status", QueueId=old, Status="ENABLED")
    added = {"QueueReference": {"QueueId": old, "Channel": "VOICE"}, "Priority": 3, "Delay": 15}
    console("associate_routing_profile_queues", RoutingProfileId=helper, QueueConfigs=[added])
    for name in ("lead", "rest"):
        profile = console.named("list_security_profiles", "SecurityProfileSummaryList", name)
        held = console("list_security_profile_permissions", SecurityProfileId=profile)["Permissions"]
        new = sorted(held)[1:] if name == "lead" else [*held, "OutboundCallAccess"]
        console("update_security_profile", SecurityProfileId=profile, Permissions=new)
    console("update_hours_of_operation", HoursOfOperationId=office, Config=nine_to_five(DAYS), TimeZone="Europe/Paris")
    console("update_hours_of_operation", HoursOfOperationId=day, Config=nine_to_five(DAYS[:4]))
    other = console.named("list_quick_connects", "QuickConnectSummaryList", "other")
    phone = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+33199001777"}}
    console("update_quick_connect_config", QuickConnectId=other, QuickConnectConfig=phone)
    console("disassociate_queue_quick_connects", QueueId=console.id("queues", "front"), QuickConnectIds=[other])
    console("update_instance_attribute", AttributeType="EARLY_MEDIA", Value="false")
    console("update_predefined_attribute", Name="product", Values={"StringList": ["fibre", "tv", "mobile"]})
    flow = console.id("flows", "welcome")
    content = console("describe_contact_flow", ContactFlowId=flow)["ContactFlow"]["Content"]
    console("update_contact_flow_content", ContactFlowId=flow, Content=reworked(content))
    numbers = console.cloud.pages(
        "connect", "list_phone_numbers_v2", "ListPhoneNumbersSummaryList", InstanceId=console.instance
    )
    number = next(n for n in numbers if n["PhoneNumber"] == console.status["phone_numbers"]["second"])
    console(
        "associate_phone_number_contact_flow",
        PhoneNumberId=number["PhoneNumberId"],
        ContactFlowId=console.id("flows", "closed"),
    )
    status = console.named("list_agent_statuses", "AgentStatusSummaryList", "Break")
    console("update_agent_status", AgentStatusId=status, Description="At most ten minutes")
    lunch = console.named("list_agent_statuses", "AgentStatusSummaryList", "Lunch")
    console("update_agent_status", AgentStatusId=lunch, Name="Meal", State="DISABLED", DisplayOrder=4)
    console(
        "update_user_hierarchy_structure",
        HierarchyStructure={"LevelOne": {"Name": "Place"}, "LevelTwo": {"Name": "Team"}},
    )
    overrides_by_hand(console, day)
    arn = console("describe_queue", QueueId=questions)["Queue"]["QueueArn"]
    console.cloud.call("connect", "tag_resource", resourceArn=arn, tags={"paid-by": "the city"})
    console(
        "update_contact_flow_name", ContactFlowId=console.id("flows", "closed"), Name="Closed for now", Description=""
    )


DRIFT = [
    "ContactFlow closed name",
    "HoursOfOperation day configs",
    "HoursOfOperation office configs",
    "HoursOfOperation office timeZone",
    "Instance hand earlyMediaEnabled",
    "Queue old description",
    "Queue old status",
    "Queue questions description",
    "Queue questions hoursOfOperationId",
    "Queue questions maxContacts",
    "Queue questions name",
    "Queue questions tags",
    "QuickConnect other quickConnectConfig",
    "RoutingProfile helper queueConfigs",
    "SecurityProfile lead permissions",
    "SecurityProfile rest permissions",
    "UserHierarchyStructure hand hierarchyStructure",
    "AgentStatus Break description",
    "AgentStatus Lunch displayOrder",
    "AgentStatus Lunch name",
    "AgentStatus Lunch state",
    "FlowContent welcome content",
    "HoursOverride day/Jour de l'an 2027-01-01 ",
    "HoursOverride day/Lundi de Pâques 2027-03-29 configs",
    "HoursOverride day/Works configs",
    "HoursOverride day/Works effectiveTill",
    "NumberFlow second contactFlowId",
    "PredefinedAttribute product values",
    "QueueQuickConnects front quickConnectIds",
]


def test_an_evening_in_the_console_is_named_then_written_then_no_drift(line: Callable[..., Any]) -> None:
    hand = line(CENTER, FLOWS)
    hand.up()
    with hand.console() as console:
        by_hand(console)
    assert hand.drift() == DRIFT
    assert hand.up("theirs", write=True).error is None
    assert hand.drift() == []
    assert not hand.preview().changes.any
    text = (hand.folder / "center.yaml").read_text(encoding="utf-8")
    assert text.startswith("# A line on which somebody works by hand.\n")
    assert '    # what people ask\n    description: "All questions: even #1"\n' in text
    assert "  dev: {queues: {old: {description: Open again}}}" in text
    assert "sun: closed, time_zone: Europe/Paris}" in text
    flow = (hand.folder / "flows" / "welcome.yaml").read_text(encoding="utf-8")
    assert '  hello: {say: "Bonsoir & hello: call 112."}\n' in flow
    assert "timeout: 9s" in flow
    assert "# the first thing that anybody hears" in flow
    assert "second: {country: FR, flow: closed}}" in text
    assert "tags: {paid-by: the city}" in text
    assert "levels: [Place, Team]" in text
    assert (
        "agent_statuses: [{title: Break, description: At most ten minutes}, {title: Meal, order: 4, was: Lunch, enabled"
        in text
    )
    assert 'from: 2027-03-01, to: 2027-03-02, hours: "09:00-12:00"}' in text
    assert '{name: "Lundi de Pâques 2027-03-29", date: 2027-03-29, hours: "09:00-12:00"}]' in text
    assert "except: [2027-01-01]" in text
