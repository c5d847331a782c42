"""E-mail addresses: a strict pattern first, the library for the odd ones, the network never."""

from __future__ import annotations

import re

from .mistakes import Mistake

# Runs of letters between separators, not letters one by one: a third of the time, and nothing to backtrack into.
STRICT = r"[A-Za-z0-9_%+]+(?:[.-][A-Za-z0-9_%+-]+)*@(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+[A-Za-z]{2,24}"
_STRICT = re.compile(STRICT)
_WRAPPED = re.compile(r"(?:mailto:|[^<>]*<)([^<>\s]+)>?", re.IGNORECASE)  # as mail programs write it
_BETWEEN = re.compile(r"[;,|\s]")


def read_email(text: str) -> str:
    """`text` as an address. Raises Mistake with what to write instead."""
    if _STRICT.fullmatch(text) and len(text) <= 254 and text.index("@") <= 64:
        return text
    inside = _WRAPPED.fullmatch(text)
    if inside and _STRICT.fullmatch(inside[1]):
        raise Mistake("bad-email", f"{text!r} is more than an address", f'did you mean "{inside[1]}"?')
    if text.count("@") != 1 and '"' not in text and not _BETWEEN.search(text):
        raise Mistake("bad-email", f"{text!r} is not an e-mail address", "it needs a name, one @ and a domain")
    if _BETWEEN.search(text):
        parts = re.split(r"[;,|\s]+", text.strip())
        if sum("@" in part for part in parts) > 1:
            raise Mistake("bad-email", f"{text!r} holds more than one address", "write one; a person has one sign-in")
        likely = re.sub(r"[;,|]", ".", re.sub(r"\s+", "", text))
        raise Mistake("bad-email", f"{text!r} is not an e-mail address", f'did you mean "{likely}"?')
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        reason = str(error).split(". ")[0].rstrip(".")
        raise Mistake("bad-email", f"{text!r} is not an e-mail address", reason) from None
