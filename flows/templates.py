"""Flows that are templates: places that another tool fills in before Connect can take them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..specs.problems import Problems
from .document import Document

_INSIDE = re.compile(r"\$\{[^{}]{1,100}\}")  # Terraform, CloudFormation
_WHOLE = re.compile(r"\{\{[^{}]{1,100}\}\}|%[A-Za-z_]\w{1,60}%|REPLACE[A-Z_]{3,60}|__[A-Z_]{2,60}__")
_SHOWN = 3


def placeholders(document: Document) -> list[str]:
    """Every place to be filled in, once, in the order of the actions."""
    found = (name for action in document.actions.values() for name in _in(dict(action.parameters)))
    return list(dict.fromkeys(found))


def tell_template(document: Document, problems: Problems) -> None:
    """Warn where a document holds such places."""
    found = placeholders(document)
    if found:
        shown = ", ".join(found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if found[_SHOWN:] else ""
        message = f"this is a template: {shown}{more} must be filled in before Connect takes it"
        hint = "give the export of a flow that stands, or fill them in (a name in YAML takes their place on import)"
        problems.warning(document.where, "template", message, hint)


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if _WHOLE.fullmatch(value) else _INSIDE.findall(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _in(part)
