"""The store that operators on several machines share: a prefix of a bucket in any S3 that knows conditional writes.

    PREFIX/<center>.<stack>/<name>                      a file of the store
    PREFIX/<center>.<stack>/<journal>/<first>-<last>    a journal's segments (s3_journal)
    PREFIX/<center>.<stack>/lease.json                  who is at work

Everything is encrypted at rest by S3, with a KMS key if one is named. What was read stays as it was read until the
lease is taken or `refresh`: one run sees one state. An S3 that takes a conditional write without looking at its
condition would let two operators destroy each other's state: it is found out when the lease is taken, and refused.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator

from ...specs.errors import LeaseHeld, Refused, StateError
from ..durable.journal import Journal, JournalDamaged
from .bucket import Bucket, Changed
from .lease import Clock, Lease, Record, Seen, elapsed, held, parse
from .s3_journal import Segments, read_segments
from .store import LEASE, check_name, freed


class S3Seat:
    """A lease as an object. Its age is told by S3's own clock."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @property
    def where(self) -> str:
        """See Seat."""
        return f"{self._bucket.where}/{LEASE}"

    def look(self) -> Seen:
        """See Seat."""
        found = self._bucket.read(LEASE)
        return Seen({}) if found is None else Seen(parse(found.data, self.where), found.age, found.tag)

    def put(self, record: Record, seen: Seen) -> Seen | None:
        """See Seat."""
        try:
            tag = self._bucket.write(LEASE, json.dumps(record).encode(), None if seen.tag is None else str(seen.tag))
        except Changed:
            return None
        return Seen(record, 0.0, tag)

    @contextlib.contextmanager
    def still(self, nonce: str) -> Iterator[None]:
        """See Seat. Every write is conditional, so that nothing needs to be kept still: looked at once is enough."""
        now = self.look()
        if now.record.get("nonce") != nonce:
            raise held(now.record, self.where)
        yield


