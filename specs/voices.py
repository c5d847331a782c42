"""Polly voices by language (Connect facts 4.7): which there are, and which one a language gets unasked."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from .problems import Problems, Where
from .suggest import did_you_mean, nearest


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("voices.json").read_text(encoding="utf-8"))
    return loaded


def languages() -> tuple[str, ...]:
    """Every language code that Polly speaks."""
    return tuple(_data()["languages"])


def default(code: str) -> str | None:
    """The voice that a language gets when none is named, or None."""
    voices = _data()["voices"].get(code)
    return next(iter(voices)) if voices else None


def exists(voice: str) -> bool:
    """Whether Polly has a voice of this name."""
    data = _data()
    return voice in data["unconfirmed"] or any(voice in known for known in data["voices"].values())


def check(voice: str, code: str, where: Where, problems: Problems, engine: str | None = None) -> None:
    """Record a voice that does not exist or does not speak `code`; a warning where its language is not confirmed."""
    confirmed: dict[str, dict[str, str]] = _data()["voices"]
    spoken = [language for language, voices in confirmed.items() if voice in voices]
    if not spoken and voice not in _data()["unconfirmed"]:
        every = [name for voices in confirmed.values() for name in voices] + _data()["unconfirmed"]
        close = nearest(voice, every)
        others = ", ".join(confirmed.get(code, ())) or "see Polly's list"
        hint = f'did you mean "{close}"?' if close else f"voices for {code}: {others}"
        problems.error(where, "bad-voice", f'Polly has no voice "{voice}"', hint)
    elif not spoken:
        problems.warning(where, "unsure-voice", f'whether "{voice}" speaks {code} is not confirmed', "try it out first")
    elif code not in spoken:
        _other_language(voice, code, spoken, where, problems)
    elif engine in {"standard", "neural"} and engine[0].upper() not in confirmed[code][voice]:
        kinds = {"S": "standard", "N": "neural"}
        has = " or ".join(kinds[letter] for letter in confirmed[code][voice] if letter in kinds)
        problems.warning(where, "unsure-voice", f'"{voice}" is known as {has} only, not as {engine}')


def _other_language(voice: str, code: str, spoken: list[str], where: Where, problems: Problems) -> None:
    message = f'"{voice}" speaks {" and ".join(spoken)}, not {code}'
    fitting = ", ".join(_data()["voices"].get(code, ()))
    hint = f"voices for {code}: {fitting}" if fitting else ""
    if any(language.split("-")[0] == code.split("-")[0] for language in spoken):
        problems.warning(where, "other-accent", message, hint)
    else:
        problems.error(where, "bad-voice", message, hint)


def check_code(code: str, where: Where, problems: Problems) -> None:
    """Warn about a language that Polly does not list."""
    if code not in languages():
        same = [known for known in languages() if known.split("-")[0] == code.split("-")[0]]
        hint = did_you_mean(code, same) or "callers hear it from recorded prompts only: `voice: none`"
        problems.warning(where, "unsure-language", f'Polly does not list "{code}"', hint)
