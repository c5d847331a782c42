"""P1, P1v, P1q, P2: making people at the service's own speed: p01_pace.py [people] [people in virtual time].

P1 is real: a roster is applied over HTTP to the sandbox at the service's pace (2 a second and operation, burst 5) with
100 ms of latency. P1v and P1q run the same pacer against a bucket in virtual time, P1v with 20 kills: a killed run
loses its pacer and up to eight answers, which the next run asks for again.
"""

from __future__ import annotations

import heapq
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccdeploy.agents.directory import Directory
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.rosters import apply_plan, door, plan_rosters
from ccdeploy.sandbox import history
from ccdeploy.sandbox.server import Options, serve
from ccdeploy.specs.load import load
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ratio import RESULTS

RATE, BURST, WORKERS, LATENCY = 2.0, 5, 8, 0.1
CENTER = """\
center: bench
region: eu-central-1
time_zone: Europe/Paris
language: fr-FR
voice: Lea
instance: {alias: bench-line}
hours_of_operation: {always: 24x7}
queues: {information: {hours: always}}
routing_profiles: {helper: {queues: [information], agents: {security_profiles: [volunteer]}}}
security_profiles: {volunteer: {base: agent}}
"""


def real(people: int) -> dict[str, Any]:
    """Seconds from the first CreateUser to the answer of the last, over the bound; with the service's own history."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "center.yaml").write_text(CENTER, encoding="utf-8")
        center = load(folder).center
        assert center is not None
        rows = [
            f"agent{n:04}@example.org,First{chr(97 + n % 26)},Last{chr(97 + n // 26)},helper" for n in range(people)
        ]
        roster = folder / "a.csv"
        roster.write_text("\n".join(["email,first_name,last_name,routing_profile", *rows, ""]), encoding="utf-8")
        running = serve(folder / "sandbox", Options(pace="real", latency=LATENCY))
        try:
            cloud = Cloud("eu-central-1", endpoint_url=running.endpoint)
            directory = furnish(cloud)
            users, store = door(cloud, directory), FileStore(folder / "store")
            plan = plan_rosters(center, [roster], directory, users, store)
            begun = time.monotonic()
            result = apply_plan(plan, users, store, pacer=Pacer())
            took = time.monotonic() - begun
            there = len(list(users.listing()))
        finally:
            running.stop()
        calls = [r for r in history.read(folder / "sandbox") if r["operation"] == "CreateUser"]
        made = Counter(r["parameters"]["Username"] for r in calls if r["effect"])
    bound = (people - BURST) / RATE
    pages = -(-people // 1000)
    return {
        "people": people,
        "seconds": round(took, 2),
        "bound": bound,
        "P1 ratio (<= 1.01)": round(took / bound, 4),
        "lost": people - there,
        "doubled": sum(count - 1 for count in made.values()),
        "failed": len(result.failures),
        "throttled": sum(r["status"] == 429 for r in calls),
        "P2 calls / (N + pages) (<= 1.001)": round((len(made) + pages) / (people + pages), 5),
    }


def furnish(cloud: Cloud) -> Directory:
    """An instance with the profiles of CENTER."""

    def call(method: str, **params: Any) -> dict[str, Any]:
        return cloud.call("connect", method, **params)

    made = call(
        "create_instance",
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias="bench-line",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )
    instance = made["Id"]
    queue = next(
        cloud.pages("connect", "list_queues", "QueueSummaryList", InstanceId=instance, QueueTypes=["STANDARD"])
    )

    def routing(name: str) -> str:
        answer = call(
            "create_routing_profile",
            InstanceId=instance,
            Name=name,
            Description=name,
            DefaultOutboundQueueId=queue["Id"],
            MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
        )
        return str(answer["RoutingProfileId"])

    def security(name: str) -> str:
        answer = call("create_security_profile", InstanceId=instance, SecurityProfileName=name)
        return str(answer["SecurityProfileId"])

    return Directory(
        instance,
        made["Arn"],
        {"helper": routing("helper")},
        {"volunteer": security("volunteer")},
        {},
        routing("bench suspended"),
        security("bench suspended"),
    )


@dataclass
class Service:
    """The far side in virtual time: a token bucket whose rate may change, and who was made how often."""

    rate: Callable[[float], float]
    now: float = 0.0
    tokens: float = BURST
    last: float = 0.0
    throttled: int = 0
    calls: int = 0
    made: Counter[int] = field(default_factory=Counter)

    def take(self) -> bool:
        """One call of CreateUser: whether a token was there."""
        passed, self.last = self.now - self.last, self.now
        self.tokens = min(BURST, self.tokens + passed * self.rate(self.now))
        self.calls += 1
        if self.tokens < 1:
            self.throttled += 1
            return False
        self.tokens -= 1
        return True


def virtual(people: int, rate: Callable[[float], float], kills: int = 0) -> Service:
    """Make `people` with eight workers. After every people / (kills + 1) the process dies between call and record.

    A new process starts with a fresh pacer, asks once for the listing and sends again what has no record; what had
    arrived is answered with "already exists", which costs a call and makes nobody twice.
    """
    service = Service(rate)
    done: set[int] = set()
    deaths = [people * (k + 1) // (kills + 1) for k in range(kills)]
    while len(done) < people:
        pacer = Pacer(clock=lambda: service.now, dice=random.Random(1).random)
        todo = [n for n in range(people) if n not in done][::-1]
        ready = [(service.now, worker, -1) for worker in range(WORKERS)]
        heapq.heapify(ready)
        while ready:
            service.now, worker, person = heapq.heappop(ready)
            if person < 0:
                if not todo:
                    continue
                person = todo.pop()
            pause = pacer.wait("CreateUser")
            if pause:
                heapq.heappush(ready, (service.now + pause, worker, person))
                continue
            if not service.take():
                pacer.throttled("CreateUser")
                heapq.heappush(ready, (service.now + LATENCY, worker, person))
                continue
            if person not in service.made:
                service.made[person] += 1
            if deaths and len(done) >= deaths[0]:
                deaths.pop(0)
                break  # this answer is never heard, nor are those of the other workers
            done.add(person)
            heapq.heappush(ready, (service.now + LATENCY, worker, -1))
    return service


def piecewise(people: int, steps: list[tuple[float, float]]) -> float:
    """Seconds that `people` need at least, when the rate is steps[i][1] from steps[i][0] on."""
    left, at = float(people - BURST), 0.0
    for (begin, rate), (end, _) in zip(steps, [*steps[1:], (float("inf"), 0.0)], strict=True):
        room = (end - begin) * rate
        if left <= room:
            return begin + left / rate
        left -= room
        at = end
    return at


def changing(people: int, shift: float) -> tuple[float, int]:
    """The makespan over its bound, and the throttles, for a quota that changes `shift` seconds past each hour or so."""
    steps = [(0.0, 2.0), (3600.0 + shift, 10.0), (5400.0 + shift, 2.0), (9000.0 + shift, 1.0)]
    service = virtual(people, lambda now: [rate for begin, rate in steps if now >= begin][-1])
    return service.now / piecewise(people, steps), service.throttled


def main() -> None:
    """Print the figures as JSON and keep them; exit code 1 when a target was missed."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 36_000
    one = real(people)
    killed = virtual(many, lambda _now: RATE, kills=20)
    ratio = killed.now / ((many - BURST) / RATE)
    changes = [changing(many, shift) for shift in (0.0, 12.0, 24.0, 36.0, 48.0)]
    quota_ratio = statistics.median(ratio for ratio, _ in changes)
    result = {
        "P1": one,
        "P1v": {
            "people": many,
            "kills": 20,
            "ratio (<= 1.005)": round(ratio, 5),
            "lost": many - len(killed.made),
            "doubled": sum(n - 1 for n in killed.made.values()),
            "calls": killed.calls,
            "throttled": killed.throttled,
        },
        "P1q": {
            "quota": "2 -> 10 -> 2 a second, then half of it taken by others",
            "ratio (<= 1.05)": round(quota_ratio, 4),
            "spread": [round(ratio, 4) for ratio, _ in changes],
            "throttled": max(throttled for _, throttled in changes),
        },
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "P1.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    bad = one["lost"] or one["doubled"] or one["P1 ratio (<= 1.01)"] > 1.01 or one["throttled"] > people * 0.01
    sys.exit(bool(bad or ratio > 1.005 or quota_ratio > 1.05))


if __name__ == "__main__":
    main()
