"""The pacer against a token bucket like the service's, in virtual time."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import pytest
from ccdeploy.agents.credentials import new_password
from ccdeploy.agents.pacer import Pacer

WORKERS = 8
LATENCY = 0.1


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Bucket:
    """The service's side: `rate(now)` tokens a second, a burst of 5."""

    def __init__(self, clock: Clock, rate: Callable[[float], float]) -> None:
        self.clock, self.rate = clock, rate
        self.tokens, self.last = 5.0, clock.now
        self.refused = 0

    def take(self) -> bool:
        now = self.clock.now
        self.tokens = min(5.0, self.tokens + (now - self.last) * self.rate(now))
        self.last = now
        if self.tokens >= 1.0:
            self.tokens -= 1.0
            return True
        self.refused += 1
        return False


def makespan(people: int, rate: Callable[[float], float] = lambda _now: 2.0) -> tuple[float, int]:
    """Seconds until `people` calls of eight workers arrived, and how many were throttled on the way."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    bucket = Bucket(clock, rate)
    start, left, done = clock.now, people, 0
    ready = [(clock.now, worker, "ask") for worker in range(WORKERS)]
    while done < people:
        clock.now, worker, what = heapq.heappop(ready)
        if what == "ask":
            if left:
                left -= 1
                heapq.heappush(ready, (clock.now + pacer.wait("CreateUser"), worker, "send"))
        elif bucket.take():
            done += 1
            heapq.heappush(ready, (clock.now + LATENCY, worker, "ask"))
        else:
            pacer.throttled("CreateUser")
            heapq.heappush(ready, (clock.now + LATENCY + pacer.wait("CreateUser"), worker, "send"))
    return clock.now - start, bucket.refused


def test_thirty_six_thousand_people_take_the_quotas_time_and_half_a_percent_more_at_most() -> None:
    took, throttled = makespan(36_000)
    bound = (36_000 - 5) / 2
    assert took / bound <= 1.005
    assert throttled <= 3600  # a higher rate is tried each minute


def test_two_hundred_people_take_the_quotas_time_and_one_percent_at_most() -> None:
    took, throttled = makespan(200)
    assert took / ((200 - 5) / 2) <= 1.01
    assert throttled <= 2


@pytest.mark.parametrize("quota", [0.7, 1.0, 1.3, 1.7])
def test_a_smaller_or_shared_quota_is_measured_and_used_whole(quota: float) -> None:
    took, _ = makespan(3000, lambda _now: quota)
    assert took / ((3000 - 5) / quota) <= 1.005


def test_two_operators_share_one_quota_and_both_finish() -> None:
    clock = Clock()
    bucket = Bucket(clock, lambda _now: 2.0)
    pacers = [Pacer(clock=clock), Pacer(clock=clock)]
    left, done = [600, 600], [0, 0]
    ready = [(clock.now, worker, "ask") for worker in range(2 * WORKERS)]
    start = clock.now
    while sum(done) < 1200:
        clock.now, worker, what = heapq.heappop(ready)
        who = worker % 2
        if what == "ask":
            if left[who]:
                left[who] -= 1
                heapq.heappush(ready, (clock.now + pacers[who].wait("CreateUser"), worker, "send"))
        elif bucket.take():
            done[who] += 1
            heapq.heappush(ready, (clock.now + LATENCY, worker, "ask"))
        else:
            pacers[who].throttled("CreateUser")
            heapq.heappush(ready, (clock.now + LATENCY + pacers[who].wait("CreateUser"), worker, "send"))
    assert done == [600, 600]
    assert (clock.now - start) / ((1200 - 5) / 2) <= 1.15


def test_a_raised_quota_is_found() -> None:
    took, throttled = makespan(20_000, lambda _now: 10.0)
    assert took / ((20_000 - 5) / 10) <= 1.25
    assert throttled <= 400


def test_a_quota_shared_with_others_slows_down_and_loses_nobody() -> None:
    took, throttled = makespan(2000, lambda _now: 1.0)
    assert took / ((2000 - 5) / 1) <= 1.1
    assert throttled <= 500


def test_without_a_limit_there_is_no_wait_until_the_first_throttle() -> None:
    clock = Clock()
    pacer = Pacer(None, clock=clock)
    assert [pacer.wait("CreateUser") for _ in range(100)] == [0.0] * 100
    pacer.throttled("CreateUser")
    assert pacer.wait("CreateUser") > 0
    assert pacer.wait("UpdateUserHierarchy") == 0.0


def test_each_operation_has_a_bucket_of_its_own() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock)
    assert [pacer.wait("CreateUser") for _ in range(7)] == [0.0] * 5 + [0.5, 1.0]
    assert pacer.wait("UpdateUserHierarchy") == 0.0


def test_passwords_match_connects_pattern_and_are_all_different() -> None:
    made = [new_password() for _ in range(2000)]
    assert len(set(made)) == 2000
    for password in made:
        assert len(password) == 64
        assert any(c.islower() for c in password)
        assert any(c.isupper() for c in password)
        assert any(c.isdigit() for c in password)
        assert not any(c.isspace() for c in password)
