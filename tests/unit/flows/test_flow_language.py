"""The service's own rules of Flow language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ccdeploy.flows.catalogue import API_TYPES, catalogue
from ccdeploy.flows.language import doubts, validate

END = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}


def action(kind: str, parameters: dict[str, Any] | None = None, **transitions: Any) -> dict[str, Any]:
    return {"Identifier": "a", "Type": kind, "Parameters": parameters or {}, "Transitions": transitions}


def document(*actions: dict[str, Any], **more: Any) -> str:
    start = actions[0]["Identifier"] if actions else "a"
    return json.dumps({"Version": "2019-10-30", "StartAction": start, "Actions": list(actions)} | more)


def says(content: str, flow_type: str = "CONTACT_FLOW", **options: Any) -> list[str]:
    return [problem.message for problem in validate(content, flow_type, **options)]


def errors(*names: str) -> list[dict[str, str]]:
    return [{"NextAction": "end", "ErrorType": name} for name in names]


def case(operator: str, *operands: str) -> dict[str, Any]:
    return {"NextAction": "end", "Condition": {"Operator": operator, "Operands": list(operands)}}


MENU = {"Text": "Press 1.", "InputTimeLimitSeconds": "5", "StoreInput": "False"}
ALL_THREE = errors("InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError")


def test_a_flow_that_only_hangs_up_has_no_problem() -> None:
    assert says(document(END)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "Content is not valid JSON"),
        ("[]", "Content is not a JSON object"),
        ("[" * 100_000, "Content is not valid JSON"),
        (json.dumps({"modules": []}), "Content is in the legacy designer format, which is not Flow language"),
        (document(END, Version="2020-01-01"), "Invalid value. Path: Version"),
        (document(END, StartAction="nowhere"), "StartAction does not exist. Action: nowhere"),
        (document(END, END), "Duplicate action identifier. Identifier: end"),
        (
            document(END | {"Identifier": "x" * 51}),
            "Action identifier is longer than 50 characters. Identifier: " + "x" * 60 + "…",
        ),
        (document(END | {"Identifier": "a:b"}), "Invalid action identifier. Identifier: a:b"),
        (document(END | {"Identifier": "toString"}), "Invalid action identifier. Identifier: toString"),
        (document(END | {"Type": "Nonsense"}), "Invalid Action type. Type: Nonsense"),
    ],
)
def test_the_envelope_is_checked(content: str, message: str) -> None:
    found = says(content)
    assert message.removesuffix("x" * 9 + "…") in found[0] or message in found


def test_an_invented_type_names_the_right_one() -> None:
    assert says(document(END | {"Type": "PlayPrompt"})) == [
        "Invalid Action type. Type: PlayPrompt. Did you mean MessageParticipant?"
    ]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (action("MessageParticipant", {}, NextAction="end"), "Action needs exactly one of PromptId, Text, SSML, Media"),
        (action("MessageParticipant", {"Text": "a", "SSML": "b"}, NextAction="end"), "Action needs exactly one of"),
        (action("MessageParticipant", {"Text": ""}, NextAction="end"), "Empty value in Parameters.Text"),
        (action("MessageParticipant", {"Text": 5}, NextAction="end"), "Invalid Action property value. Path: 0.Text"),
        (
            action("MessageParticipant", {"Text": "a", "Foo": "b"}, NextAction="end"),
            "Invalid Action property name. Path: 0.Foo",
        ),
        (
            action("MessageParticipant", {"Text": "a"}),
            "Action is missing required property. Path: Actions[0].Transitions.NextAction",
        ),
        (action("MessageParticipant", {"Text": "a"}, NextAction="gone"), "Action does not exist. Action: gone"),
        (
            action("MessageParticipant", {"Text": "a"}, NextAction="end", Conditions=[case("Equals", "1")]),
            "Action does not support conditions",
        ),
        (
            action("GetParticipantInput", MENU, NextAction="end", Errors=errors("NoMatchingError")),
            "Action is missing required error. Error: InputTimeLimitExceeded",
        ),
        (
            action("GetParticipantInput", MENU, NextAction="end", Conditions=[case("Equals", "12")], Errors=ALL_THREE),
            "Invalid branch. Path: 0.Evaluate",
        ),
        (
            action("GetParticipantInput", MENU | {"StoreInput": "True"}, NextAction="end", Errors=ALL_THREE),
            "Actions[0].Parameters.InputValidation",
        ),
        (
            action("Compare", {"ComparisonValue": "yes"}, NextAction="end", Errors=errors("NoMatchingCondition")),
            "Invalid Action property value. Path: 0.ComparisonValue",
        ),
        (
            action(
                "Compare",
                {"ComparisonValue": "$.Channel"},
                NextAction="end",
                Conditions=[case("And", "x")],
                Errors=errors("NoMatchingCondition"),
            ),
            "Invalid branch. Path: 0.Evaluate",
        ),
        (
            action("Loop", {"LoopCount": "2"}, NextAction="end", Conditions=[case("Equals", "DoneLooping")]),
            "Invalid branch. Path: 0.Evaluate",
        ),
        (
            action(
                "TransferContactToQueue",
                {"QueueId": "q"},
                NextAction="end",
                Errors=errors("QueueAtCapacity", "NoMatchingError"),
            ),
            "Invalid Action property name. Path: 0.QueueId",
        ),
        (
            action("TransferContactToQueue", {}, NextAction="end", Errors=errors("NoMatchingError")),
            "Action is missing required error. Error: QueueAtCapacity",
        ),
        (
            action("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "On"}, NextAction="end"),
            "Invalid Action property value",
        ),
        (
            action(
                "UpdateFlowLoggingBehavior",
                {"FlowLoggingBehavior": "Enabled"},
                NextAction="end",
                Errors=errors("NoMatchingError"),
            ),
            "Action does not support error. Error: NoMatchingError",
        ),
        (
            action(
                "UpdateContactEventHooks",
                {"EventHooks": {"AgentHold": "x", "CustomerHold": "y"}},
                NextAction="end",
                Errors=errors("NoMatchingError"),
            ),
            "Action takes exactly 1 entry",
        ),
        (
            action(
                "TagContact",
                {"Tags": dict.fromkeys("abcdefg", "x")},
                NextAction="end",
                Errors=errors("NoMatchingError"),
            ),
            "More than 6 tags in Parameters.Tags",
        ),
        (action("CompleteOutboundCall", {}, NextAction="end"), "Action is not supported in this flow type"),
        (action("DisconnectParticipant", {}, NextAction="end"), "Action does not support transitions"),
    ],
)
def test_a_broken_action_is_refused(broken: dict[str, Any], message: str) -> None:
    found = says(document(broken, END))
    assert any(message in text for text in found), found


def test_disconnecting_is_refused_in_whispers_and_hold_flows() -> None:
    for flow_type in ("AGENT_WHISPER", "CUSTOMER_WHISPER", "OUTBOUND_WHISPER", "CUSTOMER_HOLD", "AGENT_HOLD"):
        assert says(document(END), flow_type)


def test_what_genuine_exports_have_is_a_doubt_and_no_error() -> None:
    end = END | {"Type": "EndFlowExecution"}
    assert says(document(end)) == []
    assert [p.message for p in doubts(document(end), "CONTACT_FLOW")] == [
        "Action is not supported in this flow type. Type: EndFlowExecution, flow type: CONTACT_FLOW"
    ]


def test_a_third_party_transfer_has_other_branches_in_an_agent_transfer() -> None:
    parameters = {
        "ThirdPartyPhoneNumber": "+33199001500",
        "ThirdPartyConnectionTimeLimitSeconds": "30",
        "ContinueFlowExecution": "True",
    }
    full = action(
        "TransferParticipantToThirdParty",
        parameters,
        NextAction="end",
        Errors=errors("NoMatchingError", "CallFailed", "ConnectionTimeLimitExceeded"),
    )
    assert says(document(full, END)) == []
    assert says(document(full, END), "AGENT_TRANSFER") == [
        "Action does not support error. Error: CallFailed",
        "Action does not support error. Error: ConnectionTimeLimitExceeded",
    ]


def test_references_are_resolved_when_a_resolver_is_given() -> None:
    hop = action("TransferToFlow", {"ContactFlowId": "x"}, NextAction="end", Errors=errors("NoMatchingError"))
    assert says(document(hop, END)) == []
    assert says(document(hop, END), resolve=lambda kind, value: (kind, value) == ("flow", "x")) == []
    assert says(document(hop, END), resolve=lambda kind, value: False) == [
        "Resource does not exist. Path: 0.ContactFlowId, value: x"
    ]


def test_more_than_250_actions_are_refused() -> None:
    many = [END | {"Identifier": f"end {number}"} for number in range(251)]
    assert says(document(*many[:250])) == []
    assert says(document(*many)) == ["Flow has more than 250 actions. Path: Actions"]


def test_a_message_has_at_most_256_characters() -> None:
    broken = action("MessageParticipant", {"Text": "a", "F" * 1000: "b"}, NextAction="end")
    assert [len(message) for message in says(document(broken, END))] == [256]


def test_every_action_type_names_only_flow_types_that_exist() -> None:
    for kind in catalogue().actions.values():
        assert kind.flows <= set(API_TYPES), kind.type
        assert kind.mirrors == "" or kind.mirrors in {*kind.errors, *kind.exactly}, kind.type
