"""The state on the disk: a snapshot and, while something changes, a write-ahead journal of operations.

    state.json          {"version": 3, "generation": n, "sealed": the deployment}
    operations.journal  {"begin": n}, then one sealed record for each intent and each effect since snapshot n
    state.key           32 random bytes, readable by the owner only

Nothing is written until the first change; a run that changes nothing writes nothing. Reading replays the journal over
its snapshot. A journal of an older generation was already folded into the snapshot; one of a newer generation means
that an older state.json was put back, which is refused. So is one that is older than the lease remembers: then both
files are older. A record of a holder whose lease had been taken over by then does not count.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, Final

from ....specs.errors import StateError
from ...cloud.store import Store
from ...durable.journal import Journal, JournalDamaged, current, decode
from . import deployment
from .sealing import Sealer, new_key
from .state import Operation, OperationKind, Resource, State

STATE: Final = "state.json"
JOURNAL: Final = "operations.journal"
KEY: Final = "state.key"
KIND: Final = "operations"

_RESTORE: Final = "restore state.json, state.key and operations.journal from the same backup"


class Ledger:
    """The state of one stack and its durable form. Methods that change it are safe to call from many threads."""

    def __init__(
        self,
        store: Store,
        context: str,
        version: str,
        now: Callable[[], str],
        fence: int = 0,
        guard: Callable[[], None] = lambda: None,
        least: int = 0,
        mark: Callable[[int], None] = lambda _generation: None,
    ) -> None:
        """Read what is there; nothing is written. Raises StateError when it cannot be trusted.

        `guard` is called before each write and raises when somebody else holds the lease by now. `least` is the
        generation that the lease remembers, `mark` lets it remember another.
        """
        self._store = store
        self._least = least
        self._mark = mark
        self._version = version
        self._now = now
        self._fence = fence
        self._guard = guard
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._dirty = False
        self._context = context
        try:
            self._read()
        except StateError:
            # Somebody else's run may have folded its journal between our looks at the two files.
            store.refresh()
            self._read()

    # ------------------------------------------------------------ reading

    def _read(self) -> None:
        store = self._store
        key, data, records = store.read(KEY), store.read(STATE), self._read_journal()
        if key is None and (data is not None or records):
            raise StateError(
                f"{KEY} is missing, without it the state cannot be opened", where=store.where, hint=_RESTORE
            )
        self._key_is_new = key is None
        self._key = key or new_key()
        self.sealer = Sealer(self._key, self._context)
        self.generation = 0
        self.state = self._read_snapshot(data) if data is not None else State()
        if self.generation < self._least:
            there = f"{STATE} is number {self.generation}" if data is not None else f"{STATE} is not there"
            raise StateError(
                f"{there}, but this stack had reached number {self._least}: an older state was put back",
                where=store.where,
                hint=f"{_RESTORE}, the newest there is; if the older one is meant, restore lease.json with it",
            )
        self._replay(records)

    def _read_snapshot(self, data: bytes) -> State:
        try:
            document = json.loads(data)
            generation = int(document["generation"])
            sealed = str(document["sealed"])
        except (ValueError, KeyError, TypeError) as error:
            raise StateError(f"{STATE} is not a state: {error}", where=self._store.where, hint=_RESTORE) from error
        try:
            body = self.sealer.open_document(generation, "state", sealed)
        except ValueError as error:
            raise StateError(
                f"{STATE} was changed outside of ccdeploy, or belongs to another stack or key",
                where=self._store.where,
                hint=_RESTORE,
            ) from error
        self.generation = generation
        return deployment.from_json(body, self.sealer)

    def _read_journal(self) -> list[dict[str, Any]]:
        data = self._store.read(JOURNAL)
        if data is None:
            return []
        try:
            records, _ = decode(data, f"{self._store.where}/{JOURNAL}")
        except JournalDamaged as error:
            raise StateError(
                f"{JOURNAL} is damaged at byte {error.offset}: {error.reason}", where=self._store.where, hint=_RESTORE
            ) from error
        return records[1:]

    def _replay(self, records: list[dict[str, Any]]) -> None:
        if not records:
            return
        begin = records[0].get("begin")
        if not isinstance(begin, int) or begin > self.generation:
            raise StateError(
                f"{JOURNAL} continues state number {begin}, but {STATE} is number {self.generation}",
                where=self._store.where,
                hint=_RESTORE,
            )
        if begin < self.generation:
            return
        for record in current(records[1:]):
            self._apply(self._opened(record))
        # What was replayed is folded into the next snapshot.
        self._dirty = len(records) > 1

    def _opened(self, record: dict[str, Any]) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.sealer.open_document(self.generation, "record", str(record["sealed"]))
        except (ValueError, KeyError) as error:
            raise StateError(
                f"{JOURNAL} was changed outside of ccdeploy, or belongs to another stack or key",
                where=self._store.where,
                hint=_RESTORE,
            ) from error
        return found

    def _apply(self, record: dict[str, Any]) -> None:
        state = self.state
        if "intent" in record:
            state.begin(deployment.operation_from_json(record["intent"], self.sealer))
        if "demote" in record:
            state.demote(record["demote"])
        if "put" in record:
            state.put(deployment.resource_from_json(record["put"], self.sealer))
        if "drop" in record:
            state.drop(record["drop"])
        if "rename" in record:
            state.rename(*record["rename"])
        if "settle" in record:
            kind, key = record["settle"]
            state.settle(kind, key)

    # ------------------------------------------------------------ changing

    def begin(self, kind: OperationKind, resource: Resource) -> None:
        """Write down that a provider call is about to be made; returns when that is on the disk."""
        operation = Operation(kind, resource)
        with self._lock:
            self.state.begin(operation)
        self._append({"intent": deployment.operation_to_json(operation, self.sealer)})

    def settle(self, kind: OperationKind, resource: Resource) -> None:
        """The call failed and left nothing behind."""
        with self._lock:
            self.state.settle(kind, resource.key)
        self._append({"settle": [kind, resource.key]})

    def effect(
        self,
        kind: OperationKind,
        began: Resource,
        *,
        put: Resource | None = None,
        demote: bool = False,
        drop: str = "",
    ) -> None:
        """Write down what a call did, in one record: `put` stands now, `drop` (a key) is gone."""
        record: dict[str, Any] = {"settle": [kind, began.key]}
        with self._lock:
            if demote:
                self.state.demote(began.urn)
                record["demote"] = began.urn
            if put is not None:
                self.state.put(put)
                record["put"] = deployment.resource_to_json(put, self.sealer)
            if drop:
                self.state.drop(drop)
                record["drop"] = drop
            self.state.settle(kind, began.key)
        self._append(record)

    def put(self, resource: Resource, *, durable: bool) -> None:
        """Record a resource without a call. Not durable: a crash may forget it, since the next run finds it again."""
        with self._lock:
            old = self.state.resources.get(resource.key)
            if old is not None and old.same_as(resource):
                return
            self.state.put(resource)
            self._dirty = True
        if durable:
            self._append({"put": deployment.resource_to_json(resource, self.sealer)})

    def drop(self, key: str) -> None:
        """Forget a resource without a call."""
        with self._lock:
            self.state.drop(key)
        self._append({"drop": key})

    def replace(self, state: State) -> None:
        """Put a whole state in the place of this one; the next `save` makes it durable at once."""
        with self._lock:
            self.state = state
            self._dirty = True

    def rename(self, old: str, new: str) -> None:
        """Give a resource another URN."""
        with self._lock:
            self.state.rename(old, new)
        self._append({"rename": [old, new]})

    def _append(self, record: dict[str, Any]) -> None:
        self._guard()
        with self._lock:
            if self._journal is None:
                self._open()
            self._dirty = True
            journal = self._journal
        assert journal is not None
        sealed: dict[str, Any] = {"sealed": self.sealer.seal_document(self.generation, "record", record)}
        journal.append(
            {**sealed, "fence": self._fence} if self._fence else sealed
        )  # outside of the lock: threads that wait together share one sync

    def _open(self) -> None:
        self._keep_key()
        journal = self._store.journal(JOURNAL, KIND)
        begin = journal.records[0].get("begin") if journal.records else None
        if begin is None:
            journal.append({"begin": self.generation})
        elif begin != self.generation:
            journal.restart([{"begin": self.generation}], KIND)
        self._journal = journal

    def _keep_key(self) -> None:
        if self._key_is_new:
            self._store.write(KEY, self._key)
            self._key_is_new = False

    # ------------------------------------------------------------ snapshots

    def save(self) -> bool:
        """Fold the journal into a new snapshot; nothing is written when nothing changed. Tells whether it wrote."""
        with self._lock:
            if not self._dirty:
                return False
            self._guard()
            self._keep_key()
            body = self.export()
            generation = self.generation + 1
            document = {
                "version": deployment.VERSION,
                "generation": generation,
                "sealed": self.sealer.seal_document(generation, "state", body),
            }
            self._store.write(STATE, json.dumps(document, indent=1).encode())
            self.generation = generation
            self._mark(generation)
            if self._journal is None:
                self._journal = self._store.journal(JOURNAL, KIND)
            self._journal.restart([{"begin": generation}], KIND)
            self._dirty = False
            return True

    def export(self) -> dict[str, Any]:
        """The `deployment` of `pulumi stack export`; secrets stay sealed."""
        with self._lock:
            return deployment.to_json(self.state, self.sealer, self._now(), self._version)

    def close(self) -> None:
        """Close the journal; what was acknowledged is on the disk already."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
