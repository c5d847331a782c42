"""What a stack consists of: frozen resources and a table of them, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final, Literal

from ....specs.frozen import dataclass
from ...provider.values import Properties
from .. import urns

OperationKind = Literal["creating", "updating", "deleting", "reading"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; 0 = the provider's own."""

    create: float = 0.0
    update: float = 0.0
    delete: float = 0.0


NO_TIMEOUTS: Final = Timeouts()


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the state. `delete`: replaced, and still to be deleted. `external`: only read, never ours."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    external: bool = False
    delete: bool = False
    retain_on_delete: bool = False
    init_errors: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    timeouts: Timeouts = NO_TIMEOUTS
    created: str = ""
    modified: str = ""

    @property
    def key(self) -> str:
        """What tells it from the one that replaced it."""
        return f"{self.urn}#{self.id}" if self.delete else self.urn

    @property
    def name(self) -> str:
        """The logical name."""
        return urns.name(self.urn)

    def needs(self) -> Iterator[str]:
        """The URNs that must exist before it: parent, dependencies, those of its properties."""
        if self.parent:
            yield self.parent
        yield from self.dependencies
        for targets in self.property_dependencies.values():
            yield from targets
        if self.provider:
            yield self.provider.rpartition("::")[0]

    def same_as(self, other: Resource) -> bool:
        """Equal but for the times."""
        return replace(self, created="", modified="") == replace(other, created="", modified="")


@dataclass(frozen=True, slots=True)
class Operation:
    """A provider call whose effect is not known: it was begun, and no outcome was recorded."""

    kind: OperationKind
    resource: Resource


class State:
    """The resources by key, in the order in which they came, and the pending operations by URN and kind."""

    def __init__(self, resources: Iterable[Resource] = (), pending: Iterable[Operation] = ()) -> None:
        self.resources: dict[str, Resource] = {resource.key: resource for resource in resources}
        self.pending: dict[str, Operation] = {_slot(operation): operation for operation in pending}

    def copy(self) -> State:
        """An independent table of the same values."""
        return State(self.resources.values(), self.pending.values())

    def live(self, urn: str) -> Resource | None:
        """The resource of that URN that is not waiting to be deleted."""
        return self.resources.get(urn)

    def put(self, resource: Resource) -> None:
        """Add or replace."""
        self.resources[resource.key] = resource

    def drop(self, key: str) -> None:
        """Forget."""
        self.resources.pop(key, None)

    def demote(self, urn: str) -> None:
        """The live one was replaced: it waits to be deleted."""
        old = self.resources.pop(urn, None)
        if old is not None:
            self.put(replace(old, delete=True))

    def begin(self, operation: Operation) -> None:
        """Note a call that is about to be made."""
        self.pending[_slot(operation)] = operation

    def settle(self, kind: OperationKind, key: str) -> None:
        """The outcome of a call is known."""
        self.pending.pop(f"{kind} {key}", None)

    def rename(self, old: str, new: str) -> None:
        """Give a resource another URN, everywhere."""

        def swap(urn: str) -> str:
            return new if urn == old else urn

        table: dict[str, Resource] = {}
        for resource in list(self.resources.values()):
            moved = replace(
                resource,
                urn=swap(resource.urn),
                type=urns.kind(new) if resource.urn == old else resource.type,
                parent=swap(resource.parent),
                dependencies=tuple(map(swap, resource.dependencies)),
                property_dependencies={
                    key: tuple(map(swap, targets)) for key, targets in resource.property_dependencies.items()
                },
            )
            table[moved.key] = moved
        self.resources = table


def _slot(operation: Operation) -> str:
    return f"{operation.kind} {operation.resource.key}"
