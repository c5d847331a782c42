"""A YAML document as a tree that remembers where each thing stands. Scalars stay strings (spec.md 0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import NamedTuple, Union

from .frozen import dataclass
from .problems import Where


class Scalar(NamedTuple):  # a tuple: large files hold very many
    """A scalar as text. `quoted` tells `"null"` (text) from plain `null`, `~` or nothing (null)."""

    text: str
    where: Where
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Plain `null`, `~` or nothing."""
        return not self.quoted and self.text.lower() in {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map in the file's order; `keys` holds each key's own place."""

    entries: dict[str, Node]
    where: Where
    keys: dict[str, Where] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        return self.entries.get(key)

    def where_of(self, key: str) -> Where:
        """Where `key` itself is written; the map's own place when it is not."""
        return self.keys.get(key, self.where)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


Node = Union[Scalar, Sequence, Mapping]  # noqa: UP007 - evaluated at run time on Python 3.10 with forward names
