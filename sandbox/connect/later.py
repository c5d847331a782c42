"""What the service does in its own time: things that a request has taken leave of, and that go a little later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .store import Change, Store, new_id

Json = dict[str, Any]
Leaving = tuple[str, str, str]  # scope, kind, key; kind and key "" for a whole scope
_SCOPE, _KIND = "later", "leaving"


def leave(store: Store, change: Change, when: float, things: Iterable[Leaving]) -> None:
    """Record that `things` go at the time `when`."""
    key = new_id()
    entry = {"Id": key, "_n": store.next_number(), "_at": when, "_things": [list(thing) for thing in things]}
    change.put(_SCOPE, _KIND, key, entry)


def settle(store: Store, now: float) -> None:
    """Let go what is due; the store's lock is held. Raises OSError."""
    waiting = store.all(_SCOPE, _KIND)
    if not waiting:
        return
    change = Change()
    for entry in waiting.values():
        if entry["_at"] <= now:
            for scope, kind, key in entry["_things"]:
                drop(change, (scope, kind, key))
            change.drop(_SCOPE, _KIND, entry["Id"])
    if change.effects:
        store.commit(change)


def drop(change: Change, thing: Leaving) -> None:
    """Let one thing go."""
    scope, kind, key = thing
    if kind:
        change.drop(scope, kind, key)
    else:
        change.drop_scope(scope)
