"""Hours of operation: the week, holidays and overrides of one entry of `hours_of_operation`."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

from .. import nodes
from ..grammar.routing import HOURS_KEYS
from ..grammar.shapes import Reading, Record, Values
from ..model import DAYS, Hours, HoursOverride, Period
from ..problems import Problems, Where
from ..quotas import FIXED
from ..suggest import did_you_mean
from . import calendars
from .entries import entry_of
from .times import MIDNIGHT, Window, day_names, windows

_KEYS = Record(HOURS_KEYS)
_WORDS = (*DAYS, "daily", "mon-fri", *HOURS_KEYS)


@dataclass(slots=True)
class _Week:
    """Windows by day, and which key said each day's."""

    days: dict[str, list[Window]] = field(default_factory=lambda: {day: [] for day in DAYS})
    said: dict[str, tuple[str, Where]] = field(default_factory=dict)


def build_hours(key: str, node: nodes.Node, where: Where, reading: Reading, zone: str, today: dt.date) -> Hours:
    """One hours of operation. Mistakes are recorded; what is good is kept. `today` prunes past overrides."""
    problems = reading.problems
    if isinstance(node, nodes.Scalar) and node.text.lower() in {"24x7", "24/7"}:
        periods = tuple(Period(day, 0, MIDNIGHT) for day in DAYS)
        return Hours(key, key, time_zone=zone, periods=periods, where=where)
    if not isinstance(node, nodes.Mapping):
        problems.error(node.where, "bad-time", f'hours of operation "{key}" must be 24x7 or a map of days')
        return Hours(key, key, time_zone=zone, where=where)
    week = _Week()
    rest = nodes.Mapping({}, node.where, {})
    for name, child in node:
        days = day_names(name)
        if days is not None:
            _days(week, name, days, node.where_of(name), windows(child, problems), problems)
        elif name in HOURS_KEYS:
            rest.entries[name], rest.keys[name] = child, node.where_of(name)
        else:
            hint = did_you_mean(name, _WORDS, limit=9)
            problems.error(node.where_of(name), "unknown-key", f'unknown key "{name}"', hint)
    values = _KEYS.read(rest, where, reading)
    overrides = _overrides(values, today, problems)
    return Hours(
        **entry_of(key, values, where),
        time_zone=values.get("time_zone", zone),
        periods=_periods(week, reading),
        overrides=overrides,
    )


def _days(
    week: _Week, name: str, days: tuple[str, ...], where: Where, found: list[Window] | None, problems: Problems
) -> None:
    for day in days:
        if day in week.said:
            other, line = week.said[day]
            problems.error(
                where, "day-twice", f'"{name}" and "{other}" (line {line.line}) both name {day}', "name each day once"
            )
            continue
        week.said[day] = (name, where)
        week.days[day] = list(found or [])


def _periods(week: _Week, reading: Reading) -> tuple[Period, ...]:
    """The week's periods, nights split over midnight, after looking for overlaps and short gaps."""
    split: dict[str, list[Window]] = {day: [] for day in DAYS}
    for index, day in enumerate(DAYS):
        for window in week.days[day]:
            split[day].append(Window(window.start, min(window.end, MIDNIGHT), window.where))
            if window.end > MIDNIGHT:
                split[DAYS[(index + 1) % 7]].append(Window(0, window.end - MIDNIGHT, window.where))
    reported: set[Where] = set()
    for index, day in enumerate(DAYS):
        split[day].sort(key=lambda window: (window.start, window.end))
        _look(day, split[day], split[DAYS[(index + 1) % 7]], reported, reading)
    return tuple(Period(day, window.start, window.end) for day in DAYS for window in split[day])


def _look(day: str, ours: list[Window], next_day: list[Window], reported: set[Where], reading: Reading) -> None:
    """Record overlaps within a day and gaps of 1 to 5 minutes (rule H05), each place once."""
    for one, other in itertools.pairwise(ours):
        if other.start < one.end and other.where not in reported:
            reported.add(other.where)
            reading.problems.error(other.where, "overlap", f"opening hours of {day} overlap", "name each minute once")
        elif 0 < other.start - one.end <= 5 and other.where not in reported:
            reported.add(other.where)
            _gap(other.where, f"{day} is closed for {other.start - one.end} minutes between two ranges", reading)
    if ours and next_day:
        gap = MIDNIGHT - ours[-1].end + min(window.start for window in next_day)
        if 0 < gap <= 5 and ours[-1].where not in reported:
            reported.add(ours[-1].where)
            _gap(ours[-1].where, f"the line closes for {gap} minutes around midnight after {day}", reading)


