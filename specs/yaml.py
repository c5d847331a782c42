"""YAML files as trees that remember where each thing stands.

Built on PyYAML's event stream (libyaml's where it is there, the pure one else) by an own builder, so that positions,
duplicate keys and what we refuse (anchors, aliases, tags, several documents, tabs) are seen, and nothing is typed:
scalars stay text. A file that cannot be parsed gives its first syntax error only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .nodes import Mapping, Node, Scalar, Sequence
from .problems import Problems, Where
from .textfile import read_text_file

MAX_DEPTH = 64
_QUOTE = 'put the value in quotes: "…"'


class _Stop(Exception):
    """The rest of the file is not read: its problem is recorded."""


@dataclass(slots=True)
class _Open:
    """A list or map under construction; `key` is the map's key that waits for its value."""

    where: Where
    items: list[Node] | None = None
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Where] = field(default_factory=dict)
    key: str | None = None
    key_where: Where | None = None
    drop: bool = False  # the waiting key is a double: its value goes nowhere


def read(path: Path, shown: str, problems: Problems) -> Mapping | None:
    """The map in the file `path`, shown to the user as `shown`; None when there is none (the problem is recorded)."""
    text = read_text_file(path, shown, problems)
    if text is None:
        return None
    return parse(text, shown, problems)


def parse(text: str, shown: str, problems: Problems) -> Mapping | None:
    """The map in `text`; None when it holds none or cannot be parsed (the problem is recorded)."""
    before = problems.errors
    node = _document(text, shown, problems)
    if isinstance(node, Mapping):
        return node
    if problems.errors == before:
        empty = node is None or (isinstance(node, Scalar) and node.is_null)
        where = Where(shown, 1, 1) if node is None else node.where
        problems.error(
            where,
            "empty" if empty else "wrong-type",
            "the file is empty" if empty else "the file must hold a map: lines of `key: value`",
            "run `ccdeploy init` for a starter pack to copy from" if empty else "",
        )
    return None


def _document(text: str, shown: str, problems: Problems) -> Node | None:
    """The first document of `text` as a node, None when empty or broken."""
    import yaml

    try:
        from yaml import CLoader as Loader
    except ImportError:  # PyYAML without libyaml
        from yaml import Loader  # type: ignore[assignment]
    builder = _Builder(shown, problems)
    loader: Any = Loader(text)
    try:
        builder.run(loader)
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        _syntax(error, text, shown, problems)
        return None
    except yaml.YAMLError as error:
        problems.error(Where(shown, 1, 1), "syntax", f"not readable as YAML: {error}")
        return None
    finally:
        loader.dispose()
    if "\t" in text and _separating_tab(text, builder.spans, shown, problems):
        return None
    return builder.root


class _Builder:
    """Consumes events; `root` is the document, `spans` the scalars' extents ((line, column), (line, column))."""

    def __init__(self, shown: str, problems: Problems) -> None:
        self.shown = shown
        self.problems = problems
        self.root: Node | None = None
        self.spans: list[tuple[int, int, int, int]] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def run(self, loader: Any) -> None:
        """Read all events of `loader` (a PyYAML parser)."""
        import yaml

        scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        shown, add, spans, next_event = self.shown, self._add, self.spans, loader.get_event
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar:
                start, end = event.start_mark, event.end_mark
                line, column = start.line + 1, start.column + 1
                where = Where(shown, line, column)
                if event.tag is not None or event.anchor is not None:
                    self._refuse(event, where)
                if event.style:
                    spans.append((line, column, end.line + 1, end.column + 1))
                    add(Scalar(event.value, where, True))
                else:
                    add(Scalar(event.value, where, False))
            elif kind is mapping or kind is sequence:
                start = event.start_mark
                where = Where(shown, start.line + 1, start.column + 1)
                if event.tag is not None or event.anchor is not None:
                    self._refuse(event, where)
                self._open(_Open(where, [] if kind is sequence else None))
            elif kind in ends:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._document(event)
            elif kind is yaml.StreamEndEvent:
                return

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            where = Where(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)
            self.problems.error(
                where, "many-documents", "`---` begins a second document", "one document a file: split the file"
            )
            raise _Stop

    def _open(self, opened: _Open) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self.problems.error(opened.where, "too-deep", f"more than {MAX_DEPTH} levels of lists and maps")
            raise _Stop
        top = self._stack[-1] if self._stack else None
        if top is not None and top.items is None and top.key is None:
            self.problems.error(opened.where, "syntax", "a key must be a word, not a list or map", _QUOTE)
            raise _Stop
        self._stack.append(opened)

    def _close(self) -> None:
        done = self._stack.pop()
        if done.items is not None:
            self._add(Sequence(tuple(done.items), done.where))
        else:
            self._add(Mapping(done.entries, done.where, done.keys))

    def _add(self, node: Node) -> None:
        """Put a finished node where it belongs: a list's end, a map's key or value, or the root."""
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if top.items is not None:
            top.items.append(node)
        elif top.key is None:
            assert isinstance(node, Scalar)
            self._key(top, node)
        else:
            if not top.drop:
                top.entries[top.key] = node
            top.key = None

    def _key(self, top: _Open, node: Scalar) -> None:
        key = node.text
        top.key = key
        if key in top.keys:
            top.drop = True
            self.problems.error(
                node.where, "duplicate-key", f'"{key}" stands twice in this map: first on line {top.keys[key].line}'
            )
            return
        top.drop = False
        top.keys[key] = node.where

    def _refuse(self, event: Any, where: Where) -> None:
        if event.anchor is not None:
            self.problems.error(
                where, "anchor", f"anchors (&{event.anchor}) are not used here", "write the value out, or quote it"
            )
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problems.error(
                where, "tag", f"tags ({tag}) are not used here", "leave the tag out: types come from the schema"
            )

    def _alias(self, event: Any) -> None:
        where = Where(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)
        self.problems.error(
            where,
            "alias",
            f"aliases (*{event.anchor}) are not used here",
            f'write the value out; a text that begins with * needs quotes: "*{event.anchor}"',
        )
        self._add(Scalar("", where, False))


