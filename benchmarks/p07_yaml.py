"""P7: reading YAML with the place of every key and value, against PyYAML's CSafeLoader without places.

Prints both medians in milliseconds and their ratio; the document is about 1 MB of a centre's kind.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import yaml
from ccdeploy.specs.problems import Problems
from ccdeploy.specs.yaml import parse

ROUNDS = 7


def document(queues: int = 6000) -> str:
    """A centre with many queues."""
    lines = ["center: big", "queues:"]
    for number in range(queues):
        lines += [
            f"  queue-{number}:",
            f"    title: Queue number {number}",
            '    description: "What it is for, in a sentence"',
            "    hours: day",
            f"    max_contacts: {number}",
            "    quick_connects: [desk, other, third]",
        ]
    return "\n".join(lines) + "\n"


def seconds(work: Callable[[], object]) -> float:
    """One run."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure both in turn, so that what else the machine does meets both, and print."""
    text = document()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: parse(text, "center.yaml", Problems())))
        theirs.append(seconds(lambda: yaml.load(text, Loader=yaml.CSafeLoader)))
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(f"document {len(text) / 1e6:.2f} MB, medians of {ROUNDS}")
    print(f"ours with places        {statistics.median(ours) * 1000:8.1f} ms")
    print(f"CSafeLoader without     {statistics.median(theirs) * 1000:8.1f} ms")
    print(f"P7 ratio                {statistics.median(ratios):8.2f}")


if __name__ == "__main__":
    main()
