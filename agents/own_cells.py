"""The cells that are a person's own: names, addresses, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from .cells import clean, read_name, refuse_formula
from .columns import Layout
from .emails import read_email
from .mistakes import Findings, Mistake
from .model import Hidden, Person
from .rules import Rules
from .usernames import check_username

# Letters and what stands between them; not the two letters with which a wrong encoding begins.
_LETTERS = r"[^\W\d_ÃÂ]+"
NAME = rf"{_LETTERS}(?:(?: |[.'’\-] ?){_LETTERS})*\.?"
SHORT = 200  # characters: less than any limit of a name or an address
_GOOD_NAME = re.compile(NAME).fullmatch
_PASSWORD = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)\S{8,64}")


def composed(text: str) -> bool:
    """Whether letters are composed as Connect asks, and none of the two is there with which a wrong encoding begins."""
    return unicodedata.is_normalized("NFC", text) and "Ã" not in text and "Â" not in text


class OwnCells:
    """Reads the own cells of one row; every mistake goes to the findings, with its column."""

    def __init__(self, rules: Rules, layout: Layout, line: int, findings: Findings) -> None:
        self.rules = rules
        self.layout = layout
        self.line = line
        self.findings = findings

    def _attempt(self, column: str, text: str, read: Callable[[str], str]) -> str:
        """The cell read, or "" with the mistake noted; a blank cell is not read."""
        if not text:
            return ""
        try:
            cleaned = clean(text)
            return read(cleaned) if cleaned else ""
        except Mistake as mistake:
            self.findings.add(self.line, self.layout.column(column), mistake)
            return ""

    def _name(self, column: str, text: str, limit: int) -> str:
        """A first or last name; of plain letters nothing more is asked."""
        if len(text) < SHORT and _GOOD_NAME(text) and (text.isascii() or composed(text)):
            return text
        return self._attempt(column, text, lambda t: read_name(t, limit))

    def _needed(self, column: str, text: str) -> None:
        if not text.strip(" \u00a0") and column in self.layout.columns.index:
            mistake = Mistake("missing-cell", "the cell is blank", "every person needs one")
            self.findings.add(self.line, self.layout.column(column), mistake)

    def read(self, person: Person, own: Sequence[str]) -> Person:
        """Username, e-mail address and names."""
        username, email, first, last = own
        identity = self.rules.identity
        self._needed("first_name", first)
        self._needed("last_name", last)
        self._needed("email" if identity == "connect" else "username", email if identity == "connect" else username)
        return person._replace(
            username=self._attempt("username", username, lambda t: _username(t, identity)),
            email=self._attempt("email", email, _email),
            first_name=self._name("first_name", first, 255),
            last_name=self._name("last_name", last, 300),
        )

    def phone(self, person: Person, cell: str, read: Callable[[str], str], type_given: bool) -> Person:
        """The desk phone: needed on a desk, said to be unused where nobody said soft or desk."""
        desk = person.terms.phone_type == "desk"
        if not cell.strip(" \u00a0"):
            if desk:
                mistake = Mistake("missing-cell", "a desk phone needs its number", "write it in desk_phone")
                self.findings.add(self.line, self.layout.column("desk_phone"), mistake)
            return person
        number = self._attempt("desk_phone", cell, read)
        if number and not desk and not type_given:
            hint = "write desk in phone_type if calls shall ring there"
            mistake = Mistake("phone-unused", "the number is not used: the person answers on the PC", hint, "warning")
            self.findings.add(self.line, self.layout.column("desk_phone"), mistake)
        return person._replace(desk_phone=number)

    def extras(self, person: Person, row: Sequence[str], read_phone: Callable[[str], str]) -> Person:
        """What only the console's template has: a second address, a mobile, a password."""
        layout = self.layout
        if not layout.console:
            return person
        password = layout.cell(row, "password")
        if password and not _PASSWORD.fullmatch(password):
            hint = "8 to 64 characters with a lower-case and a capital letter and a digit, or leave it blank"
            mistake = Mistake("weak-password", "Connect refuses this password", hint)
            self.findings.add(self.line, layout.column("password"), mistake)
            password = ""
        return person._replace(
            secondary_email=self._attempt("secondary_email", layout.cell(row, "secondary_email"), _email),
            mobile=self._attempt("mobile", layout.cell(row, "mobile"), read_phone),
            password=Hidden(password) if password and self.rules.identity == "connect" else None,
        )


def _username(text: str, identity: str) -> str:
    refuse_formula(text)
    return check_username(text, identity)


def _email(text: str) -> str:
    refuse_formula(text)
    return read_email(text)
