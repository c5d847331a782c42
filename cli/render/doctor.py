"""The findings of `doctor` as text that fits 80 columns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .problems import harmless
from .words import width

if TYPE_CHECKING:
    from ...deploy.doctor import Check, Report


def report_text(report: Report) -> str:
    """One check a paragraph: status, name, what was found, what mends it; then the verdict."""
    lines = [line for check in report.checks for line in _lines(check)]
    if report.failed:
        lines.append(f"{report.failed} to mend before a run." if report.failed > 1 else "1 thing to mend before a run.")
    else:
        lines.append("Ready.")
    return "\n".join(lines)


def _lines(check: Check) -> list[str]:
    head = f"{check.status:8} {check.name:8} "
    room = max(30, width() - len(head))
    said = textwrap.wrap(harmless(check.said), room, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [head + said[0], *(" " * len(head) + line for line in said[1:])]
    if check.fix:  # a command is never broken: it is to be copied
        lines.append(" " * len(head) + f"fix: {harmless(check.fix)}")
    return lines
