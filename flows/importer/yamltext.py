"""Steps as YAML text: short steps on one line, long ones on several; texts so quoted that they are read back whole."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z0-9$][\w$./+-]*( [\w$./+-]+)*")
_RESERVED = frozenset(("null", "~", "Null", "NULL"))


def scalar(value: Any) -> str:
    """One scalar; quoted unless it is plainly a word."""
    if value is None:
        return "null"
    return _quoted(str(value))


@functools.lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    if text.isascii() and len(text) < 80 and _PLAIN.fullmatch(text) and text not in _RESERVED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(_escaped(mark) for mark in quoted)


def _escaped(mark: str) -> str:
    if mark == " " or mark.isprintable():
        return mark
    code = ord(mark)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return _braces(_entries(value))
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([inline(part) for part in value]) + "]"
    return scalar(value)


def _entries(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(scalar(key), inline(part)) for key, part in value.items()]


def _braces(entries: list[tuple[str, str]]) -> str:
    return "{" + ", ".join([f"{key}: {text}" for key, text in entries]) + "}"


def entry(key: str, value: Any, indent: int) -> Iterator[str]:
    """The lines of `key: value`."""
    lead = " " * indent + scalar(key) + ":"
    if isinstance(value, dict) and value:
        entries = _entries(value)
        line = f"{lead} {_braces(entries)}"
        if len(line) <= WIDTH:
            yield line
            return
        yield lead
        for (name, text), (raw, part) in zip(entries, value.items(), strict=True):
            whole = f"{' ' * (indent + 2)}{name}: {text}"
            if len(whole) <= WIDTH or not isinstance(part, (dict, list, tuple)):
                yield whole
            else:
                yield from entry(raw, part, indent + 2)
        return
    line = f"{lead} {inline(value)}"
    if len(line) <= WIDTH or not isinstance(value, (list, tuple)) or not value:
        yield line
        return
    yield lead
    yield from (f"{' ' * (indent + 2)}- {inline(part)}" for part in value)


def document(envelope: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]]) -> str:
    """A whole flow file."""
    lines = [line for key, value in envelope.items() for line in entry(key, value, 0)]
    lines.append("steps:")
    for key, step in steps.items():
        lines += entry(key, step, 2)
    return "\n".join(lines) + "\n"
