"""Calls at the service's own speed limit, and not one more.

Connect gives each operation a token bucket, 2 a second with a burst of 5 unless raised (Connect facts 1.1). Each
operation gets the same bucket here (the generic cell rate algorithm: one number, the time at which the bucket is full
again). A throttle is no error: the call waits for the next slot. Throttles that keep coming mean that the quota is
smaller or shared, so the rate goes down; a quiet minute lets it probe upwards, so a raised quota is found.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

RATE = 2.0
BURST = 5
FLOOR = 0.1
PROBE_AFTER = 60.0  # seconds without a throttle
_MANY = 3  # throttles within _WINDOW seconds before the rate goes down; one alone is a clock that runs ahead
_WINDOW = 5.0


@dataclass(slots=True)
class _Bucket:
    rate: float | None
    burst: int
    full_at: float = 0.0
    quiet_since: float = 0.0
    throttles: deque[float] = field(default_factory=deque)


class Pacer:
    """Slots for calls. `rate` None is no limit until the first throttle. Safe to use from many threads."""

    def __init__(
        self,
        rate: float | None = RATE,
        burst: int = BURST,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, operation: str) -> float:
        """Take the next slot of `operation` and return the seconds until it."""
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            self._probe(bucket, now)
            if bucket.rate is None:
                return 0.0
            interval = 1.0 / bucket.rate
            slot = max(now, bucket.full_at - (bucket.burst - 1) * interval)
            bucket.full_at = max(bucket.full_at, slot) + interval
            return slot - now

    def throttled(self, operation: str) -> None:
        """The service said no: wait a slot longer, and slow down when it keeps saying so."""
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            bucket.quiet_since = now
            if bucket.rate is None:
                bucket.rate, bucket.burst = RATE, 1
                bucket.full_at = now + 1.0 / RATE
                return
            bucket.throttles.append(now)
            while bucket.throttles and bucket.throttles[0] < now - _WINDOW:
                bucket.throttles.popleft()
            if len(bucket.throttles) >= _MANY:
                bucket.rate = max(bucket.rate * 0.7, FLOOR)
                bucket.throttles.clear()
            interval = 1.0 / bucket.rate
            bucket.full_at = max(bucket.full_at, now + bucket.burst * interval)

    def rate(self, operation: str) -> float | None:
        """The present rate a second, None without a limit."""
        with self._lock:
            return self._bucket(operation, self._clock()).rate

    def _bucket(self, operation: str, now: float) -> _Bucket:
        bucket = self._buckets.get(operation)
        if bucket is None:
            bucket = self._buckets[operation] = _Bucket(self._rate, self._burst, now, now)
        return bucket

    def _probe(self, bucket: _Bucket, now: float) -> None:
        if bucket.rate is not None and now - bucket.quiet_since >= PROBE_AFTER:
            bucket.rate *= 1.5
            bucket.quiet_since = now
