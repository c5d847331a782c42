"""What built-in flows say, in the languages that we have (`phrases.json`)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..specs.frozen import dataclass

# Codes that Connect uses for a language that people abbreviate otherwise (Connect facts 4.7).
_ALIASES = {"arb": "ar", "cmn": "zh", "nb": "no"}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language; `languages` names other languages in this one."""

    code: str
    said: Mapping[str, str]
    languages: Mapping[str, str]

    def text(self, name: str, **values: str) -> str:
        """A phrase with its values filled in. Raises KeyError for a phrase that does not exist."""
        text = self.said[name]
        for key, value in values.items():
            text = text.replace("{" + key + "}", value)
        return text

    def language(self, code: str) -> str:
        """The name of another language, or its code."""
        return self.languages.get(base(code), code)


def base(code: str) -> str:
    """The language of a code: fr-FR is fr, arb is ar."""
    first = code.split("-")[0].lower()
    return _ALIASES.get(first, first)


@functools.cache
def _data() -> Any:
    return json.loads(Path(__file__).with_name("phrases.json").read_text(encoding="utf-8"))


@functools.cache
def phrases(code: str) -> Phrases | None:
    """The phrases of a language code (`fr-FR`), or None when we have none."""
    raw = _data().get(base(code))
    return Phrases(base(code), raw["said"], raw["languages"]) if raw else None


def known() -> tuple[str, ...]:
    """The languages that have phrases."""
    return tuple(_data())


def default_voice(code: str) -> str | None:
    """A Polly voice for a language code, for a file on its own; None when we know none (Connect facts 4.7)."""
    voices = {
        "en": "Amy" if code == "en-GB" else "Joanna",
        "fr": "Lea",
        "de": "Vicki",
        "es": "Lucia",
        "it": "Bianca",
        "pt": "Ines",
        "nl": "Lotte",
        "ar": "Zeina",
    }
    return voices.get(base(code))
