"""Queues and the quick connects that they show (Connect facts 3.4)."""

from __future__ import annotations

from typing import Any

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .kinds import KINDS


class Queues(Base):
    """Create, read, change and delete queues."""

    def create_queue(self, p: Json) -> Json:
        """Raises DuplicateResource, ResourceNotFound (hours, number, flow, quick connect), LimitExceeded."""
        instance = self.instance(p)
        hours = self.refer(instance, "hours", p["HoursOfOperationId"], "HoursOfOperationId")
        if "MaxContacts" in p:
            self._below_the_call_quota(instance, p["MaxContacts"])
        members = {
            "Name": p["Name"],
            "Description": p.get("Description"),
            "HoursOfOperationId": hours["Id"],
            "OutboundCallerConfig": self._caller(instance, p.get("OutboundCallerConfig")),
            "OutboundEmailConfig": p.get("OutboundEmailConfig"),
            "MaxContacts": p.get("MaxContacts"),
            "Tags": p.get("Tags"),
            "Status": "ENABLED",
            "QueueType": "STANDARD",
            "_quick_connects": self._quick_connects(instance, p.get("QuickConnectIds", [])),
        }
        return self.create(instance, "queue", members)

    def describe_queue(self, p: Json) -> Json:
        """A standard queue; its quick connects are listed by their own operation."""
        return {"Queue": self._queue(self.instance(p), p)}

    def update_queue_name(self, p: Json) -> Json:
        """Name and description."""
        instance = self.instance(p)
        self.rename(instance, "queue", self._queue(instance, p), p, "Description")
        return {}

    def update_queue_status(self, p: Json) -> Json:
        """ENABLED or DISABLED; those who wait in a disabled queue are still served."""
        return self._change_queue(p, {"Status": p["Status"]})

    def update_queue_max_contacts(self, p: Json) -> Json:
        """The cap, or none when MaxContacts is left out. Raises InvalidParameter above the quota of calls."""
        if "MaxContacts" in p:
            self._below_the_call_quota(self.instance(p), p["MaxContacts"])
        return self._change_queue(p, {"MaxContacts": p.get("MaxContacts")})

    def update_queue_hours_of_operation(self, p: Json) -> Json:
        """Other hours. Raises ResourceNotFound."""
        hours = self.refer(self.instance(p), "hours", p["HoursOfOperationId"], "HoursOfOperationId")
        return self._change_queue(p, {"HoursOfOperationId": hours["Id"]})

    def update_queue_outbound_caller_config(self, p: Json) -> Json:
        """Caller id and outbound whisper flow; what is left out of the structure is removed."""
        return self._change_queue(
            p, {"OutboundCallerConfig": self._caller(self.instance(p), p["OutboundCallerConfig"])}
        )

    def update_queue_outbound_email_config(self, p: Json) -> Json:
        """The address that outbound e-mail comes from."""
        return self._change_queue(p, {"OutboundEmailConfig": p["OutboundEmailConfig"]})

    def delete_queue(self, p: Json) -> Json:
        """Raises ResourceInUse while a routing profile or a quick connect names the queue."""
        instance = self.instance(p)
        queue = self._queue(instance, p)
        for profile in self.things(instance, "routing-profile"):
            used = profile["DefaultOutboundQueueId"] == queue["Id"]
            if used or any(entry["QueueId"] == queue["Id"] for entry in profile["_queues"]):
                message = f"Queue {queue['Name']} is used by routing profile {profile['Name']}"
                raise ex.ResourceInUse(message, "ROUTING_PROFILE", profile["Id"])
        for quick in self.things(instance, "quick-connect"):
            if quick["QuickConnectConfig"].get("QueueConfig", {}).get("QueueId") == queue["Id"]:
                message = f"Queue {queue['Name']} is used by quick connect {quick['Name']}"
                raise ex.ResourceInUse(message, "QUICK_CONNECT", quick["Id"])
        self.drop(instance, "queue", queue)
        return {}

    def list_queues(self, p: Json) -> Json:
        """Summaries; standard and agent queues unless QueueTypes chooses, at most 1,000 a page."""
        instance = self.instance(p)
        types = set(p.get("QueueTypes") or ("STANDARD", "AGENT"))
        rows = [*(self.things(instance, "queue") if "STANDARD" in types else ())]
        if "AGENT" in types:
            rows.extend(agent_queue(instance, user) for user in self.things(instance, "user"))
            rows.sort(key=lambda row: row["_n"])
        return self.page(p, "QueueSummaryList", rows)

    # -- quick connects of a queue

    def associate_queue_quick_connects(self, p: Json) -> Json:
        """At most 50 a call and 700 in all."""
        instance = self.instance(p)
        queue = self._queue(instance, p)
        new = self._quick_connects(instance, p["QuickConnectIds"])
        merged = list(dict.fromkeys([*queue["_quick_connects"], *new]))
        self.room(instance, "quick_connects_per_queue", 0, len(merged))
        self.edit(instance, "queue", queue, {"_quick_connects": merged})
        return {}

    def disassociate_queue_quick_connects(self, p: Json) -> Json:
        """At most 50 a call."""
        instance = self.instance(p)
        queue = self._queue(instance, p)
        gone = {arn_tail(reference) for reference in p["QuickConnectIds"]}
        left = [key for key in queue["_quick_connects"] if key not in gone]
        self.edit(instance, "queue", queue, {"_quick_connects": left})
        return {}

    def list_queue_quick_connects(self, p: Json) -> Json:
        """Summaries, at most 100 a page."""
        instance = self.instance(p)
        queue = self._queue(instance, p)
        found = [self.store.get(instance["Id"], "quick-connect", key) for key in queue["_quick_connects"]]
        answer = self.page_of(p, "QuickConnectSummaryList", [quick for quick in found if quick is not None])
        return {**answer, **{k: queue[k] for k in ("LastModifiedTime", "LastModifiedRegion")}}

    # -- rules

    def _queue(self, instance: Json, p: Json) -> Json:
        return self.find(instance, "queue", p["QueueId"])

    def _change_queue(self, p: Json, changes: Json) -> Json:
        instance = self.instance(p)
        self.edit(instance, "queue", self._queue(instance, p), changes)
        return {}

    def _below_the_call_quota(self, instance: Json, cap: int) -> None:
        """MaxContacts must stay below the quota of concurrent calls, and the refusal names quota - 1."""
        most = self.quota(instance, "concurrent_calls") - 1
        if self.settings.quotas and cap > most:
            raise self.invalid(f"MaxContacts: {cap} must be less than or equal to {most}")

    def _caller(self, instance: Json, config: Json | None) -> Json | None:
        if not config:
            return None
        checked: dict[str, Any] = dict(config)
        flow = config.get("OutboundFlowId")
        if flow:
            found = self.refer(instance, "flow", flow, "OutboundFlowId")
            if found["Type"] != "OUTBOUND_WHISPER":
                raise self.invalid(f"OutboundFlowId: flow {found['Name']} is of type {found['Type']}")
            checked["OutboundFlowId"] = found["Id"]
        number = config.get("OutboundCallerIdNumberId")
        if number:
            claimed = self.store.get(self.here, "number", arn_tail(number))
            if claimed is None or claimed["TargetArn"] != instance["Arn"]:
                raise ex.ResourceNotFound(f"OutboundCallerIdNumberId: phone number not found: {number}")
            checked["OutboundCallerIdNumberId"] = claimed["Id"]
        return {k: v for k, v in checked.items() if v}

    def _quick_connects(self, instance: Json, references: list[str]) -> list[str]:
        return [self.refer(instance, "quick-connect", ref, "QuickConnectIds")["Id"] for ref in references]


def agent_queue(instance: Json, user: Json) -> Json:
    """The queue that every user has of their own: no hours, never in a routing profile (Connect facts 3.4)."""
    arn = f"{instance['Arn']}/{KINDS['queue'].segment}/agent/{user['Id']}"
    times = {k: user[k] for k in ("LastModifiedTime", "LastModifiedRegion")}
    return {"Id": f"agent/{user['Id']}", "Arn": arn, "QueueType": "AGENT", "_n": user["_n"], **times}
