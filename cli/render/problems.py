"""Problems as lines: `file:line:col: error[code]: text`, the hint indented below, a count at the end."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from ...deploy.settings import Settings
from ...specs.problems import Problem
from ..output import talk
from .colour import BOLD, RED, YELLOW, paint, wanted

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def problems_text(problems: Sequence[Problem], *, colour: bool | None = None) -> str:
    """One line a problem (and one a hint), in the order given."""
    on = wanted(sys.stderr) if colour is None else colour
    return "\n".join(_line(problem, on) for problem in problems)


def _line(problem: Problem, on: bool) -> str:
    word = paint(f"{problem.severity}[{problem.code}]", RED if problem.severity == "error" else YELLOW, on)
    place = f"{paint(harmless(str(problem.where)), BOLD, on)}: " if str(problem.where) else ""
    text = f"{place}{word}: {harmless(problem.message)}"
    return f"{text}\n    hint: {harmless(problem.hint)}" if problem.hint else text


def harmless(text: str) -> str:
    """Text of a file as a terminal may show it: control characters, and those that turn a line around, written out."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def warn(given: Settings, problems: Sequence[Problem]) -> None:
    """Warnings on standard error: each with --verbose, else their number; nothing under --json or --quiet."""
    if not problems or given.json or given.quiet:
        return
    if given.verbose:
        talk(problems_text(problems))
    else:
        talk(f"{counted(len(problems), 'warning')}; to see them: ccdeploy validate")


def counted(number: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def summary(errors: int, warnings: int) -> str:
    """`3 errors, 1 warning`, or that there is none."""
    parts = [counted(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return ", ".join(parts) if parts else "no problems"


def sarif_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """The problems as a SARIF 2.1.0 log with one run."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ccdeploy",
                        "rules": [{"id": code} for code in sorted({p.code for p in problems})],
                    }
                },
                "results": [_sarif_result(problem) for problem in problems],
            }
        ],
    }


def _sarif_result(problem: Problem) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": problem.where.file or "."}}
    if problem.where.line:
        region = {"startLine": problem.where.line}
        if problem.where.column:
            region["startColumn"] = problem.where.column
        place["region"] = region
    text = f"{problem.message} {problem.hint}".strip()
    return {
        "ruleId": problem.code,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
