"""A centre together with what people still hold of the one that was applied last.

Connect refuses to delete a routing profile, security profile or hierarchy group while agents have it. So what was
dropped from the folder stays for one more stage, until the rosters have moved people off it; then it goes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ..specs.model import Center, Entry, Hierarchy, Queue

E = TypeVar("E", bound="Entry")


def merged(center: Center, last: Center) -> Center:
    """`center` and, of `last`, the profiles and groups that are gone, with the queues and hours that those need.

    A thing that was renamed (`was:`) is not gone. Flows, numbers and quick connects are nobody's: they go at once.
    """
    routing = _kept(center.routing_profiles, last.routing_profiles)
    needed = {
        name
        for profile in routing.values()
        for variant in profile.variants
        for name in (variant.default_outbound, *(choice.queue for choice in variant.queues))
    }
    there = center.real_queues
    queues = {
        key: _bare(queue)
        for key, queue in _kept(center.queues, last.queues).items()
        if needed & set(queue.real_keys) and not set(queue.real_keys) & set(there)
    }
    hours = {
        queue.hours: last.hours[queue.hours]
        for queue in queues.values()
        if queue.hours not in center.hours and queue.hours in last.hours
    }
    still = set(there) | {key for queue in queues.values() for key in queue.real_keys}
    complete = {
        key: profile
        for key, profile in routing.items()
        if all(
            {variant.default_outbound, *(choice.queue for choice in variant.queues)} <= still
            for variant in profile.variants
        )
    }
    return dataclasses.replace(
        center,
        hours={**center.hours, **hours},
        queues={**center.queues, **queues},
        routing_profiles={**center.routing_profiles, **complete},
        security_profiles={
            **center.security_profiles,
            **_kept(center.security_profiles, last.security_profiles),
        },
        hierarchy=_hierarchy(center.hierarchy, last.hierarchy),
    )


def retires_anything(center: Center, last: Center | None) -> bool:
    """Whether a second run is needed after the rosters: something of `last` is kept for now that `center` lacks."""
    return last is not None and merged(center, last) != center


def _kept(now: Mapping[str, E], before: Mapping[str, E]) -> dict[str, E]:
    renamed = {entry.was for entry in now.values() if entry.was}
    return {key: entry for key, entry in before.items() if key not in now and key not in renamed}


def _bare(queue: Queue) -> Queue:
    """A queue on its way out offers nothing and dials with nobody's number: those may be gone already."""
    return dataclasses.replace(queue, quick_connects=(), caller_id=None)


def _hierarchy(now: Hierarchy, last: Hierarchy) -> Hierarchy:
    have = {group.path for group in now.groups}
    gone = tuple(group for group in last.groups if group.path not in have)
    if not gone:
        return now
    levels = now.levels + last.levels[len(now.levels) :]
    parents_first = sorted((*now.groups, *gone), key=lambda group: group.level)
    return dataclasses.replace(now, levels=levels, groups=tuple(parents_first))
