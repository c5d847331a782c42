"""The action catalogue of Flow language 2019-10-30, as data (`flow-actions.json`).

It says for each action type where it may stand, its parameters, conditions and error branches. Used by the validator,
the compiler and the sandbox; imports nothing but the standard library.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from ..specs.frozen import dataclass

# Our flow types and what the API calls them (Connect facts 4.4).
API_TYPES: Mapping[str, str] = {
    "inbound": "CONTACT_FLOW",
    "customer_queue": "CUSTOMER_QUEUE",
    "customer_hold": "CUSTOMER_HOLD",
    "agent_hold": "AGENT_HOLD",
    "customer_whisper": "CUSTOMER_WHISPER",
    "agent_whisper": "AGENT_WHISPER",
    "outbound_whisper": "OUTBOUND_WHISPER",
    "agent_transfer": "AGENT_TRANSFER",
    "queue_transfer": "QUEUE_TRANSFER",
    "module": "MODULE",
}
OUR_TYPES: Mapping[str, str] = {api: ours for ours, api in API_TYPES.items()}

MAX_ACTIONS = 250
MAX_CONTENT = 256_000  # characters
MAX_IDENTIFIER = 50
FORBIDDEN_CHARACTERS = frozenset("%:(\\/)=$,;[]{}")
FORBIDDEN_WORDS = frozenset(
    (
        "__proto__",
        "constructor",
        "__defineGetter__",
        "__defineSetter__",
        "toString",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "valueOf",
    )
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `kind`: text, path, integer, boolean, enum, ref, map, object, list, typed or any.

    `path` tells that one `$.` path may stand for the whole value; `ref` names what a reference refers to.
    """

    name: str
    kind: str
    required: bool = False
    path: bool = False
    ref: str = ""
    values: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    max_length: int | None = None
    size: int | None = None
    size_max: int | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One action type. `flows` are our names of flow types; `errors` maps an error to required, optional or when."""

    type: str
    flows: frozenset[str]
    disputed: frozenset[str]
    parameters: Mapping[str, Parameter]
    errors: Mapping[str, str]
    next: str  # required | optional | none
    one_of: tuple[tuple[str, ...], ...] = ()
    at_most_one_of: tuple[tuple[str, ...], ...] = ()
    operators: tuple[str, ...] = ()  # empty = no conditions
    exactly: tuple[str, ...] = ()
    operands: tuple[str, ...] = ()
    min_conditions: int = 0
    mirrors: str = ""  # the branch whose target NextAction repeats, as the console writes it
    open: bool = False  # seen in exports only: unknown parameters are let through
    console: str = ""

    @property
    def terminal(self) -> bool:
        """Whether nothing can follow it."""
        return self.next == "none"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All action types, and the right names for often invented ones."""

    actions: Mapping[str, Action]
    misnamed: Mapping[str, str] = field(default_factory=dict)


def _parameter(name: str, raw: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        kind=raw["kind"],
        required=raw.get("required", False),
        path=raw.get("path", False),
        ref=raw.get("ref", ""),
        values=tuple(raw.get("values", ())),
        fields=tuple(raw.get("fields", ())),
        keys=tuple(raw.get("keys", ())),
        low=raw.get("min"),
        high=raw.get("max"),
        max_length=raw.get("maxLength"),
        size=raw.get("size"),
        size_max=raw.get("size_max"),
        doubtful=raw.get("doubtful", False),
    )


def _action(name: str, raw: Mapping[str, Any]) -> Action:
    conditions = raw.get("conditions", {})
    groups = raw.get("groups", [])
    return Action(
        type=name,
        flows=frozenset(API_TYPES if raw["flows"] == "all" else raw["flows"]),
        disputed=frozenset(raw.get("disputed", ())),
        parameters={key: _parameter(key, value) for key, value in raw["parameters"].items()},
        errors=raw.get("errors", {}),
        next=raw["next"],
        one_of=tuple(tuple(group["of"]) for group in groups if group["pick"] == "one"),
        at_most_one_of=tuple(tuple(group["of"]) for group in groups if group["pick"] == "most"),
        operators=tuple(conditions.get("operators", ())),
        exactly=tuple(conditions.get("exactly", ())),
        operands=tuple(conditions.get("operands", ())),
        min_conditions=conditions.get("min", 0),
        mirrors=raw.get("mirrors", ""),
        open=raw.get("open", False),
        console=raw.get("console", ""),
    )


@functools.cache
def catalogue() -> Catalogue:
    """The catalogue, read once a process."""
    raw = json.loads(Path(__file__).with_name("flow-actions.json").read_text(encoding="utf-8"))
    return Catalogue({name: _action(name, value) for name, value in raw["actions"].items()}, raw["misnamed"])
