"""Routing profiles (Connect facts 3.8)."""

from __future__ import annotations

from . import exceptions as ex
from .base import Base, Json, arn_tail


class RoutingProfiles(Base):
    """Create, read, change and delete routing profiles and the queues in them."""

    def create_routing_profile(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter (concurrency, channels), ResourceNotFound, LimitExceeded."""
        instance = self.instance(p)
        outbound = self.refer(instance, "queue", p["DefaultOutboundQueueId"], "DefaultOutboundQueueId")
        concurrency = self._concurrency(p["MediaConcurrencies"])
        members = {
            "InstanceId": instance["Id"],
            "Name": p["Name"],
            "Description": p["Description"],
            "DefaultOutboundQueueId": outbound["Id"],
            "MediaConcurrencies": concurrency,
            "AgentAvailabilityTimer": p.get("AgentAvailabilityTimer", "TIME_SINCE_LAST_ACTIVITY"),
            "Tags": p.get("Tags"),
            "IsDefault": False,
            "_queues": self._configs(instance, p.get("QueueConfigs", []), concurrency, []),
            "_manual": [self._reference(instance, c) for c in p.get("ManualAssignmentQueueConfigs", [])],
        }
        return self.create(instance, "routing-profile", members)

    def describe_routing_profile(self, p: Json) -> Json:
        """The profile with the numbers of its queues and users; the queues have an operation of their own."""
        instance = self.instance(p)
        return {"RoutingProfile": self.shown_profile(instance, self._routing_profile(instance, p))}

    def shown_profile(self, instance: Json, profile: Json) -> Json:
        """The profile with what is counted."""
        users = sum(user["RoutingProfileId"] == profile["Id"] for user in self.things(instance, "user"))
        return {
            **profile,
            "NumberOfAssociatedQueues": len(profile["_queues"]),
            "NumberOfAssociatedManualAssignmentQueues": len(profile["_manual"]),
            "NumberOfAssociatedUsers": users,
            "AssociatedQueueIds": list(dict.fromkeys(entry["QueueId"] for entry in profile["_queues"])),
        }

    def update_routing_profile_name(self, p: Json) -> Json:
        """Name and description."""
        instance = self.instance(p)
        self.rename(instance, "routing-profile", self._routing_profile(instance, p), p, "Description")
        return {}

    def update_routing_profile_concurrency(self, p: Json) -> Json:
        """Channels; one that a queue of the profile uses cannot go."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        concurrency = self._concurrency(p["MediaConcurrencies"])
        channels = {entry["Channel"] for entry in concurrency}
        for entry in profile["_queues"]:
            if entry["Channel"] not in channels:
                raise self.invalid(f"MediaConcurrencies: queue {entry['QueueId']} uses channel {entry['Channel']}")
        self.edit(instance, "routing-profile", profile, {"MediaConcurrencies": concurrency})
        return {}

    def update_routing_profile_default_outbound_queue(self, p: Json) -> Json:
        """The queue of outbound calls."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        queue = self.refer(instance, "queue", p["DefaultOutboundQueueId"], "DefaultOutboundQueueId")
        self.edit(instance, "routing-profile", profile, {"DefaultOutboundQueueId": queue["Id"]})
        return {}

    def update_routing_profile_agent_availability_timer(self, p: Json) -> Json:
        """Which agent counts as the longest idle."""
        instance = self.instance(p)
        changes = {"AgentAvailabilityTimer": p["AgentAvailabilityTimer"]}
        self.edit(instance, "routing-profile", self._routing_profile(instance, p), changes)
        return {}

    def delete_routing_profile(self, p: Json) -> Json:
        """Raises ResourceInUse while users have it."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        for user in self.things(instance, "user"):
            if user["RoutingProfileId"] == profile["Id"]:
                message = f"Routing profile {profile['Name']} is used by user {user['Username']}"
                raise ex.ResourceInUse(message, "USER", user["Id"])
        self.drop(instance, "routing-profile", profile)
        return {}

    def list_routing_profiles(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        return self.page(p, "RoutingProfileSummaryList", self.things(self.instance(p), "routing-profile"))

    # -- queues of a profile

    def associate_routing_profile_queues(self, p: Json) -> Json:
        """At most 10 a call; the quota of queue and channel pairs a profile is LimitExceeded."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        new = self._configs(instance, p.get("QueueConfigs", []), profile["MediaConcurrencies"], profile["_queues"])
        manual = [self._reference(instance, c) for c in p.get("ManualAssignmentQueueConfigs", [])]
        changes = {
            "_queues": [*profile["_queues"], *new],
            "_manual": [*profile["_manual"], *(m for m in manual if m not in profile["_manual"])],
        }
        self.edit(instance, "routing-profile", profile, changes)
        return {}

    def update_routing_profile_queues(self, p: Json) -> Json:
        """Priority and delay of queues that are associated already. Raises InvalidParameter for others."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        queues = {(e["QueueId"], e["Channel"]): e for e in profile["_queues"]}
        for config in p["QueueConfigs"]:
            entry = self._config(instance, config)
            if (entry["QueueId"], entry["Channel"]) not in queues:
                raise self.invalid(f"QueueConfigs: queue {entry['QueueId']} is not associated with the profile")
            queues[entry["QueueId"], entry["Channel"]] = entry
        self.edit(instance, "routing-profile", profile, {"_queues": list(queues.values())})
        return {}

    def disassociate_routing_profile_queues(self, p: Json) -> Json:
        """At most 10 a call, else InvalidParameter."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        gone = {(arn_tail(r["QueueId"]), r["Channel"]) for r in p.get("QueueReferences", [])}
        manual = {(arn_tail(r["QueueId"]), r["Channel"]) for r in p.get("ManualAssignmentQueueReferences", [])}
        if len(gone) > 10 or len(manual) > 10:
            raise self.invalid("QueueReferences: at most 10 queues a call")
        changes = {
            "_queues": [e for e in profile["_queues"] if (e["QueueId"], e["Channel"]) not in gone],
            "_manual": [e for e in profile["_manual"] if (e["QueueId"], e["Channel"]) not in manual],
        }
        self.edit(instance, "routing-profile", profile, changes)
        return {}

    def list_routing_profile_queues(self, p: Json) -> Json:
        """The queues with priority, delay and channel, at most 100 a page."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        return {
            **self.page_of(p, "RoutingProfileQueueConfigSummaryList", self._shown_queues(instance, profile, "_queues")),
            **{k: profile[k] for k in ("LastModifiedTime", "LastModifiedRegion")},
        }

    def list_routing_profile_manual_assignment_queues(self, p: Json) -> Json:
        """The queues that agents pick from by hand."""
        instance = self.instance(p)
        profile = self._routing_profile(instance, p)
        rows = self._shown_queues(instance, profile, "_manual")
        return {
            **self.page_of(p, "RoutingProfileManualAssignmentQueueConfigSummaryList", rows),
            **{k: profile[k] for k in ("LastModifiedTime", "LastModifiedRegion")},
        }

    # -- rules

    def _routing_profile(self, instance: Json, p: Json) -> Json:
        return self.find(instance, "routing-profile", p["RoutingProfileId"])

    def _shown_queues(self, instance: Json, profile: Json, member: str) -> list[Json]:
        rows = []
        for entry in profile[member]:
            queue = self.store.get(instance["Id"], "queue", entry["QueueId"])
            if queue is not None:
                rows.append({**entry, "QueueArn": queue["Arn"], "QueueName": queue["Name"]})
        return rows

    def _concurrency(self, entries: list[Json]) -> list[Json]:
        seen = set()
        for entry in entries:
            channel, most = entry["Channel"], entry.get("Concurrency", 1)
            if channel in seen:
                raise self.invalid(f"MediaConcurrencies: channel {channel} stands twice")
            seen.add(channel)
            if most < 1 or (channel == "VOICE" and most != 1):
                range_ = "1" if channel == "VOICE" else "1 to 10"
                raise self.invalid(f"MediaConcurrencies: the concurrency of {channel} must be {range_}, not {most}")
        if not entries:
            raise self.invalid("MediaConcurrencies: at least one channel")
        default = {"CrossChannelBehavior": {"BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY"}}
        return [{**default, **entry} for entry in entries]

    def _config(self, instance: Json, config: Json) -> Json:
        reference = config["QueueReference"]
        queue = self.refer(instance, "queue", reference["QueueId"], "QueueConfigs")
        return {
            "QueueId": queue["Id"],
            "Channel": reference["Channel"],
            "Priority": config["Priority"],
            "Delay": config["Delay"],
        }

    def _configs(self, instance: Json, configs: list[Json], concurrency: list[Json], have: list[Json]) -> list[Json]:
        channels = {entry["Channel"] for entry in concurrency}
        taken = {(e["QueueId"], e["Channel"]) for e in have}
        found = []
        for config in configs:
            entry = self._config(instance, config)
            pair = (entry["QueueId"], entry["Channel"])
            if entry["Channel"] not in channels:
                raise self.invalid(f"QueueConfigs: channel {entry['Channel']} is not enabled in MediaConcurrencies")
            if pair in taken:
                raise self.invalid(f"QueueConfigs: queue {pair[0]} with channel {pair[1]} stands twice")
            taken.add(pair)
            found.append(entry)
        self.room(instance, "queues_per_routing_profile", len(have), len(found))
        return found

    def _reference(self, instance: Json, config: Json) -> Json:
        reference = config["QueueReference"]
        queue = self.refer(instance, "queue", reference["QueueId"], "ManualAssignmentQueueConfigs")
        return {"QueueId": queue["Id"], "Channel": reference["Channel"]}
