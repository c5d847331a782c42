"""A service's own model (botocore's), compiled once into what a server needs.

From it come the routes, the reading and checking of every request (types, required members, lengths, ranges, patterns
and enumerations: a client checks only some of them, Connect facts 9), the names of members on the wire, the errors an
operation may answer, and the largest page.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from moto.core.utils import camelcase_to_underscores, get_service_model

Json = dict[str, Any]
Reader = Callable[[Any, str, list[str]], Any]
Writer = Callable[[Any], Any]

_UNICODE_CLASS = re.compile(r"\\[pP]\{[A-Za-z]+\}")
_NUMBERS = ("integer", "long", "float", "double")


class SerializationError(Exception):
    """The request is not what the wire format allows; the text says where."""


def document(body: bytes) -> Json:
    """The JSON object that a request's body holds; empty for an empty body. Raises SerializationError."""
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
        if b"\\u" in body:
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise SerializationError("The body is not valid JSON") from None
    if not isinstance(found, dict):
        raise SerializationError("The body is not a JSON object")
    return found


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None or _UNICODE_CLASS.search(pattern):
        return None
    try:
        return re.compile(pattern)
    except re.error:  # a Java pattern that Python cannot read is not enforced
        return None


def _string(shape: Any, fixes: Mapping[str, str | None]) -> Reader:
    meta = shape.metadata
    low, high = meta.get("min"), meta.get("max")
    choices = frozenset(meta["enum"]) if "enum" in meta else None
    pattern = _compiled(fixes.get(shape.name, meta.get("pattern")))

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
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise SerializationError(f"{where}: a number was expected, not {value!r:.40}")
        if whole and value != int(value):
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


def _list(shape: Any, item: Reader) -> Reader:
    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, list):
            raise SerializationError(f"{where}: a list was expected, not {type(value).__name__}")
        _size(shape, value, where, problems)
        return [item(entry, f"{where}[{index}]", problems) for index, entry in enumerate(value)]

    return read


def _map(shape: Any, key: Reader, item: Reader) -> Reader:
    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            raise SerializationError(f"{where}: a map was expected, not {type(value).__name__}")
        _size(shape, value, where, problems)
        return {key(k, f"{where} key", problems): item(v, f"{where}.{k}", problems) for k, v in value.items()}

    return read


