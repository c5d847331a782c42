"""A PCM wave file becomes what Connect plays: 8 kHz, mono, mu-law (Connect facts 2, "Prompt file").

Pure Python: the standard library's `audioop` is gone in 3.13 and its `wave` refuses mu-law.
"""

from __future__ import annotations

import functools
import struct
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from ...specs.frozen import dataclass

RATE: Final = 8000
MAX_SECONDS: Final = 300
MAX_BYTES: Final = 50_000_000
_PCM, _FLOAT, _MULAW, _EXTENSIBLE = 1, 3, 7, 0xFFFE


class NotAudio(Exception):
    """The bytes are not a wave file that can be converted; the message says why."""


@dataclass(frozen=True, slots=True)
class _Wave:
    format: int
    channels: int
    rate: int
    bits: int
    data: bytes

    @property
    def seconds(self) -> float:
        frame = max(1, self.channels * self.bits // 8)
        return len(self.data) / frame / self.rate


def convert(data: bytes) -> bytes:
    """`data`, a wave file, as 8 kHz mono mu-law; one that is already so is returned as it is.

    Raises NotAudio for anything but PCM (8 to 32 bits, or float), for more than 5 minutes and for empty sound.
    """
    wave = _parse(data)
    if not wave.data:
        raise NotAudio("it holds no sound")
    if wave.seconds >= MAX_SECONDS:
        raise NotAudio(f"it lasts {wave.seconds:.0f} s; a prompt must be shorter than {MAX_SECONDS} s")
    if wave.format == _MULAW and wave.channels == 1 and wave.rate == RATE and wave.bits == 8:
        if len(data) >= MAX_BYTES:
            raise NotAudio("it is larger than 50 MB")
        return data
    if wave.format == _MULAW:
        raise NotAudio("it is mu-law but not 8 kHz mono; save it as PCM")
    return _written(_mulaw(_resample(_mono(_samples(wave), wave.channels), wave.rate)))


def _parse(data: bytes) -> _Wave:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotAudio("it is not a wave file (RIFF/WAVE)")
    form: tuple[int, int, int, int] | None = None
    position = 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")
        body = data[position + 8 : position + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if tag == _EXTENSIBLE and len(body) >= 26:
                tag = int.from_bytes(body[24:26], "little")
            form = (tag, channels, rate, bits)
        elif name == b"data" and form is not None:
            return _checked(_Wave(*form, data=body))
        position += 8 + size + size % 2
    raise NotAudio("it is cut short: it has no sound data")


def _checked(wave: _Wave) -> _Wave:
    if wave.format not in {_PCM, _FLOAT, _MULAW}:
        raise NotAudio(f"its coding ({wave.format:#x}) is not PCM")
    if not 1 <= wave.channels <= 8 or not 4000 <= wave.rate <= 192_000:
        raise NotAudio(f"{wave.channels} channels at {wave.rate} Hz cannot be converted")
    widths = {_PCM: {8, 16, 24, 32}, _FLOAT: {32}, _MULAW: {8}}
    if wave.bits not in widths[wave.format]:
        raise NotAudio(f"{wave.bits} bits a sample cannot be converted")
    return wave


def _samples(wave: _Wave) -> Sequence[int]:
    """All samples of all channels as 16-bit integers."""
    width = wave.bits // 8
    raw = wave.data[: len(wave.data) // width * width]
    if wave.format == _FLOAT:
        return [max(-32768, min(32767, round(value * 32767))) for (value,) in struct.iter_unpack("<f", raw)]
    if width == 1:
        return [(byte - 128) << 8 for byte in raw]
    if width == 2:
        return [value for (value,) in struct.iter_unpack("<h", raw)]
    # the upper two bytes of each sample; their lower ones are far below what a telephone carries
    upper = bytearray(len(raw) // width * 2)
    upper[0::2], upper[1::2] = raw[width - 2 :: width], raw[width - 1 :: width]
    return [value for (value,) in struct.iter_unpack("<h", bytes(upper))]


def _mono(samples: Sequence[int], channels: int) -> Sequence[int]:
    if channels == 1:
        return samples
    whole = len(samples) // channels * channels
    return [sum(frame) // channels for frame in zip(*(samples[c:whole:channels] for c in range(channels)), strict=True)]


def _resample(samples: Sequence[int], rate: int) -> Sequence[int]:
    """At 8 kHz. Going down, each new sample is the mean of the old ones that it covers, which keeps hiss out."""
    if rate == RATE or not samples:
        return samples
    count = len(samples) * RATE // rate
    if rate > RATE:
        sums = array("q", accumulate(samples, initial=0))
        edges = [index * rate // RATE for index in range(count + 1)]
        return [(sums[stop] - sums[start]) // max(1, stop - start) for start, stop in pairwise(edges)]
    last = len(samples) - 1
    result: list[int] = []
    for index in range(count):
        at, rest = divmod(index * rate, RATE)
        after = samples[min(at + 1, last)]
        result.append(samples[at] + (after - samples[at]) * rest // RATE)
    return result


@functools.cache
def _table() -> bytes:
    """Mu-law byte of each 16-bit sample, by the sample's unsigned value (ITU-T G.711)."""
    table = bytearray(65536)
    for unsigned in range(65536):
        sample = unsigned - 65536 if unsigned >= 32768 else unsigned
        sign = 0x80 if sample < 0 else 0
        magnitude = min(abs(sample), 32635) + 132
        exponent = magnitude.bit_length() - 8
        table[unsigned] = ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF
    return bytes(table)


def _mulaw(samples: Sequence[int]) -> bytes:
    table = _table()
    return bytes(table[sample & 0xFFFF] for sample in samples)


def _written(sound: bytes) -> bytes:
    padding = b"\0" * (len(sound) % 2)
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, _MULAW, 1, RATE, RATE, 1, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, len(sound))
    body = b"WAVE" + form + fact + struct.pack("<4sI", b"data", len(sound)) + sound + padding
    return struct.pack("<4sI", b"RIFF", len(body)) + body
