"""Actions that move a caller, as steps."""

from __future__ import annotations

from typing import Any

from ..forms import HOOKS
from .scene import Given, Take, duration

_MOMENTS = {hook: moment for moment, hook in HOOKS.items()}


def hard(take: Take, step: Given) -> Given:
    """`then`, and `failed` for the one error branch."""
    step["then"] = take.then()
    step["failed"] = take.branch("NoMatchingError")
    return step


def soft(take: Take, step: Given) -> Given:
    """The same, where a failure goes on by itself."""
    step = hard(take, step)
    if step["failed"] == step["then"]:
        del step["failed"]
    return step


def target(take: Take) -> Given | None:
    """UpdateContactTargetQueue."""
    queue = take.ref("QueueId", "queue")
    if queue is not None:
        return hard(take, {"target": queue})
    person = take.ref("AgentId", "agent")
    return hard(take, {"target": person, "person": "yes"}) if person is not None else None


def queue(take: Take) -> Given | None:
    """TransferContactToQueue."""
    step: Given = {"queue": "current", "full": take.branch("QueueAtCapacity"), "failed": take.branch("NoMatchingError")}
    if take.then() != step["failed"]:
        step["next_action"] = take.then()
    return step


def dequeue(take: Take) -> Given | None:
    """DequeueContactAndTransferToQueue."""
    name = take.ref("QueueId", "queue")
    if name is None or take.scene.flow_type != "customer_queue":
        return None
    return (queue(take) or {}) | {"queue": name}


def person(_take: Take) -> Given | None:
    """TransferContactToAgent."""
    return {"agent": "chosen"}


def callback(take: Take) -> Given | None:
    """CreateCallbackContact, for the number that was set before."""
    step: Given = {"callback": take.ref("QueueId", "queue") or "current", "number": "kept"}
    step["after"] = take.seconds("InitialCallDelaySeconds")
    step["attempts"] = take.pop("MaximumConnectionAttempts")
    step["retry_every"] = take.seconds("RetryDelaySeconds")
    return hard(take, step)


def callback_number(take: Take) -> Given | None:
    """UpdateContactCallbackNumber."""
    step: Given = {"callback_number": take.pop("CallbackNumber"), "then": take.then()}
    invalid, undialable = take.branch("InvalidCallbackNumber"), take.branch("CallbackNumberNotDialable")
    step["failed"] = invalid
    if undialable != invalid:
        step["not_dialable"] = undialable
    return step


def transfer(take: Take) -> Given | None:
    """TransferParticipantToThirdParty."""
    step: Given = {"transfer": take.pop("ThirdPartyPhoneNumber")}
    step["ring"] = take.seconds("ThirdPartyConnectionTimeLimitSeconds")
    back = take.word("ContinueFlowExecution", {"True": True, "true": True, "False": False, "false": False})
    if back is False:
        step["come_back"] = "no"
    step["keys"] = take.pop("ThirdPartyDTMFDigits")
    caller = take.pop("CallerId") or {}
    if isinstance(caller, dict) and set(caller) <= {"Number", "Name"}:
        number = caller.get("Number")
        if isinstance(number, str):
            step["caller_id"] = take.scene.references.name("phone_number", number, take.action.identifier, "CallerId")
        step["caller_name"] = caller.get("Name")
    step["then"] = take.then()
    step["failed"] = take.branch("NoMatchingError")
    busy, silent = take.branch("CallFailed"), take.branch("ConnectionTimeLimitExceeded")
    if busy != silent:
        return None
    if busy != step["failed"]:
        step["no_answer"] = busy
    return step


def flow(take: Take) -> Given | None:
    """TransferToFlow."""
    step: Given = {"flow": take.ref("ContactFlowId", "flow"), "failed": take.branch("NoMatchingError")}
    take.unused_next(step)
    return step


def module(take: Take) -> Given | None:
    """InvokeFlowModule."""
    step: Given = {"module": take.ref("FlowModuleId", "module"), "send": take.pop("Input")}
    if isinstance(step["send"], dict) and not all(isinstance(value, str) for value in step["send"].values()):
        return None
    step["results"] = take.cases() or None
    other = take.branch("NoMatchingCondition")
    step = hard(take, step)
    return step if other in (None, step["then"]) else None


