"""Opening hours: nights, gaps, overlaps, holidays and overrides."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable

import pytest
from ccdeploy.specs.building.times import day_names, windows
from ccdeploy.specs.load import Loaded
from ccdeploy.specs.model import DAYS, Hours
from ccdeploy.specs.nodes import Scalar
from ccdeploy.specs.problems import Problems, Where
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., Loaded]


def hours(loaded: Loaded) -> Hours:
    assert [str(p) for p in loaded.problems.listed()] == []
    assert loaded.center is not None
    return loaded.center.hours["day"]


def codes(loaded: Loaded) -> list[str]:
    return [p.code for p in loaded.problems.listed()]


def written(*lines: str) -> str:
    return "hours_of_operation:\n  day:\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("25:00-26:00", "bad-time"),
        ("08:60-09:00", "bad-time"),
        ("8h-20h", "bad-time"),
        ("08:00", "bad-time"),
        ("08:00-08:00", "bad-time"),
        ("24:00-08:00", "bad-time"),
        ("09:00-08:00", "end-before-start"),
        ("20:00-13:00", "end-before-start"),
        ("08:00-23:59", "one-minute-gap"),
        ("00:00-23:59", "one-minute-gap"),
        ("", "bad-time"),
    ],
)
def test_a_bad_time_is_told_apart(text: str, code: str) -> None:
    problems = Problems()
    assert windows(Scalar(text, Where("f", 1, 1), True), problems) is None
    assert [p.code for p in problems.found] == [code]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("08:00-20:00", 480, 1200),
        ("8:00-20:00", 480, 1200),
        ("16:00-00:00", 960, 1440),
        ("16:00-24:00", 960, 1440),
        ("00:00-00:00", 0, 1440),
        ("00:00-24:00", 0, 1440),
        ("20:00-08:00", 1200, 1440 + 480),
        ("12:00-12:00", None, None),
    ],
)
def test_a_good_time_is_minutes(text: str, start: int | None, end: int | None) -> None:
    problems = Problems()
    found = windows(Scalar(text, Where("f", 1, 1)), problems)
    if start is None:
        assert found is None
    else:
        assert found is not None
        assert [(w.start, w.end) for w in found] == [(start, end)]


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader_of_times(text: str) -> None:
    problems = Problems()
    found = windows(Scalar(text, Where("f", 1, 1), True), problems)
    assert (found is None) == bool(problems.found)


def test_days_ranges_and_daily_name_days() -> None:
    assert day_names("mon") == ("mon",)
    assert day_names("sat-mon") == ("sat", "sun", "mon")
    assert day_names("daily") == DAYS
    assert day_names("monday") is None


def test_a_night_is_split_over_midnight(make: Make) -> None:
    day = hours(make(written("sat: 20:00-08:00", "mon: 10:00-12:00")))
    assert [(p.day, p.start, p.end) for p in day.periods] == [
        ("mon", 600, 720),
        ("sat", 1200, 1440),
        ("sun", 0, 480),
    ]


def test_a_night_that_runs_into_the_next_days_opening_overlaps(make: Make) -> None:
    assert codes(make(written("mon: 20:00-09:00", "tue: 08:00-12:00"))) == ["overlap"]


def test_sunday_night_runs_into_monday(make: Make) -> None:
    assert codes(make(written("sun: 20:00-09:00", "mon: 08:00-12:00"))) == ["overlap"]


def test_a_short_gap_breaks_rule_h05(make: Make) -> None:
    gap = written("mon: [08:00-12:00, 12:05-18:00]")
    assert [(p.code, p.severity) for p in make(gap).problems.listed()] == [("H05", "warning")]
    strict = make(gap + "safety: {emergency_numbers: [112]}\n")
    assert [(p.code, p.severity) for p in strict.problems.listed()] == [("H05", "error")]
    assert codes(make(written("mon: [08:00-12:00, 12:06-18:00]"))) == []
    assert codes(make(written("mon: 08:00-23:58", "tue: 00:00-08:00"))) == ["H05"]


def test_each_day_is_named_once(make: Make) -> None:
    assert codes(make(written("mon-fri: 08:00-20:00", "wed: closed"))) == ["day-twice"]


def test_holidays_become_overrides_from_today_on(make: Make) -> None:
    day = hours(make(written("mon-fri: 08:00-20:00", "holidays: {country: FR, closed: true}")))
    dates = [o.first for o in day.overrides]
    assert dates == sorted(dates)
    assert min(dates) >= dt.date(2026, 11, 22)
    assert dt.date(2026, 12, 25) in dates
    assert dt.date(2027, 7, 14) in dates
    assert len({o.name for o in day.overrides}) == len(dates)


def test_a_region_an_exception_and_hours_of_holidays_count(make: Make) -> None:
    plain = hours(make(written("mon: 08:00-09:00", "holidays: {country: FR}")))
    alsace = hours(make(written("mon: 08:00-09:00", "holidays: {country: FR, region: '57', hours: 10:00-12:00}")))
    assert dt.date(2026, 12, 26) in {o.first for o in alsace.overrides} - {o.first for o in plain.overrides}
    assert alsace.overrides[0].windows == ((600, 720),)
    without = hours(make(written("mon: 08:00-09:00", "holidays: {country: FR, except: [2026-12-25]}")))
    assert dt.date(2026, 12, 25) not in {o.first for o in without.overrides}


def test_unknown_countries_regions_and_exceptions_are_told(make: Make) -> None:
    assert codes(make(written("mon: 08:00-09:00", "holidays: {country: XX}"))) == ["bad-country"]
    assert codes(make(written("mon: 08:00-09:00", "holidays: {country: FR, region: ZZ}"))) == ["bad-country"]
    assert codes(make(written("mon: 08:00-09:00", "holidays: {country: FR, except: [Noel]}"))) == ["unknown-holiday"]


def test_holidays_reach_as_many_years_ahead_as_asked_whatever_the_month(make: Make) -> None:
    lines = written("mon: 08:00-09:00", "holidays: {country: FR, years: 1}")
    days = [o.first for o in hours(make(lines, today=dt.date(2026, 12, 30))).overrides]
    assert days[0] == dt.date(2027, 1, 1)
    assert days[-1] == dt.date(2027, 12, 25)


def test_an_exception_for_a_day_that_is_over_is_no_mistake(make: Make) -> None:
    lines = written("mon: 08:00-09:00", "holidays: {country: FR, except: [2026-12-25]}")
    days = [o.first for o in hours(make(lines, today=dt.date(2027, 1, 2))).overrides]
    assert dt.date(2027, 12, 25) in days


def test_a_written_override_wins_over_a_holiday(make: Make) -> None:
    text = written(
        "mon: 08:00-09:00",
        "holidays: {country: FR}",
        "overrides: [{name: Open, date: 2026-12-25, hours: 09:00-10:00}]",
    )
    on_the_day = [o for o in hours(make(text)).overrides if o.first == dt.date(2026, 12, 25)]
    assert [(o.name, o.windows) for o in on_the_day] == [("Open", ((540, 600),))]


def test_past_overrides_are_left_out_unless_yearly(make: Make) -> None:
    text = written(
        "mon: 08:00-09:00",
        "overrides:",
        "  - {name: Past, date: 2026-11-21, closed: true}",
        "  - {name: Running, from: 2026-11-01, to: 2026-11-22, closed: true}",
        "  - {name: Each year, date: 2020-05-01, closed: true, yearly: true}",
    )
    assert {o.name for o in hours(make(text)).overrides} == {"Running", "Each year"}


def test_at_most_fifty_overrides_from_today_on(make: Make) -> None:
    lines = [f"  - {{name: Day {n}, date: 2027-0{1 + n // 28}-{1 + n % 28:02}, closed: true}}" for n in range(51)]
    assert codes(make(written("mon: 08:00-09:00", "overrides:", *lines))) == ["too-many-overrides"]
    assert codes(make(written("mon: 08:00-09:00", "overrides:", *lines[:50]))) == []


def test_overrides_that_share_a_day_or_a_name_are_told(make: Make) -> None:
    text = written(
        "mon: 08:00-09:00",
        "overrides:",
        "  - {name: A, from: 2026-12-20, to: 2026-12-26, closed: true}",
        "  - {name: B, date: 2026-12-24, open: true}",
        "  - {name: A, date: 2027-01-24, open: true}",
    )
    assert codes(make(text)) == ["overlap", "duplicate-name"]


def test_an_empty_week_is_always_closed_and_allowed(make: Make) -> None:
    assert hours(make("hours_of_operation: {day: {mon: closed}}\n")).periods == ()


def test_only_the_module_of_the_country_that_is_asked_for_is_loaded_and_its_days_are_the_library_s() -> None:
    program = """
import sys
from ccdeploy.specs.building.calendars import public_holidays
mine = {country: public_holidays(country, None, (2026, 2027)) for country in ("DE", "FR", "GB", "TR")}
loaded = sorted(name for name in sys.modules if name.startswith("holidays.countries."))
import holidays, holidays.countries
for country, days in mine.items():
    language = getattr(holidays.country_holidays(country), "default_language", None)
    found = holidays.country_holidays(country, years=(2026, 2027), language=language)
    assert days == tuple(sorted((day, name) for day, name in found.items() if day.year in (2026, 2027))), country
assert holidays.countries.Spain().country == "ES"
print(*loaded)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names = ("france", "germany", "turkey", "united_kingdom")
    assert done.stdout.split() == [f"holidays.countries.{name}" for name in names]
