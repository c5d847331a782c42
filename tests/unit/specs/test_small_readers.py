"""Durations, near names, numbers, Regions, voices, sounds and Erlang: the small readers."""

from __future__ import annotations

import struct
from math import exp, factorial
from pathlib import Path

import pytest
from ccdeploy.specs import durations, erlang, permissions, phone, quotas, regions, voices, wave
from ccdeploy.specs.problems import Problems, Where
from ccdeploy.specs.suggest import did_you_mean, nearest
from hypothesis import given
from hypothesis import strategies as st

HERE = Where("f.yaml", 1, 1)


def test_durations_are_seconds_and_days() -> None:
    assert durations.seconds("30s") == 30
    assert durations.seconds("1h30m") == 5400
    assert durations.days("90d") == 90
    assert durations.days("36h") is None
    assert [durations.seconds(text) for text in ("", "5", "5 m", "m", "-5m", "5w")] == [None] * 6


@given(st.integers(0, 10_000_000))
def test_a_duration_is_spoken_as_it_is_read(total: int) -> None:
    assert durations.seconds(durations.spoken(total)) == total


def test_the_nearest_name_is_found_and_far_ones_are_not() -> None:
    assert nearest("max_contact", ["max_contacts", "hours"]) == "max_contacts"
    assert nearest("zzz", ["max_contacts", "hours"]) is None
    assert did_you_mean("zzz", ["b", "a"]) == "known: a, b"
    assert did_you_mean("zzz", [f"key-{n}" for n in range(50)]) == ""
    assert did_you_mean("x", []) == ""


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_of_numbers(text: str) -> None:
    wrong = phone.complaint(text)
    assert wrong is None or wrong[0]


def test_a_hint_gives_the_number_as_it_should_be() -> None:
    assert phone.complaint("+33 1 99 00 12 34") == (
        '"+33 1 99 00 12 34" is not a telephone number in E.164 form',
        'write "+33199001234"',
    )
    wrong = phone.complaint("0033199001234")
    assert wrong is not None
    assert wrong[1] == 'write "+33199001234"'
    assert phone.country("+33199001234") == "FR"


def test_ten_regions_have_connect_and_each_other_one_has_near_ones() -> None:
    assert len(regions.with_connect()) == 10
    for name, region in regions.all_regions().items():
        near = regions.nearest_with_connect(name)
        assert len(near) == 2
        assert all(other.connect for other in near)
        if region.connect:
            assert near[0].name == name


@pytest.mark.parametrize(
    ("voice", "code", "found"),
    [
        ("Lea", "fr-FR", []),
        ("Zeina", "arb", []),
        ("Leah", "fr-FR", [("bad-voice", "error")]),
        ("Lea", "en-GB", [("bad-voice", "error")]),
        ("Chantal", "fr-FR", [("other-accent", "warning")]),
        ("Ambre", "fr-FR", [("unsure-voice", "warning")]),
    ],
)
def test_voices_must_exist_and_speak_the_language(voice: str, code: str, found: list[tuple[str, str]]) -> None:
    problems = Problems()
    voices.check(voice, code, HERE, problems)
    assert [(p.code, p.severity) for p in problems.found] == found


def test_a_language_that_polly_lacks_is_never_taken_for_another_language() -> None:
    problems = Problems()
    voices.check_code("uk-UA", HERE, problems)
    voices.check_code("fr-FX", HERE, problems)
    assert ["fr-" in p.hint for p in problems.found] == [False, True]
    assert not any("ru-RU" in p.hint for p in problems.found)


def test_every_language_with_voices_is_a_language_of_polly() -> None:
    assert {code for code in voices.languages() if voices.default(code)} >= {"fr-FR", "en-GB", "es-ES", "de-DE", "arb"}


def test_the_bases_hold_only_known_permissions() -> None:
    for base in ("agent", "supervisor", "duty", "none"):
        assert set(permissions.base(base)) <= permissions.known()
    assert set(permissions.base("supervisor")) < set(permissions.base("duty"))


def test_granted_quotas_stand_over_the_defaults() -> None:
    assert quotas.granted({})["users"] == 500
    assert quotas.granted({"users": 600})["users"] == 600
    assert all(quotas.code(name).startswith("L-") for name in quotas.defaults())


def sound(kind: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, data: bytes = b"\x00" * 1600) -> bytes:
    """A WAV file."""
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def complaints(tmp_path: Path, data: bytes) -> list[str]:
    (tmp_path / "a.wav").write_bytes(data)
    problems = Problems()
    wave.check(tmp_path / "a.wav", "a.wav", HERE, problems)
    return [p.code for p in problems.found]


def test_pcm_and_mu_law_become_prompts_and_nothing_else_does(tmp_path: Path) -> None:
    assert complaints(tmp_path, sound()) == []
    assert complaints(tmp_path, sound(channels=2, rate=44100)) == []
    assert complaints(tmp_path, sound(kind=7, bits=8)) == []
    assert complaints(tmp_path, sound(kind=7, bits=8, rate=16000)) == ["bad-prompt"]
    assert complaints(tmp_path, sound(kind=85)) == ["bad-prompt"]
    assert complaints(tmp_path, sound(data=b"")) == ["bad-prompt"]
    assert complaints(tmp_path, b"ID3 music") == ["bad-prompt"]
    assert complaints(tmp_path, sound(data=b"\x00" * 16000 * 301)) == ["bad-prompt"]
    assert complaints(tmp_path, sound()[:30]) == ["bad-prompt"]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_sounds(data: bytes) -> None:
    wave.parse(data)
    wave.parse(b"RIFF\x00\x00\x00\x00WAVEfmt " + data)


def test_a_ready_sound_is_recognised() -> None:
    ready, other = wave.parse(sound(kind=7, bits=8)), wave.parse(sound())
    assert ready is not None
    assert ready.ready
    assert other is not None
    assert not other.ready
    assert other.seconds == pytest.approx(0.1)


def by_the_book(people: int, load: float, handle: int, within: int) -> float:
    """Erlang C as textbooks write it, with sums and factorials."""
    top = load**people / factorial(people) * people / (people - load)
    waits = top / (sum(load**k / factorial(k) for k in range(people)) + top)
    return 1 - waits * exp(-(people - load) * within / handle)


def test_erlang_c_agrees_with_the_textbooks_formula() -> None:
    assert erlang.traffic(180, 360) == pytest.approx(18)
    for people in (19, 22, 30, 60):
        assert erlang.answered(people, 18, 360, 20) == pytest.approx(by_the_book(people, 18, 360, 20))
    assert erlang.people_needed(180, 360, 20, 0.8) == 23
    assert by_the_book(23, 18, 360, 20) >= 0.8 > by_the_book(22, 18, 360, 20)
    assert erlang.answered(18, 18, 360, 20) == 0.0


@given(st.floats(1, 500), st.integers(10, 900), st.integers(1, 120), st.floats(0.01, 0.99))
def test_one_person_fewer_never_keeps_the_promise(calls: float, handle: int, within: int, share: float) -> None:
    need = erlang.people_needed(calls, handle, within, share)
    assert need is not None
    load = erlang.traffic(calls, handle)
    assert erlang.answered(need, load, handle, within) >= share
    assert need == 1 or erlang.answered(need - 1, load, handle, within) < share
