"""Pulumi's engine with its state in S3, the sandbox's, through Pulumi's own S3 backend: a stack's whole life there."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.cli.main import cli
from click.testing import CliRunner

KEY = "teams/small.dev/"
ENGINE = ("--engine", "pulumi")


class Shared:
    """The command in this process, on a centre whose state lies in S3; and what lies there."""

    def __init__(self, centre: Any) -> None:
        import boto3

        self.centre = centre
        centre.edit("center.yaml", "rosters:", "state: s3://hotline-state/teams\nrosters:")
        endpoint = json.loads(centre("sandbox", "start", "--json").out)["endpoint"]
        self._s3 = boto3.client(
            "s3",
            region_name="eu-central-1",
            endpoint_url=endpoint,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",
        )

    def __call__(self, *words: str, code: int = 0) -> Any:
        ran = CliRunner().invoke(cli, [*words, "--json", str(self.centre.folder)])
        assert ran.exit_code == code, f"{words}: {ran.exit_code}\n{ran.stdout[-900:]}\n{ran.stderr}"
        return json.loads(ran.stdout.splitlines()[-1] if words[0] in {"up", "down"} else ran.stdout)

    def has(self, name: str) -> bool:
        """Whether the store holds this object."""
        found = self._s3.list_objects_v2(Bucket="hotline-state", Prefix=KEY + name)
        return bool(found["KeyCount"])

    def lease(self, **fields: Any) -> dict[str, Any]:
        """The lease, with `fields` changed by another machine."""
        data = self._s3.get_object(Bucket="hotline-state", Key=f"{KEY}lease.json")["Body"].read()
        record: dict[str, Any] = {**json.loads(data), **fields}
        if fields:
            self._s3.put_object(Bucket="hotline-state", Key=f"{KEY}lease.json", Body=json.dumps(record).encode())
        return record


@pytest.fixture
def shared(centre: Any, monkeypatch: pytest.MonkeyPatch) -> Shared:
    for name in [name for name in os.environ if name not in centre.environ]:
        monkeypatch.delenv(name)
    return Shared(centre)


def killed_in_the_middle(centre: Any, *words: str) -> None:
    """Run and kill -9 once the first thing is made."""
    history = Path(centre.folder) / ".ccdeploy" / "sandbox" / "history.jsonl"

    def made() -> int:
        return history.read_bytes().count(b'"operation": "CreateQueue"')

    before, process = made(), centre.start(*words)
    while made() == before and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "it had ended before"


def test_a_stack_in_s3_is_killed_finished_and_taken_over_by_the_other_engine(shared: Shared) -> None:
    killed_in_the_middle(shared.centre, "up", *ENGINE, "--quiet")
    shared("up", *ENGINE)
    assert shared.has("pulumi/backend/.pulumi/stacks/ccdeploy/small.dev.json")
    assert not (shared.centre.folder / ".ccdeploy" / "stacks").exists(), "all of it is in S3"
    shared("state", "export", "--to", "embedded", *ENGINE)
    assert shared("down", "--all")["outputs"]["instance"] is None
    assert shared.centre.mutations().count("CreateQueue") == 1, "nothing is made twice"


@pytest.mark.long
def test_a_stack_lives_in_s3_is_read_edited_killed_moved_leased_and_removed(shared: Shared) -> None:
    assert shared("up", *ENGINE)["changes"]["create"] > 20
    assert shared("status", *ENGINE)["drift"] == []
    shared.centre.edit("center.yaml", "  front:", "  back: {hours: day}\n  third: {hours: day}\n  front:")
    assert shared("preview", *ENGINE)["changes"]["create"] == 4
    killed_in_the_middle(shared.centre, "up", *ENGINE, "--quiet")
    shared("up", *ENGINE)
    assert shared.centre.mutations().count("CreateQueue") == 3, "nothing is made twice"

    shared("state", "export", "--to", "embedded", *ENGINE)
    shared("state", "export", "--to", "pulumi")
    again = shared("up", *ENGINE)["changes"]
    assert {word for word, count in again.items() if count} == {"same"}

    shared.lease(nonce="x", owner="ines", host="laptop-3", place="elsewhere", pid=7, what="up")
    assert "ines on laptop-3, process 7" in shared("down", "--all", *ENGINE, code=4)["error"]["message"]
    shared("unlock", "--yes")
    assert shared("down", "--all", *ENGINE)["outputs"]["instance"] is None
    assert shared.lease()["fence"] > 5
