"""What an apply came to: who was done, who failed and why, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..specs.errors import CcdeployError, Interrupted, Unfinished


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
    """What was done. `left` people were not reached; `stopped` says why, if something stopped the run."""

    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("create", "update", "suspend", "remove"), 0))
    same: int = 0
    failures: list[Failure] = field(default_factory=list)
    left: int = 0
    calls: int = 0
    seconds: float = 0.0
    stopped: CcdeployError | None = None
    interrupted: bool = False
    made: dict[str, bool] = field(default_factory=dict, repr=False)  # username: whether this run's CreateUser made it

    def as_json(self) -> dict[str, int]:
        """The `agents` object of the JSON contract."""
        return {**self.done, "same": self.same, "failed": len(self.failures)}

    @property
    def error(self) -> CcdeployError | None:
        """What to raise: Interrupted, Unfinished when something is left or failed, else None."""
        changed = sum(self.done.values())
        text = f"{changed} people done, {len(self.failures)} failed, {self.left} left"
        hint = "run the same command again: it carries on where it stopped"
        if self.interrupted:
            return Interrupted(f"interrupted: {text}", hint=hint)
        if self.stopped is not None:
            if not self.calls:
                return self.stopped
            return Unfinished(f"stopped: {text}. {self.stopped.message}", hint=self.stopped.hint or hint)
        if self.failures:
            first = self.failures[0]
            where = f"{first.file}:{first.line}" if first.line else first.file
            return Unfinished(f"{text}; the first at {where}: {first.message}", hint=hint, where=where)
        return None
