"""Readable names: from what a step says and does, in small letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{6,12}", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>|\$\.[\w.]+")
MAX = 30


def slug(text: str, most: int = MAX) -> str:
    """`text` as a key of at most `most` characters, cut between words; nothing when no letter is left."""
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(found) <= most:
        return found
    cut = found[: most + 1].rsplit("-", 1)[0]
    return (cut if len(cut) <= most else found[:most]).strip("-")


def step_name(identifier: str, step: Mapping[str, Any]) -> str:
    """A name for a step: the one that its author gave, else one from what it does."""
    if not _UUID.search(identifier) and re.search(r"[A-Za-z]{3}", identifier):
        return slug(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", identifier), 26)
    verb = next(iter(step))
    return slug(_telling(verb, step[verb]), 26) or slug(verb)


def _telling(verb: str, value: Any) -> str:
    if verb in {"say", "menu", "digits"}:
        spoken = value if isinstance(value, str) else next(iter(value.values()))
        words = _TAGS.sub(" ", str(spoken)).split()
        return " ".join([*([] if verb == "say" else [verb]), *words[:4]])
    if verb in {"hang_up", "end", "return", "check_answer"}:
        return verb
    if verb == "when":
        return f"when {str(value).rsplit('.', 1)[-1]}"
    if verb in {"set", "local", "hooks", "contact", "tag"} and isinstance(value, dict):
        return f"{verb} {next(iter(value), '')}"
    if verb == "action":
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", str(value))
    if verb in {"loop", "wait"} or value == "current":
        return verb
    if isinstance(value, str) and not value.startswith("$."):
        return f"{verb} {value}"
    return f"{verb} {str(value).rsplit('.', 1)[-1]}" if isinstance(value, str) else verb


def unused(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with a number behind it."""
    wanted = wanted or "step"
    if wanted not in taken and wanted != "none":
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
