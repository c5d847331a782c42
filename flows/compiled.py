"""A compiled flow: a template that needs no ids, and the references that bind it (engine.md 1.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from ..specs.frozen import dataclass

RefKind = Literal["queue", "flow", "module", "hours", "prompt", "lambda", "bot", "agent", "phone_number"]


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Something of the instance that a flow names, by our key. In a template it stands as `{{kind:name}}`."""

    kind: RefKind
    name: str

    @property
    def placeholder(self) -> str:
        """The text that stands in the template where the ARN will be."""
        return f"{{{{{self.kind}:{self.name}}}}}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an action comes from: file, line, step and branch; built-in flows have file "". `tells`: the author says
    (`emergency: true`) that its words name a number, which no program sees in a recording."""

    file: str
    line: int
    step: str
    branch: str = ""
    tells: bool = False


@dataclass(frozen=True, slots=True)
class CompiledFlow:
    """A flow or module in Flow language.

    `type` is the API's (CONTACT_FLOW, …, MODULE). `template` is the document with placeholders, as canonical JSON text:
    the same flow gives the same bytes on every run and with every hash seed. `origins` maps action identifiers.
    """

    name: str
    title: str
    type: str
    template: str
    refs: tuple[Ref, ...]
    description: str = ""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    was: str | None = None  # the name that the flow had before: renamed in place, not made anew
    settings: str = ""  # a module's contract (facts/connect.md 4.8), JSON text

    def bind(self, arns: Mapping[Ref, str]) -> str:
        """The document with every placeholder replaced. Raises KeyError for a reference that `arns` lacks."""
        text = self.template
        for ref in self.refs:
            text = text.replace(ref.placeholder, json.dumps(arns[ref])[1:-1])
        return text
