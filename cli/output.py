"""Where text goes: standard output is for data, standard error for talk.

A reader that goes away (`ccdeploy up | head -1`) must never stop a run in the middle of a change: the first broken
pipe points standard output at nothing and the run goes on.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

_lost: list[str] = []  # why data could not be written


def open_streams() -> None:
    """Give standard streams that are closed (`>&-`) somewhere to go: else the next file takes their place.

    A closed stream is somebody's wish to hear nothing, so what is written to it is not missed.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - as long as we run


def lost() -> bool:
    """Whether data was asked for and could not be written: a full disk, not a reader that went away."""
    return bool(_lost)


def detach() -> None:
    """Point standard output at nothing, so that neither a later write nor the interpreter's exit fails."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def out(text: str) -> None:
    """A line of data on standard output."""
    try:
        sys.stdout.write(_writable(text, sys.stdout.encoding) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        detach()
    except OSError as error:  # a full disk behind `>`: a run that changes things must not stop half-way for it
        detach()
        _lost.append(error.strerror or "it failed")
        talk(f"error: standard output cannot be written: {_lost[-1]}")


def talk(text: str) -> None:
    """A line for the person at the terminal, on standard error."""
    try:
        sys.stderr.write(_writable(text, sys.stderr.encoding) + "\n")
        sys.stderr.flush()
    except OSError:
        pass


def out_json(value: Mapping[str, Any], *, line: bool = False) -> None:
    """An object on standard output: indented for people and editors, or as one line of a stream."""
    if line:
        out(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")))
    else:
        out(json.dumps(value, ensure_ascii=False, indent=2))


def _writable(text: str, encoding: str | None) -> str:
    """The text as the stream can carry it: a C locale must not turn an accent into a traceback."""
    name = encoding or "utf-8"
    return text.encode(name, "backslashreplace").decode(name)
