"""From Flow language to steps and back: every verb, readable names, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.bindings import bind_known
from ccdeploy.flows.document import Document, read_document
from ccdeploy.flows.equal import first_difference
from ccdeploy.flows.importer.convert import RECOGNISERS, Imported, import_document
from ccdeploy.specs.problems import Problem, Problems

Action = Mapping[str, Any]
QUEUE = "arn:aws:connect:eu-central-1:123456789012:instance/1/queue/nurses"


def act(name: str, kind: str, then: str = "", parameters: Mapping[str, Any] | None = None, **more: Any) -> Action:
    """An action; `errors` maps error types to targets, `conditions` is a list of (operator, operand, target)."""
    transitions: dict[str, Any] = {"NextAction": then} if then else {}
    if "conditions" in more:
        transitions["Conditions"] = [
            {"NextAction": to, "Condition": {"Operator": operator, "Operands": [operand]}}
            for operator, operand, to in more["conditions"]
        ]
    if "errors" in more:
        transitions["Errors"] = [{"NextAction": to, "ErrorType": error} for error, to in more["errors"].items()]
    return {"Identifier": name, "Type": kind, "Parameters": dict(parameters or {}), "Transitions": transitions}


END = act("bye", "DisconnectParticipant")


def flow(*actions: Action, **more: Any) -> str:
    """A document that begins with the first action and has a `bye`."""
    content = {"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": [*actions, END], **more}
    return json.dumps(content)


def imported(source: str, flow_type: str = "") -> tuple[Document, Imported]:
    problems = Problems()
    document = read_document(source, "flow.json", problems)
    assert document is not None, [str(problem) for problem in problems.listed()]
    found = import_document(document, problems, flow_type=flow_type)
    assert found is not None, [str(problem) for problem in problems.listed()]
    done = compile_text(found.text, "flow.yaml")
    assert done.compiled is not None, [str(problem) for problem in done.problems.listed()]
    again = read_document(bind_known(done.compiled, found.bindings), "again.json", Problems())
    assert again is not None
    assert first_difference(document, again) is None
    return document, found


def refused(source: str) -> list[Problem]:
    problems = Problems()
    document = read_document(source, "flow.json", problems)
    if document is not None:
        assert import_document(document, problems) is None
    return problems.listed()


def failing(**more: Any) -> dict[str, Any]:
    return {"errors": {"NoMatchingError": "bye"}, **more}


VERBS: list[tuple[str, str, Action]] = [
    ("say: Hello", "", act("a", "MessageParticipant", "bye", {"Text": "Hello"})),
    ('ssml: "<speak>Hi', "", act("a", "MessageParticipant", "bye", {"SSML": "<speak>Hi</speak>"}, **failing())),
    ("skippable: yes", "", act("a", "MessageParticipant", "bye", {"Text": "Hi", "SkipWhenDTMFBufferEnabled": "True"})),
    (
        "choices: {1: bye}",
        "",
        act(
            "a",
            "GetParticipantInput",
            "bye",
            {"Text": "Press 1.", "StoreInput": "False", "InputTimeLimitSeconds": "5"},
            conditions=[("Equals", "1", "bye")],
            errors=dict.fromkeys(("InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"), "bye"),
        ),
    ),
    (
        "digits: Number",
        "",
        act(
            "a",
            "GetParticipantInput",
            "bye",
            {
                "Text": "Number",
                "StoreInput": "True",
                "InputTimeLimitSeconds": "7",
                "InputValidation": {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "FR"}},
            },
            errors={"NoMatchingError": "bye", "InvalidPhoneNumber": "bye"},
        ),
    ),
    (
        "ask: ",
        "",
        act(
            "a",
            "ConnectParticipantWithLexBot",
            "bye",
            {"Text": "Yes?", "LexV2Bot": {"AliasArn": "arn:aws:lex:eu-central-1:123456789012:bot-alias/A/B"}},
            conditions=[("Equals", "Nurse", "bye")],
            errors={"NoMatchingError": "bye", "NoMatchingCondition": "bye"},
        ),
    ),
    ("target: ", "", act("a", "UpdateContactTargetQueue", "bye", {"QueueId": QUEUE}, **failing())),
    ("person: yes", "", act("a", "UpdateContactTargetQueue", "bye", {"AgentId": "$.Attributes.nurse"}, **failing())),
    (
        "queue: current",
        "",
        act("a", "TransferContactToQueue", "bye", errors={"QueueAtCapacity": "bye", "NoMatchingError": "bye"}),
    ),
    (
        "queue: ",
        "customer_queue",
        act(
            "a",
            "DequeueContactAndTransferToQueue",
            "bye",
            {"QueueId": QUEUE},
            errors={"QueueAtCapacity": "bye", "NoMatchingError": "bye"},
        ),
    ),
    ("agent: chosen", "agent_transfer", act("a", "TransferContactToAgent")),
    (
        "callback: current",
        "",
        act(
            "a",
            "CreateCallbackContact",
            "bye",
            {"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "600"},
            **failing(),
        ),
    ),
    (
        "callback_number: ",
        "",
        act(
            "a",
            "UpdateContactCallbackNumber",
            "bye",
            {"CallbackNumber": "$.CustomerEndpoint.Address"},
            errors={"InvalidCallbackNumber": "bye", "CallbackNumberNotDialable": "bye"},
        ),
    ),
    (
        "transfer: ",
        "",
        act(
            "a",
            "TransferParticipantToThirdParty",
            "bye",
            {
                "ThirdPartyPhoneNumber": "+33199001500",
                "ThirdPartyConnectionTimeLimitSeconds": "30",
                "ContinueFlowExecution": "False",
            },
            **failing(),
        ),
    ),
    ("flow: ", "", act("a", "TransferToFlow", "bye", {"ContactFlowId": "arn:x/contact-flow/night"}, **failing())),
    ("module: ", "", act("a", "InvokeFlowModule", "bye", {"FlowModuleId": "arn:x/flow-module/m"}, **failing())),
    ("return: ok", "module", act("a", "EndFlowModuleExecution", "", {"Result": "ok"})),
    ("end: true", "customer_queue", act("a", "EndFlowExecution")),
    (
        "hooks: {waiting: ",
        "",
        act(
            "a",
            "UpdateContactEventHooks",
            "bye",
            {"EventHooks": {"CustomerQueue": "arn:x/contact-flow/1"}},
            **failing(),
        ),
    ),
    ("routing: {priority: 2}", "", act("a", "UpdateContactRoutingBehavior", "bye", {"QueuePriority": "2"})),
    (
        "need: {product: ",
        "",
        act(
            "a",
            "UpdateContactRoutingCriteria",
            "bye",
            {
                "RoutingCriteria": {
                    "Steps": [
                        {
                            "Expression": {
                                "AndExpression": [
                                    {
                                        "AttributeCondition": {
                                            "Name": "product",
                                            "Value": "fibre",
                                            "ProficiencyLevel": "3.0",
                                            "ComparisonOperator": "NumberGreaterOrEqualTo",
                                        }
                                    }
                                ]
                            },
                            "Expiry": {"DurationInSeconds": "30"},
                        }
                    ]
                }
            },
            **failing(),
        ),
    ),
    ("dial: {caller_id: ", "outbound_whisper", act("a", "CompleteOutboundCall", "e", {"CallerId": {"Number": "+1"}})),
    (
        "hold: customer",
        "",
        act(
            "a",
            "UpdatePreviousContactParticipantState",
            "bye",
            {"PreviousContactParticipantState": "CustomerOnHold"},
            **failing(),
        ),
    ),
    (
        "when: $.Channel",
        "",
        act(
            "a",
            "Compare",
            "bye",
            {"ComparisonValue": "$.Channel"},
            conditions=[
                ("Equals", "VOICE", "bye"),
                ("NumberLessOrEqualTo", "5", "bye"),
                ("TextContains", "x y", "bye"),
            ],
            errors={"NoMatchingCondition": "bye"},
        ),
    ),
    (
        "check_hours: current",
        "",
        act(
            "a",
            "CheckHoursOfOperation",
            "bye",
            conditions=[("Equals", "True", "bye"), ("Equals", "False", "bye")],
            **failing(),
        ),
    ),
    (
        "check_staff: current",
        "",
        act(
            "a",
            "CheckMetricData",
            "bye",
            {"MetricType": "NumberOfAgentsOnline"},
            conditions=[("NumberGreaterThan", "0", "bye")],
            errors={"NoMatchingError": "bye", "NoMatchingCondition": "bye"},
        ),
    ),
    (
        "oldest_over: {300s: bye}",
        "",
        act(
            "a",
            "CheckMetricData",
            "bye",
            {"MetricType": "OldestContactInQueueAgeSeconds"},
            conditions=[("NumberGreaterThan", "300", "bye")],
            errors={"NoMatchingError": "bye", "NoMatchingCondition": "bye"},
        ),
    ),
    (
        "split: {30: bye, 20: bye}",
        "",
        act(
            "a",
            "DistributeByPercentage",
            "bye",
            conditions=[("NumberLessThan", "31", "bye"), ("NumberLessThan", "51", "bye")],
            errors={"NoMatchingCondition": "bye"},
        ),
    ),
    (
        "loop: 3",
        "",
        act(
            "a",
            "Loop",
            "bye",
            {"LoopCount": "3"},
            conditions=[("Equals", "ContinueLooping", "a"), ("Equals", "DoneLooping", "bye")],
        ),
    ),
    (
        "events: {CustomerReturned: bye}",
        "",
        act(
            "a",
            "Wait",
            "bye",
            {"TimeLimitSeconds": "900", "Events": ["CustomerReturned"]},
            conditions=[("Equals", "WaitCompleted", "bye"), ("Equals", "CustomerReturned", "bye")],
            **failing(),
        ),
    ),
    (
        "check_answer: true",
        "",
        act(
            "a",
            "CheckOutboundCallStatus",
            "bye",
            conditions=[
                ("Equals", word, "bye") for word in ("CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected")
            ],
            **failing(),
        ),
    ),
    (
        "related: yes",
        "",
        act("a", "UpdateContactAttributes", "bye", {"Attributes": {"k": "v"}, "TargetContact": "Related"}, **failing()),
    ),
    (
        "local: {k: v}",
        "",
        act("a", "UpdateFlowAttributes", "bye", {"FlowAttributes": {"k": {"Value": "v"}}}, **failing()),
    ),
    ("contact: {language: en-US}", "", act("a", "UpdateContactData", "bye", {"LanguageCode": "en-US"}, **failing())),
    ("tag: {k: v}", "", act("a", "TagContact", "bye", {"Tags": {"k": "v"}}, **failing())),
    ("untag: [k]", "", act("a", "UntagContact", "bye", {"TagKeys": ["k"]}, **failing())),
    (
        "lambda: lookup",
        "",
        act(
            "a",
            "InvokeLambdaFunction",
            "bye",
            {
                "LambdaFunctionARN": "arn:aws:lambda:eu-central-1:123456789012:function:lookup",
                "InvocationTimeLimitSeconds": "8",
            },
            **failing(),
        ),
    ),
    ("metrics: current", "", act("a", "GetMetricData", "bye", **failing())),
    (
        "record: [agent, customer]",
        "",
        act(
            "a",
            "UpdateContactRecordingBehavior",
            "bye",
            {"RecordingBehavior": {"RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": "Disabled"}},
        ),
    ),
    (
        "analyze: {voice: ",
        "",
        act(
            "a",
            "UpdateContactRecordingAndAnalyticsBehavior",
            "bye",
            {"VoiceBehavior": {"VoiceRecordingBehavior": {"RecordedParticipants": ["Agent"]}}},
            errors={"NoMatchingError": "bye", "ChannelMismatch": "bye"},
        ),
    ),
    (
        "voice: Lea",
        "",
        act("a", "UpdateContactTextToSpeechVoice", "bye", {"TextToSpeechVoice": "Lea", "TextToSpeechEngine": "Neural"}),
    ),
    ("log: off", "", act("a", "UpdateFlowLoggingBehavior", "bye", {"FlowLoggingBehavior": "Disabled"})),
    (
        "directions: [to, from]",
        "",
        act(
            "a",
            "UpdateContactMediaStreamingBehavior",
            "bye",
            {
                "MediaStreamingState": "Enabled",
                "MediaStreamType": "Audio",
                "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["To", "From"]}],
            },
            **failing(),
        ),
    ),
    (
        "task: Call",
        "",
        act(
            "a",
            "CreateTask",
            "bye",
            {"Name": "Call", "ContactFlowId": "arn:x/contact-flow/t", "Description": "D"},
            **failing(),
        ),
    ),
    (
        "repeat: [Wait.]",
        "customer_queue",
        act("a", "MessageParticipantIteratively", "", {"Messages": [{"Text": "Wait."}]}),
    ),
]


@pytest.mark.parametrize(
    ("written", "flow_type", "action"), VERBS, ids=[f"{v[2]['Type']}-{n}" for n, v in enumerate(VERBS)]
)
def test_an_action_becomes_its_verb_and_comes_back(written: str, flow_type: str, action: Action) -> None:
    if flow_type == "outbound_whisper":
        source = json.loads(flow(action))
        source["Actions"] = [action, act("e", "EndFlowExecution")]
        _, found = imported(json.dumps(source), flow_type)
    elif flow_type == "module" or not action["Transitions"]:
        source = json.loads(flow(action))
        source["Actions"] = [action]
        _, found = imported(json.dumps(source), flow_type)
    else:
        _, found = imported(flow(action), flow_type)
    assert written in found.text, found.text
    assert not found.as_actions


def test_every_type_that_has_a_verb_has_such_a_test() -> None:
    tested = {action["Type"] for _, _, action in VERBS} | {"DisconnectParticipant"}
    assert tested == set(RECOGNISERS)


def test_an_action_without_a_verb_passes_through_as_it_is() -> None:
    view = act(
        "a",
        "ShowView",
        "bye",
        {
            "ViewResource": {"Id": "v", "Version": "1"},
            "InvocationTimeLimitSeconds": "400",
            "ViewData": {"x": [None, "y"]},
        },
        conditions=[("Equals", "Next", "bye")],
        errors=dict.fromkeys(("NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"), "bye"),
    )
    _, found = imported(flow(view))
    assert "action: ShowView" in found.text
    assert found.as_actions == {"ShowView": 1}


def test_what_no_form_can_say_passes_through_too() -> None:
    twice = act(
        "a",
        "Compare",
        "bye",
        {"ComparisonValue": "$.Channel"},
        conditions=[("Equals", "> 5", "bye"), ("Equals", "x", "bye")],
        errors={"NoMatchingCondition": "bye"},
    )
    _, found = imported(flow(twice))
    assert found.as_actions == {"Compare": 1}


def test_a_queue_with_its_hooks_and_priority_is_one_step_again() -> None:
    both = {"QueueAtCapacity": "bye", "NoMatchingError": "bye"}
    hook = {"EventHooks": {"CustomerQueue": "arn:x/contact-flow/music"}}
    _, found = imported(
        flow(
            act("h", "UpdateContactEventHooks", "p", hook, errors={"NoMatchingError": "p"}),
            act("p", "UpdateContactRoutingBehavior", "t", {"QueuePriority": "2"}),
            act("t", "UpdateContactTargetQueue", "q", {"QueueId": QUEUE}, **failing()),
            act("q", "TransferContactToQueue", "bye", errors=both),
        )
    )
    assert "{queue: nurses, full: bye, priority: 2, waiting: music, failed: bye}" in found.text
    assert found.text.count("\n  ") == 2


def test_a_queue_into_which_two_ways_lead_stays_in_parts() -> None:
    both = {"QueueAtCapacity": "bye", "NoMatchingError": "bye"}
    _, found = imported(
        flow(
            act("s", "UpdateContactAttributes", "t", {"Attributes": {"k": "v"}}, errors={"NoMatchingError": "q"}),
            act("t", "UpdateContactTargetQueue", "q", {"QueueId": QUEUE}, **failing()),
            act("q", "TransferContactToQueue", "bye", errors=both),
        )
    )
    assert "target: " in found.text
    assert "queue: current" in found.text


def test_a_menu_in_a_loop_is_a_menu_with_attempts() -> None:
    again = {"InputTimeLimitExceeded": "l", "NoMatchingCondition": "l", "NoMatchingError": "bye"}
    _, found = imported(
        flow(
            act(
                "l",
                "Loop",
                "bye",
                {"LoopCount": "3"},
                conditions=[("Equals", "ContinueLooping", "m"), ("Equals", "DoneLooping", "bye")],
            ),
            act(
                "m",
                "GetParticipantInput",
                "l",
                {"Text": "1?", "StoreInput": "False", "InputTimeLimitSeconds": "5"},
                conditions=[("Equals", "1", "bye")],
                errors=again,
            ),
        )
    )
    assert "attempts: 3" in found.text
    assert "loop" not in found.text


def test_digits_with_their_timeout_and_attribute_are_one_step() -> None:
    number = {
        "Text": "Number",
        "StoreInput": "True",
        "InputTimeLimitSeconds": "5",
        "InputValidation": {"CustomValidation": {"MaximumLength": "8"}},
    }
    typed = "$.StoredCustomerInput"
    _, found = imported(
        flow(
            act("g", "GetParticipantInput", "c", number, **failing()),
            act(
                "c",
                "Compare",
                "s",
                {"ComparisonValue": typed},
                conditions=[("Equals", "Timeout", "bye")],
                errors={"NoMatchingCondition": "s"},
            ),
            act("s", "UpdateContactAttributes", "bye", {"Attributes": {"file": typed}}, **failing()),
        )
    )
    assert "silence: bye" in found.text
    assert "into: file" in found.text


def test_ids_become_names_that_the_designer_shows_and_stand_in_the_references() -> None:
    shown = {"ActionMetadata": {"a": {"parameters": {"QueueId": {"displayName": "Nurses, day"}}}}}
    target = act("a", "UpdateContactTargetQueue", "bye", {"QueueId": QUEUE}, **failing())
    _, found = imported(flow(target, Metadata=shown))
    assert "target: nurses-day" in found.text
    assert found.references == {"queue": {"nurses-day": QUEUE}}
    assert QUEUE not in found.text


def test_steps_have_readable_names_in_reading_order() -> None:
    first = "8f1d1f3e-1111-4a4a-8888-000000000001"
    second = "8f1d1f3e-1111-4a4a-8888-000000000002"
    _, found = imported(
        flow(
            act(first, "MessageParticipant", second, {"Text": "Bienvenue à tous !"}),
            act(second, "UpdateContactAttributes", "bye", {"Attributes": {"reason": "x"}}, **failing()),
        )
    )
    steps = [line.split(":")[0].strip() for line in found.text.split("steps:\n")[1].splitlines()]
    assert steps == ["bienvenue-a-tous", "set-reason", "bye"]


def test_strange_texts_come_back_letter_by_letter() -> None:
    for text in (
        "null",
        "~",
        " lead ",
        "a: b #c",
        "tab\there",
        "two\nlines",
        '"quoted"',
        "\u2028\x07",
        "{{x}}",
        "😀é",
        "- x",
    ):
        imported(flow(act("a", "MessageParticipant", "bye", {"Text": text})))


def test_a_described_flow_and_its_content_read_the_same() -> None:
    content = flow(act("a", "MessageParticipant", "bye", {"Text": "Hello"}))
    answer = {"ContactFlow": {"Name": "Night line", "Type": "CONTACT_FLOW", "Content": content}}
    _, found = imported(json.dumps(answer))
    assert "title: Night line" in found.text
    assert found.flow_type == "inbound"


def test_an_unknown_type_is_refused_by_name_and_place() -> None:
    found = refused(flow(act("a", "PlayPrompt", "bye", {"Text": "x"})))
    assert [(p.where.line, p.code) for p in found] == [(1, "flow-language")]
    assert "PlayPrompt" in found[0].message
    assert "MessageParticipant" in found[0].message


def test_the_old_format_is_translated_or_refused_with_every_block_that_cannot_be() -> None:
    def block(name: str, kind: str, to: str = "") -> dict[str, Any]:
        ways = [{"condition": "Success", "transition": to}] if to else []
        parameters = [{"name": "Text", "value": "Hi"}, {"name": "TextToSpeechType", "value": "text"}]
        return {"id": name, "type": kind, "branches": ways, "parameters": parameters if to else []}

    good = {
        "version": "1",
        "type": "contactFlow",
        "start": "a",
        "modules": [block("a", "PlayPrompt", "b"), block("b", "Disconnect")],
    }
    document = read_document(json.dumps(good), "old.json", Problems())
    assert document is not None
    assert document.legacy
    done = import_document(document, Problems())
    assert done is not None
    assert "say: Hi" in done.text
    bad = good | {"modules": [block("a", "Teleport", "b"), block("b", "Levitate")]}
    (problem,) = refused(json.dumps(bad))
    assert "Teleport" in problem.message
    assert "Levitate" in problem.message
