"""The kinds of scalars: names, numbers, times, references. Each with its JSON Schema and its parser."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from .. import durations, phone
from ..suggest import did_you_mean
from .shapes import BadWord, NotYet, Reading, Word

KEY = "^[a-z0-9][a-z0-9-]*$"
_YES = {"true": True, "yes": True, "false": False, "no": False}


def text(least: int = 1, most: int = 250, pattern: str = "", allowed: str = "") -> Word:
    """Text of `least` to `most` characters; `pattern` with its description `allowed` limits the characters."""

    def parse(word: str, _: Reading) -> str:
        if len(word) < least:
            raise BadWord("the text is empty", code="too-short")
        if len(word) > most:
            raise BadWord(f"{len(word)} characters, at most {most} may be", code="too-long")
        if pattern and not re.fullmatch(pattern, word):
            message = f'"{word}" holds a character that Connect refuses here'
            raise BadWord(message, f"{_plain(word, pattern)}allowed: {allowed}", "bad-name")
        return word

    json: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": most}
    if pattern:
        json["pattern"] = f"^(?:{pattern})$"
    return Word("a text", json, parse)


def _plain(word: str, pattern: str) -> str:
    """A hint with the word as it is without accents, where nothing of it is lost; else nothing."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    fits = len(plain) == len(word) and plain != word and re.fullmatch(pattern, plain)
    return f'did you mean "{plain}"? ' if fits else ""


def key(what: str = "a key", most: int = 64) -> Word:
    """A name within the files: lower-case letters, digits and hyphens."""

    def parse(word: str, _: Reading) -> str:
        if not re.fullmatch(KEY, word):
            better = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")
            hint = f'write "{better}"; what people see is `title: {word}`' if better else "for example front-desk"
            raise BadWord(f'"{word}" is no key: lower-case letters, digits and hyphens', hint, "bad-key")
        if len(word) > most:
            raise BadWord(f"{what} of {len(word)} characters, at most {most} may be", code="too-long")
        return word

    return Word(what, {"type": "string", "pattern": KEY, "maxLength": most}, parse)


def _boolean(word: str, _: Reading) -> bool:
    value = _YES.get(word.lower())
    if value is None:
        raise BadWord(f'"{word}" is neither true nor false', "write true or false", "wrong-type")
    return value


BOOLEAN = Word("true or false", {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "true", "false"]}]}, _boolean)


def integer(least: int = 0, most: int | None = None) -> Word:
    """A whole number from `least` to `most`."""
    limits = f"from {least} to {most}" if most is not None else f"of at least {least}"

    def parse(word: str, _: Reading) -> int:
        if not re.fullmatch(r"[+-]?\d{1,12}", word):
            raise BadWord(f'"{word}" is not a whole number', code="wrong-type")
        value = int(word)
        if value < least or (most is not None and value > most):
            raise BadWord(f"{value} is not a number {limits}", code="out-of-range")
        return value

    json: dict[str, Any] = {"type": "integer", "minimum": least}
    if most is not None:
        json["maximum"] = most
    return Word("a whole number", json, parse)


def _number(word: str, _: Reading) -> float:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", word):
        raise BadWord(f'"{word}" is not a number', code="wrong-type")
    return float(word)


NUMBER = Word("a number", {"type": "number", "minimum": 0}, _number)


def _share(word: str, _: Reading) -> float:
    if re.fullmatch(r"\d{1,3}(\.\d{1,3})?%", word):
        value = float(word[:-1]) / 100
    elif re.fullmatch(r"[01](\.\d{1,4})?", word):
        value = float(word)
    else:
        raise BadWord(f'"{word}" is not a share', "write 80% or 0.8", "wrong-type")
    if not 0 < value <= 1:
        raise BadWord(f"{word} is not a share above 0% and up to 100%", code="out-of-range")
    return value


SHARE = Word(
    "a share such as 80%",
    {"anyOf": [{"type": "string", "pattern": r"^\d{1,3}(\.\d{1,3})?%$"}, {"type": "number", "exclusiveMinimum": 0}]},
    _share,
)