def end_module(take: Take) -> Given | None:
    """EndFlowModuleExecution."""
    return {"return": take.pop("Result") or "true", "send": take.pop("ResultData")}


def hang_up(_take: Take) -> Given | None:
    """DisconnectParticipant."""
    return {"hang_up": "true"}


def end(_take: Take) -> Given | None:
    """EndFlowExecution."""
    return {"end": "true"}


def hooks(take: Take) -> Given | None:
    """UpdateContactEventHooks."""
    given = take.pop("EventHooks")
    if not isinstance(given, dict) or len(given) != 1:
        return None
    ((hook, value),) = given.items()
    if hook not in _MOMENTS or not isinstance(value, str):
        return None
    name = take.scene.references.name("flow", value, take.action.identifier, "ContactFlowId")
    return soft(take, {"hooks": {_MOMENTS[hook]: name}, "configuration": take.pop("EventHooksConfiguration")})


def priority(take: Take) -> Given | None:
    """UpdateContactRoutingBehavior."""
    for name, word in (("QueuePriority", "priority"), ("QueueTimeAdjustmentSeconds", "age")):
        value = take.pop(name)
        if value is not None:
            return {"routing": {word: value}, "then": take.then()}
    return None


def skills(take: Take) -> Given | None:
    """UpdateContactRoutingCriteria."""
    criteria = take.pop("RoutingCriteria")
    steps = criteria.get("Steps") if isinstance(criteria, dict) and set(criteria) == {"Steps"} else None
    if not isinstance(steps, list):
        return None
    written = [_criterion(step) for step in steps]
    return soft(take, {"routing": {"skills": written}}) if written and all(written) else None


def _criterion(step: Any) -> dict[str, Any] | None:
    match step:
        case {"Expression": {"AndExpression": list(conditions)}}:
            needs = {}
            for condition in conditions:
                match condition:
                    case {
                        "AttributeCondition": {"Name": str(name), "Value": str(value), "ProficiencyLevel": str(level)}
                    }:
                        needs[name] = f"{value} >= {level.removesuffix('.0')}"
                    case _:
                        return None
        case _:
            return None
    match step.get("Expiry"):
        case None:
            return {"need": needs}
        case {"DurationInSeconds": str(seconds)} if seconds.isdigit():
            return {"need": needs, "for": duration(int(seconds))}
    return None


def dial(take: Take) -> Given | None:
    """CompleteOutboundCall."""
    caller = take.pop("CallerId")
    number = caller.get("Number") if isinstance(caller, dict) else None
    step: Given = {"dial": "true"}
    if isinstance(number, str):
        step = {"dial": {"caller_id": take.scene.references.name("phone_number", number)}}
    return step | {"then": take.then()}


def hold(take: Take) -> Given | None:
    """UpdatePreviousContactParticipantState."""
    words = {"AgentOnHold": "agent", "CustomerOnHold": "customer", "OffHold": "off"}
    return hard(take, {"hold": take.word("PreviousContactParticipantState", words)})


RECOGNISERS = {
    "UpdateContactTargetQueue": target,
    "TransferContactToQueue": queue,
    "DequeueContactAndTransferToQueue": dequeue,
    "TransferContactToAgent": person,
    "CreateCallbackContact": callback,
    "UpdateContactCallbackNumber": callback_number,
    "TransferParticipantToThirdParty": transfer,
    "TransferToFlow": flow,
    "InvokeFlowModule": module,
    "EndFlowModuleExecution": end_module,
    "DisconnectParticipant": hang_up,
    "EndFlowExecution": end,
    "UpdateContactEventHooks": hooks,
    "UpdateContactRoutingBehavior": priority,
    "UpdateContactRoutingCriteria": skills,
    "CompleteOutboundCall": dial,
    "UpdatePreviousContactParticipantState": hold,
}
