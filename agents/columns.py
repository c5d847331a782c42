"""The header of a roster: what is missing, doubled or unknown, and where each column is found in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

from ..specs.frozen import dataclass
from ..specs.suggest import did_you_mean, nearest
from .headers import ALL_COLUMNS, Columns
from .mistakes import Findings, Mistake
from .rules import Rules
from .terms import SHARED

OWN: Final = ("username", "email", "first_name", "last_name")
EXTRAS: Final = ("desk_phone", "secondary_email", "mobile", "password")
Pick = Callable[[Sequence[str]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand. `own` picks a row's cells in the order of OWN, `rest` in that of SHARED and then EXTRAS.

    Blanks are included.
    """

    columns: Columns
    width: int
    own: Pick
    rest: Pick
    console: bool  # whether there is a column that only the console's template has

    def column(self, name: str) -> int:
        """The number of our column `name` as a spreadsheet counts, 0 when the file has none."""
        return self.columns.index.get(name, -1) + 1

    def cell(self, row: Sequence[str], name: str) -> str:
        """The cell of a column outside OWN and SHARED."""
        at = self.columns.index.get(name)
        return "" if at is None else row[at]


def check_header(
    header: Columns, line: int, rules: Rules, findings: Findings, remarks: list[str], shown: str
) -> Layout | None:
    """Note every mistake of the header; None when rows make no sense under it."""
    for second, first in header.doubled:
        text = f"this is the same column as {header.names[first]!r} (column {first + 1})"
        findings.add(line, second + 1, Mistake("duplicate-column", text, "remove one of the two"))
    missing = _missing(header, rules)
    guesses = _guesses(header)
    _unknown(header, guesses, findings, line, remarks, shown)
    if len(header.index) < 2 and len(missing) > 1:
        hint = "the first line must name the columns, such as first_name;last_name;email;routing_profile"
        findings.add(line, 0, Mistake("no-header", "this line holds no column names that are known", hint))
        return None
    if "full_name" in header.index:
        hint = "split it into two columns, first_name and last_name: which word is the family name cannot be guessed"
        text = "this column holds first and last name together"
        findings.add(line, header.index["full_name"] + 1, Mistake("full-name", text, hint))
        missing = [column for column in missing if column not in {"first_name", "last_name"}]
    for column in missing:
        near = next((header.names[at] for at, guess in guesses.items() if guess == column), None)
        hint = f"rename {near!r} to {column}" if near else f"add a column {column}"
        findings.add(line, 0, Mistake("missing-column", f"the column {column} is missing", hint))
    if "password" in header.index:
        _password(header, rules, findings, line)
    console = any(column in header.index for column in EXTRAS[1:])
    return Layout(header, len(header.names), _picker(header, OWN), _picker(header, (*SHARED, *EXTRAS)), console)


def _missing(header: Columns, rules: Rules) -> list[str]:
    needed = ["first_name", "last_name", "routing_profile"]
    if rules.identity == "connect":
        needed.append("email")
    else:
        needed.append("username")
    return [c for c in needed if c not in header.index]


def _guesses(header: Columns) -> dict[int, str]:
    """Unknown columns that look like a known one that is not there yet."""
    absent = [c for c in ALL_COLUMNS if c not in header.index]
    found: dict[int, str] = {}
    for at in header.unknown:
        guess = nearest(header.names[at], absent) if header.names[at] else None
        if guess and guess not in found.values():
            found[at] = guess
    return found


def _unknown(
    header: Columns, guesses: dict[int, str], findings: Findings, line: int, remarks: list[str], shown: str
) -> None:
    kept: list[str] = []
    for at in header.unknown:
        name = header.names[at]
        if at in guesses:
            hint = did_you_mean(name, [guesses[at]])
            findings.add(
                line, at + 1, Mistake("unknown-column", "the column is not known and is not read", hint, "warning")
            )
        elif name:
            kept.append(name)
    if kept:
        remarks.append(f"{shown}: not read: {', '.join(kept)}")


def _password(header: Columns, rules: Rules, findings: Findings, line: int) -> None:
    at = header.index["password"] + 1
    if rules.identity != "connect":
        text = "no password is taken: people sign in through the identity provider"
        findings.add(line, at, Mistake("password-in-file", text, "remove the column"))
        return
    hint = "remove the column: a random password is made, used once and forgotten, and people use 'forgot password'"
    findings.add(line, at, Mistake("password-in-file", "passwords in a file are no secret", hint, "warning"))


def _picker(header: Columns, wanted: Sequence[str]) -> Pick:
    """Picks the wanted cells of a row that has one blank cell appended, for the columns that are not there."""
    blank = len(header.names)
    picked: Pick = itemgetter(*[header.index.get(column, blank) for column in wanted])
    return picked
