"""What a supervisor opens: the roster itself with its bad cells marked, or a page that lists every mistake.

Both show cells, so they go only to a file that the operator names.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..specs.problems import Problem
from .read import Table, Unreadable, open_table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TO_DO: Final = "what to do"
_RED: Final = "FFF4B6B6"
_YELLOW: Final = "FFFFF2B3"


def write_workbook(roster: Path, shown: str, problems: Sequence[Problem], out: Path) -> None:
    """Copy `roster` to the workbook `out`: bad cells coloured, and in a first column what to do about the row.

    A file that cannot be read as a roster gives a workbook with its one problem. Raises OSError.
    """
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    mine = [p for p in problems if p.where.file == shown]
    try:
        _copy(open_table(roster, shown), sheet, mine)
    except Unreadable as error:
        _put(sheet, sheet.max_row + 1, 1, f"{error.message}: {error.hint}", _RED)
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 60
    book.save(out)


def _copy(table: Table, sheet: Worksheet, problems: Sequence[Problem]) -> None:
    by_line: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_line[problem.where.line].append(problem)
    for at, (line, cells) in enumerate(table.rows, start=1):
        bad = {p.where.column: p for p in by_line.get(line, [])}
        advice = "\n".join(f"{p.message}. {p.hint}".rstrip(" .") for p in by_line.get(line, []))
        _put(sheet, at, 1, advice or (TO_DO if at == 1 else ""), _colour(by_line.get(line, [])))
        for column, text in enumerate(cells, start=1):
            _put(sheet, at, column + 1, text, _colour([bad[column]]) if column in bad else None)


def _colour(problems: Sequence[Problem]) -> str | None:
    if not problems:
        return None
    return _RED if any(p.severity == "error" for p in problems) else _YELLOW


def _put(sheet: Worksheet, row: int, column: int, text: str, colour: str | None) -> None:
    """Text stays text: a cell that begins like a formula is written as what it looks like."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import PatternFill

    cell: Any = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:32_767]
    cell.data_type = "s"
    cell.number_format = "@"
    if colour is not None:
        cell.fill = PatternFill("solid", fgColor=colour)


def html_page(problems: Sequence[Problem], rows: dict[str, int], title: str) -> str:
    """One page without scripts or outside parts: a table a file, errors first."""
    errors = sum(p.severity == "error" for p in problems)
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>',
        "<style>body{font:16px sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;width:100%}"
        "td,th{border:1px solid #999;padding:.4em;text-align:left;vertical-align:top}.error{background:#f4b6b6}"
        ".warning{background:#fff2b3}</style></head><body>",
        f"<h1>{html.escape(title)}</h1><p>{errors} errors, {len(problems) - errors} warnings.</p>",
    ]
    for file in dict.fromkeys([*rows, *(p.where.file for p in problems)]):
        mine = sorted((p for p in problems if p.where.file == file), key=lambda p: (p.severity, p.where))
        parts.append(f"<h2>{html.escape(file)}</h2><p>{rows.get(file, 0)} people</p>")
        if mine:
            parts.append("<table><tr><th>Row</th><th>Column</th><th>What is wrong</th><th>What to do</th></tr>")
            parts += [_html_row(p) for p in mine]
            parts.append("</table>")
    return "\n".join([*parts, "</body></html>\n"])


def _html_row(problem: Problem) -> str:
    cells = (
        str(problem.where.line or ""),
        str(problem.where.column or ""),
        problem.message,
        problem.hint,
    )
    return f'<tr class="{problem.severity}">' + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>"
