"""Whether to draw with colour: a terminal, no NO_COLOR, no dumb terminal. Colour is never the only sign."""

from __future__ import annotations

import os
from typing import TextIO

RED, GREEN, YELLOW, BLUE, DIM, BOLD = "31", "32", "33", "34", "2", "1"


def wanted(stream: TextIO) -> bool:
    """Whether `stream` is a terminal whose user did not ask for plain text (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def paint(text: str, code: str, on: bool) -> str:
    """`text` in the colour `code` when `on`."""
    return f"\x1b[{code}m{text}\x1b[0m" if on and text else text
