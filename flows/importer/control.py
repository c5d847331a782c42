"""Actions that decide, keep and ask, as steps."""

from __future__ import annotations

from ..compile_control import OPERATORS
from .routing import hard, soft
from .scene import Given, Take, Target

_WORDS = {operator: word for word, operator in OPERATORS.items()}
_METRICS = {
    "NumberOfAgentsStaffed": "staffed",
    "NumberOfAgentsAvailable": "available",
    "NumberOfAgentsOnline": "online",
}
_BOUNDS = {"OldestContactInQueueAgeSeconds": "oldest_over", "NumberOfContactsInQueue": "waiting_over"}


def when(take: Take) -> Given | None:
    """Compare."""
    cases: dict[str, Target] = {}
    for condition in take.action.conditions:
        if len(condition.operands) != 1:
            return None
        word = "" if condition.operator == "Equals" else _WORDS.get(condition.operator)
        if word is None:
            return None
        case = f"{word} {condition.operands[0]}".lstrip() if word else condition.operands[0]
        if case in cases:
            return None
        cases[case] = take.scene.to(condition.to)
    step: Given = {"when": take.pop("ComparisonValue"), "is": cases or None}
    step["otherwise"] = take.branch("NoMatchingCondition")
    take.unused_next(step)
    return step


def check_hours(take: Take) -> Given | None:
    """CheckHoursOfOperation."""
    step: Given = {"check_hours": take.ref("HoursOfOperationId", "hours") or "current"}
    step["closed"] = take.condition("Equals", "False")
    step["then"] = take.condition("Equals", "True")
    failed = take.branch("NoMatchingError")
    if failed != step["then"]:
        step["failed"] = failed
    take.unused_next(step)
    return step


def check_metric(take: Take) -> Given | None:
    """CheckMetricData: of agents, or of the queue."""
    metric = take.pop("MetricType")
    queue = take.ref("QueueId", "queue") or "current"
    cases = take.cases("NumberGreaterThan")
    other = take.branch("NoMatchingCondition")
    failed = take.branch("NoMatchingError")
    if not cases:
        return None
    if metric in _METRICS and set(cases) == {"0"}:
        step: Given = {"check_staff": queue, "nobody": other, "who": _METRICS[metric], "then": cases["0"]}
    elif metric in _BOUNDS:
        seconds = "s" if metric.endswith("Seconds") else ""
        bounds = {f"{bound}{seconds}": to for bound, to in cases.items()}
        step = {"check_queue": queue, _BOUNDS[metric]: bounds, "then": other}
    else:
        return None
    if failed != step["then"]:
        step["failed"] = failed
    take.unused_next(step)
    return step


def split(take: Take) -> Given | None:
    """DistributeByPercentage: each bound is one more than the shares so far."""
    shares: list[dict[str, Target]] = []
    before = 1
    for bound, to in (take.cases("NumberLessThan") or {}).items():
        if not bound.isdigit() or int(bound) <= before:
            return None
        shares.append({str(int(bound) - before): to})
        before = int(bound)
    together = {share: to for part in shares for share, to in part.items()}
    value = together if len(together) == len(shares) else shares
    step: Given = {"split": value or None, "otherwise": take.branch("NoMatchingCondition")}
    take.unused_next(step)
    return step


def loop(take: Take) -> Given | None:
    """Loop."""
    step: Given = {"loop": take.pop("LoopCount"), "each": take.condition("Equals", "ContinueLooping")}
    step["then"] = take.condition("Equals", "DoneLooping")
    take.unused_next(step)
    return step


def wait(take: Take) -> Given | None:
    """Wait."""
    limit = str(take.left.get("TimeLimitSeconds", ""))
    step: Given = {"wait": take.pop("TimeLimitSeconds") if limit.startswith("$") else take.seconds("TimeLimitSeconds")}
    cases = take.cases() or {}
    step["then"] = cases.pop("WaitCompleted", None)
    events = take.pop("Events") or []
    if not isinstance(events, list) or set(events) != set(cases):
        return None
    if cases:
        step["events"] = {event: cases[event] for event in events}
    step["failed"] = take.branch("NoMatchingError")
    if take.branch("ParticipantNotFound") not in (None, step["failed"]):
        return None
    take.unused_next(step)
    return step


def check_answer(take: Take) -> Given | None:
    """CheckOutboundCallStatus."""
    words = {
        "human": "CallAnswered",
        "voicemail": "VoicemailBeep",
        "no_beep": "VoicemailNoBeep",
        "unknown": "NotDetected",
    }
    step: Given = {"check_answer": "true"}
    cases, then = take.cases() or {}, take.then()
    for option, word in words.items():
        if cases.pop(word, None) is None:
            return None
        target = take.condition("Equals", word)
        if target != then:
            step[option] = target
    return soft(take, step) if not cases else None


def _related(take: Take, step: Given) -> Given:
    related = take.word("TargetContact", {"Current": "no", "Related": "yes"})
    if related == "yes":
        step["related"] = related
    return soft(take, step)


def set_(take: Take) -> Given | None:
    """UpdateContactAttributes."""
    return _related(take, {"set": take.pop("Attributes")})


