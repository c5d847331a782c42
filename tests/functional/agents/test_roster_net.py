"""The network's faults at every call of a roster: the run finishes, or says how to go on; nobody is lost or twice.

What was done is taken from the emulator's own history, what stands from its users. A run with people of every fate
(kept, moved, suspended, removed, tagged anew, made with and without languages) makes fourteen calls.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan
from ccdeploy.agents.rosters import AgentResult, apply_plan, door, plan_rosters
from ccdeploy.sandbox.faults import Fault, Faults
from ccdeploy.sandbox.server import Options
from ccdeploy.specs.errors import CcdeployError, CloudError, Unfinished
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.names import TAG_STACK

from .conftest import REGION, Bench, row

CALLS = 14  # of the roster under test, reading included
MUTATIONS = 12
EVERY = range(1, CALLS + 1)
STEP = 1 if os.environ.get("CCDEPLOY_TORTURE") else 3  # each kind of fault meets every third call, each call some kind
OUTLIVED = {
    "throttle": Fault("*", "throttle"),
    "storm": Fault("*", "throttle-storm", calls=10),
    "reset": Fault("*", "reset"),
    "lose-answer": Fault("*", "lose-answer"),
    "500-after": Fault("*", "500-after-effect"),
    "refuse": Fault("*", "refuse"),
    "hang": Fault("*", "hang", seconds=0.5),
}
STOPPING = {
    "expired": (Fault("*", "expire-credentials"), "sign in again"),
    "forbidden": (Fault("*", "refuse", error="AccessDeniedException"), "credentials lack connect:"),
}
READS = {"ListUsers", "DescribeUser", "ListUserProficiencies", "GetCurrentUserData"}
FATES = ("stay", "leave", "gone", "move", "tags", "newa", "newb")


def nothing(_seconds: float) -> None:
    """No waiting: what waits are worth is the pacer's own test."""


class Hurry:
    """A clock that nothing but sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Case:
    """One roster of people whom no other case knows, and the fault that its run meets."""

    name: str
    fault: Fault

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def rows_before(self) -> list[str]:
        """The people whom an earlier run left."""
        stay, leave, gone, move, tags, _, _ = (f"{self.name}.{fate}" for fate in FATES)
        return [row(stay), row(leave), row(gone), row(move, "nurse", "fr"), row(tags, tags="a=1|c=3")]

    def rows_after(self) -> list[str]:
        """One person of every fate."""
        stay, _, gone, move, tags, newa, newb = (f"{self.name}.{fate}" for fate in FATES)
        moved = row(move, "nurse", "fr|en", security="lead", group="Paris/Day")
        made = [row(newa, "nurse", "fr|en"), row(newb)]
        return [row(stay), row(gone, status="removed"), row(tags, tags="b=2|c=3"), moved, *made]


class Net:
    """A bench whose calls meet faults, driven as the commands drive it, without a wait."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        # so impatient that a call that hangs is an answer lost
        self.cloud = Cloud(REGION, endpoint_url=bench.running.endpoint, sleep=nothing, patience=0.25)
        self.users = door(self.cloud, bench.directory)

    def plan(self, *files: Path) -> AgentPlan:
        return plan_rosters(self.bench.center, files, self.bench.directory, self.users, self.bench.store)

    def apply(self, *files: Path) -> AgentResult:
        time = Hurry()
        pacer = Pacer(None, clock=time)
        return apply_plan(self.plan(*files), self.users, self.bench.store, pacer=pacer, sleep=time.sleep)

    def begin(self, cases: list[Case]) -> None:
        """What an earlier run left, for all cases at once; then their new rosters."""
        assert self.apply(*[self.bench.roster(c.rows_before(), c.file) for c in cases]).error is None
        for case in cases:
            self.bench.roster(case.rows_after(), case.file)

    def meets(self, case: Case) -> AgentResult | CcdeployError:
        """Apply with the fault in the way. Returns what the run came to."""
        application = self.bench.running.application
        application.faults = Faults((case.fault,))
        try:
            return self.apply(self.bench.folder / case.file)
        except CloudError as error:
            return error
        finally:
            application.faults = Faults()

    def stands(self) -> dict[str, Any]:
        """Everybody as the instance holds them: profile, rights, group, languages and tags by username."""
        found = {}
        for user in self.cloud.pages(
            "connect", "search_users", "Users", InstanceId=self.bench.directory.instance_id, MaxResults=500
        ):
            assert user["Tags"].pop(TAG_STACK) == "line.dev"
            found[user["Username"]] = (
                user["RoutingProfileId"],
                user["SecurityProfileIds"],
                user.get("HierarchyGroupId"),
                sorted(p.value for p in self.users.proficiencies(user["Id"])),
                {k: v for k, v in user["Tags"].items() if not k.startswith("ccdeploy:")},
            )
        return found

    def expected(self, case: Case) -> dict[str, Any]:
        d = self.bench.directory
        nurse, helper = d.routing_profiles["nurse-fr-en"], d.routing_profiles["helper"]
        volunteer, lead = [d.security_profiles["volunteer"]], [d.security_profiles["lead"]]
        fates = {
            "stay": (helper, volunteer, None, [], {}),
            "leave": (d.suspended_routing, [d.suspended_security], None, [], {}),
            "tags": (helper, volunteer, None, [], {"b": "2", "c": "3"}),
            "move": (nurse, lead, d.hierarchy_groups["Paris/Day"], ["en", "fr"], {}),
            "newa": (nurse, volunteer, None, ["en", "fr"], {}),
            "newb": (helper, volunteer, None, [], {}),
        }
        return {f"{case.name}.{fate}": facts for fate, facts in fates.items()}

    def check(self, cases: list[Case], bounds: list[tuple[int, int]], waste: int) -> None:
        """Everything is as the rosters say, everybody was made once, and little was sent in vain."""
        assert self.plan(*[self.bench.folder / c.file for c in cases]).empty
        assert self.stands() == {name: facts for case in cases for name, facts in self.expected(case).items()}
        requests = self.bench.requests()
        for case, (begin, end) in zip(cases, bounds, strict=True):
            sent = [r for r in requests if begin < r["n"] <= end and r["operation"] not in READS]
            made = Counter(r["parameters"]["Username"] for r in sent if r["operation"] == "CreateUser" and r["effect"])
            assert made == {f"{case.name}.newa": 1, f"{case.name}.newb": 1}, case
            assert sum(r["operation"] == "DeleteUser" and r["effect"] for r in sent) == 1
            assert len(sent) <= MUTATIONS + waste, (case, [r["operation"] for r in sent])
            if case.name.startswith(tuple(STOPPING)):
                assert sum(r["effect"] for r in sent) <= MUTATIONS, [
                    (r["operation"], r["effect"], r["error"], r["parameters"]) for r in sent
                ]


