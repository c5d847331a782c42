"""The one clock of a sandbox: real, or moved by hand so that hours pass in seconds."""

from __future__ import annotations

import threading
import time
from datetime import date, datetime, timezone


class Clock:
    """Seconds since the epoch (float), shifted by what `move` has added. Safe to use from many threads."""

    def __init__(self, today: date | None = None, moved: float = 0.0) -> None:
        """Begins at noon of `today`; without it at the present, and `moved` seconds that an earlier run has added."""
        self._lock = threading.Lock()
        self._shift = 0.0
        self._moved = moved if today is None else 0.0
        if today is not None:
            start = datetime(today.year, today.month, today.day, 12, tzinfo=timezone.utc).timestamp()
            self._shift = start - time.time()

    def now(self) -> float:
        """Seconds since the epoch, to the millisecond, as the service's timestamps are."""
        return round(time.time() + self._shift + self._moved, 3)

    @property
    def moved(self) -> float:
        """The seconds that `move` has added so far."""
        return self._moved

    def today(self) -> date:
        """The day of `now`, in UTC."""
        return datetime.fromtimestamp(self.now(), tz=timezone.utc).date()

    def move(self, seconds: float) -> float:
        """Let `seconds` pass at once; answers the new time. Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        with self._lock:
            self._moved += seconds
        return self.now()

    def back(self) -> None:
        """Take everything back that `move` has added."""
        with self._lock:
            self._moved = 0.0
