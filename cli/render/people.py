"""Rosters as text: what is wrong in them, and who would change."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..output import talk
from .colour import GREEN, RED, YELLOW, paint, wanted
from .problems import problems_text, summary
from .words import PEOPLE_PAST, counts, people

if TYPE_CHECKING:
    from ...agents.model import Checked
    from ...deploy.people import Planned
    from ...deploy.settings import Settings

_SIGN = {"create": "+", "update": "~", "move": ">", "suspend": "-", "resume": "^", "remove": "x", "same": "="}
_COLOUR = {"create": GREEN, "resume": GREEN, "update": YELLOW, "move": YELLOW, "suspend": RED, "remove": RED}


def check_text(checked: Checked, notes: Sequence[str], *, quiet: bool, out: Callable[[str], None]) -> None:
    """The problems on standard output, what else is to be said on standard error."""
    if checked.problems:
        out(problems_text(checked.problems))
    if quiet:
        return
    for note in [*notes, *checked.remarks]:
        talk(note)
    warnings = len(checked.problems) - checked.errors
    talk(f"{people(len(checked.people))}: {summary(checked.errors, warnings)}")


def plan_text(planned: Planned, *, verbose: bool) -> str:
    """One line a person who would change, with the reasons, then the counts."""
    on = wanted(sys.stdout)
    lines = []
    for step in planned.steps:
        if step["action"] == "same" and not verbose:
            continue
        sign = paint(_SIGN[step["action"]], _COLOUR.get(step["action"], ""), on)
        place = f"  {step['file']}:{step['line']}" if step.get("line") else ""
        lines.append(f"  {sign} {step['action']:8} {step['username']:22}{place}".rstrip())
        lines += [f"       {reason}" for reason in step["why"]]
    if not lines:
        lines.append("Nothing to do: everybody is as the rosters say.")
    future = {word: word if word in {"same", "failed"} else f"to {word}" for word in PEOPLE_PAST} | {
        "same": "unchanged"
    }
    return "\n".join([*lines, "", f"People:    {counts(planned.counts, future)}"])


def notes_text(notes: Sequence[str], *, quiet: bool) -> None:
    """Sentences on standard error."""
    for note in () if quiet else notes:
        talk(note)


def counter(given: Settings) -> Callable[[int, int], None]:
    """What shows on a terminal how many people have been read."""
    if given.quiet or given.json or not sys.stderr.isatty():
        return lambda _done, _total: None

    def count(done: int, total: int) -> None:
        sys.stderr.write(f"\r\x1b[K  people    {done}/{total}" + ("\r\x1b[K" if done == total else ""))
        sys.stderr.flush()

    return count
