"""Hours of operation, queues, quick connects and routing profiles (Pulumi AWS facts 2.3 to 2.5, 2.8)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from ...stacks.provider.values import Properties
from .common import Change, ConnectKind, Kind, Step, camel, chunks, found, given, own_tags, pascal, present, text
from .door import Answer, Door, Refused

QUICK_CONNECTS_A_CALL: Final = 50
QUEUES_A_CALL: Final = 10
_IN_USE_PATIENCE: Final = 10.0  # the plugin waits 60 s for a queue's last user to let go


class HoursOfOperation(ConnectKind):
    """`aws:connect/hoursOfOperation:HoursOfOperation`."""

    type = "aws:connect/hoursOfOperation:HoursOfOperation"
    noun, member, answer = "hours_of_operation", "HoursOfOperationId", "HoursOfOperation"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateHoursOfOperation."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_hours_of_operation",
            InstanceId=instance,
            Name=inputs["name"],
            TimeZone=inputs["timeZone"],
            Config=pascal(inputs["configs"]),
            **given(Description=inputs.get("description"), Tags=inputs.get("tagsAll")),
        )
        return f"{instance}:{answer['HoursOfOperationId']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeHoursOfOperation."""
        hours = self.describe(door, id_)
        if hours is None:
            return None
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=hours.get("HoursOfOperationArn"),
            hoursOfOperationId=hours.get("HoursOfOperationId"),
            name=hours.get("Name"),
            description=text(hours.get("Description")),
            timeZone=hours.get("TimeZone"),
            configs=camel(hours.get("Config", [])),
            tags=own_tags(hours.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """One UpdateHoursOfOperation with all four; an empty description takes the old one away."""

        def update(door: Door, change: Change) -> None:
            news = change.news
            door.connect(
                "update_hours_of_operation",
                **self.where(change.id),
                Name=news["name"],
                Description=news.get("description", ""),
                TimeZone=news["timeZone"],
                Config=pascal(news["configs"]),
            )

        return [(("configs", "description", "name", "timeZone"), update)]


class Queue(ConnectKind):
    """`aws:connect/queue:Queue`.

    Two deviations from the plugin: `status: DISABLED` holds from the first run (it leaves the queue enabled until the
    second), and more than 50 quick connects are associated in batches (it fails).
    """

    type = "aws:connect/queue:Queue"
    noun, member, answer = "queue", "QueueId", "Queue"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateQueue with up to 50 quick connects; `maxContacts: 0` is not sent."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_queue",
            InstanceId=instance,
            Name=inputs["name"],
            HoursOfOperationId=inputs["hoursOfOperationId"],
            **given(
                Description=inputs.get("description"),
                MaxContacts=inputs.get("maxContacts") or None,
                OutboundCallerConfig=_caller(inputs.get("outboundCallerConfig")),
                QuickConnectIds=sorted(set(inputs.get("quickConnectIds", ())))[:QUICK_CONNECTS_A_CALL],
                Tags=inputs.get("tagsAll"),
            ),
        )
        return f"{instance}:{answer['QueueId']}"

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """The status, and the quick connects beyond the first 50."""
        if inputs.get("status") == "DISABLED":
            door.connect("update_queue_status", **self.where(id_), Status="DISABLED")
        rest = sorted(set(inputs.get("quickConnectIds", ())))[QUICK_CONNECTS_A_CALL:]
        for batch in chunks(rest, QUICK_CONNECTS_A_CALL):
            door.connect("associate_queue_quick_connects", **self.where(id_), QuickConnectIds=batch)

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeQueue and ListQueueQuickConnects."""
        queue = self.describe(door, id_)
        if queue is None:
            return None
        connects = found(
            lambda: [
                item["Id"]
                for item in door.pages(
                    "connect", "list_queue_quick_connects", "QuickConnectSummaryList", MaxResults=60, **self.where(id_)
                )
            ]
        )
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=queue.get("QueueArn"),
            queueId=queue.get("QueueId"),
            name=queue.get("Name"),
            description=text(queue.get("Description")),
            hoursOfOperationId=queue.get("HoursOfOperationId"),
            maxContacts=queue.get("MaxContacts") or None,
            outboundCallerConfig=_caller_outputs(queue.get("OutboundCallerConfig")),
            quickConnectIds=connects or None,
            status=queue.get("Status"),
            tags=own_tags(queue.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Hours, most contacts, name, caller, status, quick connects: in the plugin's order."""

        def hours(door: Door, change: Change) -> None:
            where, hours_id = self.where(change.id), change.news["hoursOfOperationId"]
            door.connect("update_queue_hours_of_operation", **where, HoursOfOperationId=hours_id)

        def most(door: Door, change: Change) -> None:
            # 0 stands for "no limit": the plugin's way to take a limit away.
            limit = change.news.get("maxContacts", 0)
            door.connect("update_queue_max_contacts", **self.where(change.id), MaxContacts=limit)

        def name(door: Door, change: Change) -> None:
            words = {"Name": change.news["name"], "Description": change.news.get("description", "")}
            door.connect("update_queue_name", **self.where(change.id), **words)

        def caller(door: Door, change: Change) -> None:
            config = _caller(change.news.get("outboundCallerConfig")) or {}
            door.connect("update_queue_outbound_caller_config", **self.where(change.id), OutboundCallerConfig=config)

        def status(door: Door, change: Change) -> None:
            door.connect("update_queue_status", **self.where(change.id), Status=change.news["status"])

        def connects(door: Door, change: Change) -> None:
            old, new = set(change.old.get("quickConnectIds", ())), set(change.news.get("quickConnectIds", ()))
            for batch in chunks(sorted(new - old), QUICK_CONNECTS_A_CALL):
                door.connect("associate_queue_quick_connects", **self.where(change.id), QuickConnectIds=batch)
            for batch in chunks(sorted(old - new), QUICK_CONNECTS_A_CALL):
                door.connect("disassociate_queue_quick_connects", **self.where(change.id), QuickConnectIds=batch)

        return [
            (("hoursOfOperationId",), hours),
            (("maxContacts",), most),
            (("name", "description"), name),
            (("outboundCallerConfig",), caller),
            (("status",), status),
            (("quickConnectIds",), connects),
        ]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteQueue, again for a while when a routing profile still lists it."""

        last = time.monotonic() + _IN_USE_PATIENCE
        while True:
            try:
                door.connect("delete_queue", **self.where(id_))
            except Refused as refusal:
                if refusal.code != "ResourceInUseException" or time.monotonic() > last:
                    raise
            else:
                return
            door.pause(0.1)


def _caller(config: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if not config else {key: value for key, value in pascal(config).items() if value != ""}


def _caller_outputs(config: Answer | None) -> Properties | None:
    return {key: value for key, value in camel(config or {}).items() if value} or None


class QuickConnect(ConnectKind):
    """`aws:connect/quickConnect:QuickConnect`: of each list only the first element of the fitting one counts."""

    type = "aws:connect/quickConnect:QuickConnect"
    noun, member, answer = "quick_connect", "QuickConnectId", "QuickConnect"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateQuickConnect."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_quick_connect",
            InstanceId=instance,
            Name=inputs["name"],
            QuickConnectConfig=_destination(inputs["quickConnectConfig"]),
            **given(Description=inputs.get("description"), Tags=inputs.get("tagsAll")),
        )
        return f"{instance}:{answer['QuickConnectId']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeQuickConnect."""
        connect = self.describe(door, id_)
        if connect is None:
            return None
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=connect.get("QuickConnectARN"),
            quickConnectId=connect.get("QuickConnectId"),
            name=connect.get("Name"),
            description=text(connect.get("Description")),
            quickConnectConfig=destination_outputs(connect["QuickConnectConfig"]),
            tags=own_tags(connect.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Name and description together, then the configuration."""

        def name(door: Door, change: Change) -> None:
            words = {"Name": change.news["name"], "Description": change.news.get("description", "")}
            door.connect("update_quick_connect_name", **self.where(change.id), **words)

        def config(door: Door, change: Change) -> None:
            wanted = _destination(change.news["quickConnectConfig"])
            door.connect("update_quick_connect_config", **self.where(change.id), QuickConnectConfig=wanted)

        return [(("name", "description"), name), (("quickConnectConfig",), config)]


_MEMBERS: Final = {
    "USER": ("userConfigs", "UserConfig"),
    "QUEUE": ("queueConfigs", "QueueConfig"),
    "PHONE_NUMBER": ("phoneConfigs", "PhoneConfig"),
}


def _destination(config: Properties) -> dict[str, Any]:
    kind = config["quickConnectType"]
    listed, member = _MEMBERS[kind]
    first = (config.get(listed) or [None])[0]
    return {"QuickConnectType": kind, **given(**{member: pascal(first)})}


def destination_outputs(config: Answer) -> Properties:
    """A quick connect's configuration in the plugin's words: lists of one."""
    kind = config["QuickConnectType"]
    outputs: Properties = {"quickConnectType": kind}
    for listed, member in _MEMBERS.values():
        if config.get(member):
            outputs[listed] = [camel(config[member])]
    return outputs


class RoutingProfile(ConnectKind):
    """`aws:connect/routingProfile:RoutingProfile`: ten queue configurations a call, the rest in further calls."""

    type = "aws:connect/routingProfile:RoutingProfile"
    noun, member, answer = "routing_profile", "RoutingProfileId", "RoutingProfile"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateRoutingProfile, with its queues only where there are at most ten."""
        instance, queues = inputs["instanceId"], _unique(inputs.get("queueConfigs", ()))
        answer = door.connect(
            "create_routing_profile",
            InstanceId=instance,
            Name=inputs["name"],
            Description=inputs["description"],
            DefaultOutboundQueueId=inputs["defaultOutboundQueueId"],
            MediaConcurrencies=pascal(inputs["mediaConcurrencies"]),
            **given(
                QueueConfigs=[_queue(item) for item in queues] if len(queues) <= QUEUES_A_CALL else None,
                Tags=inputs.get("tagsAll"),
            ),
        )
        return f"{instance}:{answer['RoutingProfileId']}"

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """AssociateRoutingProfileQueues, ten at a time, where there are more than ten."""
        queues = _unique(inputs.get("queueConfigs", ()))
        if len(queues) > QUEUES_A_CALL:
            self._associate(door, id_, queues)

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeRoutingProfile and ListRoutingProfileQueues."""
        profile = self.describe(door, id_)
        if profile is None:
            return None
        queues = found(
            lambda: [
                camel(item)
                for item in door.pages(
                    "connect",
                    "list_routing_profile_queues",
                    "RoutingProfileQueueConfigSummaryList",
                    MaxResults=60,
                    **self.where(id_),
                )
            ]
        )
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=profile.get("RoutingProfileArn"),
            routingProfileId=profile.get("RoutingProfileId"),
            name=profile.get("Name"),
            description=text(profile.get("Description")),
            defaultOutboundQueueId=profile.get("DefaultOutboundQueueId"),
            mediaConcurrencies=camel(profile.get("MediaConcurrencies", [])),
            queueConfigs=queues or None,
            tags=own_tags(profile.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Concurrency, default outbound queue, name, queues: in the plugin's order."""

        def concurrency(door: Door, change: Change) -> None:
            wanted = pascal(change.news["mediaConcurrencies"])
            door.connect("update_routing_profile_concurrency", **self.where(change.id), MediaConcurrencies=wanted)

        def outbound(door: Door, change: Change) -> None:
            queue = change.news["defaultOutboundQueueId"]
            where = self.where(change.id)
            door.connect("update_routing_profile_default_outbound_queue", **where, DefaultOutboundQueueId=queue)

        def name(door: Door, change: Change) -> None:
            words = {"Name": change.news["name"], "Description": change.news["description"]}
            door.connect("update_routing_profile_name", **self.where(change.id), **words)

        def queues(door: Door, change: Change) -> None:
            old, new = _by_key(change.old.get("queueConfigs", ())), _by_key(change.news.get("queueConfigs", ()))
            dropped = [key for key in old if old[key] != new.get(key)]
            for batch in chunks(dropped, QUEUES_A_CALL):
                references = [{"QueueId": queue, "Channel": channel} for queue, channel in batch]
                door.connect("disassociate_routing_profile_queues", **self.where(change.id), QueueReferences=references)
            self._associate(door, change.id, [new[key] for key in new if new[key] != old.get(key)])

        return [
            (("mediaConcurrencies",), concurrency),
            (("defaultOutboundQueueId",), outbound),
            (("name", "description"), name),
            (("queueConfigs",), queues),
        ]

    def _associate(self, door: Door, id_: str, queues: Sequence[Properties]) -> None:
        for batch in chunks(queues, QUEUES_A_CALL):
            configs = [_queue(item) for item in batch]
            door.connect("associate_routing_profile_queues", **self.where(id_), QueueConfigs=configs)


def _queue(config: Properties) -> dict[str, Any]:
    return {
        "QueueReference": {"QueueId": config["queueId"], "Channel": config["channel"]},
        "Priority": config["priority"],
        "Delay": config["delay"],
    }


def _by_key(configs: Sequence[Properties]) -> dict[tuple[str, str], Properties]:
    """Queue configurations by queue and channel, without what only the service knows."""
    return {
        (item["queueId"], item["channel"]): {key: item[key] for key in ("queueId", "channel", "priority", "delay")}
        for item in configs
    }


def _unique(configs: Sequence[Properties]) -> list[Properties]:
    return list(_by_key(configs).values())


KINDS: Final[tuple[Kind, ...]] = (HoursOfOperation(), Queue(), QuickConnect(), RoutingProfile())