def _gap(where: Where, message: str, reading: Reading) -> None:
    reading.rule("H05", where, message, "join the ranges; a day ends at 24:00")


def _overrides(values: Values, today: dt.date, problems: Problems) -> tuple[HoursOverride, ...]:
    """Written overrides and holidays, sorted by day; a written one wins over a holiday on its days."""
    written = [o for o in (_override(item, problems) for item in values.get("overrides", ())) if o is not None]
    kept = [o for o in written if o.yearly or o.last >= today]
    _compare(kept, problems)
    holidays = values.get("holidays")
    if isinstance(holidays, Values):
        for holiday in calendars.build(holidays, today, problems):
            if not any(o.first <= holiday.first <= o.last for o in kept):
                kept.append(holiday)
    if len(kept) > FIXED["overrides"]:
        problems.error(
            values.at("overrides") if "overrides" in values else values.at("holidays"),
            "too-many-overrides",
            f"{len(kept)} overrides from today on, at most {FIXED['overrides']} may be",
            "fewer holiday `years`, or ranges with from and to",
        )
        kept = kept[: FIXED["overrides"]]
    return tuple(sorted(kept, key=lambda o: (o.first, o.last, o.name)))


def _override(values: Values, problems: Problems) -> HoursOverride | None:
    """One written override, or None after recording what is wrong with it."""
    first, last = _dates(values, problems)
    ways = [name for name in ("hours", "closed", "open") if name in values]
    if len(ways) != 1:
        said = "says nothing about its hours" if not ways else f"says {' and '.join(ways)}"
        problems.error(values.where, "bad-override", f"this override {said}", "write one of hours:, closed: or open:")
        return None
    found = override_windows(values, problems)
    if first is None or last is None or found is None or "name" not in values:
        return None
    return HoursOverride(values["name"], first, last, found, values.get("yearly", False), where=values.where)


def _dates(values: Values, problems: Problems) -> tuple[dt.date | None, dt.date | None]:
    if "date" in values.wheres:
        for other in ("from", "to"):
            if other in values.wheres:
                problems.error(values.at(other), "bad-override", f'"{other}" cannot stand beside "date"')
        return values.get("date"), values.get("date")
    if not {"from", "to"} <= set(values.wheres):
        problems.error(values.where, "missing-key", "the override has no day", "write date:, or from: and to:")
        return None, None
    first, last = values.get("from"), values.get("to")
    if first and last and last < first:
        problems.error(values.at("to"), "bad-override", f"the override ends on {last}, before it begins on {first}")
        return None, None
    return first, last


def override_windows(values: Values, problems: Problems) -> tuple[tuple[int, int], ...] | None:
    """Windows of one day from hours, closed or open; None when they are wrong."""
    if "hours" not in values:
        closed = values["closed"] if "closed" in values else not values.get("open", False)
        return () if closed else ((0, MIDNIGHT),)
    found = windows(values["hours"], problems)
    if found is None:
        return None
    found.sort(key=lambda window: window.start)
    for window in found:
        if window.end > MIDNIGHT:
            problems.error(window.where, "bad-override", "an override cannot run past midnight", "end it at 24:00")
            return None
    for one, other in itertools.pairwise(found):
        if other.start < one.end:
            problems.error(other.where, "overlap", "opening hours of the override overlap")
            return None
    return tuple((window.start, window.end) for window in found)


def _compare(overrides: list[HoursOverride], problems: Problems) -> None:
    """Record names used twice and days that two overrides claim."""
    for index, one in enumerate(overrides):
        for other in overrides[:index]:
            if one.name == other.name:
                problems.error(
                    one.where, "duplicate-name", f'two overrides are named "{one.name}": also line {other.where.line}'
                )
            elif one.first <= other.last and other.first <= one.last and not (one.yearly or other.yearly):
                problems.error(
                    one.where, "overlap", f'"{one.name}" and "{other.name}" (line {other.where.line}) share a day'
                )
