"""The graph of a call made from Flow language: what each action does, told by its type.

A console export says less than YAML: a module or another flow is not at hand, nor whether a queue is capped or open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..specs.model import Speech
from .calls import (
    CHOICE,
    EMERGENCY,
    FAILED,
    NEGATIVE,
    PLAIN,
    Data,
    Edge,
    Entry,
    Graph,
    Node,
    dialable,
    digit_tokens,
    numbers_in,
)
from .document import Action, Document
from .equal import plain
from .speech_words import names_recording

# The verb that an action type stands for, and what it is in the rules.
ACTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "MessageParticipant": ("say", ("SPEAK",)),
    "GetParticipantInput": ("menu", ("SPEAK", "KEYS")),
    "ConnectParticipantWithLexBot": ("ask", ("SPEAK", "KEYS")),
    "MessageParticipantIteratively": ("repeat", ()),
    "TransferContactToQueue": ("queue", ("PERSON",)),
    "DequeueContactAndTransferToQueue": ("queue", ("PERSON",)),
    "TransferContactToAgent": ("agent", ("PERSON",)),
    "TransferParticipantToThirdParty": ("transfer", ("PERSON",)),
    "CreateCallbackContact": ("callback", ("REPLY",)),
    "UpdateContactCallbackNumber": ("callback_number", ()),
    "DisconnectParticipant": ("hang_up", ("OUT",)),
    "TransferToFlow": ("flow", ("UNKNOWN",)),
    "InvokeFlowModule": ("module", ("UNKNOWN",)),
    "EndFlowExecution": ("end", ()),
    "EndFlowModuleExecution": ("return", ()),
    "CheckHoursOfOperation": ("check_hours", ()),
    "CheckMetricData": ("check_queue", ()),
    "UpdateContactTargetQueue": ("target", ()),
    "ShowView": ("view", ()),
    "Loop": ("loop", ()),
    "UpdateContactRecordingBehavior": ("record", ()),
    "UpdateContactRecordingAndAnalyticsBehavior": ("record", ()),
}
_AGENTS = frozenset(("NumberOfAgentsAvailable", "NumberOfAgentsStaffed", "NumberOfAgentsOnline"))
# Error branches that are another answer rather than a failure: (name in YAML, label).
_ANSWERS: Mapping[str, tuple[str, str]] = {
    "QueueAtCapacity": ("full", NEGATIVE),
    "CallFailed": ("no_answer", NEGATIVE),
    "ConnectionTimeLimitExceeded": ("no_answer", NEGATIVE),
    "InputTimeLimitExceeded": ("silence", PLAIN),
    "NoMatchingCondition": ("otherwise", PLAIN),
    "InvalidPhoneNumber": ("invalid", PLAIN),
    "InvalidCallbackNumber": ("invalid", PLAIN),
    "CallbackNumberNotDialable": ("not_dialable", PLAIN),
}
_SIGNS: Mapping[str, str] = {
    "NumberGreaterThan": "> ",
    "NumberGreaterOrEqualTo": ">= ",
    "NumberLessThan": "< ",
    "NumberLessOrEqualTo": "<= ",
    "TextStartsWith": "starts ",
    "TextEndsWith": "ends ",
    "TextContains": "contains ",
}
# Types whose NextAction is never taken: they always leave by a condition or an error.
_BRANCHING = frozenset(("CheckHoursOfOperation", "CheckMetricData", "Compare", "DistributeByPercentage", "Loop"))


class ActionCalls(Graph):
    """The graph of one document."""

    def __init__(self, document: Document, flow_type: str) -> None:
        super().__init__()
        self.name = document.name or "this flow"
        if flow_type == "customer_queue" and not document.type and not _waits(document):
            flow_type = ""  # a whisper or a hold flow fits the same actions
        self.entries[self.name] = Entry(self.name, flow_type, (self.name, document.start), document.where)
        for action in document.actions.values():
            self.nodes[self.name, action.identifier] = self._node(action)

    def _node(self, action: Action) -> Node:
        act, kinds = ACTS.get(action.type, ("", ()))
        speech = _speech(action.parameters)
        if act == "menu" and stored(action):
            act = "digits"
        if "SPEAK" in kinds and speech is None and not any(key in action.parameters for key in ("PromptId", "Media")):
            kinds = tuple(kind for kind in kinds if kind != "SPEAK")  # a question without a word
        tokens = digit_tokens(speech) if speech else set()
        keys = frozenset(o for c in action.conditions for o in c.operands if o.isdigit())
        return Node(
            key=(self.name, action.identifier),
            kinds=frozenset(kinds),
            edges=tuple(self._edges(action)),
            act=act,
            about=_about(action),
            emergency=bool(tokens & EMERGENCY),
            number=bool(speech) and (bool(tokens & EMERGENCY) or any(map(dialable, numbers_in(speech or _SILENT)))),
            notice=speech is not None and names_recording(speech.value),
            count=_count(action),
            announced=(("", speech, keys),) if act == "menu" and speech else (),
            data=_data(action),
            where=action.where,
            flow=self.name,
            named=f'action "{action.identifier}" ({action.type})',
        )

    def _edges(self, action: Action) -> Iterator[Edge]:
        seen: set[str] = set()
        for name, label, target in _ways(action):
            if label != FAILED:
                seen.add(target)
            elif target in seen:
                continue  # a failure that goes on like a success is no other way
            yield Edge(label, name, (self.name, target), _seconds(action) if label == PLAIN and name == "each" else 0.0)


def _waits(document: Document) -> bool:
    """Whether a flow that does not tell its type does something that only makes sense while a caller waits."""
    telling = {"DequeueContactAndTransferToQueue", "CreateCallbackContact", "GetParticipantInput", "GetMetricData"}
    return any(a.type in telling or "InterruptFrequencySeconds" in a.parameters for a in document.actions.values())


_SILENT = Speech("text", "")


def _ways(action: Action) -> Iterator[tuple[str, str, str]]:
    """(name, label, target) of every way that is ever taken, failures last."""
    kind = action.type
    menu = kind == "ConnectParticipantWithLexBot" or (kind == "GetParticipantInput" and not stored(action))
    for condition in action.conditions:
        operand = _SIGNS.get(condition.operator, "") + " ".join(condition.operands)
        if menu:
            yield f"choices {operand}", CHOICE, condition.to
        elif kind == "CheckHoursOfOperation":
            closed = operand.lower() == "false"
            yield "closed" if closed else "open", NEGATIVE if closed else PLAIN, condition.to
        elif kind == "MessageParticipantIteratively":
            yield "each", PLAIN, condition.to
        elif kind == "Loop":
            yield "each" if operand == "ContinueLooping" else "then", PLAIN, condition.to
        else:
            yield operand, PLAIN, condition.to
    if action.next is not None and not menu and kind not in _BRANCHING and not _always_branches(action):
        yield "then", CHOICE if kind == "GetParticipantInput" else PLAIN, action.next
    failures = []
    for error, target in action.errors.items():
        name, label = _ANSWERS.get(error, ("failed", FAILED))
        if error == "NoMatchingCondition" and kind == "CheckMetricData" and _metric(action) in _AGENTS:
            name, label = "nobody", NEGATIVE
        if label == FAILED:
            failures.append((error, label, target))
        else:
            yield name, label, target
    yield from failures


def _always_branches(action: Action) -> bool:
    """Whether it leaves only by a branch: messages that are interrupted, calls that do not come back."""
    if action.type == "MessageParticipantIteratively":
        return True
    full = action.type in {"TransferContactToQueue", "DequeueContactAndTransferToQueue"}
    return full or (action.type == "TransferToFlow")


def stored(action: Action) -> bool:
    """Whether the keys are kept as digits instead of choosing a branch."""
    return str(action.parameters.get("StoreInput")).lower() == "true"


def _metric(action: Action) -> str:
    return str(action.parameters.get("MetricType"))


def _speech(parameters: Mapping[str, Any]) -> Speech | None:
    """What an action says, when it is written there; a prompt's words are not known."""
    for key, kind in (("Text", "text"), ("SSML", "ssml")):
        value = parameters.get(key)
        if isinstance(value, str) and value.strip():
            return Speech("ssml" if kind == "ssml" or "<speak" in value else "text", value)
    return None


