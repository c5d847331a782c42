"""YAML files as trees that remember where each thing stands.

Built on PyYAML's event stream (libyaml's where it is there, the pure one else) by an own builder, so that positions,
duplicate keys and what we refuse (anchors, aliases, tags, several documents, tabs) are seen, and nothing is typed:
scalars stay text. A file that cannot be parsed gives its first syntax error only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from .garbage import held_back
from .nodes import Mapping, Node, Scalar, Sequence
from .problems import Problems, Where
from .textfile import MAX_BYTES, read_text_file

MAX_DEPTH = 64
_SCALARS = frozenset((Scalar,))
_QUOTE = 'put the value in quotes: "…"'


class _Stop(Exception):
    """The rest of the file is not read: its problem is recorded."""


def read(path: Path, shown: str, problems: Problems, limit: int = MAX_BYTES) -> Mapping | None:
    """The map in the file `path` of at most `limit` bytes, shown to the user as `shown`; None when there is none (the
    problem is recorded)."""
    text = read_text_file(path, shown, problems, limit)
    if text is None:
        return None
    return parse(text, shown, problems)


def parse(text: str, shown: str, problems: Problems) -> Mapping | None:
    """The map in `text`; None when it holds none or cannot be parsed (the problem is recorded)."""
    before = len(problems.found)
    node = _document(text, shown, problems)
    if isinstance(node, Mapping):
        return node
    if len(problems.found) == before:
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
    builder = _Builder(shown, problems, "\t" in text)
    loader: Any = Loader(text)
    try:
        with held_back():
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
    return None if builder.aliased else builder.root  # what stands for an alias is not known: no more is said of it


class _Builder:
    """Consumes events; `root` is the document, `spans` the extents of quoted scalars (line, column, line, column).

    What stands in a list or map is first gathered in one plain list, a map's keys and values in turn: that is three
    times as fast as finding each node's place at once.
    """

    def __init__(self, shown: str, problems: Problems, with_spans: bool) -> None:
        self.shown = shown
        self.problems = problems
        self.root: Node | None = None
        self.spans: list[tuple[int, int, int, int]] = []
        self._with_spans = with_spans
        self._documents = 0
        self.aliased = False

    def run(self, loader: Any) -> None:
        """Read all events of `loader` (a PyYAML parser)."""
        import yaml

        scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        shown, next_event, make = self.shown, loader.get_event, tuple.__new__
        gathered: list[Node] = []
        stack: list[tuple[list[Node], Where]] = []
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar:
                start, style = event.start_mark, event.style
                where = make(Where, (shown, start.line + 1, start.column + 1))
                if event.tag is not None or event.anchor is not None:
                    self._refuse(event, where)
                if style and self._with_spans:
                    self.spans.append((where.line, where.column, event.end_mark.line + 1, event.end_mark.column + 1))
                gathered.append(make(Scalar, (event.value, where, bool(style))))
            elif kind is mapping or kind is sequence:
                where = self._start(event, len(stack))
                stack.append((gathered, where))
                gathered = []
            elif kind in ends:
                inner = gathered
                gathered, where = stack.pop()
                gathered.append(self._map(inner, where) if kind is ends[0] else Sequence(tuple(inner), where))
            elif kind is yaml.AliasEvent:
                gathered.append(self._alias(event))
            elif kind is yaml.DocumentStartEvent:
                self._document(event)
            elif kind is yaml.StreamEndEvent:
                self.root = gathered[0] if gathered else None
                return

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            where = Where(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)
            self.problems.error(
                where, "many-documents", "`---` begins a second document", "one document a file: split the file"
            )
            raise _Stop

    def _start(self, event: Any, depth: int) -> Where:
        where = Where(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)
        if event.tag is not None or event.anchor is not None:
            self._refuse(event, where)
        if depth >= MAX_DEPTH:
            self.problems.error(where, "too-deep", f"more than {MAX_DEPTH} levels of lists and maps")
            raise _Stop
        return where

    def _map(self, gathered: list[Node], where: Where) -> Mapping:
        """A map from its keys and values in turn. Of a key that stands twice the first counts."""
        names, values = gathered[0::2], gathered[1::2]
        if _SCALARS.issuperset(map(type, names)):
            words = cast("list[Scalar]", names)
            texts = [word[0] for word in words]
            entries: dict[str, Node] = dict(zip(texts, values, strict=True))
            if len(entries) == len(texts):
                return Mapping(entries, where, dict(zip(texts, [word[1] for word in words], strict=True)))
        entries = {}
        keys: dict[str, Where] = {}
        for name, value in zip(names, values, strict=True):
            if type(name) is not Scalar:
                self.problems.error(name.where, "syntax", "a key must be a word, not a list or map", _QUOTE)
                raise _Stop
            text, place, _ = name
            if text in keys:
                self.problems.error(
                    place, "duplicate-key", f'"{text}" stands twice in this map: first on line {keys[text].line}'
                )
            else:
                entries[text] = value
                keys[text] = place
        return Mapping(entries, where, keys)

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

    def _alias(self, event: Any) -> Scalar:
        where = Where(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)
        self.aliased = True
        self.problems.error(
            where,
            "alias",
            f"aliases (*{event.anchor}) are not used here",
            f'write the value out; a text that begins with * needs quotes: "*{event.anchor}"',
        )
        return Scalar("", where, False)


def _syntax(error: Any, text: str, shown: str, problems: Problems) -> None:
    """Record a parser's error in our words, at its place."""
    unclosed = "quoted scalar" in str(error.context) and "end of stream" in str(error.problem)
    mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
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
        return f"a plain value cannot begin with {'*' if 'alias' in context else '&'}", _QUOTE
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
    if "<document start>" in said:
        return "something follows a value that is already complete", _QUOTE
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
