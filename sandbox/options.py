"""The switches of a sandbox server."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Options:
    """How a server behaves.

    `port` 0 takes a free one. `pace` real throttles and makes new instances and numbers wait as the service does;
    instant does neither. `latency` is in seconds and added to every answer. `faults` is a plan (faults.py). `today`
    sets the clock. `history` keeps the log of requests. `policy` is an IAM policy: what it does not allow a caller is
    denied, and the history tells what each request asked for.
    """

    port: int = 0
    pace: Literal["instant", "real"] = "instant"
    latency: float = 0.0
    quotas: bool = True
    faults: Path | None = None
    today: date | None = None
    history: bool = True
    policy: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """The options as plain values, for another process."""
        plain = asdict(self)
        plain["faults"] = str(self.faults) if self.faults else None
        plain["policy"] = str(self.policy) if self.policy else None
        plain["today"] = self.today.isoformat() if self.today else None
        return plain

    @staticmethod
    def from_json(plain: dict[str, Any]) -> Options:
        """The inverse of `as_json`. Raises TypeError or ValueError for what is not options."""
        options = Options(**plain)
        return replace(
            options,
            faults=Path(plain["faults"]) if plain.get("faults") else None,
            policy=Path(plain["policy"]) if plain.get("policy") else None,
            today=date.fromisoformat(plain["today"]) if plain.get("today") else None,
        )
