"""A sandbox in this process, the aws provider before it, and the log of what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox.history import read
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.sandbox.server import Options, Running, serve
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ccdeploy.stacks.provider.values import Properties


@dataclass
class Made:
    """A resource as an engine would keep it."""

    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties
    calls: list[str]  # of its creation, calls in a row of the same operation once


@dataclass
class Rig:
    """What an engine does with a provider, without the engine."""

    running: Running
    data: Path
    provider: AwsProvider
    made: dict[str, Made] = field(default_factory=dict)

    def requests(self, service: str = "connect") -> list[dict[str, Any]]:
        """Everything that was asked so far."""
        return [line for line in read(self.data) if line["service"] == service]

    def calls_since(self, mark: int) -> list[str]:
        """Connect operations after the first `mark` requests; one name for calls in a row of one operation."""
        calls: list[str] = []
        for line in self.requests()[mark:]:
            if not calls or calls[-1] != line["operation"]:
                calls.append(line["operation"])
        return calls

    def check(self, type_: str, name: str, news: Properties, olds: Properties | None = None) -> Properties:
        checked = self.provider.check(CheckRequest(f"urn::{name}", type_, name, olds, news, name.encode()))
        assert checked.failures == ()
        return checked.inputs

    def make(self, name: str, type_: str, /, **news: Any) -> Made:
        inputs = self.check(type_, name, news)
        mark = len(self.requests())
        created = self.provider.create(CreateRequest(f"urn::{name}", type_, name, inputs))
        one = Made(type_, name, created.id, inputs, created.outputs, self.calls_since(mark))
        self.made[name] = one
        return one

    def diff(self, one: Made, news: Properties | None = None) -> DiffResult:
        request = DiffRequest("urn", one.type, one.name, one.id, one.inputs, one.outputs, news or one.inputs)
        return self.provider.diff(request)

    def change(self, one: Made, /, **changes: Any) -> list[str]:
        """Update some inputs (None takes one away); returns the calls. The resource is the new one afterwards."""
        typed = {key: value for key, value in one.inputs.items() if key not in one.inputs["__defaults"]}
        wanted = {**typed, **changes}
        news = {key: value for key, value in wanted.items() if value is not None and key != "__defaults"}
        inputs = self.check(one.type, one.name, news, one.inputs)
        mark = len(self.requests())
        request = UpdateRequest(f"urn::{one.name}", one.type, one.name, one.id, one.inputs, one.outputs, inputs)
        one.outputs = self.provider.update(request)
        one.inputs = inputs
        return self.calls_since(mark)

    def look(self, one: Made, *, as_import: bool = False) -> ReadResult:
        known = ({}, {}) if as_import else (one.inputs, one.outputs)
        return self.provider.read(ReadRequest(f"urn::{one.name}", one.type, one.name, one.id, *known))

    def delete(self, one: Made) -> list[str]:
        mark = len(self.requests())
        request = DeleteRequest(f"urn::{one.name}", one.type, one.name, one.id, one.inputs, one.outputs)
        self.provider.delete(request)
        return self.calls_since(mark)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One sandbox for the tests of a file."""
    data = tmp_path_factory.mktemp("sandbox")
    with serve(data, Options(quotas=False)) as running:
        provider = AwsProvider(running.endpoint, "eu-central-1")
        provider.configure({"region": "eu-central-1"})
        yield Rig(running, data, provider)


@pytest.fixture
def new_rig(tmp_path: Path) -> Iterator[Rig]:
    """A sandbox for one test, with the service's quotas."""
    with serve(tmp_path / "sandbox") as running:
        provider = AwsProvider(running.endpoint, "eu-central-1")
        provider.configure({"region": "eu-central-1"})
        yield Rig(running, tmp_path / "sandbox", provider)