@pytest.fixture
def net(paced: Callable[[Options], Bench]) -> Net:
    return Net(paced(Options()))


@pytest.mark.parametrize("kind", OUTLIVED)
def test_a_run_outlives_a_fault_at_any_call(net: Net, kind: str) -> None:
    first = 1 + list(OUTLIVED).index(kind) % STEP
    cases = [Case(f"{kind}-{nth}", replace(OUTLIVED[kind], nth=frozenset([nth]))) for nth in EVERY[first - 1 :: STEP]]
    net.begin(cases)
    bounds = []
    for case in cases:
        since = net.bench.seen()
        came = net.meets(case)
        assert isinstance(came, AgentResult), (case, came)
        assert came.error is None, (case, came.error)
        bounds.append((since, net.bench.seen()))
    net.check(cases, bounds, waste=12)


@pytest.mark.parametrize("kind", STOPPING)
def test_what_ends_a_run_at_any_call_is_told_and_the_next_run_repeats_nothing(net: Net, kind: str) -> None:
    fault, words = STOPPING[kind]
    cases = [Case(f"{kind}-{nth}", replace(fault, nth=frozenset([nth]))) for nth in EVERY[::STEP]]
    net.begin(cases)
    bounds = []
    for case in cases:
        since = net.bench.seen()
        came = net.meets(case)
        error = came.error if isinstance(came, AgentResult) else came
        if error is None:  # asking who is on a call may be forbidden
            assert [r["operation"] for r in net.bench.requests(since) if r["error"]] == ["GetCurrentUserData"]
        else:
            changed = any(r["effect"] for r in net.bench.requests(since))
            assert error.exit_code == 3 if changed else error.exit_code in {1, 3}, case
            assert words in error.hint, case
            if isinstance(came, AgentResult):
                assert isinstance(error, Unfinished) == changed, case
                assert f"{came.left} left" in error.message
        assert net.apply(net.bench.folder / case.file).error is None
        bounds.append((since, net.bench.seen()))
    net.check(cases, bounds, waste=8)


def test_a_listing_that_lags_behind_makes_nobody_twice_and_plans_nobody_anew(net: Net) -> None:
    net.bench.running.application.store.remember(net.bench.running.application.clock.now)
    late = Fault("List*", "lag", seconds=60.0)
    cases = [Case("late-1", late), Case("late-2", replace(OUTLIVED["lose-answer"], every=3))]
    net.begin(cases)
    bounds = []
    for case in cases:
        since = net.bench.seen()
        net.bench.running.application.faults = Faults((late, case.fault))
        came = net.apply(net.bench.folder / case.file)
        # a create whose answer was lost is found neither by its name nor by its id: that person waits for the next run
        assert {f.code for f in came.failures} <= {"DuplicateResourceException"}
        net.bench.running.application.faults = Faults((late,))
        again = net.plan(net.bench.folder / case.file)
        assert {s.username for s in again.steps if s.action != "same"} <= {f"{case.name}.newa", f"{case.name}.newb"}
        assert again.counts["create"] == len(came.failures)
        net.bench.running.application.faults = Faults()
        assert net.apply(net.bench.folder / case.file).error is None
        bounds.append((since, net.bench.seen()))
    net.check(cases, bounds, waste=12)
