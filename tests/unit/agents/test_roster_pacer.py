"""The pacer against a token bucket like the service's, in virtual time."""

from __future__ import annotations

import heapq
import random
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


def race(crews: list[int], rate: Callable[[float], float] = lambda _now: 2.0) -> tuple[float, int]:
    """Operators with eight workers and `crews[i]` calls each on one quota: seconds until all arrived, and throttles."""
    clock, dice = Clock(), random.Random(20260401)
    pacers = [Pacer(clock=clock, dice=dice.random) for _ in crews]
    bucket = Bucket(clock, rate)
    start, left = clock.now, list(crews)
    ready = [(clock.now + dice.random() * LATENCY, worker) for worker in range(WORKERS * len(crews))]
    heapq.heapify(ready)
    while ready:
        clock.now, worker = heapq.heappop(ready)
        who = worker % len(crews)
        if not left[who]:
            continue
        wait = pacers[who].wait("CreateUser")
        if not wait:
            wait = LATENCY * (1 + dice.random())
            if bucket.take():
                left[who] -= 1
            else:
                pacers[who].throttled("CreateUser")
        heapq.heappush(ready, (clock.now + wait, worker))
    return clock.now - start, bucket.refused


def makespan(people: int, rate: Callable[[float], float] = lambda _now: 2.0) -> tuple[float, int]:
    """As `race`, with one operator."""
    return race([people], rate)


def test_thirty_six_thousand_people_take_the_quotas_time_and_half_a_percent_more_at_most() -> None:
    took, throttled = makespan(36_000)
    bound = (36_000 - 5) / 2
    assert took / bound <= 1.005
    assert throttled <= 360


def test_two_hundred_people_take_the_quotas_time_and_one_percent_at_most() -> None:
    took, throttled = makespan(200)
    assert took / ((200 - 5) / 2) <= 1.01
    assert throttled <= 2


@pytest.mark.parametrize("quota", [0.7, 1.0, 1.3, 1.7])
def test_a_smaller_or_shared_quota_is_measured_and_used_whole(quota: float) -> None:
    took, _ = makespan(3000, lambda _now: quota)
    assert took / ((3000 - 5) / quota) <= 1.005


@pytest.mark.parametrize("crews", [[60, 60], [600, 600], [600, 200], [400, 400, 400]])
def test_operators_who_share_one_quota_use_it_whole(crews: list[int]) -> None:
    took, _ = race(crews)
    assert took / ((sum(crews) - 5) / 2) <= 1.009


def test_a_raised_quota_is_found() -> None:
    took, throttled = makespan(20_000, lambda _now: 10.0)
    assert took / ((20_000 - 5) / 10) <= 1.25
    assert throttled <= 400


def test_a_quota_shared_with_others_slows_down_and_loses_nobody() -> None:
    took, throttled = makespan(2000, lambda _now: 1.0)
    assert took / ((2000 - 5) / 1) <= 1.1
    assert throttled <= 300


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
    assert [pacer.wait("CreateUser") for _ in range(7)] == [0.0] * 5 + [0.5, 0.5]
    assert pacer.wait("UpdateUserHierarchy") == 0.0
    clock.now += 0.5
    assert [pacer.wait("CreateUser") for _ in range(2)] == [0.0, 0.5]


def test_passwords_match_connects_pattern_and_are_all_different() -> None:
    made = [new_password() for _ in range(2000)]
    assert len(set(made)) == 2000
    for password in made:
        assert len(password) == 64
        assert any(c.islower() for c in password)
        assert any(c.isupper() for c in password)
        assert any(c.isdigit() for c in password)
        assert not any(c.isspace() for c in password)
