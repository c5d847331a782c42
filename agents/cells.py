"""What one cell means, for cells that many rows share. Each function raises `Mistake`, with what to write instead."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from ..specs import durations
from ..specs.suggest import did_you_mean
from .headers import loose, words
from .mistakes import Mistake
from .phones import SCIENTIFIC

MANY = re.compile(r"\s*\|\s*")
# What people type between languages and between titles: none of these can stand in a language's key or in a title.
LANGUAGES = re.compile(r"\s*[|,;+/&]\s*")
TITLES = re.compile(r"\s*[|,;]\s*")
_BIDI = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_CONTROL = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}]")
_MOJIBAKE = re.compile(r"[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2013-\u203a\u20ac\u2122]")
_SERIAL = re.compile(r"[34]\d{4}|5[0-4]\d{3}")  # 1982 to 2049 as Excel counts days
_ERROR = re.compile(r"#[A-ZÀ-Ž/0-9_ ]{2,20}[!?]?")  # #N/A, #REF!, #NOM ?, #BEZUG!, #ARG!
_TAG_KEY = re.compile(r"[\w .:/=+@-]{1,128}")
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
ACW_LIMIT = 2_000_000  # seconds (Connect facts 3.10)


def clean(text: str) -> str:
    """`text` without blanks around it, no-break spaces as spaces, composed (NFC), as Connect asks. Raises Mistake."""
    if text.startswith("#") and (match := _ERROR.fullmatch(text.strip())):
        hint = "correct the formula, or write the value itself"
        raise Mistake("excel-damage", f"{visible(match[0])} is what a formula shows that fails", hint)
    if text.isascii() and text.isprintable():
        return text.strip()
    if match := _CONTROL.search(text):
        name = unicodedata.name(match[0], f"U+{ord(match[0]):04X}").lower()
        raise Mistake(
            "control-character", f"{visible(text)} holds an invisible character ({name})", "type the cell again"
        )
    if "\ufffd" in text or _MOJIBAKE.search(text):
        hint = "the file was read in a wrong encoding before it was saved: save the original again as CSV UTF-8"
        raise Mistake("encoding-damage", f"{visible(text)} holds damaged letters", hint)
    plain = unicodedata.normalize("NFC", text.replace("\u00a0", " ").replace("\u202f", " ")).strip()
    if "\n" in plain or "\r" in plain:
        raise Mistake("line-break", f"{visible(plain)} holds a line break", "write it on one line")
    if "\t" in plain:
        raise Mistake("control-character", f"{visible(plain)} holds a tab", "type the cell again")
    return plain


def visible(text: str) -> str:
    """A cell as it can be shown: quoted, at most 60 characters, nothing invisible left."""
    cut = text if len(text) <= 60 else text[:57] + "…"
    return repr(cut)


def refuse_formula(text: str) -> None:
    """A cell that a spreadsheet would run is refused (an agent's name can reach a supervisor's export)."""
    if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and text not in {"-", "+"}:
        hint = f"cells that begin with {text[0]} can run as a formula in a spreadsheet; write the text without it"
        if text[0] == "=":
            hint += ", or copy the column and paste it as values"
        raise Mistake("formula", f"{visible(text)} begins like a formula", hint)


def neutral(text: str) -> str:
    """A cell as we write it: text that a spreadsheet would run gets an apostrophe before it, as OWASP advises."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def read_name(text: str, limit: int) -> str:
    """A first or last name."""
    refuse_formula(text)
    if len(text) > limit:
        raise Mistake("name-too-long", f"{visible(text)} has {len(text)} characters", f"Connect allows {limit}")
    if SCIENTIFIC.fullmatch(text) or text.replace(" ", "").isdigit():
        raise Mistake("bad-name", f"{visible(text)} is a number, not a name", "are the columns shifted in this row?")
    if "@" in text:
        raise Mistake(
            "bad-name", f"{visible(text)} looks like an e-mail address", "are the columns shifted in this row?"
        )
    return " ".join(text.split())


def read_word(text: str, meanings: tuple[str, ...], what: str) -> str:
    """One of `meanings`, in any of the known languages."""
    meaning = words("words").get(loose(text))
    if meaning in meanings:
        return meaning
    raise Mistake("bad-word", f"{visible(text)} is not {what}", did_you_mean(text, meanings))


def read_yes_no(text: str) -> bool:
    """yes or no, in six languages, or x and 1."""
    return read_word(text, ("yes", "no"), "yes or no") == "yes"


def read_date(text: str) -> dt.date:
    """A date, ISO (also as 2026/04/30 and as Hungarian writes it, 2026. 04. 30.) or day/month/year."""
    if match := re.fullmatch(r"(\d{4})([-/.]) ?(\d{1,2})\2 ?(\d{1,2})\.?(?:[ T]00:00(?::00)?)?", text):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
    elif match := re.fullmatch(r"(\d{1,2})[/.-] ?(\d{1,2})[/.-] ?(\d{4})", text):
        day, month, year = map(int, match.groups())
        if month > 12 >= day:
            hint = f'write day/month/year, or "{year}-{day:02}-{month:02}" if that is what is meant'
            raise Mistake("bad-date", f"{visible(text)} has no month {month}", hint)
    elif re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", text):
        raise Mistake("bad-date", f"{visible(text)} has a year of two digits", "write the year with four digits")
    elif _SERIAL.fullmatch(text):
        likely = dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
        hint = f"format the column as text and write the date; the number stands for {likely.isoformat()}"
        raise Mistake("excel-damage", f"{visible(text)} is a spreadsheet's number for a date", hint)
    else:
        raise Mistake("bad-date", f"{visible(text)} is not a date", 'write "2026-04-30" or "30/04/2026"')
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise Mistake("bad-date", f"{visible(text)} is a day that does not exist", "check day and month") from None


def read_after_contact_work(text: str) -> int:
    """Seconds: `60s`, `2m`, or a bare number of seconds."""
    seconds = int(text) if re.fullmatch(r"\d{1,9}", text) else durations.seconds(text.replace(" ", ""))
    if seconds is None:
        raise Mistake("bad-duration", f"{visible(text)} is not a length of time", 'write "60s" or "2m"')
    if seconds > ACW_LIMIT:
        raise Mistake("bad-duration", f"{visible(text)} is longer than Connect allows", f"at most {ACW_LIMIT} seconds")
    return seconds


def read_tags(text: str) -> tuple[tuple[str, str], ...]:
    """`key=value|key=value`, or the console's `key1|value1||key2|value2`."""
    pairs: dict[str, str] = {}
    console = "=" not in text and "|" in text
    for part in text.split("||") if console else MANY.split(text):
        key, mark, value = part.partition("|" if console else "=")
        key, value = key.strip(), value.strip()
        if not mark or not _TAG_KEY.fullmatch(key) or not _TAG_VALUE.fullmatch(value):
            raise Mistake("bad-tag", f"{visible(part)} is not a tag", 'write "shift=night|site=north"')
        if key.lower().startswith(("aws:", "ccdeploy:")):
            raise Mistake("bad-tag", f"the tag {key!r} is reserved", "choose a key without that prefix")
        if key in pairs:
            raise Mistake("bad-tag", f"the tag {key!r} stands twice", "keep one")
        pairs[key] = value
    if len(pairs) > 40:
        raise Mistake("bad-tag", f"{len(pairs)} tags", "Connect allows 50, of which some are ours: at most 40")
    return tuple(sorted(pairs.items()))
