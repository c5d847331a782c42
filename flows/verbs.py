"""The verb table (`verbs.json`) as typed values: what each step may say, and what it compiles to.

Parser, compiler, schema and docs read this one table; a new verb starts there.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from ..specs.frozen import dataclass
from .catalogue import API_TYPES, catalogue

# What every step may carry beside its verb and the verb's own options.
COMMON = ("then", "failed", "allow", "next_action")


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a verb's value or of an option: a kind of value, its limits, and what it is for."""

    kind: str
    about: str = ""
    required: bool = False
    default: str | None = None
    words: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb. `failure` is soft (carry on), hard (go to on_error) or none (it cannot fail)."""

    name: str
    about: str
    value: Form
    options: Mapping[str, Form]
    failure: str
    example: str
    ends: bool = False  # nothing follows: `then` is refused
    speaks: bool = False
    actions: tuple[str, ...] = ()  # the types that it compiles to in any case
    only_in: tuple[str, ...] = ()  # flow types, where they are fewer than the actions allow
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of the one action, where the table can say it

    @property
    def flow_types(self) -> frozenset[str]:
        """The flow types in which it may stand: where every action it needs may stand (Connect facts 4.5)."""
        allowed = frozenset(self.only_in or API_TYPES)
        for kind in self.actions:
            allowed &= catalogue().actions[kind].flows
        return allowed


def _form(raw: Mapping[str, Any]) -> Form:
    return Form(
        kind=raw["kind"],
        about=raw.get("about", ""),
        required=raw.get("required", False),
        default=raw.get("default"),
        words=tuple(raw.get("words", ())),
        low=raw.get("min"),
        high=raw.get("max"),
    )


@functools.cache
def verbs() -> Mapping[str, Verb]:
    """All verbs by name, in the table's order; read once a process."""
    raw = json.loads(Path(__file__).with_name("verbs.json").read_text(encoding="utf-8"))
    return {
        name: Verb(
            name=name,
            about=entry["about"],
            value=_form(entry["value"]),
            options={key: _form(form) for key, form in entry.get("options", {}).items()},
            failure=entry["failure"],
            example=entry["example"],
            ends=entry.get("ends", False),
            speaks=entry.get("speaks", False),
            actions=tuple(entry.get("actions", ())),
            only_in=tuple(entry.get("only_in", ())),
            parameters=entry.get("parameters", {}),
        )
        for name, entry in raw.items()
    }
