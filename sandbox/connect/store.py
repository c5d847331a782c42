"""Everything the emulated Connect knows, as plain objects, and the journal that keeps it.

An object is a dict in the service's own names (identifiers under both spellings, `Id` and `QueueId`), plus members that
begin with an underscore and never leave the server. Objects are never changed in place: a change puts a new dict, so
that what was read stays whole without copies. A change is journalled before it is answered: `commit` writes the
record under the lock, `Store.wait` waits for the disk outside it, so that threads share one sync.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...stacks.durable.journal import Journal

Json = dict[str, Any]
_KIND = "connect"
_SNAPSHOT_AFTER = 5000  # records since the last one, and at least as many as there are objects
_REMEMBERED = 100_000  # changes that a late list can look behind
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # the bits that say "drawn at random"
_NOTHING: Mapping[str, Json] = MappingProxyType({})


def new_id() -> str:
    """A UUID from the operating system's generator: never moto's, which others seed (engine.md 3)."""
    drawn = os.urandom(16).hex()
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{_VARIANT[drawn[16]]}{drawn[17:20]}-{drawn[20:]}"


@dataclass
class Change:
    """What one request puts and drops: (scope, kind, id, object or None), in order."""

    effects: list[tuple[str, str, str, Json | None]] = field(default_factory=list)

    def put(self, scope: str, kind: str, key: str, thing: Json) -> None:
        """Create or replace an object."""
        self.effects.append((scope, kind, key, thing))

    def drop(self, scope: str, kind: str, key: str) -> None:
        """Remove an object."""
        self.effects.append((scope, kind, key, None))

    def drop_scope(self, scope: str) -> None:
        """Remove everything of a deleted instance."""
        self.effects.append((scope, "", "", None))


class Store:
    """The objects by scope (an instance, or account/Region), kind and id, in order of creation.

    `lock` must be held while reading or committing. Raises JournalDamaged when the journal on disk cannot be trusted.
    """

    def __init__(self, path: Path | None) -> None:
        """`path` is the journal's file; None keeps everything in memory (throw-away servers)."""
        self.lock = threading.RLock()
        self.offered: dict[str, tuple[str, str]] = {}  # numbers that searches showed: country and type
        self._scopes: dict[str, dict[str, dict[str, Json]]] = {}
        self._names: dict[tuple[str, str], dict[str, str]] = {}
        self._count = 0
        self._since_snapshot = 0
        self._size = 0
        self._recent: deque[tuple[float, str, str, str, Json | None]] = deque(maxlen=_REMEMBERED)
        self._now: Callable[[], float] | None = None
        self._journal = Journal(path, _KIND, halting=True) if path is not None else None
        if self._journal is not None:
            self._load(self._journal)

    def _load(self, journal: Journal) -> None:
        for record in journal.records:
            self._apply((e[0], e[1], e[2], e[3]) for e in record["e"])
        self._since_snapshot = len(journal.records)
        journal.records = []

    def remember(self, now: Callable[[], float]) -> None:
        """From now on `past` can tell what was there before; `now` is the clock of its answers."""
        self._now = now

    def past(self, scope: str, kind: str, since: float) -> Mapping[str, Json]:
        """The objects of a kind as they were at the time `since`: the present, with later changes taken back."""
        present = self.all(scope, kind)
        then = dict(present)
        touched = False
        for when, s, k, key, old in reversed(self._recent):
            if when <= since:
                break
            if (s, k) == (scope, kind):
                touched = True
                if old is None:
                    then.pop(key, None)
                else:
                    then[key] = old
        return dict(sorted(then.items(), key=lambda entry: entry[1].get("_n", 0))) if touched else present

    def all(self, scope: str, kind: str) -> Mapping[str, Json]:
        """The objects of a kind by id, oldest first."""
        return self._scopes.get(scope, {}).get(kind, _NOTHING)

    def get(self, scope: str, kind: str, key: str) -> Json | None:
        """One object, or None."""
        return self.all(scope, kind).get(key)

    def named(self, scope: str, kind: str, name: str) -> Json | None:
        """The object of a kind whose `_name` is `name`, or None."""
        key = self._names.get((scope, kind), {}).get(name)
        return None if key is None else self.all(scope, kind).get(key)

    def scopes(self) -> Iterator[str]:
        """All scopes that hold something."""
        return iter(self._scopes)

    def next_number(self) -> int:
        """A number larger than every one before: the order of creation."""
        self._count += 1
        return self._count

    def commit(self, change: Change) -> int:
        """Journal and apply `change`; the number is for `wait`. Raises OSError, and then nothing has changed."""
        mine = 0
        if self._journal is not None:
            try:
                mine = self._journal.write({"e": change.effects})
            except OSError:
                self._return()
                raise
        if self._now is not None:
            when = self._now()
            self._recent.extend((when, s, k, i, self.get(s, k, i)) for s, k, i, _ in change.effects)
        self._apply(change.effects)
        self._since_snapshot += 1
        return mine

    def wait(self, mine: int) -> None:
        """Return when the change that `commit` numbered is on the disk; then it may be answered."""
        if self._journal is None:
            return
        try:
            self._journal.sync(mine)
        except OSError:
            with self.lock:
                self._return()
            raise
        if self._due():
            with self.lock:
                if self._due():
                    try:
                        self._snapshot()
                    except OSError:  # no room for it: the journal goes on as it is, and the answer stands
                        self._since_snapshot = 0

    def _return(self) -> None:
        """After a failed write: what memory holds beyond the disk was never acknowledged, and goes."""
        if self._journal is None or not self._journal.recover():
            return
        self._scopes, self._names, self._size = {}, {}, 0
        self._recent.clear()
        self._load(self._journal)

    def clear(self) -> None:
        """Forget everything, on disk too."""
        with self.lock:
            self._scopes, self._names, self._size = {}, {}, 0
            self._recent.clear()
            if self._journal is not None:
                self._journal.restart([], _KIND)

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()

    def _due(self) -> bool:
        """Snapshots come further apart as the store grows, so that their cost stays in proportion."""
        return self._since_snapshot >= max(_SNAPSHOT_AFTER, self._size)

    def _snapshot(self) -> None:
        objects = [(s, k, i, o) for s, kinds in self._scopes.items() for k, t in kinds.items() for i, o in t.items()]
        if self._journal is None:
            return
        objects.sort(key=lambda entry: (entry[3] or {}).get("_n", 0))
        chunks = [{"e": objects[start : start + 100]} for start in range(0, len(objects), 100)]
        self._journal.restart(list(chunks), _KIND)
        self._since_snapshot = 0

    def _apply(self, effects: Iterable[tuple[str, str, str, Json | None]]) -> None:
        for scope, kind, key, thing in effects:
            if thing is not None:
                self._put(scope, kind, key, thing)
            elif kind:
                self._drop(scope, kind, key)
            else:
                self._size -= sum(map(len, self._scopes.pop(scope, {}).values()))
                self._names = {at: names for at, names in self._names.items() if at[0] != scope}

    def _put(self, scope: str, kind: str, key: str, thing: Json) -> None:
        table = self._scopes.setdefault(scope, {}).setdefault(kind, {})
        old = table.get(key)
        self._size += old is None
        table[key] = thing
        self._count = max(self._count, thing.get("_n", 0))
        name = thing.get("_name")
        if name is not None:
            names = self._names.setdefault((scope, kind), {})
            if old is not None and old.get("_name") != name:
                names.pop(old["_name"], None)
            names[name] = key

    def _drop(self, scope: str, kind: str, key: str) -> None:
        old = self._scopes.get(scope, {}).get(kind, {}).pop(key, None)
        self._size -= old is not None
        names = self._names.get((scope, kind), {})
        if old is not None and names.get(old.get("_name", "")) == key:
            del names[old["_name"]]
