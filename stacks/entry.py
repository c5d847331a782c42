"""`pulumi up` typed by hand: the folder comes from the stack's config, everything else as in `ccdeploy up`."""

from __future__ import annotations

from pathlib import Path


def main() -> None:
    """Load the centre that `ccdeploy:folder` names (= the current folder) and register it on the running Pulumi.

    A Pulumi stack is named `<center>.<stack>`. Raises Invalid with every mistake of the folder, Refused when the
    stack is set up for another Region.
    """
    import pulumi

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
    program(loaded.center)()
