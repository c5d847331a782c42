"""P5 and P6: reading and checking a roster against a bare pass of csv.reader over the same file.

    .venv/bin/python benchmarks/p05_check.py [rows]

Prints one JSON object. Targets: clean <= 4.0, an error in every row <= 4.0 times the clean check, desk phones <= 20.
"""

from __future__ import annotations

import csv
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.headers import COLUMNS

PAIRS = 5


def write(path: Path, rows: int, *, bad: bool = False, desk: bool = False) -> None:
    """A roster of `rows` people of 12 profiles; `bad` breaks every address, `desk` gives everybody a number."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(rows):
            name, family = f"Prénom{chr(97 + n % 26)}", "Nom" + "".join(chr(97 + int(d)) for d in str(n))
            mail = f"agent{n}" + ("@@" if bad else "@") + "example.org"
            phone = f"01 99 00 {n // 100 % 100:02} {n % 100:02}" if desk else ""
            kind = "desk" if desk else "soft"
            group = f"Site {n % 9}/Team {n % 30}"
            shared = (f"profile-{n % 12}", "fr|en", f"agent-{n % 4}", group, "active", "2026-01-01", "")
            writer.writerow([f"agent.{n}", mail, name, family, *shared, kind, phone, "no", "60s", "", "shift=day"])


def bare(path: Path) -> float:
    """Seconds of a pass that only reads."""
    start = time.perf_counter()
    with path.open(newline="", encoding="utf-8") as file:
        for _row in csv.reader(file):
            pass
    return time.perf_counter() - start


def checked(path: Path) -> float:
    """Seconds of a full check."""
    start = time.perf_counter()
    check_rosters(None, [path])
    return time.perf_counter() - start


def main() -> None:
    """Measure in pairs and print medians and ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 36_000
    with tempfile.TemporaryDirectory() as folder:
        clean, broken, phones = (Path(folder) / f"{name}.csv" for name in ("clean", "broken", "phones"))
        write(clean, rows)
        write(broken, rows, bad=True)
        write(phones, rows, desk=True)
        checked(clean)
        samples = [(bare(clean), checked(clean), checked(broken), checked(phones)) for _ in range(PAIRS)]
    names = ("csv.reader", "clean", "error in every row", "desk phones")
    medians = {name: statistics.median(s[i] for s in samples) for i, name in enumerate(names)}
    ratios = sorted(s[1] / s[0] for s in samples)
    result = {
        "rows": rows,
        "machine": f"{platform.machine()} Python {platform.python_version()}",
        "seconds": {name: round(value, 4) for name, value in medians.items()},
        "P5 clean / csv.reader (<= 4.0)": round(statistics.median(ratios), 2),
        "P5 spread": [round(ratios[0], 2), round(ratios[-1], 2)],
        "P5 desk phones / csv.reader (<= 20)": round(medians["desk phones"] / medians["csv.reader"], 2),
        "P6 error in every row / clean (<= 4.0)": round(medians["error in every row"] / medians["clean"], 2),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
