"""Fictional telephone numbers: which ones the inventory offers for a country, a type and a prefix.

Ranges that regulators reserve for films and examples come first (France +33 1 99 00 and its sisters, the United Kingdom
+44 20 7946 0, North America 555-01); where none is known, or a prefix lies outside, digits are filled in. The same
question always gives the same numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

# country -> (calling code, digits after it, geographic stems, toll-free stems)
_PLANS: dict[str, tuple[str, int, tuple[str, ...], tuple[str, ...]]] = {
    "FR": ("33", 9, ("19900", "26191", "35301", "46571", "53649"), ("80598",)),
    "GB": ("44", 10, ("2079460", "1632960", "1614960", "1214960", "1314960"), ("808157",)),
    "US": ("1", 10, ("2125550", "4155550", "2025550", "3125550"), ("8005550", "8885550")),
    "CA": ("1", 10, ("4165550", "5145550", "6045550"), ("8665550",)),
    "DE": ("49", 10, ("3023125", "8999998", "4066969"), ("8005550",)),
    "ES": ("34", 9, ("910555", "930555", "960555"), ("900555",)),
    "IT": ("39", 10, ("0655501", "0255501"), ("800555",)),
    "BE": ("32", 8, ("25550", "35550"), ("800555",)),
    "NL": ("31", 9, ("205550", "105550"), ("800555",)),
    "PT": ("351", 9, ("215550", "225550"), ("800555",)),
    "IE": ("353", 9, ("15550", "215550"), ("1800555",)),
    "AT": ("43", 9, ("15550", "7325550"), ("800555",)),
    "CH": ("41", 9, ("445550", "225550"), ("800555",)),
}
_DEFAULT = 9
_UIFN = ("800", 8, ("55500",))  # universal international freephone numbers belong to no country


@functools.cache
def plan(country: str) -> tuple[str, int, tuple[str, ...], tuple[str, ...]]:
    """Calling code, length of the national number, and the stems of fictional numbers."""
    if country in _PLANS:
        return _PLANS[country]
    from phonenumbers import country_code_for_region

    code = str(country_code_for_region(country) or 999)
    return code, _DEFAULT, ("2055501", "3055501"), ("800555",)


def candidates(country: str, kind: str, prefix: str) -> Iterator[str]:
    """Numbers in E.164 form that fit, in a fixed order; at most some thousands."""
    code, length, stems, toll_free = plan(country)
    if kind == "UIFN":
        code, length, stems = _UIFN
    elif kind in ("TOLL_FREE", "THIRD_PARTY_TF"):
        stems = toll_free
    wanted = prefix.lstrip("+")
    if wanted and not (wanted.startswith(code) or code.startswith(wanted)):
        return
    national = wanted[len(code) :]
    fitting = [stem for stem in stems if stem.startswith(national) or national.startswith(stem)]
    if not fitting:
        fitting = [national + "9900"[: max(0, length - len(national) - 2)]]
    for stem in fitting:
        start = national if len(national) > len(stem) else stem
        digits = length - len(start)
        if digits < 0:
            continue
        for index in range(min(10**digits, 1000)):
            yield f"+{code}{start}{index:0{digits}d}" if digits else f"+{code}{start}"


def country_of(number: str) -> tuple[str, str] | None:
    """Country and type of a number that no search offered: from the plans here, else from the world's numbering plan.

    None where neither knows the number. Numbers under a calling code that several countries share are the main one's.
    """
    for country, (code, length, stems, toll_free) in _PLANS.items():
        national = number[1 + len(code) :]
        if number.startswith(f"+{code}") and len(national) == length:
            if any(national.startswith(stem) for stem in toll_free):
                return country, "TOLL_FREE"
            if any(national.startswith(stem) for stem in stems):
                return country, "DID"
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.region_code_for_number(parsed)
    country = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if not country.isalpha() or country == "ZZ":  # the world's own ranges belong to no country
        return None
    kind = phonenumbers.number_type(parsed)
    return country, "TOLL_FREE" if kind == phonenumbers.PhoneNumberType.TOLL_FREE else "DID"
