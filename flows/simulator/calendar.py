"""Open or closed: hours of operation at a moment, and which combinations can ever be (Connect facts 3.3).

Moments are aware datetimes; each hours of operation has its own time zone, so that clock changes come out right.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from ...specs.model import DAYS, Hours, HoursOverride

_REGULAR_DAYS = 8
_YEARS = 7


def is_open(hours: Hours, moment: dt.datetime) -> bool:
    """Whether it is open at that moment."""
    local = moment.astimezone(ZoneInfo(hours.time_zone))
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in windows(hours, local.date()))


def windows(hours: Hours, day: dt.date) -> tuple[tuple[int, int], ...]:
    """The opening windows of one day in minutes; an override takes the whole day, a named one before a holiday."""
    for holiday in (False, True):
        for override in hours.overrides:
            if override.holiday is holiday and covers(override, day):
                return override.windows
    name = DAYS[day.weekday()]
    return tuple((period.start, period.end) for period in hours.periods if period.day == name)


def covers(override: HoursOverride, day: dt.date) -> bool:
    """Whether an override applies to a day; a yearly one by month and day."""
    if not override.yearly:
        return override.first <= day <= override.last
    first, last, here = ((d.month, d.day) for d in (override.first, override.last, day))
    return first <= here <= last if first <= last else here >= first or here <= last


def local_moment(text: dt.datetime, time_zone: str) -> dt.datetime:
    """A wall-clock time in a zone. Raises ValueError for one that does not exist because clocks go forward then."""
    zone = ZoneInfo(time_zone)
    made = text.replace(tzinfo=zone)
    back = made.astimezone(dt.timezone.utc).astimezone(zone)
    if back.replace(tzinfo=None) != text:
        raise ValueError(f"{text:%Y-%m-%dT%H:%M} does not exist in {time_zone}: the clocks go forward over it")
    return made


def combinations(
    hours: Mapping[str, Hours], today: dt.date, time_zone: str
) -> dict[tuple[tuple[str, bool], ...], dt.datetime]:
    """Every combination of open and closed that occurs, each with a moment at which it does, the soonest first.

    Looked at: a week from `today`, the days of each override and those beside it, a yearly one on every weekday, and,
    where hours are in several zones, the weeks after each change of their clocks.
    """
    found: dict[tuple[tuple[str, bool], ...], dt.datetime] = {}
    for moment in _moments(hours, today, time_zone):
        key = tuple((name, is_open(entry, moment)) for name, entry in hours.items())
        found.setdefault(key, moment)
    return found


def _days(hours: Mapping[str, Hours], today: dt.date) -> list[dt.date]:
    """A week; around each override the days in which other hours can differ from weekday to weekday; clock changes."""
    days = {today + dt.timedelta(days=n) for n in range(1, _REGULAR_DAYS)}
    for entry in hours.values():
        for override in entry.overrides:
            for first, last in _dates(override, today):
                week = min(last, first + dt.timedelta(days=_REGULAR_DAYS))
                days |= {first + dt.timedelta(days=n) for n in range(-1, (week - first).days + 3)}
                days |= {last, last + dt.timedelta(days=1)}
    zones = {entry.time_zone for entry in hours.values()}
    for zone in zones if len(zones) > 1 else ():
        for change in _changes(ZoneInfo(zone), today):
            days |= {change + dt.timedelta(days=n) for n in range(-1, _REGULAR_DAYS)}
    return sorted(day for day in days if day >= today)


def _dates(override: HoursOverride, today: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """When an override counts: as it says, or each year, for as many years as a date needs to meet each weekday."""
    if not override.yearly:
        yield override.first, override.last
        return
    lasts = override.last - override.first
    following = _next_of(override.first, today - lasts)
    for year in range(following.year, following.year + _YEARS):
        try:
            first = override.first.replace(year=year)
        except ValueError:  # 29 February
            continue
        yield first, first + lasts


def _changes(zone: ZoneInfo, today: dt.date) -> Iterator[dt.date]:
    """The days of the coming year on which the clocks of a zone change: zones that change apart differ in between."""
    before = None
    for n in range(_REGULAR_DAYS + 366):
        day = today + dt.timedelta(days=n)
        offset = dt.datetime.combine(day, dt.time(12), zone).utcoffset()
        if before is not None and offset != before:
            yield day
        before = offset


def _next_of(day: dt.date, today: dt.date) -> dt.date:
    for year in range(today.year, today.year + 5):
        try:
            made = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if made >= today:
            return made
    return today


def _moments(hours: Mapping[str, Hours], today: dt.date, time_zone: str) -> Iterator[dt.datetime]:
    """A moment inside every stretch between two boundaries, at a time that people would write."""
    for day in _days(hours, today):
        bounds: set[dt.datetime] = set()
        midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(time_zone)).astimezone(dt.timezone.utc)
        bounds |= {midnight, midnight + dt.timedelta(days=1)}
        for entry in hours.values():
            zone = ZoneInfo(entry.time_zone)
            beside = (0,) if entry.time_zone == time_zone else (-1, 0, 1)  # another zone's day begins at another time
            for date in (day + dt.timedelta(days=n) for n in beside):
                for minute in itertools.chain.from_iterable(windows(entry, date)):
                    naive = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)
                    bounds.add(naive.replace(tzinfo=zone).astimezone(dt.timezone.utc))
        ordered = sorted(bounds)
        for first, last in itertools.pairwise(ordered):
            if first < midnight or first >= midnight + dt.timedelta(days=1):
                continue
            inside = min((last - first) / 2, dt.timedelta(hours=2))
            moment = first + inside
            yield moment.replace(second=0, microsecond=0).astimezone(ZoneInfo(time_zone))


def usual(hours: Mapping[str, Hours], today: dt.date, time_zone: str) -> dt.datetime:
    """A moment at which most is open: where a call without a time is placed, so that it gives the same each day."""
    found = combinations(hours, today, time_zone)
    if not found:
        return dt.datetime.combine(today, dt.time(10), ZoneInfo(time_zone))
    return max(found.items(), key=lambda item: (sum(is_ for _, is_ in item[0]), -item[1].timestamp()))[1]
