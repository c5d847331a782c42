"""Nobody twice, over all rosters of a run: usernames, and names with their e-mail addresses.

Thousands of people are compared as two sets first; only when one is smaller than it should be is the pair looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..specs.problems import Where
from .mistakes import Mistake
from .model import Person
from .usernames import base_name, fold, free_name

Report = Callable[[Person, str, Mistake], None]  # person, column, what is wrong
_REMOVE = "remove one of the rows"


def find_doubles(people: Sequence[Person], report: Report) -> None:
    """Report every second row of a username or of a person."""
    names = [p.username for p in people if p.username]
    if len(set(map(_fold_of(names), names))) != len(names):
        _double_usernames(people, report)
    mails = [p.email for p in people if p.email]
    if len(set(map(str.lower, mails))) != len(mails):
        _double_mails(people, report)


def _fold_of(names: list[str]) -> Callable[[str], str]:
    """`fold`, or where all names are plain the half of it that they need."""
    return str.casefold if "".join(names).isascii() else fold


def _double_usernames(people: Sequence[Person], report: Report) -> None:
    first: dict[str, Person] = {}
    for person in people:
        if person.username:
            other = first.setdefault(fold(person.username), person)
            if other is not person:
                text = f"{person.username!r} stands twice: also at {Where(other.file, other.line)}"
                report(person, "username", Mistake("duplicate-username", text, _REMOVE))


def _double_mails(people: Sequence[Person], report: Report) -> None:
    first: dict[str, Person] = {}
    for person in people:
        other = first.setdefault(person.email.lower(), person) if person.email else person
        if other is person:
            continue
        at = Where(other.file, other.line)
        same = (person.first_name, person.last_name) == (other.first_name, other.last_name)
        if same and not (person.username and other.username):
            text = f"{person.email!r} stands twice: also at {at}"
            report(person, "email", Mistake("duplicate-person", text, _REMOVE))
        else:
            hint = "each can then reset the other's password; give each person an address of their own"
            text = f"{person.email!r} is also the address of {at}"
            report(person, "email", Mistake("shared-email", text, hint, "warning"))


def name_the_unnamed(people: list[Person], report: Report) -> None:
    """Make the missing usernames, in the files' order (`assign.py` puts back those that the ledger remembers)."""
    unnamed = [at for at, person in enumerate(people) if not person.username]
    if not unnamed:
        return
    taken = {fold(p.username) for p in people if p.username}
    for at in unnamed:
        person = people[at]
        if not (person.first_name or person.last_name):
            continue
        try:
            base = base_name(person.first_name, person.last_name)
        except Mistake as mistake:
            report(person, "username", mistake)
            continue
        name = free_name(base, lambda n: fold(n) in taken)
        taken.add(fold(name))
        people[at] = person._replace(username=name, derived=base)
