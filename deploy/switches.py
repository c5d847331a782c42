"""Crisis switches: which are on, and turning one. A switch is an hours of operation that is open while it is on.

No lease is taken: one call that changes one thing, and a duty manager must not wait for a run of an hour.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..specs.errors import Refused
from .settings import Settings, center_folder
from .standing import standing
from .target import check_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..specs.model import Center
    from ..stacks.cloud.client import Cloud
    from .wiring import Work

ALL_WEEK = [
    {"Day": day, "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 0, "Minutes": 0}}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
]  # 0:00 to 0:00 is the whole day (Connect facts 3.3)
State = dict[str, Any]  # {"on": bool, "since": ISO 8601 in the centre's time zone, or None}


def states(work: Work, outputs: Mapping[str, Any] | None = None) -> dict[str, State]:
    """Every switch that stands, by key. Reads only."""
    stands = standing(work.engine) if outputs is None else outputs
    instance = str((stands.get("instance") or {}).get("id") or "")
    ids = {key: str(value["id"]) for key, value in sorted((stands.get("switches") or {}).items())}
    return {key: _state(work.cloud, work.center, instance, id_) for key, id_ in ids.items()} if instance else {}


def _state(cloud: Cloud, center: Center, instance: str, id_: str) -> State:
    """On = open at this moment, as a flow sees it; opened in the console for some hours only, it is on in those."""
    found = cloud.call("connect", "describe_hours_of_operation", InstanceId=instance, HoursOfOperationId=id_)
    hours = found["HoursOfOperation"]
    changed = hours.get("LastModifiedTime")
    since = changed.astimezone(ZoneInfo(center.time_zone)).isoformat(timespec="minutes") if changed else None
    now = dt.datetime.now(ZoneInfo(str(hours.get("TimeZone") or "UTC")))
    return {"on": any(_open(window, now) for window in hours.get("Config") or ()), "since": since}


def _open(window: Mapping[str, Any], now: dt.datetime) -> bool:
    start, end = (60 * window[word]["Hours"] + window[word]["Minutes"] for word in ("StartTime", "EndTime"))
    minute = 60 * now.hour + now.minute
    return bool(window["Day"] == now.strftime("%A").upper() and start <= minute < (end or 1440))


def in_words(key: str, state: State) -> str:
    """`closed is ON since 2026-01-07 02:10`."""
    since = f" since {state['since'][:16].replace('T', ' ')}" if state["since"] else ""
    return f"{key} is {'ON' if state['on'] else 'off'}{since}"


def kept(work: Work) -> tuple[str, ...]:
    """One sentence for each switch that is on: a run says first that it leaves it so. Raises Refused when the folder
    no longer has it: removing the switch would turn it off without a word."""
    on = {key: state for key, state in states(work).items() if state["on"]}
    gone = sorted(set(on) - set(work.center.switches))
    if gone:
        raise Refused(
            f"The switch {gone[0]} is on, and the folder no longer has it: removing it would let all calls in again.",
            hint=f"Turn it off first, if that is meant: ccdeploy switch {gone[0]} off. Else put it back into the file.",
            where="switches",
            code="switch-on",
        )
    return tuple(f"{in_words(key, state)}, kept" for key, state in on.items())


def flip(settings: Settings, folder: Path | None, key: str, on: bool) -> State:
    """Turn a switch of the stack that stands; the state afterwards, with `changed`. Raises Refused for one that does
    not stand, CloudError."""
    from .actions import applied_center
    from .audit_log import noted
    from .wiring import place_of, store_of, work

    root = center_folder(folder)
    check_target(settings, "switch")
    center = applied_center(settings, root)
    store = store_of(settings, root, center)
    if not store.names():
        raise Refused(
            f"The stack {center.stack_name} does not stand yet.", hint=f"Run: ccdeploy up {root}", code="no-stack"
        )
    with work(settings, root, center) as reading:
        stands = standing(reading.engine)
    ids = {name: str(value["id"]) for name, value in (stands.get("switches") or {}).items()}
    if key not in ids:
        raise Refused(f'No switch "{key}" stands.', hint=_hint(center, key, ids), where=key, code="unknown-switch")
    instance = str(stands["instance"]["id"])
    with place_of(settings, root, center, writing=True) as place:
        before = _state(place.cloud, center, instance, ids[key])
        if before["on"] is not on:
            place.cloud.call(
                "connect",
                "update_hours_of_operation",
                InstanceId=instance,
                HoursOfOperationId=ids[key],
                Config=ALL_WEEK if on else [],
            )
            facts = {"command": "switch", "stack": center.stack_name, "target": settings.target}
            noted(store, facts, "switch", action="turned on" if on else "turned off", name=key, id=ids[key])
        return {"switch": key, **_state(place.cloud, center, instance, ids[key]), "changed": before["on"] is not on}


def _hint(center: Center, key: str, there: Mapping[str, str]) -> str:
    from ..specs.suggest import did_you_mean

    if key in center.switches:
        return "It is in the folder, but not made yet. Run: ccdeploy up"
    return did_you_mean(key, there) or "Crisis switches stand under `switches:` in center.yaml."
