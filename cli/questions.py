"""Questions: asked on a terminal, answered by --yes, refused where nobody can answer."""

from __future__ import annotations

import sys

import click

from ..deploy.settings import Settings
from ..specs.errors import Refused


def agreed(given: Settings, question: str, command: str) -> None:
    """Go on only with a yes. Raises Refused, naming --yes, when there is no terminal or JSON is wanted; Abort on no."""
    if given.yes:
        return
    if given.json or not sys.stdin.isatty():
        raise Refused(
            f"{question} Nobody can answer here; nothing was changed.",
            hint=f"Say yes beforehand: ccdeploy {command} --yes",
            code="needs-yes",
        )
    if not click.confirm(question, err=True):
        raise Refused("Not done, as you said.", hint="Nothing was changed.", code="declined")
