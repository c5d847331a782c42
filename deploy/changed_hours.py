"""Changed opening hours in words: the week before and after, the days that still differ, whom it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ..specs.model import Center, Hours, HoursOverride
    from .wiring import Work

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AHEAD: Final = 14  # days


def told(work: Work) -> tuple[str, ...]:
    """One sentence or more for each hours of operation of the last applied Center that is different now."""
    last = work.last_applied()
    return () if last is None else tuple(_told(work, last))


def _told(work: Work, last: Center) -> Iterator[str]:
    today, changed = work.center.today, False
    for key, now in work.center.hours.items():
        before = last.hours.get(now.was or key) or last.hours.get(key)
        if before is None or (before.periods, before.time_zone, before.overrides) == (
            now.periods,
            now.time_zone,
            now.overrides,
        ):
            continue
        changed = True
        if (before.periods, before.time_zone) != (now.periods, now.time_zone):
            zone = "" if before.time_zone == now.time_zone else f" ({before.time_zone} -> {now.time_zone})"
            yield f"Hours {key}{zone}: before {week(before)}; after {week(now)}"
        other = [override for override in now.overrides if _soon(override, today)]
        if other:
            said = ", ".join(f"{_date(override)} {_windows(override.windows)} ({override.name})" for override in other)
            yield f"Hours {key}: other hours still win in the next {_AHEAD} days: {said}"
        yield f"Hours {key} are those of {_users(work, key)}"
    if changed:
        yield from _flipped(work, last)


def _flipped(work: Work, last: Center) -> Iterator[str]:
    """The call scripts whose calls end otherwise than with what was applied last."""
    from ..flows.centre import compile_center
    from ..flows.simulator.world import of_center
    from . import calls

    now = calls.Line(of_center(work.center, work.flows), work.center, work.folder, work.center.today)
    before = calls.Line(of_center(last, compile_center(last, laid_out=False)), last, work.folder, work.center.today)
    for script in calls.scripts_of(now):
        one, other = (calls.place(line, script).as_json()["ends"] for line in (before, now))
        if one != other:
            yield (
                f"{script.where.file}:{script.where.line}: {script.name}: ends with {_end(other)} now, before with "
                f"{_end(one)}"
            )


def _end(ends: Mapping[str, Any]) -> str:
    return " ".join(str(ends[word]) for word in ("how", "queue", "number") if ends.get(word))


def week(hours: Hours) -> str:
    """`mon-fri 08:00-20:00, sat 09:00-13:00 14:00-18:00, sun closed`."""
    of_day = {day: tuple((p.start, p.end) for p in hours.periods if p.day == day) for day in _DAYS}
    said = []
    for windows, days in groupby(_DAYS, key=lambda day: of_day[day]):
        run = list(days)
        said.append(f"{run[0] if len(run) == 1 else f'{run[0]}-{run[-1]}'} {_windows(windows)}")
    return ", ".join(said)


def _windows(windows: Iterable[tuple[int, int]]) -> str:
    said = [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in windows]
    return " ".join(said) or "closed"


def _soon(override: HoursOverride, today: dt.date) -> bool:
    return override.first <= today + dt.timedelta(days=_AHEAD) and override.last >= today


def _date(override: HoursOverride) -> str:
    return override.first.isoformat() if override.first == override.last else f"{override.first} to {override.last}"


def _users(work: Work, key: str) -> str:
    queues = [name for name, queue in work.center.queues.items() if queue.hours == key]
    flows = sorted(
        name
        for name, flow in work.flows.flows.items()
        if name in work.center.flows and any(ref.kind == "hours" and ref.name == key for ref in flow.refs)
    )
    said = [f"{word} {', '.join(names)}" for word, names in (("queues", queues), ("flows", flows)) if names]
    return " and ".join(said) or "nothing yet"
