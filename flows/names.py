"""What a flow may refer to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..specs.frozen import dataclass
from ..specs.model import Center


@dataclass(frozen=True, slots=True)
class Names:
    """What a flow may refer to. None = not knowable, nothing is unknown."""

    flows: Mapping[str, str] | None = None  # name -> type
    results: Mapping[str, tuple[str, ...]] | None = None
    center: Center | None = None

    def known(self, kind: str) -> Collection[str] | None:
        """The names of a kind of reference, or None when they are not known."""
        if kind in {"flow", "module"}:
            if self.flows is None:
                return None
            return [name for name, flow_type in self.flows.items() if (flow_type == "module") == (kind == "module")]
        center = self.center
        if center is None:
            return None
        tables: Mapping[str, Collection[str]] = {
            "queue": center.queues,
            "hours": [*center.hours, *center.queues],
            "lambda": center.lambdas,
            "bot": center.bots,
            "number": center.phone_numbers,
            "external": center.external_numbers,
        }
        return tables.get(kind)
