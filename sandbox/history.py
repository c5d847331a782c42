"""The log of requests: one JSON object a line in data/history.jsonl, oldest first, what is secret or personal blanked.

Keys: `n` (from 1), `time` (seconds since the epoch), `service`, `operation`, `region`, `parameters`, `status`, `error`
(the code, "" for none), `effect` (whether something changed), `seconds`. It is what tests count calls with.

A log of 64 MB goes on in a new file; the one before is kept as history.1.jsonl, older ones are not.
"""

from __future__ import annotations

import functools
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = "history.jsonl"
BEFORE = "history.1.jsonl"
_LARGEST = 64 * 1024 * 1024  # bytes: some 200,000 requests
_SECRET = re.compile(r"password|secret|token|plaintext|privatekey|credentials", re.IGNORECASE)
_PERSONAL = frozenset(("FirstName", "LastName", "Email", "SecondaryEmail", "Mobile", "DeskPhoneNumber"))
_LONGEST = 4000
_NOT_SECRET = frozenset(("NextToken", "ClientToken", "nextToken"))


def blank(value: Any) -> Any:
    """A copy of request parameters: secrets read [secret], names, addresses and numbers of people [personal].

    Usernames stay, since by them it is counted who was made how often. Very long texts are cut.
    """
    if isinstance(value, dict):
        return {k: _blanked(k) or blank(v) for k, v in value.items()}
    if isinstance(value, list):
        return [blank(entry) for entry in value]
    if isinstance(value, (bytes, bytearray)):
        return f"[{len(value)} bytes]"
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:200]}… [{len(value)} characters]"
    return value


@functools.lru_cache(4096)  # the same few names in every request
def _blanked(key: str) -> str:
    """What stands in place of a member of this name; "" for one that is told."""
    if key in _PERSONAL:
        return "[personal]"
    return "[secret]" if _SECRET.search(key) and key not in _NOT_SECRET else ""


class History:
    """The open log of one server."""

    def __init__(self, data: Path | None, largest: int = _LARGEST) -> None:
        """`data` None keeps nothing; `largest` is the size in bytes at which a new file is begun."""
        self._lock = threading.Lock()
        self._n = 0
        self._fd = -1
        self._size = 0
        self._largest = largest
        self._data = data
        if data is not None:
            self._n = _last_number(data / FILE) or _last_number(data / BEFORE)
            self._open(data)

    def _open(self, data: Path) -> None:
        self._fd = os.open(data / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._fd).st_size

    def add(self, entry: dict[str, Any]) -> None:
        """Write one request; a full disk is no reason to refuse it, so that errors are dropped."""
        if self._fd < 0:
            return
        with self._lock:
            line = json.dumps({"n": self._n + 1, **entry}, ensure_ascii=False, default=str).encode() + b"\n"
            try:
                self._make_room(len(line))
                written = os.write(self._fd, line)
                if written != len(line):  # a part of a line on a full disk
                    os.ftruncate(self._fd, self._size)
                    return
            except OSError:
                return
            self._n += 1
            self._size += written

    def _make_room(self, more: int) -> None:
        if self._data is None or not self._size or self._size + more <= self._largest:
            return
        (self._data / FILE).replace(self._data / BEFORE)
        os.close(self._fd)
        self._open(self._data)

    def close(self) -> None:
        """Close the log."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _last_number(path: Path) -> int:
    """The number of the last whole line, 0 for none; a line that a killed server left unfinished is cut off."""
    if not path.exists():
        return 0
    with path.open("rb+") as log:
        size = log.seek(0, os.SEEK_END)
        back = 1 << 16
        while True:
            start = max(0, size - back)
            log.seek(start)
            tail = log.read(size - start)
            end = tail.rfind(b"\n") + 1
            begin = tail.rfind(b"\n", 0, max(end - 1, 0)) + 1
            if start == 0 or (end and begin):
                break
            back *= 4
        if start + end != size:
            log.truncate(start + end)
        try:
            return int(json.loads(tail[begin:end])["n"]) if end else 0
        except (ValueError, KeyError, TypeError):
            return 0


def read(data: Path) -> Iterator[dict[str, Any]]:
    """All requests that are kept of the servers that ran on `data`, oldest first; a torn last line is left out."""
    for name in (BEFORE, FILE):
        path = data / name
        if not path.exists():
            continue
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield json.loads(line)
