"""The ledger's snapshot as bytes: a line for the generation, then people by the hundred, compressed.

Lines and not one document, so that 36,000 people need no second copy in memory; what people have in common (files,
profiles, groups, all traits but the fingerprint of who they are) is written once and read as one value.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterable
from itertools import islice

from .entries import Entry

_LEVEL = 1  # of zlib: most of what there is to gain, in a fifth of the time
_MANY = 500  # people a line


def pack(generation: int, entries: Iterable[Entry]) -> bytes:
    """The bytes of a snapshot."""
    packer, people = zlib.compressobj(_LEVEL), iter(entries)
    parts = [packer.compress(_line([generation]))]
    while some := list(islice(people, _MANY)):
        shared: dict[str, int] = {}
        rows = [_row(entry, shared) for entry in some]
        parts.append(packer.compress(_line([[json.loads(text) for text in shared], rows])))
    return b"".join([*parts, packer.flush()])


def _row(entry: Entry, shared: dict[str, int]) -> list[object]:
    """What is one's own, and the number of what is shared with others of the same line."""
    traits = dict(entry.traits)
    own = traits.pop("identity", None)
    common = json.dumps([entry.file, entry.since, traits])
    return [entry.username, entry.user_id, own, entry.base, entry.mail, shared.setdefault(common, len(shared))]


def unpack(data: bytes) -> tuple[int, dict[str, Entry]]:
    """Generation and people by username."""
    lines = io.BytesIO(zlib.decompress(data))
    (generation,) = json.loads(next(lines))
    entries: dict[str, Entry] = {}
    known: dict[str, tuple[str, str | None, dict[str, str]]] = {}
    entry = tuple.__new__  # past the defaults of Entry's own, at half the time
    for line in lines:
        shared, rows = json.loads(line)
        common = [known.setdefault(json.dumps(each), (each[0], each[1], each[2])) for each in shared]
        for username, user_id, own, base, mail, number in rows:
            file, since, traits = common[number]
            if own is not None:
                traits = {**traits, "identity": own}
            entries[username] = entry(Entry, (username, file, user_id, traits, since, base, mail))
    return int(generation), entries


def _line(values: list[object]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"
