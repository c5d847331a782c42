"""One page for a supervisor without scripts or outside parts: what is wrong in each roster, or who would change."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..specs.problems import Problem

_STYLE: Final = (
    "body{font:16px/1.4 sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0 2em}"
    "td,th{border:1px solid #999;padding:.4em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#eee;white-space:nowrap}.place{white-space:nowrap}.error{background:#f4b6b6}.warning{background:#fff2b3}"
)


def html_page(problems: Sequence[Problem], rows: Mapping[str, int], title: str) -> str:
    """A table a file, errors first; `rows` are the people of each file."""
    errors = sum(p.severity == "error" for p in problems)
    found = f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}."
    done = "" if problems else " Nothing is to be done."
    parts = [f"<p>{found}{done}</p>"]
    for file in dict.fromkeys([*rows, *(p.where.file for p in problems)]):
        mine = sorted((p for p in problems if p.where.file == file), key=lambda p: (p.severity, p.where))
        parts.append(f"<h2>{html.escape(file)}</h2><p>{people(rows.get(file, 0))}</p>")
        if mine:
            body = [(p.severity, (_place(p), p.message, p.hint)) for p in mine]
            parts.append(table(("Cell", "What is wrong", "What to do"), body))
    return page(title, parts)


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page around `parts`, which are HTML already."""
    head = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
    return "\n".join([f"{head}<style>{_STYLE}</style></head><body>", f"<h1>{html.escape(title)}</h1>", *parts, END])


END: Final = "</body></html>\n"


def table(header: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A table; each row is its class and its cells as plain text."""
    out = ["<table><tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in header) + "</tr>"]
    for kind, cells in rows:
        first, *rest = (html.escape(cell) for cell in cells)
        body = f'<td class="place">{first}</td>' + "".join(f"<td>{cell}</td>" for cell in rest)
        out.append(f'<tr class="{kind}">{body}</tr>')
    return "\n".join([*out, "</table>"])


def people(number: int) -> str:
    """`1 person`, `4,212 people`."""
    return "1 person" if number == 1 else f"{number:,} people"


def letters(column: int) -> str:
    """A column from 1 as spreadsheets name it: A, Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _place(problem: Problem) -> str:
    where = problem.where
    if not where.line:
        return "the file"
    return f"{letters(where.column)}{where.line}" if where.column else f"row {where.line}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
