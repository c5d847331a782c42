"""Names for what an imported flow refers to: readable keys in the YAML, the ids themselves in a file beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..compiled import Ref
from ..document import Document
from .words import slug

# Under which key the designer keeps the display name of each parameter's object (flow corpus facts 6).
_DISPLAY: Mapping[str, tuple[str, ...]] = {
    "QueueId": ("queue",),
    "ContactFlowId": ("ContactFlow", "contactFlow"),
    "HoursOfOperationId": ("Hours", "hours"),
    "PromptId": ("promptName",),
    "FlowModuleId": ("contactFlowModuleName",),
    "AliasArn": ("lexV2BotName",),
}
_FREE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27,}")
# Words that mean something else where a name may stand.
_TAKEN = frozenset(("current", "chosen", "none", "true", "yes", "no"))


class References:
    """Everything that one flow refers to; the same id has the same name everywhere."""

    def __init__(self, document: Document, given: Mapping[str, str]) -> None:
        """`given` are names that ids have already."""
        self.given = given
        self.known: dict[str, dict[str, str]] = {}  # kind -> id -> name
        shown = document.metadata.get("ActionMetadata")
        self.shown: Mapping[str, Any] = shown if isinstance(shown, dict) else {}

    def name(self, kind: str, value: str, action: str = "", parameter: str = "") -> str:
        """The name of `value`; a run-time path stands for itself."""
        if value.startswith("$."):
            return value
        names = self.known.setdefault(kind, {})
        if value in self.given:
            names[value] = self.given[value]
        if value not in names:
            wanted = slug(self._display(action, parameter) or _tail(kind, value), 40) or (
                "missing" if not value else kind
            )
            taken = {*names.values(), *self.given.values(), *_TAKEN}
            number, name = 1, wanted
            while name in taken:
                number += 1
                name = f"{wanted}-{number}"
            names[value] = name
        return names[value]

    def _display(self, action: str, parameter: str) -> str:
        """What the designer shows for a parameter, or nothing."""
        found = self.shown.get(action)
        if not isinstance(found, dict):
            return ""
        parameters = found.get("parameters")
        inner = parameters.get(parameter) if isinstance(parameters, dict) else None
        for candidate in (inner, *(found.get(key) for key in _DISPLAY.get(parameter, ()))):
            if isinstance(candidate, str) and candidate:
                return candidate
            if isinstance(candidate, dict):
                told = candidate.get("displayName") or candidate.get("text")
                if isinstance(told, str) and told and not _FREE.search(told):
                    return told
        return ""

    def bindings(self) -> dict[Ref, str]:
        """The id of every name, as `CompiledFlow.bind` wants it."""
        return {
            Ref(kind, name): value  # type: ignore[arg-type]
            for kind, names in self.known.items()
            for value, name in names.items()
        }

    def as_map(self) -> dict[str, dict[str, str]]:
        """Kind, name and id, by kind and name."""
        return {
            kind: dict(sorted((name, value) for value, name in names.items()))
            for kind, names in sorted(self.known.items())
        }


def _tail(kind: str, value: str) -> str:
    """What an id itself tells: the name of a function, or nothing of a UUID."""
    last = value.rsplit("/", 1)[-1]
    if kind in {"lambda", "bot"} and value.startswith("arn:"):
        last = value.split(":function:")[-1] if ":function:" in value else value.split("/")[-2 if "/" in value else -1]
    return "" if _FREE.search(last) or last.startswith("arn:") else last
