"""A hash chain over the records of a journal: what was edited, removed, moved or repeated is found and named by line.

Each record carries its number `n` (from 1), `prev`, the hash of the record before it, and `hash`, the SHA-256 of itself
without that key as canonical JSON. Everything is in the file: anybody can check it without a key. A tail that was cut
off, or a chain that was made anew as a whole, is only found against a `Head` that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...specs.frozen import dataclass

START: Final = "0" * 64  # the `prev` of the first record
Record = dict[str, Any]


class Head(NamedTuple):
    """The last record at some moment: its number and its hash. Number 0: nothing was written yet."""

    n: int
    hash: str


class Fault(NamedTuple):
    """What is wrong, and on which physical line of the file (from 1)."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file holds: the records whose own hash fits, in the file's order, and every fault, by line."""

    records: tuple[Record, ...]
    faults: tuple[Fault, ...]

    @property
    def head(self) -> Head:
        """The record with the highest number."""
        last = max(self.records, key=lambda record: int(record["n"]), default=None)
        return Head(0, START) if last is None else Head(int(last["n"]), str(last["hash"]))


def digest(record: Mapping[str, Any]) -> str:
    """The hash of a record, its own `hash` left out."""
    plain = {key: value for key, value in record.items() if key != "hash"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def link(record: Mapping[str, Any], head: Head) -> Record:
    """`record` as the one that follows `head`."""
    linked = {**record, "n": head.n + 1, "prev": head.hash}
    return {**linked, "hash": digest(linked)}


class _Found(NamedTuple):
    line: int
    record: Record


def examine(data: bytes, kind: str, *heads: Head) -> Examined:
    """Read a journal of `kind` without trusting it; `heads` are what was noted elsewhere. Never raises."""
    lines = data.split(b"\n")
    torn = lines.pop()  # "" after the last newline, else a line whose writer was killed: it never counted
    faults: list[Fault] = []
    found: list[_Found] = []
    for number, line in enumerate(lines, 1):
        record = record_of(line)
        if number == 1:
            if record is None or record.get("journal") != kind:
                faults.append(Fault(1, "the first line, which says what the file is, was edited or removed"))
            if record is None or "n" not in record:
                continue
        if record is None or not _whole(record):
            faults.append(Fault(number, "this entry was edited"))
        else:
            found.append(_Found(number, record))
    edited = {fault.line for fault in faults if fault.line > 1}
    faults += _order(found, edited)
    faults += _ends(found, heads, len(lines), bool(torn))
    return Examined(tuple(item.record for item in found), tuple(sorted(faults)))


def record_of(line: bytes) -> Record | None:
    """The entry of a line of a log; None for a torn or damaged one."""
    body = line[9:]
    try:
        record = json.loads(body) if line[:9] == b"%08x " % zlib.crc32(body) else None
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _whole(record: Record) -> bool:
    number = record.get("n")
    return isinstance(number, int) and number > 0 and record.get("hash") == digest(record)


def _order(found: Sequence[_Found], edited: set[int]) -> list[Fault]:
    """Entries that stand elsewhere than their number says, twice, or do not continue the one before them; and gaps."""
    faults: list[Fault] = []
    places: dict[int, _Found] = {}
    highest = 0
    for item in found:
        number = item.record["n"]
        if number in places:
            faults.append(Fault(item.line, f"entry {number} of line {places[number].line} stands here again"))
            continue
        places[number] = item
        if number < highest:
            faults.append(Fault(item.line, f"entry {number} stands out of order, behind entry {highest}"))
        highest = max(highest, number)
    before = 0
    for number in sorted(places):
        item = places[number]
        if number == before + 1:
            previous = places[before].record["hash"] if before else START
            if item.record["prev"] != previous:
                faults.append(
                    Fault(item.line, f"entry {number} does not continue entry {before}: it is not the real one")
                )
        else:
            faults += _gap(before, item, places[before].line if before else 1, edited)
        before = number
    return faults


def _gap(before: int, item: _Found, line: int, edited: set[int]) -> list[Fault]:
    """Numbers that are missing, unless edited lines stand where they were."""
    missing = item.record["n"] - before - 1
    there = sum(line < one < item.line for one in edited)
    if there >= missing:
        return []
    words = _entries(before + 1, item.record["n"] - 1) if not there else f"{missing - there} entries"
    return [Fault(item.line, f"{words} {'was' if missing - there == 1 else 'were'} removed before this line")]


def _entries(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _ends(found: Sequence[_Found], heads: Sequence[Head], lines: int, torn: bool) -> list[Fault]:
    """Whether the file still holds what was noted elsewhere."""
    by_number = {item.record["n"]: item for item in found}
    last = max(by_number, default=0)
    faults: list[Fault] = []
    for head in sorted(set(heads)):
        item = by_number.get(head.n)
        if head.n > last:
            verb = "is" if head.n == last + 1 else "are"
            cut = " (an unfinished line is left of it)" if torn else ""
            faults.append(Fault(lines + 1, f"{_entries(last + 1, head.n)} {verb} missing at the end{cut}"))
        elif item is not None and item.record["hash"] != head.hash:
            faults.append(Fault(item.line, f"entry {head.n} is another one than was noted: the log was written anew"))
    return faults
