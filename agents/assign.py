"""Made usernames stay with their people.

A row without a username gets `first.last`; which number stood behind it is in the ledger. Whoever was named before is
found again by the made name and the e-mail address, so that rows may be sorted, inserted and removed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from .ledger import Ledger
from .model import Person
from .usernames import fold, free_name


def assign(people: Sequence[Person], ledger: Ledger, listed: Collection[str]) -> list[Person]:
    """`people` with the usernames that the ledger remembers; new ones avoid every name that is in use."""
    made: dict[str, list[int]] = defaultdict(list)
    for index, person in enumerate(people):
        if person.derived:
            made[person.derived].append(index)
    result = list(people)
    if not made:
        return result
    remembered: dict[str, list[str]] = defaultdict(list)
    for entry in ledger.entries.values():
        if entry.base:
            remembered[entry.base].append(entry.username)
    taken = {fold(p.username) for p in people if not p.derived}
    taken |= {fold(name) for name in ledger.entries} | {fold(name) for name in listed}
    for base, indexes in made.items():
        for index, name in _match(people, indexes, remembered.get(base, []), ledger).items():
            result[index] = people[index]._replace(username=name)
            indexes.remove(index)
        for index in indexes:
            name = free_name(base, lambda n: fold(n) in taken)
            taken.add(fold(name))
            result[index] = people[index]._replace(username=name)
    return result


def _match(people: Sequence[Person], indexes: Sequence[int], names: Sequence[str], ledger: Ledger) -> dict[int, str]:
    """Who of `indexes` had which of `names`: by address, then the only one left on each side."""
    if not names:
        return {}
    found: dict[int, str] = {}
    left = {ledger.entries[name].mail: name for name in names}
    for index in indexes:
        name = left.pop(mail_print(people[index], ledger), None)
        if name is not None:
            found[index] = name
    rest = [i for i in indexes if i not in found]
    if len(rest) == 1 and len(left) == 1:
        (name,) = left.values()
        if ledger.entries[name].file == people[rest[0]].file:
            found[rest[0]] = name
    return found


def mail_print(person: Person, ledger: Ledger) -> str:
    """The fingerprint by which a person with a made username is known again."""
    return ledger.keys.fingerprint("mail", person.email.casefold())
