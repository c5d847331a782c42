"""Amazon Connect's own service model (botocore's), compiled once into what a server needs.

From it come the routes, the reading and checking of every request (types, required members, lengths, ranges, patterns
and enumerations: a client checks only some of them, Connect facts 9), the names of members on the wire, the errors an
operation may answer, and the largest page.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from moto.core.utils import camelcase_to_underscores, get_service_model

Json = dict[str, Any]
Reader = Callable[[Any, str, list[str]], Any]
Writer = Callable[[Any], Any]

# The model's own patterns that would refuse what the service takes (Connect facts 3.13) or are not what they mean.
_PATTERN_FIXES: dict[str, str | None] = {
    "PhoneNumber": r"\+[1-9]\d{1,14}$",
    "IpCidr": None,
    "RegionName": None,
    "S3Uri": r"s3://\S+/.+|https://\S+\.s3\.\S+\.amazonaws\.com/\S+",  # the model escapes its https form twice
    "PhoneNumberPrefix": r"\+?[0-9]{1,11}$",
    "Password": r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)\S{8,64}$",  # the model has it between slashes
}
_UNICODE_CLASS = re.compile(r"\\[pP]\{[A-Za-z]+\}")


class SerializationError(Exception):
    """The request is not what the wire format allows; the text says where."""


def _pattern(name: str, pattern: str | None) -> re.Pattern[str] | None:
    pattern = _PATTERN_FIXES.get(name, pattern)
    if pattern is None or _UNICODE_CLASS.search(pattern):
        return None
    try:
        return re.compile(pattern)
    except re.error:  # a Java pattern that Python cannot read is not enforced
        return None


def _string(shape: Any) -> Reader:
    meta = shape.metadata
    low, high = meta.get("min"), meta.get("max")
    choices = frozenset(meta["enum"]) if "enum" in meta else None
    pattern = _pattern(shape.name, meta.get("pattern"))

    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, str):
            raise SerializationError(f"{where}: a string was expected, not {type(value).__name__}")
        if choices is not None and value not in choices:
            problems.append(f"{where}: {value!r} is not one of {', '.join(sorted(choices)[:12])}")
        elif low is not None and len(value) < low:
            problems.append(f"{where}: must have length greater than or equal to {low}")
        elif high is not None and len(value) > high:
            problems.append(f"{where}: must have length less than or equal to {high}, not {len(value)}")
        elif pattern is not None and (value or low != 0) and not pattern.search(value):  # least length 0: "" clears
            problems.append(f"{where}: must satisfy the pattern {pattern.pattern}")
        return value

    return read


def _number(shape: Any) -> Reader:
    meta = shape.metadata
    low, high = meta.get("min"), meta.get("max")
    whole = shape.type_name in ("integer", "long")

    def read(value: Any, where: str, problems: list[str]) -> Any:
        if isinstance(value, str):  # from a path or a query string
            try:
                value = int(value) if whole else float(value)
            except ValueError:
                raise SerializationError(f"{where}: a number was expected, not {value!r}") from None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or (whole and value != int(value)):
            raise SerializationError(f"{where}: a number was expected, not {type(value).__name__}")
        value = int(value) if whole else value
        if (low is not None and value < low) or (high is not None and value > high):
            problems.append(f"{where}: {value} is not between {low if low is not None else '-'} and {high or '-'}")
        return value

    return read


def _boolean(value: Any, where: str, problems: list[str]) -> Any:  # noqa: ARG001
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise SerializationError(f"{where}: a boolean was expected, not {type(value).__name__}")
    return value


def _as_is(value: Any, where: str, problems: list[str]) -> Any:  # noqa: ARG001
    return value


def _size(shape: Any, value: Any, where: str, problems: list[str]) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        problems.append(f"{where}: must have at least {low} items")
    if high is not None and len(value) > high:
        problems.append(f"{where}: must have at most {high} items, not {len(value)}")


def _list(shape: Any) -> Reader:
    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, list):
            raise SerializationError(f"{where}: a list was expected, not {type(value).__name__}")
        _size(shape, value, where, problems)
        item = reader(shape.member)
        return [item(entry, f"{where}[{index}]", problems) for index, entry in enumerate(value)]

    return read


def _map(shape: Any) -> Reader:
    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            raise SerializationError(f"{where}: a map was expected, not {type(value).__name__}")
        _size(shape, value, where, problems)
        key, item = reader(shape.key), reader(shape.value)
        return {key(k, f"{where} key", problems): item(v, f"{where}.{k}", problems) for k, v in value.items()}

    return read


def _structure(shape: Any) -> Reader:
    required = frozenset(shape.required_members)
    names = {m.serialization.get("name", name): name for name, m in shape.members.items()}

    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            raise SerializationError(f"{where}: a structure was expected, not {type(value).__name__}")
        prefix = f"{where}." if where else ""
        found: Json = {}
        for wire, name in names.items():
            given = value.get(wire)
            if given is not None:
                found[name] = reader(shape.members[name])(given, prefix + name, problems)
            elif name in required:
                problems.append(f"{prefix}{name}: is required")
        return found

    return read


@functools.cache
def _reader(name: str) -> Reader:
    shape = get_service_model("connect").shape_for(name)
    makers: dict[str, Callable[[Any], Reader]] = {
        "string": _string,
        "integer": _number,
        "long": _number,
        "float": _number,
        "double": _number,
        "boolean": lambda _shape: _boolean,
        "list": _list,
        "map": _map,
        "structure": _structure,
    }
    return makers.get(shape.type_name, lambda _shape: _as_is)(shape)


def reader(shape: Any) -> Reader:
    """What reads and checks a value of `shape`: (value, where, problems) -> value. Raises SerializationError."""
    return _reader(shape.name)


@functools.cache
def _writer(name: str) -> Writer:
    shape: Any = get_service_model("connect").shape_for(name)
    if shape.type_name == "structure":
        names = [(member, m.serialization.get("name", member), m.name) for member, m in shape.members.items()]

        def structure(value: Any) -> Any:
            found = {}
            for member, wire, inner in names:
                given = value.get(member)
                if given is not None:
                    found[wire] = _writer(inner)(given)
            return found

        return structure
    if shape.type_name == "list":
        item = shape.member.name
        return lambda value: [_writer(item)(entry) for entry in value]
    if shape.type_name == "map":
        entry = shape.value.name
        return lambda value: {key: _writer(entry)(v) for key, v in value.items()}
    return lambda value: value


@dataclass(frozen=True)
class Operation:
    """One operation of the service: `name` as in the model, `method_name` as in Python."""

    name: str
    method_name: str
    method: str
    path: str
    model: Any

    @functools.cached_property
    def input(self) -> Any:
        """The shape of the request, or None."""
        return self.model.input_shape

    @functools.cached_property
    def output(self) -> Any:
        """The shape of the answer, or None."""
        return self.model.output_shape

    @functools.cached_property
    def errors(self) -> frozenset[str]:
        """The names of the errors that the model lists for this operation."""
        return frozenset(shape.name for shape in self.model.error_shapes)

    def read(self, path: Mapping[str, str], query: Mapping[str, list[str]], body: Json) -> tuple[Json, list[str]]:
        """The request's members by name and everything that is wrong with their values. Raises SerializationError."""
        if self.input is None:
            return {}, []
        raw: Json = {}
        for name, member in self.input.members.items():
            wire = member.serialization.get("name", name)
            location = member.serialization.get("location")
            if location == "uri":
                raw[wire] = path.get(wire)
            elif location == "querystring":
                values = query.get(wire)
                if values:
                    raw[wire] = values if member.type_name == "list" else values[0]
            elif location is None and wire in body:
                raw[wire] = body[wire]
        problems: list[str] = []
        return reader(self.input)(raw, "", problems), problems

    def write(self, result: Json) -> Json:
        """The members of the output that `result` holds, under their names on the wire."""
        if self.output is None:
            return {}
        written: Json = _writer(self.output.name)(result)
        return written

    @functools.cached_property
    def page_limit(self) -> int:
        """The largest MaxResults (100 where the model names none)."""
        member = self.input.members.get("MaxResults") if self.input is not None else None
        return int(member.metadata.get("max", 100)) if member is not None else 100

    def declares(self, code: str) -> bool:
        """Whether the model lists the error `code` for this operation."""
        return code in self.errors


