"""P16: how soon a restarted `roster apply` makes its first person, against one listing of the instance.

    .venv/bin/python benchmarks/p16_restart.py [people]

All but one in 36 people were made when the credentials ended. The service is a list in memory; what it would take on
AWS is added to both sides: a page of the listing each half second once the burst of five is used up. Target: <= 1.2.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.directory import Directory
from ccdeploy.agents.guards import Limits
from ccdeploy.agents.ledger import read_ledger
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan, make_plan
from ccdeploy.agents.rosters import apply_plan
from ccdeploy.specs.errors import CloudError
from ccdeploy.stacks.cloud.connect_users import UserFields
from ccdeploy.stacks.cloud.store import FileStore
from p03_plan import Everything, Service
from p05_check import write

TARGET = 1.2
BURST, RATE = 5, 2.0


class Ending(Service):
    """Refuses everything once `left` people were made; remembers when the first of a run came."""

    left = 0
    first = 0.0

    def create(self, user: UserFields, password: str | None) -> str:
        """One user, or expired credentials."""
        self.first = self.first or time.perf_counter()
        if len(self.names) >= self.left:
            raise CloudError("The credentials have expired.", service_code="ExpiredTokenException", status=403)
        return super().create(user, password)


def main() -> None:
    """Make most, let the credentials end, then time the restart."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 36_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        write(path, people)
        store, service = FileStore(Path(folder) / "store"), Ending()
        directory = Directory("i", "arn", Everything(), Everything(), Everything(), "rp", "sp")

        def plan() -> AgentPlan:
            return make_plan(
                check_rosters(None, [path]),
                read_ledger(store, "line.dev"),
                service,  # type: ignore[arg-type]
                scope="line.dev",
                identity="connect",
                today=dt.date(2026, 4, 1),
                limits=Limits(),
                directory=directory,
            )

        service.left = people - people // 36
        apply_plan(plan(), service, store, pacer=Pacer(None))  # type: ignore[arg-type]
        made = len(service.names)
        service.freeze()

        begun = time.perf_counter()
        pages = sum(1 for _ in service.listing()) // 1000 + 1
        bare = time.perf_counter() - begun
        wait = max(pages - BURST, 0) / RATE

        service.calls.clear()
        service.left, service.first = people, 0.0
        begun = time.perf_counter()
        apply_plan(plan(), service, store, pacer=Pacer(None))  # type: ignore[arg-type]
        restart = service.first - begun
    ratio = (restart + wait) / (bare + wait)
    verdict = "ok" if ratio <= TARGET and made < people == len(service.names) else "OVER"
    print(
        f"P16  {ratio:6.2f} (target {TARGET})  restart with {made} of {people} made: {restart:.2f} s of our own until "
        f"the first create, beside {wait:.1f} s that the pages take: {verdict}"
    )
    sys.exit(verdict != "ok")


if __name__ == "__main__":
    main()
