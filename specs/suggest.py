"""The nearest name, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

_CUTOFF = 60.0


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like `word`, or None when none is near. Case and `_`, `-`, blanks do not count."""
    from rapidfuzz import fuzz, process

    def plain(text: str) -> str:
        return text.casefold().replace("_", "-").replace(" ", "-")

    found = process.extractOne(word, sorted(set(choices)), scorer=fuzz.ratio, processor=plain, score_cutoff=_CUTOFF)
    return found[0] if found else None


def did_you_mean(word: str, choices: Iterable[str], limit: int = 12) -> str:
    """A hint: `did you mean "x"?`, else the choices when they are at most `limit`, else nothing."""
    known = sorted(set(choices))
    best = nearest(word, known)
    if best is not None and best != word:
        return f'did you mean "{best}"?'
    return f"known: {', '.join(known)}" if 0 < len(known) <= limit else ""
