"""What a file may hold, as values: each shape gives both the JSON Schema and the reader, so that the two never differ.

A shape reads a node into plain Python (text, numbers, `Values` for maps, lists). A mistake is recorded where it stands
and the shape answers MISSING, so that everything else is still read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .. import nodes
from ..problems import NOWHERE, Problems, Where
from ..suggest import did_you_mean
from ..texts import TextContext

Json = dict[str, Any]


class Missing:
    """The type of MISSING."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Values(dict[str, Any]):
    """A map that was read: typed values by key, and where each stands. What was wrong or absent is not in it."""

    def __init__(self, where: Where = NOWHERE) -> None:
        super().__init__()
        self.where = where
        self.wheres: dict[str, Where] = {}

    def at(self, key: str) -> Where:
        """Where the value of `key` stands; the map's own place when it is not there."""
        return self.wheres.get(key, self.where)


@dataclass(slots=True)
class Reading:
    """What reading one file needs: where problems go and which names exist.

    `names` maps a kind ("queues") to the keys that exist; None = not knowable, so nothing is called unknown.
    """

    problems: Problems
    names: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    texts: TextContext = field(default_factory=TextContext)
    strict: bool = False  # `safety` stands in the file: hotline rules are errors
    waived: frozenset[str] = frozenset()

    def rule(self, rule: str, where: Where, message: str, hint: str = "") -> None:
        """Record that a hotline rule is broken: an error with `safety`, else a warning, nothing when waived."""
        if rule in self.waived:
            return
        if self.strict:
            self.problems.error(where, rule, message, hint)
        else:
            self.problems.warning(where, rule, message, hint)


class BadWord(ValueError):
    """A scalar that does not fit: internal to the shapes, turned into a problem."""

    def __init__(self, message: str, hint: str = "", code: str = "bad-value") -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code


class NotYet(BadWord):
    """A value that is in the language and not built yet."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} is not supported yet", hint, "not-supported")


def kind_of(node: nodes.Node) -> str:
    """What a node is, for messages."""
    if isinstance(node, nodes.Mapping):
        return "a map"
    if isinstance(node, nodes.Sequence):
        return "a list"
    return "nothing" if node.is_null else f'"{node.text}"'


def wrong_type(expected: str, node: nodes.Node, reading: Reading) -> Missing:
    """Record that something else than `expected` stands here."""
    hint = 'a value that begins with #, * or @ needs quotes: "#"' if kind_of(node) == "nothing" else ""
    reading.problems.error(node.where, "wrong-type", f"{expected} is expected here, not {kind_of(node)}", hint)
    return MISSING


class Shape(ABC):
    """Something that a file may hold at a place."""

    @abstractmethod
    def schema(self) -> Json:
        """JSON Schema 2020-12 of this place."""

    @abstractmethod
    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        """The typed value, or MISSING after recording what is wrong. `owner` is where its key stands."""


@dataclass(frozen=True)
class Word(Shape):
    """A scalar. `parse` types its text and raises BadWord."""

    what: str
    json: Json
    parse: Callable[[str, Reading], Any]

    def schema(self) -> Json:
        return dict(self.json)

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:  # noqa: ARG002 - as all shapes
        if not isinstance(node, nodes.Scalar) or node.is_null:
            return wrong_type(self.what, node, reading)
        try:
            return self.parse(node.text, reading)
        except BadWord as bad:
            reading.problems.error(node.where, bad.code, bad.message, bad.hint)
            return MISSING


@dataclass(frozen=True)
class ListOf(Shape):
    """A list of `item`. With `single` one item may stand without brackets."""

    item: Shape
    single: bool = False
    least: int = 0
    most: int | None = None
    what: str = "a list"

    def schema(self) -> Json:
        listed: Json = {"type": "array", "items": self.item.schema()}
        if self.least:
            listed["minItems"] = self.least
        if self.most is not None:
            listed["maxItems"] = self.most
        return {"anyOf": [self.item.schema(), listed]} if self.single else listed

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        if self.single and not isinstance(node, nodes.Sequence):
            one = self.item.read(node, owner, reading)
            return MISSING if one is MISSING else [one]
        if not isinstance(node, nodes.Sequence):
            return wrong_type(self.what, node, reading)
        if len(node.items) < self.least:
            reading.problems.error(node.where, "too-few", f"at least {self.least} must stand in this list")
        if self.most is not None and len(node.items) > self.most:
            reading.problems.error(
                node.where, "too-many", f"{len(node.items)} in this list, at most {self.most} may be"
            )
        read = [self.item.read(item, item.where, reading) for item in node.items]
        return [value for value in read if value is not MISSING]


@dataclass(frozen=True)
class MapOf(Shape):
    """A map from names to `item`. `key` checks each name."""

    item: Shape
    key: Word
    what: str = "a map"
    most: int | None = None

    def schema(self) -> Json:
        made: Json = {"type": "object", "additionalProperties": self.item.schema()}
        if "pattern" in self.key.json or "maxLength" in self.key.json:
            made["propertyNames"] = {k: v for k, v in self.key.json.items() if k != "type"}
        if self.most is not None:
            made["maxProperties"] = self.most
        return made

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        if isinstance(node, nodes.Scalar) and node.is_null:
            return Values(owner)
        if not isinstance(node, nodes.Mapping):
            return wrong_type(self.what, node, reading)
        values = Values(owner)
        if self.most is not None and len(node.entries) > self.most:
            reading.problems.error(owner, "too-many", f"{len(node.entries)} entries, at most {self.most} may be")
        for name, child in node:
            where = node.where_of(name)
            key = self.key.read(nodes.Scalar(name, where, quoted=True), where, reading)
            value = self.item.read(child, where, reading)
            if value is not MISSING and key is not MISSING:
                values[key] = value
                values.wheres[key] = child.where
        return values


@dataclass(frozen=True)
class Field:
    """A key of a record: what it is for, one example, its shape."""

    doc: str
    example: Any
    shape: Shape
    required: bool = False
    default: Any = None  # for the schema; the model fills it in
    soon: bool = False  # in the language, not built yet: an error at its line

    def schema(self) -> Json:
        """The shape's schema with description, example and default."""
        made = {"description": self.doc, "examples": [self.example], **self.shape.schema()}
        if self.soon:
            made["description"] += " Not supported yet."
        if self.default is not None:
            made["default"] = self.default
        return made


