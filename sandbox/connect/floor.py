"""Smaller areas: authentication profiles, views, traffic distribution groups, and the metrics of an idle floor."""

from __future__ import annotations

from . import exceptions as ex
from .base import Base, Json

_VIEWS = ("detail", "list", "form", "confirmation", "cards")
_PROFILE_MEMBERS = (
    "Name",
    "Description",
    "AllowedIps",
    "BlockedIps",
    "PeriodicSessionDuration",
    "SessionInactivityDuration",
    "SessionInactivityHandlingEnabled",
)


class Access(Base):
    """Authentication profiles: one exists in every instance, none is made or deleted (Connect facts 3.13)."""

    def list_authentication_profiles(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        rows = self.things(self.instance(p), "authentication-profile")
        return self.page(p, "AuthenticationProfileSummaryList", rows)

    def describe_authentication_profile(self, p: Json) -> Json:
        """One profile."""
        found = self.find(self.instance(p), "authentication-profile", p["AuthenticationProfileId"])
        return {"AuthenticationProfile": found}

    def update_authentication_profile(self, p: Json) -> Json:
        """Address lists and durations."""
        instance = self.instance(p)
        found = self.find(instance, "authentication-profile", p["AuthenticationProfileId"])
        changes = {k: p[k] for k in _PROFILE_MEMBERS if k in p}
        self.edit(instance, "authentication-profile", found, changes, name=p.get("Name", ""))
        return {}


class Elsewhere(Base):
    """Things that an instance has without making them."""

    def list_views(self, p: Json) -> Json:
        """The views that AWS manages."""
        self.instance(p)
        if p.get("Type") == "CUSTOMER_MANAGED":
            return {"ViewsSummaryList": []}
        rows = [
            {
                "Id": f"arn:aws:connect:{self.region}:aws:view/{name}:1",
                "Arn": f"arn:aws:connect:{self.region}:aws:view/{name}:1",
                "Name": name.capitalize(),
                "Type": "AWS_MANAGED",
                "Status": "PUBLISHED",
            }
            for name in _VIEWS
        ]
        return self.page_of(p, "ViewsSummaryList", rows)

    def list_traffic_distribution_groups(self, p: Json) -> Json:
        """None: only replicated instances have one, and the sandbox replicates nothing."""
        return self.page_of(p, "TrafficDistributionGroupSummaryList", [])

    def describe_traffic_distribution_group(self, p: Json) -> Json:
        """There is none."""
        raise ex.ResourceNotFound(f"Traffic distribution group not found: {p['TrafficDistributionGroupId']}")

    def create_traffic_distribution_group(self, p: Json) -> Json:
        """Needs a replicated instance, which the sandbox does not have."""
        raise ex.InvalidRequest(f"Instance {self.instance(p)['Id']} is not replicated")


class Floor(Access, Elsewhere):
    """Current metrics of a floor on which nobody has signed in unless a status was put (PutUserStatus)."""

    def get_current_metric_data(self, p: Json) -> Json:
        """Counts by queue, or over all of them."""
        instance = self.instance(p)
        wanted = set(p["Filters"].get("Queues") or ())
        by_queue = "QUEUE" in (p.get("Groupings") or ())
        queues = [q for q in self.things(instance, "queue") if not wanted or {q["Id"], q["Arn"]} & wanted]
        online = [u for u in self.things(instance, "user") if self._routable(instance, u)]
        results = []
        for queue in queues if by_queue else queues[:1]:
            staff = [u for u in online if not by_queue or self._serves(instance, u, queue["Id"])]
            collections = [{"Metric": m, "Value": float(_value(m["Name"], len(staff)))} for m in p["CurrentMetrics"]]
            dimensions = {"Queue": {"Id": queue["Id"], "Arn": queue["Arn"]}, "Channel": "VOICE"} if by_queue else {}
            results.append({"Dimensions": dimensions, "Collections": collections})
        answer = self.page_of(p, "MetricResults", results)
        return {**answer, "DataSnapshotTime": self.now, "ApproximateTotalCount": len(results)}

    def get_current_user_data(self, p: Json) -> Json:
        """The users who have a status."""
        instance = self.instance(p)
        filters = p["Filters"]
        profiles = set(filters.get("RoutingProfiles") or ())
        agents = set(filters.get("Agents") or ())
        rows = []
        for user in self.things(instance, "user"):
            if "_status" not in user or (agents and user["Id"] not in agents):
                continue
            if profiles and user["RoutingProfileId"] not in profiles:
                continue
            rows.append(self._on_the_floor(instance, user))
        return {**self.page_of(p, "UserDataList", rows), "ApproximateTotalCount": len(rows)}

    def _on_the_floor(self, instance: Json, user: Json) -> Json:
        key, since = user["_status"]
        status = self.store.get(instance["Id"], "agent-status", key) or {}
        profile = self.store.get(instance["Id"], "routing-profile", user["RoutingProfileId"]) or {}
        free = 1 if status.get("Type") == "ROUTABLE" else 0
        return {
            "User": {"Id": user["Id"], "Arn": user["Arn"]},
            "RoutingProfile": {"Id": profile.get("Id"), "Arn": profile.get("Arn")},
            "Status": {
                "StatusStartTimestamp": since,
                "StatusArn": status.get("Arn"),
                "StatusName": status.get("Name"),
            },
            "AvailableSlotsByChannel": {"VOICE": free},
            "MaxSlotsByChannel": {"VOICE": 1},
            "ActiveSlotsByChannel": {"VOICE": 0},
            "Contacts": [],
        }

    def _routable(self, instance: Json, user: Json) -> bool:
        status = self.store.get(instance["Id"], "agent-status", user.get("_status", [""])[0])
        return status is not None and status["Type"] == "ROUTABLE"

    def _serves(self, instance: Json, user: Json, queue: str) -> bool:
        profile = self.store.get(instance["Id"], "routing-profile", user["RoutingProfileId"])
        return profile is not None and any(entry["QueueId"] == queue for entry in profile["_queues"])


def _value(metric: str, staffed: int) -> int:
    idle = ("AGENTS_ONLINE", "AGENTS_AVAILABLE", "AGENTS_STAFFED", "SLOTS_AVAILABLE")
    return staffed if metric in idle else 0
