"""`ccdeploy flow lint`: what the service would refuse, and where a caller would be lost."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...deploy.settings import Settings
from ..options import sarif, settings

TYPES = ("inbound", "customer_queue", "customer_hold", "agent_hold", "customer_whisper", "agent_whisper")
MORE_TYPES = ("outbound_whisper", "agent_transfer", "queue_transfer", "module")


@click.command("lint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@settings("stack", "json", "quiet", "today")
@sarif
@click.option(
    "--type",
    "flow_type",
    type=click.Choice([*TYPES, *MORE_TYPES]),
    metavar="TYPE",
    help="The type of JSON flows that do not say it (inbound, customer_queue, …).",
)
def lint(given: Settings, files: tuple[Path, ...], sarif: bool, flow_type: str | None) -> None:
    """Judge flows: YAML, console JSON, a folder of them, or - for standard input.

    The service's own rules are errors. The hotline rules H01 to H12 are warnings, errors in a centre with `safety:`.
    """
    from ...deploy import flow_lint
    from ..output import out, out_json, talk
    from ..render.problems import counted, problems_text, sarif_json, summary

    found = flow_lint.lint(given, files, sys.stdin.buffer, flow_type or "")
    errors = found.errors
    if sarif:
        out_json(sarif_json(found.problems))
    elif given.json:
        out_json(found.as_json())
    else:
        if found.problems:
            out(problems_text(found.problems))
        for item in found.allowed if not given.quiet else ():
            word = "allowed" if item.by == "allow" else "waived"
            talk(f"{item.where}: {word}[{item.rule}]: {item.message}\n    reason: {item.reason}")
        if not given.quiet:
            talk(f"{counted(found.files, 'flow')}: {summary(errors, len(found.problems) - errors)}")
            if found.alone:
                talk("Judged without a centre: nothing is known of hours, rosters, other flows and modules.")
    click.get_current_context().exit(1 if errors else 0)