@functools.cache
def operations() -> dict[str, Operation]:
    """All operations of the model by name."""
    model = get_service_model("connect")
    found = {}
    for name in model.operation_names:
        op = model.operation_model(name)
        found[name] = Operation(
            name,
            camelcase_to_underscores(name),
            op.http["method"],
            op.http["requestUri"].split("?")[0],
            op,
        )
    return found


@functools.cache
def status_of(code: str) -> int:
    """The HTTP status of an error shape (Connect facts 1.2), 400 for one that is not in the model."""
    model = get_service_model("connect")
    if code not in model.shape_names:
        return 400
    return int(model.shape_for(code).metadata.get("error", {}).get("httpStatusCode", 400))


@functools.cache
def _routes() -> Json:
    tree: Json = {}
    for operation in operations().values():
        node = tree
        names = []
        for part in operation.path.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part.strip("{}+"))
                part = "{}"
            node = node.setdefault(part, {})
        node.setdefault("", {})[operation.method] = (operation, names)
    return tree


def _find(node: Json, parts: list[str], method: str) -> tuple[Operation, list[str], list[str]] | None:
    if not parts:
        hit = node.get("", {}).get(method)
        return (hit[0], hit[1], []) if hit else None
    if parts[0] in node and parts[0] not in ("", "{}") and (found := _find(node[parts[0]], parts[1:], method)):
        return found
    if "{}" not in node:
        return None
    if found := _find(node["{}"], parts[1:], method):
        return found[0], found[1], [parts[0], *found[2]]
    hit = node["{}"].get("", {}).get(method)  # an ARN whose slashes the client left as they are
    return (hit[0], hit[1], ["/".join(parts)]) if hit else None


def route(method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that `method` on the raw (still encoded) path means, with its decoded path parameters."""
    found = _find(_routes(), raw_path.strip("/").split("/"), method)
    if found is None:
        return None
    operation, names, values = found
    return operation, {name: unquote(value) for name, value in zip(names, values)}  # noqa: B905
