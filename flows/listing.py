"""What `flow list` shows: each flow with its size and the numbers that ring in it."""

from __future__ import annotations

import json

from ..specs.frozen import dataclass
from ..specs.model import Center
from .centre import FlowSet


@dataclass(frozen=True, slots=True)
class Listed:
    """One flow. `file` is "" for a built-in one, whose steps are not counted."""

    name: str
    type: str
    file: str
    steps: int
    actions: int
    numbers: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The object of the JSON contract."""
        return {
            "name": self.name,
            "type": self.type,
            "file": self.file,
            "steps": self.steps,
            "actions": self.actions,
            "numbers": list(self.numbers),
        }


def listed(center: Center, flows: FlowSet) -> list[Listed]:
    """All flows that are deployed: the user's own by name, then the built-in ones."""
    from .catalogue import OUR_TYPES

    found = []
    for name, flow in flows.flows.items():
        own = center.flows.get(name)
        keys = {origin.step for ident, origin in flow.origins.items() if not ident.startswith("@")}
        found.append(
            Listed(
                name=name,
                type=OUR_TYPES[flow.type],
                file=own.file if own else "",
                steps=len(keys),
                actions=len(json.loads(flow.template)["Actions"]),
                numbers=tuple(key for key, number in center.phone_numbers.items() if number.flow == name),
            )
        )
    return found
