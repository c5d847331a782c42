"""The audit log read: every run with what it changed, and whether the chain is whole. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from ..stacks.durable.chain import Fault, Head, Record, examine, record_of
from .actions import applied_center
from .audit_log import HEAD, KIND, LOG, read_head
from .settings import Settings, center_folder
from .wiring import store_of

if TYPE_CHECKING:
    from ..stacks.cloud.store import Store

_BEFORE_THE_HEAD: Final = frozenset({"begin", "waited", "damaged", "cut"})  # written before a first run notes its head
OUTCOMES: Final = {0: "done", 3: "unfinished", 130: "interrupted"}


@dataclass(frozen=True, slots=True)
class Told:
    """One run: its `begin`, its changes, its `end` (None: it was killed, or its end was removed)."""

    begin: Record
    changes: tuple[Record, ...]
    end: Record | None


@dataclass(frozen=True, slots=True)
class Log:
    """What a stack's log says. `path` is where it lies; `entries` are in the order of their numbers."""

    stack: str
    path: str
    entries: tuple[Record, ...]
    faults: tuple[Fault, ...]
    head: Head

    @property
    def runs(self) -> tuple[Told, ...]:
        """The entries run by run."""
        runs: list[tuple[Record, list[Record]]] = []
        ends: dict[int, Record] = {}
        for entry in self.entries:
            if entry["event"] == "begin":
                runs.append((entry, []))
            elif runs and entry["event"] == "end":
                ends[len(runs) - 1] = entry
            elif runs:
                runs[-1][1].append(entry)
        return tuple(Told(begin, tuple(some), ends.get(number)) for number, (begin, some) in enumerate(runs))

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "stack": self.stack,
            "log": self.path,
            "entries": [dict(entry) for entry in self.entries],
            "faults": [{"line": fault.line, "what": fault.what} for fault in self.faults],
            "head": self.head._asdict(),
        }


def read(settings: Settings, folder: Path | None, noted: Sequence[str] = ()) -> Log:
    """The log of the stack. `noted` are heads that somebody wrote down elsewhere, as `NUMBER:HASH`.

    Raises Refused for a head that is none. A stack that was never changed has an empty log.
    """
    place = center_folder(folder)
    center = applied_center(settings, place)
    store = store_of(settings, place, center)
    heads = [parse_head(text) for text in noted]
    own = read_head(store)
    data = store.read(LOG)
    found = examine(data if data is not None else b"", KIND, *heads, *([own] if own else []))
    faults = found.faults if data is not None or heads or own else ()
    entries = tuple(sorted(found.records, key=lambda record: int(record["n"])))
    if own is None and any(entry.get("event") not in _BEFORE_THE_HEAD for entry in entries):
        what = f"{HEAD} is gone from beside the log: whether entries are missing at the end can only be told by --head"
        faults = (*faults, Fault((data or b"").count(b"\n") + 1, what))
    return Log(center.stack_name, f"{store.where}/{LOG}", entries, faults, found.head)


def last_run(store: Store) -> dict[str, Any] | None:
    """The run that changed something last, as `status` tells it; None before the first. Proves nothing of the chain."""
    end: Record | None = None
    for line in reversed((store.read(LOG) or b"").splitlines()):
        entry = record_of(line) or {}
        if entry.get("event") == "end":
            end = end or entry
        elif entry.get("event") == "begin":
            outcome = OUTCOMES.get(int(end.get("exit_code", 0)), "failed") if end else "open"
            told = {word: entry.get(word) for word in ("command", "at", "who", "host")}
            return {**told, "ended": end.get("at") if end else None, "outcome": outcome}
    return None


def parse_head(text: str) -> Head:
    """`12:ab34…`, as `audit verify` prints it. Raises Refused."""
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise Refused(
            f"{text!r} is not the head of an audit log.",
            hint="Give it as `ccdeploy audit verify` printed it: NUMBER:HASH, the hash of 64 hexadecimal digits.",
            code="not-a-head",
        )
    return Head(int(number), digest)
