"""The rules of Flow language that concern an action's parameters (Connect facts 4.1, 4.5, 4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .catalogue import Action, Parameter
from .finding import At, Finding, Resolve

_PATH = re.compile(r"\$(\.[\w\-]+|\['[^']+'\]|\[\d+\])+(\[\d+\])?")
_INTEGER = re.compile(r"-?\d+")
_E164 = re.compile(r"\+[1-9]\d{1,14}")


def parameters(at: At, spec: Action, given: dict[str, Any], resolve: Resolve | None) -> Iterator[Finding]:
    """Parameters that are unknown, missing, empty, exclusive or of the wrong form."""
    for name, value in given.items():
        parameter = spec.parameters.get(name)
        if parameter is None:
            if not spec.open:
                yield at.says(f"Invalid Action property name. Path: {at.index}.{name}"), True
            continue
        if parameter.doubtful:
            yield at.says(f"Property is seen in exports only. Path: {at.index}.{name}"), False
            continue
        yield from _value(at, parameter, value, resolve)
    for name, parameter in spec.parameters.items():
        if parameter.required and name not in given and not spec.open:
            yield at.says(f"Action is missing required property. Path: {at.property('Parameters.' + name)}"), True
    for group in spec.one_of:
        if sum(name in given for name in group) != 1:
            yield at.says(f"Action needs exactly one of {', '.join(group)}. Path: {at.property('Parameters')}"), True
    for group in spec.at_most_one_of:
        if sum(name in given for name in group) > 1:
            yield at.says(f"Action takes only one of {', '.join(group)}. Path: {at.property('Parameters')}"), True


def _value(at: At, parameter: Parameter, value: Any, resolve: Resolve | None) -> Iterator[Finding]:
    path = f"{at.index}.{parameter.name}"
    wrong = at.says(f"Invalid Action property value. Path: {path}")
    if parameter.kind == "typed":
        return
    if parameter.kind in {"map", "object", "list", "any"}:
        container = {"map": dict, "object": dict, "list": list}.get(parameter.kind, object)
        if not isinstance(value, container):
            yield wrong, True
        else:
            yield from _structure(at, parameter, value, resolve)
        return
    if not isinstance(value, str):
        yield wrong, True
    elif not value:
        # Templates in public hold empty references, to be filled before they are sent; a resolver tells the truth.
        yield at.says(f"Empty value in Parameters.{parameter.name}"), parameter.kind != "ref" or resolve is not None
    elif not (parameter.path and _PATH.fullmatch(value)):
        yield from _scalar(at, parameter, value, resolve)


def _scalar(at: At, parameter: Parameter, value: str, resolve: Resolve | None) -> Iterator[Finding]:
    wrong = at.says(f"Invalid Action property value. Path: {at.index}.{parameter.name}")
    kind = parameter.kind
    if kind == "ref":
        if resolve is not None and not value.startswith("$.") and not resolve(parameter.ref, value):
            yield at.says(f"Resource does not exist. Path: {at.index}.{parameter.name}, value: {value[:150]}"), True
    elif kind == "path":
        if not _PATH.fullmatch(value):
            yield wrong, True
    elif kind == "integer":
        if not _INTEGER.fullmatch(value):
            yield wrong, not value.startswith("$.")
        elif not (parameter.low or -(2**63)) <= int(value[:20]) <= (parameter.high or 2**63):
            yield at.says(f"Number is out of the documented range. Path: {at.index}.{parameter.name}"), False
    elif kind == "boolean":
        if value.lower() not in {"true", "false"}:
            yield wrong, True
    elif kind == "enum" and parameter.values and value not in parameter.values:
        yield wrong, parameter.name != "TextToSpeechEngine" and not value.startswith("$.")
    if parameter.max_length and len(value) > parameter.max_length:
        yield wrong, True


def _structure(at: At, parameter: Parameter, value: Any, resolve: Resolve | None) -> Iterator[Finding]:
    path = f"{at.index}.{parameter.name}"
    if isinstance(value, dict):
        for key in value:
            if (parameter.fields and key not in parameter.fields) or (parameter.keys and key not in parameter.keys):
                yield at.says(f"Invalid Action property name. Path: {path}.{key}"), True
        if parameter.size is not None and len(value) != parameter.size:
            yield at.says(f"Action takes exactly {parameter.size} entry. Path: {path}"), True
        if parameter.size_max is not None and len(value) > parameter.size_max:
            yield at.says(f"More than {parameter.size_max} tags in Parameters.{parameter.name}"), True
        if parameter.ref and resolve is not None:
            for target in value.values():
                if isinstance(target, str) and not target.startswith("$.") and not resolve(parameter.ref, target):
                    yield at.says(f"Resource does not exist. Path: {path}, value: {target[:150]}"), True
    for where, leaf in _leaves(value, f"Parameters.{parameter.name}"):
        if leaf == "":
            reference = bool(parameter.ref) or where.endswith(("AliasArn", "PromptId"))
            yield at.says(f"Empty value in {where}"), not (reference and resolve is None)
        elif not isinstance(leaf, str):
            yield at.says(f"Invalid Action property value. Path: {path}"), True


def _leaves(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Every scalar inside, with its place; walked without recursion, as input may nest deeply."""
    stack = [(where, value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack += [(f"{path}.{key}", part) for key, part in item.items()]
        elif isinstance(item, list):
            stack += [(f"{path}[{n}]", part) for n, part in enumerate(item)]
        else:
            yield path, item


def special(at: At, given: dict[str, Any], resolve: Resolve | None) -> Iterator[Finding]:
    """Rules of single types that the table cannot say."""
    if at.type == "GetParticipantInput":
        stored, validation = stores(given), given.get("InputValidation")
        if stored and (not isinstance(validation, dict) or len(validation) != 1):
            yield (
                at.says(f"Action is missing required property. Path: {at.property('Parameters.InputValidation')}"),
                True,
            )
        if "InputEncryption" in given and not (isinstance(validation, dict) and "CustomValidation" in validation):
            yield at.says(f"Invalid Action property name. Path: {at.index}.InputEncryption"), True
    elif at.type == "MessageParticipantIteratively":
        messages = given.get("Messages")
        for n, message in enumerate(messages if isinstance(messages, list) else []):
            if not isinstance(message, dict) or len(message) != 1:
                yield at.says(f"Invalid Action property value. Path: {at.index}.Messages[{n}]"), True
            elif (
                resolve is not None and "PromptId" in message and not _resolves(resolve, "prompt", message["PromptId"])
            ):
                yield at.says(f"Resource does not exist. Path: {at.index}.Messages[{n}].PromptId"), True
    elif at.type == "ConnectParticipantWithLexBot" and resolve is not None:
        bot = given.get("LexV2Bot")
        if isinstance(bot, dict) and not _resolves(resolve, "bot", bot.get("AliasArn")):
            yield at.says(f"Resource does not exist. Path: {at.index}.LexV2Bot.AliasArn"), True
    elif at.type == "UpdateContactData" and not any(name != "TargetContact" for name in given):
        yield at.says(f"Action is missing required property. Path: {at.property('Parameters')}"), True
    elif at.type == "UpdateContactRecordingBehavior":
        behavior = given.get("RecordingBehavior")
        if isinstance(behavior, dict) and not isinstance(behavior.get("RecordedParticipants"), list):
            place = at.property("Parameters.RecordingBehavior.RecordedParticipants")
            yield at.says(f"Action is missing required property. Path: {place}"), True
    elif at.type == "TransferParticipantToThirdParty":
        number = given.get("ThirdPartyPhoneNumber")
        if resolve is not None and isinstance(number, str) and not (_E164.fullmatch(number) or number.startswith("$.")):
            yield at.says(f"Invalid Action property value. Path: {at.index}.ThirdPartyPhoneNumber"), True
        caller = given.get("CallerId")
        claimed = caller.get("Number") if isinstance(caller, dict) else None
        if resolve is not None and claimed is not None and not _resolves(resolve, "phone_number", claimed):
            yield at.says(f"Resource does not exist. Path: {at.index}.CallerId.Number"), True


def _resolves(resolve: Resolve, kind: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and (value.startswith("$.") or resolve(kind, value))


def stores(given: dict[str, Any]) -> bool:
    """Whether a GetParticipantInput stores digits (StoreInput True) instead of being a menu."""
    return str(given.get("StoreInput", "False")).lower() == "true"
