"""The sandbox as a process: started, found, killed, stopped; asked by the real AWS command line."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from ccdeploy.sandbox import control, process
from ccdeploy.sandbox.options import Options
from ccdeploy.sandbox.process import ServerInfo

AWS = Path(sys.executable).parent / "aws"
WRITERS = 6


def client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20),
    )


def instance(endpoint: str) -> str:
    return str(
        client("connect", endpoint).create_instance(
            InstanceAlias="example",
            IdentityManagementType="SAML",
            InboundCallsEnabled=True,
            OutboundCallsEnabled=True,
        )["Id"]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    process.stop(tmp_path)


def kill(info: ServerInfo) -> None:
    os.kill(info.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(info.pid, 0)


def test_a_started_sandbox_answers_is_found_and_stops(folder: Path) -> None:
    assert process.find(folder) is None
    info = process.start(folder)
    assert process.find(folder) == info == process.start(folder)
    assert control.request(info.endpoint, "status")["running"] is True
    assert (folder / ".ccdeploy" / ".gitignore").read_text() == "*\n"
    assert process.stop(folder) is True
    assert process.find(folder) is None
    assert process.stop(folder) is False


def test_its_options_reach_the_server(folder: Path) -> None:
    info = process.start(folder, Options(pace="real", quotas=False, latency=0.01))
    options = control.request(info.endpoint, "status")["options"]
    assert (options["pace"], options["quotas"], options["latency"]) == ("real", False, 0.01)


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    plan = folder / "faults.json"
    plan.write_text('[{"kind": "sulk"}]')
    with pytest.raises(process.SandboxFailed, match="kind must be one of"):
        process.start(folder, Options(faults=plan))


def test_a_damaged_journal_is_refused_with_its_file_and_offset(folder: Path) -> None:
    info = process.start(folder)
    instance(info.endpoint)
    process.stop(folder)
    journal = Path(info.data) / "connect.journal"
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)
    with pytest.raises(process.SandboxFailed, match=r"connect\.journal: damaged at byte \d+"):
        process.start(folder)


def test_a_recorded_process_that_is_not_ours_is_left_alone(folder: Path) -> None:
    data = process.prepare(folder)
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        recorded = {"endpoint": "http://127.0.0.1:9", "pid": sleeper.pid, "data": str(data)}
        (data / "server.json").write_text(json.dumps(recorded))
        assert process.find(folder) is None
        assert process.stop(folder) is False
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_the_aws_command_line_lists_queues_and_users(folder: Path) -> None:
    if not AWS.exists():
        pytest.skip("the AWS command line (package awscli) is not installed")
    info = process.start(folder)
    key = instance(info.endpoint)
    connect = client("connect", info.endpoint)
    profile = connect.list_routing_profiles(InstanceId=key)["RoutingProfileSummaryList"][0]["Id"]
    security = connect.list_security_profiles(InstanceId=key)["SecurityProfileSummaryList"][1]["Id"]
    connect.create_user(
        InstanceId=key,
        Username="ada",
        IdentityInfo={"FirstName": "Ada", "LastName": "Example"},
        SecurityProfileIds=[security],
        RoutingProfileId=profile,
    )
    assert aws(info, "list-queues", key, "QueueSummaryList[].Name") == ["BasicQueue"]
    assert aws(info, "list-users", key, "UserSummaryList[].Username") == ["ada"]


def aws(info: ServerInfo, operation: str, key: str, query: str) -> Any:
    environ = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_ENDPOINT_URL": info.endpoint,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "PYTHONWARNINGS": "ignore",
    }
    queue_types = ["--queue-types", "STANDARD"] if operation == "list-queues" else []
    command = [str(AWS), "connect", operation, "--instance-id", key, "--query", query, "--output", "json", *queue_types]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Writer(threading.Thread):
    """Creates queues and buckets under its own names until the server dies; remembers what was acknowledged."""

    def __init__(self, endpoint: str, key: str, hours: str, name: str) -> None:
        super().__init__(daemon=True)
        self.connect = client("connect", endpoint)
        self.s3 = client("s3", endpoint)
        self.key, self.hours, self.label = key, hours, name
        self.queues: dict[str, str] = {}
        self.buckets: list[str] = []
        self.tried: set[str] = set()

    def run(self) -> None:
        with contextlib.suppress(BotoCoreError, ClientError):
            for count in range(1000):
                name = f"{self.label}-{count}"
                self.tried.add(name)
                made = self.connect.create_queue(InstanceId=self.key, Name=name, HoursOfOperationId=self.hours)
                self.queues[name] = made["QueueId"]
                if count % 4 == 0:
                    self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
                    self.buckets.append(name)


def test_whatever_was_acknowledged_survives_kills_under_six_writers(folder: Path) -> None:
    """A few kills here; `KILLS=50` gives the long version."""
    kills = int(os.environ.get("KILLS", "4"))
    seed = random.Random(7)
    info = process.start(folder, Options(quotas=False))
    key = instance(info.endpoint)
    hours = client("connect", info.endpoint).list_hours_of_operations(InstanceId=key)["HoursOfOperationSummaryList"]
    queues: dict[str, str] = {}
    buckets: set[str] = set()
    tried: set[str] = {"BasicQueue"}
    for number in range(kills):
        writers = [Writer(info.endpoint, key, hours[0]["Id"], f"k{number}w{n}") for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(seed.uniform(0.3, 1.2))
        kill(info)
        for writer in writers:
            writer.join(timeout=60)
            queues |= writer.queues
            buckets |= set(writer.buckets)
            tried |= writer.tried
        info = process.start(folder, Options(quotas=False))
        pages = client("connect", info.endpoint).get_paginator("list_queues").paginate(InstanceId=key)
        found = {row["Name"]: row["Id"] for page in pages for row in page["QueueSummaryList"]}
        assert queues.items() <= found.items()
        assert set(found) <= tried
        assert buckets <= {row["Name"] for row in client("s3", info.endpoint).list_buckets()["Buckets"]}
    assert len(queues) > kills * WRITERS
    assert buckets
