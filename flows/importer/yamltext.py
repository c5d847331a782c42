"""Steps as YAML text: short steps on one line, long ones on several; texts so quoted that they are read back whole."""

from __future__ import annotations

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
    text = value if isinstance(value, str) else json.dumps(value)
    if text.isascii() and len(text) < 80 and _PLAIN.fullmatch(text) and text not in _RESERVED:
        return text
    return "".join(_escaped(mark) for mark in json.dumps(text, ensure_ascii=False))


def _escaped(mark: str) -> str:
    if mark == " " or mark.isprintable():
        return mark
    code = ord(mark)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {inline(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(part) for part in value) + "]"
    return scalar(value)


def entry(key: str, value: Any, indent: int) -> Iterator[str]:
    """The lines of `key: value`."""
    space = " " * indent
    line = f"{space}{scalar(key)}: {inline(value)}"
    if len(line) <= WIDTH or not isinstance(value, (Mapping, list, tuple)) or not value:
        yield line
        return
    yield f"{space}{scalar(key)}:"
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from entry(name, part, indent + 2)
    else:
        for part in value:
            yield f"{space}  - {inline(part)}"


def document(envelope: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]]) -> str:
    """A whole flow file."""
    lines = [line for key, value in envelope.items() for line in entry(key, value, 0)]
    lines.append("steps:")
    for key, step in steps.items():
        lines += entry(key, step, 2)
    return "\n".join(lines) + "\n"
