"""`status` as text: tables that fit 80 columns."""

from __future__ import annotations

from typing import Any

from ..output import out
from .drift import drift_lines
from .words import folded


def status_text(status: dict[str, Any]) -> None:
    """The instance, its numbers, queues, flows and people, then what drifted."""
    instance = status["instance"]
    out(f"Stack:     {status['stack']} on {status['target']} ({status['engine']})")
    if instance is None:
        out("Instance:  none yet. Make it stand: ccdeploy up")
        return
    out(f"Instance:  {instance['alias']} ({instance['id']})")
    out(f"Sign in:   {instance['access_url']}")
    for name, number in status["phone_numbers"].items():
        out(f"Number:    {number or '?'}  {name}")
    for title, key in (("Queues", "queues"), ("Profiles", "routing_profiles"), ("Hours", "hours_of_operation")):
        if status[key]:
            out(folded(f"{title + ':':11}", sorted(status[key])))
    for name, state in status["switches"].items():
        since = f" since {state['since'][:16].replace('T', ' ')}" if state["since"] and state["on"] else ""
        out(f"Switch:    {name} is {'ON' + since if state['on'] else 'off'}")
    if status["flows"]:
        out(folded("Flows:     ", sorted(status["flows"])))
    out(f"Agents:    {status['agents']['total']}")
    _drift(status["drift"])


def _drift(drift: list[dict[str, Any]]) -> None:
    if not drift:
        out("Drift:     none")
        return
    out(f"Drift:     {len(drift)} changed by hand since the last up")
    for line in drift_lines(drift):
        out(line)
