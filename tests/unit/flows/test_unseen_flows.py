"""Flows that nobody exported: every voice action in every parameter variant goes in and out again, and back equal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.bindings import bind_known
from ccdeploy.flows.document import read_document
from ccdeploy.flows.equal import first_difference
from ccdeploy.flows.importer.convert import Imported, import_document
from ccdeploy.flows.lint import lint_json
from ccdeploy.specs.problems import Problems

ARN = "arn:aws:connect:eu-west-2:210987654321:instance/6b1f0e8a-0f0d-4c58-9a5a-0c8a4c1f7a11"
ID = "0aa1f7d2-55c1-4d0e-8f66-6c9a64f1b0c"
QUEUE, OTHER = f"{ARN}/queue/{ID}1", f"{ARN}/queue/{ID}2"
FLOW, HOURS, PROMPT = f"{ARN}/contact-flow/{ID}3", f"{ARN}/operating-hours/{ID}4", f"{ARN}/prompt/{ID}5"
AGENT, MODULE = f"{ARN}/agent/{ID}6", f"{ARN}/flow-module/{ID}7"
LAMBDA = "arn:aws:lambda:eu-west-2:210987654321:function:ask-the-register"
BOT = "arn:aws:lex:eu-west-2:210987654321:bot-alias/QWERTYUIOP/ASDFGHJKLZ"
F = ["NoMatchingError"]
SPOKEN: list[dict[str, Any]] = [
    {"Text": "Grüß Gott, in an emergency call 112. ☎ 你好 \u202eمرحبا\u202c"},
    {"SSML": '<speak>Wait <break time="500ms"/> <say-as interpret-as="digits">112</say-as></speak>'},
    {"PromptId": PROMPT},
    {"PromptId": "$.Attributes.greeting"},
    {"Text": "$.External.greeting"},
    {"SSML": "<speak>$.Attributes['first name'] and $.External.line</speak>"},
    {"Media": {"Uri": "s3://sounds.example.org/$.Attributes.file.wav", "SourceType": "S3", "MediaType": "Audio"}},
]
LIMITS = {"InputTimeLimitSeconds": "5"}
MENU = {"InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"}
EVENTS = [{"ParticipantType": "Customer", "MediaDirections": ["From", "To"]}]
NEED = {
    "AttributeCondition": {
        "Name": "product",
        "Value": "fibre",
        "ProficiencyLevel": "3.0",
        "ComparisonOperator": "NumberGreaterOrEqualTo",
    }
}


def case(
    kind: str, parameters: dict[str, Any], errors: Any = (), when: Any = (), flow: str = "inbound", **more: Any
) -> Any:
    shown = json.dumps(parameters, ensure_ascii=True)[:60]
    return pytest.param(kind, parameters, tuple(errors), tuple(when), flow, more, id=f"{kind} {shown}")


def cases() -> Iterator[Any]:
    for spoken in SPOKEN:
        yield case("MessageParticipant", spoken, F)
        yield case("MessageParticipant", spoken)
        yield case("MessageParticipant", {**spoken, "SkipWhenDTMFBufferEnabled": "True"}, F)
        yield case(
            "GetParticipantInput", {**spoken, **LIMITS, "StoreInput": "False"}, MENU, [("Equals", "1"), ("Equals", "#")]
        )
        yield case(
            "GetParticipantInput",
            {**spoken, **LIMITS, "StoreInput": "True", "InputValidation": {"CustomValidation": {"MaximumLength": "7"}}},
            F,
        )
    local = {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "AT"}}
    whole = {"PhoneNumberValidation": {"NumberFormat": "E164"}}
    for validation in (local, whole):
        stored = {"Text": "Number?", **LIMITS, "StoreInput": "True", "InputValidation": validation}
        yield case("GetParticipantInput", stored, ["InvalidPhoneNumber", *F])
    keys = {"InputTerminationSequence": "*#", "DisableCancelKey": "True", "InterdigitTimeLimitSeconds": "3"}
    plain = {"StoreInput": "True", "InputValidation": {"CustomValidation": {"MaximumLength": "12"}}}
    secret = {"InputEncryption": {"EncryptionKeyId": "abc", "Key": "-----BEGIN CERTIFICATE-----"}}
    yield case("GetParticipantInput", {"Text": "Code?", **LIMITS, **plain, "DTMFConfiguration": keys}, F)
    yield case("GetParticipantInput", {"Text": "Card?", **LIMITS, **plain, **secret}, F)
    yield case(
        "GetParticipantInput",
        {"Text": "Press.", "InputTimeLimitSeconds": "17"},
        MENU,
        [("Equals", k) for k in "0123456789*#"],
    )
    bot = {"LexV2Bot": {"AliasArn": BOT}}
    intents = [("Equals", "Book A Visit"), ("Equals", "FallbackIntent")]
    for spoken in SPOKEN[:4]:
        yield case("ConnectParticipantWithLexBot", {**spoken, **bot}, ["NoMatchingCondition", *F], intents)
    told = {"LexSessionAttributes": {"x-amz-lex:audio:start-timeout-ms:*:*": "$.Attributes.ms", "who": "me"}}
    yield case("ConnectParticipantWithLexBot", {"Text": "Yes?", **bot, **told}, ["NoMatchingCondition", *F])
    yield case("ConnectParticipantWithLexBot", {"Text": "Yes?", **bot, "LexTimeoutSeconds": {"Text": "300"}}, MENU)
    old = {"LexBot": {"Name": "Old", "Region": "eu-west-2", "Alias": "$LATEST"}}
    yield case("ConnectParticipantWithLexBot", {"Text": "Yes?", **old}, ["NoMatchingCondition", *F], intents)
    begun = {"LexInitializationData": {"InitialMessage": "$.Attributes.words"}}
    yield case("ConnectParticipantWithLexBot", {**bot, **begun}, ["NoMatchingCondition", *F])
    yield from routes()
    yield from states()
    yield from checks()


def routes() -> Iterator[Any]:
    for target in (
        {"QueueId": QUEUE},
        {"AgentId": AGENT},
        {"QueueId": "$.Attributes.queue"},
        {"AgentId": "$.Attributes.who"},
    ):
        yield case("UpdateContactTargetQueue", target, F)
        times = {"InitialCallDelaySeconds": "99", "RetryDelaySeconds": "600", "MaximumConnectionAttempts": "2"}
        yield case("CreateCallbackContact", {**target, **times}, F)
        yield case("DequeueContactAndTransferToQueue", target, ["QueueAtCapacity", *F], flow="customer_queue")
        yield case("GetMetricData", {**target, "QueueChannel": "Voice"}, F)
        agents = {"MetricType": "NumberOfAgentsOnline", **target}
        yield case("CheckMetricData", agents, ["NoMatchingCondition", *F], [("NumberGreaterThan", "0")])
    yield case("CreateCallbackContact", {**times, "ContactFlowId": FLOW, "CallerId": "$.SystemEndpoint.Address"}, F)
    yield case("TransferContactToQueue", {}, ["QueueAtCapacity", *F])
    yield case("TransferContactToAgent", {}, flow="agent_transfer", ends=True)
    dial = {"ThirdPartyPhoneNumber": "+33199001500", "ThirdPartyConnectionTimeLimitSeconds": "25"}
    busy = ["CallFailed", "ConnectionTimeLimitExceeded", *F]
    caller = {"CallerId": {"Number": "+33199000000", "Name": "Line"}, "ThirdPartyDTMFDigits": "1,,2#"}
    yield case("TransferParticipantToThirdParty", {**dial, "ContinueFlowExecution": "True"}, busy)
    yield case("TransferParticipantToThirdParty", {**dial, "ContinueFlowExecution": "False"}, F)
    yield case("TransferParticipantToThirdParty", {**dial, **caller, "ContinueFlowExecution": "True"}, busy)
    dynamic = {**dial, "ThirdPartyPhoneNumber": "$.External.desk", "ContinueFlowExecution": "True"}
    yield case("TransferParticipantToThirdParty", dynamic, F, flow="agent_transfer")
    for flow in (FLOW, "$.Attributes.next"):
        yield case("TransferToFlow", {"ContactFlowId": flow}, F)
    yield case("InvokeFlowModule", {"FlowModuleId": MODULE}, F)
    yield case(
        "InvokeFlowModule", {"FlowModuleId": f"{MODULE}:$LATEST"}, ["NoMatchingCondition", *F], [("Equals", "Good")]
    )
    yield case("EndFlowModuleExecution", {}, flow="module", ends=True)
    yield case("EndFlowModuleExecution", {"Result": "Good", "ResultData": {"n": "1"}}, flow="module", ends=True)
    yield case("CompleteOutboundCall", {}, flow="outbound_whisper")
    yield case("CompleteOutboundCall", {"CallerId": {"Number": "$.Attributes.shown"}}, flow="outbound_whisper")
    yield case("UpdateContactRoutingBehavior", {"QueuePriority": "2"})
    yield case("UpdateContactRoutingBehavior", {"QueueTimeAdjustmentSeconds": "-90"})
    steps = {
        "RoutingCriteria": {"Steps": [{"Expression": {"AndExpression": [NEED]}, "Expiry": {"DurationInSeconds": "30"}}]}
    }
    yield case("UpdateContactRoutingCriteria", steps, F)


def states() -> Iterator[Any]:
    yield case(
        "UpdateContactAttributes", {"Attributes": {"a b": "x", "ü": "$.External.y"}, "TargetContact": "Related"}, F
    )
    yield case("UpdateContactAttributes", {"Attributes": {f"key-{n}": f"$.Lex.Slots.s{n}" for n in range(30)}}, F)
    yield case("UpdateFlowAttributes", {"FlowAttributes": {"n": {"Value": "1"}, "t": {"Value": "$.External.t"}}}, F)
    yield case(
        "UpdateContactCallbackNumber",
        {"CallbackNumber": "$.Attributes.nr"},
        ["InvalidCallbackNumber", "CallbackNumberNotDialable"],
    )
    for data in ({"Name": "A visit"}, {"LanguageCode": "de-AT"}, {"Description": "d", "CustomerId": "$.External.id"}):
        yield case("UpdateContactData", data, F)
        yield case("UpdateContactData", {**data, "TargetContact": "Related"}, F)
    for hook in (
        "AgentHold",
        "AgentWhisper",
        "CustomerHold",
        "CustomerQueue",
        "CustomerRemaining",
        "CustomerWhisper",
        "DefaultAgentUI",
    ):
        yield case("UpdateContactEventHooks", {"EventHooks": {hook: FLOW}}, F)
    for who in ([], ["Agent"], ["Agent", "Customer"]):
        yield case("UpdateContactRecordingBehavior", {"RecordingBehavior": {"RecordedParticipants": who}})
        voice = {"VoiceRecordingBehavior": {"RecordedParticipants": who, "IVRRecordingBehavior": "Enabled"}}
        yield case("UpdateContactRecordingAndAnalyticsBehavior", {"VoiceBehavior": voice}, [*F, "ChannelMismatch"])
    screen = {
        "RecordedParticipants": ["Customer"],
        "ScreenRecordedParticipants": ["Agent"],
        "IVRRecordingBehavior": "Disabled",
    }
    analytics = {"Enabled": "True", "AnalyticsLanguage": "en-GB", "AnalyticsRedactionBehavior": "Disabled"}
    yield case("UpdateContactRecordingBehavior", {"RecordingBehavior": screen})
    yield case("UpdateContactRecordingBehavior", {"RecordingBehavior": screen, "AnalyticsBehavior": analytics})
    for engine in (
        {},
        {"TextToSpeechEngine": "Neural"},
        {"TextToSpeechEngine": "Neural", "TextToSpeechStyle": "Conversational"},
    ):
        yield case("UpdateContactTextToSpeechVoice", {"TextToSpeechVoice": "Joanna", **engine}, F)
        yield case("UpdateContactTextToSpeechVoice", {"TextToSpeechVoice": "$.Attributes.voice", **engine})
    for word in ("Enabled", "Disabled"):
        yield case("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": word})
        stream = {"MediaStreamingState": word, "Participants": EVENTS, "MediaStreamType": "Audio"}
        yield case("UpdateContactMediaStreamingBehavior", stream, F)
    for word in ("AgentOnHold", "CustomerOnHold", "OffHold"):
        yield case("UpdatePreviousContactParticipantState", {"PreviousContactParticipantState": word}, F)
    yield case("TagContact", {"Tags": {"line": "day", "from": "$.Attributes.from"}}, F)
    yield case("UntagContact", {"TagKeys": ["line", "from"]}, F)
    task = {
        "Name": "Look at $.Attributes.id",
        "ContactFlowId": FLOW,
        "Description": "d",
        "Attributes": {"a": "b"},
        "DelaySeconds": "60",
    }
    yield case("CreateTask", task, F)
    for answer in ("STRING_MAP", "JSON"):
        asked = {
            "LambdaFunctionARN": LAMBDA,
            "InvocationTimeLimitSeconds": "3",
            "ResponseValidation": {"ResponseType": answer},
        }
        yield case("InvokeLambdaFunction", {**asked, "LambdaInvocationAttributes": {"q": "$.Queue.Name"}}, F)
        yield case("InvokeLambdaFunction", {**asked, "InvocationType": "ASYNCHRONOUS"}, F)
    yield case("InvokeLambdaFunction", {"LambdaFunctionARN": "$.Attributes.fn", "InvocationTimeLimitSeconds": "8"}, F)


def checks() -> Iterator[Any]:
    both = [("Equals", "True"), ("Equals", "False")]
    yield case("CheckHoursOfOperation", {"HoursOfOperationId": HOURS}, F, both)
    yield case("CheckHoursOfOperation", {"HoursOfOperationId": "$.Attributes.hours"}, F, both)
    yield case("CheckHoursOfOperation", {}, F, both)
    steps = [("NumberGreaterThan", "40"), ("NumberGreaterThan", "20"), ("Equals", "0")]
    for figure in ("OldestContactInQueueAgeSeconds", "NumberOfContactsInQueue"):
        yield case("CheckMetricData", {"MetricType": figure, "QueueId": QUEUE}, ["NoMatchingCondition", *F], steps)
        yield case("CheckMetricData", {"MetricType": figure}, ["NoMatchingCondition", *F], steps[:1])
    every = ["Equals", "TextStartsWith", "TextEndsWith", "TextContains", "NumberGreaterThan", "NumberLessOrEqualTo"]
    for path in ("$.Attributes.x", "$.External['a b']", "$.StoredCustomerInput", "$.Lex.IntentName", "$.Queue.Name"):
        yield case(
            "Compare", {"ComparisonValue": path}, ["NoMatchingCondition"], [(op, f"{n}") for n, op in enumerate(every)]
        )
    yield case(
        "Compare",
        {"ComparisonValue": "$.Attributes.x"},
        ["NoMatchingCondition"],
        [("Equals", "oui, merci"), ("Equals", "> 5")],
    )
    yield case(
        "DistributeByPercentage", {}, ["NoMatchingCondition"], [("NumberLessThan", str(n)) for n in (26, 51, 76)]
    )
    yield case("DistributeByPercentage", {}, ["NoMatchingCondition"], [("NumberLessThan", str(n)) for n in (11, 81)])
    around = [("Equals", "ContinueLooping"), ("Equals", "DoneLooping")]
    for count in ("3", "0", "$.Attributes.times"):
        yield case("Loop", {"LoopCount": count}, (), around)
    for limit in ("30", "$.Attributes.wait"):
        yield case("Wait", {"TimeLimitSeconds": limit}, F, [("Equals", "WaitCompleted")])
    returned = [("Equals", "WaitCompleted"), ("Equals", "CustomerReturned")]
    yield case("Wait", {"TimeLimitSeconds": "60", "Events": ["CustomerReturned"]}, F, returned)
    heard = ("CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected")
    yield case("CheckOutboundCallStatus", {}, F, [("Equals", word) for word in heard])
    several = SPOKEN[:4]
    yield case("MessageParticipantIteratively", {"Messages": several}, flow="customer_hold", plays=True)
    cut = {"Messages": several, "InterruptFrequencySeconds": "20", "ContinueMessagingDuringInterrupt": "True"}
    yield case("MessageParticipantIteratively", cut, F, [("Equals", "MessagesInterrupted")], flow="customer_queue")


def document(kind: str, parameters: Any, errors: Any, when: Any, flow: str, more: Any) -> dict[str, Any]:
    """The action at the start, every branch to an end of its own, identifiers that nobody chose, no metadata."""
    last = {
        "customer_queue": "EndFlowExecution",
        "outbound_whisper": "EndFlowExecution",
        "module": "EndFlowModuleExecution",
    }
    ways = ["end", *(f"b{n}" for n in range(len(when) + len(errors)))]
    transitions: dict[str, Any] = {}
    if not more.get("ends"):
        if not more.get("plays"):
            transitions["NextAction"] = ways[0]
        transitions["Conditions"] = [
            {"NextAction": ways[1 + n], "Condition": {"Operator": operator, "Operands": [operand]}}
            for n, (operator, operand) in enumerate(when)
        ]
        transitions["Errors"] = [
            {"NextAction": ways[1 + len(when) + n], "ErrorType": name} for n, name in enumerate(sorted(errors))
        ]
    ends = [
        {"Identifier": way, "Type": last.get(flow, "DisconnectParticipant"), "Parameters": {}, "Transitions": {}}
        for way in ([] if more.get("ends") or more.get("plays") else ways)
    ]
    first = {"Identifier": "start", "Type": kind, "Parameters": parameters, "Transitions": transitions}
    before: list[dict[str, Any]] = []
    if kind == "DequeueContactAndTransferToQueue":  # only after messages that repeat
        again = {"NextAction": "start", "Condition": {"Operator": "Equals", "Operands": ["MessagesInterrupted"]}}
        loop = {"Messages": [{"Text": "Please wait."}], "InterruptFrequencySeconds": "20"}
        wired = {"NextAction": "start", "Conditions": [again], "Errors": []}
        kind_ = "MessageParticipantIteratively"
        before = [{"Identifier": "music", "Type": kind_, "Parameters": loop, "Transitions": wired}]
    start = before[0]["Identifier"] if before else "start"
    return {"Version": "2019-10-30", "StartAction": start, "Actions": [*before, first, *ends]}


def round_trip(raw: dict[str, Any], flow: str) -> Imported:
    problems = Problems()
    real = read_document(json.dumps(raw), "unseen.json", problems)
    assert real is not None, [str(p) for p in problems.listed()]
    imported = import_document(real, problems, flow_type=flow)
    assert imported is not None, [str(p) for p in problems.listed()]
    again = compile_text(imported.text, "unseen.yaml")
    assert again.compiled is not None, (imported.text, [str(p) for p in again.problems.listed()])
    back = read_document(bind_known(again.compiled, imported.bindings), "again.json", Problems())
    assert back is not None
    assert first_difference(real, back) is None, (first_difference(real, back), imported.text)
    return imported


@pytest.mark.parametrize(("kind", "parameters", "errors", "when", "flow", "more"), list(cases()))
def test_an_action_comes_back_with_every_parameter_and_branch(
    kind: str, parameters: Any, errors: Any, when: Any, flow: str, more: Any
) -> None:
    round_trip(document(kind, parameters, errors, when, flow, more), flow)


def chain(count: int) -> dict[str, Any]:
    """Menus, sentences and comparisons that lead on and back, in `count` actions."""
    actions: list[dict[str, Any]] = []
    for n in range(count - 1):
        on, back = f"a{n + 1}", f"a{n * 3 // 4}"
        if n % 3 == 0:
            errors = [{"NextAction": back, "ErrorType": name} for name in sorted(MENU)]
            press = {"NextAction": on, "Condition": {"Operator": "Equals", "Operands": [str(n % 10)]}}
            wired = {"NextAction": back, "Conditions": [press], "Errors": errors}
            given: dict[str, Any] = {"Text": f"Menü {n}: drücken Sie {n % 10}.", "InputTimeLimitSeconds": "5"}
            actions.append(
                {"Identifier": f"a{n}", "Type": "GetParticipantInput", "Parameters": given, "Transitions": wired}
            )
        else:
            wired = {"NextAction": on, "Errors": [{"NextAction": on, "ErrorType": "NoMatchingError"}]}
            said = {"SSML": f"<speak>Satz {n} &amp; mehr</speak>"}
            actions.append(
                {"Identifier": f"a{n}", "Type": "MessageParticipant", "Parameters": said, "Transitions": wired}
            )
    end = {"Identifier": f"a{count - 1}", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    return {"Version": "2019-10-30", "StartAction": "a0", "Actions": [*actions, end]}


@pytest.mark.parametrize("count", [2, 60, 200, 250])
def test_long_flows_with_circles_come_back(count: int) -> None:
    found = round_trip(chain(count), "inbound")
    assert sum(found.as_verbs.values()) == count


def test_an_answer_of_the_api_and_a_console_export_give_the_same_steps() -> None:
    content = chain(9)
    shown = {
        "ActionMetadata": {"a0": {"position": {"x": 1, "y": 2}}},
        "entryPointPosition": {"x": 0, "y": 0},
        "name": "Ärzte",
    }
    answer = {"ContactFlow": {"Name": "Ärzte", "Type": "CONTACT_FLOW", "Content": json.dumps(content)}}
    texts = set()
    for raw in (answer, {**content, "Metadata": {**shown, "type": "contactFlow"}}):
        problems = Problems()
        real = read_document(json.dumps(raw), "x.json", problems)
        assert real is not None, [str(p) for p in problems.listed()]
        imported = import_document(real, problems)
        assert imported is not None, [str(p) for p in problems.listed()]
        texts.add(imported.text.split("steps:")[1])
    assert len(texts) == 1


def test_equal_shares_are_a_list_and_different_ones_a_map() -> None:
    shares = [("NumberLessThan", "51"), ("NumberLessThan", "101")]
    half = document("DistributeByPercentage", {}, ["NoMatchingCondition"], shares, "inbound", {})
    assert "split: [{50: " in round_trip(half, "inbound").text
    shares = [("NumberLessThan", "31"), ("NumberLessThan", "91")]
    other = document("DistributeByPercentage", {}, ["NoMatchingCondition"], shares, "inbound", {})
    assert "split: {30: " in round_trip(other, "inbound").text


@pytest.mark.parametrize(
    "name", ["${queue_arn}", "{{queues.triage.arn}}", "%TRIAGE_QUEUE%", "REPLACE_WITH_QUEUE", "__QUEUE__"]
)
def test_a_template_is_told_with_what_is_to_be_filled_in(name: str) -> None:
    raw = document("UpdateContactTargetQueue", {"QueueId": name}, F, (), "inbound", {})
    found = [p for p in lint_json(json.dumps(raw), "a.json").problems.listed() if p.code == "template"]
    assert [name in p.message for p in found] == [True]
    assert not [p for p in lint_json(json.dumps(chain(5)), "a.json").problems.listed() if p.code == "template"]
    round_trip(raw, "inbound")
