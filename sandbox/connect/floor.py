"""Smaller areas: authentication profiles, views, traffic distribution groups, and the current metrics of a floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .store import Store

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
        own = p.get("Type") == "CUSTOMER_MANAGED"
        return self.page_of(p, "ViewsSummaryList", [] if own else [self._view(name) for name in _VIEWS])

    def describe_view(self, p: Json) -> Json:
        """One view that AWS manages; its template is not ours to tell."""
        return {"View": self._view_of(p)}

    def list_view_versions(self, p: Json) -> Json:
        """The one version of a view that AWS manages."""
        return self.page_of(p, "ViewVersionSummaryList", [self._view_of(p)])

    def _view(self, name: str) -> Json:
        arn = f"arn:aws:connect:{self.region}:aws:view/{name}:1"
        return {
            "Id": arn,
            "Arn": arn,
            "Name": name.capitalize(),
            "Type": "AWS_MANAGED",
            "Status": "PUBLISHED",
            "Version": 1,
            "Content": {"InputSchema": "{}", "Template": "{}", "Actions": []},
        }

    def _view_of(self, p: Json) -> Json:
        self.instance(p)
        for name in _VIEWS:
            view = self._view(name)
            if p["ViewId"] in (view["Id"], view["Id"].removesuffix(":1"), name):
                return view
        raise ex.ResourceNotFound(f"View not found: {p['ViewId']}")

    def list_traffic_distribution_groups(self, p: Json) -> Json:
        """None: only replicated instances have one, and the sandbox replicates nothing."""
        return self.page_of(p, "TrafficDistributionGroupSummaryList", [])

    def describe_traffic_distribution_group(self, p: Json) -> Json:
        """There is none."""
        raise ex.ResourceNotFound(f"Traffic distribution group not found: {p['TrafficDistributionGroupId']}")

    def delete_traffic_distribution_group(self, p: Json) -> Json:
        """There is none."""
        raise ex.ResourceNotFound(f"Traffic distribution group not found: {p['TrafficDistributionGroupId']}")

    def list_traffic_distribution_group_users(self, p: Json) -> Json:
        """There is no group that could have any."""
        raise ex.ResourceNotFound(f"Traffic distribution group not found: {p['TrafficDistributionGroupId']}")

    def get_traffic_distribution(self, p: Json) -> Json:
        """There is no group to distribute to."""
        raise ex.ResourceNotFound(f"Traffic distribution group not found: {p['Id']}")

    def create_traffic_distribution_group(self, p: Json) -> Json:
        """Needs a replicated instance, which the sandbox does not have."""
        raise ex.InvalidRequest(f"Instance {self.instance(p)['Id']} is not replicated")


_METRICS: dict[str, Callable[[Json, list[Json]], float]] = {
    "CONTACTS_IN_QUEUE": lambda queue, _staff: queue["waiting"],
    "OLDEST_CONTACT_AGE": lambda queue, _staff: queue["oldest"],
    "CONTACTS_SCHEDULED": lambda queue, _staff: queue["scheduled"],
    "ESTIMATED_WAIT_TIME": lambda queue, staff: 0 if _count(staff, "available") else queue["oldest"],
    "AGENTS_ONLINE": lambda _queue, staff: len(staff),
    "AGENTS_AVAILABLE": lambda _queue, staff: _count(staff, "available"),
    "AGENTS_STAFFED": lambda _queue, staff: len(staff) - _count(staff, "idle"),
    "AGENTS_NON_PRODUCTIVE": lambda _queue, staff: _count(staff, "idle"),
    "AGENTS_ON_CALL": lambda _queue, staff: _count(staff, "talking"),
    "AGENTS_ON_CONTACT": lambda _queue, staff: _count(staff, "talking"),
    "AGENTS_AFTER_CONTACT_WORK": lambda _queue, staff: _count(staff, "after"),
    "AGENTS_ERROR": lambda _queue, _staff: 0,
    "SLOTS_ACTIVE": lambda _queue, staff: _count(staff, "talking") + _count(staff, "after"),
    "SLOTS_AVAILABLE": lambda _queue, staff: _count(staff, "available"),
}
_GROUPED = {"QUEUE", "CHANNEL", "ROUTING_PROFILE"}
_QUIET: Json = {"waiting": 0, "oldest": 0, "scheduled": 0}


class Floor(Access, Elsewhere):
    """Current metrics of a floor that somebody sets (the sandbox's control `floor`), or that statuses put."""

    def get_current_metric_data(self, p: Json) -> Json:
        """By queue, channel and routing profile, or over all; voice only. At most 100 a page."""
        instance = self.instance(p)
        groupings, filters = set(p.get("Groupings") or ()), p["Filters"]
        if not filters.get("Queues") and not filters.get("RoutingProfiles"):
            raise self.invalid("Filters: Queues or RoutingProfiles must be given")
        if filters.get("Queues") and filters.get("RoutingProfiles"):
            raise self.invalid("Filters: Queues and RoutingProfiles cannot be given together")
        if groupings - _GROUPED:
            raise self.invalid(f"Groupings: the sandbox groups by {', '.join(sorted(_GROUPED))} only")
        for member, kind in (("Queues", "queue"), ("RoutingProfiles", "routing-profile")):
            for reference in filters.get(member) or ():
                self.refer(instance, kind, reference, f"Filters.{member}")
        voice = filters.get("Channels") in (None, [], ["VOICE"]) or "VOICE" in filters["Channels"]
        results = [self._result(p, instance, *group) for group in self._groups(instance, p)] if voice else []
        self._sort(p, results)
        answer = self.page_of(p, "MetricResults", results)
        return {**answer, "DataSnapshotTime": self.now, "ApproximateTotalCount": len(results)}

    def get_current_user_data(self, p: Json) -> Json:
        """The users who are on the floor: signed in with any status but Offline."""
        instance = self.instance(p)
        filters = p["Filters"]
        wanted = {member: {arn_tail(r) for r in filters.get(member) or ()} for member in _USER_FILTERS}
        states = set((filters.get("ContactFilter") or {}).get("ContactStates") or ())
        if not any(wanted.values()) and not states:
            raise self.invalid("Filters: one of them must be given")
        if sum(map(bool, wanted.values())) > 1:
            raise self.invalid(f"Filters: at most one of {', '.join(_USER_FILTERS)} can be given")
        rows = [
            self._on_the_floor(instance, agent)
            for agent in self._agents(instance)
            if _within(wanted["Agents"], agent["user"]["Id"])
            and _within(wanted["RoutingProfiles"], agent["user"]["RoutingProfileId"])
            and _within(wanted["UserHierarchyGroups"], agent["user"].get("HierarchyGroupId", ""))
            and (not wanted["Queues"] or wanted["Queues"] & self._queues_of(instance, agent["user"]))
            and (not states or (agent["state"] == "talking" and "CONNECTED" in states))
        ]
        return {**self.page_of(p, "UserDataList", rows), "ApproximateTotalCount": len(rows)}

    # -- who is there

    def _agents(self, instance: Json) -> list[Json]:
        """Everyone who is signed in: user, status, since when, and what they do."""
        placed = (self.store.get(instance["Id"], "floor", "now") or {}).get("agents", {})
        found = []
        for user in self.things(instance, "user"):
            place = placed.get(user["Id"], {})
            key, since = (place["status"], place["since"]) if place else user.get("_status", ("", 0.0))
            status = self.store.get(instance["Id"], "agent-status", key)
            if status is None or status["Type"] == "OFFLINE":
                continue
            state = "available" if status["Type"] == "ROUTABLE" else "idle"
            if place.get("contacts"):
                state = "talking"
            elif place.get("after_contact"):
                state = "after"
            found.append({"user": user, "status": status, "since": since, "state": state, "queue": place.get("queue")})
        return found

    def _queues_of(self, instance: Json, user: Json) -> set[str]:
        profile = self.store.get(instance["Id"], "routing-profile", user["RoutingProfileId"]) or {}
        return {entry["QueueId"] for entry in profile.get("_queues", ())}

    # -- metrics

    def _groups(self, instance: Json, p: Json) -> Iterator[tuple[Json, list[Json], list[Json]]]:
        """Dimensions, queues and agents of every result."""
        filters, groupings = p["Filters"], set(p.get("Groupings") or ())
        queues = [q for q in self.things(instance, "queue") if _named(filters.get("Queues"), q)]
        profiles = [r for r in self.things(instance, "routing-profile") if _named(filters.get("RoutingProfiles"), r)]
        keys = {profile["Id"] for profile in profiles}
        staff = [a for a in self._agents(instance) if a["user"]["RoutingProfileId"] in keys]
        channel: Json = {"Channel": "VOICE"} if groupings else {}
        by_queue: list[Json | None] = [*queues] if "QUEUE" in groupings else [None]
        by_profile: list[Json | None] = [*profiles] if "ROUTING_PROFILE" in groupings else [None]
        for queue in by_queue:
            for profile in by_profile:
                dimensions = dict(channel)
                there = staff
                if queue is not None:
                    dimensions["Queue"] = {"Id": queue["Id"], "Arn": queue["Arn"]}
                    there = [a for a in there if queue["Id"] in self._queues_of(instance, a["user"])]
                elif filters.get("Queues"):
                    named = {q["Id"] for q in queues}
                    there = [a for a in there if named & self._queues_of(instance, a["user"])]
                if profile is not None:
                    dimensions["RoutingProfile"] = {"Id": profile["Id"], "Arn": profile["Arn"]}
                    there = [a for a in there if a["user"]["RoutingProfileId"] == profile["Id"]]
                yield dimensions, queues if queue is None else [queue], there

    def _result(self, p: Json, instance: Json, dimensions: Json, queues: list[Json], staff: list[Json]) -> Json:
        placed = (self.store.get(instance["Id"], "floor", "now") or {}).get("queues", {})
        rows = [placed.get(queue["Id"], _QUIET) for queue in queues]
        floor = {
            "waiting": sum(row["waiting"] for row in rows),
            "oldest": max((row["oldest"] for row in rows), default=0),
            "scheduled": sum(row["scheduled"] for row in rows),
        }
        collections = []
        for metric in p["CurrentMetrics"]:
            count = _METRICS.get(metric.get("Name", ""))
            if count is None:
                raise self.invalid("CurrentMetrics: a metric of the service's list must be named")
            collections.append({"Metric": metric, "Value": float(count(floor, staff))})
        return {"Dimensions": dimensions, "Collections": collections}

    def _sort(self, p: Json, results: list[Json]) -> None:
        for criterion in p.get("SortCriteria") or ():

            def value(result: Json, name: str = criterion.get("SortByMetric", "")) -> float:
                return next((c["Value"] for c in result["Collections"] if c["Metric"]["Name"] == name), 0.0)

            results.sort(key=value, reverse=criterion.get("SortOrder") == "DESCENDING")

    def _on_the_floor(self, instance: Json, agent: Json) -> Json:
        user, status, state = agent["user"], agent["status"], agent["state"]
        profile = self.store.get(instance["Id"], "routing-profile", user["RoutingProfileId"]) or {}
        queue = self.store.get(instance["Id"], "queue", agent["queue"] or "") or {}
        contact = {
            "ContactId": user["Id"],
            "Channel": "VOICE",
            "InitiationMethod": "INBOUND",
            "AgentContactState": "CONNECTED",
            "StateStartTimestamp": agent["since"],
            "ConnectedToAgentTimestamp": agent["since"],
            "Queue": {"Id": queue.get("Id"), "Arn": queue.get("Arn")},
        }
        return {
            "User": {"Id": user["Id"], "Arn": user["Arn"]},
            "RoutingProfile": {"Id": profile.get("Id"), "Arn": profile.get("Arn")},
            "Status": {
                "StatusStartTimestamp": agent["since"],
                "StatusArn": status.get("Arn"),
                "StatusName": status.get("Name"),
            },
            "AvailableSlotsByChannel": {"VOICE": int(state == "available")},
            "MaxSlotsByChannel": {"VOICE": 1},
            "ActiveSlotsByChannel": {"VOICE": int(state in ("talking", "after"))},
            "Contacts": [contact] if state == "talking" else [],
        }


_USER_FILTERS = ("Queues", "RoutingProfiles", "Agents", "UserHierarchyGroups")


def floor_of(store: Store, scope: str, given: Json, now: float) -> Json:
    """A floor by names, as the control takes it, checked and by ids. Raises ValueError."""
    queues, agents = given.get("queues", {}), given.get("agents", {})
    floor: Json = {"Id": "now", "_n": 0, "queues": {}, "agents": {}}
    for name, row in queues.items():
        floor["queues"][_id(store, scope, "queue", name)] = {**_QUIET, **_numbers(name, row, tuple(_QUIET))}
    for name, row in agents.items():
        rest = {key: value for key, value in row.items() if key not in ("status", "queue")}
        floor["agents"][_id(store, scope, "user", name)] = {
            "status": _id(store, scope, "agent-status", row.get("status", "Available")),
            "since": now,
            "queue": _id(store, scope, "queue", row["queue"]) if "queue" in row else None,
            **_numbers(name, rest, ("contacts", "after_contact")),
        }
    return floor


def _id(store: Store, scope: str, kind: str, name: str) -> str:
    found = store.named(scope, kind, name) or store.get(scope, kind, name)
    if found is None:
        raise ValueError(f"There is no {kind.replace('-', ' ')} {name!r} in the instance")
    return str(found["Id"])


def _numbers(name: str, row: Json, keys: tuple[str, ...]) -> Json:
    for key, value in row.items():
        if key not in keys or isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{name}: {key} must be one of {', '.join(keys)} and a whole number")
    return row


def _named(wanted: list[str] | None, thing: Json) -> bool:
    return not wanted or thing["Id"] in wanted or thing["Arn"] in wanted


def _within(wanted: set[str], key: str) -> bool:
    return not wanted or key in wanted


def _count(staff: list[Json], state: str) -> int:
    return sum(agent["state"] == state for agent in staff)
