"""Values as providers see them: plain Python plus three marks.

A value is None, bool, float, int, str, list, dict, or one of `UNKNOWN` (not known before the run), `Secret(value)`
and `Asset`. `wire` translates to and from Pulumi's protobuf form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, final

from ...specs.frozen import dataclass


@final
class Unknown:
    """The type of `UNKNOWN`: an output that only the run itself can tell."""

    _only: Unknown | None = None

    def __new__(cls) -> Unknown:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false: ask `is UNKNOWN`")

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is never shown. Its repr does not tell it."""

    value: Any

    def __repr__(self) -> str:
        return "Secret([secret])"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file or a text that a resource carries; only `sha256` (hex) enters the state's comparison."""

    sha256: str
    path: str | None = None
    text: str | None = None

    def read(self) -> bytes:
        """The content. Raises OSError when the file cannot be read."""
        if self.text is not None:
            return self.text.encode()
        if self.path is None:
            raise ValueError("an asset needs a path or a text")
        with open(self.path, "rb") as file:  # noqa: PTH123 - the path is text on the wire
            return file.read()


Value = Any  # None | bool | int | float | str | list[Value] | dict[str, Value] | Unknown | Secret | Asset
Properties = dict[str, Value]


def transform(value: Value, leaf: Callable[[Value], Value]) -> Value:
    """A copy of `value` in which `leaf` has replaced every leaf (secrets are entered, lists and dicts walked)."""
    if isinstance(value, Secret):
        return Secret(transform(value.value, leaf))
    if isinstance(value, list):
        return [transform(item, leaf) for item in value]
    if isinstance(value, dict):
        return {key: transform(item, leaf) for key, item in value.items()}
    return leaf(value)


def has_unknown(value: Value) -> bool:
    """Whether anything inside is not known yet."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    return value is UNKNOWN


def has_secret(value: Value) -> bool:
    """Whether anything inside is a secret."""
    if isinstance(value, list):
        return any(has_secret(item) for item in value)
    if isinstance(value, dict):
        return any(has_secret(item) for item in value.values())
    return isinstance(value, Secret)


def plain(value: Value) -> Value:
    """A copy without secret marks, for calls that must send the value itself. UNKNOWN stays."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
