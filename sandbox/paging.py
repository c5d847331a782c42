"""Tokens of pages: a position, tied to the operation, Region and arguments that it was given for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any


class BadToken(ValueError):
    """A token that the service did not give, or gave for another request; the text says which."""


def digest(operation: str, region: str, arguments: Mapping[str, Any], *without: str) -> str:
    """What makes two requests the same but for their pages; `without` names the members that tell the page."""
    kept = {key: value for key, value in arguments.items() if key not in without}
    text = json.dumps([operation, region, kept], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def token(position: int, of: str) -> str:
    """The token for what follows `position` in a request whose digest is `of`."""
    return base64.urlsafe_b64encode(json.dumps([position, of]).encode()).decode()


def position(given: str | None, of: str) -> int:
    """The position that a token tells; 0 without one. Raises BadToken."""
    if not given:
        return 0
    try:
        found, told = json.loads(base64.urlsafe_b64decode(given))
    except (ValueError, TypeError, RecursionError):
        raise BadToken("this is not a token that the service gave") from None
    if told != of or not isinstance(found, int):
        raise BadToken("this token belongs to a request with other arguments")
    return found
