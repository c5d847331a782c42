"""What a brand-new instance contains (Connect facts 3.15): hours, queue, profiles, statuses, prompts, default flows.

Names are the service's; contents are our own, as short as the rules of the Flow language allow.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .kinds import KINDS

if TYPE_CHECKING:
    from .base import Base, Json

_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_PROMPTS = (
    "Beep.wav",
    "CustomerHold.wav",
    "CustomerQueue.wav",
    "Music_Jazz_MyTimetoFly_Inst.wav",
    "Music_Pop_ThisAndThatIsLife_Inst.wav",
    "Music_Pop_ThrowYourselfInFrontOfIt_Inst.wav",
    "Music_Rock_EverywhereTheSunShines_Inst.wav",
)
_SORRY = "All our agents are busy. Please call again later."


@functools.cache
def _profiles() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("default_profiles.json").read_text("utf-8"))
    return found


def _action(key: str, kind: str, parameters: Json | None = None, **transitions: Any) -> Json:
    return {"Identifier": key, "Type": kind, "Parameters": parameters or {}, "Transitions": transitions}


def _failed(target: str, *more: str) -> list[Json]:
    return [{"NextAction": target, "ErrorType": name} for name in (*more, "NoMatchingError")]


def _says(key: str, text: str, then: str) -> Json:
    return _action(key, "MessageParticipant", {"Text": text}, NextAction=then, Errors=_failed(then))


def _loops(text_or_prompt: Json) -> list[Json]:
    return [_action("loop", "MessageParticipantIteratively", {"Messages": [text_or_prompt]})]


_END = _action("end", "EndFlowExecution")
_HANG_UP = _action("bye", "DisconnectParticipant")


def _queue_transfer() -> list[Json]:
    condition = [
        {"NextAction": "staffed", "Condition": {"Operator": "Equals", "Operands": ["True"]}},
        {"NextAction": "sorry", "Condition": {"Operator": "Equals", "Operands": ["False"]}},
    ]
    staffed = [{"NextAction": "go", "Condition": {"Operator": "NumberGreaterThan", "Operands": ["0"]}}]
    none = _failed("sorry", "NoMatchingCondition")
    return [
        _action("open", "CheckHoursOfOperation", NextAction="sorry", Conditions=condition, Errors=_failed("staffed")),
        _action(
            "staffed",
            "CheckMetricData",
            {"MetricType": "NumberOfAgentsStaffed"},
            NextAction="sorry",
            Conditions=staffed,
            Errors=none,
        ),
        _action("go", "TransferContactToQueue", NextAction="sorry", Errors=_failed("sorry", "QueueAtCapacity")),
        _says("sorry", _SORRY, "bye"),
        _HANG_UP,
    ]


def _defaults(music: str) -> list[tuple[str, str, list[Json]]]:
    recording_off: Json = {"RecordingBehavior": {"RecordedParticipants": []}}
    return [
        ("Default agent hold", "AGENT_HOLD", _loops({"Text": "You are on hold."})),
        ("Default customer hold", "CUSTOMER_HOLD", _loops({"PromptId": music})),
        ("Default agent whisper", "AGENT_WHISPER", [_says("queue", "$.Queue.Name", "end"), _END]),
        ("Default customer whisper", "CUSTOMER_WHISPER", [_END]),
        (
            "Default outbound",
            "OUTBOUND_WHISPER",
            [
                _action("off", "UpdateContactRecordingBehavior", recording_off, NextAction="say"),
                _says("say", "This call is not being recorded.", "end"),
                _END,
            ],
        ),
        (
            "Default customer queue",
            "CUSTOMER_QUEUE",
            [
                _says("thanks", "Thank you for calling. Your call is in the queue.", "loop"),
                *_loops({"PromptId": music}),
            ],
        ),
        (
            "Default agent transfer",
            "AGENT_TRANSFER",
            [_says("say", "Transferring now.", "go"), _action("go", "TransferContactToAgent")],
        ),
        ("Default queue transfer", "QUEUE_TRANSFER", _queue_transfer()),
    ]


def _sample(queue: str) -> list[Json]:
    return [
        _says("hello", "Hello, thanks for calling.", "queue"),
        _action("queue", "UpdateContactTargetQueue", {"QueueId": queue}, NextAction="go", Errors=_failed("sorry")),
        _action("go", "TransferContactToQueue", NextAction="sorry", Errors=_failed("sorry", "QueueAtCapacity")),
        _says("sorry", _SORRY, "bye"),
        _HANG_UP,
    ]


def _content(actions: list[Json]) -> str:
    places = {action["Identifier"]: {"position": {"x": 250 * n, "y": 0}} for n, action in enumerate(actions, 1)}
    document = {
        "Version": "2019-10-30",
        "StartAction": actions[0]["Identifier"],
        "Metadata": {"entryPointPosition": {"x": 0, "y": 0}, "ActionMetadata": places},  # Connect facts 4.3
        "Actions": actions,
    }
    return json.dumps(document, separators=(",", ":"))


def seed(base: Base, instance: Json) -> None:
    """Put the contents of a new instance."""

    def put(kind: str, members: Json) -> Json:
        name = members.get("Name", "")
        thing = base.fresh(instance, KINDS[kind], members, name)
        base.change.put(instance["Id"], kind, thing["Id"], thing)
        return thing

    midnight = {"Hours": 0, "Minutes": 0}
    week = [{"Day": day, "StartTime": midnight, "EndTime": midnight} for day in _DAYS]
    hours = put("hours", {"Name": "Basic Hours", "TimeZone": "America/New_York", "Config": week, "Tags": {}})
    queue = put(
        "queue",
        {
            "Name": "BasicQueue",
            "Description": "A simple, basic voice queue.",
            "HoursOfOperationId": hours["Id"],
            "Status": "ENABLED",
            "QueueType": "STANDARD",
            "Tags": {},
            "_quick_connects": [],
        },
    )
    channels = [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}]
    put(
        "routing-profile",
        {
            "InstanceId": instance["Id"],
            "Name": "Basic Routing Profile",
            "Description": "A simple, basic voice routing profile.",
            "DefaultOutboundQueueId": queue["Id"],
            "MediaConcurrencies": [
                {**c, "CrossChannelBehavior": {"BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY"}} for c in channels
            ],
            "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
            "IsDefault": True,
            "Tags": {},
            "_queues": [{"QueueId": queue["Id"], "Channel": c["Channel"], "Priority": 1, "Delay": 0} for c in channels],
            "_manual": [],
        },
    )
    for name, profile in _profiles().items():
        put(
            "security-profile",
            {
                "SecurityProfileName": name,
                "Name": name,
                "Description": profile["description"],
                "OrganizationResourceId": instance["Id"],
                "Type": "CUSTOMER_MANAGED",
                "Tags": {},
                "_permissions": profile["permissions"],
            },
        )
    for order, (name, kind) in enumerate((("Available", "ROUTABLE"), ("Offline", "OFFLINE")), start=1):
        put("agent-status", {"Name": name, "Type": kind, "State": "ENABLED", "DisplayOrder": order, "Tags": {}})
    prompts = {name: put("prompt", {"Name": name, "Tags": {}}) for name in _PROMPTS}
    flows = _defaults(prompts["CustomerQueue.wav"]["Arn"])
    flows.append(("Sample inbound flow (first contact experience)", "CONTACT_FLOW", _sample(queue["Arn"])))
    for name, kind, actions in flows:
        content = _content(actions)
        states = {"State": "ACTIVE", "ContactFlowState": "ACTIVE", "Status": "PUBLISHED"}
        put(
            "flow",
            {
                "Name": name,
                "Type": kind,
                "ContactFlowType": kind,
                "ContactFlowStatus": "PUBLISHED",
                "Content": content,
                "Tags": {},
                "_draft": content,
                "_versions": [],
                "_default": name.startswith("Default "),
                **states,
            },
        )
    put(
        "authentication-profile",
        {
            "Name": "Default Authentication Profile",
            "Description": "Applies to all users of the instance.",
            "AllowedIps": [],
            "BlockedIps": [],
            "IsDefault": True,
            "CreatedTime": base.now,
            "PeriodicSessionDuration": 60,
            "MaxSessionDuration": 720,
            "SessionInactivityDuration": 60,
            "SessionInactivityHandlingEnabled": False,
        },
    )