class S3Store:
    """Implements Store. Safe to use from many threads once it is read."""

    def __init__(self, bucket: Bucket, clock: Clock = elapsed) -> None:
        self.bucket = bucket
        self._clock = clock
        self._tags: dict[str, str] | None = None
        self._read: dict[str, bytes] = {}
        self._written: set[str] = set()  # journals whose segments are others than listed
        self._held: Lease | None = None

    @property
    def where(self) -> str:
        """The bucket and prefix, as a URL."""
        return self.bucket.where

    def _listed(self) -> dict[str, str]:
        if self._tags is None:
            self._tags = self.bucket.tags()
        return self._tags

    def _segments(self, name: str) -> list[str]:
        if name in self._written:
            others = {key: tag for key, tag in self._listed().items() if not key.startswith(f"{name}/")}
            self._tags = {**others, **self.bucket.tags(f"{name}/")}
            self._written.discard(name)
        return sorted(key[len(name) + 1 :] for key in self._listed() if key.startswith(f"{name}/"))

    def read(self, name: str) -> bytes | None:
        """See Store."""
        check_name(name)
        if name not in self._read:
            if name in self._listed():
                found = self.bucket.read(name)
                if found is None:
                    return None
                self._listed()[name] = found.tag
                self._read[name] = found.data
            elif segments := self._segments(name):
                parts = read_segments(self.bucket, name, segments)
                self._read[name] = b"".join(data for _, _, data in parts)
            else:
                return None
        return self._read[name]

    def write(self, name: str, data: bytes) -> None:
        """See Store. Raises LeaseHeld when somebody else has written it since it was read."""
        check_name(name)
        try:
            tag = self.bucket.write(name, data, self._listed().get(name))
        except Changed as error:
            raise self._lost() from error
        self._listed()[name] = tag
        self._read[name] = data

    def delete(self, name: str) -> None:
        """See Store."""
        check_name(name)
        self._check()
        doomed = {name, *(f"{name}/{segment}" for segment in self._segments(name))}
        self.bucket.delete(sorted(doomed & self._listed().keys()))
        self._tags = {key: tag for key, tag in self._listed().items() if key not in doomed}
        self._read.pop(name, None)

    def names(self) -> list[str]:
        """See Store."""
        return sorted({key.partition("/")[0] for key in self._listed()} | self._written)

    def journal(self, name: str, kind: str) -> Journal:
        """See Store."""
        check_name(name)
        self._read.pop(name, None)
        device = _Device(Segments(self.bucket, name, self._lost, self._segments(name)), lambda: self._forget(name))
        try:
            return Journal(f"{self.where}/{name}", kind, device=device)
        except JournalDamaged as error:
            raise StateError(
                f"{self.where}/{name} is damaged at byte {error.offset}: {error.reason}",
                where=self.where,
                hint="restore its last versions in the bucket; nothing was used from it and nothing was changed",
            ) from error

    def put_journal(self, name: str, data: bytes) -> None:
        """Write a journal that comes from elsewhere, its header first."""
        check_name(name)
        Segments(self.bucket, name, self._lost, self._segments(name)).replace(data)
        self._forget(name)

    def _forget(self, name: str) -> None:
        self._read.pop(name, None)
        self._written.add(name)

    def lease(self, what: str = "", wait: float = 0.0) -> Lease:
        """See Store."""
        if not self._listed():
            self._check_bucket()
        return Lease(S3Seat(self.bucket), what, self._clock, wait, self._take)

    def _take(self, lease: Lease) -> None:
        self._held = lease
        self.refresh()
        self._probe()

    def _probe(self) -> None:
        """A write that must be refused. Raises Refused for an S3 that takes it."""
        record = self.bucket.read(LEASE)
        try:
            self.bucket.write(LEASE, record.data if record else b"{}", None)
        except Changed:
            return
        raise Refused(
            f"The S3 behind {self.where} does not look at the conditions of a write: two operators would destroy each "
            "other's state.",
            hint="Use one that knows If-None-Match and If-Match (AWS does), or leave `state:` out of center.yaml.",
            where=self.where,
            code="no-conditional-writes",
        )

    def _check_bucket(self) -> None:
        if not self.bucket.versioned():
            raise Refused(
                f"The bucket {self.bucket.name} keeps no versions, so that a damaged state could not be brought back.",
                hint=f"Switch them on: aws s3api put-bucket-versioning --bucket {self.bucket.name} "
                "--versioning-configuration Status=Enabled",
                where=self.where,
                code="not-versioned",
            )

    def _check(self) -> None:
        if self._held is not None and self._held.active:
            with self._held.still():
                return

    def _lost(self) -> LeaseHeld:
        if self._held is not None:
            return self._held.lost()
        return LeaseHeld("another run writes this state", where=self.where, hint="run again")

    def holder(self) -> Seen:
        """See Store."""
        return S3Seat(self.bucket).look()

    def release(self, seen: Seen) -> bool:
        """See Store."""
        self.refresh()
        return S3Seat(self.bucket).put(freed(seen), seen) is not None

    def set_aside(self, name: str, to: str) -> None:
        """See Store. An interrupted one is done by the next."""
        check_name(name)
        check_name(to)
        self._check()
        old = [key for key in self.bucket.tags(to) if key == to or key.startswith(f"{to}/")]
        self.bucket.delete(old)
        keys = [key for key in self.bucket.tags(name) if key == name or key.startswith(f"{name}/")]
        for key, data in zip(keys, self.bucket.read_all(keys), strict=True):
            if data is not None:
                self.bucket.write(to + key.removeprefix(name), data, None)
        self.bucket.delete(keys)
        self.refresh()

    def refresh(self) -> None:
        """See Store."""
        self._tags = None
        self._read = {}
        self._written = set()


class _Device:
    """Segments whose content the store must not remember once it was written to."""

    def __init__(self, inner: Segments, written: Callable[[], None]) -> None:
        self._inner = inner
        self._written = written

    def load(self) -> bytes:
        """See Device."""
        return self._inner.load()

    def append(self, data: bytes) -> None:
        """See Device."""
        self._inner.append(data)
        self._written()

    def truncate(self, length: int) -> None:
        """See Device."""
        self._inner.truncate(length)

    def replace(self, data: bytes) -> None:
        """See Device."""
        self._inner.replace(data)
        self._written()

    def close(self) -> None:
        """See Device."""
        self._inner.close()
