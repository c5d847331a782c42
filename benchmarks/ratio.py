"""A ratio of two things measured in one run, alternating, so that a busy machine slows both.

Rules (docs/benchmarks.md): one warm-up, then at least five pairs; medians, their ratio, and the spread. The verdict is
withheld when the baseline itself spreads by more than 40 %.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"

# Every process reads compiled bytecode, as after pip's installation; else ours alone would compile itself each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@dataclass(frozen=True)
class Ratio:
    """Medians in seconds; `spread` is (max - min) / median of the baseline."""

    name: str
    what: str
    measured: float
    baseline: float
    ratio: float
    target: float
    spread: float
    verdict: str
    pairs: list[tuple[float, float]]
    machine: str


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call of `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(
    name: str,
    what: str,
    work: Callable[[], object],
    baseline: Callable[[], object],
    *,
    target: float,
    pairs: int = 7,
) -> Ratio:
    """Measure `work` against `baseline`, print the line, keep the raw numbers as JSON, and return the result."""
    work()
    baseline()
    found = [(timed(work), timed(baseline)) for _ in range(pairs)]
    mine = statistics.median(pair[0] for pair in found)
    floor = statistics.median(pair[1] for pair in found)
    base = [pair[1] for pair in found]
    spread = (max(base) - min(base)) / floor
    ratio = mine / floor
    verdict = "not judged: the baseline spreads too much" if spread > 0.4 else "ok" if ratio <= target else "OVER"
    machine = f"{platform.machine()} Python {platform.python_version()} {platform.system()} {platform.release()}"
    result = Ratio(name, what, mine, floor, ratio, target, spread, verdict, found, machine)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(asdict(result), indent=2) + "\n")
    print(
        f"{name:4} {ratio:6.2f} (target {target:g})  {what}: {mine * 1000:.0f} ms / {floor * 1000:.0f} ms, "
        f"baseline spread {spread:.0%}: {verdict}",
        flush=True,
    )
    return result


def finish(results: list[Ratio]) -> None:
    """Leave with exit code 1 when a target was missed."""
    sys.exit(any(result.verdict == "OVER" for result in results))
