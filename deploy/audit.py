"""The audit log read: every run with what it changed, and whether the chain is whole. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from ..stacks.durable.chain import Fault, Head, Record, examine
from .actions import applied_center
from .audit_log import KIND, LOG, read_head
from .settings import Settings, center_folder
from .wiring import store_of


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
        runs: list[Told] = []
        for entry in self.entries:
            if entry["event"] == "begin":
                runs.append(Told(entry, (), None))
            elif runs and entry["event"] == "end":
                runs[-1] = Told(runs[-1].begin, runs[-1].changes, entry)
            elif runs:
                runs[-1] = Told(runs[-1].begin, (*runs[-1].changes, entry), runs[-1].end)
        return tuple(runs)

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
    return Log(center.stack_name, f"{store.where}/{LOG}", entries, faults, found.head)


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
