"""A sandbox in this process, asked through boto3 as any client sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from ccdeploy.sandbox import control
from ccdeploy.sandbox.server import Options, Running, serve

from .wire import watch

REGION = "eu-central-1"
PASSWORD = "Example-Passw0rd"


def client(service: str, endpoint: str, region: str = REGION, key: str = "sandbox") -> Any:
    """A boto3 client that lets the server do all the checking, repeats nothing, and is strict about answers."""
    make: Any = boto3.client
    made = make(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key="sandbox",
        config=Config(parameter_validation=False, retries={"max_attempts": 0}, max_pool_connections=20),
    )
    if service in ("connect", "lexv2-models"):
        watch(made)
    return made


@dataclass
class Centre:
    """An instance and short ways to fill it; `ids` holds what was made, by a name of the test's choice."""

    connect: Any
    instance: str
    arn: str
    ids: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """An operation on the instance."""
        answer: dict[str, Any] = getattr(self.connect, method)(InstanceId=self.instance, **params)
        return answer

    def outside(self, *arns: str) -> None:
        """Let the sandbox take for granted what these ARNs name."""
        control.declare(self.connect.meta.endpoint_url, arns)

    def first(self, method: str, key: str) -> str:
        """The id of the first thing that a list operation shows."""
        return str(self.call(method)[key][0]["Id"])

    def named(self, method: str, key: str, name: str) -> str:
        """The id of the thing called `name`."""
        return str(next(row["Id"] for row in self.call(method)[key] if row["Name"] == name))

    def user(self, name: str, **more: Any) -> str:
        """A user with the seeded profiles."""
        given: dict[str, Any] = {
            "Username": name,
            "Password": PASSWORD,
            "IdentityInfo": {"FirstName": "Ada", "LastName": "Example", "Email": f"{name}@example.org"},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 60},
            "SecurityProfileIds": [self.named("list_security_profiles", "SecurityProfileSummaryList", "Agent")],
            "RoutingProfileId": self.first("list_routing_profiles", "RoutingProfileSummaryList"),
            **more,
        }
        return str(self.call("create_user", **given)["UserId"])


def make_centre(endpoint: str, alias: str = "example", identity: str = "CONNECT_MANAGED") -> Centre:
    """A new instance on the sandbox at `endpoint`."""
    connect = client("connect", endpoint)
    made = connect.create_instance(
        InstanceAlias=alias, IdentityManagementType=identity, InboundCallsEnabled=True, OutboundCallsEnabled=True
    )
    return Centre(connect, made["Id"], made["Arn"])


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with serve(None, Options()) as running:
        yield running


@pytest.fixture
def centre(sandbox: Running) -> Centre:
    return make_centre(sandbox.endpoint)


@pytest.fixture
def serving() -> Iterator[Callable[..., Running]]:
    """`serving(data, **options)` starts servers that end with the test."""
    started: list[Running] = []

    def start(data: Any = None, **options: Any) -> Running:
        started.append(serve(data, Options(**options)))
        return started[-1]

    yield start
    for running in started:
        running.stop()
