"""Passwords: made from the system's randomness, used in one call and forgotten.

With `identity: connect` Connect wants one for each user and has no call that sets it again (Connect facts 3.10), so it
is never meant to be known: people use "forgot password", and the link goes to their e-mail address. With SAML there is
none.
"""

from __future__ import annotations

import secrets
import string
from typing import Final

from .model import Person

LENGTH: Final = 64  # the longest that Connect takes; about 390 bits
_ALPHABET: Final = string.ascii_letters + string.digits + "!#$%&*+-.:?@_~"


def new_password() -> str:
    """A random password by Connect's pattern: lower case, upper case and a digit are in it."""
    while True:
        made = "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
        if any(c.islower() for c in made) and any(c.isupper() for c in made) and any(c.isdigit() for c in made):
            return made


def password_for(person: Person, identity: str) -> str | None:
    """The password for the call that makes `person`: a given one, else a random one; None unless Connect signs in."""
    if identity != "connect":
        return None
    return person.password.reveal() if person.password is not None else new_password()
