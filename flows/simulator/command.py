"""A script as the command that places the same call."""

from __future__ import annotations

import shlex

from .script import Script
from .world import CALLER
from .written import flow_text, given_of


def command_of(script: Script) -> str:
    """`ccdeploy call main --at … --press 1 --given '{fails: [ask]}'`, quoted for a shell."""
    words = ["ccdeploy", "call"]
    words += [script.to] if script.to else ["--flow", f"flows/{script.flow}.yaml"]
    if script.caller != CALLER:
        words += ["--from", script.caller or "withheld"]
    if script.at is not None:
        words += ["--at", f"{script.at:%Y-%m-%dT%H:%M}"]
    for item in script.press or ("timeout",):
        words += ["--press", item]
    given = given_of(script.given)
    if given:
        words += ["--given", flow_text(given)]
    return shlex.join(words)
