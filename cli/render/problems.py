"""Problems as lines: `file:line:col: error[code]: text`, the hint indented below, a count at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ...specs.problems import Problem
from .colour import BOLD, RED, YELLOW, paint, wanted


def problems_text(problems: Sequence[Problem], *, colour: bool | None = None) -> str:
    """One line a problem (and one a hint), in the order given."""
    on = wanted(sys.stderr) if colour is None else colour
    return "\n".join(_line(problem, on) for problem in problems)


def _line(problem: Problem, on: bool) -> str:
    word = paint(f"{problem.severity}[{problem.code}]", RED if problem.severity == "error" else YELLOW, on)
    place = f"{paint(str(problem.where), BOLD, on)}: " if str(problem.where) else ""
    text = f"{place}{word}: {problem.message}"
    return f"{text}\n    hint: {problem.hint}" if problem.hint else text


def counted(number: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def summary(errors: int, warnings: int) -> str:
    """`3 errors, 1 warning`, or that there is none."""
    parts = [counted(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return ", ".join(parts) if parts else "no problems"
