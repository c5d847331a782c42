"""A Center as text and back, without loss: how the last applied centre is kept in a stack's store.

Canonical: the same centre gives the same text on every machine. The shape follows the dataclasses: a value of a class
is a map of its fields, dates are ISO text, maps keep their order as lists of pairs. A flow's nodes travel too.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Union, get_args, get_origin

from . import model, nodes
from .errors import StateError
from .problems import Where

VERSION = 1


def dump(center: model.Center) -> str:
    """The centre as canonical JSON text."""
    body = {"version": VERSION, "center": _plain(center)}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse(text: str) -> model.Center:
    """The centre in `text`. Raises StateError when it is not one that this version wrote."""
    try:
        body = json.loads(text)
        if body["version"] != VERSION:
            raise StateError(
                f"the saved centre has version {body['version']}, this ccdeploy reads {VERSION}",
                hint="use the ccdeploy that wrote it, or a newer one",
            )
        center: model.Center = _typed(model.Center, body["center"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError(
            "the saved centre cannot be read", hint="restore the stack's folder from a backup", where=str(error)[:200]
        ) from error
    return center


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, (nodes.Scalar, nodes.Sequence, nodes.Mapping)):
        return _node(value)
    if isinstance(value, Where):
        return list(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _node(node: nodes.Node) -> list[Any]:
    where = [node.where.file, node.where.line, node.where.column]
    if isinstance(node, nodes.Scalar):
        return ["s", where, node.text, node.quoted]
    if isinstance(node, nodes.Sequence):
        return ["l", where, [_node(item) for item in node.items]]
    keys = [[key, [at.file, at.line, at.column]] for key, at in node.keys.items()]
    return ["m", where, [[key, _node(item)] for key, item in node], keys]


def _read_node(value: Any) -> nodes.Node:
    where = Where(*value[1])
    if value[0] == "s":
        return nodes.Scalar(value[2], where, value[3])
    if value[0] == "l":
        return nodes.Sequence(tuple(_read_node(item) for item in value[2]), where)
    entries = {key: _read_node(item) for key, item in value[2]}
    return nodes.Mapping(entries, where, {key: Where(*at) for key, at in value[3]})


@cache
def _fields(kind: type[Any]) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _typed(kind: Any, value: Any) -> Any:
    """`value` from JSON as a value of the type `kind`."""
    if kind is nodes.Node or kind == nodes.Node:
        return _read_node(value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        if value is None:
            return None
        return _typed(next(part for part in inner if part is not type(None)), value)
    if origin is frozenset:
        return frozenset(value)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_typed(inner[0], item) for item in value)
        return tuple(_typed(part, item) for part, item in zip(inner, value, strict=True))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {_typed(inner[0], key): _typed(inner[1], item) for key, item in value}
    if kind is Where:
        return Where(*value)
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _fields(kind)
        return kind(**{name: _typed(hints[name], item) for name, item in value.items()})
    return value
