"""The sandbox as the commands see it: start, stop, where it is, what it has seen."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Refused
from .settings import CENTER, HIDDEN, hidden_folder, upwards
from .target import data_folder

if TYPE_CHECKING:
    from ..sandbox.server import Options

DEFAULT_REGION = "eu-central-1"


def folder_of(given: Path | None) -> Path:
    """The folder named, else the nearest upwards with center.yaml or .ccdeploy, else the current one."""
    if given is None:
        return upwards(Path.cwd(), CENTER, HIDDEN) or Path.cwd()
    if not given.is_dir():
        raise Refused(
            f"{given} is not a folder.",
            hint="Name the folder whose sandbox is meant, or make it first.",
            where=str(given),
            code="no-folder",
        )
    return given.resolve()


def options(
    *,
    port: int,
    pace: str,
    latency: str,
    quotas: bool,
    faults: Path | None,
    today: dt.date | None,
    policy: Path | None = None,
) -> Options:
    """The server's options. Raises Refused for a latency that is no duration, a fault plan or a policy that is none."""
    from ..sandbox.server import Options

    if faults is not None:
        _check_plan(faults)
    if policy is not None:
        _check_policy(policy)
    return Options(
        port=port,
        pace="real" if pace == "real" else "instant",
        latency=_seconds(latency),
        quotas=quotas,
        faults=faults.resolve() if faults else None,  # the server runs in another folder
        policy=policy.resolve() if policy else None,
        today=today,
    )


def _check_policy(path: Path) -> None:
    """Raises Refused for a file that is no identity policy, OSError for one that cannot be read."""
    from ..sandbox.iam.policy import BadPolicy, load

    try:
        load(path)
    except BadPolicy as error:
        hint = "Correct it, or print the one that ccdeploy needs: ccdeploy doctor --policy"
        raise Refused(f"{error}.", hint=hint, where=str(path), code="bad-policy") from error


def _check_plan(path: Path) -> None:
    """Raises Refused for a file that is no fault plan, OSError for one that cannot be read."""
    from ..sandbox.faults import BadPlan, load

    try:
        load(path)
    except BadPlan as error:
        raise Refused(
            f"{error}.", hint="Correct the fault plan and start again.", where=str(path), code="bad-plan"
        ) from error


def _seconds(text: str) -> float:
    """`100ms`, `1.5s` or a plain number of seconds."""
    import re

    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*", text)
    if match is None:
        raise Refused(f"{text!r} is no time.", hint="Write it as 100ms or 1.5s.", where="--latency", code="bad-time")
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


def start(folder: Path, chosen: Options) -> dict[str, Any]:
    """Start the folder's server apart from this process; the answer tells where, once it answers."""
    from ..sandbox import process

    hidden_folder(folder)
    return _info(process.start(folder, chosen))


def stay(folder: Path, chosen: Options, when_ready: Callable[[dict[str, Any]], None]) -> None:
    """Serve in this process until the operator stops it."""
    import os

    from ..sandbox.server import serve
    from .interrupt import stoppable

    hidden_folder(folder)
    data = data_folder(folder)
    with stoppable() as stop:
        running = serve(data, chosen)
        try:
            when_ready({"endpoint": running.endpoint, "pid": os.getpid(), "data": str(data)})
            stop.event.wait()
        finally:
            running.stop()


def stop(folder: Path) -> bool:
    """Stop the folder's server; False when none runs."""
    from ..sandbox import process

    return process.stop(folder)


def status(folder: Path) -> dict[str, Any]:
    """The object of `sandbox start`, and whether it runs."""
    from ..sandbox import process

    found = process.find(folder)
    if found is None:
        return {"endpoint": None, "pid": None, "data": str(data_folder(folder)), "running": False}
    return {**_info(found), "running": True}


def environment(folder: Path) -> dict[str, str]:
    """The variables that point AWS tools at the folder's server. Raises Refused when none runs."""
    from ..sandbox import process

    found = process.find(folder)
    if found is None:
        raise Refused(
            "No sandbox runs for this folder.",
            hint="Start it: ccdeploy sandbox start",
            where=str(folder),
            code="no-sandbox",
        )
    region = _region(folder)
    return {
        "AWS_ENDPOINT_URL": found.endpoint,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


def reset(folder: Path) -> None:
    """Remove the sandbox's data and the state of the stacks that stood on it. Raises Refused while a server runs."""
    from ..sandbox import process

    if process.find(folder) is not None:
        raise Refused(
            "The sandbox of this folder runs.",
            hint="Stop it first: ccdeploy sandbox stop",
            where=str(folder),
            code="sandbox-runs",
        )
    for place in (data_folder(folder), folder / HIDDEN / "stacks"):
        if place.exists():
            shutil.rmtree(place)


def history(folder: Path, last: int | None = None) -> Iterator[Mapping[str, Any]]:
    """The requests that the sandbox has seen, oldest first."""
    from collections import deque

    from ..sandbox.history import read

    records = read(data_folder(folder))
    yield from records if last is None else deque(records, maxlen=last)


def _region(folder: Path) -> str:
    """The centre's Region if it can be read, else a Region that has Connect."""
    from ..specs.load import load

    if not (folder / CENTER).exists():
        return DEFAULT_REGION
    center = load(folder).center
    return center.region if center is not None else DEFAULT_REGION


def _info(found: Any) -> dict[str, Any]:
    return {"endpoint": found.endpoint, "pid": found.pid, "data": str(found.data)}
