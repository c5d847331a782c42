"""How the verbs that decide, keep and ask become actions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .catalogue import catalogue
from .compile_speech import loop as loop_action
from .compile_speech import voice as voice_action
from .compiled import RefKind
from .draft import Draft
from .graph import Step

OPERATORS: Mapping[str, str] = {
    ">=": "NumberGreaterOrEqualTo",
    "<=": "NumberLessOrEqualTo",
    ">": "NumberGreaterThan",
    "<": "NumberLessThan",
    "starts": "TextStartsWith",
    "ends": "TextEndsWith",
    "contains": "TextContains",
}
_CASE = re.compile(r"(>=|<=|>|<|starts|ends|contains) (.+)")
_PLACEHOLDER = re.compile(r"\{\{(queue|flow|module|hours|prompt|lambda|bot|agent|phone_number):([^{}]+)\}\}")
_METRICS = {
    "staffed": "NumberOfAgentsStaffed",
    "available": "NumberOfAgentsAvailable",
    "online": "NumberOfAgentsOnline",
}


def check_hours(draft: Draft, step: Step) -> None:
    """CheckHoursOfOperation; a failure counts as open: a caller too many is better than one turned away."""
    is_open = step.option("open") or draft.then(step)
    parameters = {}
    if step.value != "current":
        parameters["HoursOfOperationId"] = draft.ref("hours", draft.house.hours(step.value))
    cases = [("Equals", "True", is_open), ("Equals", "False", step.option("closed"))]
    failed = step.failed or is_open
    draft.add(step.key, "CheckHoursOfOperation", parameters, conditions=cases, failed=failed)


def _metric(draft: Draft, ident: str, step: Step, metric: str, cases: list[tuple[str, str, str]], other: str) -> None:
    failed = step.failed or draft.then(step)

    def one(where: str, real: str) -> None:
        parameters = {"MetricType": metric}
        if real != "current":
            parameters["QueueId"] = draft.ref("queue", real)
        errors = {"NoMatchingError": failed, "NoMatchingCondition": other}
        draft.add(where, "CheckMetricData", parameters, conditions=cases, errors=errors)

    draft.by_language(ident, draft.real_queues(draft.house.variants(step.value)), one)


def check_staff(draft: Draft, step: Step) -> None:
    """CheckMetricData on agents: more than none, or nobody."""
    cases = [("NumberGreaterThan", "0", draft.then(step))]
    _metric(draft, step.key, step, _METRICS[step.option("who")], cases, step.option("nobody"))


def check_queue(draft: Draft, step: Step) -> None:
    """CheckMetricData on the queue: the highest bound first, the age before the length."""
    kinds = [
        ("OldestContactInQueueAgeSeconds", step.option("oldest_over")),
        ("NumberOfContactsInQueue", step.option("waiting_over")),
    ]
    asked = [(metric, bounds) for metric, bounds in kinds if bounds]
    names = [step.key, f"{step.key}.length"][: len(asked)]
    for n, (metric, bounds) in enumerate(asked):
        other = names[n + 1] if n + 1 < len(names) else draft.then(step)
        cases = [("NumberGreaterThan", str(bound), bounds[bound]) for bound in sorted(bounds, reverse=True)]
        _metric(draft, names[n], step, metric, cases, other)


def when(draft: Draft, step: Step) -> None:
    """Compare, in the order of the cases."""
    cases = []
    for case, target in step.option("is").items():
        found = _CASE.fullmatch(case)
        operator, operand = (OPERATORS[found[1]], found[2]) if found else ("Equals", case)
        cases.append((operator, operand, target))
    errors = {"NoMatchingCondition": step.option("otherwise")}
    draft.add(step.key, "Compare", {"ComparisonValue": step.value}, conditions=cases, errors=errors)


def split(draft: Draft, step: Step) -> None:
    """DistributeByPercentage: each bound is one more than the shares so far (Connect facts 4.5)."""
    cases, total = [], 0
    for share, target in step.value.items():
        total += int(share.partition(" ")[0])
        cases.append(("NumberLessThan", str(total + 1), target))
    errors = {"NoMatchingCondition": step.option("otherwise")}
    draft.add(step.key, "DistributeByPercentage", conditions=cases, errors=errors)


def loop(draft: Draft, step: Step) -> None:
    """Loop."""
    loop_action(draft, step.key, step.value, step.option("each"), draft.then(step))


def wait(draft: Draft, step: Step) -> None:
    """Wait."""
    events = step.option("events") or {}
    cases = [("Equals", event, to) for event, to in {"WaitCompleted": draft.then(step), **events}.items()]
    parameters: dict[str, Any] = {"TimeLimitSeconds": str(step.value)}
    if events:
        parameters["Events"] = list(events)
    errors = {"ParticipantNotFound": draft.failed(step)} if "BotParticipantDisconnected" in events else {}
    draft.add(step.key, "Wait", parameters, conditions=cases, failed=draft.failed(step), errors=errors)


def check_answer(draft: Draft, step: Step) -> None:
    """CheckOutboundCallStatus."""
    then = draft.then(step)
    words = {
        "human": "CallAnswered",
        "voicemail": "VoicemailBeep",
        "no_beep": "VoicemailNoBeep",
        "unknown": "NotDetected",
    }
    cases = [("Equals", word, step.option(name) or then) for name, word in words.items()]
    draft.add(step.key, "CheckOutboundCallStatus", None, then, conditions=cases, failed=draft.failed(step))


def set_(draft: Draft, step: Step) -> None:
    """UpdateContactAttributes."""
    simple(draft, step, {"Attributes": step.value, **_whose(draft, step)})


def _whose(draft: Draft, step: Step) -> dict[str, str]:
    if step.option("related"):
        return {"TargetContact": "Related"}
    return {} if draft.bare or step.verb == "contact" else {"TargetContact": "Current"}


def by_table(draft: Draft, step: Step) -> None:
    """A verb that is one action whose parameters the table gives; `<value>` is the verb's value."""
    (kind,) = step.table.actions
    value = list(step.value) if isinstance(step.value, tuple) else step.value
    parameters = {name: value if given == "<value>" else given for name, given in step.table.parameters.items()}
    draft.add(step.key, kind, parameters, draft.then(step), failed=draft.failed(step))


