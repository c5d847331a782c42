"""Calls at the service's own speed limit, and not one more.

Connect gives each operation a token bucket, 2 a second with a burst of 5 unless raised (Connect facts 1.1). Each
operation gets the same bucket here (the generic cell rate algorithm: one number, the time at which the bucket is full
again). A throttle is no error: the call waits for the next slot. Throttles that keep coming mean that the quota is
smaller or shared, so the rate goes down. After two quiet minutes a higher rate is tried for a while: the first throttle
takes it back and doubles the time to the next trial, none keeps it, so a raised quota is found at little cost.
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
PROBE_AFTER = 120.0  # quiet seconds before a higher rate is tried; doubled by each trial that fails
PROBE_AFTER_MOST = 1800.0
PROBE_AGAIN = 5.0  # after a trial that went well
TRIAL = 20.0  # seconds: long enough to use up what a bucket had saved
STEP = 1.5
_MANY = 3  # throttles within _WINDOW seconds before the rate goes down; one alone is a clock that runs ahead
_WINDOW = 5.0
_ON_THE_WAY = 8.0  # calls that may have their slot already: as many as there are workers


@dataclass(slots=True)
class _Bucket:
    rate: float | None
    burst: int
    full_at: float = 0.0
    quiet_since: float = 0.0
    patience: float = PROBE_AFTER
    deaf_until: float = 0.0
    good: float | None = None  # the rate to go back to while a higher one is on trial
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
            if now < bucket.deaf_until:
                pass  # a call that was on its way when the rate went down
            elif bucket.good is not None:
                bucket.rate, bucket.good = bucket.good, None
                bucket.patience = min(max(bucket.patience, PROBE_AFTER) * 2, PROBE_AFTER_MOST)
                bucket.deaf_until = now + _ON_THE_WAY / bucket.rate
            elif self._keeps_coming(bucket, now):
                bucket.rate = max(bucket.rate * 0.7, FLOOR)
                bucket.deaf_until = now + _ON_THE_WAY / bucket.rate
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

    @staticmethod
    def _keeps_coming(bucket: _Bucket, now: float) -> bool:
        bucket.throttles.append(now)
        while bucket.throttles[0] < now - _WINDOW:
            bucket.throttles.popleft()
        if len(bucket.throttles) < _MANY:
            return False
        bucket.throttles.clear()
        return True

    @staticmethod
    def _probe(bucket: _Bucket, now: float) -> None:
        quiet = now - bucket.quiet_since
        if bucket.rate is None:
            return
        if bucket.good is not None and quiet >= TRIAL:
            bucket.good, bucket.patience, bucket.quiet_since = None, PROBE_AGAIN, now
        elif bucket.good is None and quiet >= bucket.patience:
            bucket.good, bucket.rate, bucket.quiet_since = bucket.rate, bucket.rate * STEP, now
