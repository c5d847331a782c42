"""Durations as people write them: 30s, 5m, 8h, 90d, 1h30m."""

from __future__ import annotations

import re

_PART = re.compile(r"(\d{1,9})([smhd])")
_WHOLE = re.compile(r"(?:\d{1,9}[smhd])+")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DAY = 86400


def seconds(text: str) -> int | None:
    """`text` in seconds (`1h30m` is 5400), or None when it is no duration."""
    if not _WHOLE.fullmatch(text):
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in _PART.findall(text))


def days(text: str) -> int | None:
    """`text` in whole days (`48h` is 2), or None when it is no duration or not whole days."""
    total = seconds(text)
    return None if total is None or total % DAY else total // DAY


def spoken(total: int) -> str:
    """Seconds as people write them: 5400 is `1h30m`, 0 is `0s`."""
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, total = divmod(total, _SECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
