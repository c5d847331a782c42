"""Which operations of Amazon Connect and Lex V2 the sandbox answers, as tables for the documentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .connect import models as connect
from .connect import shapes
from .lex import models as lex
from .shapes import Operation


def rows() -> list[tuple[str, str, str]]:
    """(area, operation, what it says of itself) of everything of Connect that is answered, by area and name."""
    return _rows(shapes.operations().values(), connect.answered(), connect.Request)


def lex_rows() -> list[tuple[str, str, str]]:
    """The same of Lex V2's control plane."""
    return _rows(lex.operations().values(), lex.answered(), lex.Request)


def _rows(operations: Iterable[Operation], answered: frozenset[str], request: Any) -> list[tuple[str, str, str]]:
    found = []
    for operation in operations:
        if operation.method_name in answered:
            method = getattr(request, operation.method_name)
            area = method.__module__.rsplit(".", 1)[-1].replace("_", " ")
            found.append((area, operation.name, (method.__doc__ or "").strip().splitlines()[0]))
    return sorted(found)


def markdown() -> str:
    """The tables, and what happens with every other operation of the services' models."""
    every = len(shapes.operations())
    lines = [
        f"{len(rows())} of the {every} operations of Amazon Connect are answered; each other one gets",
        "`UnknownOperationException` (HTTP 501) with its name.",
        "",
        *_table(rows()),
        "",
        f"Of the {len(lex.operations())} operations of Amazon Lex V2's control plane (`lexv2-models`) these"
        f" {len(lex_rows())} are answered, the others likewise:",
        "",
        *_table(lex_rows()),
    ]
    return "\n".join(lines) + "\n"


def _table(found: list[tuple[str, str, str]]) -> list[str]:
    head = ["| area | operation | notes |", "| --- | --- | --- |"]
    return head + [f"| {area} | `{name}` | {says} |" for area, name, says in found]
