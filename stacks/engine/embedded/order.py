"""Who comes before whom. All functions are pure and tolerate references to resources that are not there."""

from __future__ import annotations

from collections.abc import Iterable

from .. import urns
from .state import Resource


def sorted_resources(resources: Iterable[Resource]) -> list[Resource]:
    """The Stack, the providers, then each resource after all that it needs; otherwise in the order given.

    A resource that waits for deletion comes after the one that replaced it, as Pulumi writes it. Registration makes
    cycles impossible; one that a crash left between an old and a new dependency is cut.
    """
    entries = sorted(resources, key=_rank)
    by_urn: dict[str, list[Resource]] = {}
    for entry in entries:
        by_urn.setdefault(entry.urn, []).append(entry)
    done: set[str] = set()
    active: set[str] = set()
    result: list[Resource] = []
    for root in entries:
        stack: list[tuple[Resource, bool]] = [(root, False)]
        while stack:
            entry, ready = stack.pop()
            if entry.key in done:
                continue
            if ready:
                active.discard(entry.key)
                done.add(entry.key)
                result.append(entry)
                continue
            if entry.key in active:
                continue
            active.add(entry.key)
            stack.append((entry, True))
            stack += [
                (other, False)
                for urn in reversed(list(entry.needs()))
                for other in _meant(entry, by_urn.get(urn, []))
                if other.key not in done and other.key not in active
            ]
    return result


def _meant(entry: Resource, candidates: list[Resource]) -> list[Resource]:
    """A live resource needs the live one of a URN; one that waits for deletion may still need the old one as well."""
    if entry.delete:
        return [other for other in candidates if other.urn != entry.urn]
    return [other for other in candidates if not other.delete]


def _rank(resource: Resource) -> int:
    if resource.type == urns.STACK_TYPE:
        return 0
    if resource.type.startswith(urns.PROVIDER_PREFIX):
        return 1
    return 3 if resource.delete else 2


def dependents(resources: Iterable[Resource], roots: Iterable[str]) -> list[Resource]:
    """The live resources that need one of `roots` (URNs), directly or not, each after what it needs itself."""
    found = set(roots)
    result = []
    for entry in sorted_resources(resources):
        if entry.urn not in found and not entry.delete and any(urn in found for urn in entry.needs()):
            found.add(entry.urn)
            result.append(entry)
    return result


def closure(resources: Iterable[Resource], roots: Iterable[str]) -> set[str]:
    """`roots` (URNs) and all that they need, directly or not, as URNs."""
    by_urn: dict[str, list[Resource]] = {}
    for entry in resources:
        if not entry.delete:
            by_urn.setdefault(entry.urn, []).append(entry)
    found: set[str] = set()
    todo = list(roots)
    while todo:
        urn = todo.pop()
        if urn in found:
            continue
        found.add(urn)
        todo += [need for entry in by_urn.get(urn, ()) for need in entry.needs()]
    return found
