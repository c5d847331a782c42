"""P2 and P3: calls for a fresh roster, and planning an unchanged one against a bare pass over the listing.

    .venv/bin/python benchmarks/p03_plan.py [people]

The service is a list in memory, so that only our own time is measured; the listing is also parsed from JSON pages of
1,000, as botocore would have to. Prints one JSON object. Targets: P2 <= 1.001, P3 calls 1.00.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.directory import Directory
from ccdeploy.agents.guards import Limits
from ccdeploy.agents.ledger import read_ledger
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan, make_plan
from ccdeploy.agents.rosters import apply_plan
from ccdeploy.stacks.cloud.connect_users import UserFields, UserSummary
from ccdeploy.stacks.cloud.store import FileStore
from p05_check import write

PAGE = 1000


class Service:
    """Users in memory that count calls; everything else of the door is not needed here."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.pages: list[str] = []
        self.calls: Counter[str] = Counter()

    def freeze(self) -> None:
        """Write the listing down as the pages that come over the wire."""
        rows = [{"Id": f"id-{n}", "Username": n, "Arn": "a" * 90} for n in self.names]
        self.pages = [json.dumps(rows[at : at + PAGE]) for at in range(0, len(rows), PAGE)]

    def listing(self) -> Iterator[UserSummary]:
        """Pages of 1,000."""
        for page in self.pages or ["[]"]:
            self.calls["ListUsers"] += 1
            for item in json.loads(page):
                yield UserSummary(item["Id"], item["Username"])

    def create(self, user: UserFields, _password: str | None) -> str:
        """One user."""
        self.calls["CreateUser"] += 1
        self.names.append(user.username)
        return f"id-{user.username}"

    def add_proficiencies(self, _user_id: str, _values: Any) -> None:
        """The languages of one user."""
        self.calls["AssociateUserProficiencies"] += 1


class Everything(dict[str, str]):
    """A directory that knows every key."""

    def __missing__(self, key: str) -> str:
        return f"id of {key}"

    def __contains__(self, key: object) -> bool:
        return True


def main() -> None:
    """Apply a fresh roster once, then plan it again a few times."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        write(path, people)
        store, service = FileStore(Path(folder) / "store"), Service()
        directory = Directory("i", "arn", Everything(), Everything(), Everything(), "rp", "sp")

        def plan() -> AgentPlan:
            checked = check_rosters(None, [path])
            ledger = read_ledger(store, "line.dev")
            today = dt.date(2026, 4, 1)
            return make_plan(
                checked,
                ledger,
                service,
                scope="line.dev",
                identity="connect",
                today=today,
                limits=Limits(),
                directory=directory,  # type: ignore[arg-type]
            )

        fresh = plan()
        start = time.perf_counter()
        apply_plan(fresh, service, store, pacer=Pacer(None))  # type: ignore[arg-type]
        applied = time.perf_counter() - start
        service.freeze()
        made = service.calls.copy()
        samples = []
        for _ in range(5):
            service.calls.clear()
            start = time.perf_counter()
            sum(1 for _ in service.listing())
            bare = time.perf_counter() - start
            service.calls.clear()
            start = time.perf_counter()
            again = plan()
            samples.append((bare, time.perf_counter() - start))
        pages = -(-people // PAGE)
    assert again.empty, again.counts
    result = {
        "people": people,
        "machine": f"{platform.machine()} Python {platform.python_version()}",
        "calls of a fresh roster with languages": dict(made),
        "P2 calls / (2N + pages) (<= 1.001)": round(sum(made.values()) / (2 * people + 1), 5),
        "apply seconds (journal of two records a call)": round(applied, 2),
        "P3 calls / ListUsers pages (1.00)": round(sum(service.calls.values()) / pages, 3),
        "plan seconds": round(statistics.median(s[1] for s in samples), 3),
        "bare listing of memory seconds": round(statistics.median(s[0] for s in samples), 3),
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result, indent=2))
    sys.exit(made["CreateUser"] != people or sum(service.calls.values()) != pages)


if __name__ == "__main__":
    main()
