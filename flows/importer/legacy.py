"""The designer's old format (modules with branches, before Flow language) as Flow language.

Translated by block type (flow corpus facts 7); a block, a parameter or a branch that is not known here is refused by
name, all of them at once: a flow that is translated halfway would lose calls in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ...specs.problems import Problems
from ..document import Document, read_document
from ..language import VERSION

_NAMESPACES = {"User Defined": "$.Attributes.", "External": "$.External.", "Lex": "$.Lex.", "System": "$."}
_SYSTEM = {
    "Customer Number": "$.CustomerEndpoint.Address",
    "Dialed Number": "$.SystemEndpoint.Address",
    "Stored customer input": "$.StoredCustomerInput",
    "Channel": "$.Channel",
    "Contact id": "$.ContactId",
    "Initial Contact id": "$.InitialContactId",
    "Previous Contact id": "$.PreviousContactId",
}
_OPERATORS = {
    "Equals": "Equals",
    "GreaterThan": "NumberGreaterThan",
    "GreaterThanOrEqualTo": "NumberGreaterOrEqualTo",
    "LessThan": "NumberLessThan",
    "LessThanOrEqualTo": "NumberLessOrEqualTo",
    "StartsWith": "TextStartsWith",
    "Contains": "TextContains",
}
_STAFF = {"Available": "Available", "Staffed": "Staffed", "Online": "Online"}
_RECORDED = {"Both": ["Agent", "Customer"], "AgentOnly": ["Agent"], "CustomerOnly": ["Customer"]}
_DIRECTIONS = {"FromCustomer": "From", "ToCustomer": "To"}


class _Unknown(Exception):
    """A block that cannot be said; the text is what of it."""


class _Block:
    """One module of the old format; parameters and branches are taken one after the other."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        target = raw.get("target")
        self.type = f"{raw.get('type')}/{target}" if target else str(raw.get("type"))
        entries = raw.get("parameters")
        self.parameters = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        ways = raw.get("branches")
        self.branches = [way for way in ways if isinstance(way, dict)] if isinstance(ways, list) else []

    def take(self, name: str) -> list[dict[str, Any]]:
        """Every parameter of this name."""
        found = [entry for entry in self.parameters if entry.get("name") == name]
        self.parameters = [entry for entry in self.parameters if entry.get("name") != name]
        return found

    def value(self, name: str) -> str | None:
        """One parameter's value; a run-time one as its path."""
        found = self.take(name)
        return _value(found[0]) if found else None

    def need(self, name: str, words: Mapping[str, Any] | None = None) -> Any:
        """A parameter that must be there, translated by `words`."""
        value = self.value(name)
        if value is None or (words is not None and value not in words):
            raise _Unknown(f"{name} {value!r}" if value is not None else f"no {name}")
        return value if words is None else words[value]

    def to(self, condition: str) -> str | None:
        """Where a branch leads."""
        found = [way for way in self.branches if way.get("condition") == condition]
        self.branches = [way for way in self.branches if way.get("condition") != condition]
        return str(found[0].get("transition")) if found else None

    def evaluated(self) -> list[tuple[str, str, str]]:
        """Branches that compare: operator, operand, target."""
        found = [way for way in self.branches if way.get("condition") == "Evaluate"]
        self.branches = [way for way in self.branches if way.get("condition") != "Evaluate"]
        kinds = [str(way.get("conditionType")) for way in found]
        strange = next((kind for kind in kinds if kind not in _OPERATORS), None)
        if strange is not None:
            raise _Unknown(f"comparison {strange}")
        return [
            (_OPERATORS[kind], str(way.get("conditionValue")), str(way.get("transition")))
            for kind, way in zip(kinds, found, strict=True)
        ]

    def speech(self, fallback: str = "Text") -> dict[str, str]:
        """What is said."""
        prompt, kind = self.value("AudioPrompt"), self.value("TextToSpeechType")
        text = self.value(fallback)
        if prompt is not None:
            return {"PromptId": prompt}
        if text is None:
            raise _Unknown("nothing to say")
        return {"SSML" if kind == "ssml" else "Text": text}


def _value(entry: Mapping[str, Any]) -> str:
    value, namespace = str(entry.get("value")), entry.get("namespace")
    return _path(str(namespace), value) if namespace else value


def _path(namespace: str, value: str) -> str:
    if namespace == "System" and value in _SYSTEM:
        return _SYSTEM[value]
    if namespace not in _NAMESPACES or (namespace == "System" and " " in value):
        raise _Unknown(f"{namespace} {value}")
    return f"{_NAMESPACES[namespace]}{value}"


