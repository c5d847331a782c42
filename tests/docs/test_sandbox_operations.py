"""The table of operations in docs/sandbox.md is the one that the sandbox itself gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ccdeploy.sandbox.table import lex_rows, markdown, rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "sandbox.md"
BEGIN = "<!-- operations: begin (tests/docs/test_sandbox_operations.py --rewrite-golden) -->"
END = "<!-- operations: end -->"


def test_the_documented_operations_are_those_that_are_answered(golden: Callable[[Path, str], None]) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    golden(DOCUMENT, f"{head}{BEGIN}\n\n{markdown()}\n{END}{tail}")


def test_every_operation_of_a_centre_is_in_the_table() -> None:
    names = {name for _, name, _ in rows()}
    assert {"CreateInstance", "CreateUser", "UpdateContactFlowContent", "CreateHoursOfOperationOverride"} <= names
    assert len(names) == len(rows()) >= 187
    assert {"CreateBotLocale", "BuildBotLocale", "CreateBotAlias"} <= {name for _, name, _ in lex_rows()}
