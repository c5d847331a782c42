"""Who would change and why, as a spreadsheet or a page that a supervisor can say yes to.

It shows usernames and names, so it goes only to a file that the operator names.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ..stacks.durable.files import write_atomic
from .cells import neutral
from .export import BOM
from .page import page, people, table
from .plan import AgentPlan, AgentStep

HEADER: Final = ("what happens", "username", "first name", "last name", "file", "row", "why")
_WORDS: Final = {
    "create": "new",
    "update": "changed",
    "move": "moved",
    "suspend": "suspended",
    "resume": "active again",
    "remove": "removed",
    "same": "unchanged",
}
_ORDER: Final = ("remove", "suspend", "create", "move", "update", "resume")
_COLOUR: Final = {"suspend": "FFFFF2B3", "remove": "FFF4B6B6", "create": "FFD5EBD0"}


def write_plan_report(plan: AgentPlan, out: Path) -> None:
    """Write the plan to `out` by its kind; who leaves stands first, who stays as they are is only counted."""
    kind = out.suffix.lower()
    if kind == ".html":
        write_atomic(out, _html(plan).encode())
    elif kind == ".csv":
        write_atomic(out, _csv(plan).encode())
    else:
        _workbook(plan, out)


def _changes(plan: AgentPlan) -> Iterator[tuple[AgentStep, tuple[str, ...]]]:
    for action in _ORDER:
        for step in plan.steps:
            if step.action == action:
                person = step.person
                names = (person.first_name, person.last_name) if person else ("", "")
                row = str(step.line or "")
                yield step, (_WORDS[action], step.username, *names, step.file, row, "; ".join(step.why))


def summary(plan: AgentPlan) -> str:
    """`3 new, 1 suspended, 412 unchanged.` and what forbids the apply."""
    counts = {action: sum(s.action == action for s in plan.steps) for action in (*_ORDER, "same")}
    text = ", ".join(f"{n:,} {_WORDS[a]}" for a, n in counts.items() if n) or "Nobody"
    stop = f" Refused: {plan.refusal.message}." if plan.refusal else ""
    return f"{text}.{stop}"


def _csv(plan: AgentPlan) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADER)
    writer.writerows([neutral(cell) for cell in cells] for _, cells in _changes(plan))
    return BOM + out.getvalue()


def _html(plan: AgentPlan) -> str:
    rows = list(_changes(plan))
    parts = [f"<p>{people(len(plan.steps))}: {html.escape(summary(plan))}</p>"]
    parts += [f"<p>{html.escape(note)}</p>" for note in plan.notes]
    kinds = {"remove": "error", "suspend": "warning"}
    if rows:
        parts.append(table(HEADER, ((kinds.get(step.action, ""), cells) for step, cells in rows)))
    return page("What would change", parts)


def _workbook(plan: AgentPlan, out: Path) -> None:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill

    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet("Plan")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFG", (16, 22, 18, 18, 26, 8, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    fills = {action: PatternFill("solid", fgColor=colour) for action, colour in _COLOUR.items()}

    def row(cells: tuple[str, ...], action: str = "", *, bold: bool = False) -> None:
        made = []
        for text in cells:
            cell: Any = WriteOnlyCell(sheet, text)
            cell.data_type = "s"
            if action in fills:
                cell.fill = fills[action]
            if bold:
                cell.font = Font(bold=True)
            made.append(cell)
        sheet.append(made)

    row(HEADER, bold=True)
    for step, cells in _changes(plan):
        row(cells, step.action)
    row((summary(plan),), bold=True)
    data = io.BytesIO()
    book.save(data)
    write_atomic(out, data.getvalue())
