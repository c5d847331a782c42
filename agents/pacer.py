"""Calls at the service's own speed limit, and not one more.

Connect gives each operation a token bucket, 2 a second with a burst of 5 unless raised (Connect facts 1.1). Each
operation gets the same bucket here (the generic cell rate algorithm: one number, the time at which the bucket is full
again). A throttle is no error: the call waits for the next slot. Throttles that keep coming mean that the quota is
smaller or shared; what got through meanwhile is what it gives, so that becomes the rate. After two quiet minutes a
higher rate is tried for a while: without throttles it stays and the next one is tried soon, with them the rate becomes
what got through and the next trial is a minute away, so a raised quota is found at the cost of a few throttles.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

RATE = 2.0
BURST = 5
FLOOR = 0.1
PROBE_AFTER = 120.0  # quiet seconds before a higher rate is tried
PROBE_LATER = 60.0  # after a trial that failed
PROBE_AGAIN = 0.5  # after a trial that went well
TRIAL = 6.0  # seconds: long enough to use up what a bucket had saved
STEP = 2.0
_MANY = 3  # throttles before the rate goes down; one alone is a clock that runs ahead
_SLOTS = 24  # calls over which it is measured what gets through
_SLOTS_OF_TRIAL = 6  # enough to see that a trial brings nothing
_MORE = 1.1  # of what got through becomes the rate: a few throttles, and whatever another operator leaves is used
_LULL = 5.0  # seconds without a throttle that end a storm of them
_ON_THE_WAY = 8.0  # calls that may have their slot already: as many as there are workers


@dataclass(slots=True)
class _Bucket:
    rate: float | None
    burst: int
    full_at: float = 0.0
    quiet_since: float = 0.0
    patience: float = PROBE_AFTER
    deaf_until: float = 0.0
    good: float | None = None  # the rate below which a trial that failed does not go
    storm: float | None = None  # when throttles began to come, and since then:
    slots: int = 0
    throttles: int = 0
    latest: float = 0.0  # throttle


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
            bucket.slots += 1
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
            if now >= bucket.deaf_until:  # else a call that was on its way when the rate went down
                through = self._through(bucket, now)
                if through is not None:
                    self._slower(bucket, now, through)
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
    def _through(bucket: _Bucket, now: float) -> float | None:
        """Calls a second that got through since throttles began to come; None while that says too little."""
        if bucket.storm is None or now - bucket.latest > _LULL:
            bucket.storm, bucket.slots, bucket.throttles, bucket.latest = now, 0, 0, now
            return None
        bucket.latest = now
        bucket.throttles += 1
        assert bucket.storm is not None
        through = (bucket.slots - bucket.throttles) / max(now - bucket.storm, 1e-3)
        if bucket.good is not None and bucket.slots >= _SLOTS_OF_TRIAL and through < bucket.good * 1.1:
            through = bucket.good
        elif bucket.slots < _SLOTS:
            return None
        if bucket.throttles < _MANY:
            return None
        bucket.storm = None
        return through

    @staticmethod
    def _slower(bucket: _Bucket, now: float, through: float) -> None:
        assert bucket.rate is not None
        if bucket.good is not None:
            bucket.patience = PROBE_LATER
        bucket.rate = max(min(through * _MORE, bucket.rate * 0.97), bucket.rate * 0.3, bucket.good or 0.0, FLOOR)
        bucket.good = None
        bucket.deaf_until = now + _ON_THE_WAY / bucket.rate / 2

    @staticmethod
    def _probe(bucket: _Bucket, now: float) -> None:
        quiet = now - bucket.quiet_since
        if bucket.rate is None:
            return
        if bucket.good is not None and quiet >= TRIAL:
            bucket.good, bucket.patience, bucket.quiet_since = None, PROBE_AGAIN, now
        elif bucket.good is None and quiet >= bucket.patience:
            bucket.good, bucket.rate, bucket.quiet_since = bucket.rate, bucket.rate * STEP, now
