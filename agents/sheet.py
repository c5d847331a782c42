"""Rows of a workbook (.xlsx), read one by one so that a large one needs little memory.

Numbers, dates and truth values come as spreadsheets store them: a whole number without its ".0", a date as ISO text,
yes or no. A sheet that unpacks to a multiple of what a roster can be is refused before it is unpacked.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..specs.problems import Where
from .read import MAX_BYTES, Table, Unreadable
from .sheet_marks import find_marks, with_formulas

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


def open_sheet(data: bytes, shown: str, sheet: str | None) -> Table:
    """Open the sheet named `sheet`, or the only one that holds anything. Raises Unreadable."""
    _refuse_bombs(data, shown)
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-down lists and styles that the library does not know
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:
        hint = "open it in a spreadsheet program and save it again as .xlsx"
        raise Unreadable(Where(shown), "bad-workbook", "this .xlsx file is damaged or not a workbook", hint) from error
    chosen = _choose(book, shown, sheet)
    marks = find_marks(data, getattr(book[chosen], "_worksheet_path", ""))
    rows: Iterator[tuple[Any, ...]] = book[chosen].iter_rows(values_only=True)
    if marks.formulas:
        again = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        rows = with_formulas(rows, again[chosen].iter_rows(values_only=True))
    return Table(_rows(rows, shown), encoding="xlsx", sheet=chosen, marks=marks)


def _refuse_bombs(data: bytes, shown: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_others(archive.namelist(), shown)
            size = sum(info.file_size for info in archive.infolist())
            encrypted = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        hint = "copy it again, or save it again as .xlsx"
        raise Unreadable(Where(shown), "bad-workbook", "this .xlsx file is torn: it ends too early", hint) from error
    if encrypted:
        raise Unreadable(Where(shown), "bad-workbook", "this workbook has a password", "save a copy without one")
    if size > 4 * MAX_BYTES:
        text = f"the workbook unpacks to {size // (1024 * 1024):,} MB"
        raise Unreadable(Where(shown), "too-large", text, "keep the roster alone in a workbook of its own")


def _refuse_others(names: list[str], shown: str) -> None:
    """Other kinds of document are packed in the same way. Raises Unreadable."""
    kinds = {
        "xl/workbook.bin": "a binary workbook (.xlsb)",
        "content.xml": "an OpenDocument file (.ods, .odt)",
        "word/document.xml": "a text document (.docx)",
        "ppt/presentation.xml": "a presentation (.pptx)",
        "Index/Document.iwa": "a document of Numbers or Pages",
    }
    kind = next((words for member, words in kinds.items() if member in names), None)
    if kind is None and "xl/workbook.xml" not in names:
        kind = "a packed archive (.zip) without a workbook"
    if kind is not None:
        hint = "open it in a spreadsheet program and save it as .xlsx or as CSV"
        raise Unreadable(Where(shown), "other-document", f"this is {kind}", hint)


def _choose(book: Workbook, shown: str, sheet: str | None) -> str:
    """The sheet to read. A template's sheet of instructions does not count."""
    names = [s.title for s in book.worksheets]
    if sheet is not None:
        if sheet in names:
            return sheet
        text = f"there is no sheet {sheet!r}; there are: {', '.join(names)}"
        raise Unreadable(Where(shown), "unknown-sheet", text, "name one of them after the file: FILE.xlsx#SHEET")
    filled = [s.title for s in book.worksheets if s.sheet_state == "visible" and _header_like(s)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        if len(names) == 1:
            return str(names[0])
        text = f"no sheet has a header with known columns ({', '.join(names)})"
        raise Unreadable(Where(shown), "empty-file", text, "start from `ccdeploy roster template`")
    text = f"several sheets look like rosters: {', '.join(filled)}"
    raise Unreadable(Where(shown), "which-sheet", text, f"name one after the file: {shown}#{filled[0]}")


def _header_like(sheet: Any) -> bool:
    from .headers import HEAD, is_header

    return any(
        is_header([cell_text(value) for value in row[:200]]) for row in sheet.iter_rows(max_row=HEAD, values_only=True)
    )


def _rows(rows: Iterable[tuple[Any, ...]], shown: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, row in enumerate(rows, start=1):
            cells = [cell_text(value) for value in row]
            if any(cells):
                yield number, cells
    except Unreadable:
        raise
    except Exception as error:
        hint = "open it in a spreadsheet program and save it again as .xlsx"
        raise Unreadable(Where(shown, number + 1), "bad-workbook", "the sheet is damaged from here on", hint) from error


def cell_text(value: object) -> str:
    """A cell's value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
