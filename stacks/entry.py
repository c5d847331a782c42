"""`pulumi up` typed by hand: the folder comes from the stack's config, everything else as in `ccdeploy up`.

Agents are no resources, so Pulumi knows nobody: quick connects to a person and flows that lead to one need the ids that
Connect gave. They come from a file that `ccdeploy:users` names, the answer of `aws connect list-users`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center

_LISTING: Final = "aws connect list-users --instance-id ID --output json > users.json"


def main() -> None:
    """Load the centre that `ccdeploy:folder` names (= the current folder) and register it on the running Pulumi.

    A Pulumi stack is named `<center>.<stack>`. Raises Invalid with every mistake of the folder, Refused when the
    stack is set up for another Region or `ccdeploy:users` names no list of users.
    """
    import pulumi

    from ..flows.centre import compile_center
    from ..specs.errors import Invalid, Refused
    from ..specs.load import load
    from .program import program

    folder = Path(pulumi.Config("ccdeploy").get("folder") or ".").expanduser().resolve()
    stack = pulumi.get_stack().rpartition(".")[2]
    loaded = load(folder, stack=stack)
    if loaded.center is None or loaded.problems.errors:
        listed = loaded.problems.listed()
        text = "\n".join(str(problem) for problem in listed)
        raise Invalid(
            f"{folder} has {loaded.problems.errors} mistakes:\n{text}",
            listed,
            hint="correct them, then run pulumi up again; another folder: pulumi config set ccdeploy:folder DIR",
        )
    region = pulumi.Config("aws").get("region")
    if region is not None and region != loaded.center.region:
        raise Refused(
            f"the stack's aws:region is {region}, but center.yaml says {loaded.center.region}",
            where="center.yaml",
            hint=f"run: pulumi config set aws:region {loaded.center.region}",
        )
    users = _users(pulumi.Config("ccdeploy").get("users"))
    flows = compile_center(loaded.center)
    unknown = lead_to_nobody(loaded.center, flows, users)
    if unknown:
        pulumi.log.warn(
            f"{unknown} lead to nobody, since no list of the instance's users is given. "
            f"Once they exist: {_LISTING}; pulumi config set ccdeploy:users users.json"
        )
    program(loaded.center, None, flows, users)()


def _users(file: str | None) -> Mapping[str, str]:
    """Usernames with their ids from the listing in `file`. Raises Refused for a file that is none."""
    from ..specs.errors import Refused

    if not file:
        return {}
    path = Path(file).expanduser()
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["UserSummaryList"]
        return {str(user["Username"]): str(user["Id"]) for user in listed}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Refused(
            f"{path} (ccdeploy:users) is no list of users: {type(error).__name__}",
            where=str(path),
            hint=f"write it: {_LISTING}",
        ) from error


def lead_to_nobody(center: Center, flows: FlowSet, users: Mapping[str, str]) -> str:
    """What names people of whom no id is known, in words: keys of quick connects and a count, never a name."""
    from .program import named_in_flows, waiting_for_agents

    waiting = waiting_for_agents(center, users)
    named = named_in_flows(flows) - users.keys()
    parts = [f"quick connects {', '.join(waiting)}"] if waiting else []
    parts += [f"{len(named)} person{'' if len(named) == 1 else 's'} that flows name"] if named else []
    return " and ".join(parts)
