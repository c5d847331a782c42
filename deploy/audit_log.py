"""The audit log of a stack: who changed what and when, one entry a change, chained so that tampering shows.

Written under the lease by every command that changes a stack, and only once there is something to tell: a run that
changes nothing leaves every byte as it was. A run is `begin`, its changes, `end`; one that was killed has no `end`, and
the next run says what it settled. People stand in it by the keyed ids of the ledger, never by name or address; of the
operator it tells the account on this machine and, on AWS, the identity.

    audit.log        the journal (durable.journal) of entries (durable.chain)
    audit.head       the last entry's number and hash, so that a cut tail shows
    audit.waiting-*  what was done without the lease while somebody else held it; the next run takes it in
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from ..agents.halts import unwritable
from ..specs.errors import CcdeployError, LeaseHeld, StateError
from ..stacks.durable.chain import START, Head, examine, link

if TYPE_CHECKING:
    from ..stacks.cloud.store import Store
    from ..stacks.durable.journal import Journal

LOG: Final = "audit.log"
HEAD: Final = "audit.head"
WAITING: Final = "audit.waiting-"  # changes that were made while another operator held the lease
KIND: Final = "audit"
_ASIDE: Final = "audit.damaged-{}.log"


def now() -> str:
    """This moment as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def operator() -> dict[str, Any]:
    """Who runs this process, and where."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        user = f"user {os.getuid()}"
    return {"who": user, "host": socket.gethostname(), "pid": os.getpid()}


class AuditLog:
    """The log of one run. Safe to use from many threads; the caller holds the stack's lease."""

    def __init__(self, store: Store, facts: Callable[[], Mapping[str, Any]], clock: Callable[[], str] = now) -> None:
        """`facts` tells what `begin` says of the run: command, stack, target and the like."""
        self._store = store
        self._facts = facts
        self._clock = clock
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._head = Head(0, START)
        self._begun = False
        self._late: list[tuple[str, Mapping[str, Any]]] = []  # made, and not on the disk

    def change(self, event: str, **values: Any) -> None:
        """Write one change and return when it is on the disk. The first one writes `begin` before it.

        Raises StateError when the disk takes no more, or what a shared store raises; `end` then tries once more.
        """
        with self._lock:
            told = {"at": self._clock(), **values}
            try:
                journal = self._opened()
                journal.sync(self._write(journal, event, told))
            except (OSError, CcdeployError) as error:
                self._late.append((event, told))
                self._drop()
                if isinstance(error, OSError):
                    raise unwritable(error, self._store) from error
                raise

    def end(self, **values: Any) -> None:
        """Close the run, if it changed anything. Raises as `change`: the log then lacks the end."""
        with self._lock:
            if self._journal is None and not self._late:
                return
            try:
                journal = self._opened()
                for event, told in self._late:
                    journal.sync(self._write(journal, event, told))
                self._late = []
                journal.sync(self._write(journal, "end", values))
                self._note_head()
            except OSError as error:
                raise unwritable(error, self._store) from error
            finally:
                self._drop()

    def _drop(self) -> None:
        """What was written behind a lost record would break the chain: the journal is read again before the next."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _opened(self) -> Journal:
        if self._journal is None:
            self._journal, found = self._open()
            if not self._begun:
                found.insert(0, ("begin", {**self._facts(), **operator()}))
            for event, values in found:
                self._journal.sync(self._write(self._journal, event, values))
                self._begun = self._begun or event == "begin"
            self._take_in(self._journal)
            self._note_head()
        return self._journal

    def _take_in(self, journal: Journal) -> None:
        """Changes that waited beside the log."""
        for name in self._store.names():
            if name.startswith(WAITING):
                with contextlib.suppress(ValueError, TypeError):
                    journal.sync(self._write(journal, "waited", json.loads(self._store.read(name) or b"{}")))
                self._store.delete(name)

    def _open(self) -> tuple[Journal, list[tuple[str, dict[str, Any]]]]:
        """The journal, its end known, and what is to be told of it.

        A damaged one is put aside and named: a crisis does not wait for an auditor.
        """
        noted = read_head(self._store)
        found: list[tuple[str, dict[str, Any]]] = []
        try:
            journal = self._store.journal(LOG, KIND)
        except StateError:
            found.append(("damaged", self._put_aside()))
            journal = self._store.journal(LOG, KIND)
        last = journal.records[-1] if journal.records else None
        if last is not None:
            self._head = Head(int(last["n"]), str(last["hash"]))
        if not found and noted is not None and noted.n > self._head.n:
            found.append(("cut", {"noted": noted.n, "found": self._head.n}))
        journal.records.clear()  # of no more use here
        return journal, found

    def _put_aside(self) -> dict[str, Any]:
        data = self._store.read(LOG) or b""
        digest = hashlib.sha256(data).hexdigest()
        kept = _ASIDE.format(digest[:12])
        self._store.write(kept, data)
        self._store.delete(LOG)
        faults = examine(data, KIND).faults
        return {"kept": kept, "sha256": digest, "lines": [fault.line for fault in faults]}

    def _write(self, journal: Journal, event: str, values: Mapping[str, Any]) -> int:
        record = link({"at": self._clock(), "event": event, **values}, self._head)
        number = journal.write(record)
        self._head = Head(record["n"], record["hash"])
        return number

    def _note_head(self) -> None:
        self._store.write(HEAD, json.dumps(self._head._asdict()).encode())


def read_head(store: Store) -> Head | None:
    """What the last run noted, or None before the first. A head that cannot be read is none."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        data = store.read(HEAD)
        if data is not None:
            found = json.loads(data)
            return Head(int(found["n"]), str(found["hash"]))
    return None


def noted(store: Store, facts: Mapping[str, Any], event: str, **values: Any) -> None:
    """`once` for a change that waits for no lease. While another operator is at work it is kept beside the log, and the
    next run that changes something takes it in.
    """
    try:
        with store.lease(str(facts["command"])):
            once(store, facts, event, **values)
    except LeaseHeld:
        record = {**facts, **operator(), "made_at": now(), "change": event, **values}
        store.write(f"{WAITING}{secrets.token_hex(8)}", json.dumps(record).encode())


def once(store: Store, facts: Mapping[str, Any], event: str, **values: Any) -> None:
    """A change that is a run of its own, such as taking a lease away."""
    log = AuditLog(store, lambda: facts)
    log.change(event, **values)
    log.end(exit_code=0)