def local(draft: Draft, step: Step) -> None:
    """UpdateFlowAttributes."""
    attributes = {key: {"Value": value} for key, value in step.value.items()}
    simple(draft, step, {"FlowAttributes": attributes})


def simple(draft: Draft, step: Step, parameters: Mapping[str, Any]) -> None:
    """The verb's one action with these parameters."""
    (kind,) = step.table.actions
    draft.add(step.key, kind, parameters, draft.then(step), failed=draft.failed(step))


def contact(draft: Draft, step: Step) -> None:
    """UpdateContactData."""
    names = {"name": "Name", "description": "Description", "customer": "CustomerId", "language": "LanguageCode"}
    languages = draft.house.languages
    data = {
        names[key]: languages[value].code if key == "language" and value in languages else value
        for key, value in step.value.items()
    }
    simple(draft, step, data | _whose(draft, step))


def lambda_(draft: Draft, step: Step) -> None:
    """InvokeLambdaFunction."""
    parameters: dict[str, Any] = {
        "LambdaFunctionARN": draft.ref("lambda", step.value),
        "InvocationTimeLimitSeconds": str(step.option("within")),
    }
    if step.option("async") or not draft.bare:
        parameters["InvocationType"] = "ASYNCHRONOUS" if step.option("async") else "SYNCHRONOUS"
    if step.option("send"):
        parameters["LambdaInvocationAttributes"] = step.option("send")
    reply = draft.says(step, "reply")
    if reply:
        parameters["ResponseValidation"] = {"ResponseType": "JSON" if reply == "json" else "STRING_MAP"}
    simple(draft, step, parameters)


def metrics(draft: Draft, step: Step) -> None:
    """GetMetricData."""

    def one(ident: str, real: str) -> None:
        parameters = {} if real == "current" else {"QueueId": draft.ref("queue", real)}
        draft.add(ident, "GetMetricData", parameters, draft.then(step), failed=draft.failed(step))

    draft.by_language(step.key, draft.real_queues(draft.house.variants(step.value)), one)


def recording(participants: tuple[str, ...], ivr: bool | None = None) -> dict[str, Any]:
    """The parameters of UpdateContactRecordingBehavior; always said in full (Connect facts 5)."""
    names = {"agent": "Agent", "customer": "Customer"}
    behavior: dict[str, Any] = {"RecordedParticipants": [names[p] for p in participants if p in names]}
    if ivr is not None:
        behavior["IVRRecordingBehavior"] = "Enabled" if ivr else "Disabled"
    return {"RecordingBehavior": behavior}


def record(draft: Draft, step: Step) -> None:
    """UpdateContactRecordingBehavior."""
    parameters = recording(step.value, step.option("ivr"))
    if step.option("screen"):
        parameters["RecordingBehavior"]["ScreenRecordedParticipants"] = list(step.option("screen"))
    if step.option("analytics"):
        parameters["AnalyticsBehavior"] = step.option("analytics")
    simple(draft, step, parameters)


