"""P11 and P12: what the embedded engine costs a resource, and its journal a record.

    .venv/bin/python benchmarks/p11_engine.py [resources]

Targets: engine / Pulumi's SDK against mocks <= 2.0; twice the resources <= 2.2 times the time;
a journal record / a bare append and fdatasync <= 1.5.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.durable.journal import Journal, encode
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.provider import schema
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InvokeResult,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ccdeploy.stacks.provider.schema import AutoName, Prop, ResourceSpec
from ccdeploy.stacks.provider.values import Properties
from ratio import compare, finish

SPEC = ResourceSpec(
    "mem:index:Thing",
    {"name": Prop(), "size": Prop("integer"), "needs": Prop("list", item=Prop())},
    ("arn",),
    AutoName(),
)


class Instant:
    """A provider whose service takes no time at all."""

    package = "mem"
    version = "1.0.0"

    def configure(self, config: Mapping[str, str]) -> None:
        """Nothing to configure."""

    def check(self, request: CheckRequest) -> CheckResult:
        """By the table."""
        return schema.check(SPEC, request)

    def diff(self, request: DiffRequest) -> DiffResult:
        """By the table."""
        return schema.diff(SPEC, request)

    def create(self, request: CreateRequest) -> CreateResult:
        """It is there."""
        return CreateResult(request.name, {**request.inputs, "arn": f"arn:{request.name}"})

    def read(self, request: ReadRequest) -> ReadResult:
        """As recorded."""
        return ReadResult(request.id, request.inputs, request.state)

    def update(self, request: UpdateRequest) -> Properties:
        """It is changed."""
        return dict(request.news)

    def delete(self, request: DeleteRequest) -> None:
        """It is gone."""

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        """No functions."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Nothing is in flight."""


class Mocks(pulumi.runtime.Mocks):
    """The same for the SDK alone."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """It is there."""
        return args.name, {**args.inputs, "arn": f"arn:{args.name}"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        """No functions."""
        raise NotImplementedError


def program(count: int) -> Callable[[], None]:
    """`count` resources, all but the first with a dependency."""

    def run() -> None:
        first = pulumi.CustomResource("mem:index:Thing", "first", {"arn": None, "size": 1})
        arn = first.__dict__["arn"]
        for number in range(count - 1):
            pulumi.CustomResource("mem:index:Thing", f"t{number}", {"arn": None, "size": number, "needs": [arn]})

    return run


def against_mocks(count: int) -> None:
    """The SDK alone."""
    from pulumi.runtime import mocks, settings
    from pulumi.runtime.stack import run_in_stack

    async def main() -> None:
        monitor, engine = mocks.MockMonitor(Mocks()), mocks.MockEngine(None)
        settings.configure(settings.Settings(project="p", stack="s", monitor=monitor, engine=engine, dry_run=False))
        await run_in_stack(program(count))

    contextvars.copy_context().run(asyncio.run, main())


def embedded(count: int, *, ups: int = 1) -> None:
    """`ups` runs on a new stack; those after the first must make no call."""
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder) / "stack")
        engine = EmbeddedEngine(project="p", stack="s", providers={"mem": Instant()}, store=store, config={})
        for number in range(ups):
            if engine.up(program(count)).mutations != (0 if number else count):
                raise SystemExit("an up did not make the calls that it must make")


RECORD = {"put": {"urn": "urn:pulumi:s::p::mem:index:Thing::t", "inputs": {"text": "x" * 300}}}


def journal(count: int) -> None:
    """`count` records, each on the disk before the next."""
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal", "bench") as book:
        for _ in range(count):
            book.append(RECORD)


def bare(count: int) -> None:
    """As many appends with an fdatasync each."""
    line = encode(RECORD)
    with tempfile.TemporaryDirectory() as folder:
        handle = os.open(Path(folder) / "bare", os.O_WRONLY | os.O_CREAT)
        for _ in range(count):
            os.write(handle, line)
            os.fdatasync(handle)
        os.close(handle)


if __name__ == "__main__":
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    finish(
        [
            compare(
                "P11",
                f"embedded engine / SDK against mocks, {n} resources",
                lambda: embedded(n),
                lambda: against_mocks(n),
                target=2.0,
                pairs=3,
            ),
            compare(
                "P11b",
                f"{n} resources / {n // 2}",
                lambda: embedded(n),
                lambda: embedded(n // 2),
                target=2.2,
                pairs=3,
            ),
            compare("P12", "200 journal records / bare appends", lambda: journal(200), lambda: bare(200), target=1.5),
        ]
    )
