"""What leaves and what stays: names that the folder no longer has, and what `down` keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..specs.model import Center

# What people may still use when its name goes; everything else can be deleted in the first stage.
_USED_BY_PEOPLE = ("routing_profiles", "security_profiles")
INSTANCE = "aws:connect/instance:Instance"
NUMBER = "aws:connect/phoneNumber:PhoneNumber"


def dropped(last: Center | None, now: Center) -> tuple[str, ...]:
    """Names in the last applied Center that people may still use and that `now` lacks, as `kind name`, sorted."""
    if last is None:
        return ()
    return tuple(sorted(_names(last) - _names(now)))


def _names(center: Center) -> set[str]:
    found = {f"{kind[:-1].replace('_', ' ')} {key}" for kind in _USED_BY_PEOPLE for key in getattr(center, kind)}
    for profile in center.routing_profiles.values():
        found |= {f"routing profile {variant.key}" for variant in profile.variants}
    found |= {f"hierarchy group {group.path}" for group in center.hierarchy.groups}
    was = {entry.was for kind in _USED_BY_PEOPLE for entry in getattr(center, kind).values() if entry.was}
    return found | {f"{kind[:-1].replace('_', ' ')} {key}" for kind in _USED_BY_PEOPLE for key in was}


def keeper(center: Center) -> Callable[[str, str], bool]:
    """What a plain `down` keeps, by type and logical name: kept numbers, and the instance with them or protected."""
    numbers = {key for key, number in center.phone_numbers.items() if number.keep}
    instance = bool(numbers) or center.instance.protect

    def keep(kind: str, name: str) -> bool:
        return (kind == NUMBER and name in numbers) or (kind == INSTANCE and instance)

    return keep
