"""The bulk templates of Connect's own console, all three generations, byte for byte.

The console reads a file only if its header equals the template's (Connect facts 3.10), takes 1 to 1,000 people a file
and can only create. Passwords are always written blank.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from ..specs.frozen import dataclass
from .cells import neutral
from .model import Person

Generation = Literal["managed", "saml", "saml-2"]
PEOPLE: Final = 1000  # a file

_FIRST: Final = (
    "first name",
    "last name",
    "email address",
    "password",
    "user login",
    "routing profile name",
    "security_profile_name_1|security_profile_name_2",
    "phone type (soft/desk)",
    "phone number",
    "soft phone auto accept (yes/no)",
    "ACW timeout (seconds)",
)
HEADERS: Final[dict[Generation, tuple[str, ...]]] = {
    "managed": _FIRST,
    "saml": tuple(name for name in _FIRST if name not in {"email address", "password"}),
    "saml-2": (
        "first name",
        "last name",
        "secondary email",
        "mobile",
        "user login",
        "routing profile name",
        "security_profile_name_1|security_profile_name_2",
        "user_hierarchy_1|user_hierarchy_2",
        "phone type (soft/desk)",
        "phone number",
        "soft phone auto accept (yes/no)",
        "ACW timeout (seconds)",
        "tags",
    ),
}


@dataclass(frozen=True, slots=True)
class Titles:
    """What Connect shows for the keys of a centre: the console knows titles only."""

    routing: dict[str, str]
    security: dict[str, str]

    def routing_profile(self, key: str) -> str:
        """The title of a routing profile, or the key where there is none."""
        return self.routing.get(key, key)

    def security_profiles(self, keys: Sequence[str]) -> str:
        """The titles of security profiles, joined as the template does."""
        return "|".join(self.security.get(key, key) for key in keys)


def write_console(people: Iterable[Person], generation: Generation, titles: Titles) -> list[str]:
    """Files of at most 1,000 people each, as the console's template of that generation; CRLF, UTF-8."""
    everybody = list(people)
    parts = [everybody[at : at + PEOPLE] for at in range(0, len(everybody), PEOPLE)] or [[]]
    return [_file(part, generation, titles) for part in parts]


def _file(people: Sequence[Person], generation: Generation, titles: Titles) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS[generation])
    for person in people:
        cells = _cells(person, titles)
        writer.writerow([cells[name] for name in HEADERS[generation]])
    return out.getvalue()


def _cells(person: Person, titles: Titles) -> dict[str, str]:
    terms = person.terms
    return {
        "first name": neutral(person.first_name),
        "last name": neutral(person.last_name),
        "email address": neutral(person.email),
        "secondary email": neutral(person.secondary_email),
        "mobile": person.mobile,
        "password": "",
        "user login": neutral(person.username),
        "routing profile name": titles.routing_profile(terms.routing_profile),
        "security_profile_name_1|security_profile_name_2": titles.security_profiles(terms.security_profiles),
        "user_hierarchy_1|user_hierarchy_2": (terms.hierarchy_group or "").replace("/", "|"),
        "phone type (soft/desk)": terms.phone_type,
        "phone number": person.desk_phone if terms.phone_type == "desk" else "",
        "soft phone auto accept (yes/no)": "yes" if terms.auto_accept else "no",
        "ACW timeout (seconds)": str(terms.after_contact_work),
        "tags": "||".join(f"{key}|{value}" for key, value in terms.tags),
    }
