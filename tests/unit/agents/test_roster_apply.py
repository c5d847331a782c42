"""Desired state: what the rosters say is what the instance holds, with the fewest calls, and nobody else touched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan
from ccdeploy.agents.rosters import apply_plan, plan_rosters, remove_all
from ccdeploy.specs.errors import Invalid, Refused
from ccdeploy.specs.load import load
from ccdeploy.stacks.cloud.store import FileStore

from .conftest import TODAY, FakeUsers, World, row


def actions(plan: AgentPlan) -> dict[str, str]:
    return {s.username: s.action for s in plan.steps}


def test_people_are_created_with_one_call_each(world: World) -> None:
    file = world.roster(row("anna"), row("bert", group="Paris/Day"), row("cleo", security="lead|volunteer"))
    result = world.apply(file)
    assert result.as_json() == {"create": 3, "update": 0, "suspend": 0, "remove": 0, "same": 0, "failed": 0}
    assert world.users.mutations == ["CreateUser"] * 3
    bert = world.users.named("bert")
    assert (bert.routing, bert.security, bert.group) == ("rp-helper", ("sp-volunteer",), "group Paris/Day")
    assert world.users.named("cleo").security == ("sp-lead", "sp-volunteer")
    assert bert.fields.after_contact_work == 90


def test_languages_choose_the_profile_and_cost_a_second_call(world: World) -> None:
    world.apply(world.roster(row("anna", "nurse", "fr|en")))
    anna = world.users.named("anna")
    assert (anna.routing, anna.languages) == ("rp-nurse-fr-en", {"fr", "en"})
    assert world.users.mutations == ["CreateUser", "AssociateUserProficiencies"]


def test_the_second_apply_changes_nothing_and_writes_nothing(world: World) -> None:
    file = world.roster(row("anna", "nurse", "fr"), row("bert"))
    world.apply(file)
    before = {n: world.store.read(n) for n in world.store.names()}
    world.users.calls.clear()
    result = world.apply(file)
    assert world.users.calls == ["ListUsers"]
    assert result.same == 2
    assert {n: world.store.read(n) for n in world.store.names()} == before


def test_a_changed_row_costs_one_call_for_each_changed_group_of_fields(world: World) -> None:
    world.apply(world.roster(row("anna"), row("bert", "nurse", "fr")))
    world.users.calls.clear()
    file = world.roster(row("anna", "bare", security="lead"), row("bert", "nurse", "fr|en"))
    plan = world.plan(file)
    assert actions(plan) == {"anna": "move", "bert": "move"}
    assert plan.steps[0].why == (
        "phone settings",  # helper has 90 s of after-contact work, bare the default
        "security profiles: volunteer -> lead",
        "routing profile: helper -> bare",
    )
    world.users.calls.clear()
    world.apply(file)
    assert sorted(world.users.mutations) == [
        "AssociateUserProficiencies",
        "UpdateUserPhoneConfig",
        "UpdateUserRoutingProfile",
        "UpdateUserRoutingProfile",
        "UpdateUserSecurityProfiles",
    ]
    assert world.users.named("bert").languages == {"fr", "en"}


def test_a_language_that_is_no_longer_spoken_is_taken_back(world: World) -> None:
    world.apply(world.roster(row("bert", "nurse", "fr|en")))
    world.apply(world.roster(row("bert", "nurse", "fr")))
    assert world.users.named("bert").languages == {"fr"}
    assert actions(world.plan(world.roster(row("bert", "nurse", "fr")))) == {"bert": "same"}


def test_a_person_whose_row_is_gone_is_suspended_then_removed_after_thirty_days(world: World) -> None:
    names = [f"p{n}x" for n in range(12)]
    world.apply(world.roster(*map(row, names)))
    file = world.roster(*map(row, names[1:]))
    plan = world.plan(file)
    assert plan.counts == {"create": 0, "update": 0, "suspend": 1, "remove": 0, "same": 11}
    world.apply(file)
    gone = world.users.named(names[0])
    assert (gone.routing, gone.security) == ("rp-suspended", ("sp-suspended",))
    assert actions(world.plan(file, today=TODAY + dt.timedelta(days=29)))[names[0]] == "same"
    later = world.apply(file, today=TODAY + dt.timedelta(days=30))
    assert later.as_json()["remove"] == 1
    assert len(world.users.users) == 11


def test_a_suspended_person_who_comes_back_is_resumed(world: World) -> None:
    names = [f"p{n}x" for n in range(12)]
    file = world.roster(*map(row, names))
    world.apply(file)
    world.apply(world.roster(*map(row, names[1:])))
    file = world.roster(*map(row, names))
    assert actions(world.plan(file))[names[0]] == "resume"
    assert world.apply(file).as_json()["update"] == 1
    assert world.users.named(names[0]).routing == "rp-helper"


def test_an_emptied_roster_is_refused_and_says_what_to_type(world: World) -> None:
    world.apply(world.roster(row("anna"), row("bert"), row("cleo")))
    empty = world.roster()
    with pytest.raises(Refused, match=r"3 of 3 people of a\.csv") as refused:
        world.apply(empty)
    assert "--allow-suspend 3" in refused.value.hint
    assert world.users.named("anna").routing == "rp-helper"
    assert world.apply(empty, allow=3).as_json()["suspend"] == 3


def test_a_roster_of_one_person_cannot_lose_that_person_unasked(world: World) -> None:
    world.apply(world.roster(row("anna")))
    with pytest.raises(Refused):
        world.apply(world.roster())


def test_more_than_a_tenth_of_a_roster_is_refused(world: World) -> None:
    names = [f"p{n}x" for n in range(20)]
    world.apply(world.roster(*map(row, names)))
    assert world.plan(world.roster(*map(row, names[2:]))).refusal is None
    assert world.plan(world.roster(*map(row, names[3:]))).refusal is not None


def test_a_roster_that_was_swapped_for_another_names_the_other(world: World) -> None:
    nurses, helpers = [f"n{n}x" for n in range(5)], [f"h{n}x" for n in range(5)]
    world.apply(
        world.roster(*map(row, nurses), name="nurses.csv"), world.roster(*map(row, helpers), name="helpers.csv")
    )
    swapped = world.roster(*map(row, nurses), name="helpers.csv")
    refusal = world.plan(swapped).refusal
    assert refusal is not None
    assert "5 of the rows belong to nurses.csv" in refusal.hint


def test_people_made_by_hand_are_a_conflict_and_stay_untouched(world: World) -> None:
    world.users.by_hand("anna")
    before = dict(vars(world.users.users["hand-anna"]))
    file = world.roster(row("anna"), row("bert"))
    with pytest.raises(Invalid) as invalid:
        world.apply(file)
    assert invalid.value.problems[0].where.line == 2
    assert world.users.mutations == []
    assert vars(world.users.users["hand-anna"]) == before


def test_people_of_other_files_are_never_touched(world: World) -> None:
    one = world.roster(*[row(f"a{n}x") for n in range(4)], name="one.csv")
    two = world.roster(*[row(f"b{n}x") for n in range(4)], name="two.csv")
    world.apply(one, two)
    world.users.calls.clear()
    assert world.apply(one).as_json()["same"] == 4
    assert world.users.mutations == []


def test_moving_a_person_to_another_file_needs_no_call(world: World) -> None:
    names = [f"p{n}x" for n in range(12)]
    one, two = world.roster(*map(row, names), name="one.csv"), world.roster(row("zoe"), name="two.csv")
    world.apply(one, two)
    world.users.calls.clear()
    one = world.roster(*map(row, names[1:]), name="one.csv")
    two = world.roster(row("zoe"), row(names[0]), name="two.csv")
    assert actions(world.plan(one, two))[names[0]] == "move"
    world.apply(one, two)
    assert world.users.mutations == []
    assert actions(world.plan(one, two))[names[0]] == "same"


def test_a_start_date_in_the_future_is_waited_for(world: World) -> None:
    file = world.roster(row("anna", starts="2026-04-10"), row("bert"))
    plan = world.plan(file)
    assert actions(plan) == {"anna": "same", "bert": "create"}
    assert plan.notes == ("1 person starts on 2026-04-10: run again then",)
    world.apply(file)
    assert actions(world.plan(file, today=dt.date(2026, 4, 10)))["anna"] == "create"


def test_status_suspended_and_removed_are_obeyed(world: World) -> None:
    others = [row(f"p{n}x") for n in range(20)]
    world.apply(world.roster(row("anna"), row("bert"), *others))
    file = world.roster(row("anna", status="suspendu"), row("bert", status="removed"), *others)
    assert world.apply(file).as_json() == {"create": 0, "update": 0, "suspend": 1, "remove": 1, "same": 20, "failed": 0}
    assert actions(world.plan(file))["anna"] == "same"
    assert actions(world.plan(file))["bert"] == "same"


def test_somebody_who_was_deleted_by_hand_is_created_again(world: World) -> None:
    file = world.roster(row("anna"), row("bert"))
    world.apply(file)
    del world.users.users[world.users.named("anna").id]
    plan = world.plan(file)
    assert (actions(plan)["anna"], plan.steps[0].why) == ("create", ("somebody removed the user by hand",))
    world.apply(file)
    assert world.users.named("anna")


def test_made_usernames_stay_with_their_people_when_rows_are_sorted(world: World) -> None:
    first = ",marie.a@example.org,Marie,Dupont,helper,,,,,"
    second = ",marie.b@example.org,Marie,Dupont,helper,,,,,"
    world.apply(world.roster(first, second))
    mails = {u.fields.username: u.fields.email for u in world.users.users.values()}
    assert mails == {"marie.dupont": "marie.a@example.org", "marie.dupont2": "marie.b@example.org"}
    third = ",marie.c@example.org,Marie,Dupont,helper,,,,,"
    assert world.plan(world.roster(third, second, first)).counts["create"] == 1
    world.apply(world.roster(third, second, first))
    assert world.users.named("marie.dupont3").fields.email == "marie.c@example.org"


def test_a_made_username_avoids_people_made_by_hand(world: World) -> None:
    world.users.by_hand("marie.dupont")
    world.apply(world.roster(",marie.a@example.org,Marie,Dupont,helper,,,,,"))
    assert world.users.named("marie.dupont2").fields.email == "marie.a@example.org"


def test_down_removes_our_people_and_nobody_else(world: World) -> None:
    world.apply(world.roster(row("anna"), row("bert")))
    world.users.by_hand("carl")
    result = remove_all("line.dev", world.users, world.store, pacer=Pacer(None))
    assert result.as_json()["remove"] == 2
    assert [u.fields.username for u in world.users.users.values()] == ["carl"]
    world.users.calls.clear()
    assert remove_all("line.dev", world.users, world.store).as_json()["remove"] == 0
    assert world.users.mutations == []


def test_a_plan_before_the_first_up_writes_nothing(world: World) -> None:
    file = world.roster(row("anna"))
    plan = plan_rosters(world.center, [file], None, None, world.store, today=TODAY)
    assert plan.counts["create"] == 1
    assert world.store.names() == []
    with pytest.raises(Refused, match="not been set up"):
        apply_plan(plan, world.users, world.store)


def test_with_saml_the_username_is_needed_and_no_password_or_address_is_sent(
    folder: Path, users: FakeUsers, store: FileStore
) -> None:
    text = (
        (folder / "center.yaml")
        .read_text("utf-8")
        .replace("alias: line-example", "alias: line-example, identity: saml")
    )
    (folder / "center.yaml").write_text(text, encoding="utf-8")
    center = load(folder, today=TODAY).center
    assert center is not None
    world = World(center, folder, users, store)
    unnamed = ",,Bert,Cee,helper,,,,,"
    codes = {p.code for p in check_rosters(center, [world.roster(unnamed)]).problems}
    assert codes == {"missing-cell"}
    long_name = "a.very.long.session.name@example.org"
    world.apply(world.roster(f"{long_name},,Anna,Bee,helper,,,,,"))
    anna = users.named(long_name)
    assert anna.password is None
    assert anna.fields.email == ""
