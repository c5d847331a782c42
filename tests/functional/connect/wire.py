"""What an answer must look like on the wire, by the service's own model: asked of every answer that a test gets.

boto3 forgives what SDKs of other languages do not: a timestamp as text, a number as text, a member that the model does
not have. `faults_of` finds them in the raw body.
"""

from __future__ import annotations

import json
from typing import Any

# What any operation may answer without listing it: it never came as far as the operation.
ALWAYS = frozenset(
    ("SerializationException", "UnknownOperationException", "ExpiredTokenException", "ThrottlingException")
)

_PLANNED = ("A planned fault", "A planned fault, after the effect")


class BadWire(AssertionError):
    """An answer that a strict client would refuse."""


def watch(client: Any) -> None:
    """Let `client` refuse every answer that its service's model does not allow."""

    def received(event_name: str, response_dict: Any, **_: Any) -> None:
        if response_dict is None:  # the connection was closed
            return
        operation = client.meta.service_model.operation_model(event_name.rpartition(".")[2])
        found = faults_of(operation, response_dict["status_code"], response_dict["headers"], response_dict["body"])
        if found:
            raise BadWire(f"{operation.name}: " + "; ".join(found))

    client.meta.events.register("response-received.*", received)


def faults_of(operation: Any, status: int, headers: Any, body: bytes) -> list[str]:
    """Everything that is wrong with an answer of `operation`."""
    if status >= 400:
        return _error_faults(operation, status, headers, body)
    wanted = int(operation.http.get("responseCode", 200))
    found = [] if status == wanted else [f"HTTP {status} instead of {wanted}"]
    if status == 204:
        return [*found, *(["a body with HTTP 204"] if body else [])]
    value = json.loads(body)
    return found + (_faults(operation.output_shape, value, "") if operation.output_shape is not None else [])


def _error_faults(operation: Any, status: int, headers: Any, body: bytes) -> list[str]:
    value = json.loads(body)
    code = str(headers.get("x-amzn-errortype", ""))
    if value.get("Message", value.get("message")) in _PLANNED:
        return []  # a plan of faults names errors as it likes
    shape = next((one for one in operation.error_shapes if one.name == code), None)
    if shape is None:
        return [] if code in ALWAYS else [f"HTTP {status} {code}, which the operation does not declare: {value}"]
    wanted = shape.metadata.get("error", {}).get("httpStatusCode", 400)
    found = [] if status == wanted else [f"{code} with HTTP {status} instead of {wanted}"]
    return found + _faults(shape, {k: v for k, v in value.items() if k != "__type"}, code)


def _faults(shape: Any, value: Any, where: str) -> list[str]:
    kind = shape.type_name
    if kind == "structure":
        return _structure_faults(shape, value, where)
    if kind == "list":
        if not isinstance(value, list):
            return [f"{where}: no list but {value!r}"]
        return [one for index, entry in enumerate(value) for one in _faults(shape.member, entry, f"{where}[{index}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{where}: no map but {value!r}"]
        return [one for key, entry in value.items() for one in _faults(shape.value, entry, f"{where}.{key}")]
    return _plain_faults(shape, value, where)


def _structure_faults(shape: Any, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: no structure but {value!r}"]
    wires = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
    found = [f"{where}.{wire}: unknown to the model" for wire in value if wire not in wires]
    for wire, (name, member) in wires.items():
        if value.get(wire) is not None:
            found += _faults(member, value[wire], f"{where}.{wire}")
        elif wire in value:
            found.append(f"{where}.{wire}: null")
        elif name in shape.required_members:
            found.append(f"{where}.{wire}: missing")
    return found


def _plain_faults(shape: Any, value: Any, where: str) -> list[str]:
    kind, meta = shape.type_name, shape.metadata
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": number and value == int(value),
        "long": number and value == int(value),
        "float": number,
        "double": number,
        "timestamp": isinstance(value, str) if shape.serialization.get("timestampFormat") == "iso8601" else number,
    }[kind]
    if not fits:
        return [f"{where}: no {kind} but {value!r}"]
    if kind != "string" or shape.name == "DraftBotVersion":  # what the model also calls numbered versions in answers
        return []
    if "enum" in meta and value not in meta["enum"]:
        return [f"{where}: {value!r} is none of {meta['enum']}"]
    short, long = len(value) < meta.get("min", 0), len(value) > meta.get("max", len(value))
    return [f"{where}: {value!r} has not {meta.get('min', 0)} to {meta.get('max')} characters"] if short or long else []
