"""What the operator asked for, as one value; and which folder is meant."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from ..specs.errors import Refused
from ..specs.frozen import dataclass

CENTER = "center.yaml"
HIDDEN = ".ccdeploy"


def _unheard(_done: int, _total: int) -> None:
    """Nobody listens to how much of what stands was read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The shared options. `engine` None = the target's own; `today` None = this day."""

    stack: str = "dev"
    target: Literal["sandbox", "aws"] = "sandbox"
    engine: Literal["embedded", "pulumi"] | None = None
    json: bool = False
    yes: bool = False
    verbose: bool = False
    quiet: bool = False
    today: dt.date | None = None
    wait: float = 0.0  # seconds that a run waits for another operator to end
    local_state: bool = False  # the state of a real account may lie on this machine only
    take_over: bool = False  # what an adopted instance has once for all is written too
    on_read: Callable[[int, int], None] = _unheard  # hears how much of what stands was read

    @property
    def engine_name(self) -> Literal["embedded", "pulumi"]:
        """The engine that runs: embedded on the sandbox and pulumi on aws unless another was named."""
        return self.engine or ("embedded" if self.target == "sandbox" else "pulumi")


def real(path: Path) -> Path:
    """The path without links and dots; unlike `resolve` it also answers for links in a circle."""
    return Path(os.path.realpath(path))


def center_folder(given: Path | None) -> Path:
    """The folder that was named, or the nearest one upwards that holds center.yaml.

    Raises Refused when there is none, with the command that makes one. A named folder is taken as it is if it exists:
    what it lacks is for `validate` to say.
    """
    if given is not None:
        path = real(given)
        if path.is_dir():
            return path
        if path.is_file() and path.name == CENTER:
            return path.parent
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise Refused(f"{given} {what}.", hint=_make(given), where=str(given), code="no-folder")
    found = upwards(Path.cwd(), CENTER)
    if found is None:
        raise Refused(
            f"There is no {CENTER} in {Path.cwd()} or above it.",
            hint="Name the folder (ccdeploy validate DIR), or make one: ccdeploy init DIR",
            where=str(Path.cwd()),
            code="no-folder",
        )
    return found


def _make(given: Path) -> str:
    if given.exists():
        return "Name the folder that holds center.yaml."
    return f"Check the path, or make the folder: ccdeploy init {given}"


def upwards(start: Path, *names: str) -> Path | None:
    """The nearest folder from `start` upwards that holds one of `names`, or None."""
    for folder in (start, *start.parents):
        if any(_there(folder / name) for name in names):
            return folder
    return None


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that cannot be entered
        return False


def hidden_folder(folder: Path) -> Path:
    """`.ccdeploy` in `folder`, made if need be, with a .gitignore that keeps all of it out of git."""
    hidden = folder / HIDDEN
    hidden.mkdir(mode=0o700, exist_ok=True)
    ignore = hidden / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return hidden
