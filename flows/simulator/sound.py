"""A call to listen to: what is said by espeak-ng where it is installed, keys as their tones.

A stand-in for the service's own voices, good enough to hear what a menu asks and how long it takes.
"""

from __future__ import annotations

import io
import math
import shutil
import struct
import subprocess
import wave
from collections.abc import Mapping
from pathlib import Path

from .place import Result

RATE = 22_050
_LOW = {"1": 697, "2": 697, "3": 697, "4": 770, "5": 770, "6": 770, "7": 852, "8": 852, "9": 852}
_LOW |= {"*": 941, "0": 941, "#": 941}
_HIGH = {"1": 1209, "4": 1209, "7": 1209, "*": 1209, "2": 1336, "5": 1336, "8": 1336, "0": 1336}
_HIGH |= {"3": 1477, "6": 1477, "9": 1477, "#": 1477}


def write(result: Result, file: Path, voices: Mapping[str, str]) -> str:
    """Write the call as a WAV of one channel; what was done, or why nothing was. `voices` maps voice to language."""
    program = shutil.which("espeak-ng")
    if program is None:
        return f"{file} was not written: espeak-ng is not installed (apt-get install espeak-ng)"
    frames = bytearray()
    for entry in result.entries:
        if entry.kind == "heard":
            frames += _said(program, entry.text, voices.get(entry.language, "en"))
        elif entry.kind == "pressed":
            frames += b"".join(tone(key) for key in entry.text if key in _LOW) or silence(1.0)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(frames))
    return f"{file}: {len(frames) / 2 / RATE:.0f} s"


def _said(program: str, text: str, code: str) -> bytes:
    language = "ar" if code == "arb" else code.lower()
    if text.startswith("["):
        return _music() + silence(0.3)
    for voice in (language, language.partition("-")[0], "en"):
        made = subprocess.run(  # noqa: S603 - a fixed program; the text goes in on standard input
            [program, "-v", voice, "--stdout", "--stdin"], input=text.encode(), capture_output=True, check=False
        )
        if made.returncode == 0 and made.stdout[:4] == b"RIFF":
            return _frames(made.stdout) + silence(0.3)
    return silence(1.0)


def _frames(data: bytes) -> bytes:
    """The samples of a WAV at our rate; espeak writes lengths that wave does not trust."""
    start = data.find(b"data")
    frames: bytes
    with wave.open(io.BytesIO(_sized(data, start))) as sound:
        frames = sound.readframes(sound.getnframes())
    return frames


def _sized(data: bytes, start: int) -> bytes:
    body = data[start + 8 :]
    return b"RIFF" + struct.pack("<I", len(data) - 8) + data[8 : start + 4] + struct.pack("<I", len(body)) + body


def silence(seconds: float) -> bytes:
    """Nothing, for a while."""
    return bytes(int(RATE * seconds) * 2)


def tone(key: str) -> bytes:
    """A key's two tones, and a pause."""
    return _waves((_LOW[key], _HIGH[key]), 0.18) + silence(0.12)


def _music() -> bytes:
    return b"".join(_waves((note,), 0.25) for note in (523, 659, 784, 659, 523))


def _waves(tones: tuple[int, ...], seconds: float) -> bytes:
    count = int(RATE * seconds)
    samples = (sum(math.sin(2 * math.pi * t * n / RATE) for t in tones) / len(tones) for n in range(count))
    return struct.pack(f"<{count}h", *(int(9000 * sample) for sample in samples))
