"""What a WAV file's header says: enough to refuse what cannot become a prompt (Connect facts 2, 3.6)."""

from __future__ import annotations

import struct
from pathlib import Path

from .frozen import dataclass
from .problems import Problems, Where
from .textfile import read_bytes_file

PCM, FLOAT, MU_LAW, EXTENSIBLE = 1, 3, 7, 0xFFFE
WIDTHS = {PCM: {8, 16, 24, 32}, FLOAT: {32}, MU_LAW: {8}}
MAX_SECONDS = 300
MAX_BYTES = 50_000_000
_PLACE = "paths are relative to the folder of center.yaml"


@dataclass(frozen=True, slots=True)
class Wave:
    """Format of a WAV file: `format` 1 = PCM, 7 = mu-law; `rate` in Hz; `seconds` of sound."""

    format: int
    channels: int
    rate: int
    bits: int
    seconds: float

    @property
    def ready(self) -> bool:
        """Whether Connect takes it as it is: 8 kHz mono mu-law."""
        return (self.format, self.channels, self.rate, self.bits) == (MU_LAW, 1, 8000, 8)


def check(path: Path, shown: str, where: Where, problems: Problems) -> None:
    """Record, at `where`, what makes the file no prompt."""
    found = Problems()
    data = read_bytes_file(path, shown, found, MAX_BYTES)
    for problem in found.found:
        hint = _PLACE if problem.code == "missing-file" else problem.hint
        problems.error(where, problem.code, problem.message, hint or _PLACE)
    if data is None:
        return
    wave = parse(data)
    wrong = "is no WAV file" if wave is None else complaint(wave)
    if wrong:
        problems.error(where, "bad-prompt", f"{shown} {wrong}", "save it as WAV, PCM 16 bit or 8 kHz mono mu-law")


def complaint(wave: Wave) -> str:
    """What keeps a WAV file from becoming a prompt; "" when nothing does."""
    if wave.format not in WIDTHS or wave.bits not in WIDTHS[wave.format]:
        return f"is compressed or unusual (WAV format {wave.format}, {wave.bits} bits)"
    if wave.format == MU_LAW and not wave.ready:
        return "is mu-law but not 8 kHz mono"
    if not 1 <= wave.channels <= 8 or not 4000 <= wave.rate <= 192_000:
        return f"has {wave.channels} channels at {wave.rate} Hz"
    if wave.seconds >= MAX_SECONDS:
        return f"lasts {wave.seconds:.0f} s: a prompt is shorter than {MAX_SECONDS} s"
    return "" if wave.seconds else "holds no sound"


def parse(data: bytes) -> Wave | None:
    """The format of a RIFF/WAVE file, None when it is none or is cut short."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    place, described, sound = 12, None, 0
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int(struct.unpack_from("<I", data, place + 4)[0])
        body = place + 8
        if name == b"fmt " and size >= 16 and body + 16 <= len(data):
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, body)
            if kind == EXTENSIBLE and size >= 26 and body + 26 <= len(data):
                kind = int(struct.unpack_from("<H", data, body + 24)[0])
            described = (kind, channels, rate, bits)
        elif name == b"data":
            sound = min(size, len(data) - body)
        place = body + size + size % 2
    if described is None or not described[1] or not described[2] or not described[3]:
        return None
    kind, channels, rate, bits = described
    frame = channels * max(bits, 8) // 8
    return Wave(kind, channels, rate, bits, sound / frame / rate)
