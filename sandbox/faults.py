"""A plan of faults: which call of an operation goes wrong, and how.

The file is JSON: a list of faults, or {"seed": 7, "faults": [...]}. A fault says

- `operation`: a name, or a pattern such as `Create*`, `Search*` or `*` (the default);
- `service`: its signing name, `connect` by default, `s3`, `lambda` … or `*`;
- when: `nth` (a call number from 1, or a list of them), `every` (so many calls) or `rate` (a share of the calls, drawn
  from the seed: the same plan hits the same calls on every run);
- `kind`, one of

  `refuse`              the error `error` (default InternalServiceException), nothing happens
  `throttle`            ThrottlingException
  `throttle-storm`      from that call on, `calls` calls in a row (default 20) are throttled
  `reset`               the connection is closed before anything happens
  `lose-answer`         the connection is closed after the effect
  `500-after-effect`    InternalServiceException after the effect
  `hang`                waits `seconds` (default 60), then goes on
  `expire-credentials`  the key that made the call is refused from then on, for `seconds` of the sandbox's clock
                        (default: for good), until another one is used
  `fail-later`          what the call creates asynchronously (an instance, a claimed number) ends as failed
  `lag`                 a List or Search shows what was true `seconds` ago; without `nth`, `every` or `rate` always
"""

from __future__ import annotations

import fnmatch
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = (
    "refuse",
    "throttle",
    "throttle-storm",
    "reset",
    "lose-answer",
    "500-after-effect",
    "hang",
    "expire-credentials",
    "fail-later",
    "lag",
)
_KEYS = frozenset(("operation", "service", "kind", "nth", "every", "rate", "seconds", "calls", "error"))
_SECONDS = {"hang": 60.0}
_STORM = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the plan."""

    operation: str
    kind: str
    nth: frozenset[int] = frozenset()
    every: int = 0
    rate: float = 0.0
    seconds: float = 0.0
    calls: int = _STORM
    error: str = "InternalServiceException"
    service: str = "connect"

    def meets(self, service: str, operation: str) -> bool:
        """Whether the fault is about this operation."""
        return self.service in ("*", service) and fnmatch.fnmatchcase(operation, self.operation)

    @property
    def always(self) -> bool:
        """Whether no call is singled out."""
        return not (self.nth or self.every or self.rate)


class BadPlan(ValueError):
    """The file is no plan; the message says which entry and why."""


class Faults:
    """Counts the calls and answers which fault is due. Safe to use from many threads."""

    def __init__(self, plan: tuple[Fault, ...] = (), seed: int = 0) -> None:
        self._plan = plan
        self._seed = seed
        self._lock = threading.Lock()
        self._seen: Counter[int] = Counter()
        self._storms: dict[int, int] = {}  # entry -> calls that are still to be throttled
        self._expired: dict[str, float] = {}  # access key -> until when

    def due(self, operation: str, service: str = "connect") -> tuple[Fault, ...]:
        """The faults that this call meets, in the plan's order: at most one that decides its answer, and its lags."""
        if not self._plan:
            return ()
        found: list[Fault] = []
        decided = False
        with self._lock:
            for index, fault in enumerate(self._plan):
                if not fault.meets(service, operation):
                    continue
                self._seen[index] += 1
                if not self._hits(index, fault) or (decided and fault.kind != "lag"):
                    continue
                decided = decided or fault.kind != "lag"
                found.append(fault)
        return tuple(found)

    def _hits(self, index: int, fault: Fault) -> bool:
        left = self._storms.get(index, 0)
        if left:
            self._storms[index] = left - 1
            return True
        count = self._seen[index]
        hit = (
            fault.always
            or count in fault.nth
            or bool(fault.every and count % fault.every == 0)
            or bool(fault.rate and random.Random(f"{self._seed}/{index}/{count}").random() < fault.rate)  # noqa: S311
        )
        if hit and fault.kind == "throttle-storm":
            self._storms[index] = fault.calls - 1
        return hit

    def expire(self, key: str, now: float, seconds: float) -> None:
        """From now on `key` is refused, for `seconds` or (0) for good."""
        with self._lock:
            self._expired[key] = now + seconds if seconds else float("inf")

    def expired(self, key: str, now: float) -> bool:
        """Whether `key` is refused."""
        return bool(self._expired) and self._expired.get(key, 0.0) > now


def load(path: Path | None) -> Faults:
    """Read a plan. Raises BadPlan or OSError."""
    if path is None:
        return Faults()
    try:
        plan = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadPlan(f"{path}: not JSON: {error}") from None
    seed = 0
    if isinstance(plan, dict) and set(plan) <= {"seed", "faults"}:
        seed, plan = plan.get("seed", 0), plan.get("faults")
    if not isinstance(plan, list) or isinstance(seed, bool) or not isinstance(seed, int):
        raise BadPlan(f'{path}: a list of faults was expected, or {{"seed": NUMBER, "faults": [...]}}')
    return Faults(tuple(_fault(path, index, entry) for index, entry in enumerate(plan)), seed)


def _fault(path: Path, index: int, entry: Any) -> Fault:
    where = f"{path}: entry {index + 1}"
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
        raise BadPlan(f"{where}: kind must be one of {', '.join(KINDS)}")
    if unknown := set(entry) - _KEYS:
        raise BadPlan(f"{where}: unknown key {min(unknown)}; there are {', '.join(sorted(_KEYS))}")
    kind = entry["kind"]
    nth = entry.get("nth", [])
    counts = [nth] if _whole(nth) else nth
    if not isinstance(counts, list) or not all(_whole(n) and n > 0 for n in counts):
        raise BadPlan(f"{where}: nth must be a call number from 1, or a list of them")
    every, calls = entry.get("every", 0), entry.get("calls", _STORM)
    if not _whole(every) or every < 0 or not _whole(calls) or calls < 1:
        raise BadPlan(f"{where}: every and calls are numbers of calls")
    rate, seconds = entry.get("rate", 0), entry.get("seconds", _SECONDS.get(kind, 0))
    if not _number(rate) or not 0 <= rate <= 1:
        raise BadPlan(f"{where}: rate is a share from 0 to 1")
    if not _number(seconds) or seconds < 0:
        raise BadPlan(f"{where}: seconds is a number, not negative")
    if kind == "lag" and not seconds:
        raise BadPlan(f"{where}: lag needs seconds")
    if kind != "lag" and not (counts or every or rate):
        raise BadPlan(f"{where}: nth, every or rate must say which calls")
    for key in ("operation", "service", "error"):
        if not isinstance(entry.get(key, ""), str):
            raise BadPlan(f"{where}: {key} must be text")
    return Fault(
        entry.get("operation", "*"),
        kind,
        frozenset(counts),
        every,
        float(rate),
        float(seconds),
        calls,
        entry.get("error", "InternalServiceException"),
        entry.get("service", "connect"),
    )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
