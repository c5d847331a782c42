"""How many people a load needs: Erlang C, which assumes that callers wait as long as it takes."""

from __future__ import annotations

from math import exp

MOST = 100_000  # busy people at once that are still worth a sum


def traffic(calls_per_hour: float, handle_time: int) -> float:
    """Calls in progress at once on average, in erlangs. `handle_time` in seconds."""
    return calls_per_hour * handle_time / 3600


def answered(people: int, erlangs: float, handle_time: int, within: int) -> float:
    """The share (0 to 1) of callers answered `within` seconds by `people` who serve `erlangs` of traffic."""
    if people <= erlangs:
        return 0.0
    blocked = 1.0
    for busy in range(1, people + 1):
        blocked = erlangs * blocked / (busy + erlangs * blocked)
    waits = blocked / (1 - erlangs / people * (1 - blocked))
    return 1 - waits * exp(-(people - erlangs) * within / handle_time)


def people_needed(calls_per_hour: float, handle_time: int, within: int, share: float) -> int | None:
    """The fewest people who answer `share` of the calls `within` seconds; None beyond what is worth a sum."""
    erlangs = traffic(calls_per_hour, handle_time)
    if erlangs > MOST:
        return None
    blocked, people = 1.0, 0
    while True:
        people += 1
        blocked = erlangs * blocked / (people + erlangs * blocked)
        if people <= erlangs:
            continue
        waits = blocked / (1 - erlangs / people * (1 - blocked))
        if 1 - waits * exp(-(people - erlangs) * within / handle_time) >= min(share, 0.999_999):
            return people
