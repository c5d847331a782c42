"""A plan's reasons in words: which inputs differ, from what to what. Secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...provider.schema import DEFAULTS
from ...provider.values import UNKNOWN, Asset, Properties, Value, has_secret, plain

LONG: Final = 48
LONG_ITEM: Final = 120  # an item of a list that came or went
# Compiled documents: their text says nothing to a reader; the resource's own name does.
_SHORT: Final = frozenset({"content", "template", "policy"})
_MOST: Final = 6


def differences(
    olds: Properties, news: Properties, changed: Iterable[str], hidden: Iterable[str] = ()
) -> tuple[str, ...]:
    """One sentence for each changed input: `description: 'a' -> 'b'`."""
    quiet = frozenset(hidden)
    return tuple(
        f"{key}: changed" if key in quiet else _difference(key, olds.get(key), news.get(key)) for key in changed
    )


def _difference(key: str, old: Value, new: Value) -> str:
    if has_secret(old) or has_secret(new):
        return f"{key}: [secret] -> [secret]"
    old, new = plain(old), plain(new)
    if key in _SHORT and old is not None:
        return f"{key}: known after the run" if new is UNKNOWN else f"{key}: changed"
    if isinstance(old, dict) and isinstance(new, dict):
        inner = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        if 0 < len(inner) <= _MOST:
            return ", ".join(f"{key}.{name}: {show(old.get(name))} -> {show(new.get(name))}" for name in inner)
        return f"{key}: changed"
    if isinstance(old, list) and isinstance(new, list):
        return _items(key, old, new)
    return f"{key}: {show(old)} -> {show(new)}"


def _items(key: str, old: list[Value], new: list[Value]) -> str:
    asked = {name for item in new if isinstance(item, dict) for name in item}
    if asked:  # what the service adds by itself is no difference
        old = [{k: v for k, v in item.items() if k in asked} if isinstance(item, dict) else item for item in old]
    added = [item for item in new if item not in old]
    removed = [item for item in old if item not in new]
    if len(added) + len(removed) > _MOST or not (added or removed):
        return f"{key}: {len(old)} -> {len(new)} items" if len(old) != len(new) else f"{key}: changed"
    return f"{key}: " + ", ".join(
        [*(f"-{show(item, LONG_ITEM)}" for item in removed), *(f"+{show(item, LONG_ITEM)}" for item in added)]
    )


def show(value: Value, limit: int = LONG) -> str:
    """A value in at most `limit` characters; maps in the order of their keys, so that all engines say the same."""
    if value is UNKNOWN:
        return "(known after the run)"
    if value is None:
        return "none"
    if has_secret(value):
        return "[secret]"
    if isinstance(value, Asset):
        return f"a file ({value.sha256[:8]})"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {show(item)}" for key, item in sorted(value.items()) if key != DEFAULTS) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(map(show, value)) + "]"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
