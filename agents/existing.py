"""Who stands in the instance, as people of a roster: for an export that reads back as what is there.

Keys of the centre come back from ids. Addresses and mobile numbers cost one DescribeUser a person, at the service's own
pace, since a search does not give them (Connect facts 3.10); `quick` leaves them out and needs one call for 500 people.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..specs.errors import CloudError
from ..specs.frozen import dataclass
from ..stacks.cloud.client import is_missing
from ..stacks.names import LANGUAGE_ATTRIBUTE
from .directory import Directory
from .ledger import Ledger
from .model import Person, Terms
from .pacer import Pacer
from .sets import members

if TYPE_CHECKING:
    from ..specs.model import Center
    from ..stacks.cloud.connect_users import FoundUser, Proficiency, UserReader

OURS = "ccdeploy:"


@dataclass(frozen=True, slots=True)
class Existing:
    """The people, and how many were left out: suspended ones have no profile of their own, others are not ours."""

    people: tuple[Person, ...]
    suspended: int
    others: int


def find_people(
    center: Center,
    directory: Directory,
    reader: UserReader,
    ledger: Ledger,
    *,
    everybody: bool = False,
    quick: bool = False,
    pacer: Pacer | None = None,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Existing:
    """Our people as they stand, or with `everybody` all of the instance, by username. Raises CloudError.

    `tell(done, total)` hears of each person who was asked for.
    """
    ours = {entry.user_id for entry in ledger.entries.values() if entry.user_id}
    found = sorted(reader.search(), key=lambda user: user.username)
    chosen = [u for u in found if everybody or u.id in ours]
    standing = [u for u in chosen if u.routing_profile != directory.suspended_routing]
    ask = _Ask(reader, pacer or Pacer(), sleep)
    names = _Names(center, directory)
    skilled = len(center.languages) > 1 or bool(center.skills)
    people = []
    for at, user in enumerate(standing, start=1):
        whole, good_at = user, members("languages", _known(ledger, user))
        if not quick:
            described = ask.describe(user.id)
            if described is None:
                continue  # removed while we were reading
            whole = described
            good_at = _spelled(ask.proficiencies(user.id)) if skilled else {}
        people.append(names.person(whole, good_at))
        tell(at, len(standing))
    return Existing(tuple(people), len(chosen) - len(standing), len(found) - len(chosen))


def _known(ledger: Ledger, user: FoundUser) -> str:
    entry = ledger.entries.get(user.username)
    return entry.traits.get("languages", "") if entry is not None and entry.user_id == user.id else ""


def _spelled(found: set[Proficiency]) -> dict[str, str]:
    """As `sets.members` spells them."""
    spoken = {p.value: "" for p in sorted(found) if p.attribute == LANGUAGE_ATTRIBUTE}
    skills = {f"{p.attribute}={p.value}": str(p.level) for p in sorted(found) if p.attribute != LANGUAGE_ATTRIBUTE}
    return spoken | skills


class _Ask:
    """One call after another at the service's pace."""

    def __init__(self, reader: UserReader, pacer: Pacer, sleep: Callable[[float], None]) -> None:
        self._reader, self._pacer, self._sleep = reader, pacer, sleep

    def describe(self, user_id: str) -> FoundUser | None:
        """One user; None when there is none any more."""
        self._pacer.take("DescribeUser", self._sleep)
        try:
            return self._reader.describe(user_id)
        except CloudError as error:
            if is_missing(error):
                return None
            raise

    def proficiencies(self, user_id: str) -> set[Proficiency]:
        """What one user is good at."""
        self._pacer.take("ListUserProficiencies", self._sleep)
        return self._reader.proficiencies(user_id)


class _Names:
    """Keys of the centre by the ids of the instance; what the centre does not name keeps its id."""

    def __init__(self, center: Center, directory: Directory) -> None:
        self._routing = _turned(directory.routing_profiles)
        self._security = _turned(directory.security_profiles)
        self._groups = _turned(directory.hierarchy_groups)
        self._center = center
        variants = [v for p in center.routing_profiles.values() for v in p.variants]
        self._spoken = {v.key: v.languages for v in variants}

    def person(self, user: FoundUser, good_at: Mapping[str, str]) -> Person:
        """The person of one user."""
        routing = self._routing.get(user.routing_profile, user.routing_profile)
        languages = self._spoken.get(routing) or tuple(n for n in good_at if "=" not in n)
        terms = Terms(
            routing_profile=routing,
            languages=languages,
            security_profiles=tuple(sorted(self._security.get(i, i) for i in user.security_profiles)),
            hierarchy_group=self._groups.get(user.hierarchy_group or "", user.hierarchy_group),
            phone_type="desk" if user.phone_type == "desk" else "soft",
            auto_accept=user.auto_accept,
            after_contact_work=user.after_contact_work,
            skills=tuple(sorted(f"{name}:{level}" for name, level in good_at.items() if "=" in name)),
            tags=tuple(sorted((k, v) for k, v in user.tags.items() if not k.startswith(OURS))),
        )
        return Person(
            username=user.username,
            first_name=user.first_name,
            last_name=user.last_name,
            email=user.email,
            terms=terms,
            file="",
            line=0,
            desk_phone=user.desk_phone,
            secondary_email=user.secondary_email,
            mobile=user.mobile,
        )


def _turned(ids: Mapping[str, str]) -> dict[str, str]:
    return {value: key for key, value in ids.items()}
