"""Hours of operation and their overrides (Connect facts 3.3)."""

from __future__ import annotations

import functools
import itertools
from datetime import date, timedelta
from zoneinfo import available_timezones

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .kinds import KINDS

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def _minutes(time: Json | None) -> int:
    return int((time or {}).get("Hours", 0)) * 60 + int((time or {}).get("Minutes", 0))


def _range(row: Json) -> tuple[int, int]:
    """Start and end in minutes; an end of 0:00 is midnight, so that 0:00 to 0:00 is the whole day."""
    return _minutes(row.get("StartTime")), _minutes(row.get("EndTime")) or 24 * 60


def _text(time: Json) -> str:
    return f"{time['Hours']}:{time['Minutes']}"


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


class Hours(Base):
    """Create, read, change and delete hours of operation."""

    def create_hours_of_operation(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter (zone, ranges), LimitExceeded."""
        instance = self.instance(p)
        self._check(p)
        parents = self._parents(instance, p.get("ParentHoursOfOperationConfigs", []))
        members = {k: p.get(k) for k in ("Name", "Description", "TimeZone", "Config", "Tags")}
        if parents:
            members["ParentHoursOfOperations"] = parents
        return self.create(instance, "hours", members)

    def describe_hours_of_operation(self, p: Json) -> Json:
        """The hours with their weekly ranges."""
        return {"HoursOfOperation": self.find(self.instance(p), "hours", p["HoursOfOperationId"])}

    def update_hours_of_operation(self, p: Json) -> Json:
        """Raises DuplicateResource and InvalidParameter as the creation does."""
        instance = self.instance(p)
        thing = self.find(instance, "hours", p["HoursOfOperationId"])
        self._check(p)
        self.rename(instance, "hours", thing, p, "Description", "TimeZone", "Config")
        return {}

    def delete_hours_of_operation(self, p: Json) -> Json:
        """No in-use error is declared, yet hours that a queue has cannot go: InvalidRequest."""
        instance = self.instance(p)
        thing = self.find(instance, "hours", p["HoursOfOperationId"])
        for queue in self.things(instance, "queue"):
            if queue.get("HoursOfOperationId") == thing["Id"]:
                raise ex.InvalidRequest(f"Hours of operation {thing['Name']} are used by queue {queue['Name']}")
        for override in self._overrides(instance, thing):
            self.drop(instance, "override", override)
        self.drop(instance, "hours", thing)
        return {}

    def list_hours_of_operations(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        return self.page(p, "HoursOfOperationSummaryList", self.things(self.instance(p), "hours"))

    # -- overrides

    def create_hours_of_operation_override(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter and LimitExceeded (50 an hours of operation)."""
        instance = self.instance(p)
        hours = self.find(instance, "hours", p["HoursOfOperationId"])
        members = {k: v for k, v in p.items() if k not in ("InstanceId", "HoursOfOperationId")}
        members.setdefault("OverrideType", "STANDARD")
        self._check_override(members)
        unique = f"{hours['Id']}/{p['Name']}"
        self.free_name(instance, "override", unique, shown=p["Name"])
        self.room(instance, "overrides", len(self._overrides(instance, hours)), 1)
        members |= {"HoursOfOperationId": hours["Id"], "HoursOfOperationArn": hours["Arn"]}
        thing = self.fresh(instance, KINDS["override"], members, unique)
        self.change.put(instance["Id"], "override", thing["Id"], thing)
        return thing

    def describe_hours_of_operation_override(self, p: Json) -> Json:
        """One override."""
        return {"HoursOfOperationOverride": self._override(self.instance(p), p)}

    def update_hours_of_operation_override(self, p: Json) -> Json:
        """Changes what is given; the result as a whole must still be legal."""
        instance = self.instance(p)
        thing = self._override(instance, p)
        changes = {k: v for k, v in p.items() if not k.endswith("Id")}
        self._check_override({**thing, **changes})
        name = ""
        if "Name" in p:
            name = f"{thing['HoursOfOperationId']}/{p['Name']}"
            self.free_name(instance, "override", name, shown=p["Name"], mine=thing["Id"])
        self.edit(instance, "override", thing, changes, name=name)
        return {}

    def delete_hours_of_operation_override(self, p: Json) -> Json:
        """Removes one override."""
        instance = self.instance(p)
        self.drop(instance, "override", self._override(instance, p))
        return {}

    def list_hours_of_operation_overrides(self, p: Json) -> Json:
        """Overrides of one hours of operation, at most 100 a page."""
        instance = self.instance(p)
        hours = self.find(instance, "hours", p["HoursOfOperationId"])
        return {
            **self.page(p, "HoursOfOperationOverrideList", self._overrides(instance, hours)),
            "LastModifiedTime": hours["LastModifiedTime"],
            "LastModifiedRegion": hours["LastModifiedRegion"],
        }

    def get_effective_hours_of_operations(self, p: Json) -> Json:
        """The open ranges of every day from FromDate to ToDate, and the overrides that made them."""
        instance = self.instance(p)
        hours = self.find(instance, "hours", p["HoursOfOperationId"])
        first, last = self._date(p["FromDate"], "FromDate"), self._date(p["ToDate"], "ToDate")
        if last < first or (last - first).days > 366:
            raise self.invalid("ToDate: must be on or after FromDate and within a year of it")
        overrides = self._overrides(instance, hours)
        days, changed = [], []
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            on = [o for o in overrides if applies(o, day)]
            rows = _override_rows(on[-1], day) if on else _week_rows(hours, day)
            days.append({"Date": day.isoformat(), "OperationalHours": [_slot(row) for row in rows]})
            if on:
                shown = [slot for override in on for slot in _override_slots(override, day)]
                changed.append({"Date": day.isoformat(), "OverrideHours": shown})
        return {
            "TimeZone": hours["TimeZone"],
            "EffectiveHoursOfOperationList": days,
            "EffectiveOverrideHoursList": changed,
        }

    # -- parents

    def associate_hours_of_operations(self, p: Json) -> Json:
        """Adds parents, at most three in all."""
        instance = self.instance(p)
        thing = self.find(instance, "hours", p["HoursOfOperationId"])
        have = list(thing.get("ParentHoursOfOperations", []))
        new = self._parents(instance, p["ParentHoursOfOperationConfigs"])
        merged = [*have, *(entry for entry in new if entry not in have)]
        if len(merged) > 3:
            raise ex.ServiceQuotaExceeded("At most 3 parent hours of operation")
        if any(entry["Id"] == thing["Id"] for entry in merged):
            raise self.invalid("ParentHoursOfOperationConfigs: hours of operation cannot be their own parent")
        self.edit(instance, "hours", thing, {"ParentHoursOfOperations": merged})
        return {}

    def disassociate_hours_of_operations(self, p: Json) -> Json:
        """Removes parents."""
        instance = self.instance(p)
        thing = self.find(instance, "hours", p["HoursOfOperationId"])
        gone = {arn_tail(reference) for reference in p["ParentHoursOfOperationIds"]}
        left = [entry for entry in thing.get("ParentHoursOfOperations", []) if entry["Id"] not in gone]
        self.edit(instance, "hours", thing, {"ParentHoursOfOperations": left})
        return {}

    def list_child_hours_of_operations(self, p: Json) -> Json:
        """The hours that have this one as a parent."""
        instance = self.instance(p)
        thing = self.find(instance, "hours", p["HoursOfOperationId"])
        children = [
            other
            for other in self.things(instance, "hours")
            if any(entry["Id"] == thing["Id"] for entry in other.get("ParentHoursOfOperations", []))
        ]
        return self.page(p, "ChildHoursOfOperationsSummaryList", children)

    # -- rules

    def _parents(self, instance: Json, configs: list[Json]) -> list[Json]:
        found = []
        for config in configs:
            parent = self.refer(
                instance, "hours", config.get("HoursOfOperationId", ""), "ParentHoursOfOperationConfigs"
            )
            found.append({"Id": parent["Id"], "Arn": parent["Arn"], "Name": parent["Name"]})
        if len(found) > 3:
            raise self.invalid("ParentHoursOfOperationConfigs: at most 3 parents")
        return found

    def _override(self, instance: Json, p: Json) -> Json:
        hours = self.find(instance, "hours", p["HoursOfOperationId"])
        thing = self.store.get(instance["Id"], "override", p["HoursOfOperationOverrideId"])
        if thing is None or thing["HoursOfOperationId"] != hours["Id"]:
            raise ex.ResourceNotFound(f"Hours of operation override not found: {p['HoursOfOperationOverrideId']}")
        return thing

    def _overrides(self, instance: Json, hours: Json) -> list[Json]:
        return [o for o in self.things(instance, "override") if o["HoursOfOperationId"] == hours["Id"]]

    def _check(self, p: Json) -> None:
        zone = p.get("TimeZone")
        if zone is not None and zone not in _zones():
            raise self.invalid(f"TimeZone: {zone!r} is not a time zone of the IANA database")
        self._check_rows(p.get("Config", []))

    def _check_rows(self, rows: list[Json]) -> None:
        for row in rows:
            start, end = _range(row)
            if start > end:
                raise self.invalid(
                    f"Start time: {_text(row['StartTime'])} cannot be greater than end time: {_text(row['EndTime'])}"
                )
            if start == end:
                raise self.invalid(f"Config: {_text(row['StartTime'])} is both the start and the end of a range")
        for day in {str(row.get("Day")) for row in rows}:
            ranges = sorted(_range(row) for row in rows if row.get("Day") == day)
            for (_, end), (start, _) in itertools.pairwise(ranges):
                if start < end:
                    raise self.invalid(f"Config: two ranges of {day} overlap")

    def _check_override(self, o: Json) -> None:
        first = self._date(o["EffectiveFrom"], "EffectiveFrom")
        last = self._date(o["EffectiveTill"], "EffectiveTill")
        if last < first:
            raise self.invalid("EffectiveTill: must not be before EffectiveFrom")
        self._check_rows([row for row in o.get("Config", []) if "StartTime" in row and "EndTime" in row])
        if o.get("OverrideType") == "CLOSED" and o.get("Config"):
            raise self.invalid("Config: an override of type CLOSED has no ranges")

    def _date(self, text: str, member: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.invalid(f"{member}: {text!r} is not a date (yyyy-mm-dd)") from None


def applies(override: Json, day: date) -> bool:
    """Whether an override is in force on a day (recurrence included).

    A recurrence counts its interval from EffectiveFrom. ByMonthDay -1 is the last day of a month. ByWeekdayOccurrence
    counts the weekdays of the override's ranges, or without ranges that of EffectiveFrom; -1 is the last one. A week
    without ranges recurs on the weekday of EffectiveFrom, a month or year without any By… on its day.
    """
    first = date.fromisoformat(override["EffectiveFrom"])
    if not first <= day <= date.fromisoformat(override["EffectiveTill"]):
        return False
    pattern = override.get("RecurrenceConfig", {}).get("RecurrencePattern")
    if not pattern:
        return True
    frequency, interval = pattern.get("Frequency", "WEEKLY"), pattern.get("Interval", 1)
    weekdays = {_DAYS.index(row["Day"]) for row in override.get("Config", []) if "Day" in row} or {first.weekday()}
    if frequency == "WEEKLY":
        weeks = (day - timedelta(days=day.weekday()) - (first - timedelta(days=first.weekday()))).days // 7
        return weeks % interval == 0 and day.weekday() in weekdays and _in_month(pattern, day)
    months = (day.year - first.year) * 12 + day.month - first.month
    on_turn = months % interval == 0 if frequency == "MONTHLY" else (day.year - first.year) % interval == 0
    if not on_turn or not _in_month(pattern, day):
        return False
    if frequency == "YEARLY" and not pattern.get("ByMonth") and day.month != first.month:
        return False
    if not pattern.get("ByMonthDay") and not pattern.get("ByWeekdayOccurrence"):
        return day.day == first.day
    return _on_day(pattern, day, weekdays)


def _in_month(pattern: Json, day: date) -> bool:
    return not pattern.get("ByMonth") or day.month in pattern["ByMonth"]


def _on_day(pattern: Json, day: date, weekdays: set[int]) -> bool:
    last = (day + timedelta(days=1)).month != day.month
    on = pattern.get("ByMonthDay") or []
    if day.day in on or (last and -1 in on):
        return True
    occurrences = pattern.get("ByWeekdayOccurrence") or []
    if day.weekday() not in weekdays:
        return False
    final = (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 in occurrences or (final and -1 in occurrences)


def _week_rows(hours: Json, day: date) -> list[Json]:
    return [row for row in hours.get("Config", []) if row["Day"] == _DAYS[day.weekday()]]


def _override_rows(override: Json, day: date) -> list[Json]:
    if override.get("OverrideType") == "CLOSED":
        return []
    rows: list[Json] = override.get("Config", [])
    return [row for row in rows if row.get("Day") in (None, _DAYS[day.weekday()])]


def _slot(row: Json) -> Json:
    return {"Start": row.get("StartTime"), "End": row.get("EndTime")}


def _override_slots(override: Json, day: date) -> list[Json]:
    rows = _override_rows(override, day)
    if not rows:
        return [{"OverrideName": override["Name"], "OperationalStatus": "CLOSED"}]
    return [{"OverrideName": override["Name"], "OperationalStatus": "OPEN", **_slot(row)} for row in rows]
