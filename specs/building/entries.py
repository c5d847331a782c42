"""What every named thing carries, and what must hold among things of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..grammar.shapes import Values
from ..model import Entry
from ..problems import Problems, Where


def entry_of(key: str, values: Values, where: Where) -> dict[str, Any]:
    """The arguments of model.Entry for `key`."""
    return {
        "key": key,
        "title": values.get("title", key),
        "description": values.get("description", ""),
        "tags": dict(values.get("tags", {})),
        "was": values.get("was"),
        "where": where,
    }


def check_entries(entries: Mapping[str, Entry], what: str, taken: Iterable[str], problems: Problems) -> None:
    """Record titles that are used twice or that a new instance already has, and renames that cannot be."""
    titles: dict[str, Entry] = {}
    reserved = {title.casefold(): title for title in taken}
    old: dict[str, Entry] = {}
    for entry in entries.values():
        folded = entry.title.casefold()
        if folded in reserved:
            problems.error(
                entry.where,
                "reserved-name",
                f'a new instance already has the {what} "{reserved[folded]}"',
                "give it another title",
            )
        elif folded in titles:
            first = titles[folded].where.line
            problems.error(
                entry.where, "duplicate-name", f'another {what} (line {first}) is titled "{entry.title}" too'
            )
        titles.setdefault(folded, entry)
        if entry.was is None:
            continue
        if entry.was in entries:
            problems.error(entry.where, "bad-rename", f'"was: {entry.was}" names a {what} that still stands here')
        elif entry.was in old:
            first = old[entry.was].where.line
            problems.error(entry.where, "bad-rename", f'"was: {entry.was}" stands twice: also line {first}')
        old[entry.was] = entry
