"""The sandbox as a process: started, found, killed, stopped; asked by the real AWS command line."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
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


@functools.cache  # threads share a client; making one takes longer than a hundred calls
def client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=120),
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


def until_refused(make: Callable[[str], Any]) -> dict[str, Any]:
    """What could be made under numbered names before the server answered 500."""
    made: dict[str, Any] = {}
    try:
        while len(made) < 1000:
            name = f"thing-{len(made)}"
            made[name] = make(name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 500:
            raise
    assert 0 < len(made) < 1000
    return made


def test_a_full_disk_is_answered_in_words_and_loses_nothing_that_was_acknowledged(folder: Path) -> None:
    """Simulated by a limit on the size of the server's files, which is taken away again."""
    info = process.start(folder, Options(quotas=False))
    key = instance(info.endpoint)
    connect, s3 = client("connect", info.endpoint), client("s3", info.endpoint)
    hours = connect.list_hours_of_operations(InstanceId=key)["HoursOfOperationSummaryList"][0]["Id"]
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="before", CreateBucketConfiguration=where)
    journals = [Path(info.data) / name for name in ("connect.journal", "services.journal")]
    limit = max(journal.stat().st_size for journal in journals) + 5000
    resource.prlimit(info.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def queue(name: str) -> str:
        return str(connect.create_queue(InstanceId=key, Name=name, HoursOfOperationId=hours)["QueueId"])

    def queues() -> dict[str, str]:
        found = connect.list_queues(InstanceId=key, QueueTypes=["STANDARD"])["QueueSummaryList"]
        return {row["Name"]: row["Id"] for row in found if row["Name"] != "BasicQueue"}

    def buckets() -> set[str]:
        return {row["Name"] for row in s3.list_buckets()["Buckets"]}

    acknowledged = until_refused(queue)
    assert queues() == acknowledged
    made = {"before", *until_refused(lambda name: s3.create_bucket(Bucket=name, CreateBucketConfiguration=where))}
    assert buckets() == made

    resource.prlimit(info.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    acknowledged["after"] = queue("after")
    s3.create_bucket(Bucket="after", CreateBucketConfiguration=where)
    kill(info)
    connect, s3 = (client(service, process.start(folder).endpoint) for service in ("connect", "s3"))
    assert queues() == acknowledged
    assert buckets() == {*made, "after"}


class Writer(threading.Thread):
    """Makes queues, and things of the services beside Connect, until the server dies; remembers what was acknowledged.

    `things` are (kind, name) with the id that the service gave.
    """

    def __init__(self, endpoint: str, key: str, hours: str, name: str) -> None:
        super().__init__(daemon=True)
        self.clients = {
            service: client(service, endpoint)
            for service in ("connect", "s3", "kms", "iam", "lambda", "kinesis", "firehose", "logs", "lexv2-models")
        }
        self.key, self.hours, self.label = key, hours, name
        self.things: dict[tuple[str, str], str] = {}
        self.tried: set[str] = set()

    def run(self) -> None:
        makers = (
            self.queue,
            self.bucket,
            self.master_key,
            self.role,
            self.function,
            self.streams,
            self.log_group,
            self.bot,
        )
        torn = KeyError  # headers without their body
        with contextlib.suppress(BotoCoreError, ClientError, torn):
            for count in range(1000):
                name = f"{self.label}-{count}"
                self.tried.add(name)
                self.queue(name)
                makers[count % len(makers)](f"{name}x")

    def queue(self, name: str) -> None:
        self.tried.add(name)
        made = self.clients["connect"].create_queue(InstanceId=self.key, Name=name, HoursOfOperationId=self.hours)
        self.things["queue", name] = made["QueueId"]

    def bucket(self, name: str) -> None:
        where = {"LocationConstraint": "eu-central-1"}
        self.clients["s3"].create_bucket(Bucket=name, CreateBucketConfiguration=where)
        self.things["bucket", name] = name

    def master_key(self, name: str) -> None:
        if not self.label.endswith("w0"):  # moto makes an RSA pair for each, which takes a restart 0.1 s
            return
        self.things["key", name] = self.clients["kms"].create_key(Description=name)["KeyMetadata"]["KeyId"]

    def role(self, name: str) -> str:
        made = self.clients["iam"].create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
        self.things["role", name] = made["RoleId"]
        return str(made["Arn"])

    def function(self, name: str) -> None:
        role = self.role(name)
        code = {"ZipFile": packed()}
        given = {"FunctionName": name, "Runtime": "python3.12", "Role": role, "Handler": "handler.main", "Code": code}
        made = self.clients["lambda"].create_function(**given)
        self.things["function", name] = f"{made['FunctionArn']} {made['CodeSha256']}"

    def streams(self, name: str) -> None:
        self.clients["kinesis"].create_stream(StreamName=name, ShardCount=1)
        self.things["stream", name] = name
        self.bucket(f"{name}-to")
        to = {"RoleARN": "arn:aws:iam::123456789012:role/x", "BucketARN": f"arn:aws:s3:::{name}-to"}
        hose = self.clients["firehose"].create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=to
        )
        self.things["firehose", name] = hose["DeliveryStreamARN"]

    def log_group(self, name: str) -> None:
        self.clients["logs"].create_log_group(logGroupName=name)
        self.things["log group", name] = name

    def bot(self, name: str) -> None:
        settings = {"dataPrivacy": {"childDirected": False}, "idleSessionTTLInSeconds": 300}
        role = "arn:aws:iam::123456789012:role/bots-role-example"
        self.things["bot", name] = self.clients["lexv2-models"].create_bot(botName=name, roleArn=role, **settings)[
            "botId"
        ]


KILLS = 50 if os.environ.get("CCDEPLOY_TORTURE") else 3
KINDS = {"queue", "bucket", "key", "role", "function", "stream", "firehose", "log group", "bot"}
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def packed() -> bytes:
    """A function's code as a zip that is the same each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), "def main(event, context): return {}")
    return file.getvalue()


def standing(endpoint: str, key: str) -> dict[tuple[str, str], str]:
    """Everything that a writer can have made, as the server has it now."""

    def pages(service: str, operation: str, part: str, **given: Any) -> list[Any]:
        return [
            row for page in client(service, endpoint).get_paginator(operation).paginate(**given) for row in page[part]
        ]

    kms = client("kms", endpoint)
    keys = [kms.describe_key(KeyId=row["KeyId"])["KeyMetadata"] for row in pages("kms", "list_keys", "Keys")]
    functions = pages("lambda", "list_functions", "Functions")
    found = {("queue", q["Name"]): q["Id"] for q in pages("connect", "list_queues", "QueueSummaryList", InstanceId=key)}
    found |= {("bucket", b["Name"]): b["Name"] for b in client("s3", endpoint).list_buckets()["Buckets"]}
    found |= {("key", k["Description"]): k["KeyId"] for k in keys}
    found |= {("role", r["RoleName"]): r["RoleId"] for r in pages("iam", "list_roles", "Roles")}
    found |= {("function", f["FunctionName"]): f"{f['FunctionArn']} {f['CodeSha256']}" for f in functions}
    streams = client("kinesis", endpoint).list_streams(Limit=10_000)["StreamNames"]  # moto gives no token to go on with
    found |= {("stream", n): n for n in streams}
    bots = client("lexv2-models", endpoint).list_bots(maxResults=1000)["botSummaries"]
    found |= {("bot", b["botName"]): b["botId"] for b in bots}
    found |= {
        ("log group", g["logGroupName"]): g["logGroupName"] for g in pages("logs", "describe_log_groups", "logGroups")
    }
    return found


def hoses(endpoint: str, names: list[str]) -> dict[tuple[str, str], str]:
    firehose = client("firehose", endpoint)
    described = [firehose.describe_delivery_stream(DeliveryStreamName=name) for name in names]
    shown = [one["DeliveryStreamDescription"] for one in described]
    return {("firehose", one["DeliveryStreamName"]): one["DeliveryStreamARN"] for one in shown}


def test_whatever_was_acknowledged_survives_kills_under_six_writers(folder: Path) -> None:
    """A few kills here, fifty in `make torture`."""
    seed = random.Random(7)
    info = process.start(folder, Options(quotas=False))
    key = instance(info.endpoint)
    hours = client("connect", info.endpoint).list_hours_of_operations(InstanceId=key)["HoursOfOperationSummaryList"]
    things: dict[tuple[str, str], str] = {}
    tried: set[str] = {"BasicQueue"}
    for number in range(KILLS):
        writers = [Writer(info.endpoint, key, hours[0]["Id"], f"k{number}w{n}") for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        if number == 0:  # the first time everything has been made at least once
            until = time.monotonic() + 60
            while {kind for one in writers for kind, _ in list(one.things)} != KINDS and time.monotonic() < until:
                time.sleep(0.05)
        time.sleep(seed.uniform(0.3, 1.5))
        kill(info)
        for writer in writers:
            writer.join(timeout=150)
            things |= writer.things
            tried |= writer.tried
        info = process.start(folder, Options(quotas=False))
        found = standing(info.endpoint, key) | hoses(info.endpoint, [n for kind, n in things if kind == "firehose"])
        assert things.items() <= found.items()
        assert {name for kind, name in found if kind == "queue"} <= tried
    count = Counter(kind for kind, _ in things)
    print(f"{KILLS} kills: {dict(count)}")
    assert count["queue"] > KILLS * WRITERS
    assert set(count) == KINDS
