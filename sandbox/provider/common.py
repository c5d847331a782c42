"""What every resource kind shares: the shape of a kind, a change in progress, and the small translations.

A `Kind` makes, reads, changes and removes one resource type. It gets plain values (no unknowns, no secret marks) and a
`Door`; it never decides what changed (the table does) and never shapes what a preview says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, ClassVar, TypeVar

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .door import Answer, Door, Refused

T = TypeVar("T")


class Undone(ProviderError):
    """A creation failed after the id was known, and the half-made object has been taken away again."""


@dataclass(frozen=True, slots=True)
class Change:
    """An update in progress: plain old outputs, plain new inputs and the names of the inputs that differ."""

    id: str
    old_inputs: Properties
    old: Properties
    news: Properties
    changed: frozenset[str]

    def touches(self, *names: str) -> bool:
        """Whether any of these inputs differs."""
        return not self.changed.isdisjoint(names)


Act = Callable[[Door, Change], None]
Step = tuple[tuple[str, ...], Act]


class Kind:
    """One resource type. Subclasses say `type` and override what the type can do."""

    type: ClassVar[str]
    reads_back: ClassVar[bool] = True  # False: a creation's outputs are its inputs, no read follows

    def create(self, door: Door, inputs: Properties) -> str:
        """Make it and return the id at once; what takes longer belongs into `finish`."""
        raise NotImplementedError

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """What follows once the id exists: waiting and second calls. A failure here leaves a partial resource."""

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """All outputs as the service tells them, None when it is gone; `known` = inputs or state, {} for an import."""
        raise NotImplementedError

    def steps(self) -> Sequence[Step]:
        """Update calls in their order, each with the inputs that ask for it."""
        return ()

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """Set and remove tags."""
        raise NotImplementedError

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """Remove it and wait until it is gone. A refusal that says "not there" may be let through."""
        raise NotImplementedError


def found(ask: Callable[[], T]) -> T | None:
    """The answer, or None when the service says that the object is not there."""
    try:
        return ask()
    except Refused as refusal:
        if refusal.gone:
            return None
        raise


def given(**params: Any) -> dict[str, Any]:
    """Parameters without those that are None, empty text, or empty collections."""
    return {key: value for key, value in params.items() if value is not None and value != "" and value not in ([], {})}


def pascal(value: Any) -> Any:
    """A copy with every key of every object in the API's capitals (`startTime` → `StartTime`), without nulls."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items() if item is not None}
    return [pascal(item) for item in value] if isinstance(value, list) else value


def camel(value: Any) -> Any:
    """The reverse of `pascal`; keys that begin with capitals in a row keep them (`ARN` → `arn` is the caller's)."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items() if item is not None}
    return [camel(item) for item in value] if isinstance(value, list) else value


def present(**outputs: Any) -> Properties:
    """Outputs without those that the service left out: absent, never null (Pulumi AWS facts 8)."""
    return {key: value for key, value in outputs.items() if value is not None}


def text(value: Any) -> str | None:
    """`value`, or None for what the service means by empty."""
    return value or None


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def split_id(id_: str, parts: int, separator: str = ":") -> list[str]:
    """An id's parts, without an `@region` that an import may carry. Raises ProviderError on any other form."""
    pieces = id_.split("@")[0].split(separator, parts - 1)
    if len(pieces) != parts or not all(pieces):
        raise ProviderError(f"the id {id_} must have {parts} parts joined by {separator}")
    return pieces


def document(value: Any) -> str | None:
    """A JSON document as text, whether the service gave text or a parsed object."""
    return None if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def moment(value: Any) -> str | None:
    """A time as RFC 3339 in UTC, to the second."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return None if value is None else str(value)


def own_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """Tags without the service's own (`aws:…`)."""
    return {key: value for key, value in (tags or {}).items() if not key.startswith("aws:")}


def listed_tags(tags: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Tags of a service that keeps them as a list of pairs."""
    return own_tags({tag[key]: tag[value] for tag in tags or ()})


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """The reverse of `listed_tags`, in the order of the keys."""
    return [{key: name, value: tags[name]} for name in sorted(tags)]


class ConnectKind(Kind):
    """A kind of Amazon Connect with an id of the form `instanceId:xId` and tags by ARN."""

    noun: ClassVar[str]  # the method's word: hours_of_operation
    member: ClassVar[str]  # the id's parameter: HoursOfOperationId
    answer: ClassVar[str]  # the member of the describe answer: HoursOfOperation

    def where(self, id_: str) -> dict[str, str]:
        """The two parameters that address the object."""
        instance, own = split_id(id_, 2)
        return {"InstanceId": instance, self.member: own}

    def describe(self, door: Door, id_: str) -> Answer | None:
        """The object as the service describes it; None when it (or its instance) is gone."""
        got = found(lambda: door.connect(f"describe_{self.noun}", **self.where(id_)))
        answer: Answer | None = None if got is None else got.get(self.answer)
        return answer

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource for dropped keys, then TagResource for new and changed ones (Pulumi AWS facts 1.5)."""
        arn = change.old.get("arn") or (self.read(door, change.id, change.news) or {}).get("arn")
        if drop:
            door.connect("untag_resource", resourceArn=arn, tagKeys=list(drop))
        if put:
            door.connect("tag_resource", resourceArn=arn, tags=dict(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """The type's one delete call."""
        door.connect(f"delete_{self.noun}", **self.where(id_))
