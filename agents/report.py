"""What a supervisor opens: the roster itself, every bad cell marked and each row told what to do.

`.xlsx` (a sheet a roster, bad cells coloured), `.csv` (the same rows, bad cells named) or `.html` (`page.py`). The
first columns are ours and are not read again, so that a corrected report can be sent back as the roster. All of them
show cells, so they go only to a file that the operator names; passwords are never among them.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from ..stacks.durable.files import write_atomic
from .cells import neutral
from .export import BOM
from .headers import find_header, read_header
from .mistakes import Mark, Mistake
from .model import Checked
from .page import html_page
from .read import Table, Unreadable, open_table, split_sheet

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

TO_DO: Final = "what to do"
BAD: Final = "bad cells"
KINDS: Final = (".xlsx", ".csv", ".html")
_RED: Final = "FFF4B6B6"
_YELLOW: Final = "FFFFF2B3"
_WIDTH: Final = 60  # characters of the first column
_LINE: Final = 14  # points that a line of text is high
_CELL: Final = 32_767  # characters that a spreadsheet's cell holds


def check_name(out: Path) -> None:
    """Refuse a report whose kind is not known, or that would overwrite a file. Raises Refused."""
    if out.suffix.lower() not in KINDS:
        text = f"{out}: a report is a spreadsheet or a page"
        raise Refused(text, hint=f"End its name in {', '.join(KINDS)}.", where=str(out), code="report-kind")
    if out.exists():
        text = f"{out} is there already; nothing was written."
        raise Refused(text, hint="Name a new file.", where=str(out), code="exists")


def write_report(checked: Checked, paths: Mapping[str, Path], out: Path) -> None:
    """Write the report of a check. `paths`: the rosters by the name that problems give them. Raises OSError."""
    kind = out.suffix.lower()
    if kind == ".html":
        write_atomic(out, html_page(checked.problems, checked.rows, "Rosters").encode())
    elif kind == ".csv":
        write_atomic(out, _csv(checked, paths).encode())
    else:
        _workbook(checked, paths, out)


@dataclass(frozen=True, slots=True)
class _Words:
    """The headings of our own columns."""

    to_do: str
    bad: str


def _words(checked: Checked) -> _Words:
    """In the centre's languages as far as they are known, then in English, which all sentences are in."""
    known: dict[str, list[str]] = json.loads(Path(__file__).with_name("report.json").read_text("utf-8"))
    pairs = [*(known[code] for code in checked.languages if code in known), [TO_DO, BAD]]
    to_do, bad = (" / ".join(words) for words in zip(*pairs, strict=True))
    return _Words(to_do, bad)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a report: what to do, which cells are bad (by position from 0), and the cells."""

    advice: str
    bad: Mapping[int, str]  # position -> severity
    severity: str
    cells: Sequence[str]


def _rows(table: Table, shown: str, checked: Checked) -> Iterator[_Row]:
    """The roster's own rows with their marks; the header first."""
    by_line: dict[int, list[Mark]] = defaultdict(list)
    findings = checked.findings.get(shown)
    for mark in findings.marks() if findings is not None else ():
        by_line[mark.line].append(mark)
    whole = [p for p in checked.problems if p.where.file == shown and not p.where.line]
    secret: int | None = None
    names = findings.names if findings is not None else ()
    try:
        header, titles, _, rows = find_header(table.rows)  # what stands above it is no part of a roster
        for line, cells in chain([(header, titles)] if header else [], rows):
            marks = by_line.get(line, [])
            if line == header:
                secret = read_header(cells).index.get("password")
                marks = [*marks, *(Mark(line, 0, Mistake(p.code, p.message, p.hint, p.severity)) for p in whole)]
            elif secret is not None and secret < len(cells) and cells[secret]:
                cells[secret] = "[secret]"
            yield _row(marks, cells, names)
    except Unreadable as error:
        yield _Row(f"{error.message}: {error.hint}".rstrip(": "), {}, "error", ())


def _row(marks: Sequence[Mark], cells: Sequence[str], names: Sequence[str]) -> _Row:
    bad: dict[int, str] = {}
    for mark in marks:
        if mark.column and bad.get(mark.column - 1) != "error":
            bad[mark.column - 1] = mark.mistake.severity
    severity = "error" if any(m.mistake.severity == "error" for m in marks) else "warning" if marks else ""
    told = sorted(marks, key=lambda mark: mark.column)
    return _Row("\n".join(_advice(mark, names) for mark in told), bad, severity, cells)


