"""The scripts as Connect's own test cases: requests of CreateTestCase with content in its testing language.

Content of version 2025-06-21 is a list of observations, each an event to wait for (a message, an action that starts),
what to do then (press keys, put another resource or reply in place, check an attribute, end), and which observations
come next. An observation that never comes fails the test after five minutes; a test runs on a live instance and costs
what a call costs. What the language has no word for (a full queue, an agent who answers) stands in `notes`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from .calendar import is_open
from .place import Entry, Result
from .script import Script
from .world import World

VERSION = "2025-06-21"


def test_cases(world: World, scripts: Sequence[Script], results: Sequence[Result]) -> str:
    """A JSON document with one request a script, ready for `aws connect create-test-case --cli-input-json`."""
    cases = [_case(world, script, result) for script, result in zip(scripts, results, strict=True)]
    return json.dumps({"testCases": cases}, ensure_ascii=False, indent=2)


def _case(world: World, script: Script, result: Result) -> dict[str, Any]:
    number = world.numbers.get(script.to)
    entry: dict[str, str] = {"FlowId": f"{{{{flow:{script.flow or (number.flow if number else '')}}}}}"}
    if script.caller:
        entry["SourcePhoneNumber"] = script.caller
    if number is not None:
        entry["DestinationPhoneNumber"] = number.number or f"{{{{phone_number:{number.key}}}}}"
    content = {"Version": VERSION, "Metadata": {}, "Observations": _observations(world, script, result)}
    request: dict[str, Any] = {
        "InstanceId": "{{instance}}",
        "Name": script.name,
        "Content": json.dumps(content, ensure_ascii=False),
        "EntryPoint": {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": entry},
        "Status": "SAVED",
    }
    if script.given.attributes:
        request["InitializationData"] = json.dumps({"Attributes": dict(script.given.attributes)}, ensure_ascii=False)
    notes = _notes(script)
    return {"request": request, "notes": notes} if notes else {"request": request}


def _notes(script: Script) -> list[str]:
    """What a live test cannot be told."""
    found = []
    for key, queue in script.given.queues.items():
        if queue.full:
            found.append(f"queue {key} must be full when the test runs")
        if queue.available or queue.answered_after is not None:
            found.append(f"somebody must answer queue {key}")
    found += [f"{name} must fail" for name in sorted(script.given.fails)]
    found += [f"function {key} must answer {reply}" for key, reply in script.given.lambdas.items()]
    found += [f"{number}: {word}" for number, word in script.given.numbers.items()]
    if script.given.agent_does:
        found.append(f"the agent then: {', '.join(script.given.agent_does)}")
    return found


def _observations(world: World, script: Script, result: Result) -> list[dict[str, Any]]:
    """First what is put in place, then each message up to the last that keys follow or that is expected."""
    made = [_observation("start", _event("TestInitiated", {}), _overrides(world, result))]
    for number, (event, keys) in enumerate(_exchanges(result.entries), 1):
        actions = [_press(f"press-{number}-{n}", key) for n, key in enumerate(keys, 1)]
        made.append(_observation(f"step-{number}", event, actions))
    made[-1]["Actions"] += [_assertion(key, value) for key, value in script.expect.attributes.items()]
    made[-1]["Actions"].append(_action("end", "TestControl", {"Command": {"Type": "EndTest"}}))
    for before, after in pairwise(made):
        before["Transitions"] = {"NextObservations": [after["Identifier"]]}
    for observation in made:
        actions = observation["Actions"]
        for before, after in pairwise(actions):
            before["Transitions"] = {"NextAction": after["Identifier"]}
    return made


def _exchanges(entries: Sequence[Entry]) -> list[tuple[dict[str, Any], list[str]]]:
    """What is heard and where the caller is queued, in order, each with the keys that follow it. Recordings have no
    text to look for and are left out."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for entry in entries:
        if entry.kind == "heard" and not entry.text.startswith("["):
            properties = {"Text": entry.text, "MatchingCriteria": "Inclusion"}
            found.append((_event("MessageReceived", properties), []))
        elif entry.kind == "step" and entry.text.endswith("· room"):
            started: dict[str, Any] = {"ActionType": "TransferContactToQueue", "ActionParameters": {}}
            found.append((_event("FlowActionStarted", started), []))
        elif entry.kind == "pressed" and found and set(entry.text) <= set("0123456789*#"):
            found[-1][1].append(entry.text)
    return found


def _event(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": kind, "Actor": "System", "Properties": dict(properties)}


def _observation(name: str, event: dict[str, Any], actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Identifier": name,
        "Event": {"Identifier": f"{name}-event", **event},
        "Usage": {"Type": "EXACTLY", "Times": 1},
        "Actions": actions,
        "Transitions": {},
    }


def _action(name: str, kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"Identifier": name, "Type": kind, "Parameters": {"ActionType": kind, **parameters}, "Transitions": {}}


def _press(name: str, keys: str) -> dict[str, Any]:
    instruction = {"Type": "DtmfInput", "Properties": {"Value": keys}}
    return _action(name, "SendInstruction", {"Actor": "Customer", "Instruction": instruction})


def _assertion(key: str, value: str) -> dict[str, Any]:
    parameters = {"Namespace": f"$.Attributes.{key}", "Operator": "Equals", "Operand": value}
    return {"Identifier": f"check-{key}", "Type": "Assert", "Parameters": parameters, "Transitions": {}}


def _overrides(world: World, result: Result) -> list[dict[str, Any]]:
    """Hours that must be open, by hours that always are."""
    made = []
    seen: set[str] = set()
    for passed in result.path:
        action = world.flows[passed.flow].actions[passed.action]
        if passed.type == "CheckHoursOfOperation":
            value = str(action.parameters.get("HoursOfOperationId", ""))
            key = world.lookup(value, "hours") if value else ""
            stand_in = _stand_in(world, result, key, passed.result == "open")
            if key and key not in seen and stand_in:
                seen.add(key)
                made.append(_substitute(f"hours-{key}", "CheckHoursOfOperation", "HoursOfOperationId", key, stand_in))
    return made


def _stand_in(world: World, result: Result, key: str, wanted: bool) -> str:
    """Hours of the centre that are always as wanted, else none: then the test must run at the script's time."""
    hours = world.hours.get(key)
    if hours is None or result.at is None or is_open(hours, result.at) is not wanted:
        return ""
    return next((name for name, entry in world.hours.items() if wanted and entry.always and name != key), "")


def _substitute(name: str, kind: str, parameter: str, key: str, stand_in: str) -> dict[str, Any]:
    strategy = {"Type": "SubstituteResource", "SubstituteArn": f"{{{{hours:{stand_in}}}}}"}
    return _override(name, kind, parameter, "hours", key, strategy)


def _override(
    name: str, kind: str, parameter: str, reference: str, key: str, strategy: Mapping[str, Any]
) -> dict[str, Any]:
    properties = {
        "ActionType": kind,
        "ActionParameters": {parameter: f"{{{{{reference}:{key}}}}}"},
        "Strategy": dict(strategy),
    }
    return _action(name, "OverrideSystemBehavior", {"Behavior": {"Type": "FlowAction", "Properties": properties}})
