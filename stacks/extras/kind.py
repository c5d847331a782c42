"""What one kind of our own resources has to say; the provider does the rest (checks, diffs, previews, errors)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties

Item = TypeVar("Item")

INSTANCE = Prop("string", required=True, force_new=True, min_length=1, max_length=100)
TAGS = Prop("map", item=Prop("string", max_length=256))


class Kind(Protocol):
    """A kind of resource. Inputs and outputs are plain values in camelCase; ids join their parts with ":".

    `outputs` of create and update are what the service alone knows; the provider adds the inputs.
    """

    spec: ResourceSpec

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Make it: id and own outputs. Raises CloudError, or InitFailed once it exists."""
        ...

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """All outputs as they stand (inputs included), or None when it is gone."""
        ...

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """Change it in place; returns its own outputs. `old` are the old outputs."""
        ...

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Remove it. A 404 counts as done (the provider sees to it)."""
        ...


def given(outputs: Mapping[str, Any]) -> Properties:
    """`outputs` without what is absent: an unset optional is left out, never None."""
    return {key: value for key, value in outputs.items() if value is not None and value != ""}


def batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """`items` in lists of at most `size`."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def retag(cloud: Cloud, arn: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Bring the tags of `arn` from `old` to `new`: first what goes, then what comes. Tags of others stay."""
    gone = sorted(set(old) - set(new))
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    if gone:
        cloud.call("connect", "untag_resource", resourceArn=arn, tagKeys=gone)
    if changed:
        cloud.call("connect", "tag_resource", resourceArn=arn, tags=changed)


def own_tags_of(tags: Mapping[str, str] | None, recorded: Mapping[str, str] | None) -> dict[str, str]:
    """Of the tags that stand those that we set; foreign ones are nobody's drift."""
    return {key: value for key, value in (tags or {}).items() if recorded is None or key in recorded}
