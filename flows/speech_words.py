"""Whether a text tells a caller that the call is recorded: word stems, for exports in which no step says so."""

from __future__ import annotations

import re

# Of the languages that Connect speaks most; a stem is looked for at the beginning of a word.
_STEMS = (
    ("record", "monitor"),  # English
    ("enregistr",),  # French
    ("aufgezeichnet", "aufzeich", "mitgeschnitten"),  # German
    ("grab",),  # Spanish
    ("registra",),  # Italian
    ("grava",),  # Portuguese
    ("opgenomen", "opname", "opnemen"),  # Dutch
    ("nagryw", "inspelas", "spelas in", "optag", "opptak"),  # Polish, Swedish, Danish, Norwegian
    ("записыва", "запись"),  # Russian
)
_WORDS = re.compile(r"\b(?:" + "|".join(stem for stems in _STEMS for stem in stems) + ")", re.IGNORECASE)
_ELSEWHERE = re.compile("録音|录音|錄音|녹음|تسجيل|مسجل|يسجل")


def names_recording(text: str) -> bool:
    """Whether the text speaks of recording."""
    return bool(_WORDS.search(text) or _ELSEWHERE.search(text))
