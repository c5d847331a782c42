"""One call at a time: what a caller hears, where the call goes, and what cannot be known is said."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.document import read_document
from ccdeploy.flows.simulator.calendar import is_open, local_moment
from ccdeploy.flows.simulator.place import Result, place
from ccdeploy.flows.simulator.script import Given, QueueGiven, Script
from ccdeploy.flows.simulator.world import Seat, World, of_center, of_document
from ccdeploy.specs.load import load
from ccdeploy.specs.problems import Problems

EXAMPLE = Path(__file__).parents[3] / "examples" / "hospital-follow-up"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def world() -> World:
    center = load(EXAMPLE, today=dt.date(2026, 11, 22)).center
    assert center is not None
    seats = (
        Seat("night.one", (("duty", 1, 0), ("triage", 1, 0))),
        Seat("day.two", (("triage", 1, 0), ("information", 2, 60))),
        Seat("help.three", (("information", 1, 0),)),
    )
    return of_center(center, compile_center(center), seats)


def call(world: World, *press: str, at: str = "2026-11-24T10:15", caller: str = "+33199000150", **given: Any) -> Result:
    moment = local_moment(dt.datetime.fromisoformat(at), "Europe/Paris")
    return place(world, Script(to="main", caller=caller, press=press, at=moment, given=Given(**given)))


def flow(*actions: dict[str, Any], start: str = "a") -> World:
    """A world of one flow in Flow language. Actions are (Identifier, Type, Parameters, Transitions)."""
    text = json.dumps({"Version": "2019-10-30", "StartAction": start, "Metadata": {}, "Actions": list(actions)})
    document = read_document(text, "flow.json", Problems())
    assert document is not None
    return of_document(document, "flow")


def action(name: str, kind: str, parameters: dict[str, Any] | None = None, **to: Any) -> dict[str, Any]:
    conditions = [
        {"NextAction": target, "Condition": {"Operator": operator, "Operands": [operand]}}
        for operator, operand, target in to.get("when", ())
    ]
    errors = [{"NextAction": target, "ErrorType": name} for name, target in to.get("errors", {}).items()]
    transitions: dict[str, Any] = {"NextAction": to["then"]} if "then" in to else {}
    if conditions:
        transitions["Conditions"] = conditions
    if errors:
        transitions["Errors"] = errors
    return {"Identifier": name, "Type": kind, "Parameters": parameters or {}, "Transitions": transitions}


BYE = action("bye", "DisconnectParticipant")


def test_by_day_the_key_that_was_pressed_decides_the_queue(world: World) -> None:
    result = call(world, "1", "timeout", "2")
    assert result.ends.how == "queue"
    assert result.ends.queue == "information"
    assert any("rendez-vous" in text for text in result.heard)
    assert not result.unused


def test_the_language_that_was_chosen_is_spoken_from_then_on(world: World) -> None:
    result = call(world, "2", "timeout", "1")
    assert any("To speak to a nurse" in text for text in result.heard)
    assert not any("Pour parler" in text for text in result.heard)
    assert result.attributes["language"] == "en"


def test_at_three_in_the_morning_the_night_queue_takes_the_call(world: World) -> None:
    assert call(world, "1", at="2026-11-25T03:00").ends.queue == "duty"


def test_on_a_holiday_a_callback_is_booked_in_the_queue_that_the_user_knows(world: World) -> None:
    result = call(world, "1", at="2026-12-25T11:00")
    assert result.ends.how == "callback"
    assert result.ends.queue == "triage"
    assert result.ends.number == "+33199000150"


def test_an_override_of_one_day_closes_earlier(world: World) -> None:
    assert call(world, "1", "timeout", "1", at="2026-12-24T15:59").ends.queue == "triage"
    assert call(world, "1", "timeout", at="2026-12-24T16:01").ends.how == "callback"


def test_hours_follow_the_clock_when_it_changes(world: World) -> None:
    night = world.hours["night"]
    assert is_open(night, dt.datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=PARIS))
    assert is_open(night, dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PARIS))
    utc = dt.datetime(2026, 10, 25, 7, 30, tzinfo=dt.timezone.utc)  # 08:30 in winter time, one hour after the change
    assert not is_open(night, utc)
    assert is_open(night, utc - dt.timedelta(minutes=31))


def test_a_time_that_the_clock_jumps_over_does_not_exist() -> None:
    with pytest.raises(ValueError, match="does not exist in Europe/Paris"):
        local_moment(dt.datetime(2026, 3, 29, 2, 30), "Europe/Paris")


def test_a_queue_at_its_limit_is_full_and_one_below_is_not(world: World) -> None:
    assert call(world, "1", "timeout", "1", queues={"triage": QueueGiven(waiting=40)}).ends.how == "callback"
    assert call(world, "1", "timeout", "1", queues={"triage": QueueGiven(waiting=39)}).ends.how == "queue"


def test_a_withheld_number_cannot_be_called_back_and_goes_to_the_safety_net(world: World) -> None:
    result = call(world, "1", at="2026-12-25T11:00", caller="")
    assert result.ends.how == "transfer"
    assert any("incident technique" in text for text in result.heard)


def test_an_agent_hears_the_queue_and_the_language_before_they_talk(world: World) -> None:
    result = call(world, "2", "timeout", "1", queues={"triage": QueueGiven(available=1)})
    assert result.ends.how == "agent"
    assert result.agent_heard == ["Infirmières", "anglais"]


def test_who_answers_follows_the_routing_profile_and_its_delay(world: World) -> None:
    both = call(world, "1", "timeout", "2", agents=("day.two", "help.three"))
    assert both.ends.agent == "help.three"
    late = call(world, "1", "timeout", "2", agents=("day.two",))
    assert late.ends.agent == "day.two"
    assert late.seconds >= both.seconds + 50
    assert call(world, "1", "timeout", "2", agents=("night.one",)).ends.how == "queue"


def test_somebody_who_serves_a_better_queue_first_is_not_free_for_this_one(world: World) -> None:
    waiting = {"triage": QueueGiven(waiting=1)}
    assert call(world, "1", "timeout", "2", agents=("day.two",), queues=waiting).ends.how == "queue"


def test_callers_ahead_in_the_same_queue_are_answered_first(world: World) -> None:
    ahead = {"information": QueueGiven(waiting=1)}
    assert call(world, "1", "timeout", "2", agents=("help.three",), queues=ahead).ends.how == "queue"


def test_a_caller_who_waits_is_offered_a_callback_and_takes_it(world: World) -> None:
    result = call(world, "1", "timeout", "1", "1")
    assert result.ends.how == "callback"
    assert result.seconds > 180


def test_hold_and_the_disconnect_flow_are_heard_when_the_agent_does_so(world: World) -> None:
    answered = {"triage": QueueGiven(available=1)}
    result = call(world, "1", "timeout", "1", "1", queues=answered, agent_does=("hold", "hang_up"))
    assert any("Si vous avez été coupé" in text for text in result.heard)
    assert ("built-in-customer-hold", "music") in result.actions


def test_the_called_back_caller_hears_who_calls(world: World) -> None:
    result = call(world, "1", "timeout", "1", callback="answered", queues={"triage": QueueGiven(full=True)})
    assert result.callback == "answered"
    assert any("Vous nous avez demandé de vous rappeler" in text for text in result.heard)
    assert result.agent_heard[-1] == "Rappel"


def test_who_is_called_back_out_of_hours_is_announced_by_our_own_whisper(world: World) -> None:
    result = call(world, "1", at="2026-12-25T11:00", callback="answered")
    assert not any("default one plays" in note for note in result.notes)
    assert result.agent_heard[:2] == ["Infirmières", "Rappel"]


def test_a_busy_number_goes_where_the_flow_says(world: World) -> None:
    assert call(world, "1", "timeout", "3").ends.how == "transfer"
    assert call(world, "1", "timeout", "3", numbers={"emergency-desk": "busy"}).ends.queue == "triage"


def test_a_step_that_fails_takes_its_error_branch(world: World) -> None:
    result = call(world, "1", "timeout", "1", fails=frozenset(("nurse.target",)))
    assert result.ends.how == "transfer"
    assert not result.unmatched


def test_what_a_script_names_and_no_call_comes_to_is_told(world: World) -> None:
    assert call(world, "1", "timeout", "1", fails=frozenset(("duty.target",))).unmatched == ["duty.target"]


def test_keys_that_nobody_asked_for_are_told(world: World) -> None:
    assert call(world, "1", at="2026-12-25T11:00").unused == []
    assert call(world, "1", "timeout", "1", "hang_up").unused == []
    assert call(world, "1", "9", "7", at="2026-12-25T11:00").unused == ["7"]


def test_a_loop_continues_as_often_as_it_says_then_is_done_and_starts_anew() -> None:
    loop = action(
        "a",
        "Loop",
        {"LoopCount": "2"},
        then="c",
        when=[("Equals", "ContinueLooping", "b"), ("Equals", "DoneLooping", "c")],
    )
    says = action("b", "MessageParticipant", {"Text": "again"}, then="a")
    result = place(
        flow(loop, says, action("c", "MessageParticipant", {"Text": "done"}, then="bye"), BYE), Script(to="main")
    )
    assert result.heard == ["again", "again", "done"]


def test_an_endless_flow_ends_with_the_loop_shown() -> None:
    first = action("a", "MessageParticipant", {"Text": "round"}, then="b")
    result = place(flow(first, action("b", "MessageParticipant", {"Text": "and round"}, then="a")), Script(to="main"))
    assert result.ends.how == "error"
    assert result.ends.message == "loops for ever: a > b > a"


def menu(*keys: str, timeout: str = "bye") -> dict[str, Any]:
    return action(
        "a",
        "GetParticipantInput",
        {"Text": "Press.", "InputTimeLimitSeconds": "5", "StoreInput": "False"},
        then="bye",
        when=[("Equals", key, f"k{key}") for key in keys],
        errors={"InputTimeLimitExceeded": timeout, "NoMatchingCondition": "other", "NoMatchingError": "bye"},
    )


def test_keys_of_one_item_are_pressed_one_by_one_in_menus() -> None:
    first = menu("1")
    second = {**menu("2"), "Identifier": "k1"}
    world = flow(first, second, action("k2", "MessageParticipant", {"Text": "two"}, then="bye"), other(), BYE)
    assert place(world, Script(to="main", press=("12",))).heard[-1] == "two"


def other() -> dict[str, Any]:
    return action("other", "MessageParticipant", {"Text": "not offered"}, then="bye")


def test_a_key_that_is_not_offered_and_no_key_at_all_are_two_branches() -> None:
    world = flow(menu("1", timeout="bye"), action("k1", "DisconnectParticipant"), other(), BYE)
    assert place(world, Script(to="main", press=("7",))).heard[-1] == "not offered"
    assert place(world, Script(to="main", press=("timeout",))).heard == ["Press."]


def test_digits_are_validated_and_silence_is_stored_as_timeout() -> None:
    validation = {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "FR"}}
    parameters = {"Text": "Number?", "InputTimeLimitSeconds": "5", "StoreInput": "True", "InputValidation": validation}
    asks = action(
        "a",
        "GetParticipantInput",
        parameters,
        then="say",
        errors={"InvalidPhoneNumber": "other", "NoMatchingError": "bye"},
    )
    say = action("say", "MessageParticipant", {"Text": "$.StoredCustomerInput"}, then="bye")
    world = flow(asks, say, other(), BYE)
    assert place(world, Script(to="main", press=("0199000150#",))).heard[-1] == "+33199000150"
    assert place(world, Script(to="main", press=("12",))).heard[-1] == "not offered"
    assert place(world, Script(to="main")).heard[-1] == "Timeout"


@pytest.mark.parametrize(
    ("operator", "operand", "value", "taken"),
    [
        ("Equals", "fr", "fr", True),
        ("Equals", "FR", "fr", False),
        ("TextStartsWith", "fr", "fr-FR", True),
        ("TextContains", "-F", "fr-FR", True),
        ("NumberGreaterThan", "5", "6", True),
        ("NumberGreaterThan", "5", "5", False),
        ("NumberLessOrEqualTo", "5", "5", True),
        ("NumberGreaterThan", "5", "many", False),
    ],
)
def test_comparisons_are_those_of_the_service(operator: str, operand: str, value: str, taken: bool) -> None:
    compare = action(
        "a",
        "Compare",
        {"ComparisonValue": "$.Attributes.x"},
        then="bye",
        when=[(operator, operand, "hit")],
        errors={"NoMatchingCondition": "bye"},
    )
    world = flow(compare, action("hit", "MessageParticipant", {"Text": "hit"}, then="bye"), BYE)
    result = place(world, Script(to="main", given=Given(attributes={"x": value})))
    assert (result.heard == ["hit"]) is taken


def test_ssml_is_heard_as_its_words() -> None:
    says = action(
        "a", "MessageParticipant", {"SSML": '<speak>Call <sub alias="fifteen">15</sub> &amp; wait</speak>'}, then="bye"
    )
    assert place(flow(says, BYE), Script(to="main")).heard == ["Call fifteen & wait"]


def function(*, known: str | None, fails: bool = False) -> Result:
    invoke = action(
        "a",
        "InvokeLambdaFunction",
        {
            "LambdaFunctionARN": "arn:aws:lambda:eu-central-1:123456789012:function:lookup",
            "InvocationTimeLimitSeconds": "3",
        },
        then="check",
        errors={"NoMatchingError": "other"},
    )
    check = action(
        "check",
        "Compare",
        {"ComparisonValue": "$.External.known"},
        then="bye",
        when=[("Equals", "yes", "hit")],
        errors={"NoMatchingCondition": "bye"},
    )
    world = flow(invoke, check, action("hit", "MessageParticipant", {"Text": "known"}, then="bye"), other(), BYE)
    replies = {} if known is None else {"lookup": json.dumps({"known": known})}
    failing = frozenset(("lookup",)) if fails else frozenset()
    return place(world, Script(to="main", given=Given(lambdas=replies, fails=failing)))


def test_a_function_answers_what_the_script_gives_or_fails() -> None:
    assert function(known="yes").heard == ["known"]
    assert function(known="no").heard == []
    assert function(known=None, fails=True).heard == ["not offered"]


def test_what_a_function_answers_is_never_guessed_but_said() -> None:
    result = function(known=None)
    assert any("what function lookup answers is not known" in note for note in result.notes)
    assert any("$.External.known is not known" in note for note in result.notes)


def test_an_action_that_the_service_does_not_have_ends_the_call_as_an_error() -> None:
    result = place(flow(action("a", "PlayPrompt", {}, then="bye"), BYE), Script(to="main"))
    assert result.ends.how == "error"
    assert "Invalid Action type" in result.ends.message


def test_an_action_that_may_not_stand_in_this_flow_type_is_an_error_as_there() -> None:
    document = read_document(
        json.dumps(
            {
                "Version": "2019-10-30",
                "StartAction": "a",
                "Actions": [action("a", "CompleteOutboundCall", {}, then="bye"), BYE],
            }
        ),
        "flow.json",
        Problems(),
    )
    assert document is not None
    from dataclasses import replace

    result = place(of_document(replace(document, type="inbound"), "flow"), Script(to="main"))
    assert result.ends.how == "error"
    assert "not supported in this flow type" in result.ends.message


def test_an_action_that_is_not_simulated_is_said_and_passed_over() -> None:
    view = action(
        "a",
        "GetCustomerProfile",
        {"ProfileRequestData": {"IdentifierName": "_phone"}, "ProfileResponseData": ["FirstName"]},
        then="bye",
        errors={"MultipleFoundError": "bye", "NoneFoundError": "bye", "NoMatchingError": "bye"},
    )
    result = place(flow(view, BYE), Script(to="main"))
    assert result.ends.how in ("hung_up", "error")
    assert result.notes == ["GetCustomerProfile is not simulated: passed over"] or "refuse" in result.ends.message


def test_the_same_call_gives_the_same_transcript(world: World) -> None:
    again: Callable[[], Result] = lambda: call(world, "1", "timeout", "1")  # noqa: E731 - twice the same
    assert again().as_json() == again().as_json()
