"""An instance on the emulator, made by hand, for the ccdeploy provider to work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ccdeploy.sandbox.server import Options, serve
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.extras.provider import CcdeployProvider
from ccdeploy.stacks.names import own_tags
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)

REGION = "eu-central-1"
STACK = "line.dev"


@dataclass
class Bench:
    """The provider and the service behind it; each method checks its inputs as an engine would."""

    cloud: Cloud
    provider: CcdeployProvider
    instance: str

    def connect(self, method: str, **params: Any) -> dict[str, Any]:
        return self.cloud.call("connect", method, InstanceId=self.instance, **params)

    def checked(self, kind: str, name: str, inputs: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
        type_ = f"ccdeploy:index:{kind}"
        result = self.provider.check(CheckRequest(f"urn:{name}", type_, name, olds, inputs))
        assert result.failures == ()
        return result.inputs

    def create(self, kind: str, name: str, /, **inputs: Any) -> CreateResult:
        full = self.checked(kind, name, {"instanceId": self.instance, **inputs})
        return self.provider.create(CreateRequest(f"urn:{name}", f"ccdeploy:index:{kind}", name, full))

    def diff(self, kind: str, name: str, made: CreateResult, /, **inputs: Any) -> DiffResult:
        full = self.checked(kind, name, {"instanceId": self.instance, **inputs})
        type_ = f"ccdeploy:index:{kind}"
        return self.provider.diff(DiffRequest(f"urn:{name}", type_, name, made.id, made.outputs, made.outputs, full))

    def update(self, kind: str, name: str, made: CreateResult, /, **inputs: Any) -> CreateResult:
        full = self.checked(kind, name, {"instanceId": self.instance, **inputs})
        type_ = f"ccdeploy:index:{kind}"
        request = UpdateRequest(f"urn:{name}", type_, name, made.id, made.outputs, made.outputs, full)
        return CreateResult(made.id, self.provider.update(request))

    def read(self, kind: str, name: str, made: CreateResult) -> ReadResult:
        type_ = f"ccdeploy:index:{kind}"
        return self.provider.read(ReadRequest(f"urn:{name}", type_, name, made.id, made.outputs, made.outputs))

    def delete(self, kind: str, name: str, made: CreateResult) -> None:
        type_ = f"ccdeploy:index:{kind}"
        self.provider.delete(DeleteRequest(f"urn:{name}", type_, name, made.id, made.outputs, made.outputs))

    def tags(self, kind: str, name: str) -> dict[str, str]:
        return own_tags(STACK, f"ccdeploy:index:{kind}", name)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with serve(None, Options()) as running:
        yield running.endpoint


@pytest.fixture
def bench(endpoint: str, request: pytest.FixtureRequest) -> Iterator[Bench]:
    cloud = Cloud(REGION, endpoint_url=endpoint)
    made = cloud.call(
        "connect",
        "create_instance",
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias=f"line-{abs(hash(request.node.name)) % 10**9}",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )
    yield Bench(cloud, CcdeployProvider(cloud), made["Id"])
    cloud.call("connect", "delete_instance", InstanceId=made["Id"])
