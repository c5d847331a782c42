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
    if E164.fullmatch(text):
        return text
    if SCIENTIFIC.fullmatch(text):
        hint = "the digits are lost: format the column as text and type the number again"
        raise Mistake("excel-damage", f"{text!r} is what a spreadsheet made of a telephone number", hint)
    bare = _FILLER.sub("", text)
    if E164.fullmatch(bare):
        return bare
    if re.search(r"[^\d+]", bare):
        hint = 'write digits only, such as "+33199000123"; extensions are not supported'
        raise Mistake("bad-phone", f"{text!r} is not a telephone number", hint)
    if bare.startswith("00") and E164.fullmatch("+" + bare[2:]):
        return "+" + bare[2:]
    if country is None:
        hint = "write it with + and the country code: the centre names no country"
        raise Mistake("bad-phone", f"{text!r} has no country code", hint)
    return _national(bare, text, country)


def _national(bare: str, text: str, country: str) -> str:
    import phonenumbers

    code = phonenumbers.country_code_for_region(country)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    prefix = metadata.national_prefix if metadata is not None else None
    if prefix and not bare.startswith((prefix, "+")):
        for lost, what in (
            (f"+{bare}", "plus sign"),
            (prefix + bare, "leading zero" if prefix == "0" else f"leading {prefix}"),
        ):
            if (what == "plus sign") == bare.startswith(str(code)) and _possible(lost, country):
                text_ = f"{text!r} looks as if a spreadsheet had taken its {what}"
                raise Mistake("excel-damage", text_, f'if so, write "{lost}"')
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        raise Mistake("bad-phone", f"{text!r} is not a telephone number", _example(country)) from None
    if not phonenumbers.is_possible_number(number):
        raise Mistake("bad-phone", f"{text!r} has too few or too many digits for {country}", _example(country))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _possible(text: str, country: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(text, country)))
    except phonenumbers.NumberParseException:
        return False


def _example(country: str) -> str:
    import phonenumbers

    return f"write it as + and the country code (+{phonenumbers.country_code_for_region(country)} …)"
