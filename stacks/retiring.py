"""A centre together with what people still hold of the one that was applied last.

Connect refuses to delete a routing profile, security profile or hierarchy group while agents have it. So what was
dropped from the folder stays for one more stage, until the rosters have moved people off it; then it goes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from .names import LANGUAGE_ATTRIBUTE

if TYPE_CHECKING:
    from ..specs.model import Center, Entry, Hierarchy, Queue, RoutingProfile

E = TypeVar("E", bound="Entry")


def merged(center: Center, last: Center) -> Center:
    """`center` and, of `last`, the profiles, groups and skills that are gone, with queues and hours that those need.

    A thing that was renamed (`was:`) is not gone. Flows, numbers and quick connects are nobody's: they go at once.
    """
    leaving = _leaving(center, last)
    needed = {name for profile in leaving.values() for name in _queues_of(profile)}
    there = set(center.real_queues)
    queues = {
        key: _bare(queue)
        for key, queue in _kept(center.queues, last.queues).items()
        if needed & set(queue.real_keys) and not there & set(queue.real_keys)
    }
    hours = {
        queue.hours: last.hours[queue.hours]
        for queue in queues.values()
        if queue.hours not in center.hours and queue.hours in last.hours
    }
    still = [*center.real_queues, *(key for queue in queues.values() for key in queue.real_keys)]
    return dataclasses.replace(
        center,
        hours={**center.hours, **hours},
        queues={**center.queues, **queues},
        routing_profiles=_routing(center.routing_profiles, leaving, still),
        security_profiles={
            **center.security_profiles,
            **_kept(center.security_profiles, last.security_profiles),
        },
        hierarchy=_hierarchy(center.hierarchy, last.hierarchy),
        skills=_skills(center, last),
    )


def _skills(center: Center, last: Center) -> dict[str, tuple[str, ...]]:
    """Skills and languages that agents may still have; languages stand under their attribute."""
    before, now = {**last.skills}, {**center.skills}
    if set(last.languages) - set(center.languages) and len(last.languages) > 1:
        before[LANGUAGE_ATTRIBUTE] = tuple(last.languages)
    for skill, values in before.items():
        if skill not in now or set(values) - set(now[skill]):
            now[skill] = tuple(dict.fromkeys([*now.get(skill, ()), *values]))
    return now


def _leaving(center: Center, last: Center) -> dict[str, RoutingProfile]:
    """Profiles of `last` with those of their variants that are gone; a language dropped takes a variant with it."""
    stays = {variant.key for profile in center.routing_profiles.values() for variant in profile.variants}
    renamed = {profile.was for profile in center.routing_profiles.values()}
    found = {}
    for key, profile in last.routing_profiles.items():
        gone = tuple(variant for variant in profile.variants if variant.key not in stays)
        if gone and key not in renamed:
            found[key] = dataclasses.replace(profile, variants=gone)
    return found


def _queues_of(profile: RoutingProfile) -> set[str]:
    return {
        name
        for variant in profile.variants
        for name in (variant.default_outbound, *(choice.queue for choice in variant.queues))
    }


def _routing(
    now: Mapping[str, RoutingProfile], leaving: Mapping[str, RoutingProfile], still: Sequence[str]
) -> dict[str, RoutingProfile]:
    """`now` and what is leaving, without queues that are gone for good. Without any queue nothing can be kept."""
    result = dict(now)
    for key, profile in leaving.items() if still else ():
        kept = tuple(
            dataclasses.replace(
                variant,
                queues=tuple(choice for choice in variant.queues if choice.queue in still),
                default_outbound=variant.default_outbound if variant.default_outbound in still else still[0],
            )
            for variant in profile.variants
        )
        base = now.get(key, profile)
        result[key] = dataclasses.replace(base, variants=(*now[key].variants, *kept) if key in now else kept)
    return result


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
