"""`ccdeploy flow diff`: what changed, in words."""

from __future__ import annotations

import click

from ...deploy.settings import Settings
from ..options import settings


@click.command("diff")
@click.argument("files", nargs=-1, metavar="[FILE] [FILE]")
@settings("stack", "target", "engine", "json", "quiet", "today")
@click.option("--live", metavar="NAME", help="Compare the deployed flow NAME with FILE, or with the folder's own.")
def diff(given: Settings, files: tuple[str, ...], live: str | None) -> None:
    """Say what changed from one flow to another: YAML, console JSON, or - for standard input.

    Equal up to identifiers and layout is no difference. Names in YAML are matched with the ids of an export by what
    they are used for, and the matches are told. Exit code 1 when there is one.
    """
    from ...deploy import flow_diff
    from ..output import out, out_json, talk

    if len(files) != 2 and (live is None or len(files) > 1):
        raise click.UsageError("Two flows are compared: FILE FILE, or --live NAME [FILE].")
    found = flow_diff.diff(given, *files) if live is None else flow_diff.diff_live(given, live, "".join(files))
    if given.json:
        out_json(found.as_json())
    elif found.changes:
        out("\n".join(f"{change.kind}: {change.text}" for change in found.changes))
    elif not given.quiet:
        talk("no difference but names" if found.names else "no difference")
    if found.names and not given.json and not given.quiet:
        talk("Names were matched with ids by what they are used for:")
        for id_, name in sorted(found.names.items(), key=lambda item: item[1]):
            talk(f"  {name} = {id_}")
    click.get_current_context().exit(1 if found.changes else 0)
