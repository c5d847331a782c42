"""What a hotline rule says when it is broken."""

from __future__ import annotations

from ..specs.frozen import dataclass
from ..specs.problems import Where
from .calls import Node

HELP = frozenset(("PERSON", "REPLY"))
HELPED = HELP | {"UNKNOWN"}  # a flow or module that is not at hand may lead to somebody


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule. `node` is the one whose step may carry `allow`."""

    rule: str
    where: Where
    message: str
    hint: str
    node: Node | None = None

    @property
    def allowed(self) -> str | None:
        """Why its author lets the rule be broken here; None when nobody does."""
        step = self.node.step if self.node else None
        return step.allow.get(self.rule) if step else None
