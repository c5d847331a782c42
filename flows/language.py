"""What the service refuses in a flow: the checks behind InvalidContactFlowException (Connect facts 4.1 to 4.8).

`validate` gives what publishing would refuse, in the service's way of speaking; `doubts` what it lets through although
it is probably a mistake. The sandbox imports this module: it needs nothing but the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .catalogue import (
    API_TYPES,
    FORBIDDEN_CHARACTERS,
    FORBIDDEN_WORDS,
    MAX_ACTIONS,
    MAX_CONTENT,
    MAX_IDENTIFIER,
    OUR_TYPES,
    Action,
    catalogue,
)
from .finding import At, Finding, LanguageProblem, Resolve
from .parameter_rules import parameters, special, stores

VERSION = "2019-10-30"
_INTEGER = re.compile(r"-?\d+")
_KEYS = frozenset("0123456789*#")
_AGENT_METRICS = frozenset(("NumberOfAgentsAvailable", "NumberOfAgentsStaffed", "NumberOfAgentsOnline"))


def validate(content: str, flow_type: str, resolve: Resolve | None = None) -> list[LanguageProblem]:
    """Everything for which the service would refuse `content` as a flow of `flow_type` (CONTACT_FLOW, …, MODULE).

    `resolve(kind, value)` tells whether a static reference exists in the instance; kinds are queue, agent, flow,
    module, hours, prompt, lambda, bot and phone_number. Without it references are not looked at. Raises KeyError for a
    flow type that does not exist.
    """
    return [problem for problem, refused in _findings(content, OUR_TYPES[flow_type], resolve) if refused]


def doubts(content: str, flow_type: str) -> list[LanguageProblem]:
    """What the service lets through and is worth a warning: genuine exports have these (Connect facts 4.5, 4.6)."""
    return [problem for problem, refused in _findings(content, OUR_TYPES[flow_type], None) if not refused]


def _findings(content: str, flow_type: str, resolve: Resolve | None) -> Iterator[Finding]:
    if len(content) > MAX_CONTENT:
        yield LanguageProblem(f"Content exceeds the maximum length of {MAX_CONTENT} characters"), True
        return
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        yield LanguageProblem("Content is not valid JSON"), True
        return
    if not isinstance(document, dict):
        yield LanguageProblem("Content is not a JSON object"), True
        return
    yield from judged(document, flow_type, resolve)


def judged(document: dict[str, Any], flow_type: str, resolve: Resolve | None = None) -> Iterator[Finding]:
    """Every finding about a document that is read already, with whether the service refuses it; `flow_type` is ours."""
    yield from ((problem, True) for problem in _envelope(document, flow_type, resolve))
    actions = document.get("Actions")
    if not isinstance(actions, list):
        return
    known = {a["Identifier"] for a in actions if isinstance(a, dict) and isinstance(a.get("Identifier"), str)}
    seen: set[str] = set()
    for index, action in enumerate(actions):
        yield from _action(index, action, flow_type, known, seen, resolve)


def _envelope(document: dict[str, Any], flow_type: str, resolve: Resolve | None) -> Iterator[LanguageProblem]:
    if "modules" in document and "Actions" not in document:
        yield LanguageProblem("Content is in the legacy designer format, which is not Flow language")
        return
    if document.get("Version") != VERSION:
        yield LanguageProblem("Invalid value. Path: Version")
    actions = document.get("Actions")
    if not isinstance(actions, list):
        yield LanguageProblem("Flow is missing required property. Path: Actions")
        return
    if not actions:
        yield LanguageProblem("Flow must have at least one action. Path: Actions")
    if len(actions) > MAX_ACTIONS:
        yield LanguageProblem(f"Flow has more than {MAX_ACTIONS} actions. Path: Actions")
    start = document.get("StartAction")
    if not isinstance(start, str) or not start:
        yield LanguageProblem("Flow is missing required property. Path: StartAction")
    elif not any(isinstance(a, dict) and a.get("Identifier") == start for a in actions):
        yield LanguageProblem(f"StartAction does not exist. Action: {start[:100]}")
    if resolve is not None and flow_type == "module" and not isinstance(document.get("Settings"), dict):
        yield LanguageProblem("JSON field is missing or null for field name: settings")
    if flow_type != "module" and resolve is not None and "Settings" in document:
        yield LanguageProblem("Invalid property name. Path: Settings")


def _action(
    index: int, action: Any, flow_type: str, known: set[str], seen: set[str], resolve: Resolve | None
) -> Iterator[Finding]:
    if not isinstance(action, dict):
        yield LanguageProblem(f"Action is not an object. Path: Actions[{index}]", index), True
        return
    identifier, kind = action.get("Identifier"), action.get("Type")
    at = At(index, identifier if isinstance(identifier, str) else "", kind if isinstance(kind, str) else "")
    yield from ((problem, True) for problem in _identifier(at, identifier, seen))
    given, transitions = action.get("Parameters") or {}, action.get("Transitions") or {}
    if not isinstance(given, dict):
        yield at.says(f"Invalid Action property value. Path: {index}.Parameters"), True
        given = {}
    if not isinstance(transitions, dict):
        yield at.says(f"Invalid Action property value. Path: {index}.Transitions"), True
        transitions = {}
    yield from ((problem, True) for problem in _targets(at, transitions, known))
    spec = catalogue().actions.get(at.type)
    if spec is None:
        right = catalogue().misnamed.get(at.type)
        hint = f". Did you mean {right}?" if right else ""
        yield at.says(f"Invalid Action type. Type: {at.type[:100]}{hint}"), True
        return
    if flow_type not in spec.flows:
        message = f"Action is not supported in this flow type. Type: {at.type}, flow type: {API_TYPES[flow_type]}"
        yield at.says(message), flow_type not in spec.disputed
    yield from parameters(at, spec, given, resolve)
    yield from special(at, given, resolve)
    yield from _conditions(at, spec, given, transitions)
    yield from ((problem, True) for problem in _branches(at, spec, flow_type, given, transitions))


def _identifier(at: At, value: Any, seen: set[str]) -> Iterator[LanguageProblem]:
    if not isinstance(value, str) or not value:
        yield at.says(f"Action is missing required property. Path: {at.property('Identifier')}")
        return
    if value in seen:
        yield at.says(f"Duplicate action identifier. Identifier: {value[:100]}")
    seen.add(value)
    if len(value) > MAX_IDENTIFIER:
        yield at.says(f"Action identifier is longer than {MAX_IDENTIFIER} characters. Identifier: {value[:60]}…")
    if FORBIDDEN_CHARACTERS.intersection(value) or value in FORBIDDEN_WORDS:
        yield at.says(f"Invalid action identifier. Identifier: {value[:100]}")


def _targets(at: At, transitions: dict[str, Any], known: set[str]) -> Iterator[LanguageProblem]:
    """Transitions must be well formed and lead to actions that exist."""
    places: list[tuple[str, Any]] = []
    if "NextAction" in transitions:
        places.append(("Transitions.NextAction", transitions["NextAction"]))
    for group in ("Conditions", "Errors"):
        entries = transitions.get(group) or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            yield at.says(f"Invalid Action property value. Path: {at.index}.Transitions.{group}")
            continue
        places += [(f"Transitions.{group}[{n}].NextAction", entry.get("NextAction")) for n, entry in enumerate(entries)]
    for path, target in places:
        if not isinstance(target, str) or not target:
            yield at.says(f"Action is missing required property. Path: {at.property(path)}")
        elif target not in known:
            yield at.says(f"Action does not exist. Action: {target[:100]}, path: {at.property(path)}")


def _conditions(at: At, spec: Action, given: dict[str, Any], transitions: dict[str, Any]) -> Iterator[Finding]:
    entries = transitions.get("Conditions") or []
    if not isinstance(entries, list):
        return
    if not spec.operators or (at.type == "GetParticipantInput" and stores(given)):
        if entries and not spec.open:
            yield at.says(f"Action does not support conditions. Path: {at.property('Transitions.Conditions')}"), True
        return
    wrong = at.says(f"Invalid branch. Path: {at.index}.Evaluate")
    found: list[str] = []
    for entry in entries:
        condition = entry.get("Condition") if isinstance(entry, dict) else None
        operands = condition.get("Operands") if isinstance(condition, dict) else None
        operator = condition.get("Operator") if isinstance(condition, dict) else None
        named = isinstance(operands, list) and bool(operands) and all(isinstance(o, str) and o for o in operands)
        if operator not in spec.operators or not named:
            yield wrong, True
            continue
        assert isinstance(operands, list)
        found += operands
        if not _operand_fits(at, spec, given, str(operator), operands):
            yield wrong, True
    if spec.exactly and at.type == "MessageParticipantIteratively":
        needed: tuple[str, ...] = spec.exactly if "InterruptFrequencySeconds" in given else ()
    elif at.type == "Wait":
        needed = ("WaitCompleted", *_events(given))
    else:
        needed = spec.exactly
    if needed and sorted(found) != sorted(needed):
        yield wrong, True
    if len(entries) < spec.min_conditions:
        yield wrong, True


def _events(given: dict[str, Any]) -> list[str]:
    """The events that a Wait names."""
    named = given.get("Events")
    return [event for event in named if isinstance(event, str)] if isinstance(named, list) else []


def _operand_fits(at: At, spec: Action, given: dict[str, Any], operator: str, operands: list[str]) -> bool:
    if at.type == "GetParticipantInput":
        return set(operands) <= _KEYS
    if at.type == "CheckMetricData":
        if str(given.get("MetricType")) in _AGENT_METRICS:
            return operator == "NumberGreaterThan" and operands == ["0"]
        return all(_INTEGER.fullmatch(o) for o in operands)
    if at.type == "DistributeByPercentage":
        return all(_INTEGER.fullmatch(o) and 1 <= int(o[:4]) <= 101 for o in operands)
    if spec.operands:
        return set(operands) <= set(spec.operands)
    return True


def _branches(
    at: At, spec: Action, flow_type: str, given: dict[str, Any], transitions: dict[str, Any]
) -> Iterator[LanguageProblem]:
    """NextAction and error branches: those that are demanded, those that are refused."""
    if spec.terminal:
        if any(transitions.get(name) for name in ("NextAction", "Conditions", "Errors")):
            yield at.says(f"Action does not support transitions. Path: {at.property('Transitions')}")
        return
    if spec.next == "required" and "NextAction" not in transitions:
        yield at.says(f"Action is missing required property. Path: {at.property('Transitions.NextAction')}")
    entries = transitions.get("Errors") or []
    found = entries if isinstance(entries, list) else []
    names = [str(entry.get("ErrorType")) for entry in found if isinstance(entry, dict)]
    demanded, refused = _error_rules(at, spec, flow_type, given, transitions)
    for name in demanded:
        if name not in names:
            yield at.says(f"Action is missing required error. Error: {name}")
    for name in dict.fromkeys(names):
        if name in refused or (name not in spec.errors and not spec.open):
            yield at.says(f"Action does not support error. Error: {name[:100]}")
        elif names.count(name) > 1:
            yield at.says(f"Action has the same error twice. Error: {name[:100]}")


def _error_rules(
    at: At, spec: Action, flow_type: str, given: dict[str, Any], transitions: dict[str, Any]
) -> tuple[list[str], set[str]]:
    """The error branches that this very action must have, and those it must not have."""
    demanded = [name for name, rule in spec.errors.items() if rule == "required" and not spec.open]
    refused: set[str] = set()
    if at.type == "GetParticipantInput":
        menu = {"InputTimeLimitExceeded", "NoMatchingCondition"}
        validation = given.get("InputValidation")
        phone = stores(given) and isinstance(validation, dict) and "PhoneNumberValidation" in validation
        if stores(given):
            refused |= menu
        else:
            demanded += sorted(menu)
        demanded += ["InvalidPhoneNumber"] if phone else []
    elif at.type == "TransferParticipantToThirdParty":
        goes_on = str(given.get("ContinueFlowExecution")).lower() == "true" and flow_type != "agent_transfer"
        dialling = ["CallFailed", "ConnectionTimeLimitExceeded"]
        demanded, refused = (demanded + dialling, refused) if goes_on else (demanded, refused | set(dialling))
    elif at.type == "InvokeFlowModule" and transitions.get("Conditions"):
        demanded.append("NoMatchingCondition")
    elif at.type == "Wait" and "BotParticipantDisconnected" in _events(given):
        demanded.append("ParticipantNotFound")
    elif at.type == "UpdateContactRecordingAndAnalyticsBehavior" and "ChatBehavior" not in given:
        refused.add("InFlightRedactionConfigurationFailed")
    return demanded, refused
