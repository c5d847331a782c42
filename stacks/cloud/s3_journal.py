"""A journal in S3: numbered segments that are only ever created, so that two writers cannot both write the next one.

    NAME/<first>-<last>   ten digits each; one segment holds the bytes of the numbers from first to last

Each write creates the segment after the last one known, with `If-None-Match: *`: who lost the lease collides with the
segments of its successor and is stopped by S3. Sixty-four segments are folded into one that stands for their numbers,
and those into larger ones, so that a journal of 36,000 people is read with a few hundred requests. A journal that
begins anew writes its first line into the next segment and removes the older ones; what comes before the last segment
that begins with a header is not read, so that removing may be interrupted.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

from ...specs.errors import LeaseHeld
from .bucket import Bucket, Changed

_SEGMENT: Final = re.compile(r"(\d{10})-(\d{10})")
_FOLD: Final = 64
_HEADER: Final = b'{"journal":'  # what a header's JSON begins with; a checksum of eight digits and a space precede it


class Segments:
    """The device of a journal in S3. Implements durable.journal.Device; one thread at a time."""

    def __init__(
        self, bucket: Bucket, name: str, lost: Callable[[], LeaseHeld], known: list[str] | None = None
    ) -> None:
        """`lost` makes the error of a writer whose lease was taken; `known` are the segments, if they were listed."""
        self._bucket = bucket
        self._name = name
        self._lost = lost
        self._lock = threading.Lock()
        self._segments: list[tuple[int, int, bytes]] = []
        self._last = 0
        self._litter: list[str] = []  # what an interrupted removal left
        self._load(known)

    def _load(self, known: list[str] | None) -> None:
        listed = known if known is not None else segments_of(self._bucket, self._name)
        self._last = max((last for _, last in map(_numbers, listed)), default=0)
        self._segments = read_segments(self._bucket, self._name, listed)
        kept = {_key("", first, last)[1:] for first, last, _ in self._segments}
        self._litter = [f"{self._name}/{key}" for key in listed if key not in kept]

    def load(self) -> bytes:
        """The whole content."""
        return b"".join(data for _, _, data in self._segments)

    def append(self, data: bytes) -> None:
        """Create the next segment. Raises LeaseHeld when another run has written it, StateError."""
        with self._lock:
            self._create(data)
            self._fold()

    def _create(self, data: bytes) -> None:
        number = self._last + 1
        try:
            self._bucket.write(_key(self._name, number, number), data, None)
        except Changed as error:
            raise self._lost() from error
        self._last = number
        self._segments.append((number, number, data))

    def _fold(self) -> None:
        """Sixty-four segments of one size become one."""
        width = 1
        while True:
            run = [entry for entry in self._segments if entry[1] - entry[0] + 1 == width]
            if len(run) < _FOLD or self._segments[-_FOLD:] != run[-_FOLD:]:
                return
            run = run[-_FOLD:]
            first, last = run[0][0], run[-1][1]
            data = b"".join(entry[2] for entry in run)
            try:
                self._bucket.write(_key(self._name, first, last), data, None)
            except Changed as error:
                raise self._lost() from error
            self._segments[-_FOLD:] = [(first, last, data)]
            self._bucket.delete(_key(self._name, a, b) for a, b, _ in run)
            width = last - first + 1

    def truncate(self, length: int) -> None:
        """A segment is whole or not there: there is no torn tail."""
        raise AssertionError(f"a segment of {self._name} holds a torn line at {length}")

    def replace(self, data: bytes) -> None:
        """Begin anew with `data`, whose first line is a header."""
        with self._lock:
            older = [*self._litter, *(_key(self._name, first, last) for first, last, _ in self._segments)]
            self._create(data)
            self._litter = []
            self._segments = self._segments[-1:]
            self._bucket.delete(older)

    def close(self) -> None:
        """Nothing is open."""


def segments_of(bucket: Bucket, name: str) -> list[str]:
    """The segments that there are, by their numbers."""
    found = (key.removeprefix(f"{name}/") for key in bucket.tags(f"{name}/"))
    return sorted(key for key in found if _SEGMENT.fullmatch(key))


def read_segments(bucket: Bucket, name: str, listed: list[str]) -> list[tuple[int, int, bytes]]:
    """Number and content of the segments that count, in order; read anew while a writer folds them under our hands."""
    for _ in range(5):
        kept: list[tuple[int, int]] = []
        for first, last in sorted(map(_numbers, listed), key=lambda pair: (pair[0], -pair[1])):
            if not kept or last > kept[-1][1]:
                kept.append((first, last))
        contents = bucket.read_all(_key(name, first, last) for first, last in kept)
        if None not in contents:
            found = [(first, last, data or b"") for (first, last), data in zip(kept, contents, strict=True)]
            starts = [index for index, entry in enumerate(found) if entry[2][9:].startswith(_HEADER)]
            return found[starts[-1] :] if starts else found
        listed = segments_of(bucket, name)
    raise Changed(f"{bucket.where}/{name} is being written; run the command again", where=bucket.where)


def _numbers(key: str) -> tuple[int, int]:
    match = _SEGMENT.fullmatch(key)
    assert match is not None, key
    return int(match[1]), int(match[2])


def _key(name: str, first: int, last: int) -> str:
    return f"{name}/{first:010d}-{last:010d}"
