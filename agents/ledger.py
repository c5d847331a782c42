"""Who is ours: the people that this stack created, what was last applied to each, and the journal that keeps it true.

Two files in the store. `agents.ledger` is a sealed snapshot; `agents.journal` holds what happened since: a record
before each call (intent) and one after it (done, or refused). A run killed between the two leaves an intent without an
answer, and the next plan treats exactly that as unknown: an unknown create is looked for in the instance, an unknown
change is sent again. Names and addresses stand in neither file in clear; the journal knows people by keyed ids.
"""

from __future__ import annotations

import json
import threading
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import StateError
from ..stacks.durable.journal import JournalDamaged, current, decode
from .entries import Entry, Patch
from .sealing import Keys, keep_keys, load_keys, temporary_keys
from .snapshot import pack, unpack

if TYPE_CHECKING:
    from ..stacks.cloud.store import Store
    from ..stacks.durable.journal import Journal

LEDGER: Final = "agents.ledger"
JOURNAL: Final = "agents.journal"
UNDO: Final = "agents.undo"
KIND: Final = "agents"
SUSPENDED: Final = "!suspended"  # routing and security of a suspended person


@dataclass(slots=True)
class Ledger:
    """What is known at one moment; read only. `records` counts what the journal adds to the snapshot."""

    keys: Keys
    entries: dict[str, Entry] = field(default_factory=dict)
    generation: int = 0
    records: int = 0


def read_ledger(store: Store, scope: str) -> Ledger:
    """The ledger with everything that its journal adds. Writes nothing. Raises StateError when either is damaged."""
    keys = load_keys(store, scope)
    sealed, journal = store.read(LEDGER), store.read(JOURNAL)
    if keys is None:
        if sealed is not None:
            text = f"{store.where}: {LEDGER} is there without its key"
            raise StateError(text, where=store.where, hint="restore agents.key from a backup", code="ledger-damaged")
        return Ledger(temporary_keys(scope))
    ledger = _snapshot(store, keys, sealed)
    try:
        records, _ = decode(journal or b"", f"{store.where}/{JOURNAL}")
    except JournalDamaged as error:
        hint = "restore it from a backup; nothing was used from it and nothing was changed"
        text = f"{store.where}/{JOURNAL} is damaged at byte {error.offset}: {error.reason}"
        raise StateError(text, where=store.where, hint=hint, code="ledger-damaged") from error
    ledger.records = len(records)
    _replay(ledger, current(records[1:], "f"), store.where)
    return ledger


def _snapshot(store: Store, keys: Keys, sealed: bytes | None) -> Ledger:
    if sealed is None:
        return Ledger(keys)
    generation, entries = unpack(keys.open(sealed, "ledger", f"{store.where}/{LEDGER}"))
    return Ledger(keys, entries, generation)


def _replay(ledger: Ledger, records: list[dict[str, Any]], where: str) -> None:
    """Apply the journal's records. Replaying records that the snapshot already holds changes nothing."""
    base = next((int(r["base"]) for r in records if "base" in r), 0)
    if ledger.generation not in {base, base + 1}:
        text = f"{where}: {LEDGER} has generation {ledger.generation}, its journal continues generation {base}"
        hint = "one of the two was restored without the other: restore both from the same backup"
        raise StateError(text, where=where, hint=hint, code="ledger-damaged")
    if not any("k" in r for r in records):
        return
    names = {ledger.keys.person(name): name for name in ledger.entries}
    open_intents: dict[str, dict[str, Patch]] = {}
    for record in records:
        if "k" in record:
            _replay_one(ledger, record, names, open_intents, where)
    for person, intents in open_intents.items():
        for patch in intents.values():
            _doubt(ledger, names.get(person), patch)


def _replay_one(
    ledger: Ledger, record: dict[str, Any], names: dict[str, str], open_intents: dict[str, dict[str, Patch]], where: str
) -> None:
    person, call = record["k"], record["c"]
    if record["t"] == "intent":
        patch = ledger.keys.open_json(record["s"], "record", f"{where}/{JOURNAL}")
        if "username" in patch:
            names[person] = patch["username"]
        open_intents.setdefault(person, {})[call] = patch
        return
    patch = open_intents.get(person, {}).pop(call, None)
    name = names.get(person)
    if record["t"] != "done" or name is None:
        return
    if call == "DeleteUser":
        ledger.entries.pop(name, None)
    elif patch is not None or "id" in record:  # an answer that was found later has its intent in the snapshot
        _apply(ledger, name, {**(patch or {}), **({"user_id": record["id"]} if "id" in record else {})})


def _apply(ledger: Ledger, name: str, patch: Patch) -> None:
    entry = ledger.entries.get(name)
    if entry is None:
        entry = Entry(username=name, file=patch.get("file", ""))
    ledger.entries[name] = entry.patched(patch)


