"""The scripts as Connect's own test cases: requests of CreateTestCase with content in its testing language.

The content is a list of observations, each an event to wait for (a message, an action that starts), what to do then
(press keys, hang up, check an attribute, end), and which observation comes next. What the world must be like is put in
place first, by `overrides`. An observation that never comes fails the test after five minutes; a test runs on a live
instance, and a caller who is queued there may ring real agents, so a test ends as soon as nothing more is looked for.

Where Amazon's pages and what others saw published differ, the form here is one that both allow: no `Usage` (once is the
default), the criterion as an object within the properties. What the language has no word for stands in `notes`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from .overrides import Named, action, overrides
from .place import Entry, Result
from .script import Script
from .world import World

VERSION = "2019-10-30"
LIMIT = 300  # seconds after which the service gives a test up
_KEYS = frozenset("0123456789*#")


def native_cases(world: World, scripts: Sequence[Script], results: Sequence[Result], *, live: bool = False) -> str:
    """A JSON document with one request a script, ready for `aws connect create-test-case --cli-input-json`.

    With `live` the ids are those of the instance that `world` was read from, else `{{kind:key}}` stands in their place.
    """
    named = _real(world) if live else placeholder
    cases = [_case(world, script, result, named) for script, result in zip(scripts, results, strict=True)]
    return json.dumps({"testCases": cases}, ensure_ascii=False, indent=2)


def placeholder(kind: str, key: str) -> str:
    """Where an id of the instance belongs."""
    return f"{{{{{kind}:{key}}}}}"


def _real(world: World) -> Named:
    """ARNs of what was read from the instance; what is not known keeps its placeholder."""
    arns = {(kind, key): ref for ref, (kind, key) in world.names.items() if ref.startswith("arn:")}

    def named(kind: str, key: str) -> str:
        if kind == "instance":
            found = next((arn for (what, _), arn in arns.items() if what == "flow"), "")
            return found.partition("instance/")[2].partition("/")[0] or placeholder(kind, key)
        return arns.get((kind, key)) or (arns.get(("module", key)) if kind == "flow" else "") or placeholder(kind, key)

    return named


def _case(world: World, script: Script, result: Result, named: Named) -> dict[str, Any]:
    number = world.numbers.get(script.to)
    entry: dict[str, str] = {"FlowId": named("flow", script.flow or (number.flow if number else ""))}
    if script.caller:
        entry["SourcePhoneNumber"] = script.caller
        if number is not None:  # the service refuses one number without the other
            entry["DestinationPhoneNumber"] = number.number or placeholder("phone_number", number.key)
    content = {"Version": VERSION, "Metadata": {}, "Observations": _observations(world, script, result, named)}
    request: dict[str, Any] = {
        "InstanceId": named("instance", ""),
        "Name": script.name,
        "Content": json.dumps(content, ensure_ascii=False),
        "EntryPoint": {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": entry},
        "Status": "SAVED",
    }
    if script.given.attributes:
        request["InitializationData"] = json.dumps({"Attributes": dict(script.given.attributes)}, ensure_ascii=False)
    notes = _notes(world, script, result)
    return {"request": request, "notes": notes} if notes else {"request": request}


def _notes(world: World, script: Script, result: Result) -> list[str]:
    """What a live test cannot be told, and must find so."""
    found = []
    if not script.caller:
        found.append("the number must be withheld")
    for key, queue in script.given.queues.items():
        if queue.available or queue.answered_after is not None:
            found.append(f"somebody must answer queue {key}")
        counts = [f"{n} {w}" for w in ("waiting", "staffed", "online") if (n := getattr(queue, w)) is not None]
        if counts:
            found.append(f"queue {key} must have {', '.join(counts)}")
    types = {passed.step: passed.type for passed in result.path} | {p.action: p.type for p in result.path}
    told = {"InvokeLambdaFunction", "CheckHoursOfOperation", "ConnectParticipantWithLexBot"}
    told |= {"TransferContactToQueue", "DequeueContactAndTransferToQueue"}
    failing = [name for name in sorted(script.given.fails) if name not in world.known_functions]
    found += [f"{name} must fail" for name in failing if types.get(name.rpartition("/")[2]) not in told]
    found += [f"{name} must take {branch}" for name, branch in script.given.takes.items()]
    found += [f"{number}: {word}" for number, word in script.given.numbers.items()]
    if script.given.agent_does:
        found.append(f"the agent then: {', '.join(script.given.agent_does)}")
    if result.seconds > LIMIT:
        found.append(f"the call takes {result.seconds:.0f} s, a test is given up after {LIMIT}: shorten the waits")
    return found


def _observations(world: World, script: Script, result: Result, named: Named) -> list[dict[str, Any]]:
    """First what is put in place, then each message up to the last that keys follow or that is expected."""
    made = [_observation("start", _event("TestInitiated", {}), overrides(world, script, result, named))]
    for number, (event, keys) in enumerate(_exchanges(result.entries, named), 1):
        actions = [_press(f"press-{number}-{n}", key) for n, key in enumerate(keys, 1)]
        made.append(_observation(f"step-{number}", event, actions))
    made[-1]["Actions"] += [_assertion(key, value) for key, value in script.expect.attributes.items()]
    made[-1]["Actions"].append(action("end", "TestControl", {"Command": {"Type": "EndTest"}}))
    for before, after in pairwise(made):
        before["Transitions"] = {"NextObservations": [after["Identifier"]]}
    for observation in made:
        actions = observation["Actions"]
        for before, after in pairwise(actions):
            before["Transitions"] = {"NextAction": after["Identifier"]}
    return made


def _exchanges(entries: Sequence[Entry], named: Named) -> list[tuple[dict[str, Any], list[str]]]:
    """What is heard and where the caller is queued, in order, each with the keys that follow it."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for entry in entries:
        event = _observed(entry, named)
        if event is not None:
            found.append((event, []))
        elif entry.kind == "pressed" and found and _is_pressed(entry.text):
            found[-1][1].append(entry.text)
    return found