def translate(document: Document, problems: Problems) -> Document | None:
    """The document in Flow language; None after naming every block that cannot be said."""
    modules = document.raw.get("modules")
    actions: list[dict[str, Any]] = []
    wrong: dict[str, None] = {}
    for raw in modules if isinstance(modules, list) else []:
        if not isinstance(raw, dict):
            wrong["something that is no block"] = None
            continue
        block = _Block(raw)
        try:
            actions.append(_action(str(raw.get("id")), block))
        except _Unknown as why:
            wrong[f"{block.type} ({why})"] = None
    if wrong:
        message = f"the old designer format has blocks that cannot be translated: {', '.join(wrong)[:1500]}"
        problems.error(document.where, "legacy-format", message, "open the flow in the console, save it, export it")
        return None
    metadata = document.raw.get("metadata")
    kind = document.raw.get("type")
    told = {key: metadata.get(key) for key in ("name", "description")} if isinstance(metadata, dict) else {}
    content = {
        "Version": VERSION,
        "StartAction": str(document.raw.get("start")),
        "Metadata": {**told, "type": kind},
        "Actions": actions,
    }
    return read_document(json.dumps(content), document.file, problems)


def _action(identifier: str, block: _Block) -> dict[str, Any]:
    maker = _BLOCKS.get(block.type)
    if maker is None:
        raise _Unknown("unknown block")
    kind, parameters, following, conditions, errors = maker(block)
    if block.parameters or block.branches:
        left = [str(entry.get("name") or entry.get("condition")) for entry in (*block.parameters, *block.branches)]
        raise _Unknown(", ".join(dict.fromkeys(left)))
    transitions: dict[str, Any] = {}
    if following is not None:
        transitions["NextAction"] = following
    if conditions:
        transitions["Conditions"] = [
            {"NextAction": to, "Condition": {"Operator": operator, "Operands": [operand]}}
            for operator, operand, to in conditions
        ]
    present = {name: to for name, to in errors.items() if to is not None}
    if present:
        transitions["Errors"] = [{"NextAction": to, "ErrorType": name} for name, to in present.items()]
    return {"Identifier": identifier, "Type": kind, "Parameters": parameters, "Transitions": transitions}


Made = tuple[str, dict[str, Any], str | None, list[tuple[str, str, str]], dict[str, str | None]]


def _simple(kind: str, parameters: dict[str, Any], block: _Block) -> Made:
    following, failed = block.to("Success"), block.to("Error")
    return kind, parameters, following, [], {"NoMatchingError": failed}


def _terminal(kind: str) -> Callable[[_Block], Made]:
    return lambda _: (kind, {}, None, [], {})


