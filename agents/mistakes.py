"""Mistakes in a roster's cells, found by the thousand and told by the dozen.

A cell's check raises `Mistake`; `Findings` counts them. One mistake that fills a column becomes one problem that says
how many rows it stands in, and its words are written once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from ..specs.frozen import dataclass
from ..specs.problems import Problem, Severity, Where

EACH = 20  # up to so many rows with the very same mistake are listed one by one
KINDS = 200  # up to so many different cells with the same kind of mistake in one column are listed


class Mistake(Exception):
    """What is wrong with one cell and what to write instead."""

    def __init__(self, code: str, message: str, hint: str = "", severity: Severity = "error") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.severity = severity


@dataclass(frozen=True, slots=True)
class Mark:
    """One bad cell, for a report that marks every one of them; `line` and `column` as in `Findings`."""

    line: int
    column: int
    mistake: Mistake


@dataclass(slots=True)
class _Group:
    mistake: Mistake
    column: int
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """The mistakes of one file. Columns count from 1 as a spreadsheet's do; 0 is the row as a whole."""

    file: str
    names: tuple[str, ...] = ()
    _groups: dict[tuple[str, int, str], _Group] = field(default_factory=dict)
    _kinds: dict[tuple[str, int], int] = field(default_factory=dict)
    _more: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    _first: dict[tuple[str, int], Mistake] = field(default_factory=dict)

    def add(self, line: int, column: int, mistake: Mistake) -> None:
        """Count `mistake` at a place."""
        key = (mistake.code, column, mistake.message)
        group = self._groups.get(key)
        if group is None:
            kind = (mistake.code, column)
            self._kinds[kind] = self._kinds.get(kind, 0) + 1
            self._first.setdefault(kind, mistake)
            if self._kinds[kind] > KINDS:
                self._more.setdefault(kind, []).append(line)
                return
            group = self._groups[key] = _Group(mistake, column)
        group.lines.append(line)

    @property
    def any(self) -> bool:
        """Whether anything was found."""
        return bool(self._groups)

    def problems(self) -> list[Problem]:
        """Everything that was found, grouped."""
        found: list[Problem] = []
        for group in self._groups.values():
            m, name = group.mistake, self._name(group.column)
            count = len(group.lines)
            if count <= EACH:
                found += [
                    Problem(Where(self.file, n, group.column), m.code, name + m.message, m.hint, m.severity)
                    for n in group.lines
                ]
            else:
                lines = ", ".join(map(str, group.lines[:3]))
                text = f"{count:,} rows: {name}{m.message} (lines {lines}, …)"
                found.append(Problem(Where(self.file, group.lines[0], group.column), m.code, text, m.hint, m.severity))
        for kind, rest in self._more.items():
            text = f"{len(rest):,} more rows: {self._name(kind[1])}the same kind of mistake in other cells"
            where = Where(self.file, rest[0], kind[1])
            found.append(Problem(where, kind[0], text, "correct those above first", self._first[kind].severity))
        return found

    def marks(self) -> Iterator[Mark]:
        """Every bad cell, none grouped; after KINDS different ones of a kind, without words of its own."""
        for group in self._groups.values():
            for line in group.lines:
                yield Mark(line, group.column, group.mistake)
        for kind, lines in self._more.items():
            first = self._first[kind]
            mistake = Mistake(kind[0], "the same kind of mistake as in the rows above", first.hint, first.severity)
            for line in lines:
                yield Mark(line, kind[1], mistake)

    def _name(self, column: int) -> str:
        return f"{self.names[column - 1]}: " if 0 < column <= len(self.names) else ""