def analyze(draft: Draft, step: Step) -> None:
    """UpdateContactRecordingAndAnalyticsBehavior, of one channel."""
    names = {"voice": "VoiceBehavior", "chat": "ChatBehavior", "screen": "ScreenRecordingBehavior"}
    failed = draft.failed(step)
    errors = {"NoMatchingError": failed, "ChannelMismatch": step.option("mismatch") or failed}
    if step.option("redaction_failed"):
        errors["InFlightRedactionConfigurationFailed"] = step.option("redaction_failed")
    parameters = {names[channel]: behavior for channel, behavior in step.value.items()}
    draft.add(step.key, "UpdateContactRecordingAndAnalyticsBehavior", parameters, draft.then(step), errors=errors)


def voice(draft: Draft, step: Step) -> None:
    """UpdateContactTextToSpeechVoice."""
    engine, style = step.option("engine"), step.option("style")
    voice_action(draft, step.key, step.value, engine, draft.then(step), style, step.failed)


def log(draft: Draft, step: Step) -> None:
    """UpdateFlowLoggingBehavior."""
    simple(draft, step, {"FlowLoggingBehavior": "Enabled" if step.value == "on" else "Disabled"})


def routing(draft: Draft, step: Step) -> None:
    """UpdateContactRoutingBehavior, the priority or the age, never both; or UpdateContactRoutingCriteria."""
    if "skills" in step.value:
        parameters = {"RoutingCriteria": criteria(step.value["skills"])}
        draft.add(step.key, "UpdateContactRoutingCriteria", parameters, draft.then(step), failed=draft.failed(step))
        return
    names = {"priority": "QueuePriority", "age": "QueueTimeAdjustmentSeconds"}
    parameters = {names[key]: value for key, value in step.value.items()}
    draft.add(step.key, "UpdateContactRoutingBehavior", parameters, draft.then(step))


def criteria(steps: tuple[tuple[tuple[tuple[str, str, str], ...], int | None], ...]) -> dict[str, Any]:
    """RoutingCriteria: each step widens whom the call may reach. The level is a decimal number to the service."""
    written = []
    for needs, lasts in steps:
        conditions = [
            {
                "AttributeCondition": {
                    "Name": name,
                    "Value": value,
                    "ProficiencyLevel": level if "." in level else f"{level}.0",
                    "ComparisonOperator": "NumberGreaterOrEqualTo",
                }
            }
            for name, value, level in needs
        ]
        one: dict[str, Any] = {"Expression": {"AndExpression": conditions}}
        if lasts is not None:
            one["Expiry"] = {"DurationInSeconds": str(lasts)}
        written.append(one)
    return {"Steps": written}


def stream(draft: Draft, step: Step) -> None:
    """UpdateContactMediaStreamingBehavior, both directions of the caller's sound unless `directions` names one."""
    words = {"from": ["From"], "to": ["To"], "both": ["From", "To"]}
    directions = [direction for word in step.option("directions") for direction in words.get(word, [])]
    parameters = {
        "MediaStreamingState": "Enabled" if step.value == "on" else "Disabled",
        "Participants": [{"ParticipantType": "Customer", "MediaDirections": directions}],
        "MediaStreamType": "Audio",
    }
    simple(draft, step, parameters)


def dial(draft: Draft, step: Step) -> None:
    """CompleteOutboundCall."""
    number = step.value.get("caller_id")
    simple(draft, step, {"CallerId": {"Number": draft.ref("phone_number", number)}} if number else {})


def hold(draft: Draft, step: Step) -> None:
    """UpdatePreviousContactParticipantState."""
    states = {"agent": "AgentOnHold", "customer": "CustomerOnHold", "off": "OffHold"}
    simple(draft, step, {"PreviousContactParticipantState": states[step.value]})


def task(draft: Draft, step: Step) -> None:
    """CreateTask."""
    parameters: dict[str, Any] = {"Name": step.value, "ContactFlowId": draft.ref("flow", step.option("run"))}
    for name, key in (("Description", "description"), ("Attributes", "send"), ("References", "references")):
        if step.option(key):
            parameters[name] = step.option(key)
    simple(draft, step, parameters)


def action(draft: Draft, step: Step) -> None:
    """Any action as it is; `{{queue:triage}}` in a parameter is a reference. Absent transitions are wired as usual."""
    kind, transitions = step.value, step.option("transitions")
    parameters = _with_references(draft, step.option("parameters") or {})
    if kind in catalogue().actions and transitions is None:
        draft.add(step.key, kind, parameters, draft.then(step), failed=draft.failed(step))
        return
    spec = catalogue().actions.get(kind)
    if transitions is None and not (spec and spec.terminal):
        transitions = {"NextAction": draft.then(step)}
    draft.raw(step.key, kind, parameters, transitions or {})


def _with_references(draft: Draft, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_references(draft, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_references(draft, part) for part in value]
    if isinstance(value, str):
        for kind, name in _PLACEHOLDER.findall(value):
            known: RefKind = kind
            draft.ref(known, name)
    return value
