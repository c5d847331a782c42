"""The log of requests: one JSON object a line in data/history.jsonl, secrets blanked, oldest first.

Keys: `n` (from 1), `time` (seconds since the epoch), `service`, `operation`, `region`, `parameters`, `status`, `error`
(the code, "" for none), `effect` (whether something changed), `seconds`. It is what tests count calls with.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = "history.jsonl"
_SECRET = re.compile(r"password|secret|token|plaintext|privatekey|credentials", re.IGNORECASE)
_LONGEST = 4000
_NOT_SECRET = frozenset(("NextToken", "ClientToken", "nextToken"))


def blank(value: Any) -> Any:
    """A copy of request parameters in which secrets read [secret] and very long texts are cut."""
    if isinstance(value, dict):
        return {
            k: "[secret]" if isinstance(k, str) and _SECRET.search(k) and k not in _NOT_SECRET else blank(v)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [blank(entry) for entry in value]
    if isinstance(value, (bytes, bytearray)):
        return f"[{len(value)} bytes]"
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:200]}… [{len(value)} characters]"
    return value


class History:
    """The open log of one server."""

    def __init__(self, data: Path | None) -> None:
        """`data` None keeps nothing."""
        self._lock = threading.Lock()
        self._n = 0
        self._fd = -1
        if data is not None:
            path = data / FILE
            if path.exists():
                self._n = self._whole_lines(path)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    @staticmethod
    def _whole_lines(path: Path) -> int:
        """How many requests are logged; a line that a killed server left unfinished is cut off."""
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(path, whole)
        return content.count(b"\n")

    def add(self, entry: dict[str, Any]) -> None:
        """Write one request; a full disk is no reason to refuse it, so that errors are dropped."""
        if self._fd < 0:
            return
        with self._lock:
            self._n += 1
            line = json.dumps({"n": self._n, **entry}, ensure_ascii=False, default=str) + "\n"
            try:
                os.write(self._fd, line.encode())
            except OSError:
                self._n -= 1

    def close(self) -> None:
        """Close the log."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read(data: Path) -> Iterator[dict[str, Any]]:
    """All requests of the servers that ran on `data`, oldest first; a torn last line is left out."""
    path = data / FILE
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
