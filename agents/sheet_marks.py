"""What a workbook's rows do not say by themselves: hidden rows, merged cells, formulas without a result.

The library that streams rows leaves all three out, so the sheet's own XML is searched for them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from ..specs.frozen import dataclass
from .mistakes import Mistake

LARGEST = 64 * 1024 * 1024  # bytes of XML that are searched: about 100,000 people
SHOWN = 5
_ROW = re.compile(rb"<row [^>]*>")
_HIDDEN = re.compile(rb'\shidden="(?:1|true)"')
_NUMBER = re.compile(rb'\sr="(\d+)"')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


@dataclass(frozen=True, slots=True)
class Marks:
    """`hidden` rows by number, areas `merged` over several rows as (first row, text), whether there are `formulas`."""

    hidden: tuple[int, ...] = ()
    merged: tuple[tuple[int, str], ...] = ()
    formulas: bool = False


def find_marks(data: bytes, member: str) -> Marks:
    """The marks of the sheet that is `member` of the workbook `data`; none where it cannot be searched."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo(member).file_size > LARGEST:
                return Marks()
            xml = archive.read(member)
    except (KeyError, OSError, ValueError, zipfile.BadZipFile):
        return Marks()
    hidden = [
        int(number[1])
        for tag in _ROW.findall(xml)
        if _HIDDEN.search(tag) and (number := _NUMBER.search(tag)) is not None
    ]
    merged = [
        (int(m[2]), f"{m[1].decode()}{m[2].decode()}:{m[3].decode()}{m[4].decode()}")
        for m in _MERGED.finditer(xml)
        if m[2] != m[4]
    ]
    return Marks(tuple(hidden), tuple(merged), b"<f>" in xml or b"<f " in xml)


def warnings_of(marks: Marks, header: int, last: int) -> list[tuple[int, Mistake]]:
    """What a supervisor ought to know about the rows after the line `header` up to `last`, each with its row."""
    found = []
    hidden = [row for row in marks.hidden if header < row <= last]
    if hidden:
        rows = "1 hidden row is" if len(hidden) == 1 else f"{len(hidden):,} hidden rows are"
        text = f"{rows} read like all others: {_listed([str(row) for row in hidden])}"
        hint = "show them, and delete those that are not meant"
        found.append((hidden[0], Mistake("hidden-rows", text, hint, "warning")))
    merged = [(row, area) for row, area in marks.merged if header < row <= last]
    if merged:
        text = f"merged cells hold their value in their first row alone: {_listed([area for _, area in merged])}"
        hint = "unmerge them and write the value in each row"
        found.append((merged[0][0], Mistake("merged-cells", text, hint, "warning")))
    return found


def _listed(texts: list[str]) -> str:
    return ", ".join(texts[:SHOWN]) + (", …" if len(texts) > SHOWN else "")


def with_formulas(values: Iterator[tuple[Any, ...]], formulas: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows of values; where a formula has no stored result its text takes the place, so that the cell is not blank."""
    for row, texts in zip_longest(values, formulas, fillvalue=()):
        yield tuple(
            text if value is None and isinstance(text, str) and text.startswith("=") else value
            for value, text in zip_longest(row, texts)
        )
