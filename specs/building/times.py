"""Opening times of a day: from `08:00-20:00` to minutes, with everything that can be wrong about them."""

from __future__ import annotations

import re

from .. import nodes
from ..frozen import dataclass
from ..model import DAYS
from ..problems import Problems, Where

_RANGE = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")
NOON, MIDNIGHT = 720, 1440


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end` in minutes of its day; `end` above 1440 runs into the next day."""

    start: int
    end: int
    where: Where


def windows(node: nodes.Node, problems: Problems) -> list[Window] | None:
    """The opening windows of one day: a range, a list of ranges, `closed` ([]) or `open` (all day).

    None after recording that something is wrong.
    """
    if isinstance(node, nodes.Sequence):
        found: list[Window] = []
        good = True
        for item in node.items:
            window = _window(item, problems)
            good = good and window is not None
            found += [window] if window else []
        return found if good else None
    if isinstance(node, nodes.Scalar) and node.text.lower() in {"closed", "open", "24h"}:
        return [] if node.text.lower() == "closed" else [Window(0, MIDNIGHT, node.where)]
    window = _window(node, problems)
    return None if window is None else [window]


def _window(node: nodes.Node, problems: Problems) -> Window | None:
    if not isinstance(node, nodes.Scalar) or node.is_null:
        problems.error(node.where, "bad-time", "opening hours are expected here", "write 08:00-20:00 or closed")
        return None
    match = _RANGE.fullmatch(node.text)
    if not match:
        problems.error(node.where, "bad-time", f'"{node.text}" is not HH:MM-HH:MM', _range_hint(node.text))
        return None
    hours1, minutes1, hours2, minutes2 = (int(part) for part in match.groups())
    for hours, minutes, last in ((hours1, minutes1, 23), (hours2, minutes2, 24)):
        if minutes > 59 or hours > last or (hours == 24 and minutes):
            problems.error(
                node.where, "bad-time", f'"{hours:02}:{minutes:02}" is no time of day', "from 00:00 to 24:00"
            )
            return None
    return _checked(hours1 * 60 + minutes1, hours2 * 60 + minutes2, node, problems)


def _checked(start: int, end: int, node: nodes.Scalar, problems: Problems) -> Window | None:
    if end == MIDNIGHT - 1:
        problems.error(
            node.where, "one-minute-gap", "an end of 23:59 closes the line for one minute each night", "write 24:00"
        )
        return None
    if end in {0, MIDNIGHT}:
        return Window(start, MIDNIGHT, node.where)
    if end == start:
        problems.error(node.where, "bad-time", f'"{node.text}" begins when it ends', "a whole day is 00:00-24:00")
        return None
    if end < start:
        if start < NOON or end > NOON:
            problems.error(
                node.where,
                "end-before-start",
                f'"{node.text}" ends before it begins and is no night',
                "a night begins at 12:00 or later and ends by 12:00",
            )
            return None
        return Window(start, MIDNIGHT + end, node.where)
    return Window(start, end, node.where)


def _range_hint(text: str) -> str:
    numbers = re.findall(r"\d{1,2}", text)
    if len(numbers) == 2 and all(int(number) <= 24 for number in numbers):
        return f"write {int(numbers[0]):02}:00-{int(numbers[1]):02}:00"
    return "write 08:00-20:00, closed, or a list of ranges"


def day_names(key: str) -> tuple[str, ...] | None:
    """The days that a key names (`mon`, `sat-mon`, `daily`), or None when it names none."""
    if key == "daily":
        return DAYS
    first, dash, last = key.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        return None
    if not dash:
        return (first,)
    start, end = DAYS.index(first), DAYS.index(last)
    count = (end - start) % 7 + 1
    return tuple(DAYS[(start + step) % 7] for step in range(count))
