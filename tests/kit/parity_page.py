"""What docs/engine.md says of the comparison of the engines: what is left out and why, and what each case came to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine_twins import NOT_COMPARED, Seen

DOCUMENT = Path(__file__).parents[2] / "docs" / "engine.md"
LEFT_OUT = "<!-- left out: begin (tests/docs/test_parity_page.py --rewrite-golden) -->", "<!-- left out: end -->"
FOUND = "<!-- parity: begin (make parity GOLDEN=--rewrite-golden) -->", "<!-- parity: end -->"
CASES: tuple[str | int, ...] = ("example", *range(11))
_HEAD = "| case | runs compared | resources, at most | objects of the sandbox, at most | differences |\n"
_RULE = "| --- | ---: | ---: | ---: | ---: |\n"


def left_out() -> str:
    """The page with the table of what is not compared."""
    rows = "".join(f"| `{name}` | {why} |\n" for name, why in NOT_COMPARED.items())
    return _between(LEFT_OUT, f"| of a resource | why it is not compared |\n| --- | --- |\n{rows}")


def cases() -> list[str]:
    """The cases that the page has a row for, in order."""
    return [line.split("|")[1].strip() for line in _part(FOUND).splitlines()[2:]]


def with_row(case: str | int, seen: Sequence[Seen]) -> str:
    """The page with the row of `case`, which these runs have been through without a difference."""
    most = max(max(len(one.plan), len(one.resources)) for one in seen), max(len(one.world) for one in seen)
    rows = {line.split("|")[1].strip(): line for line in _part(FOUND).splitlines()[2:]}
    rows[str(case)] = f"| {case} | {len(seen)} | {most[0]} | {most[1]} | 0 |"
    ordered = [rows[str(name)] for name in CASES if str(name) in rows]
    return _between(FOUND, _HEAD + _RULE + "\n".join(ordered) + "\n")


def _part(marks: tuple[str, str]) -> str:
    return DOCUMENT.read_text(encoding="utf-8").split(marks[0])[1].split(marks[1])[0].strip()


def _between(marks: tuple[str, str], text: str) -> str:
    page = DOCUMENT.read_text(encoding="utf-8")
    head, rest = page.split(marks[0])
    return f"{head}{marks[0]}\n\n{text}\n{marks[1]}{rest.split(marks[1])[1]}"
