"""What leaves and what stays: names that the folder no longer has, and what `down` keeps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center

INSTANCE = "aws:connect/instance:Instance"
NUMBER = "aws:connect/phoneNumber:PhoneNumber"
HELD = "ccdeploy:index:AdoptedNumber"  # a number that the account held before


def dropped(last: Center | None, now: Center) -> tuple[str, ...]:
    """What the last applied Center has, `now` lacks, and people may still hold, as `kind name`, sorted.

    Empty when nothing has to wait for the rosters.
    """
    from ..stacks.retiring import merged, retires_anything

    if last is None or not retires_anything(now, last):
        return ()
    return tuple(sorted(_names(merged(now, last)) - _names(now)))


def _names(center: Center) -> set[str]:
    return {
        *(f"routing profile {v.key}" for profile in center.routing_profiles.values() for v in profile.variants),
        *(f"security profile {key}" for key in center.security_profiles),
        *(f"hierarchy group {group.path}" for group in center.hierarchy.groups),
        *(f"skill {key}={value}" for key, values in center.skills.items() for value in values),
        *(f"queue {key}" for key in center.queues),
        *(f"hours of operation {key}" for key in center.hours),
    }


def waited(center: Center, flows: FlowSet, before: Collection[str], now: Collection[str]) -> bool:
    """Whether a quick connect or a flow waited for an agent who was not there before and is now."""
    from ..stacks.program import named_in_flows, waiting_for_agents

    named = named_in_flows(flows)
    return waiting_for_agents(center, before) != waiting_for_agents(center, now) or named & set(before) != named & set(
        now
    )


def keeper(center: Center) -> Callable[[str, str], bool]:
    """What a plain `down` keeps, by type and logical name: kept numbers, and the instance with them or protected."""
    numbers = {key for key, number in center.phone_numbers.items() if number.keep}
    own = center.instance.adopt is None
    instance = (bool(numbers) or center.instance.protect) and own

    def keep(kind: str, name: str) -> bool:
        if kind == HELD:  # nothing is released by giving it back, where its instance stays
            return own and name in numbers
        return (kind == NUMBER and name in numbers) or (kind == INSTANCE and instance)

    return keep
