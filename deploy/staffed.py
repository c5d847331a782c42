"""Rule H11 with the rosters at hand: whoever calls in the next two weeks comes to a queue in which somebody answers.

A roster tells from which day to which day somebody is there, not the hours of a shift: a queue is looked at on every
day on which its hours are open at all, with overrides and holidays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..specs import erlang
from ..specs.problems import Problems, Where

if TYPE_CHECKING:
    from ..agents.model import Checked, Person
    from ..flows.graph import Flow
    from ..specs.model import Center, Queue

DAYS = 14
HINT = "give it people in a roster (routing_profile, status, starts_on, ends_on), or close those days"
Days = Mapping[dt.date, Mapping[str, frozenset[str]]]  # on each day: a real queue's key and who serves it


def check_staffed(center: Center, flows: Mapping[str, Flow], people: Checked, problems: Problems) -> None:
    """Record queues to which calls come and for which nobody is there on an open day, or fewer than `staffing` needs.

    Errors with `safety`, else warnings. A draft without rosters and promises is left alone, and while a roster has
    mistakes nobody knows who is there.
    """
    safety = center.safety
    if any(problem.severity == "error" for problem in people.problems) or not (center.rosters or safety):
        return
    if safety is not None and "H11" in safety.waive:
        return
    tell = problems.error if safety is not None else problems.warning
    for where, message in _findings(center, flows, people.people):
        tell(where, "H11", message, HINT)


def _findings(center: Center, flows: Mapping[str, Flow], people: Sequence[Person]) -> Iterator[tuple[Where, str]]:
    there: Days = {day: _serving(center, people, day) for day in (center.today + dt.timedelta(n) for n in range(DAYS))}
    needs = {load.queue: load for load in center.staffing}
    for queue in called(center, flows):
        open_days = _open_days(center, queue, there)
        for variant in queue.variants:
            empty = [day for day in open_days if not there[day].get(variant.key)]
            if empty and _served(center, variant.key):  # that no profile serves it is told elsewhere
                yield queue.where, f'nobody of the rosters answers in "{variant.key}" {_on(empty, open_days)}'
        load = needs.get(queue.key)
        need = erlang.people_needed(load.calls_per_hour, load.handle_time, load.within, load.share) if load else None
        keys = [variant.key for variant in queue.variants]
        counts = {day: len(frozenset().union(*(there[day].get(key, frozenset()) for key in keys))) for day in open_days}
        short = [day for day in open_days if need and 0 < counts[day] < need]
        if short:
            most = max(counts[day] for day in short)
            message = f'"{queue.key}" needs {need} people at once by its `staffing`, the rosters have at most {most},'
            yield queue.where, f"{message} {_on(short, open_days)}"


def called(center: Center, flows: Mapping[str, Flow]) -> list[Queue]:
    """The queues to which a call can come: named in a flow, in the fallback or in a quick connect, and open."""
    named = {center.safety.fallback_queue} if center.safety else set()
    named |= {quick.queue for quick in center.quick_connects.values()}
    named |= {str(value) for flow in flows.values() for step in flow.steps.values() for value in _queues(step.forms())}
    return [
        queue
        for queue in center.queues.values()
        if queue.open and named & {queue.key, *(variant.key for variant in queue.variants)}
    ]


def _queues(forms: Iterator[tuple[str, object, object]]) -> Iterator[object]:
    yield from (value for name, form, value in forms if getattr(form, "kind", "") == "queue" and name != "check_hours")


def _serving(center: Center, people: Sequence[Person], day: dt.date) -> dict[str, frozenset[str]]:
    """Who serves each real queue on a day, before the longest wait is over."""
    longest = center.safety.longest_wait if center.safety else 900
    queues = {
        variant.key: [choice.queue for choice in variant.queues if choice.delay < longest]
        for profile in center.routing_profiles.values()
        for variant in profile.variants
    }
    found: dict[str, set[str]] = {}
    for number, person in enumerate(people):
        terms = person.terms
        away = terms.status != "active" or (terms.starts_on or day) > day or (terms.ends_on or day) < day
        for key in () if away else queues.get(terms.routing_profile, ()):
            found.setdefault(key, set()).add(person.username or str(number))
    return {key: frozenset(names) for key, names in found.items()}


def _served(center: Center, queue: str) -> bool:
    variants = (variant for profile in center.routing_profiles.values() for variant in profile.variants)
    return any(choice.queue == queue for variant in variants for choice in variant.queues)


def _open_days(center: Center, queue: Queue, days: Days) -> list[dt.date]:
    """The days on which the queue's hours have a window."""
    from ..flows.simulator.calendar import windows

    hours = center.hours.get(queue.hours)
    return [day for day in days if hours is not None and windows(hours, day)]


def _on(days: Sequence[dt.date], of: Sequence[dt.date]) -> str:
    """`on any of its 10 open days until 5 Dec`, or the first days with how many more there are."""
    if len(days) == len(of):
        return f"on any of its {len(of)} open days until {of[-1]:%a %d %b}" if len(of) > 1 else f"on {of[0]:%a %d %b}"
    shown = ", ".join(f"{day:%a %d %b}" for day in days[:3])
    return f"on {shown}" + (f" and {len(days) - 3} more days of the next {DAYS}" if days[3:] else "")
