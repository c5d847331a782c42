"""What an apply came to: who was done, who failed and why, and what is left."""

from __future__ import annotations

import copy
from dataclasses import field
from typing import Final

from ..specs.errors import CcdeployError, Interrupted, Unfinished
from ..specs.frozen import dataclass

AGAIN: Final = "run the same command again: it carries on where it stopped"


@dataclass(frozen=True, slots=True)
class Failure:
    """A person that could not be done. The message never holds a name, address or number."""

    file: str
    line: int
    action: str
    code: str
    message: str

    def as_json(self) -> dict[str, object]:
        """For the machine-readable remainder."""
        return {"file": self.file, "line": self.line, "action": self.action, "code": self.code, "message": self.message}


@dataclass(slots=True)
class AgentResult:
    """What was done. `left` people were not reached; `stopped` says why, if something stopped the run.

    `calls` were sent, `arrived` of them changed something or may have.
    """

    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("create", "update", "suspend", "remove"), 0))
    same: int = 0
    failures: list[Failure] = field(default_factory=list)
    left: int = 0
    calls: int = 0
    arrived: int = 0
    seconds: float = 0.0
    stopped: CcdeployError | None = None
    interrupted: bool = False
    made: dict[str, bool] = field(default_factory=dict, repr=False)  # username: whether this run's CreateUser made it

    def as_json(self) -> dict[str, int]:
        """The `agents` object of the JSON contract."""
        return {**self.done, "same": self.same, "failed": len(self.failures)}

    @property
    def error(self) -> CcdeployError | None:
        """What to raise: Interrupted, Unfinished when something is left or failed, else None.

        Where nothing was changed at all it is the reason itself, or a plain CcdeployError: exit code 1, not 3.
        """
        text = f"{sum(self.done.values())} people done, {len(self.failures)} failed, {self.left} left"
        if self.interrupted:
            return Interrupted(f"interrupted: {text}", hint=AGAIN)
        if self.stopped is not None:
            hint = with_again(self.stopped.hint)
            told = f"stopped: {text}. {self.stopped.message}"
            if self.arrived:
                return Unfinished(told, hint=hint)
            reason = copy.copy(self.stopped)  # of its own kind and code
            reason.message, reason.hint, reason.args = told, hint, (told,)
            return reason
        if self.failures:
            first = self.failures[0]
            where = f"{first.file}:{first.line}" if first.line else first.file
            kind = Unfinished if self.arrived else CcdeployError
            return kind(f"{text}; the first at {where}: {first.message}", hint=AGAIN, where=where)
        return None


def with_again(hint: str) -> str:
    """The hint, with how to go on."""
    if not hint:
        return AGAIN
    return hint if "the same command again" in hint else f"{hint}; then {AGAIN}"
