"""What a check of Flow language says, and where it stands."""

from __future__ import annotations

from collections.abc import Callable

from ..specs.frozen import dataclass

Resolve = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class LanguageProblem:
    """One finding. `message` is at most 256 characters; `index` counts actions from 0, None = the envelope."""

    message: str
    index: int | None = None
    action: str = ""  # its identifier
    type: str = ""


@dataclass(frozen=True, slots=True)
class At:
    """Where a check stands: the action's index, identifier and type."""

    index: int
    identifier: str
    type: str

    def says(self, message: str) -> LanguageProblem:
        """The problem with `message` at this action."""
        return LanguageProblem(message[:256], self.index, self.identifier, self.type)

    def property(self, name: str) -> str:
        """The path of one of its properties, as the service writes it."""
        return f"Actions[{self.index}].{name}"


Finding = tuple[LanguageProblem, bool]  # whether the service refuses it
