"""Somebody works in the instance while we do: what is ours is named and put back, what is theirs is never touched."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

CENTER = """\
center: back
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
instance: {alias: back-line}
hours_of_operation:
  day: {mon-fri: 08:00-20:00, overrides: [{name: Works, date: 2027-03-01, closed: true}]}
  night: {daily: 20:00-23:00}
queues: {front: {hours: day}, second: {hours: night, description: Second}}
routing_profiles: {helper: {queues: [front, second]}}
security_profiles: {helper: {base: agent}}
agent_statuses: [Break]
quick_connects: {desk: {phone: "+33199001500"}}
phone_numbers: {main: {country: FR, flow: welcome}}
skills: {product: [fibre, tv]}
"""
FLOWS = {
    "closed": "flow: closed\ntype: inbound\nsteps: {hello: {say: Closed. Call 112.}, bye: {hang_up: true}}\n",
    "welcome": "flow: welcome\ntype: inbound\nsteps: {hello: {say: Call 112.}, wait: {queue: front, full: bye}, "
    "bye: {hang_up: true}}\n",
}
LISTS = {
    "queues": ("list_queues", "QueueSummaryList"),
    "flows": ("list_contact_flows", "ContactFlowSummaryList"),
    "hours": ("list_hours_of_operations", "HoursOfOperationSummaryList"),
    "statuses": ("list_agent_statuses", "AgentStatusSummaryList"),
    "profiles": ("list_routing_profiles", "RoutingProfileSummaryList"),
    "quick connects": ("list_quick_connects", "QuickConnectSummaryList"),
}


def foreign(console: Any) -> dict[str, list[str]]:
    """Names and ids of everything that bears no tag of ours."""
    found: dict[str, list[str]] = {}
    for kind, (operation, answer) in LISTS.items():
        ours = {str(entry["id"]) for group in console.status.values() if isinstance(group, dict)
                for entry in group.values() if isinstance(entry, dict) and "id" in entry}  # fmt: skip
        things = console.cloud.pages("connect", operation, answer, InstanceId=console.instance)
        found[kind] = sorted(f"{item['Id']} {item['Name']}" for item in things if item["Id"] not in ours)
    offered = console.cloud.pages(
        "connect",
        "list_queue_quick_connects",
        "QuickConnectSummaryList",
        InstanceId=console.instance,
        QueueId=console.id("queues", "front"),
    )
    found["offered"] = sorted(f"{item['Id']} {item['Name']}" for item in offered)
    return found


def describe_queue(console: Any, text: str) -> None:
    console("update_queue_name", QueueId=console.id("queues", "front"), Name="front", Description=text)


def cap_queue(console: Any, text: str) -> None:
    console("update_queue_max_contacts", QueueId=console.id("queues", "second"), MaxContacts=1 + len(text) % 5)


def take_queue_out(console: Any, _text: str) -> None:
    reference = {"QueueId": console.id("queues", "second"), "Channel": "VOICE"}
    profile = console.id("routing_profiles", "helper")
    console("disassociate_routing_profile_queues", RoutingProfileId=profile, QueueReferences=[reference])


def close_on_fridays(console: Any, text: str) -> None:
    hours = console.id("hours_of_operation", "day")
    now = console("describe_hours_of_operation", HoursOfOperationId=hours)["HoursOfOperation"]["Config"]
    left = [entry for entry in now if entry["Day"] != "FRIDAY"]
    console("update_hours_of_operation", HoursOfOperationId=hours, Config=left, Description=text)


def reword(console: Any, text: str) -> None:
    flow = console.id("flows", "welcome")
    content = console("describe_contact_flow", ContactFlowId=flow)["ContactFlow"]["Content"]
    console(
        "update_contact_flow_content", ContactFlowId=flow, Content=content.replace("Call 112.", f"Call {len(text)}.")
    )


def untag(console: Any, _text: str) -> None:
    arn = console.cloud.call(
        "connect", "describe_queue", InstanceId=console.instance, QueueId=console.id("queues", "second")
    )["Queue"]["QueueArn"]
    console.cloud.call("connect", "untag_resource", resourceArn=arn, tagKeys=["ccdeploy:stack"])


def delete_flow(console: Any, _text: str) -> None:
    console("delete_contact_flow", ContactFlowId=console.id("flows", "built-in-agent-hold"))


def delete_quick_connect(console: Any, _text: str) -> None:
    found = console.named("list_quick_connects", "QuickConnectSummaryList", "desk")
    console("delete_quick_connect", QuickConnectId=found)


def lead_elsewhere(console: Any, _text: str) -> None:
    wanted = console.status["phone_numbers"]["main"]
    listed = console.cloud.pages(
        "connect", "list_phone_numbers_v2", "ListPhoneNumbersSummaryList", InstanceId=console.instance
    )
    number = next(item["PhoneNumberId"] for item in listed if item["PhoneNumber"] == wanted)
    flow = console.id("flows", "closed")
    console("associate_phone_number_contact_flow", PhoneNumberId=number, ContactFlowId=flow)


def rename_status(console: Any, text: str) -> None:
    status = console.named("list_agent_statuses", "AgentStatusSummaryList", "Break")
    console("update_agent_status", AgentStatusId=status, Name=f"Pause {len(text)}")


def open_on_the_day(console: Any, _text: str) -> None:
    hours = console.id("hours_of_operation", "day")
    listed = console("list_hours_of_operation_overrides", HoursOfOperationId=hours)["HoursOfOperationOverrideList"]
    window = {"StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 12, "Minutes": 30}}
    console(
        "update_hours_of_operation_override",
        HoursOfOperationId=hours,
        HoursOfOperationOverrideId=listed[0]["HoursOfOperationOverrideId"],
        Config=[{"Day": "MONDAY", **window}],
    )


# What somebody does to ours, and which drift that is.
OURS: dict[Callable[[Any, str], None], str] = {
    describe_queue: "Queue front description",
    cap_queue: "Queue second maxContacts",
    take_queue_out: "RoutingProfile helper queueConfigs",
    close_on_fridays: "HoursOfOperation day configs",
    reword: "FlowContent welcome content",
    untag: "Queue second tags",
    lead_elsewhere: "NumberFlow main contactFlowId",
    rename_status: "AgentStatus Break name",
    open_on_the_day: "HoursOverride day/Works configs",
    delete_flow: "ContactFlow built-in-agent-hold ",
    delete_quick_connect: "QuickConnect desk ",
}


def make_queue(console: Any, name: str) -> None:
    console("create_queue", Name=name, HoursOfOperationId=console.id("hours_of_operation", "day"))


def make_status(console: Any, name: str) -> None:
    console("create_agent_status", Name=name, State="ENABLED")


def make_hours(console: Any, name: str) -> None:
    console("create_hours_of_operation", Name=name, TimeZone="UTC", Config=[])


def make_profile(console: Any, name: str) -> None:
    console(
        "create_routing_profile",
        Name=name,
        Description=name,
        DefaultOutboundQueueId=console.id("queues", "front"),
        MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
    )


def offer_theirs(console: Any, name: str) -> None:
    """A quick connect of theirs, offered in a queue of ours."""
    config = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+33199001999"}}
    made = console("create_quick_connect", Name=name, QuickConnectConfig=config)["QuickConnectId"]
    console("associate_queue_quick_connects", QueueId=console.id("queues", "front"), QuickConnectIds=[made])


THEIRS = (make_queue, make_status, make_hours, make_profile, offer_theirs)
# What the folder has words for: after `--keep theirs --write` it says the same.
SAYABLE = (describe_queue, cap_queue, close_on_fridays, reword, lead_elsewhere, rename_status, open_on_the_day)


class Evening:
    """Rounds of hands in the instance; after each round everything of ours is named, then put back."""

    def __init__(self, line: Any) -> None:
        self.line = line
        self.number = 0
        line.up(rosters=False)

    def round(self, ours: list[Callable[[Any, str], None]], theirs: list[Callable[[Any, str], None]]) -> None:
        with self.line.console() as console:
            for make in theirs:
                self.number += 1
                make(console, f"Theirs {self.number}")
            for change in dict.fromkeys(ours):
                change(console, f"by hand {self.number}")
            before = foreign(console)
        expected = {OURS[change] for change in ours}
        found = set(self.line.drift())
        assert expected <= found
        assert not [item for item in found if "Theirs" in item]
        assert self.line.up("ours" if found else None, rosters=False).error is None
        assert self.line.drift() == []
        with self.line.console() as console:
            after = foreign(console)
        assert {kind: [name for name in names if "Theirs" in name] for kind, names in after.items()} == {
            kind: [name for name in names if "Theirs" in name] for kind, names in before.items()
        }

    def written(self, ours: list[Callable[[Any, str], None]]) -> None:
        """Hands whose work is taken into the folder, which says the same then."""
        self.number += 1
        with self.line.console() as console:
            for change in dict.fromkeys(ours):
                change(console, f"by hand {self.number}" + "!" * (self.number % 3))
        if not self.line.drift():
            return
        assert self.line.up("theirs", write=True, rosters=False).error is None
        assert self.line.drift() == []
        assert not self.line.preview().changes.any


def test_an_evening_of_hands_in_the_instance(line: Callable[..., Any]) -> None:
    rng = random.Random(20)
    Evening(line(CENTER, FLOWS)).round(list(OURS), [rng.choice(THEIRS) for _ in range(4)])


@pytest.mark.long
def test_what_hands_do_is_written_into_the_folder(line: Callable[..., Any]) -> None:
    Evening(line(CENTER, FLOWS)).written(list(SAYABLE))


class HandsAtRandom(RuleBasedStateMachine):
    """Hypothesis chooses the hands."""

    make: Callable[..., Any]

    @initialize()
    def begin(self) -> None:
        self.evening = Evening(type(self).make(CENTER, FLOWS))

    @rule(ours=st.lists(st.sampled_from(list(OURS)), max_size=4), theirs=st.lists(st.sampled_from(THEIRS), max_size=3))
    @precondition(lambda self: hasattr(self, "evening"))
    def hands(self, ours: list[Callable[[Any, str], None]], theirs: list[Callable[[Any, str], None]]) -> None:
        self.evening.round(ours, theirs)

    @rule(ours=st.lists(st.sampled_from(SAYABLE), min_size=1, max_size=1))
    @precondition(lambda self: hasattr(self, "evening"))
    def hands_that_are_right(self, ours: list[Callable[[Any, str], None]]) -> None:
        Evening(type(self).make(CENTER, FLOWS)).written(ours)


@pytest.mark.long
def test_whatever_hands_do_what_is_ours_is_put_back_and_what_is_theirs_stays(line: Callable[..., Any]) -> None:
    HandsAtRandom.make = staticmethod(line)
    run_state_machine_as_test(
        HandsAtRandom,
        settings=settings(
            max_examples=10,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
