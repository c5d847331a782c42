"""What stands as an item of a list of center.yaml, or in several keys at once: statuses, overrides of hours, levels,
tags. Each says its whole item with everything that was changed about the thing, so that no two edits undo each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from .names import clock

if TYPE_CHECKING:
    from ..specs.model import HoursOverride
    from .theirs_keys import Place

Said = Iterator[tuple[tuple[str, ...], Any]]
_LEVELS: Final = ("levelOne", "levelTwo", "levelThree", "levelFour", "levelFive")
_OWN: Final = "ccdeploy:"


class Unsayable(Exception):
    """The folder has no word for it; the message says why."""


def tags(place: Place) -> Said:
    """The tags of an entry: all that stand but those of the whole centre and our own."""
    if not place.entry:
        raise Unsayable("tags of its own have no place in the folder; --keep ours puts them back")
    yield (*place.entry, "tags"), own_tags(place)


def own_tags(place: Place) -> dict[str, str]:
    """Raises Unsayable where a tag of the whole centre or one of ours differs."""
    have: Mapping[str, str] = place.changed.get("tags") or {}
    for key, value in {**place.center.tags, **_ours(place.item.want)}.items():
        if have.get(key) != value and key not in _written_tags(place):
            whose = "ccdeploy's own" if key.startswith(_OWN) else "that of the whole centre"
            raise Unsayable(f"the tag {key} is {whose}; --keep ours puts it back")
    return {
        key: value for key, value in have.items() if not key.startswith(_OWN) and place.center.tags.get(key) != value
    }


def _ours(tagged: Any) -> dict[str, str]:
    return {key: value for key, value in (tagged or {}).items() if key.startswith(_OWN)}


def _written_tags(place: Place) -> Mapping[str, str]:
    from .rewrite import get_value

    found = get_value(place.text, (*place.entry, "tags"))
    return found if isinstance(found, dict) else {}


def status(place: Place) -> Said:
    """The item of an agent status. A new title keeps the old one under `was`."""
    from .rewrite import get_value

    title = place.item.name
    if title not in place.center.agent_statuses:
        raise Unsayable("the folder has no such status any more")
    path = ("agent_statuses", f"[title={title}]")
    written = get_value(place.text, path)
    item = dict(written) if isinstance(written, dict) else {"title": title}
    for field, value in place.changed.items():
        if field == "name":
            item |= {"title": place.title(value), "was": title}
        elif field == "description" and value:
            item["description"] = value
        elif field == "description":
            item.pop("description", None)
        elif field == "state":
            item["enabled"] = value == "ENABLED"
        elif field == "displayOrder":
            item["order"] = int(value)
        elif field == "tags":
            item["tags"] = own_tags(place)
    yield path, item


def override(place: Place) -> Said:
    """The item of an override; of a holiday one that takes its place."""
    found = _override_of(place)
    if "name" in place.changed:
        raise Unsayable("the folder knows an override by its name; --keep ours gives it back")
    changed = place.changed
    first = dt.date.fromisoformat(changed.get("effectiveFrom") or found.first.isoformat())
    last = dt.date.fromisoformat(changed.get("effectiveTill") or found.last.isoformat())
    days = {"date": first} if first == last else {"from": first, "to": last}
    item: dict[str, Any] = {"name": found.name, **{key: day.isoformat() for key, day in days.items()}}
    configs = None if "configs" not in changed else changed["configs"] or []
    item |= _hours(configs, found)
    if changed.get("yearly", found.yearly):
        item["yearly"] = True
    hours = place.item.name.partition("/")[0]
    yield ("hours_of_operation", hours, "overrides", f"[name={found.name}]"), item


def _override_of(place: Place) -> HoursOverride:
    from ..stacks.parts.hours import override_names

    key, _, name = place.item.name.partition("/")
    hours = place.center.hours.get(key)
    found = override_names(hours).get(name) if hours is not None else None
    if found is None:
        raise Unsayable("the folder has no such override any more")
    return found


def _hours(configs: Any, found: HoursOverride) -> dict[str, Any]:
    """`closed`, `open` or `hours`. An override of the folder has the same hours on each of its days."""
    if configs is None:
        windows = [f"{_minutes(start)}-{_minutes(end)}" for start, end in found.windows]
    else:
        by_day: dict[str, list[str]] = {}
        for config in configs:
            end = clock(config["endTime"])
            window = f"{clock(config['startTime'])}-{'24:00' if end == '00:00' else end}"
            by_day.setdefault(str(config["day"]), []).append(window)
        kinds = {tuple(sorted(day)) for day in by_day.values()}
        if len(kinds) > 1:
            raise Unsayable("its days have different hours: write one override for each kind of day")
        windows = list(next(iter(kinds), ()))
    if not windows:
        return {"closed": True}
    if windows == ["00:00-24:00"]:
        return {"open": True}
    return {"hours": windows[0] if len(windows) == 1 else windows}


def _minutes(value: int) -> str:
    return f"{value // 60:02}:{value % 60:02}"


def override_gone(place: Place) -> Said:
    """A holiday that somebody removed is excepted. Raises Unsayable for a written one: it is taken out by hand."""
    from .rewrite import get_value

    found = _override_of(place)
    hours = place.item.name.partition("/")[0]
    if not found.holiday:
        raise Unsayable(f"take {found.name} out of hours_of_operation.{hours}.overrides")
    path = ("hours_of_operation", hours, "holidays", "except")
    written = get_value(place.text, path) or []
    yield path, [*written, found.first.isoformat()]


def levels(place: Place) -> Said:
    """The names of the levels of the hierarchy."""
    have: Mapping[str, Any] = place.item.have or {}
    yield ("hierarchy", "levels"), [have[level]["name"] for level in _LEVELS if (have.get(level) or {}).get("name")]


def scope(place: Place) -> Said:
    """Whom the holders of a security profile see."""
    yield (*place.entry, "scope"), "hierarchy" if place.item.have else "all"


def channels(place: Place) -> Said:
    """How many contacts of each channel an agent takes at once."""
    yield (*place.entry, "channels"), {str(m["channel"]).lower(): int(m["concurrency"]) for m in place.item.have or ()}


def number_flow(place: Place) -> Said:
    """The flow that answers a number."""
    flow = place.key(place.item.have)
    if flow not in place.center.flows:
        raise Unsayable(f"it leads to {flow}, which is built in")
    yield (*place.entry, "flow"), flow
