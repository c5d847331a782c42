"""Telephone numbers of agents: E.164 as it is, national forms read in the centre's country, damage refused.

Excel turns 0612345678 into 612345678 and +33612345678 into 33612345678 or 3,36E+10. The digits that are left often make
a number of somebody else, so such a cell is named and never repaired.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from .mistakes import Mistake

if TYPE_CHECKING:
    from ..specs.model import Center

E164 = re.compile(r"\+[1-9]\d{6,14}")
SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
# A country code (one to three digits, ITU-T E.164) and then a zero: in most countries the trunk zero, which falls away.
_ZERO_AFTER_CODE = re.compile(r"\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})0")
_FILLER = re.compile(r"[\s().\u00a0\u202f/-]+")


def country_of(center: Center) -> str | None:
    """The country whose national form is read: of the first phone number, else of the time zone, else none."""
    for number in center.phone_numbers.values():
        if number.country:
            return number.country
    return _zone_countries().get(center.time_zone)


@cache
def _zone_countries() -> dict[str, str]:
    """Time zone to country, from the time zone data's own table."""
    from importlib import resources

    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def read_phone(text: str, country: str | None) -> str:
    """`text` in E.164. Raises Mistake with what to write instead."""
    if E164.fullmatch(text) and not _ZERO_AFTER_CODE.match(text):
        return text
    if SCIENTIFIC.fullmatch(text):
        hint = "the digits are lost: format the column as text and type the number again"
        raise Mistake("excel-damage", f"{text!r} is what a spreadsheet made of a telephone number", hint)
    bare = _FILLER.sub("", text.removeprefix("'"))  # typed so that a spreadsheet keeps a number as text
    if E164.fullmatch(bare):
        return _international(bare, text)
    if re.search(r"[^\d+]", bare):
        hint = 'write digits only, such as "+33199000123"; extensions are not supported'
        raise Mistake("bad-phone", f"{text!r} is not a telephone number", hint)
    if bare.startswith("00") and E164.fullmatch("+" + bare[2:]):
        return _international("+" + bare[2:], text)
    if country is None:
        hint = "write it with + and the country code: the centre names no country"
        raise Mistake("bad-phone", f"{text!r} has no country code", hint)
    return _national(bare, text, country)


def spaced(number: str) -> str:
    """A number in E.164 as people write it, +33 1 99 00 01 23; as it is where that would not be read as the same."""
    if not number:
        return ""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
        written = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
        return written if " " in written and read_phone(written, None) == number else number
    except (phonenumbers.NumberParseException, Mistake):
        return number


def _international(number: str, text: str) -> str:
    """A number with its country code; a zero that people write after it, as in +33 (0)1, falls away where it must."""
    if not _ZERO_AFTER_CODE.match(number):
        return number
    import phonenumbers

    try:
        read = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        raise Mistake("bad-phone", f"{text!r} is not a telephone number", "check the country code") from None
    if not phonenumbers.is_possible_number(read):
        hint = "leave out the zero after the country code, and count the digits"
        raise Mistake("bad-phone", f"{text!r} has too few or too many digits", hint)
    return str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))


@cache
def _lengths(country: str) -> frozenset[int]:
    """How many digits a number of the country can have, without its trunk prefix; short numbers left out."""
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    general = metadata.general_desc if metadata is not None else None
    return frozenset(n for n in general.possible_length if n > 4) if general is not None else frozenset()


@cache
def _simple(country: str) -> tuple[str, str, frozenset[int]] | None:
    """Country code, trunk prefix and lengths, where reading a national number is nothing but exchanging the two.

    None for countries whose numbers change more on the way (Argentina, Mexico, Italy's kept zero): the library does it.
    """
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or not metadata.national_prefix or metadata.national_prefix_transform_rule:
        return None
    if metadata.national_prefix_for_parsing != metadata.national_prefix:
        return None
    return f"+{metadata.country_code}", metadata.national_prefix, _lengths(country)


def _national(bare: str, text: str, country: str) -> str:
    simple = _simple(country)
    if simple is not None and bare.startswith(simple[1]):
        rest = bare[len(simple[1]) :]
        if len(rest) in simple[2] and not rest.startswith(simple[1]):
            return simple[0] + rest
    return _by_library(bare, text, country)


def _by_library(bare: str, text: str, country: str) -> str:
    import phonenumbers

    _refuse_lost_digits(bare, text, country)
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        raise Mistake("bad-phone", f"{text!r} is not a telephone number", _example(country)) from None
    if not phonenumbers.is_possible_number(number):
        raise Mistake("bad-phone", f"{text!r} has too few or too many digits for {country}", _example(country))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _refuse_lost_digits(bare: str, text: str, country: str) -> None:
    """A spreadsheet takes the plus sign or the zero in front: what reads well with it again is refused."""
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    prefix = (metadata.national_prefix or "") if metadata is not None else ""
    if bare.startswith(("0", "+")):
        return
    code = str(phonenumbers.country_code_for_region(country))
    what, likely = "", ""
    national = len(bare) in _lengths(country)
    if bare.startswith(code) and _possible(f"+{bare}", country) and (prefix.startswith("0") or not national):
        what, likely = "plus sign", f"+{bare}"
    elif prefix.startswith("0") and f"0{bare}".startswith(prefix) and _possible(f"0{bare}", country):
        what, likely = "leading zero", f"0{bare}"
    if what:
        damaged = f"{text!r} looks as if a spreadsheet had taken its {what}"
        raise Mistake("excel-damage", damaged, f'if so, write "{likely}"')


def _possible(text: str, country: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(text, country)))
    except phonenumbers.NumberParseException:
        return False


def _example(country: str) -> str:
    import phonenumbers

    return f"write it as + and the country code (+{phonenumbers.country_code_for_region(country)} …)"
