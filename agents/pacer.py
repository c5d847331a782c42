"""Calls at the service's own speed limit, and hardly one more.

Connect gives each operation a token bucket, 2 a second with a burst of 5 unless raised (Connect facts 1.1). Each
operation gets the same bucket here (the generic cell rate algorithm: one number, the time at which the bucket is full
again). A throttle is no error: the call waits for the next slot.

- Throttles that keep coming mean that the quota is smaller or shared: what got through meanwhile becomes the rate.
- Now and then more is asked for, for a few seconds: a trial. The first throttle ends it. How long it came in coming
  tells what the bucket gives, so that a trial which finds nothing costs one throttle. Below the documented rate a trial
  comes each eight seconds, and what another operator leaves is used at once; at it or above, each minute.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

RATE = 2.0
BURST = 5
FLOOR = 0.1
TRIAL = 6.0  # seconds that a trial without a throttle takes: long enough to use up what a bucket had saved
TRIAL_EACH = 60.0  # seconds from one trial to the next
TRIAL_LOW = 8.0  # the same where the rate is below the documented one
TRIAL_AGAIN = 0.5  # seconds after a trial that went well
STEP = 2.0  # what a trial asks for, over the rate; the documented rate where that is more
GAIN = 1.1  # less than so much more is not worth a change
MANY = 3  # throttles before the rate goes down; one alone is a clock that runs ahead
WINDOW = 24  # calls over which it is measured what gets through, and
STORM = 40.0  # seconds: before, asking too often costs less than asking too little
LULL = 6.0  # calls' time without a throttle that ends a storm of them
ECHO = 0.5  # seconds after a change in which throttles are those of calls that were under way
_SOON = 1e-6  # seconds


@dataclass(slots=True)
class _Bucket:
    """Times in seconds of the pacer's clock. `rate` None: no limit is known."""

    rate: float | None
    burst: int
    full_at: float
    next_trial: float
    known: float = RATE  # what is documented
    before: float | None = None  # the rate to go back to; None when no trial is on
    trial_at: float = 0.0
    deaf_until: float = 0.0
    storm: float | None = None  # when throttles began to come, and since then:
    calls: int = 0
    throttles: int = 0
    latest: float = 0.0  # throttle

    def set(self, rate: float, now: float) -> None:
        """Another rate from now on; what is used of the burst stays used."""
        if self.rate is not None:
            self.full_at = now + max(self.full_at - now, 0.0) * self.rate / rate
        self.rate = rate


class Pacer:
    """Slots for calls. `rate` None is no limit until the first throttle. Safe to use from many threads."""

    def __init__(
        self,
        rate: float | None = RATE,
        burst: int = BURST,
        *,
        clock: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """`dice` (0 to 1) keeps two operators from asking in step, where one of them would get nothing."""
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._dice = dice
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, operation: str, sleep: Callable[[float], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Return with a slot taken, or without one once `stopped()`; `sleep` waits."""
        while not stopped() and (pause := self.wait(operation)):
            sleep(pause)

    def wait(self, operation: str) -> float:
        """0.0: the call may be sent now, its slot is taken. Else the seconds after which to ask again."""
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            if bucket.rate is None:
                return 0.0
            self._try(bucket, now)
            interval = 1.0 / bucket.rate
            pause = bucket.full_at - (bucket.burst - 1) * interval - now
            if pause > _SOON:
                return pause
            bucket.full_at = max(bucket.full_at, now) + interval
            bucket.calls += 1
            return 0.0

    def throttled(self, operation: str) -> None:
        """The service said no: wait a slot longer, end a trial, and slow down when it keeps saying so."""
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            if bucket.rate is None:
                bucket.rate, bucket.burst, bucket.known = RATE, 1, RATE
                bucket.full_at = now + 1.0 / RATE
                bucket.next_trial = now + TRIAL_AGAIN
                return
            if bucket.before is not None:
                self._end_trial(bucket, now)
            elif now >= bucket.deaf_until:
                self._count(bucket, now)
            interval = 1.0 / bucket.rate
            bucket.full_at = max(bucket.full_at, now + (bucket.burst - 1 + self._dice()) * interval)

    def rate(self, operation: str) -> float | None:
        """The present rate a second, None without a limit."""
        with self._lock:
            return self._bucket(operation, self._clock()).rate

    def _bucket(self, operation: str, now: float) -> _Bucket:
        bucket = self._buckets.get(operation)
        if bucket is None:
            bucket = _Bucket(self._rate, self._burst, now, now + 2 * TRIAL_EACH, self._rate or RATE)
            self._buckets[operation] = bucket
        return bucket

    @staticmethod
    def _try(bucket: _Bucket, now: float) -> None:
        """Begin a trial when it is time, and keep what it brought when it went well."""
        assert bucket.rate is not None
        if bucket.before is not None:
            if now - bucket.trial_at >= TRIAL:
                bucket.before, bucket.next_trial = None, now + TRIAL_AGAIN
        elif now >= bucket.next_trial:
            bucket.before, bucket.trial_at, bucket.storm = bucket.rate, now, None
            bucket.set(bucket.known if bucket.rate < bucket.known else bucket.rate * STEP, now)

    @staticmethod
    def _end_trial(bucket: _Bucket, now: float) -> None:
        """What the trial showed: with `burst` calls saved, asking for `rate` until the first throttle."""
        assert bucket.rate is not None
        assert bucket.before is not None
        gives = bucket.rate - (bucket.burst - 1) / max(now - bucket.trial_at, 1e-3)
        if gives < bucket.before * GAIN:
            bucket.set(bucket.before, now)
            bucket.next_trial = now + (TRIAL_LOW if bucket.before < bucket.known else TRIAL_EACH)
        else:
            bucket.set(gives, now)
            bucket.next_trial = now + TRIAL_EACH
        bucket.before, bucket.deaf_until = None, now + ECHO

    @staticmethod
    def _count(bucket: _Bucket, now: float) -> None:
        """One throttle more of a storm. After enough of them the rate is what got through."""
        assert bucket.rate is not None
        if bucket.storm is None or now - bucket.latest > max(LULL / bucket.rate, 5.0):
            bucket.storm, bucket.calls, bucket.throttles = now, 0, 0
        else:
            bucket.throttles += 1
        bucket.latest = now
        if bucket.throttles < MANY or bucket.calls < WINDOW or now - bucket.storm < STORM:
            return
        through = (bucket.calls - bucket.throttles) / max(now - bucket.storm, 1e-3)
        bucket.set(max(min(through, bucket.rate), bucket.rate * 0.3, FLOOR), now)
        bucket.storm, bucket.deaf_until = None, now + ECHO
        bucket.next_trial = now + TRIAL_LOW
