"""Usernames: given ones checked, missing ones made from the name.

A made username is ASCII `first.last`, at most 20 characters, with a number when it is taken. Which number a person got
is recorded in the ledger, so that a row inserted above does not rename anybody (`assign.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from .mistakes import Mistake

LIMIT = {"connect": 20, "saml": 64, "directory": 100}  # Connect facts 3.10
PATTERN = re.compile(r"[A-Za-z0-9_.\-]+")
_MAILLIKE = re.compile(r"[A-Za-z0-9_.\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}")
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
     "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N", "ə": "e", "Ə": "E"}
)  # fmt: skip


def check_username(text: str, identity: str) -> str:
    """`text` as a username. Raises Mistake."""
    limit = LIMIT[identity]
    if len(text) > limit:
        hint = f"Connect allows {limit} characters; leave the cell blank and one is made from the name"
        if identity == "saml":
            hint = (
                f"Connect allows {limit} characters; it must equal the RoleSessionName that the identity provider sends"
            )
        raise Mistake("username-too-long", f"{text!r} has {len(text)} characters", hint)
    if identity == "saml" and len(text) < 2:
        raise Mistake("username-too-short", f"{text!r} has fewer than 2 characters", "a RoleSessionName has 2 to 64")
    if PATTERN.fullmatch(text) or _MAILLIKE.fullmatch(text):
        return text
    wrong = sorted({c for c in text if not PATTERN.fullmatch(c)})
    listed = " ".join("space" if c.isspace() else c for c in wrong)
    hint = "letters without accents, digits, _ . - and one @ as in an e-mail address"
    better = ascii_name(text.replace(" ", "."))
    if better and PATTERN.fullmatch(better) and len(better) <= limit:
        hint = f'did you mean "{better}"? {hint}'
    raise Mistake("bad-username", f"{text!r} holds characters that Connect refuses: {listed}", hint)


def ascii_name(text: str) -> str:
    """`text` in ASCII letters as far as Latin script goes; other scripts fall away."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return plain.encode("ascii", "ignore").decode()


def base_name(first: str, last: str) -> str:
    """`first.last` in lower-case ASCII, at most 20 characters. Raises Mistake when nothing is left of the name."""
    parts = [re.sub(r"[^a-z0-9-]+", "", ascii_name(p.replace(" ", "-")).lower()).strip("-") for p in (first, last)]
    parts = [p for p in parts if p]
    if not parts:
        text = f"no username can be made from {first!r} {last!r}: it has no Latin letters"
        raise Mistake("username-needed", text, "write one in the username column")
    return ".".join(parts)[:20].rstrip(".-")


def free_name(base: str, taken: Callable[[str], bool]) -> str:
    """`base`, or `base` with the first number that makes a free name of at most 20 characters."""
    if not taken(base):
        return base
    number = 2
    while True:
        tail = str(number)
        name = base[: 20 - len(tail)].rstrip(".-") + tail
        if not taken(name):
            return name
        number += 1


def fold(username: str) -> str:
    """How usernames are compared: homoglyphs of width and case do not make two people."""
    return username.casefold() if username.isascii() else unicodedata.normalize("NFKC", username).casefold()