def local(take: Take) -> Given | None:
    """UpdateFlowAttributes."""
    given = take.pop("FlowAttributes")
    if not isinstance(given, dict) or not all(isinstance(v, dict) and set(v) == {"Value"} for v in given.values()):
        return None
    return soft(take, {"local": {name: value["Value"] for name, value in given.items()}})


def contact(take: Take) -> Given | None:
    """UpdateContactData."""
    names = {"Name": "name", "Description": "description", "CustomerId": "customer", "LanguageCode": "language"}
    given = {names[name]: take.pop(name) for name in list(take.left) if name in names}
    return _related(take, {"contact": given}) if given else None


def tag(take: Take) -> Given | None:
    """TagContact."""
    return soft(take, {"tag": take.pop("Tags")})


def untag(take: Take) -> Given | None:
    """UntagContact."""
    return soft(take, {"untag": take.pop("TagKeys")})


def lambda_(take: Take) -> Given | None:
    """InvokeLambdaFunction."""
    step: Given = {"lambda": take.ref("LambdaFunctionARN", "lambda"), "send": take.pop("LambdaInvocationAttributes")}
    step["within"] = take.seconds("InvocationTimeLimitSeconds")
    if take.word("InvocationType", {"SYNCHRONOUS": "no", "ASYNCHRONOUS": "yes"}) == "yes":
        step["async"] = "yes"
    match take.left.get("ResponseValidation"):
        case {"ResponseType": "JSON" | "STRING_MAP" as kind}:
            take.pop("ResponseValidation")
            step["reply"] = "json" if kind == "JSON" else "map"
    return hard(take, step)


def metrics(take: Take) -> Given | None:
    """GetMetricData."""
    return soft(take, {"metrics": take.ref("QueueId", "queue") or "current"})


def record(take: Take) -> Given | None:
    """UpdateContactRecordingBehavior."""
    behavior = take.pop("RecordingBehavior")
    if not isinstance(behavior, dict):
        return None
    people = behavior.pop("RecordedParticipants", None)
    if not isinstance(people, list) or not set(people) <= {"Agent", "Customer"}:
        return None
    step: Given = {"record": [word.lower() for word in people] or "off"}
    ivr = behavior.pop("IVRRecordingBehavior", None)
    if ivr is not None:
        step["ivr"] = {"Enabled": "yes"}.get(ivr, "no")
    step["screen"] = behavior.pop("ScreenRecordedParticipants", None)
    step["analytics"] = take.pop("AnalyticsBehavior")
    return step | {"then": take.then()} if not behavior else None


def analyze(take: Take) -> Given | None:
    """UpdateContactRecordingAndAnalyticsBehavior."""
    names = {"VoiceBehavior": "voice", "ChatBehavior": "chat", "ScreenRecordingBehavior": "screen"}
    given = {names[name]: take.pop(name) for name in list(take.left) if name in names}
    step = soft(take, {"analyze": given})
    other = take.branch("ChannelMismatch")
    if other != step.get("failed", step["then"]):
        step["mismatch"] = other
    step["redaction_failed"] = take.branch("InFlightRedactionConfigurationFailed")
    return step if len(given) == 1 else None


def log(take: Take) -> Given | None:
    """UpdateFlowLoggingBehavior."""
    return {"log": take.word("FlowLoggingBehavior", {"Enabled": "on", "Disabled": "off"}), "then": take.then()}


def stream(take: Take) -> Given | None:
    """UpdateContactMediaStreamingBehavior."""
    step: Given = {"stream": take.word("MediaStreamingState", {"Enabled": "on", "Disabled": "off"})}
    match take.left.get("Participants"):
        case [{"ParticipantType": "Customer", "MediaDirections": list(directions)}]:
            take.pop("Participants")
            words = [str(direction).lower() for direction in directions]
            if words != ["from", "to"]:
                step["directions"] = words
    if take.left.get("MediaStreamType") == "Audio":
        take.pop("MediaStreamType")
    return soft(take, step)


def task(take: Take) -> Given | None:
    """CreateTask."""
    step: Given = {"task": take.pop("Name"), "run": take.ref("ContactFlowId", "flow")}
    step["description"] = take.pop("Description")
    step["send"] = take.pop("Attributes")
    step["references"] = take.pop("References")
    return soft(take, step)


RECOGNISERS = {
    "Compare": when,
    "CheckHoursOfOperation": check_hours,
    "CheckMetricData": check_metric,
    "DistributeByPercentage": split,
    "Loop": loop,
    "Wait": wait,
    "CheckOutboundCallStatus": check_answer,
    "UpdateContactAttributes": set_,
    "UpdateFlowAttributes": local,
    "UpdateContactData": contact,
    "TagContact": tag,
    "UntagContact": untag,
    "InvokeLambdaFunction": lambda_,
    "GetMetricData": metrics,
    "UpdateContactRecordingBehavior": record,
    "UpdateContactRecordingAndAnalyticsBehavior": analyze,
    "UpdateFlowLoggingBehavior": log,
    "UpdateContactMediaStreamingBehavior": stream,
    "CreateTask": task,
}