def _structure(rows: list[tuple[str, str, Reader, bool]]) -> Reader:
    """`rows`: name on the wire, name, reader, whether it is required."""

    def read(value: Any, where: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            raise SerializationError(f"{where}: a structure was expected, not {type(value).__name__}")
        prefix = f"{where}." if where else ""
        found: Json = {}
        for wire, name, inner, required in rows:
            given = value.get(wire)
            if given is not None:
                found[name] = inner(given, prefix + name, problems)
            elif required:
                problems.append(f"{prefix}{name}: is required")
        return found

    return read


def _written_structure(rows: list[tuple[str, str, Writer | None]]) -> Writer:
    """`rows`: name, name on the wire, writer (None: as it is)."""

    def write(value: Any) -> Any:
        found = {}
        for name, wire, inner in rows:
            given = value.get(name)
            if given is not None:
                found[wire] = given if inner is None else inner(given)
        return found

    return write


@dataclass(frozen=True)
class Operation:
    """One operation of a service: `name` as in the model, `method_name` as in Python."""

    name: str
    method_name: str
    method: str
    path: str
    status: int
    model: Any
    service: Model

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

    @functools.cached_property
    def _places(self) -> list[tuple[str, str | None, bool]]:
        """Of each member: its name on the wire, where it travels, whether it is a list."""
        return [
            (member.serialization.get("name", name), member.serialization.get("location"), member.type_name == "list")
            for name, member in self.input.members.items()
        ]

    def read(self, path: Mapping[str, str], query: Mapping[str, list[str]], body: Json) -> tuple[Json, list[str]]:
        """The request's members by name and everything that is wrong with their values. Raises SerializationError."""
        if self.input is None:
            return {}, []
        raw: Json = {}
        for wire, location, several in self._places:
            if location is None:
                if wire in body:
                    raw[wire] = body[wire]
            elif location == "uri":
                raw[wire] = path.get(wire)
            elif location == "querystring" and (values := query.get(wire)):
                raw[wire] = values if several else values[0]
        problems: list[str] = []
        return self._reader(raw, "", problems), problems

    @functools.cached_property
    def _reader(self) -> Reader:
        return self.service.reader(self.input)

    @functools.cached_property
    def _writer(self) -> Writer | None:
        return None if self.output is None else self.service.writer(self.output)

    def write(self, result: Json) -> Json:
        """The members of the output that `result` holds, under their names on the wire."""
        if self._writer is None:
            return {}
        written: Json = self._writer(result)
        return written

    @functools.cached_property
    def page_limit(self) -> int:
        """The largest page (100 where the model names none)."""
        members = self.input.members if self.input else {}
        member = members.get("MaxResults") or members.get("maxResults")
        return int(member.metadata.get("max", 100)) if member is not None else 100

    def declares(self, code: str) -> bool:
        """Whether the model lists the error `code` for this operation."""
        return code in self.errors


class Model:
    """The compiled model of one service. `patterns` correct the model's own, by shape (None: not enforced)."""

    def __init__(self, service: str, patterns: Mapping[str, str | None]) -> None:
        self._service = service
        self._patterns = patterns
        self._readers: dict[str, Reader] = {}
        self._writers: dict[str, Writer | None] = {}
        self._statuses: dict[str, int] = {}

    @functools.cached_property
    def _model(self) -> Any:
        return get_service_model(self._service)

    # -- values

    def reader(self, shape: Any) -> Reader:
        """What reads and checks a value of `shape`: (value, where, problems) -> value. Raises SerializationError."""
        found = self._readers.get(shape.name)
        if found is None:
            # a shape may hold itself: whoever asks while it is being compiled gets what looks it up later
            self._readers[shape.name] = lambda *given: self._readers[shape.name](*given)
            found = self._readers[shape.name] = self._read(shape)
        return found

    def _read(self, shape: Any) -> Reader:
        kind = shape.type_name
        if kind == "structure":
            required = frozenset(shape.required_members)
            return _structure(
                [
                    (member.serialization.get("name", name), name, self.reader(member), name in required)
                    for name, member in shape.members.items()
                ]
            )
        if kind == "list":
            return _list(shape, self.reader(shape.member))
        if kind == "map":
            return _map(shape, self.reader(shape.key), self.reader(shape.value))
        if kind == "string":
            return _string(shape, self._patterns)
        if kind == "boolean":
            return _boolean
        return _number(shape) if kind in _NUMBERS else _as_is

    def writer(self, shape: Any) -> Writer | None:
        """What writes a value of `shape`; None when it goes out as it is."""
        name = shape.name
        if name not in self._writers:
            self._writers[name] = lambda value: (self._writers[name] or (lambda same: same))(value)
            self._writers[name] = self._write(shape)
        return self._writers[name]

    def _write(self, shape: Any) -> Writer | None:
        if shape.type_name == "structure":
            return _written_structure(
                [(name, m.serialization.get("name", name), self.writer(m)) for name, m in shape.members.items()]
            )
        if shape.type_name == "list":
            item = self.writer(shape.member)
            return None if item is None else lambda value: [item(entry) for entry in value]
        if shape.type_name == "map":
            entry = self.writer(shape.value)
            return None if entry is None else lambda value: {key: entry(inner) for key, inner in value.items()}
        return None

    # -- operations

    @functools.cached_property
    def _operations(self) -> dict[str, Operation]:
        found = {}
        for name in self._model.operation_names:
            op = self._model.operation_model(name)
            path, status = op.http["requestUri"].split("?")[0], int(op.http.get("responseCode", 200))
            found[name] = Operation(name, camelcase_to_underscores(name), op.http["method"], path, status, op, self)
        return found

    def operations(self) -> dict[str, Operation]:
        """All operations of the model by name."""
        return self._operations

    def status_of(self, code: str) -> int:
        """The HTTP status of an error shape (Connect facts 1.2), 400 for one that is not in the model."""
        found = self._statuses.get(code)
        if found is None:
            shape = self._model.shape_for(code) if code in self._model.shape_names else None
            found = int(shape.metadata.get("error", {}).get("httpStatusCode", 400)) if shape is not None else 400
            self._statuses[code] = found
        return found

    @functools.cached_property
    def _routes(self) -> Json:
        tree: Json = {}
        for operation in self._operations.values():
            node = tree
            names = []
            for part in operation.path.strip("/").split("/"):
                if part.startswith("{"):
                    names.append(part.strip("{}+"))
                    part = "{}"
                node = node.setdefault(part, {})
            node.setdefault("", {})[operation.method] = (operation, names)
        return tree

    def route(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that `method` on the raw (still encoded) path means, with its decoded path parameters."""
        found = _find(self._routes, raw_path.strip("/").split("/"), method)
        if found is None:
            return None
        operation, names, values = found
        return operation, {name: unquote(value) for name, value in zip(names, values)}  # noqa: B905


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
