"""The manual page of center.yaml and calls/*.yaml, from the tables that read them: it cannot be out of date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .grammar.calls import calls
from .grammar.center import center
from .grammar.routing import HOURS_KEYS
from .grammar.shapes import Either, Field, ListOf, MapOf, Record, Shape, Short, Word

HEAD = """# The keys of {file}

Made from the tables in `specs/grammar`; do not edit. `*` = required, NAME = a key of your own (lower-case letters,
digits and hyphens), `[]` = an entry of a list. TEXT is `"plain"`, `{{fr: …, en: …}}`, `{{text: key}}`,
`{{prompt: key}}` or `{{ssml: …}}`. The JSON Schema that editors complete from: `ccdeploy schema {schema}`.
"""


def center_page() -> str:
    """The page of center.yaml, as Markdown."""
    return _page("center.yaml", "center", center())


def calls_page() -> str:
    """The page of calls/*.yaml, as Markdown."""
    return _page("calls/*.yaml", "calls", calls())


def _page(file: str, schema: str, table: Record) -> str:
    lines = [HEAD.format(file=file, schema=schema)]
    for name, part in table.fields.items():
        lines += [f"## {name}{'*' if part.required else ''}", "", _sentence(part), "", "```yaml", _shown(name, part)]
        lines += ["```", ""]
        rows = list(_rows(part.shape, name, name))
        if rows:
            lines += ["| key | what it is for | default | example |", "| --- | --- | --- | --- |", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _sentence(part: Field) -> str:
    return part.doc + (" **Not supported yet.**" if part.soon else "")


def _shown(name: str, part: Field) -> str:
    return f"{name}: {_flow(part.example)}"


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str):
        plain = value and not set(value) & set("\"'{}[],&*#?|<>=!%@`") and ": " not in value and value[0] not in "+-. "
        return value if plain and not value.isdigit() else json.dumps(value, ensure_ascii=False)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rows(shape: Shape, path: str, section: str) -> Iterator[str]:
    """Table rows for every key below `path`."""
    if isinstance(shape, Record):
        for name, part in shape.fields.items():
            yield from _row(f"{path}.{name}", part, section)
    elif path == "hours_of_operation" and isinstance(shape, MapOf):
        days = "Hours of a day, of a range of days (mon-fri) or of every day (daily); a list, or closed."
        yield f"| `NAME.mon` … `NAME.daily` | {days} | closed | `08:00-20:00` |"
        for name, part in HOURS_KEYS.items():
            yield from _row(f"{path}.NAME.{name}", part, section)
    elif isinstance(shape, (MapOf, ListOf)):
        yield from _rows(shape.item, path + (".NAME" if isinstance(shape, MapOf) else "[]"), section)
    elif isinstance(shape, Either):
        for inner in (shape.sequence, shape.mapping):
            if inner is not None and not isinstance(inner, (Short, Word)):
                yield from _rows(inner, path, section)


def _row(path: str, part: Field, section: str) -> Iterator[str]:
    name = path.removeprefix(f"{section}.")
    default = "" if part.default is None else f"`{_flow(part.default)}`"
    example = _flow(part.example).replace("|", "\\|")
    yield f"| `{name}`{'*' if part.required else ''} | {_sentence(part)} | {default} | `{example}` |"
    yield from _rows(part.shape, path, section)
