"""What Polly cannot speak: texts that are too long, SSML that is not well formed, voices that do not exist.

Connect publishes such a flow and takes the error branch when it comes to it (Connect facts 2, 4.7), so that these are
not among the rules of `language.validate`; to a caller they are the same as a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..specs import voices
from .finding import At, Finding

MAX_SPOKEN, MAX_WRITTEN = 3_000, 6_000  # characters without tags, and in all
_TAG = re.compile(r"<[^>]*>")
_TEMPLATE = re.compile(r"[^A-Za-zÀ-ÿ]")
_SPEAK = re.compile(r"\s*(<\?xml[^>]*\?>)?\s*<speak[\s>]")


def spoken(actions: Any) -> Iterator[Finding]:
    """Findings of a document's Actions."""
    for index, action in enumerate(actions if isinstance(actions, list) else []):
        given = action.get("Parameters") if isinstance(action, dict) else None
        if not isinstance(given, dict):
            continue
        at = At(index, str(action.get("Identifier")), str(action.get("Type")))
        if at.type == "UpdateContactTextToSpeechVoice":
            yield from _voice(at, given.get("TextToSpeechVoice"))
        messages = given.get("Messages")
        for holder in (given, *(messages if isinstance(messages, list) else ())):
            if isinstance(holder, dict):
                yield from _texts(at, holder)


def _voice(at: At, voice: Any) -> Iterator[Finding]:
    if isinstance(voice, str) and voice and not _TEMPLATE.search(voice) and not voices.exists(voice):
        yield at.says(f"Polly has no voice {voice[:60]}. Path: {at.property('Parameters.TextToSpeechVoice')}"), True


def _texts(at: At, holder: Mapping[str, Any]) -> Iterator[Finding]:
    for key in ("Text", "SSML"):
        text = holder.get(key)
        if not isinstance(text, str):
            continue
        count = len(_TAG.sub("", text))
        if count > MAX_SPOKEN or len(text) > MAX_WRITTEN:
            most = f"{count} characters to speak, at most {MAX_SPOKEN}"
            yield at.says(f"Text is too long: {most}. Path: {at.property('Parameters.' + key)}"), True
        elif key == "SSML" and text and not text.startswith("$."):
            yield from _ssml(at, text)


def _ssml(at: At, text: str) -> Iterator[Finding]:
    from xml.parsers import expat

    if not _SPEAK.match(text):
        yield at.says(f"SSML does not begin with <speak>. Path: {at.property('Parameters.SSML')}"), False
        return
    parser = expat.ParserCreate()
    try:
        parser.Parse(text, True)
    except expat.ExpatError as wrong:
        unclosed = wrong.code == 3  # the text just ends: genuine exports have it
        why = "a tag is never closed" if unclosed else expat.ErrorString(wrong.code)
        yield at.says(f"SSML is not well formed: {why}. Path: {at.property('Parameters.SSML')}"), not unclosed
