"""A problem is a value: where it stands, how bad it is, what is wrong and what to write instead."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, NamedTuple

from .frozen import dataclass

Severity = Literal["error", "warning"]


class Where(NamedTuple):  # a tuple: a million of them are made while large files are read
    """A place in a file. `line` and `column` count from 1; 0 means the file as a whole.

    `file` is relative to the centre's folder with forward slashes, or as the user typed it for a file outside.
    """

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


NOWHERE = Where()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake or doubt. `code` is stable (`unknown-key`, `H01`, …); `hint` says what to write instead."""

    where: Where
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def as_json(self) -> dict[str, object]:
        """The problem object of the JSON contract."""
        return {
            "file": self.where.file,
            "line": self.where.line,
            "column": self.where.column,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        text = f"{self.where}: {self.severity}[{self.code}]: {self.message}"
        return f"{text}\n    hint: {self.hint}" if self.hint else text


@dataclass(slots=True)
class Problems:
    """Collects problems while a folder is read; sorted and free of doubles when asked for."""

    found: list[Problem] = field(default_factory=list)

    def error(self, where: Where, code: str, message: str, hint: str = "") -> None:
        """Record a mistake that stops everything."""
        self.found.append(Problem(where, code, message, hint))

    def warning(self, where: Where, code: str, message: str, hint: str = "") -> None:
        """Record a doubt that stops nothing."""
        self.found.append(Problem(where, code, message, hint, "warning"))

    def extend(self, problems: list[Problem]) -> None:
        """Take over what another check found."""
        self.found.extend(problems)

    def listed(self) -> list[Problem]:
        """All problems by file, line and column, each once."""
        return sorted(dict.fromkeys(self.found), key=lambda p: (p.where, p.severity, p.code, p.message))

    @property
    def errors(self) -> int:
        """How many distinct errors were found."""
        return sum(p.severity == "error" for p in dict.fromkeys(self.found))
