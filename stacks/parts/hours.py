"""Hours of operation and their overrides (Connect facts 3.3)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from pulumi_aws import connect

from ..resources import HoursOverride
from .site import Site, options, renamed

if TYPE_CHECKING:
    from ...specs import model

NAMES: Final = {
    "mon": "MONDAY",
    "tue": "TUESDAY",
    "wed": "WEDNESDAY",
    "thu": "THURSDAY",
    "fri": "FRIDAY",
    "sat": "SATURDAY",
    "sun": "SUNDAY",
}
_TYPE: Final = "aws:connect/hoursOfOperation:HoursOfOperation"
_WEEK: Final = tuple(NAMES.values())


def register_hours(site: Site) -> None:
    """One hours of operation an entry, and one override a holiday or special day."""
    for key, hours in site.center.hours.items():
        made = connect.HoursOfOperation(
            key,
            instance_id=site.instance_id,
            name=site.name(_TYPE, key, hours.title, renamed(hours, key)),
            description=hours.description or None,
            time_zone=hours.time_zone,
            configs=[_config(NAMES[period.day], period.start, period.end) for period in hours.periods],
            tags=site.tags(_TYPE, key, hours),
            opts=options(was=renamed(hours, key)),
        )
        site.hours[key] = made
        site.export("hours_of_operation", key, {"id": made.hours_of_operation_id})
        _register_overrides(site, hours, made)


def register_switches(site: Site) -> None:
    """One hours of operation a crisis switch, made empty: off. Nothing of it is ever written again, so that no run
    turns off what somebody turned on: an update of any part would send all of them (Pulumi AWS facts 2.3)."""
    for switch in site.center.switches.values():
        made = connect.HoursOfOperation(
            switch.hours,
            instance_id=site.instance_id,
            name=site.name(_TYPE, switch.hours, switch.hours),
            description="Crisis switch: open around the clock = on, no opening hours = off",
            time_zone=site.center.time_zone,
            configs=[],
            tags=site.tags(_TYPE, switch.hours),
            opts=options(ignore=["configs", "description", "time_zone"]),
        )
        site.hours[switch.hours] = made
        site.export("switches", switch.key, {"id": made.hours_of_operation_id})


def _register_overrides(site: Site, hours: model.Hours, made: connect.HoursOfOperation) -> None:
    for name, override in override_names(hours).items():
        HoursOverride(
            f"{hours.key}/{name}",
            instance_id=site.instance_id,
            hours_of_operation_id=made.hours_of_operation_id,
            name=name,
            effective_from=override.first.isoformat(),
            effective_till=override.last.isoformat(),
            yearly=True if override.yearly else None,
            configs=[window(day, start, end) for day in days_of(override) for start, end in override.windows],
            opts=options(was=f"{hours.was}/{name}" if hours.was else None),
        )


def override_names(hours: model.Hours) -> dict[str, model.HoursOverride]:
    """Overrides by a name that is unique within their hours: the year is added to one that comes back next year."""
    seen: dict[str, int] = {}
    for override in hours.overrides:
        seen[override.name] = seen.get(override.name, 0) + 1
    named: dict[str, model.HoursOverride] = {}
    for override in hours.overrides:
        name = override.name if seen[override.name] == 1 else f"{override.name} {override.first.year}"
        if name in named:
            name = f"{override.name} {override.first.isoformat()}"
        named[name] = override
    return named


def days_of(override: model.HoursOverride) -> tuple[str, ...]:
    """The weekdays on which the override's dates fall, in the service's words; all seven for a yearly one."""
    count = (override.last - override.first).days + 1
    if override.yearly or count >= 7:
        return _WEEK
    dates = (override.first + dt.timedelta(days=offset) for offset in range(count))
    return tuple(_WEEK[date.weekday()] for date in dates)


def _config(day: str, start: int, end: int) -> connect.HoursOfOperationConfigArgs:
    first, last = divmod(start % 1440, 60), divmod(end % 1440, 60)
    return connect.HoursOfOperationConfigArgs(
        day=day,
        start_time=connect.HoursOfOperationConfigStartTimeArgs(hours=first[0], minutes=first[1]),
        end_time=connect.HoursOfOperationConfigEndTimeArgs(hours=last[0], minutes=last[1]),
    )


def window(day: str, start: int, end: int) -> dict[str, Any]:
    """An opening window; minutes from midnight. Midnight at the end is 0:00, the whole day is 0:00 to 0:00."""
    return {"day": day, "startTime": _time(start), "endTime": _time(end)}


def _time(minutes: int) -> dict[str, int]:
    hours, rest = divmod(minutes % 1440, 60)
    return {"hours": hours, "minutes": rest}