def _observed(entry: Entry, named: Named) -> dict[str, Any] | None:
    criterion = {"MatchingCriteria": {"Type": "Inclusion"}}
    if entry.kind == "heard" and entry.text.startswith("[prompt "):
        return _event("MessageReceived", {"PromptId": named("prompt", entry.text[8:-1]), **criterion})
    if entry.kind == "heard" and not entry.text.startswith("["):
        return _event("MessageReceived", {"Text": entry.text, **criterion})
    if entry.kind == "queued":
        parameters = {"QueueId": named("queue", entry.text)}
        return _event("FlowActionStarted", {"ActionType": "TransferContactToQueue", "ActionParameters": parameters})
    return None


def _is_pressed(text: str) -> bool:
    return text == "hangs up" or (bool(text) and set(text) <= _KEYS)


def _event(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": kind, "Actor": "System", "Properties": dict(properties)}


def _observation(name: str, event: dict[str, Any], actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Identifier": name,
        "Event": {"Identifier": f"{name}-event", **event},
        "Actions": actions,
        "Transitions": {},
    }


def _press(name: str, keys: str) -> dict[str, Any]:
    instruction: dict[str, Any] = {"Type": "DtmfInput", "Properties": {"Value": keys}}
    if keys == "hangs up":
        instruction = {"Type": "Disconnect"}
    return action(name, "SendInstruction", {"Actor": "Customer", "Instruction": instruction})


def _assertion(key: str, value: str) -> dict[str, Any]:
    parameters = {"Namespace": f"$.Attributes.{key}", "Operator": "Equals", "Operand": value}
    return {"Identifier": f"check-{key}", "Type": "Assert", "Parameters": parameters, "Transitions": {}}
