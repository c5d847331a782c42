"""Every error that a user can act on.

Own exceptions mean that the user can act; built-in ones are bugs and keep their traceback.

    CcdeployError               what, where, what next; exit code 1
    ├── Invalid                 the folder has mistakes; carries the problems
    ├── Refused                 a guard or a precondition said no before any mutation
    ├── CloudError              the service refused a call; carries operation and the service's code
    ├── StateError              a state, journal or ledger file cannot be trusted
    ├── LeaseHeld               another operator is at work; exit code 4
    └── Unfinished              at least one mutation was made and the plan is not done; exit code 3
        └── Interrupted         the same, because of Ctrl-C; exit code 130
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .problems import Problem


class CcdeployError(Exception):
    """What happened (`message`), where (`where`: a file, a resource, an operation) and what to do next (`hint`).

    `code` is for machines: lower-case words joined by hyphens, never renamed.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, hint: str = "", where: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where
        self.code = code or self.default_code

    def as_json(self) -> dict[str, object]:
        """The `error` object of the JSON contract: code, message, hint, where."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "where": self.where}


class Invalid(CcdeployError):
    """The folder has mistakes; `problems` holds every one of them."""

    default_code = "invalid"

    def __init__(self, message: str, problems: Sequence[Problem], *, hint: str = "", where: str = "") -> None:
        super().__init__(message, hint=hint, where=where)
        self.problems = tuple(problems)


class Refused(CcdeployError):
    """A guard or a precondition said no before any mutation; the hint names the command or flag that lifts it."""

    default_code = "refused"


class CloudError(CcdeployError):
    """The service refused a call; `operation`, `service_code`, `status` and `problems` are its own words."""

    default_code = "cloud"

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        service_code: str = "",
        status: int = 0,
        problems: Sequence[str] = (),
        hint: str = "",
        where: str = "",
        code: str = "",
    ) -> None:
        super().__init__(message, hint=hint, where=where, code=code)
        self.operation = operation
        self.service_code = service_code
        self.status = status
        self.problems = tuple(problems)


class StateError(CcdeployError):
    """A state, journal or ledger file is torn, flipped, foreign or older than it must be; it is never used."""

    default_code = "state"


class LeaseHeld(CcdeployError):
    """Another operator holds the lease: who, from where, since when."""

    exit_code = 4
    default_code = "lease-held"


class Unfinished(CcdeployError):
    """At least one mutation was made and the plan is not done: the same command, run again, finishes it."""

    exit_code = 3
    default_code = "unfinished"


class Interrupted(Unfinished):
    """Ctrl-C: no new call was started and what was in flight is recorded."""

    exit_code = 130
    default_code = "interrupted"