def _attributes(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {str(entry.get("key")): _value(entry) for entry in entries}


def _lambda(block: _Block) -> Made:
    parameters: dict[str, Any] = {"LambdaFunctionARN": block.need("FunctionArn")}
    parameters["InvocationTimeLimitSeconds"] = block.need("TimeLimit")
    sent = _attributes(block.take("Parameter"))
    if sent:
        parameters["LambdaInvocationAttributes"] = sent
    return _simple("InvokeLambdaFunction", parameters, block)


def _transfer_queue(block: _Block) -> Made:
    failed = block.to("Error")
    return (
        "TransferContactToQueue",
        {},
        failed,
        [],
        {"QueueAtCapacity": block.to("AtCapacity"), "NoMatchingError": failed},
    )


def _transfer_flow(block: _Block) -> Made:
    failed = block.to("Error")
    return "TransferToFlow", {"ContactFlowId": block.need("ContactFlowId")}, failed, [], {"NoMatchingError": failed}


def _hook(block: _Block) -> Made:
    hooks = {block.need("Type"): block.need("ContactFlowId")}
    return _simple("UpdateContactEventHooks", {"EventHooks": hooks}, block)


def _queue(block: _Block) -> Made:
    agent = block.value("Agent")
    parameters = {"AgentId": agent} if agent is not None else {"QueueId": block.need("Queue")}
    return _simple("UpdateContactTargetQueue", parameters, block)


def _wait(block: _Block) -> Made:
    parameters: dict[str, Any] = {"TimeLimitSeconds": block.need("TimeoutSeconds")}
    returned = block.to("CustomerReturn")
    cases = [("Equals", "WaitCompleted", str(block.to("Timeout")))]
    if block.value("InterruptOnCustomerReturn") == "true" and returned is not None:
        parameters["Events"] = ["CustomerReturned"]
        cases.append(("Equals", "CustomerReturned", returned))
    failed = block.to("Error")
    return "Wait", parameters, failed, cases, {"NoMatchingError": failed}


def _loop(block: _Block) -> Made:
    done = block.to("Complete")
    cases = [("Equals", "ContinueLooping", str(block.to("Looping"))), ("Equals", "DoneLooping", str(done))]
    return "Loop", {"LoopCount": block.need("LoopCount")}, done, cases, {}


def _compare(block: _Block) -> Made:
    name, namespace = block.need("Attribute"), block.need("Namespace")
    other = block.to("NoMatch")
    value = {"ComparisonValue": _path(namespace, name)}
    return "Compare", value, other, block.evaluated(), {"NoMatchingCondition": other}


def _staffing(block: _Block) -> Made:
    parameters = {"MetricType": f"NumberOfAgents{block.need('Status', _STAFF)}"}
    for name, field in (("Agent", "AgentId"), ("Queue", "QueueId")):
        value = block.value(name)
        if value is not None:
            parameters[field] = value
    failed = block.to("Error")
    errors = {"NoMatchingError": failed, "NoMatchingCondition": block.to("False")}
    return "CheckMetricData", parameters, failed, [("NumberGreaterThan", "0", str(block.to("True")))], errors


def _menu(block: _Block) -> Made:
    if block.need("MaxDigits") != "1":
        raise _Unknown("MaxDigits")
    parameters = block.speech() | {"StoreInput": "False", "InputTimeLimitSeconds": block.need("Timeout")}
    other = block.to("NoMatch")
    errors = {
        "InputTimeLimitExceeded": block.to("Timeout"),
        "NoMatchingCondition": other,
        "NoMatchingError": block.to("Error"),
    }
    return "GetParticipantInput", parameters, other, block.evaluated(), errors


def _voice(block: _Block) -> Made:
    parameters = {"TextToSpeechVoice": block.need("GlobalVoice")}
    for name, field in (("GlobalEngine", "TextToSpeechEngine"), ("SpeakingStyle", "TextToSpeechStyle")):
        value = block.value(name)
        if value is not None:
            parameters[field] = value
    return _simple("UpdateContactTextToSpeechVoice", parameters, block)


def _recording(block: _Block) -> Made:
    on = block.need("RecordingBehaviorOption", {"Enable": True, "Disable": False})
    people = block.need("RecordingParticipantOption", _RECORDED)
    behavior = {"RecordedParticipants": people if on else []}
    return _simple("UpdateContactRecordingBehavior", {"RecordingBehavior": behavior}, block)


def _stream(state: str) -> Callable[[_Block], Made]:
    def make(block: _Block) -> Made:
        tracks = [_value(entry) for entry in block.take("Track")]
        strange = next((track for track in tracks if track not in _DIRECTIONS), None)
        if strange is not None:
            raise _Unknown(f"Track {strange}")
        people = {"ParticipantType": "Customer", "MediaDirections": [_DIRECTIONS[track] for track in tracks]}
        kind = block.need("MediaStreamTypes", {"Audio": "Audio"})
        parameters = {"MediaStreamingState": state, "Participants": [people], "MediaStreamType": kind}
        return _simple("UpdateContactMediaStreamingBehavior", parameters, block)

    return make


def _prompts(block: _Block) -> Made:
    messages = [
        {"PromptId" if entry.get("name") == "AudioPrompt" else "Text": _value(entry)}
        for entry in (*block.take("Text"), *block.take("AudioPrompt"))
    ]
    parameters: dict[str, Any] = {"Messages": messages}
    every, interrupted, failed = block.value("InterruptSeconds"), block.to("Timeout"), block.to("Error")
    cases = []
    if every is not None and interrupted is not None:
        parameters["InterruptFrequencySeconds"] = every
        cases = [("Equals", "MessagesInterrupted", interrupted)]
    return "MessageParticipantIteratively", parameters, None, cases, {"NoMatchingError": failed}


def _metrics(block: _Block) -> Made:
    queue = block.value("Queue")
    return _simple("GetMetricData", {"QueueId": queue} if queue else {}, block)


def _hours(block: _Block) -> Made:
    hours, failed = block.value("Hours"), block.to("Error")
    cases = [("Equals", "True", str(block.to("True"))), ("Equals", "False", str(block.to("False")))]
    parameters = {"HoursOfOperationId": hours} if hours else {}
    return "CheckHoursOfOperation", parameters, failed, cases, {"NoMatchingError": failed}


def _logging(block: _Block) -> Made:
    state = block.need("LoggingBehavior", {"Enable": "Enabled", "Disable": "Disabled"})
    return _simple("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": state}, block)


def _set(block: _Block) -> Made:
    return _simple("UpdateContactAttributes", {"Attributes": _attributes(block.take("Attribute"))}, block)


_BLOCKS: Mapping[str, Callable[[_Block], Made]] = {
    "PlayPrompt": lambda block: _simple("MessageParticipant", block.speech(), block),
    "SetAttributes": _set,
    "Disconnect": _terminal("DisconnectParticipant"),
    "Resume": _terminal("EndFlowExecution"),
    "InvokeExternalResource/Lambda": _lambda,
    "SetLoggingBehavior": _logging,
    "Transfer/Queue": _transfer_queue,
    "Transfer/Flow": _transfer_flow,
    "SetEventHook": _hook,
    "SetQueue": _queue,
    "Wait": _wait,
    "Loop": _loop,
    "CheckAttribute": _compare,
    "CheckStaffing": _staffing,
    "GetUserInput/Digits": _menu,
    "SetVoice": _voice,
    "SetRecordingBehavior": _recording,
    "StartMediaStreaming": _stream("Enabled"),
    "StopMediaStreaming": _stream("Disabled"),
    "LoopPrompts": _prompts,
    "GetMetricData": _metrics,
    "CheckHoursOfOperation": _hours,
}
