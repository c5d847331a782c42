"""Ctrl-C: the first one stops cleanly, the second one stops at once.

The first signal only asks: no new call is started, what is in flight ends and is recorded, and the same command
goes on from there. The second raises KeyboardInterrupt; the journals make that safe too.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether the operator asked to stop, and who is to be told."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._tell: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        """Whether a stop was asked for."""
        return self._asked.is_set()

    @property
    def event(self) -> threading.Event:
        """Set once a stop was asked for."""
        return self._asked

    def when_asked(self, tell: Callable[[], None]) -> None:
        """Call `tell` once when a stop is asked for, in a thread of its own: a signal may come at any instruction."""
        self._tell.append(tell)

    def ask(self) -> None:
        """Ask to stop."""
        if self._asked.is_set():
            return
        self._asked.set()
        for tell in self._tell:
            threading.Thread(target=tell, daemon=True).start()


@contextlib.contextmanager
def stoppable() -> Iterator[Stop]:
    """Catch SIGINT and SIGTERM for the block. Outside the main thread nothing is caught."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.ask()

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
