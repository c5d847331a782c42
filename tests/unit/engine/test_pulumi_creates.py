"""What Pulumi's engine was asked to make, and what of it the CLI never heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.specs.errors import Refused
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.pulumi_cli.command import Command
from ccdeploy.stacks.engine.pulumi_cli.recovery import Recovery
from ccdeploy.stacks.engine.pulumi_cli.watched import Intents, Watched
from ccdeploy.stacks.provider.base import CreateRequest, CreateResult, InitFailed, ProviderError

KIND = "aws:connect/queue:Queue"


def urn(name: str) -> str:
    return f"urn:pulumi:line.dev::ccdeploy::{KIND}::{name}"


class Queues:
    """A provider that makes, refuses, half makes, or leaves open; each waits for `go`."""

    package, version = "aws", "7.51.1"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.began = threading.Event()

    def create(self, request: CreateRequest) -> CreateResult:
        self.began.set()
        self.go.wait(10)
        if request.name == "refused":
            raise ProviderError("no", code="InvalidParameterException")
        if request.name == "half":
            raise InitFailed("id-half", {}, ["not yet"])
        if request.name == "unanswered":
            raise ProviderError("no answer", code="unanswered")
        return CreateResult(f"id-{request.name}", {})


@pytest.fixture
def intents(tmp_path: Path) -> Iterator[Intents]:
    made = Intents(FileStore(tmp_path), 1, lambda: None)
    yield made
    made.close()


def next_run(place: Path) -> dict[str, Any]:
    """What the next run finds."""
    intents = Intents(FileStore(place), 2, lambda: None)
    found = intents.open()
    intents.close()
    return found


def request(name: str) -> CreateRequest:
    return CreateRequest(urn=urn(name), type=KIND, name=name, inputs={"name": name}, timeout=0.0, preview=False)


def test_all_that_was_or_may_have_been_made_is_known_with_its_id(intents: Intents, tmp_path: Path) -> None:
    provider: Any = Queues()
    provider.go.set()
    watched = Watched(provider, intents)
    watched.create(request("made"))
    for name in ("refused", "half", "unanswered"):
        with pytest.raises(ProviderError):
            watched.create(request(name))
    assert {key.rpartition("::")[2]: record.get("made") for key, record in next_run(tmp_path).items()} == {
        "made": "id-made",
        "half": "id-half",
        "unanswered": None,
    }
    intents.clear()
    assert next_run(tmp_path) == {}


def test_only_what_the_state_does_not_hold_is_looked_up_and_taken_over(intents: Intents, tmp_path: Path) -> None:
    for name in ("known", "lost", "never"):
        intents.begin(request(name))
    intents.made(urn("known"), "id-known")
    intents.made(urn("lost"), "id-lost")
    deployment: dict[str, Any] = {"resources": [{"urn": urn("known"), "type": KIND, "id": "id-known"}]}
    recovery = Recovery(deployment, next_run(tmp_path))
    asked: list[str] = []

    def find(_kind: str, name: str, _inputs: Any) -> str | None:
        asked.append(name)
        return "id-lost" if name == "lost" else None

    recovery.settle(find)
    assert sorted(asked) == ["lost", "never"]
    assert {entry["id"] for entry in deployment["resources"] if entry["type"] == KIND} == {"id-known", "id-lost"}
    assert recovery.targets == [urn("lost")]


def test_a_create_goes_on_when_the_cli_is_dead_and_is_waited_for(intents: Intents, tmp_path: Path) -> None:
    provider: Any = Queues()
    watched = Watched(provider, intents)
    making = threading.Thread(target=watched.create, args=(request("slow"),))
    making.start()
    assert provider.began.wait(10)
    resting = threading.Thread(target=watched.rest)
    resting.start()
    resting.join(0.2)
    assert resting.is_alive(), "the create is still under way"
    provider.go.set()
    resting.join(10)
    making.join(10)
    assert not resting.is_alive()
    assert next_run(tmp_path)[urn("slow")]["made"] == "id-slow"


def test_a_cli_that_dies_or_is_none_is_told_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for text in ("#!/bin/sh\nkill -9 $$\n", "#!/bin/sh\necho v0.1.0\n", "not a program"):
        binary = folder / "pulumi"
        binary.write_text(text, encoding="ascii")
        binary.chmod(0o700)
        with pytest.raises(Refused, match="does not tell its version"):
            Command(binary)
