"""What decides the way through a flow: hours, figures, comparisons, loops, modules, functions (Connect facts 4.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..document import Action
from .moments import ended
from .outcome import FAILS, OK, along, chosen, error, failing, go, refuse, unknown_of
from .routing import reference
from .speech import may_fail
from .state import UNKNOWN, Answer, Ask, End, Frame, State, Step, drop, pairs, put
from .values import expand, holds, is_path, resolve
from .world import World

OPEN, CLOSED = "open", "closed"
MOST_NESTING = 5


def _hours_of(world: World, state: State, action: Action) -> str:
    named = reference(world, state, action, "HoursOfOperationId", "hours")
    if named:
        return named
    queue = world.queues.get(state.queue or state.target)
    return queue.hours if queue else ""


def _ask_hours(world: World, state: State, action: Action) -> Ask | None:
    return failing(action, "hours", _hours_of(world, state, action), (OPEN, CLOSED))


def _hours(world: World, state: State, action: Action, answer: Answer) -> Step:
    if not _hours_of(world, state, action):
        note = "neither hours nor a working queue are set"
        return error(state, action, "NoMatchingError")._replace(notes=(note,))
    return along(state, action, "True" if answer.label == OPEN else "False", "NoMatchingError")._replace(
        label=answer.label
    )


def _metric(world: World, state: State, action: Action) -> tuple[str, str]:
    queue = reference(world, state, action, "QueueId", "queue") or state.queue or state.target
    return queue, str(action.parameters.get("MetricType", ""))


def _ask_metric(world: World, state: State, action: Action) -> Ask | None:
    queue, metric = _metric(world, state, action)
    extra = (FAILS,) if "NoMatchingError" in action.errors else ()
    return unknown_of(action, f"{queue} {metric}", extra)._replace(kind="metric") if queue else None


def _check_metric(world: World, state: State, action: Action, answer: Answer) -> Step:
    queue, _ = _metric(world, state, action)
    if not queue:
        return error(state, action, "NoMatchingError")._replace(notes=("no working queue is set",))
    return _by_value(state, action, answer)


def _by_value(state: State, action: Action, answer: Answer) -> Step:
    """The branch of a known value, or the one that was picked for an unknown one."""
    if answer.label != "value":
        return chosen(state, action, answer)
    for condition in action.conditions:
        if any(holds(condition.operator, operand, answer.value) for operand in condition.operands):
            return Step(state, f"{condition.operator} {' '.join(condition.operands)}", condition.to)
    return error(state, action, "NoMatchingCondition", "otherwise")


def _get_metrics(_world: World, state: State, action: Action, answer: Answer) -> Step:
    """What the script gives becomes `$.Metrics.…`; what it does not give stays unknown."""
    given = _object(answer.value)
    values = {f"Metrics.{key}": str(value) for key, value in given.items()}
    values["Metrics"] = UNKNOWN
    return go(state._replace(values=put(drop(state.values, "Metrics"), values)), action, OK)


def _ask_get_metrics(world: World, state: State, action: Action) -> Ask | None:
    queue = reference(world, state, action, "QueueId", "queue") or state.queue or state.target
    return Ask("metrics", queue, (OK, FAILS) if action.errors else (OK,))


def _path(action: Action) -> str:
    return str(action.parameters.get("ComparisonValue", ""))


def _ask_compare(world: World, state: State, action: Action) -> Ask | None:
    path = _path(action)
    if is_path(path) and resolve(world, state, path) == UNKNOWN:
        return unknown_of(action, path)
    return None


def _compare(world: World, state: State, action: Action, answer: Answer) -> Step:
    path = _path(action)
    value = resolve(world, state, path) if is_path(path) else path
    if value == UNKNOWN:
        return _by_value(state, action, answer)
    return _by_value(state, action, Answer("value", value))


def _ask_split(_world: World, _state: State, action: Action) -> Ask | None:
    return unknown_of(action, "the caller's share")._replace(kind="split")


def _split(_world: World, state: State, action: Action, answer: Answer) -> Step:
    return chosen(state, action, answer)


def _loop(_world: World, state: State, action: Action, _: Answer) -> Step:
    """Continues LoopCount times, is done once, then starts anew."""
    wanted = str(action.parameters.get("LoopCount", "0"))
    most = int(wanted) if wanted.isdigit() else 0
    here = (state.flow, action.identifier)
    count = next((n for flow, name, n in state.loops if (flow, name) == here), 0)
    others = tuple(item for item in state.loops if item[:2] != here)
    if count >= most:
        return along(state._replace(loops=others), action, "DoneLooping")
    loops = tuple(sorted((*others, (*here, count + 1))))
    return along(state._replace(loops=loops), action, "ContinueLooping")._replace(label=f"round {count + 1}")


def _set_attributes(world: World, state: State, action: Action, _: Answer) -> Step:
    given = action.parameters.get("Attributes")
    if action.parameters.get("TargetContact") == "Related":
        return go(state, action)
    values, notes = _texts(world, state, given if isinstance(given, Mapping) else {})
    return go(state._replace(attributes=put(state.attributes, values)), action, notes=notes)


def _set_local(world: World, state: State, action: Action, _: Answer) -> Step:
    given = action.parameters.get("FlowAttributes")
    plain = {
        key: value.get("Value", "") if isinstance(value, Mapping) else value
        for key, value in (given if isinstance(given, Mapping) else {}).items()
    }
    values, notes = _texts(world, state, plain)
    return go(state._replace(local=put(state.local, values)), action, notes=notes)


def _texts(world: World, state: State, given: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values as they are set; one that cannot be known keeps being unknown."""
    made: dict[str, str] = {}
    for key, value in given.items():
        text = str(value)
        made[str(key)] = resolve(world, state, text) if is_path(text) else expand(world, state, text)
    unknown = [key for key, value in made.items() if value == UNKNOWN]
    return made, tuple(f"the value of {key} is not known" for key in unknown)


