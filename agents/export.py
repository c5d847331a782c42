"""People as our own roster file, such that reading it again gives the same people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from ..specs.durations import spoken
from .cells import neutral
from .headers import COLUMNS
from .model import Person
from .phones import spaced

BOM: Final = "\ufeff"  # without it Excel takes UTF-8 for Windows-1252


def write_roster(people: Iterable[Person], *, delimiter: str = ",", bom: bool = False) -> str:
    """A roster in our columns with a header; CRLF as spreadsheets write it.

    Numbers are written with spaces: of +33199000123 a spreadsheet that opens the file makes 33199000123.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(COLUMNS)
    for person in people:
        cells = row_of(person)
        cells["desk_phone"] = spaced(cells["desk_phone"])
        writer.writerow([cells[column] for column in COLUMNS])
    return (BOM if bom else "") + out.getvalue()


def write_roster_workbook(people: Iterable[Person]) -> bytes:
    """The same as a workbook; every cell is text, so that no spreadsheet makes a number or a formula of it."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet("Roster")
    sheet.freeze_panes = "A2"

    def cell(text: str, *, bold: bool = False) -> Any:
        made: Any = WriteOnlyCell(sheet, text)
        made.data_type, made.number_format = "s", "@"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(column, bold=True) for column in COLUMNS])
    for person in people:
        cells = row_of(person)
        sheet.append([cell(cells[column]) if cells[column] else None for column in COLUMNS])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def row_of(person: Person) -> dict[str, str]:
    """The cells of one person under our columns; a made username is written, so that it is given from then on."""
    terms = person.terms
    return {
        "username": neutral(person.username),
        "email": neutral(person.email),
        "first_name": neutral(person.first_name),
        "last_name": neutral(person.last_name),
        "routing_profile": neutral(terms.routing_profile),
        "languages": "|".join(terms.languages),
        "security_profiles": neutral("|".join(terms.security_profiles)),
        "hierarchy_group": neutral(terms.hierarchy_group or ""),
        "status": terms.status,
        "starts_on": terms.starts_on.isoformat() if terms.starts_on else "",
        "ends_on": terms.ends_on.isoformat() if terms.ends_on else "",
        "phone_type": terms.phone_type,
        "desk_phone": person.desk_phone if terms.phone_type == "desk" else "",
        "auto_accept": "yes" if terms.auto_accept else "no",
        "after_contact_work": spoken(terms.after_contact_work),
        "skills": "|".join(terms.skills),
        "tags": neutral("|".join(f"{key}={value}" for key, value in terms.tags)),
    }
