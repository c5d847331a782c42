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
    return _inline(value, {})


def _inline(value: Any, known: dict[int, str]) -> str:
    """`known` has the lines of maps and lists by identity: a long one is tried again at every level."""
    if isinstance(value, dict):
        found = known.get(id(value))
        if found is None:
            parts = [f"{scalar(key)}: {_inline(part, known)}" for key, part in value.items()]
            found = known[id(value)] = "{" + ", ".join(parts) + "}"
        return found
    if isinstance(value, (list, tuple)):
        found = known.get(id(value))
        if found is None:
            found = known[id(value)] = "[" + ", ".join([_inline(part, known) for part in value]) + "]"
        return found
    return scalar(value)


def entry(key: str, value: Any, indent: int, known: dict[int, str]) -> Iterator[str]:
    """The lines of `key: value`."""
    lead = " " * indent + scalar(key) + ":"
    line = f"{lead} {_inline(value, known)}"
    if len(line) <= WIDTH or not value or not isinstance(value, (dict, list, tuple)):
        yield line
    elif isinstance(value, dict):
        yield lead
        for name, part in value.items():
            yield from entry(name, part, indent + 2, known)
    else:
        yield lead
        yield from (f"{' ' * (indent + 2)}- {_inline(part, known)}" for part in value)


def document(envelope: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]]) -> str:
    """A whole flow file."""
    known: dict[int, str] = {}
    lines = [line for key, value in envelope.items() for line in entry(key, value, 0, known)]
    lines.append("steps:")
    for key, step in steps.items():
        lines += entry(key, step, 2, known)
    return "\n".join(lines) + "\n"
