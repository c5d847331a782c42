"""P5, P6: reading and checking a roster against a bare pass of csv.reader over the same file: p05_check.py [rows]."""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.headers import COLUMNS
from ccdeploy.specs.load import load
from ratio import compare, finish


def write(path: Path, rows: int, *, bad: bool = False, desk: bool = False) -> None:
    """A roster of `rows` people of 12 profiles; `bad` breaks every address, `desk` gives everybody a number."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(rows):
            name, family = f"Prénom{chr(97 + n % 26)}", "Nom" + "".join(chr(97 + int(d)) for d in str(n))
            mail = f"agent{n}" + ("@@" if bad else "@") + "example.org"
            phone = f"01 99 {n // 10_000:02} {n // 100 % 100:02} {n % 100:02}" if desk else ""
            kind = "desk" if desk else "soft"
            group = f"Site {n % 9}/Team {n % 30}"
            if desk:  # national numbers need a centre: that of the example
                cells = (
                    "nurse",
                    "",
                    "nurse",
                    "North Hospital/Day nurses",
                    "active",
                    "",
                    "",
                    kind,
                    phone,
                    "no",
                    "60s",
                    "",
                    "",
                )
                writer.writerow([f"agent.{n}", mail, name, family, *cells])
                continue
            shared = (f"profile-{n % 12}", "fr|en", f"agent-{n % 4}", group, "active", "2026-01-01", "")
            writer.writerow([f"agent.{n}", mail, name, family, *shared, kind, phone, "no", "60s", "", "shift=day"])


def bare(path: Path) -> None:
    """A pass that only reads."""
    with path.open(newline="", encoding="utf-8") as file:
        for _row in csv.reader(file):
            pass


def main() -> None:
    """P5 clean, P5 with desk phones in national form, P6."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 36_000
    center = load(Path(__file__).parent.parent / "examples" / "hospital-follow-up").center
    with tempfile.TemporaryDirectory() as folder:
        clean, broken, phones = (Path(folder) / f"{name}.csv" for name in ("clean", "broken", "phones"))
        write(clean, rows)
        write(broken, rows, bad=True)
        write(phones, rows, desk=True)

        def read() -> None:
            bare(clean)

        def check(path: Path = clean) -> None:
            check_rosters(None, [path])

        def desk() -> None:
            check_rosters(center, [phones])

        finish(
            [
                compare("P5", f"check of {rows:,} rows / csv.reader", check, read, target=4.0),
                compare("P5d", "with national desk phones / csv.reader", desk, read, target=20.0),
                compare("P6", "an error in every row / clean check", lambda: check(broken), check, target=4.0),
            ]
        )


if __name__ == "__main__":
    main()
