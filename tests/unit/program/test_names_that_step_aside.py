"""Which things bear another name for one stage, told from what a program wants and what the state holds."""

from __future__ import annotations

from typing import Any

from ccdeploy.stacks.naming import OWN_QUICK, QUICK, Naming, stepping_aside

FLOW = "aws:connect/contactFlow:ContactFlow"


def standing(token: str, key: str, name: str, id_: str, **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:line.dev::ccdeploy::{token}::{key}"
    return {"type": token, "urn": urn, "id": id_, "inputs": {"name": name}, **more}


def test_nothing_steps_aside_where_every_name_is_free_or_its_own() -> None:
    wanted = {(FLOW, "a"): ("One", None), (FLOW, "new"): ("Three", None), (QUICK, "q"): ("One", None)}
    resources = [standing(FLOW, "a", "One", "1"), standing(FLOW, "b", "Two", "2")]
    assert not stepping_aside(wanted, resources, ()).any


def test_two_that_swap_names_both_step_aside_and_a_renamed_key_is_itself() -> None:
    wanted = {(FLOW, "a"): ("Two", None), (FLOW, "c"): ("One", "b"), (FLOW, "d"): ("Four", "e")}
    resources = [standing(FLOW, "a", "One", "1"), standing(FLOW, "b", "Two", "2"), standing(FLOW, "e", "four", "3")]
    assert stepping_aside(wanted, resources, ()).aside == {(FLOW, "a"): "1", (FLOW, "c"): "2"}


def test_a_quick_connect_of_the_other_provider_bears_its_name_too() -> None:
    wanted = {(OWN_QUICK, "desk"): ("Desk", None)}
    naming = stepping_aside(wanted, [standing(QUICK, "desk", "Desk", "1")], ())
    assert (OWN_QUICK, "desk") in naming.aside
    assert naming.name(OWN_QUICK, "desk", "Desk") != "Desk"
    assert naming.after().name(OWN_QUICK, "desk", "Desk") == "Desk"


def test_the_old_side_of_an_interrupted_replacement_still_bears_its_name() -> None:
    wanted = {(FLOW, "a"): ("One", None), (FLOW, "b"): ("Two", None)}
    left = [standing(FLOW, "a", "Two", "1", delete=True), standing(FLOW, "a", "x", "3"), standing(FLOW, "b", "y", "2")]
    assert set(stepping_aside(wanted, left, ()).aside) == {(FLOW, "b")}


def test_a_thing_that_is_replaced_again_gets_another_passing_name() -> None:
    wanted = {(FLOW, "a"): ("One", None)}
    once, again = (
        stepping_aside(wanted, [standing(FLOW, "a", "One", id_)], {(FLOW, "a")}).name(FLOW, "a", "One")
        for id_ in ("1", "2")
    )
    assert len({once, again, "One"}) == 3


def test_what_only_stays_until_people_have_left_it_gives_its_name_away() -> None:
    naming = Naming(known={(FLOW, "new"): ("One", None)})
    assert naming.name(FLOW, "old", "One") != "One"
    assert naming.name(FLOW, "older", "Two") == "Two"