def _doubt(ledger: Ledger, name: str | None, patch: Patch) -> None:
    if name is None:
        return
    entry = ledger.entries.get(name)
    if entry is not None and entry.user_id is not None:
        ledger.entries[name] = entry.doubted(patch)
    elif "username" in patch:  # a create whose answer never came
        ledger.entries[name] = Entry(username=name, file="").patched(patch)


def read_undo(store: Store, ledger: Ledger) -> dict[str, Entry | None] | None:
    """Who the last run changed, and what each was like before (None: not there); None when there is nothing to undo.

    Raises StateError when the file was changed or belongs to another state of the ledger.
    """
    sealed = store.read(UNDO)
    if sealed is None:
        return None
    opened = json.loads(zlib.decompress(ledger.keys.open(sealed, "undo", f"{store.where}/{UNDO}")))
    if opened["generation"] != ledger.generation or ledger.records > 2:  # a header and the base
        return None
    return {row["username"]: Entry(**row["before"]) if row["before"] else None for row in opened["changed"]}


class Book:
    """The ledger opened for writing, for one run. Safe to use from many threads.

    Nothing is written before the first intent: a run with nothing to do leaves every byte as it was.
    """

    def __init__(self, store: Store, ledger: Ledger, fence: int = 0) -> None:
        """`ledger` is the one that the plan was made from; `open` refuses when it is no longer the stored one."""
        self._store = store
        self._fence = fence
        self.ledger = ledger
        self._open: dict[tuple[str, str], Patch] = {}
        self._journal: Journal | None = None
        self._lock = threading.Lock()

    @property
    def keys(self) -> Keys:
        """The keys; stored once something is to be written."""
        return self.ledger.keys

    def open(self) -> None:
        """Make the key and the journal, before the first intent. Raises StateError when the plan is outdated."""
        if self._journal is not None:
            return
        keep_keys(self._store, self.ledger.keys)
        self._journal = self._store.journal(JOURNAL, KIND)
        found = len(self._journal.records)
        if found != max(self.ledger.records - 1, 0):
            text = f"{self._store.where}: another run changed the agents after this one was planned"
            raise StateError(text, where=self._store.where, hint="run the same command again", code="plan-outdated")
        if not found:
            self._journal.append({"base": self.ledger.generation})

    def intent(self, username: str, call: str, patch: Patch) -> None:
        """Before a call. Returns when the record is on the disk."""
        sealed = self.keys.seal_json(patch, "record")
        with self._lock:
            self._open[username, call] = patch
        self._append({"t": "intent", "k": self.keys.person(username), "c": call, "s": sealed})

    def done(self, username: str, call: str, patch: Patch, user_id: str | None = None) -> None:
        """After a call that arrived."""
        record: dict[str, Any] = {"t": "done", "k": self.keys.person(username), "c": call}
        if user_id is not None:
            record["id"] = user_id
            patch = {**patch, "user_id": user_id}
        self._append(record)
        with self._lock:
            self._open.pop((username, call), None)
            if call == "DeleteUser":
                self.ledger.entries.pop(username, None)
            else:
                _apply(self.ledger, username, patch)

    def refused(self, username: str, call: str, code: str) -> None:
        """After a call that certainly changed nothing."""
        self._append({"t": "refused", "k": self.keys.person(username), "c": call, "e": code})
        with self._lock:
            self._open.pop((username, call), None)

    def note(self, username: str, patch: Patch) -> None:
        """A change of the ledger alone, such as a person who moved to another file."""
        self.intent(username, "Note", patch)
        self.done(username, "Note", patch)

    def forget(self, username: str) -> None:
        """Somebody who is gone without a call of ours."""
        self.intent(username, "DeleteUser", {})
        self.done(username, "DeleteUser", {})

    def close(self) -> None:
        """Write the snapshot and begin a new journal, if anything was written."""
        if self._journal is None:
            return
        with self._journal as journal:
            for (username, _call), patch in self._open.items():
                _doubt(self.ledger, username, patch)
            generation = self.ledger.generation + 1
            self._keep_undo(generation)
            self._store.write(LEDGER, self.keys.seal(pack(generation, self.ledger.entries.values()), "ledger"))
            journal.restart([{"base": generation}], KIND)
        self._journal = None
        self.ledger.generation = generation

    def _keep_undo(self, generation: int) -> None:
        """What everybody who changed was like in the last snapshot; runs killed in between count with this one."""
        before = _snapshot(self._store, self.keys, self._store.read(LEDGER)).entries
        after = self.ledger.entries
        changed = [n for n in {**before, **after} if before.get(n) != after.get(n)]
        rows = [{"username": n, "before": before[n]._asdict() if n in before else None} for n in changed]
        data = json.dumps({"generation": generation, "changed": rows}, separators=(",", ":")).encode()
        self._store.write(UNDO, self.keys.seal(zlib.compress(data, 1), "undo"))

    def _append(self, record: dict[str, Any]) -> None:
        assert self._journal is not None, "open() comes before the first record"
        self._journal.append({**record, "f": self._fence})
