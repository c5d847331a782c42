"""P14: creating users in the sandbox against a stubbed CreateUser; and 36,000 users' pages against a tenth of them."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSResponse
from p13_sandbox import OURS, THREADS, Server, client, made
from ratio import compare, finish

BATCH, FEW, MANY = 1000, 3600, 36_000
_number = itertools.count()


def person(key: str, profile: str, security: str) -> dict[str, Any]:
    """A new SAML user."""
    return {
        "InstanceId": key,
        "Username": f"user{next(_number)}",
        "IdentityInfo": {"FirstName": "Ada", "LastName": "Example"},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 60},
        "SecurityProfileIds": [security],
        "RoutingProfileId": profile,
        "Tags": {"team": "a"},
    }


def create(connect: Any, ids: tuple[str, str, str], count: int = BATCH) -> None:
    """`count` users by THREADS threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: connect.create_user(**person(*ids)), range(count)))


def stubbed() -> Any:
    """A client whose requests are signed and parsed, but answered without a server."""

    class Body:
        def __init__(self) -> None:
            self.data = json.dumps({"UserId": "u", "UserArn": "arn:aws:connect:x"}).encode()

        def stream(self, *_: Any, **__: Any) -> Any:
            yield self.data

    connect = client("http://127.0.0.1:9")
    connect.meta.events.register(
        "before-send.connect.CreateUser",
        lambda request, **_: AWSResponse(request.url, 200, {"Content-Type": "application/json"}, Body()),
    )
    return connect


def ids_of(connect: Any, key: str) -> tuple[str, str, str]:
    """Instance, routing profile and security profile."""
    profile = connect.list_routing_profiles(InstanceId=key)["RoutingProfileSummaryList"][0]["Id"]
    security = connect.list_security_profiles(InstanceId=key)["SecurityProfileSummaryList"][0]["Id"]
    return key, profile, security


def pages(connect: Any, key: str, expected: int, rounds: int = 1) -> None:
    """Every page of the list and of the search."""
    for _ in range(rounds):
        listed = connect.get_paginator("list_users").paginate(InstanceId=key)
        assert sum(len(page["UserSummaryList"]) for page in listed) == expected
        found = connect.get_paginator("search_users").paginate(InstanceId=key, PaginationConfig={"PageSize": 500})
        assert sum(len(page["Users"]) for page in found) == expected


if __name__ == "__main__":
    small, large, other = (Path(tempfile.mkdtemp(prefix="ccdeploy-bench-")) for _ in range(3))
    servers = [Server(OURS, str(folder)) for folder in (small, large, other)]
    try:
        (few, few_key), (many, many_key), (fresh, fresh_key) = (made(server.endpoint) for server in servers)
        ids, stub = ids_of(fresh, fresh_key), stubbed()
        creation = compare(
            "P14",
            f"{BATCH} CreateUser, {THREADS} threads: sandbox with its journal / stubbed botocore",
            lambda: create(fresh, ids),
            lambda: create(stub, ids),
            target=3.5,
            pairs=5,
        )
        for connect, key, count in ((few, few_key, FEW), (many, many_key, MANY)):
            hours = connect.list_hours_of_operations(InstanceId=key)["HoursOfOperationSummaryList"][0]["Id"]
            for number in range(200):
                connect.create_queue(InstanceId=key, Name=f"queue{number}", HoursOfOperationId=hours)
            create(connect, ids_of(connect, key), count)
        linear = compare(
            "P14b",
            f"list and search {MANY} users, 200 queues / the same for {FEW} users ten times (linear = 1)",
            lambda: pages(many, many_key, MANY),
            lambda: pages(few, few_key, FEW, MANY // FEW),
            target=1.5,
            pairs=5,
        )
    finally:
        for server in servers:
            server.stop()
        for folder in (small, large, other):
            shutil.rmtree(folder)
    sys.stdout.flush()
    finish([creation, linear])
