"""Any PCM wave file becomes 8 kHz mono mu-law."""

from __future__ import annotations

import io
import itertools
import math
import struct
import wave

import pytest
from ccdeploy.stacks.extras.audio import NotAudio, convert
from hypothesis import given, settings
from hypothesis import strategies as st


def sound(rate: int = 8000, channels: int = 1, width: int = 2, seconds: float = 0.05, hertz: float = 440.0) -> bytes:
    """A sine as a wave file."""
    file = io.BytesIO()
    peak = 2 ** (8 * width - 1) - 1
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        frames = bytearray()
        for index in range(int(rate * seconds)):
            value = int(peak * 0.8 * math.sin(2 * math.pi * hertz * index / rate))
            one = (value + 128).to_bytes(1, "little") if width == 1 else value.to_bytes(width, "little", signed=True)
            frames += one * channels
        out.writeframes(bytes(frames))
    return file.getvalue()


def decoded(data: bytes) -> list[int]:
    """The samples of a mu-law file, by the formula of ITU-T G.711."""
    start = data.index(b"data") + 8
    result = []
    for byte in data[start : start + int.from_bytes(data[start - 4 : start], "little")]:
        value = ~byte & 0xFF
        magnitude = ((((value & 0x0F) << 3) + 132) << ((value >> 4) & 7)) - 132
        result.append(-magnitude if value & 0x80 else magnitude)
    return result


def header(data: bytes) -> tuple[int, int, int, int]:
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, data.index(b"fmt ") + 8)
    return tag, channels, rate, bits


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000, 6000])
@pytest.mark.parametrize(("channels", "width"), [(1, 2), (2, 2), (1, 1), (2, 3), (1, 4)])
def test_a_tone_stays_a_tone(rate: int, channels: int, width: int) -> None:
    made = convert(sound(rate, channels, width))
    assert header(made) == (7, 1, 8000, 8)
    heard = decoded(made)
    assert abs(len(heard) - 400) <= 2
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(heard))
    assert 20 <= crossings <= 24  # 440 Hz for 0.05 s
    assert 22_000 < max(heard) < 28_000


def test_what_is_right_already_is_taken_as_it_is() -> None:
    made = convert(sound())
    assert convert(made) == made


def test_a_whistle_that_a_telephone_cannot_carry_is_damped() -> None:
    loud, damped = decoded(convert(sound(48000, hertz=440))), decoded(convert(sound(48000, hertz=16000)))
    assert max(map(abs, damped)) < max(map(abs, loud)) / 4


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_anything_else_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAudio):
        convert(data)


@settings(deadline=None)
@given(st.binary(max_size=80), st.integers(0, 60))
def test_a_damaged_file_is_converted_or_refused(noise: bytes, at: int) -> None:
    data = bytearray(sound())
    data[at : at + len(noise)] = noise
    try:
        assert header(convert(bytes(data)))[0] == 7
    except NotAudio:
        return


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (sound(seconds=0), "no sound"),
        (sound(rate=8000, seconds=301, width=1, hertz=0), "shorter than"),
        (sound().replace(b"\x01\x00\x01\x00\x40\x1f", b"\x55\x00\x01\x00\x40\x1f"), "not PCM"),
    ],
    ids=["empty", "long", "mp3"],
)
def test_the_reason_is_named(data: bytes, words: str) -> None:
    with pytest.raises(NotAudio, match=words):
        convert(data)