def duration(least: int = 0, most: int | None = None) -> Word:
    """A duration, read as seconds."""

    def parse(word: str, _: Reading) -> int:
        value = durations.seconds(word)
        if value is None:
            hint = f"write {word}s, {word}m or {word}h" if word.isdigit() else "write 30s, 5m, 8h or 90d"
            raise BadWord(f'"{word}" is not a duration', hint, "bad-duration")
        if value < least or (most is not None and value > most):
            limits = f"at least {durations.spoken(least)}" + (f", at most {durations.spoken(most)}" if most else "")
            raise BadWord(f"{word} is out of range: {limits}", code="out-of-range")
        return value

    return Word("a duration such as 30s, 5m or 8h", {"type": "string", "pattern": r"^(\d+[smhd])+$"}, parse)


def _days(word: str, _: Reading) -> int:
    value = durations.days(word)
    if value is None:
        hint = f"write {word}d" if word.isdigit() else "write 30d"
        raise BadWord(f'"{word}" is not a number of whole days', hint, "bad-duration")
    if not 1 <= value <= 3653:
        raise BadWord(f"{word} is out of range: at least 1d, at most ten years", code="out-of-range")
    return value


DAYS = Word("a number of days such as 90d", {"type": "string", "pattern": r"^(\d+[smhd])+$"}, _days)


def choice(*words: str, soon: tuple[str, ...] = (), what: str = "") -> Word:
    """One of a few words; those in `soon` are in the language and not built yet."""
    named = what or "one of " + ", ".join(words)

    def parse(word: str, _: Reading) -> str:
        if word in soon:
            raise NotYet(f'"{word}"', "use " + " or ".join(words))
        if word not in words:
            raise BadWord(f'"{word}" is not {named}', did_you_mean(word, words), "bad-choice")
        return word

    return Word(named, {"type": "string", "enum": [*words, *soon]}, parse)


def reference(kind: str, what: str, also: Mapping[str, object] | None = None) -> Word:
    """The key of something else in the centre; `also` are words that stand for something built in."""

    def parse(word: str, reading: Reading) -> str:
        known = reading.names.get(kind)
        if known is not None and word not in known and word not in (also or {}):
            everything = [*known, *(also or {})]
            hint = did_you_mean(word, everything) or f"there is no {what} yet"
            raise BadWord(f'unknown {what} "{word}"', hint, "unknown-reference")
        return word

    return Word(f"the key of a {what}", {"type": "string"}, parse)


def _phone(word: str, _: Reading) -> str:
    wrong = phone.complaint(word)
    if wrong:
        raise BadWord(*wrong, "bad-phone")
    return word


PHONE = Word("a telephone number", {"type": ["string", "integer"]}, _phone)


def _dialled(word: str, reading: Reading) -> str:
    if word[:1].isdigit() or word.startswith("+"):
        return _phone(word, reading)
    known = reading.names.get("external_numbers")
    if known is not None and word not in known:
        hint = did_you_mean(word, known) or "numbers of others stand under `external_numbers:`"
        raise BadWord(f'unknown external number "{word}"', hint, "unknown-reference")
    return word


DIALLED = Word("a telephone number or the key of an external one", {"type": ["string", "integer"]}, _dialled)


def _date(word: str, _: Reading) -> dt.date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
            raise ValueError  # noqa: TRY301 - the same answer for both ways of being wrong
        return dt.date.fromisoformat(word)
    except ValueError:
        raise BadWord(f'"{word}" is not a date', "write 2026-12-24", "bad-date") from None


DATE = Word("a date", {"type": "string", "format": "date"}, _date)


def pattern(what: str, regex: str, hint: str, code: str = "bad-value", number: bool = False) -> Word:
    """A scalar of a fixed form. `number`: an editor may take it for a number."""

    def parse(word: str, _: Reading) -> str:
        if not re.fullmatch(regex, word):
            raise BadWord(f'"{word}" is not {what}', hint, code)
        return word

    return Word(what, {"type": ["string", "integer"] if number else "string", "pattern": f"^(?:{regex})$"}, parse)
