"""What is applied to a person, in the pieces that Connect changes with one call each.

The ledger keeps one trait a piece: keys of the centre in clear (inside the sealed file), so that a plan can say
"nurse -> supervisor"; names, addresses and numbers as keyed fingerprints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from .ledger import SUSPENDED
from .model import Person, Terms
from .sealing import Keys
from .sets import UNKNOWN

# trait -> the operation that sets it, in the order in which they are sent
OPERATION: Final = {
    "identity": "UpdateUserIdentityInfo",
    "phone": "UpdateUserPhoneConfig",
    "hierarchy": "UpdateUserHierarchy",
    "security": "UpdateUserSecurityProfiles",
    "routing": "UpdateUserRoutingProfile",
    "languages": "AssociateUserProficiencies",
    "tags": "TagResource",
}
WORDS: Final = {
    "identity": "name or e-mail address",
    "phone": "phone settings",
    "hierarchy": "hierarchy group",
    "security": "security profiles",
    "routing": "routing profile",
    "languages": "languages and skills",
    "tags": "tags",
}
OFF: Final = {"routing": SUSPENDED, "security": SUSPENDED}


class Traits:
    """Makes the traits of people; what depends on the shared terms alone is made once for all who share them."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._shared: dict[int, tuple[Terms, dict[str, str]]] = {}

    def of(self, person: Person) -> dict[str, str]:
        """All traits of an active person."""
        shared = self._terms(person.terms)
        identity = self._keys.fingerprint(
            person.first_name, person.last_name, person.email, person.secondary_email, person.mobile
        )
        if person.terms.phone_type == "desk":
            return {**shared, "identity": identity, "phone": self._keys.fingerprint(shared["phone"], person.desk_phone)}
        return {**shared, "identity": identity}

    def _terms(self, terms: Terms) -> dict[str, str]:
        known = self._shared.get(id(terms))  # the terms are kept beside, so that the id stays theirs
        if known is None:
            settings = json.dumps([terms.phone_type, terms.auto_accept, terms.after_contact_work])
            made = {
                "phone": settings,
                "hierarchy": terms.hierarchy_group or "",
                "security": "|".join(terms.security_profiles),
                "routing": terms.routing_profile,
                "languages": "|".join([*terms.languages, *terms.skills]),
                "tags": json.dumps(dict(terms.tags), sort_keys=True),
            }
            known = self._shared[id(terms)] = (terms, made)
        return known[1]


def differences(have: Mapping[str, str], want: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The traits that are not as wanted: trait to (have, want), in the order of OPERATION."""
    return {t: (have.get(t, ""), want[t]) for t in OPERATION if have.get(t, "") != want[t]}


def why(changed: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    """Differences in words; personal values are never shown."""
    said: list[str] = []
    for trait, (have, want) in changed.items():
        if (
            trait in {"routing", "security", "hierarchy", "languages"}
            and not have.startswith(UNKNOWN)
            and have != SUSPENDED
        ):
            said.append(f"{WORDS[trait]}: {have or 'none'} -> {want or 'none'}")
        else:
            said.append(WORDS[trait])
    return tuple(said)
