"""An empty roster for supervisors: a workbook with drop-down lists for what the centre has, and one page of how-to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .headers import COLUMNS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

    from ..specs.model import Center

ROWS: Final = 1000  # rows that have the lists


def write_template(center: Center, out: Path) -> None:
    """Write the workbook: "Roster" to fill in, "Lists" hidden, "Help" in the centre's languages. Raises OSError."""
    import openpyxl
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Roster"
    columns = [c for c in COLUMNS if c != "skills" or center.skills]
    sheet.append(columns)
    sheet.freeze_panes = "A2"
    for at, column in enumerate(columns, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(len(column) + 2, 16)
        sheet.column_dimensions[letter].number_format = "@"  # text, so that no leading zero and no date is lost
        sheet.cell(1, at).font = Font(bold=True)
    _lists(book, choices(center), columns)
    _help(book, center)
    book.save(out)


def choices(center: Center) -> dict[str, list[str]]:
    """What the centre has, by column."""
    variants = [v for p in center.routing_profiles.values() for v in p.variants]
    combinations = {"|".join(v.languages) for v in variants if v.languages}
    skills = [f"{key}={value}:3" for key, values in center.skills.items() for value in values]
    found = {
        "routing_profile": list(center.routing_profiles),
        "languages": sorted(combinations),
        "security_profiles": list(center.security_profiles),
        "hierarchy_group": [group.path for group in center.hierarchy.groups],
        "status": ["active", "suspended", "removed"],
        "phone_type": ["soft", "desk"],
        "auto_accept": ["no", "yes"],
    }
    return found | ({"skills": skills} if skills else {})


def _lists(book: Workbook, lists: dict[str, list[str]], columns: list[str]) -> None:
    """Drop-down lists read a hidden sheet: written into the cell itself they may have 255 characters only."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    roster, hidden = book["Roster"], book.create_sheet("Lists")
    hidden.sheet_state = "hidden"
    for at, (column, values) in enumerate(lists.items(), start=1):
        if not values:
            continue
        letter, target = get_column_letter(at), get_column_letter(columns.index(column) + 1)
        for row, value in enumerate(values, start=1):
            hidden.cell(row, at).value = value
        rule: Any = DataValidation(
            type="list", formula1=f"Lists!${letter}$1:${letter}${len(values)}", allow_blank=True, showErrorMessage=False
        )
        roster.add_data_validation(rule)
        rule.add(f"{target}2:{target}{ROWS + 1}")


def _help(book: Workbook, center: Center) -> None:
    texts: dict[str, list[str]] = json.loads(Path(__file__).with_name("template.json").read_text("utf-8"))
    spoken = [language.code.split("-")[0].lower() for language in center.languages.values()]
    page = book.create_sheet("Help")
    page.column_dimensions["A"].width = 100
    for code in dict.fromkeys([*spoken, "en"]):
        for line in texts.get(code, []):
            page.append([line])
        if code in texts:
            page.append([])
