"""What a run says while it runs: the one source of the terminal's lines and of the JSON stream.

Every event is a frozen value with `as_json()`; the last of a run is always `Result`. Usernames and callers' data never
enter an event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Literal, Union

from ..specs.errors import CcdeployError
from ..specs.frozen import dataclass
from ..stacks.engine.plan import Changes

StageName = Literal["prepare", "stack", "rosters", "retire", "names", "agents", "resources", "outputs"]


@dataclass(frozen=True, slots=True)
class Started:
    """A run begins. `command` is up, down or roster apply."""

    command: str
    center: str
    stack: str
    target: str
    engine: str

    def as_json(self) -> dict[str, Any]:
        """One line of the stream."""
        return {
            "event": "started",
            "command": self.command,
            "center": self.center,
            "stack": self.stack,
            "target": self.target,
            "engine": self.engine,
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage begins; `total` is how many steps it is expected to have (0 = not known)."""

    name: StageName
    total: int = 0

    def as_json(self) -> dict[str, Any]:
        """One line of the stream."""
        return {"event": "stage", "stage": self.name, "total": self.total}


@dataclass(frozen=True, slots=True)
class Progress:
    """Something moved. `done` of `total` steps of the stage; `eta` in seconds, None while nothing is known.

    `action`, `type` and `name` say what moved where it is a resource. People are only counted, `rate` of them a second;
    the message of one who failed begins with file and line.
    """

    stage: StageName
    status: Literal["started", "done", "failed"]
    done: int
    total: int
    eta: float | None = None
    action: str = ""
    type: str = ""
    name: str = ""
    seconds: float = 0.0
    message: str = ""
    rate: float | None = None

    def as_json(self) -> dict[str, Any]:
        """One line of the stream."""
        event: dict[str, Any] = {
            "event": "progress",
            "stage": self.stage,
            "status": self.status,
            "done": self.done,
            "total": self.total,
            "eta": None if self.eta is None else round(self.eta, 1),
        }
        if self.type:
            event |= {
                "action": self.action,
                "type": self.type,
                "name": self.name,
                "seconds": round(self.seconds, 3),
            }
        if self.rate is not None:
            event["rate"] = round(self.rate, 2)
        return event | ({"message": self.message} if self.message else {})


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the operator: what was recovered, what was kept, what to know."""

    text: str
    level: Literal["info", "warning"] = "info"

    def as_json(self) -> dict[str, Any]:
        """One line of the stream."""
        return {"event": "note", "level": self.level, "text": self.text}


@dataclass(frozen=True, slots=True)
class Result:
    """How the run ended; `error` is set when the exit code is not 0. `estimate` is what AWS would need, in seconds."""

    changes: Changes
    agents: Mapping[str, int]
    outputs: Mapping[str, Any]
    seconds: float
    estimate: float = 0.0
    failures: tuple[Mapping[str, str], ...] = ()
    skipped: tuple[str, ...] = ()
    error: CcdeployError | None = None

    def as_json(self) -> dict[str, Any]:
        """The last line of the stream."""
        event: dict[str, Any] = {
            "event": "result",
            "changes": self.changes.as_json(),
            "agents": dict(self.agents),
            "outputs": dict(self.outputs),
            "seconds": round(self.seconds, 3),
            "aws_seconds": round(self.estimate),
        }
        if self.failures:
            event["failures"] = [dict(failure) for failure in self.failures]
        if self.skipped:
            event["skipped"] = list(self.skipped)
        if self.error is not None:
            event["error"] = self.error.as_json()
        return event

    @property
    def exit_code(self) -> int:
        """The exit code of the contract."""
        return self.error.exit_code if self.error else 0


Event = Union[Started, Stage, Progress, Note, Result]  # noqa: UP007 - evaluated at run time on Python 3.10
OnEvent = Callable[[Event], None]

NO_AGENTS: Mapping[str, int] = {
    "create": 0,
    "update": 0,
    "suspend": 0,
    "remove": 0,
    "same": 0,
    "failed": 0,
}


ENOUGH = 5  # steps before an ETA is told: the first ones wait for the instance


@dataclass(slots=True)
class Meter:
    """Counts a stage's steps and tells how long the rest will take at the pace so far."""

    stage: StageName
    total: int
    clock: Callable[[], float]
    done: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def step(self) -> None:
        """One more is done; a total that was guessed too low grows."""
        self.done += 1
        self.total = max(self.total, self.done)

    @property
    def rate(self) -> float | None:
        """Steps a second so far; None until that means something."""
        if self.done < min(ENOUGH, self.total):
            return None
        return self.done / max(self.clock() - self.started, 1e-6)

    @property
    def eta(self) -> float | None:
        """Seconds that are left at the pace so far; None until that pace means something."""
        if self.done < min(ENOUGH, self.total):
            return None
        return (self.clock() - self.started) / self.done * (self.total - self.done)
