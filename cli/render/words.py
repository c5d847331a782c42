"""Types, counts and durations in words, and text folded to the width of the screen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
PAST = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted", "same": "unchanged"}
PEOPLE_PAST = {
    "create": "created",
    "update": "updated",
    "suspend": "suspended",
    "remove": "removed",
    "same": "unchanged",
    "failed": "failed",
}
FUTURE = {word: f"to {word}" for word in ("create", "update", "replace", "delete", "suspend", "remove")}
FUTURE["same"] = "unchanged"
SIGN = {"create": "+", "update": "~", "replace": "+-", "delete": "-", "same": "="}


def width() -> int:
    """Columns to write in: the terminal's, at most 100; 80 where there is none."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 100))


def kind(token: str) -> str:
    """`aws:connect/hoursOfOperation:HoursOfOperation` as `hours of operation`."""
    return _HUMP.sub(" ", token.rpartition(":")[2]).lower()


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def counts(numbers: Mapping[str, int], words: Mapping[str, str]) -> str:
    """`94 created, 2 unchanged`, or `nothing`."""
    parts = [f"{numbers[key]} {word}" for key, word in words.items() if numbers.get(key)]
    return ", ".join(parts) or "nothing"


def folded(head: str, words: Iterable[str], columns: int | None = None) -> str:
    """`head` and then the words with commas between, folded; later lines stand under the first word."""
    limit = columns or width()
    lines = [head]
    margin = " " * len(head)
    listed = list(words)
    for number, word in enumerate(listed):
        piece = word + ("," if number + 1 < len(listed) else "")
        fresh = lines[-1] in (head, margin)
        if not fresh and len(lines[-1]) + 1 + len(piece) > limit:
            lines.append(margin)
            fresh = True
        lines[-1] += piece if fresh else f" {piece}"
    return "\n".join(line.rstrip() for line in lines)


def people(number: int) -> str:
    """`1 person`, `84 people`."""
    return "1 person" if number == 1 else f"{number} people"
