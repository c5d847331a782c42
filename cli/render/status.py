"""`status` as text: tables that fit 80 columns."""

from __future__ import annotations

from typing import Any

from ..output import out
from .drift import drift_lines
from .problems import harmless
from .words import folded


def status_text(status: dict[str, Any]) -> None:
    """The instance, its numbers, queues, flows and people, then what drifted."""
    instance = status["instance"]
    out(f"Stack:     {status['stack']} on {status['target']} ({status['engine']})")
    if instance is None:
        out("Instance:  none yet. Make it stand: ccdeploy up")
        _last(status["last_run"])
        return
    out(f"Instance:  {instance['alias']} ({instance['id']})")
    out(f"Sign in:   {instance['access_url']}")
    for name, number in status["phone_numbers"].items():
        out(f"Number:    {number or '?'}  {name}")
    if status["queues"]:
        out(folded("Queues:    ", _queues(sorted(status["queues"]))))
    for title, key in (("Profiles", "routing_profiles"), ("Hours", "hours_of_operation")):
        if status[key]:
            out(folded(f"{title + ':':11}", sorted(status[key])))
    for name, state in status["switches"].items():
        since = f" since {state['since'][:16].replace('T', ' ')}" if state["since"] and state["on"] else ""
        out(f"Switch:    {name} is {'ON' + since if state['on'] else 'off'}")
    if status["flows"]:
        out(folded("Flows:     ", _flows(sorted(status["flows"]))))
    out(f"Agents:    {status['agents']['total']}")
    _last(status["last_run"])
    _drift(status["drift"])


def _queues(keys: list[str]) -> list[str]:
    """The queues by key; those that only hold callbacks are counted."""
    plain = [key for key in keys if key.removesuffix("-callbacks") not in keys or not key.endswith("-callbacks")]
    held = len(keys) - len(plain)
    return [*plain, f"and {held} for callbacks"] if held else plain


def _flows(names: list[str]) -> list[str]:
    """The folder's flows; the built-in ones are counted."""
    own = [name for name in names if not name.startswith("built-in-")]
    return [*own, f"and {len(names) - len(own)} built in"] if len(own) < len(names) else own


def _last(run: dict[str, Any] | None) -> None:
    if run is None:
        return
    who = harmless(f"{run['who']} on {run['host']}")
    outcome, todo = {
        "done": ("done", ""),
        "open": ("no end", "It is under way, or it was killed: then run it again."),
        "unfinished": ("not finished", "Correct what it named, then run it again."),
        "interrupted": ("interrupted", "Run it again: it goes on where it stopped."),
    }.get(run["outcome"], ("failed", ""))
    out(f"Last run:  {run['command']}, {str(run['at'])[:16].replace('T', ' ')}Z, {who}: {outcome}")
    if todo:
        out(f"           {todo}")


def _drift(drift: list[dict[str, Any]]) -> None:
    if not drift:
        out("Drift:     none")
        return
    out(f"Drift:     {len(drift)} changed by hand since the last up")
    for line in drift_lines(drift):
        out(line)