def _advice(mark: Mark, names: Sequence[str]) -> str:
    name = f"{names[mark.column - 1]}: " if 0 < mark.column <= len(names) else ""
    hint = mark.mistake.hint
    return f"{name}{mark.mistake.message}" + (f". {hint[:1].upper()}{hint[1:]}" if hint else "")


def _open(path: Path, shown: str, checked: Checked) -> Table:
    real, sheet = split_sheet(path)
    return open_table(real, shown, sheet, central=checked.central)


def _csv(checked: Checked, paths: Mapping[str, Path]) -> str:
    """Each roster under a header of its own, blank line between; with the delimiter that the first of them has."""
    out, words = io.StringIO(), _words(checked)
    writer: Any = None
    for shown, path in paths.items():
        try:
            table = _open(path, shown, checked)
        except Unreadable as error:
            writer = writer or csv.writer(out, delimiter=";")
            writer.writerow([words.to_do, words.bad, "file"])
            writer.writerow([f"{error.message}: {error.hint}", "", shown])
            continue
        if writer is None:
            writer = csv.writer(out, delimiter=table.delimiter or ";")
        else:
            writer.writerow([])
        header: list[str] = []
        for at, row in enumerate(_rows(table, shown, checked)):
            if at == 0:
                header = list(row.cells)
                writer.writerow([words.to_do, words.bad, *map(neutral, row.cells)])
                if not row.advice:
                    continue
                writer.writerow([row.advice, _named(row, header)])
            else:
                writer.writerow([row.advice, _named(row, header), *map(neutral, row.cells)])
    return BOM + out.getvalue()


def _named(row: _Row, header: Sequence[str]) -> str:
    return ", ".join(header[at] if at < len(header) else f"cell {at + 1}" for at in sorted(row.bad))


def _workbook(checked: Checked, paths: Mapping[str, Path], out: Path) -> None:
    """One sheet a roster, row by row, so that 36,000 people need little memory."""
    import openpyxl

    book, words = openpyxl.Workbook(write_only=True), _words(checked)
    taken: set[str] = set()
    for shown, path in paths.items():
        sheet: Any = book.create_sheet(_title(shown, taken))
        sheet.freeze_panes = "B2"
        sheet.column_dimensions["A"].width = _WIDTH
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ":
            sheet.column_dimensions[letter].width = 18
        try:
            rows = _rows(_open(path, shown, checked), shown, checked)
        except Unreadable as error:
            sheet.append([_cell(sheet, f"{error.message}: {error.hint}", _RED)])
            continue
        for at, row in enumerate(rows):
            advice = row.advice or (words.to_do if at == 0 else "")
            colour = {"error": _RED, "warning": _YELLOW, "": None}[row.severity]
            first = _cell(sheet, advice, colour, wrap=bool(row.advice), bold=at == 0) if advice else None
            if row.advice:  # programs other than Excel do not find the height by themselves
                sheet.row_dimensions[at + 1].height = _LINE * _lines(row.advice)
            sheet.append(
                [first, *(_cell(sheet, text, _colour(row, i), bold=at == 0, top=bool(row.advice))
                          for i, text in enumerate(row.cells))]
            )  # fmt: skip
    data = io.BytesIO()
    book.save(data)
    write_atomic(out, data.getvalue())


def _lines(text: str) -> int:
    """How many lines the text takes when it is folded into the first column; at most 25."""
    return min(sum(-(-len(line) // (_WIDTH - 4)) or 1 for line in text.split("\n")), 25)


def _title(shown: str, taken: set[str]) -> str:
    """A sheet's title: the file's name, at most 31 characters and none that a spreadsheet refuses."""
    plain = "".join("-" if c in "[]:*?/\\#'" else c for c in Path(shown).name)[:28] or "roster"
    title, number = plain, 1
    while title.casefold() in taken:
        number += 1
        title = f"{plain[:27]} {number}"
    taken.add(title.casefold())
    return title


def _colour(row: _Row, at: int) -> str | None:
    severity = row.bad.get(at)
    return None if severity is None else _RED if severity == "error" else _YELLOW


def _cell(
    sheet: WriteOnlyWorksheet,
    text: str,
    colour: str | None,
    *,
    wrap: bool = False,
    bold: bool = False,
    top: bool = False,
) -> Any:
    """Text stays text: a cell that begins like a formula is written as what it looks like."""
    if not text and colour is None:
        return None
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill

    cell: Any = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:_CELL])
    cell.data_type = "s"
    cell.number_format = "@"
    if colour is not None:
        cell.fill = PatternFill("solid", fgColor=colour)
    if wrap or top:
        cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
