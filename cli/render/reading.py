"""How much of what stands was read, as one line of a terminal that is gone when the reading ends."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

_QUIET = 1.0  # seconds after which somebody wonders; faster readings say nothing
_PAUSE = 0.1


def reading_line() -> Callable[[int, int], None] | None:
    """What draws the line on standard error; None where that is no terminal."""
    if not sys.stderr.isatty():
        return None
    lock = threading.Lock()
    began, drawn = time.monotonic(), 0.0

    def draw(done: int, total: int) -> None:
        nonlocal began, drawn
        with lock:
            now = time.monotonic()
            if done == 0:
                began = now
            if done >= total:
                if drawn:
                    _write("")
                drawn = 0.0
            elif now - began >= _QUIET and now - drawn >= _PAUSE:
                left = (now - began) * (total - done) / max(1, done)
                _write(f"  reading what stands: {done} of {total}, about {_time(left)} left")
                drawn = now

    return draw


def _write(text: str) -> None:
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()


def _time(seconds: float) -> str:
    from .words import duration

    return duration(max(1.0, seconds))
