"""A run as text: a bar on a terminal, a line a stage in a pipe, and at the end what stands, the numbers last.

Talk goes to standard error; the end, which is what one keeps, to standard output. With --json each event is a line.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ...deploy.events import Event, Note, OnEvent, Progress, Result, Stage, Started
from ...deploy.settings import Settings
from ..output import out, out_json, talk
from .colour import DIM, GREEN, RED, YELLOW, paint, wanted
from .words import PAST, PEOPLE_PAST, SIGN, counts, duration, kind

_TITLES = {
    "prepare": "",
    "stack": "resources",
    "resources": "resources",
    "retire": "retiring",
    "names": "names",
    "rosters": "people",
    "agents": "people",
    "outputs": "",
}
_BAR = 28
_FAILURES = 10  # people who failed are shown one by one; the end counts them all


class JsonLines:
    """One JSON object a line."""

    def __call__(self, event: Event) -> None:
        """Print the event."""
        out_json(event.as_json(), line=True)


class Terminal:
    """Lines for a person. The bar is drawn in place, at most twenty times a second."""

    def __init__(self, settings: Settings) -> None:
        self._quiet = settings.quiet
        self._verbose = settings.verbose
        self._colour = wanted(sys.stderr)
        self._live = sys.stderr.isatty() and not settings.quiet and not settings.verbose
        self._drawn = 0.0
        self._open = False
        self._last: Progress | None = None
        self._failed = 0
        self._people_only = False

    def __call__(self, event: Event) -> None:
        """Show the event."""
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Result):
            self._close()
            result_text(event, resources=not self._people_only)
        elif isinstance(event, Note):
            self._close()
            if event.level == "warning" or not self._quiet:
                talk(paint(event.text, YELLOW if event.level == "warning" else DIM, self._colour))
        elif isinstance(event, Started):
            self._people_only = event.command.startswith("roster")
            self._say(f"{event.command} {event.center}, stack {event.stack}, target {event.target}")
        elif isinstance(event, Stage):
            self._close()

    def _say(self, text: str) -> None:
        if not self._quiet:
            talk(text)

    def _progress(self, event: Progress) -> None:
        import time

        if event.status == "failed":
            self._failure(event)
        if self._verbose and event.status == "done" and event.type and event.action != "same":
            talk(f"  {SIGN.get(event.action, ''):2} {kind(event.type)} {event.name} ({duration(event.seconds)})")
        self._last = event
        now = time.monotonic()
        if self._live and now - self._drawn >= 0.05:
            self._drawn = now
            self._draw(event)

    def _failure(self, event: Progress) -> None:
        self._failed += 1
        if not event.type and self._failed > _FAILURES:
            return
        self._clear()
        what = f"{kind(event.type)} {event.name}: " if event.type else ""
        talk(f"  {paint('failed', RED, self._colour)} {what}{event.message}".rstrip())

    def _draw(self, event: Progress) -> None:
        filled = _BAR * event.done // max(1, event.total)
        bar = paint("#" * filled, GREEN, self._colour) + "." * (_BAR - filled)
        rate = "" if event.rate is None else f"  {event.rate:.1f} a second"
        left = "" if event.eta is None else f"  {duration(event.eta)} left"
        sys.stderr.write(f"\r\x1b[K  {_TITLES[event.stage]:10}[{bar}] {event.done}/{event.total}{rate}{left}")
        sys.stderr.flush()
        self._open = True

    def _clear(self) -> None:
        """Take the bar away, for a line in its place."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            self._open = False

    def _close(self) -> None:
        """End the bar of the last stage with what it came to."""
        event, self._last = self._last, None
        self._clear()
        if event is not None and not self._quiet:
            total = event.total if event.rate is not None else event.done  # of resources it may have been a guess
            talk(f"  {_TITLES[event.stage]:10}{event.done} of {total}")


def result_text(result: Result, *, resources: bool = True) -> None:
    """What was done, in how long and how long AWS would need, then what stands, then the error.

    `resources` False: the command changes people alone.
    """
    if resources:
        out(f"Resources: {counts(result.changes.as_json(), PAST)}")
    if any(result.agents.values()) or not resources:
        out(f"People:    {counts(result.agents, PEOPLE_PAST)}")
    slow = f"; AWS would need about {duration(result.estimate)}" if result.estimate else ""
    out(f"Time:      {duration(result.seconds)}{slow}")
    for item in result.skipped:
        out(f"Left out:  {item}")
    standing_text(result.outputs)
    if result.error is not None:
        talk(f"{paint('error:', RED, wanted(sys.stderr))} {result.error.message}")
        if result.error.hint:
            talk(f"hint: {result.error.hint}")


def standing_text(outputs: Mapping[str, Any]) -> None:
    """Where agents sign in and which numbers ring; nothing when nothing stands."""
    instance = outputs.get("instance") or {}
    if instance.get("access_url"):
        out(f"Sign in:   {instance['access_url']}")
    for name, number in (outputs.get("phone_numbers") or {}).items():
        out(f"Number:    {number or '?'}  {name}")


def listener(settings: Settings) -> OnEvent:
    """What shows the events of a run: JSON lines under --json, else text."""
    return JsonLines() if settings.json else Terminal(settings)
