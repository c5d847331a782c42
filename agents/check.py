"""Every mistake in the rosters, at once: file, line, column, the cell as seen and what to write instead.

Reads no cloud and writes nothing. Speed comes from looking at what rows share once (`terms.py`) and at what is their
own with one pattern for the whole row; only a row that does not match it is taken apart cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.problems import Problem, Where
from .bulk import no_collection
from .cells import visible
from .columns import Layout, check_header
from .emails import STRICT
from .headers import find_header, read_header
from .mistakes import Findings, Mistake
from .model import Checked, Person
from .own_cells import NAME, SHORT, OwnCells, composed
from .phones import country_of, read_phone
from .read import Unreadable, open_table, split_sheet
from .rules import Rules, rules_of, spoken
from .sheet_marks import warnings_of
from .terms import SHARED, Found, read_terms
from .unique import find_doubles, name_the_unnamed
from .usernames import LIMIT

if TYPE_CHECKING:
    from ..specs.model import Center
    from .model import Terms

DEFAULT_USERS = 500  # Connect facts 2


def check_rosters(center: Center | None, files: Sequence[Path] = (), *, folder: Path | None = None) -> Checked:
    """Check `files`, or the centre's own rosters when there are none; without a centre only the form.

    `FILE.xlsx#SHEET` names a sheet. Files are shown relative to the centre's folder (or `folder`) when inside it.
    """
    root = Path(center.folder) if center is not None else folder
    chosen = list(files) or ([Path(center.folder) / name for name in center.rosters] if center is not None else [])
    check = _Check(rules_of(center))
    for path in dict.fromkeys(chosen):
        check.file(path, shown_name(path, root))
    return check.result()


def shown_name(path: Path, root: Path | None) -> str:
    """How problems and the ledger call a file: relative to the centre's folder when it is in it."""
    if root is not None:
        try:
            return path.resolve().relative_to(root.resolve()).as_posix()
        except (ValueError, OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
            pass
    return path.as_posix()


class _Check:
    """What is known across the files of one run."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.people: list[Person] = []
        self.problems: list[Problem] = []
        self.remarks: list[str] = []
        self.files: list[str] = []
        self.rows: dict[str, int] = {}
        self.found: dict[str, tuple[Findings, Layout | None]] = {}
        self.country: Callable[[], str | None] = _once(lambda: country_of(rules.center) if rules.center else None)
        self.phones: dict[str, str | Mistake] = {}
        self.terms: dict[tuple[str, ...], tuple[Terms, Found]] = {}
        self.simple: dict[tuple[str, ...], Terms] = {}  # all cells but a person's own, good and without extras
        self.quick, self.start = _patterns(rules)

    def plain(self, joined: str) -> bool:
        """Whether a row's own cells need no second look: of the pattern, composed, and too short to break a limit."""
        return bool(len(joined) < SHORT and self.quick(joined) and composed(joined))

    def file(self, path: Path, shown: str) -> None:
        """Check one file and keep its people."""
        self.files.append(shown)
        findings = Findings(shown)
        self.found[shown] = (findings, None)
        try:
            real, sheet = split_sheet(path)
            table = open_table(real, shown, sheet, central=self.rules.central)
            if table.doubt:
                self.remarks.append(f"{shown}: {table.doubt}")
            if table.encoding == "windows-1250":
                self.remarks.append(f"{shown}: read as Windows-1250; if letters look wrong, save it as CSV UTF-8")
            with no_collection():
                header, last = self._table(table.rows, shown, findings)
            if table.marks is not None:
                for line, mistake in warnings_of(table.marks, header, last):
                    findings.add(line, 0, mistake)
        except Unreadable as error:
            self.problems.append(Problem(error.where, error.code, error.message, error.hint))

    def _table(self, rows: Iterable[tuple[int, list[str]]], shown: str, findings: Findings) -> tuple[int, int]:
        """Read the header and the rows under it. Returns the lines of the header and of the last row."""
        line, cells, above, rows = find_header(iter(rows))
        if not cells:
            raise Unreadable(Where(shown, 1), "empty-file", "the file is empty", "it needs a header line")
        if above:
            lines = f"line {above[0]} stands" if len(above) == 1 else f"lines {above[0]} to {above[-1]} stand"
            self.remarks.append(f"{shown}: {lines} above the header and {'is' if len(above) == 1 else 'are'} not read")
        header = read_header(cells)
        findings.names = header.names
        layout = check_header(header, line, self.rules, findings, self.remarks, shown)
        if layout is None:
            return line, line
        self.found[shown] = (findings, layout)
        self.terms, self.simple = {}, {}
        before = len(self.people)
        last = self._rows(rows, layout, shown, findings)
        self.rows[shown] = len(self.people) - before
        return line, max(line, last)

    def _rows(self, rows: Iterable[tuple[int, list[str]]], layout: Layout, shown: str, findings: Findings) -> int:
        """The loop over all rows: what is shared is looked up, what is their own is matched in one go.

        Returns the last line.
        """
        line = 0
        pick_own, pick_rest, width = layout.own, layout.rest, layout.width
        quick, start, simple, people = self.quick, self.start, self.simple, self.people
        cells = OwnCells(self.rules, layout, 0, findings)
        person = tuple.__new__  # past the defaults of Person's own, which would cost a tenth of the whole check
        for line, row in rows:
            if len(row) != width:
                row = self._fit(row, width, line, findings)
            row.append("")  # what columns that are not there point at
            own = pick_own(row)
            rest = pick_rest(row)
            username, email, first, last = own
            joined = "\x1f".join(own)
            known = simple.get(rest)
            if (
                known
                and len(joined) < SHORT
                and (start if first.isalpha() and last.isalpha() else quick)(joined)
                and (joined.isascii() or composed(joined))
            ):
                people.append(person(Person, (username, first, last, email, known, shown, line, "", "", "", "", None)))
            elif not joined.strip("\x1f \u00a0") and not "".join(row).strip(" \u00a0"):
                continue
            elif known and first and last:
                cells.line = line
                people.append(cells.read(Person(username, first, last, email, known, shown, line), own))
            else:
                self._slow(own, rest, row, layout, shown, line, findings)
        return line

    def _fit(self, row: list[str], width: int, line: int, findings: Findings) -> list[str]:
        """A row as wide as the header: blank cells are added; full cells beyond it are a mistake."""
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            hint = "a cell that holds the delimiter needs quotes; or the header lacks a name"
            text = f"the row has {len(row)} cells, the header {width}"
            findings.add(line, width + 1, Mistake("extra-cells", text, hint))
        return (row + [""] * (width - len(row)))[:width]

    def _slow(
        self,
        own: tuple[str, ...],
        rest: tuple[str, ...],
        row: list[str],
        layout: Layout,
        shown: str,
        line: int,
        findings: Findings,
    ) -> None:
        if not (own[2] and own[3]) and self._is_note(row, layout, line, findings):
            return
        shared, extras = rest[: len(SHARED)], rest[len(SHARED) :]
        known = self.terms.get(shared)
        if known is None:
            known = self.terms[shared] = read_terms(self.rules, dict(zip(SHARED, shared, strict=True)))
        if not known[1] and not any(extras) and known[0].phone_type == "soft":
            self.simple[rest] = known[0]
        for column, mistake in known[1]:
            at = layout.column(column)
            if at or mistake.code != "missing-cell":  # that a whole column is missing is said at the header
                findings.add(line, at, mistake)
        person = Person(own[0], own[2], own[3], own[1], known[0], shown, line)
        self._own(person, own, layout, row, findings)

    @staticmethod
    def _is_note(row: list[str], layout: Layout, line: int, findings: Findings) -> bool:
        """Whether the row is a note under the table and no person; then that is its one mistake."""
        filled = [at for at, cell in enumerate(row) if cell.strip(" \u00a0")]
        if len(filled) != 1 or layout.width < 4:
            return False
        text = f"{visible(row[filled[0]].strip())} stands alone in its row"
        hint = "a note is no person: delete the row, or fill it in"
        findings.add(line, filled[0] + 1, Mistake("lone-cell", text, hint))
        return True

    def _own(self, person: Person, own: tuple[str, ...], layout: Layout, row: list[str], findings: Findings) -> None:
        """Take one row apart, cell by cell."""
        cells = OwnCells(self.rules, layout, person.line, findings)
        joined = "\x1f".join(own)
        if not self.plain(joined):
            person = cells.read(person, own)
        phone_cell = layout.cell(row, "desk_phone")
        person = cells.phone(person, phone_cell, self._phone, bool(layout.cell(row, "phone_type")))
        person = cells.extras(person, row, self._phone)
        self.people.append(person)

    def _phone(self, text: str) -> str:
        """A number in E.164; each distinct cell is read once. Raises Mistake."""
        found = self.phones.get(text)
        if found is None:
            try:
                found = read_phone(text, self.country())
            except Mistake as mistake:
                found = mistake
            self.phones[text] = found
        if isinstance(found, Mistake):
            raise found
        return found

    def result(self) -> Checked:
        """Compare everybody with everybody, name the unnamed, and hand everything over."""
        find_doubles(self.people, self._report)
        name_the_unnamed(self.people, self._report)
        self._quota()
        found = [problem for findings, _ in self.found.values() for problem in findings.problems()]
        problems = sorted(
            dict.fromkeys([*self.problems, *found]), key=lambda p: (p.where, p.severity, p.code, p.message)
        )
        findings = {file: found for file, (found, _) in self.found.items()}
        return Checked(
            people=tuple(self.people),
            problems=tuple(problems),
            files=tuple(self.files),
            remarks=tuple(self.remarks),
            rows=self.rows,
            central=self.rules.central,
            languages=spoken(self.rules.center),
            findings=findings,
        )

    def _report(self, person: Person, column: str, mistake: Mistake) -> None:
        findings, layout = self.found[person.file]
        findings.add(person.line, layout.column(column) if layout else 0, mistake)

    def _quota(self) -> None:
        """More people than the instance takes would fail one by one, hours later."""
        center = self.rules.center
        if center is None or not self.files:
            return
        limit = center.quotas.get("users", DEFAULT_USERS)
        count = sum(p.terms.status != "removed" for p in self.people)
        if count > limit:
            text = f"{count:,} people, but the quota of users is {limit:,}"
            hint = (
                f"ask AWS for more (Service Quotas, L-9A46857E), then write quotas: {{users: {count}}} in center.yaml"
            )
            self.problems.append(Problem(Where(self.files[0]), "quota-users", text, hint))


def _once(make: Callable[[], str | None]) -> Callable[[], str | None]:
    """`make`, called at most once: time zones and their countries are only read when a national number turns up."""
    made: list[str | None] = []

    def get() -> str | None:
        if not made:
            made.append(make())
        return made[0]

    return get


def _patterns(rules: Rules) -> tuple[Callable[[str], object], Callable[[str], object]]:
    """A pattern for the four cells of a row that needs no second look: username, e-mail, first and last name.

    And one for the first two, where the names are known to be letters.
    """
    username = rf"(?:[A-Za-z0-9][A-Za-z0-9_.\-]{{1,{LIMIT[rules.identity] - 1}}})"
    username += "?" if rules.identity == "connect" else ""
    email = STRICT if rules.identity == "connect" else f"(?:{STRICT})?"
    start = f"{username}\x1f{email}\x1f"
    return re.compile(f"{start}{NAME}\x1f{NAME}").fullmatch, re.compile(start).match
