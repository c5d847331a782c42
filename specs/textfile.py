"""Text files that people give us: small, regular, UTF-8; anything else is one clear problem, never an exception."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from .problems import Problems, Where

MAX_BYTES = 10_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")


def read_bytes_file(path: Path, shown: str, problems: Problems, limit: int = MAX_BYTES) -> bytes | None:
    """The content of a regular file of at most `limit` bytes; None when it cannot be had (the problem is recorded)."""
    where = Where(shown)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            problems.error(where, "not-a-file", f"{shown} is a folder, not a file", "put a file in its place")
        elif not stat.S_ISREG(status.st_mode):
            problems.error(where, "not-a-file", f"{shown} is no regular file", "put a plain file in its place")
        elif status.st_size > limit:
            problems.error(where, "too-large", f"{shown} is larger than {limit // 1_000_000} MB", "split it")
        else:
            with path.open("rb") as file:
                return file.read(limit + 1)
    except FileNotFoundError:
        problems.error(where, "missing-file", f"{shown} does not exist", "check the name, or run `ccdeploy init`")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.error(where, "unreadable", f"{shown} cannot be read: {reason}", "check its permissions")
    return None


def read_text_file(path: Path, shown: str, problems: Problems, limit: int = MAX_BYTES) -> str | None:
    """The text of a UTF-8 file without its BOM; None when there is none (the problem is recorded)."""
    data = read_bytes_file(path, shown, problems, limit)
    return None if data is None else decode(data, shown, problems)


def decode(data: bytes, shown: str, problems: Problems) -> str | None:
    """UTF-8 bytes as text without a BOM and control characters; None after recording the first problem."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.error(Where(shown, 1, 1), "encoding", "the file is UTF-16", "save it as UTF-8")
        return None
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        problems.error(Where(shown, line, 1), "binary", "the file is binary, not text", "save it as UTF-8 text")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        where = Where(shown, before.count(b"\n") + 1, column)
        problems.error(where, "encoding", f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        return None
    bad = _CONTROL.search(text)
    if bad:
        start = text.rfind("\n", 0, bad.start()) + 1
        where = Where(shown, text.count("\n", 0, bad.start()) + 1, bad.start() - start + 1)
        problems.error(where, "control-character", f"control character U+{ord(bad.group()):04X}", "delete it")
        return None
    return text
