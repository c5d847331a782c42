"""texts/*.csv and texts/*.yaml: what flows say, by key and language, as translators keep it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from .flowfiles import yaml_files
from .model import Speech, Text
from .nodes import Scalar
from .problems import Problems, Where
from .suggest import did_you_mean
from .textfile import decode, read_bytes_file
from .texts import TextContext, read_text
from .yaml import read


def read_texts(folder: Path, context: TextContext, problems: Problems) -> tuple[dict[str, Text], bool]:
    """Texts by key, and whether every file could be read. The context's own `texts` are not looked at."""
    texts: dict[str, Text] = {}
    whole = True
    for path in yaml_files(folder / "texts", "texts", problems):
        node = read(path, f"texts/{path.name}", problems)
        whole = whole and node is not None
        for key, child in node or ():
            text = read_text(child, context, problems)
            assert node is not None
            _put(texts, key, text, node.where_of(key), problems)
    for path in _csv_files(folder):
        data = read_bytes_file(path, f"texts/{path.name}", problems)
        whole = whole and data is not None
        if data is not None:
            for key, text in _table(data, f"texts/{path.name}", context, problems):
                _put(texts, key, text, text.where, problems)
    return texts, whole


def _csv_files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in (folder / "texts").iterdir() if p.suffix == ".csv" and not p.name.startswith("."))
    except OSError:
        return []


def _put(texts: dict[str, Text], key: str, text: Text | None, where: Where, problems: Problems) -> None:
    if not key:
        problems.error(where, "missing-key", "the text has no key")
    elif key in texts:
        problems.error(where, "duplicate-key", f'text "{key}" stands at {texts[key].where} too')
    elif text is not None:
        texts[key] = Text(text.by_language, where)


def _table(data: bytes, shown: str, context: TextContext, problems: Problems) -> Iterator[tuple[str, Text]]:
    """Rows of a CSV file with the header `key;fr;en`: comma, semicolon or tab; UTF-8 or Windows-1252."""
    try:
        data.decode("utf-8-sig")
        content = decode(data, shown, problems)
    except UnicodeDecodeError:
        content = (
            None if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data else data.decode("cp1252", "replace")
        )
        if content is None:
            content = decode(data, shown, problems)
    if content is None:
        return
    first = content.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        header = [cell.strip() for cell in next(rows, [])]
        languages = _header(header, shown, context, problems)
        if languages is None:
            return
        line = rows.line_num + 1
        for row in rows:
            if any(cell.strip() for cell in row):
                yield from _row(row, header, languages, Where(shown, line, 1), context, problems)
            line = rows.line_num + 1
    except csv.Error as error:
        problems.error(Where(shown, line, 1), "syntax", f"not readable as CSV: {error}", "close the quotes of this row")


def _header(header: list[str], shown: str, context: TextContext, problems: Problems) -> dict[int, str] | None:
    """Column number -> language; None when there is no `key` column first."""
    if not header or header[0].lower() != "key":
        problems.error(Where(shown, 1, 1), "bad-header", "the first column must be named key", "for example key;fr;en")
        return None
    columns: dict[int, str] = {}
    for number, name in enumerate(header[1:], start=1):
        if context.languages is not None and name not in context.languages:
            hint = did_you_mean(name, context.languages)
            problems.error(Where(shown, 1, number + 1), "unknown-language", f'unknown language "{name}"', hint)
        elif name in columns.values():
            problems.error(Where(shown, 1, number + 1), "duplicate-key", f'two columns are named "{name}"')
        else:
            columns[number] = name
    return columns


def _row(
    row: list[str],
    header: list[str],
    languages: dict[int, str],
    where: Where,
    context: TextContext,
    problems: Problems,
) -> Iterator[tuple[str, Text]]:
    if len(row) > len(header):
        problems.error(where, "too-many", f"{len(row)} cells under {len(header)} headings", "put the text in quotes")
        return
    spoken: dict[str, Speech] = {}
    for number, language in languages.items():
        cell = row[number].strip() if number < len(row) else ""
        if cell:
            text = read_text(Scalar(cell, Where(where.file, where.line, number + 1), True), context, problems)
            if text is not None:
                spoken[language] = text.by_language[""]
    if not spoken:
        problems.error(where, "empty-text", f'text "{row[0].strip()}" is empty in every language')
        return
    yield row[0].strip(), Text(spoken, where)
