"""Where a started sandbox can be reached."""

from __future__ import annotations

from typing import Any

from ...deploy.settings import Settings
from ..output import out, out_json, talk


def started(given: Settings, info: dict[str, Any]) -> None:
    """The endpoint, once it answers."""
    if given.json:
        out_json({word: info[word] for word in ("endpoint", "pid", "data")}, line=True)
        return
    out(info["endpoint"])
    if not given.quiet:
        talk(f"The sandbox runs as process {info['pid']}. Point this shell's AWS tools at it:")
        talk('  eval "$(ccdeploy sandbox env)"')