def _ask_function(world: World, state: State, action: Action) -> Ask | None:
    name = _function(world, state, action)
    return Ask("lambda", name, (OK, FAILS) if action.errors else (OK,))


def _function(world: World, state: State, action: Action) -> str:
    return reference(world, state, action, "LambdaFunctionARN", "lambda")


def _invoke(_world: World, state: State, action: Action, answer: Answer) -> Step:
    values = drop(state.values, "External")
    if not answer.value:
        return go(state._replace(values=put(values, {"External": UNKNOWN})), action, OK)._replace(seconds=0.5)
    reply = {f"External.{key}": value for key, value in _flat(_object(answer.value))}
    return go(state._replace(values=put(values, reply)), action, OK)._replace(seconds=0.5)


def lasts(action: Action) -> float:
    """Seconds that a failure takes: a function is waited for until its time is over, all else fails at once."""
    if action.type != "InvokeLambdaFunction":
        return 0.0
    return float(_whole(action.parameters.get("InvocationTimeLimitSeconds"), 3))


def _flat(value: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, part in value.items():
        name = f"{above}{key}"
        if isinstance(part, Mapping):
            found += _flat(part, f"{name}.")
        else:
            found.append((name, part if isinstance(part, str) else json.dumps(part)))
    return found


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _module(world: World, state: State, action: Action, _: Answer) -> Step:
    name = reference(world, state, action, "FlowModuleId", "module")
    document = world.flows.get(name)
    if document is None:
        made = chosen(state, action, Answer("otherwise")) if action.conditions else go(state, action)
        what = f"module {name}" if name else "a module without a name"
        return made._replace(notes=(f"{what} is not known here: passed over",))
    if len(state.stack) >= MOST_NESTING:
        return refuse(state, action, f"modules nest deeper than {MOST_NESTING}")
    frame = Frame(state.flow, action.identifier, state.local)
    sent = action.parameters.get("Input")
    values = {f"Modules.Input.{k}": v for k, v in _flat(sent)} if isinstance(sent, Mapping) else {}
    inner = state._replace(flow=name, at=document.start, stack=(*state.stack, frame), local=())
    return Step(inner._replace(values=put(state.values, values)), "module")


def _end_module(world: World, state: State, action: Action, _: Answer) -> Step:
    result = str(action.parameters.get("Result", ""))
    if not state.stack:
        return Step(state, result, end=End("returned", message=result))
    frame = state.stack[-1]
    caller = world.flows[frame.flow].actions[frame.action]
    values = dict(drop(state.values, "Modules.Input")) | {"Modules.Result": result}
    back = state._replace(flow=frame.flow, at=frame.action, stack=state.stack[:-1], local=frame.local)
    back = back._replace(values=pairs(values))
    made = along(back, caller, result) if caller.conditions else go(back, caller)
    source = (frame.flow, frame.action)
    return made._replace(label=result or "ends", state=made.state._replace(at=made.to), source=source)


def _ends(world: World, state: State, _action: Action, _answer: Answer) -> Step:
    return ended(world, state)


def _ask_wait(_world: World, _state: State, action: Action) -> Ask | None:
    return unknown_of(action, "what comes first")._replace(kind="event") if len(action.conditions) > 1 else None


def _wait(_world: World, state: State, action: Action, answer: Answer) -> Step:
    limit = float(_whole(action.parameters.get("TimeLimitSeconds"), 0))
    if answer.label and len(action.conditions) > 1:
        return chosen(state, action, answer)._replace(seconds=limit)
    return along(state, action, "WaitCompleted", "NoMatchingError")._replace(seconds=limit)


def _ask_answered(_world: World, _state: State, action: Action) -> Ask | None:
    return unknown_of(action, "who answers", (FAILS,) if action.errors else ())._replace(kind="event")


def _answered(_world: World, state: State, action: Action, answer: Answer) -> Step:
    return chosen(state, action, answer)


def _nothing(_world: World, state: State, action: Action, _: Answer) -> Step:
    """An effect that no caller hears and no branch depends on."""
    return go(state, action)


def _whole(value: Any, default: int) -> int:
    return int(value) if isinstance(value, str) and value.isdigit() else default


ACTIONS = {
    "CheckHoursOfOperation": (_ask_hours, _hours),
    "CheckMetricData": (_ask_metric, _check_metric),
    "GetMetricData": (_ask_get_metrics, _get_metrics),
    "Compare": (_ask_compare, _compare),
    "DistributeByPercentage": (_ask_split, _split),
    "Loop": (may_fail, _loop),
    "UpdateContactAttributes": (may_fail, _set_attributes),
    "UpdateFlowAttributes": (may_fail, _set_local),
    "InvokeLambdaFunction": (_ask_function, _invoke),
    "InvokeFlowModule": (may_fail, _module),
    "EndFlowModuleExecution": (lambda _w, _s, _a: None, _end_module),
    "EndFlowExecution": (lambda _w, _s, _a: None, _ends),
    "Wait": (_ask_wait, _wait),
    "CheckOutboundCallStatus": (_ask_answered, _answered),
    "UpdateFlowLoggingBehavior": (may_fail, _nothing),
    "UpdateContactRecordingBehavior": (may_fail, _nothing),
    "UpdateContactRecordingAndAnalyticsBehavior": (may_fail, _nothing),
    "UpdateContactMediaStreamingBehavior": (may_fail, _nothing),
    "UpdatePreviousContactParticipantState": (may_fail, _nothing),
    "TagContact": (may_fail, _nothing),
    "UntagContact": (may_fail, _nothing),
    "CreateTask": (may_fail, _nothing),
}
