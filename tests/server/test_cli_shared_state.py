"""A state in S3: two folders on two machines, one stack; who is at work is told, and a state can be moved there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

SHARED = "state: s3://hotline-state/teams\n"


@pytest.fixture
def s3(small: Any) -> Any:
    """The sandbox of the folder, whose S3 keeps the state; asked directly."""
    import boto3

    endpoint = json.loads(small("sandbox", "start", "--json").out)["endpoint"]
    return boto3.client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )


def share(folder: Path) -> None:
    file = folder / "center.yaml"
    file.write_text(file.read_text(encoding="utf-8") + SHARED, encoding="utf-8")


def other_laptop(small: Any) -> Any:
    """The same folder from git on another machine that reaches the same S3."""
    there = small.folder.parent / "laptop-2"
    shutil.copytree(small.folder, there, ignore=shutil.ignore_patterns(".ccdeploy"))
    (there / ".ccdeploy" / "sandbox").mkdir(parents=True)
    shutil.copy(small.folder / ".ccdeploy" / "sandbox" / "server.json", there / ".ccdeploy" / "sandbox")
    return type(small)(there)


def lease_of(s3: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(s3.get_object(Bucket="hotline-state", Key=KEY)["Body"].read())
    return found


KEY = "teams/small.dev/lease.json"


def test_two_operators_share_a_stack_and_the_second_hears_who_is_at_work(small: Any, s3: Any) -> None:
    share(small.folder)
    assert small("up", "--json").result["changes"]["create"] > 20
    assert not (small.folder / ".ccdeploy" / "stacks").exists(), "all of it is in S3"
    assert s3.get_bucket_versioning(Bucket="hotline-state")["Status"] == "Enabled"
    assert s3.head_object(Bucket="hotline-state", Key="teams/small.dev/state.json")["ServerSideEncryption"] == "AES256"
    second = other_laptop(small)
    again = second("up", "--json").result
    assert (again["changes"]["create"], again["agents"]["same"]) == (0, 2)
    holder = {"nonce": "x", "owner": "ines", "host": "laptop-3", "place": "elsewhere", "pid": 7, "what": "up"}
    record = {**lease_of(s3), **holder, "since": 1_790_000_000.0, "beat": 0}
    s3.put_object(Bucket="hotline-state", Key=KEY, Body=json.dumps(record).encode())
    refused = second("up", "--json", code=4)
    assert "ines on laptop-3, process 7" in refused.result["error"]["message"]
    assert "2026-09-21" in refused.result["error"]["message"]
    small("unlock", "--json", "--yes")
    assert lease_of(s3)["fence"] > record["fence"]
    roster = second.folder / "rosters" / "helpers.csv"
    roster.write_text(roster.read_text(encoding="utf-8") + "eve.low,eve.low@example.org,Eve,Low,helper,helper-rights\n")
    assert second("roster", "apply", "--json", str(roster)).result["agents"]["create"] == 1
    assert small("status", "--json").json["agents"]["total"] == 3
    small("audit", "verify")


def test_a_state_moves_from_the_folder_to_s3_and_cannot_begin_anew_there_by_mistake(small: Any, s3: Any) -> None:
    small("up", "--json")
    before = small("state", "export").json
    share(small.folder)
    refused = small("status", "--json", code=1)
    assert "state share" in refused.out + refused.err
    moved = small("state", "share", "--json").json
    assert moved["where"] == "s3://hotline-state/teams/small.dev"
    after = small("state", "export").json
    assert after["deployment"]["resources"] == before["deployment"]["resources"]
    again = small("up", "--json").result
    assert (again["changes"]["create"], again["agents"]["same"]) == (0, 2)


def test_without_its_sandbox_a_rehearsal_on_a_shared_state_says_how_to_start_one(small: Any) -> None:
    share(small.folder)
    refused = small("up", "--json", code=1)
    assert refused.result["error"]["code"] == "no-sandbox"
    assert "ccdeploy sandbox start" in refused.result["error"]["hint"]
