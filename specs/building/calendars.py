"""Public holidays as overrides, from the holidays library (imported only when a centre asks for them)."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from ..grammar.shapes import Values
from ..model import HoursOverride
from ..problems import Problems
from ..suggest import did_you_mean


@lru_cache(maxsize=64)
def public_holidays(country: str, region: str | None, years: tuple[int, ...]) -> tuple[tuple[dt.date, str], ...]:
    """Days and names, sorted. Raises NotImplementedError for a country or region that the library does not know."""
    import holidays

    with _one_country(holidays):
        language = getattr(holidays.country_holidays(country, subdiv=region), "default_language", None)
        found = holidays.country_holidays(country, subdiv=region, years=years, language=language)
    return tuple(sorted((day, name) for day, name in found.items() if day.year in years))


@contextmanager
def _one_country(library: ModuleType) -> Iterator[None]:
    """Let the library load the module of the country that is asked for, not those of the two hundred others.

    Each country is a module of its own, but the package around them imports all: ten times the work. While this holds,
    a bare package stands in its place; it is gone afterwards, so that whoever imports the real one gets it.
    """
    name = f"{library.__name__}.countries"
    if name in sys.modules or library.__file__ is None:
        yield
        return
    bare = ModuleType(name)
    bare.__path__ = [str(Path(library.__file__).with_name("countries"))]
    sys.modules[name] = bare
    try:
        yield
    finally:
        sys.modules.pop(name, None)


def build(values: Values, today: dt.date, problems: Problems) -> list[HoursOverride]:
    """The overrides of a `holidays:` map from `today` on; mistakes are recorded."""
    from .hours import override_windows

    if "country" not in values:
        return []
    ways = [name for name in ("hours", "closed") if name in values]
    if len(ways) > 1:
        problems.error(values.where, "bad-override", "`holidays` says both hours and closed", "write one of them")
        return []
    if values.get("closed") is False:
        return []  # written out: holidays are normal days
    windows = override_windows(values, problems) if ways else ()
    days = _days(values, today, problems)
    if windows is None:
        return []
    return [
        HoursOverride(f"{name[:110]} {day}", day, day, windows, holiday=True, where=values.where) for day, name in days
    ]


def _days(values: Values, today: dt.date, problems: Problems) -> list[tuple[dt.date, str]]:
    country, region = values["country"], values.get("region")
    left_out = values.get("except", [])
    last = today.year + int(values.get("years", 2))
    # An exception for a day that is over stays right: a folder must not become wrong by New Year.
    first = min([today.year, *(int(word[:4]) for word in left_out if re.fullmatch(r"2\d{3}-\d\d-\d\d", word))])
    try:
        found = public_holidays(country, region, tuple(range(first, last + 1)))
    except (NotImplementedError, AttributeError, KeyError):
        _unknown(values, problems)
        return []
    known = {name for _, name in found} | {str(day) for day, _ in found}
    for word in left_out:
        if word not in known:
            hint = did_you_mean(word, known, 6)
            problems.error(values.at("except"), "unknown-holiday", f'"{word}" is no holiday of {country}', hint)
    end = (last, today.month, today.day)
    return [
        (day, name)
        for day, name in found
        if today <= day and (day.year, day.month, day.day) <= end and not {name, str(day)} & set(left_out)
    ]


def _unknown(values: Values, problems: Problems) -> None:
    import holidays

    known = holidays.list_supported_countries()
    country = values["country"]
    if country not in known:
        hint = f'write "{country.upper()}"' if country.upper() in known else did_you_mean(country, known, 0)
        problems.error(values.at("country"), "bad-country", f'no holidays are known for "{country}"', hint)
    else:
        hint = did_you_mean(str(values.get("region")), known[country], 20)
        problems.error(
            values.at("region"), "bad-country", f'{country} has no region "{values.get("region")}" with holidays', hint
        )
