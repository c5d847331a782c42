"""What an engine says: steps before and after, counts, and the result. The same values on both engines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Any, Literal, Protocol

from ...specs.frozen import dataclass

Action = Literal["create", "update", "replace", "delete", "same"]


@dataclass(frozen=True, slots=True)
class Step:
    """One resource of a plan. `name` is the logical name (the user's key); `why` says what differs, in words."""

    action: Action
    type: str
    name: str
    urn: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Counts; the Stack, provider resources and things only read are left out, a replacement counts once."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    same: int = 0

    @classmethod
    def of(cls, steps: tuple[Step, ...]) -> Changes:
        """Count the steps by action."""
        counts: dict[str, int] = {}
        for step in steps:
            counts[step.action] = counts.get(step.action, 0) + 1
        return cls(**counts)

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.create + other.create,
            self.update + other.update,
            self.replace + other.replace,
            self.delete + other.delete,
            self.same + other.same,
        )

    @property
    def any(self) -> bool:
        """Whether anything would be or was changed."""
        return bool(self.create or self.update or self.replace or self.delete)

    def as_json(self) -> dict[str, int]:
        """The `changes` object of the JSON contract."""
        return {
            "create": self.create,
            "update": self.update,
            "replace": self.replace,
            "delete": self.delete,
            "same": self.same,
        }


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Something happened to a resource while a plan ran. `id` is the provider's, where the change told it."""

    status: Literal["started", "done", "failed"]
    step: Step
    seconds: float = 0.0
    message: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, in one sentence, with what to do next."""

    type: str
    name: str
    urn: str
    message: str
    code: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """What a run did. `outputs` are the program's exports in plain values ("[secret]" for secrets, None for unknown).

    `mutations` counts the provider calls that may have changed the world; `interrupted` tells that it was stopped.
    """

    steps: tuple[Step, ...]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    mutations: int = 0
    interrupted: bool = False

    @property
    def changes(self) -> Changes:
        """The counts of the steps."""
        return Changes.of(self.steps)


Places = Collection[tuple[str, str]]  # types and logical names
Program = Callable[[], None]  # registers resources and exports on the running Pulumi runtime
OnStep = Callable[[StepEvent], None]
OnRead = Callable[[int, int], None]  # how many things were read of how many; while 0 of 0 nothing is being read


def ignore(_event: StepEvent) -> None:
    """An OnStep for callers that do not listen."""


def unheard(_done: int, _total: int) -> None:
    """An OnRead for callers that do not listen."""


class Engine(Protocol):
    """Runs a program. Knows no provider by name. `on_read` hears of the progress of reading what stands."""

    on_read: OnRead

    def preview(self, program: Program, on_step: OnStep = ignore, *, afresh: bool = False) -> EngineResult:
        """Plan only: no mutation, nothing written. `afresh` plans from what stands now, not from what was recorded."""
        ...

    def up(self, program: Program, on_step: OnStep = ignore) -> EngineResult:
        """Make the world as the program says. Failed steps are in the result, never raised."""
        ...

    def refresh(self, *, write: bool, only: Places | None = None) -> tuple[Drift, ...]:
        """Read everything that the state holds, or `only` these; with `write` take what was found into the state."""
        ...

    def destroy(self, on_step: OnStep = ignore, *, keep: Callable[[str, str], bool] | None = None) -> EngineResult:
        """Remove all in reverse order, except what `keep(type, name)` says and what those need."""
        ...

    def recover(self, find: Recover) -> tuple[str, ...]:
        """Settle what an interrupted run left pending; says in words what was done. Called before each run."""
        ...

    def outputs(self) -> Mapping[str, Any]:
        """The exports of the last finished run, not to be changed; empty before the first."""
        ...

    def export(self) -> dict[str, Any]:
        """The state in the format of `pulumi stack export` (version 3); not to be changed."""
        ...

    def export_open(self) -> dict[str, Any]:
        """The same with secrets in clear, for moving a stack in memory; never to be written anywhere."""
        ...

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Put a whole deployment in the place of the state; secrets in clear are sealed on the way in."""
        ...

    def cancel(self) -> None:
        """Start no new step; those in flight finish and are recorded."""
        ...


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference between what we recorded and what stands. Missing things have field ""."""

    type: str
    name: str
    id: str
    kind: Literal["changed", "missing", "untagged"]
    field: str = ""
    want: Any = None
    have: Any = None


# Looks a pending create up by type, logical name and inputs (by name *and* our tag): its id, or None if it never was.
Recover = Callable[[str, str, Mapping[str, Any]], "str | None"]
