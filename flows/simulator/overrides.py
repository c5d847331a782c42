"""What a native test case puts in place of the world: hours, functions, bots and queues that answer as the script says.

An override serves one use of its resource and is then spent; several for the same resource are used in turn. So there
is one for each time that the call came to such an action, in the order of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .outcome import FAILS
from .place import Passed, Result
from .routing import FULL
from .script import Script
from .world import World

Named = Callable[[str, str], str]
_QUEUEING = {
    "TransferContactToQueue": "TransferContactToQueue",
    "DequeueContactAndTransferToQueue": "DequeueAndTransferToQueue",  # as the testing language spells it
}


def overrides(world: World, script: Script, result: Result, named: Named) -> list[dict[str, Any]]:
    """One action for each time that the call asked hours, a function, a bot or a queue that must answer so."""
    made: list[dict[str, Any]] = []
    for passed in result.path:
        properties = _properties(world, script, passed, named)
        if properties is not None:
            behavior = {"Type": "FlowAction", "Properties": properties}
            made.append(action(f"set-{len(made) + 1}", "OverrideSystemBehavior", {"Behavior": behavior}))
    return made


def action(name: str, kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """An action of a test case."""
    return {"Identifier": name, "Type": kind, "Parameters": {"ActionType": kind, **parameters}, "Transitions": {}}


def _properties(world: World, script: Script, passed: Passed, named: Named) -> dict[str, Any] | None:
    if passed.type == "CheckHoursOfOperation" and passed.subject:
        return _hours(world, passed, named)
    if passed.type == "InvokeLambdaFunction" and passed.subject:
        strategy = _function(script, passed)
        where = {"LambdaFunctionARN": named("lambda", passed.subject)}
        return _put(passed.type, where, strategy) if strategy else None
    if passed.type == "ConnectParticipantWithLexBot" and passed.result == FAILS:
        document = world.flows[passed.flow].actions[passed.action]
        bot = document.parameters.get("LexV2Bot")
        return _put(passed.type, {"LexV2Bot": bot}, _error("NoMatchingError")) if isinstance(bot, Mapping) else None
    if passed.type in _QUEUEING and passed.subject and passed.result in (FULL, FAILS):
        error = "QueueAtCapacity" if passed.result == FULL else "NoMatchingError"
        return _put(_QUEUEING[passed.type], {"QueueId": named("queue", passed.subject)}, _error(error))
    return None


def _hours(world: World, passed: Passed, named: Named) -> dict[str, Any] | None:
    """Hours that are always open stand in for open ones; closed ones and failures are answered.

    Hours that are so at any moment need nothing.
    """
    hours = world.hours.get(passed.subject)
    if passed.result == FAILS:
        strategy = _error("NoMatchingError")
    elif hours is not None and hours.always and passed.result == "open":
        return None
    else:
        always = next((key for key, entry in world.hours.items() if entry.always), "")
        strategy = _answer({"Value": "InHours" if passed.result == "open" else "OutOfHours"})
        if passed.result == "open" and always:
            strategy = {"Type": "SubstituteResource", "SubstituteArn": named("hours", always)}
    return _put(passed.type, {"HoursOfOperationId": named("hours", passed.subject)}, strategy)


def _function(script: Script, passed: Passed) -> dict[str, Any] | None:
    if passed.result == FAILS:
        return _error("NoMatchingError", DelaySeconds=0)
    reply = script.given.lambdas.get(passed.subject)
    return None if reply is None else _answer({"DelaySeconds": 0, "LoadedData": reply})


def _put(kind: str, where: Mapping[str, Any], strategy: Mapping[str, Any]) -> dict[str, Any]:
    return {"ActionType": kind, "ActionParameters": dict(where), "Strategy": dict(strategy)}


def _answer(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": "MockResponse", "Response": {"Type": "ExecutionResult", "ExecutionResult": dict(result)}}


def _error(value: str, **more: Any) -> dict[str, Any]:
    return {"Type": "MockResponse", "Response": {"Type": "Error", "Error": {**more, "Value": value}}}
