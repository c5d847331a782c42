"""P2, P3 and P15: calls for a fresh roster, planning an unchanged one against boto3's own paginator, and its memory.

    .venv/bin/python benchmarks/p03_plan.py [people]

For the fresh roster the service is a list in memory, so that only our own time is measured. The plan lists over HTTP
from a server in a process of its own that answers with pages made beforehand: what the service would need for them
would flatter the ratio. Prints one JSON object. Targets: P2 <= 1.001, P3 calls 1.00 and time <= 2.5, P15 <= 3.0.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from ccdeploy.agents.bulk import no_collection
from ccdeploy.agents.check import check_rosters
from ccdeploy.agents.directory import Directory
from ccdeploy.agents.guards import Limits
from ccdeploy.agents.ledger import read_ledger
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan, make_plan
from ccdeploy.agents.rosters import apply_plan, door
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.connect_users import UserDoor, UserFields, UserSummary
from ccdeploy.stacks.cloud.store import FileStore
from p05_check import write
from ratio import compare

PAGE = 1000


class Service:
    """Users in memory that count calls; everything else of the door is not needed here."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.pages: list[str] = []
        self.calls: Counter[str] = Counter()

    def freeze(self) -> None:
        """Write the listing down as the pages that come over the wire, with every member that the service sends."""
        rows = [summary(at, name) for at, name in enumerate(self.names)]
        for at in range(0, len(rows), PAGE):
            more = {"NextToken": str(at // PAGE + 1)} if at + PAGE < len(rows) else {}
            self.pages.append(json.dumps({"UserSummaryList": rows[at : at + PAGE], **more}))

    def listing(self) -> Iterator[UserSummary]:
        """Nobody yet."""
        self.calls["ListUsers"] += 1
        return iter(())

    def create(self, user: UserFields, _password: str | None) -> str:
        """One user."""
        self.calls["CreateUser"] += 1
        self.names.append(user.username)
        return f"id-{user.username}"

    def add_proficiencies(self, _user_id: str, _values: Any) -> None:
        """The languages of one user."""
        self.calls["AssociateUserProficiencies"] += 1


def summary(number: int, name: str) -> dict[str, object]:
    """One line of ListUsers (Connect facts 3.10)."""
    instance = "arn:aws:connect:eu-central-1:111122223333:instance/5f2b7a0e-7d7d-4a52-8a39-2d0b6a1f6c01"
    return {
        "Id": f"id-{name}",
        "Arn": f"{instance}/agent/{number:08x}-7d7d-4a52-8a39-2d0b6a1f6c01",
        "Username": name,
        "LastModifiedTime": 1767225600.0 + number,
        "LastModifiedRegion": "eu-central-1",
    }


def serve(pages: list[str], ready: Any) -> None:
    """Answer ListUsers with `pages`, and count the calls."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from urllib.parse import parse_qs, urlsplit

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("nextToken", ["0"])[0]
            body = pages[int(token)].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_port)
    server.serve_forever()


def memory(folder: Path, port: int, *, plan: bool) -> float:
    """MiB at the peak of a fresh process that plans, or that only makes boto3's client."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[3]); import boto3\n"
        "boto3.client('connect', region_name='eu-central-1', aws_access_key_id='x', aws_secret_access_key='x')\n"
        "if sys.argv[4] == 'plan':\n"
        "    import p03_plan; from pathlib import Path\n"
        "    p03_plan.plan(Path(sys.argv[1]), p03_plan.over_http(int(sys.argv[2])))\n"
        "print(int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1]) / 1024)\n"
    )
    words = [str(folder), str(port), str(Path(__file__).parent), "plan" if plan else "bare"]
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def over_http(port: int) -> UserDoor:
    """The rosters' own door, to the server of pages."""
    return door(Cloud("eu-central-1", endpoint_url=f"http://127.0.0.1:{port}"), DIRECTORY)


def plan(folder: Path, users: UserDoor) -> AgentPlan:
    """What `roster plan` does for the roster and the ledger of `folder`."""
    checked = check_rosters(None, [folder / "roster.csv"])
    with no_collection():
        return make_plan(
            checked,
            read_ledger(FileStore(folder / "store"), "line.dev"),
            users,
            scope="line.dev",
            identity="connect",
            today=dt.date(2026, 4, 1),
            limits=Limits(),
            directory=DIRECTORY,
        )


class Everything(dict[str, str]):
    """A directory that knows every key."""

    def __missing__(self, key: str) -> str:
        return f"id of {key}"

    def __contains__(self, key: object) -> bool:
        return True


DIRECTORY = Directory("i", "arn", Everything(), Everything(), Everything(), "rp", "sp")


def main() -> None:
    """Apply a fresh roster once, then plan it again a few times."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 36_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "roster.csv", people)
        service: Any = Service()
        start = time.perf_counter()
        apply_plan(plan(folder, service), service, FileStore(folder / "store"), pacer=Pacer(None))
        applied = time.perf_counter() - start
        made = service.calls.copy()
        service.freeze()
        mine, theirs = multiprocessing.Pipe()
        server = multiprocessing.Process(target=serve, args=(service.pages, theirs), daemon=True)
        server.start()
        port = int(mine.recv())
        users = over_http(port)
        client = boto3.client(
            "connect",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="eu-central-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )

        def bare() -> None:
            pages = client.get_paginator("list_users").paginate(
                InstanceId="i" * 36, PaginationConfig={"PageSize": PAGE}
            )
            assert sum(len(page["UserSummaryList"]) for page in pages) == people

        def again() -> None:
            assert plan(folder, users).empty

        wall = compare("P3", f"plan of {people:,} unchanged people / bare paginator", again, bare, target=2.5, pairs=5)
        peak, base = memory(folder, port, plan=True), memory(folder, port, plan=False)
        server.terminate()
    result = {
        "people": people,
        "calls of a fresh roster with languages": dict(made),
        "P2 calls / (2N + pages) (<= 1.001)": round(sum(made.values()) / (2 * people + 1), 5),
        "apply seconds (journal of two records a call)": round(applied, 2),
        "P15 peak MiB / boto3 and its client (<= 3.0)": f"{peak:.0f} / {base:.0f} = {peak / base:.2f}",
    }
    print(json.dumps(result, indent=2))
    sys.exit(made["CreateUser"] != people or wall.verdict == "OVER" or peak / base > 3.0)


if __name__ == "__main__":
    main()
