"""A plan of faults: which call of an operation goes wrong, and how.

The file is JSON: a list of {"operation": NAME or "*", "kind": KIND, "nth": [1, 3] or "every": 5, "seconds": 2,
"error": CODE}. Kinds: `refuse` (the error CODE, default InternalServiceException), `throttle` (ThrottlingException),
`reset` (the connection is closed before anything happens), `lose-answer` (closed after the effect), `500-after-effect`
(InternalServiceException after the effect), `hang` (waits `seconds`, then goes on).
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("refuse", "throttle", "reset", "lose-answer", "500-after-effect", "hang")


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the plan."""

    operation: str
    kind: str
    nth: frozenset[int] = frozenset()
    every: int = 0
    seconds: float = 0.0
    error: str = "InternalServiceException"


class BadPlan(ValueError):
    """The file is no plan; the message says which entry and why."""


class Faults:
    """Counts the calls and answers which fault is due."""

    def __init__(self, plan: tuple[Fault, ...] = ()) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._seen: Counter[int] = Counter()

    def due(self, operation: str) -> Fault | None:
        """The fault that this call of `operation` meets, if any."""
        if not self._plan:
            return None
        with self._lock:
            for index, fault in enumerate(self._plan):
                if fault.operation not in ("*", operation):
                    continue
                self._seen[index] += 1
                count = self._seen[index]
                if count in fault.nth or (fault.every and count % fault.every == 0):
                    return fault
        return None


def load(path: Path | None) -> Faults:
    """Read a plan. Raises BadPlan or OSError."""
    if path is None:
        return Faults()
    try:
        entries = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadPlan(f"{path}: not JSON: {error}") from None
    if not isinstance(entries, list):
        raise BadPlan(f"{path}: a list of faults was expected")
    return Faults(tuple(_fault(path, index, entry) for index, entry in enumerate(entries)))


def _fault(path: Path, index: int, entry: Any) -> Fault:
    where = f"{path}: entry {index + 1}"
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
        raise BadPlan(f"{where}: kind must be one of {', '.join(KINDS)}")
    unknown = set(entry) - {"operation", "kind", "nth", "every", "seconds", "error"}
    if unknown:
        raise BadPlan(f"{where}: unknown key {min(unknown)}")
    nth = entry.get("nth", [])
    counts = [nth] if isinstance(nth, int) else nth
    every = entry.get("every", 0)
    if not isinstance(every, int) or not all(isinstance(n, int) and n > 0 for n in counts) or not (counts or every):
        raise BadPlan(f"{where}: nth must be a list of call numbers from 1, or every a number of calls")
    return Fault(
        str(entry.get("operation", "*")),
        entry["kind"],
        frozenset(counts),
        every,
        float(entry.get("seconds", 0)),
        str(entry.get("error", "InternalServiceException")),
    )
