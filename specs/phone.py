"""Telephone numbers: E.164, possible for their country, and neither short nor emergency (rule H08)."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+[1-9]\d{1,14}")
_FILLER = re.compile(r"[\s().\u00a0-]")


def complaint(text: str) -> tuple[str, str] | None:
    """What is wrong with `text` as a dialable number, and a hint; None when it can be dialled.

    Only length and form are judged, not whether the number is assigned, so that fictional numbers (+33 1 99 00 …) pass.
    """
    if not _E164.fullmatch(text):
        return _no_e164(text)
    import phonenumbers

    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return f'"{text}" begins with no country code that exists', "write the number as +<country code><number>"
    national = phonenumbers.national_significant_number(number)
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if phonenumbers.is_emergency_number(national, region) or len(national) <= 3:
        return (
            f'"{text}" is a short or emergency number: Connect cannot dial it',
            "name the full number of the desk that answers",
        )
    if not phonenumbers.is_possible_number(number):
        return f'"{text}" has too few or too many digits for +{number.country_code}', ""
    return None


def _no_e164(text: str) -> tuple[str, str]:
    """The complaint about something that is no E.164 number; the hint is the nearest form that is."""
    bare = _FILLER.sub("", text)
    hint = "write it as + and the country code, digits only, in quotes"
    if bare != text and _E164.fullmatch(bare):
        hint = f'write "{bare}"'
    elif bare.startswith("00") and _E164.fullmatch("+" + bare[2:]):
        hint = f'write "+{bare[2:]}"'
    elif bare.isdigit() and len(bare) <= 4:
        return f'"{text}" is a short or emergency number: Connect cannot dial it', "name the desk's full number"
    return f'"{text}" is not a telephone number in E.164 form', hint


def country(text: str) -> str | None:
    """The ISO country of an E.164 number, or None when it is not known."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.region_code_for_number(number)
    return found or phonenumbers.region_code_for_country_code(number.country_code or 0)


def countries() -> frozenset[str]:
    """Every ISO country code that has telephone numbers."""
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def fits(prefix: str, country: str) -> bool:
    """Whether numbers of an ISO country can begin with `prefix`, or `prefix` with their country code."""
    import phonenumbers

    code = f"+{phonenumbers.country_code_for_region(country)}"
    return prefix.startswith(code) or code.startswith(prefix)