def _about(action: Action) -> str:
    """The queue, hours or number that an action names."""
    keys = ("QueueId", "AgentId", "HoursOfOperationId", "ThirdPartyPhoneNumber", "ContactFlowId", "FlowModuleId")
    found = next((action.parameters[key] for key in keys if key in action.parameters), "")
    if isinstance(found, Mapping):
        found = found.get("Id", "")
    if action.type.startswith("UpdateContactRecording"):
        return "on" if _recorded(action.parameters) else "off"
    return found if isinstance(found, str) else ""


def _recorded(value: Any) -> bool:
    """Whether RecordedParticipants names somebody, at any depth."""
    if isinstance(value, Mapping):
        return any((key == "RecordedParticipants" and bool(part)) or _recorded(part) for key, part in value.items())
    return False


def _count(action: Action) -> int:
    if action.type != "Loop":
        return 0
    count = str(action.parameters.get("LoopCount", ""))
    return int(count) if count.isdigit() and len(count) < 6 else 100


def _seconds(action: Action) -> float:
    every = str(action.parameters.get("InterruptFrequencySeconds", ""))
    return float(every) if every.isdigit() and len(every) < 8 else 0.0


def _data(action: Action) -> Data:
    given = plain(action.parameters)
    keeps: list[tuple[str, str]] = []
    local: list[tuple[str, str]] = []
    if action.type == "UpdateContactAttributes":
        keeps = _pairs(given.get("Attributes"), "")
    elif action.type == "UpdateFlowAttributes":
        found = given.get("FlowAttributes")
        local = (
            [(k, str(v.get("Value"))) for k, v in found.items() if isinstance(v, dict)]
            if isinstance(found, dict)
            else []
        )
    elif action.type == "TagContact":
        keeps = _pairs(given.get("Tags"), "tag ")
    elif action.type == "UpdateContactData":
        keeps = _pairs({key: given[key] for key in ("Name", "Description", "CustomerId") if key in given}, "contact ")
    log = ""
    if action.type == "UpdateFlowLoggingBehavior":
        log = "on" if given.get("FlowLoggingBehavior") == "Enabled" else "off"
    return Data(tuple(keeps), tuple(local), log=log)


def _pairs(found: Any, what: str) -> list[tuple[str, str]]:
    return [(f"{what}{key}", str(value)) for key, value in found.items()] if isinstance(found, dict) else []
