"""People leave at once, and the last run is taken back."""

from __future__ import annotations

import pytest
from ccdeploy.agents.guards import Limits
from ccdeploy.agents.offboard import plan_offboard, plan_undo
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan
from ccdeploy.agents.rosters import apply_plan
from ccdeploy.specs.errors import Refused

from .conftest import DIRECTORY, TODAY, World, row

NAMES = [f"p{n}x" for n in range(20)]


def carry_out(world: World, plan: AgentPlan) -> None:
    result = apply_plan(plan, world.users, world.store, pacer=Pacer(None))
    assert result.error is None


def undo(world: World, allow: int | None = 1000) -> AgentPlan:
    return plan_undo("line.dev", world.users, world.store, DIRECTORY, today=TODAY, limits=Limits(), allow_suspend=allow)


def test_a_person_is_offboarded_by_name_and_a_stranger_is_refused(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES)))

    def plan(name: str, *, delete: bool = False) -> AgentPlan:
        return plan_offboard(
            "line.dev",
            world.users,
            world.store,
            DIRECTORY,
            usernames=[name],
            delete=delete,
            today=TODAY,
            limits=Limits(),
        )

    carry_out(world, plan("p0x"))
    assert world.users.named("p0x").routing == "rp-suspended"
    carry_out(world, plan("p1x", delete=True))
    assert len(world.users.users) == 19
    with pytest.raises(Refused, match="nobody"):
        plan("nobody")


def test_offboarding_a_whole_roster_needs_the_flag(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES)))
    for allow, stands in ((None, True), (20, False)):
        plan = plan_offboard(
            "line.dev",
            world.users,
            world.store,
            DIRECTORY,
            files=["a.csv"],
            today=TODAY,
            limits=Limits(),
            allow_suspend=allow,
        )
        assert (plan.refusal is not None) == stands
        assert plan.counts["suspend"] == 20


def test_undo_takes_profiles_languages_groups_and_suspensions_back(world: World) -> None:
    rest = [row(n) for n in NAMES]
    world.apply(world.roster(row("anna", "nurse", "fr", group="Paris/Day"), row("bert"), *rest))
    before = {u.fields.username: (u.routing, u.security, u.group, set(u.languages)) for u in world.users.users.values()}
    world.apply(world.roster(row("anna", "nurse", "fr|en", security="lead"), row("carl"), *rest))
    assert world.users.named("bert").routing == "rp-suspended"
    carry_out(world, undo(world))
    after = {u.fields.username: (u.routing, u.security, u.group, set(u.languages)) for u in world.users.users.values()}
    assert after.pop("carl")[:2] == ("rp-suspended", ("sp-suspended",))
    assert after == before
    assert world.plan(world.roster(row("anna", "nurse", "fr", group="Paris/Day"), row("bert"), *rest)).counts == {
        "create": 0,
        "update": 0,
        "suspend": 0,
        "remove": 0,
        "same": 23,
    }


def test_undo_says_what_it_cannot_take_back(world: World) -> None:
    world.apply(world.roster(row("anna")))
    world.apply(world.roster(row("anna").replace("Anna", "Ana")))
    plan = undo(world)
    assert plan.empty
    assert any("cannot be taken back" in note for note in plan.notes)


def test_without_a_run_there_is_nothing_to_undo(world: World) -> None:
    with pytest.raises(Refused, match="no run"):
        undo(world)


def test_taking_back_a_run_that_made_a_crowd_is_refused_with_who_would_go(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES)))
    refusal = undo(world, None).refusal
    assert refusal is not None
    assert "20 of 20 people of a.csv off the line (was created by the last run)" in refusal.message
    assert "apply the roster as it was, or type --allow-suspend 20" in refusal.hint
    carry_out(world, undo(world, 20))
    assert {u.routing for u in world.users.users.values()} == {"rp-suspended"}