def _syntax(error: Any, text: str, shown: str, problems: Problems) -> None:
    """Record a parser's error in our words, at its place."""
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    line, column = (mark.line, mark.column) if mark else (0, 0)
    said, context = str(error.problem or ""), str(error.context or "")
    if line >= len(lines):  # the end of the file: the last line is where a reader looks
        line, column = len(lines) - 1, len(lines[-1])
    at = lines[line][column : column + 1]
    where = Where(shown, line + 1, column + 1)
    if at == "\t" or "\t" in _leading(lines[line], column):
        problems.error(where, "tab", "a tab indents this line", "indent with spaces")
        return
    message, hint = _words(said, context, at)
    problems.error(where, "syntax", message, hint)


def _leading(line: str, column: int) -> str:
    """What stands before `column` when it is only blanks."""
    before = line[:column]
    return "" if before.strip() else before


def _words(said: str, context: str, at: str) -> tuple[str, str]:
    """What the parser `said`, for people, and a hint."""
    if "cannot start any token" in said:
        return f'a value cannot begin with "{at}"', _QUOTE
    if "alias" in context or "anchor" in context:
        return f'a plain value cannot begin with "{at}"', _QUOTE
    if "mapping values are not allowed" in said:
        return "a colon and a blank stand inside a plain value, or the indentation is off", _QUOTE
    if "quoted scalar" in context and "end of stream" in said:
        return "a quotation mark is opened and never closed", "close it, or double an apostrophe: 'l''accueil'"
    if "unknown escape" in said:
        return "a backslash inside double quotes begins an unknown escape", "use single quotes, or \\\\"
    if "flow sequence" in context:
        return "a list in [ ] is not closed, or a comma is missing", ""
    if "flow mapping" in context:
        return "a map in { } is not closed, or a comma is missing", ""
    if "expected key" in said or "block mapping" in context:
        return "the indentation does not fit, or a value in quotes goes on after them", "align keys of one map"
    if "block collection" in context or "'-'" in said:
        return "a list and a map stand at the same indentation", "indent one of them"
    return (said or context or "not readable as YAML"), ""


def _separating_tab(text: str, spans: list[tuple[int, int, int, int]], shown: str, problems: Problems) -> bool:
    """Record the first tab that stands between things, not in a quoted text, a block of text or a comment."""
    for number, line in enumerate(text.split("\n"), start=1):
        column = line.find("\t")
        while column >= 0:
            place = (number, column + 1)
            inside = any((a, b) <= place < (c, d) for a, b, c, d in spans)
            if not inside and not _in_comment(line, number, column, spans) and _separates(line, column):
                where = Where(shown, *place)
                problems.error(where, "tab", "a tab separates things on this line", "use spaces")
                return True
            column = line.find("\t", column + 1)
    return False


def _in_comment(line: str, number: int, column: int, spans: list[tuple[int, int, int, int]]) -> bool:
    """Whether a comment begins before `column` on this line."""
    for at, char in enumerate(line[:column]):
        if char == "#" and (at == 0 or line[at - 1] in " \t"):
            place = (number, at + 1)
            if not any((a, b) <= place < (c, d) for a, b, c, d in spans):
                return True
    return False


def _separates(line: str, column: int) -> bool:
    """Whether a tab outside quoted text indents or separates, rather than standing within a plain text."""
    before = line[:column].rstrip(" \t")
    after = line[column:].lstrip(" \t")
    if not after:
        return False  # blanks at a line's end mean nothing
    return not before or before[-1] in ":-,[{?" or after[0] in ",]}#:"