@dataclass(frozen=True)
class Record(Shape):
    """A map with known keys."""

    fields: Mapping[str, Field]
    what: str = "a map"

    def schema(self) -> Json:
        made: Json = {
            "type": "object",
            "properties": {name: part.schema() for name, part in self.fields.items()},
            "additionalProperties": False,
        }
        required = [name for name, part in self.fields.items() if part.required]
        if required:
            made["required"] = required
        return made

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        if isinstance(node, nodes.Scalar) and node.is_null:
            node = nodes.Mapping({}, owner)
        if not isinstance(node, nodes.Mapping):
            return wrong_type(self.what, node, reading)
        values = Values(owner)
        for name, child in node:
            part = self.fields.get(name)
            if part is None:
                hint = did_you_mean(name, self.fields)
                reading.problems.error(node.where_of(name), "unknown-key", f'unknown key "{name}"', hint)
            elif part.soon:
                reading.problems.error(
                    node.where_of(name), "not-supported", f'"{name}" is not supported yet', "leave the key out"
                )
            elif not (isinstance(child, nodes.Scalar) and child.is_null):
                value = part.shape.read(child, node.where_of(name), reading)
                values.wheres[name] = child.where
                if value is not MISSING:
                    values[name] = value
        for name, part in self.fields.items():
            child_node = node.get(name)
            gone = child_node is None or (isinstance(child_node, nodes.Scalar) and child_node.is_null)
            if part.required and gone and not part.soon:
                at = node.keys.get(name, owner)
                reading.problems.error(at, "missing-key", f'"{name}" is missing', f"for example {shown(name, part)}")
        return values


def shown(name: str, part: Field) -> str:
    """A key with its example, as YAML on one line."""
    import json

    example = part.example
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    return f"`{name}: {text}`"


@dataclass(frozen=True)
class Either(Shape):
    """One shape for a scalar, one for a list, one for a map."""

    what: str
    scalar: Shape | None = None
    sequence: Shape | None = None
    mapping: Shape | None = None

    def schema(self) -> Json:
        shapes = [shape for shape in (self.scalar, self.sequence, self.mapping) if shape is not None]
        return {"anyOf": [shape.schema() for shape in shapes]}

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        if isinstance(node, nodes.Scalar):
            shape = self.scalar
        elif isinstance(node, nodes.Sequence):
            shape = self.sequence
        else:
            shape = self.mapping
        return wrong_type(self.what, node, reading) if shape is None else shape.read(node, owner, reading)


@dataclass(frozen=True)
class Short(Shape):
    """One word that stands for a record with a single key: `triage` for `{queue: triage}`."""

    key: str
    word: Shape

    def schema(self) -> Json:
        return self.word.schema()

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        value = self.word.read(node, owner, reading)
        if value is MISSING:
            return MISSING
        values = Values(node.where)
        values[self.key] = value
        values.wheres[self.key] = node.where
        return values


@dataclass(frozen=True)
class Raw(Shape):
    """Anything: handed on as the node itself, for a reader of its own."""

    json: Json

    def schema(self) -> Json:
        return dict(self.json)

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:  # noqa: ARG002 - as all shapes
        return node
