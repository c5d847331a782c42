"""Clients that others wrote, against a sandbox as a process: connect-flow, and boto3's paginators and waiters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from ccdeploy.sandbox import process
from ccdeploy.sandbox.history import read
from ccdeploy.sandbox.options import Options
from ccdeploy.sandbox.process import ServerInfo

CONNECT_FLOW = Path(sys.executable).parent / "connect-flow"
REGION = "eu-central-1"
BYE = {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}


def says(text: str) -> str:
    hello = {
        "Identifier": "hello",
        "Type": "MessageParticipant",
        "Parameters": {"Text": text},
        "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]},
    }
    places = {key: {"position": {"x": 300 * n, "y": 0}} for n, key in enumerate(("hello", "bye"))}
    metadata = {"entryPointPosition": {"x": -100, "y": 0}, "ActionMetadata": places}
    flow = {"Version": "2019-10-30", "StartAction": "hello", "Metadata": metadata, "Actions": [hello, BYE]}
    return json.dumps(flow)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerInfo]:
    folder = tmp_path_factory.mktemp("centre")
    yield process.start(folder, Options(quotas=False))
    process.stop(folder)


def environ(server: ServerInfo) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_DEFAULT_REGION": REGION}
    return {**kept, **keys, "AWS_ENDPOINT_URL": server.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}


def client(service: str, server: ServerInfo) -> Any:
    make: Any = boto3.client
    keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
    return make(service, region_name=REGION, endpoint_url=server.endpoint, **keys)


@pytest.fixture(scope="module")
def centre(server: ServerInfo) -> tuple[Any, str]:
    """The client and the id of an instance called example, with a flow."""
    connect = client("connect", server)
    made = connect.create_instance(
        InstanceAlias="example", IdentityManagementType="SAML", InboundCallsEnabled=True, OutboundCallsEnabled=True
    )
    connect.create_contact_flow(InstanceId=made["Id"], Name="welcome", Type="CONTACT_FLOW", Content=says("Hello"))
    return connect, made["Id"]


def connect_flow(server: ServerInfo, folder: Path, *words: str, code: int = 0) -> str:
    """Run `connect-flow` in a folder; what it printed."""
    if not CONNECT_FLOW.exists():
        pytest.skip("connect-flow is not installed (it needs Python 3.11)")
    command = [str(CONNECT_FLOW), *words]
    done = subprocess.run(command, env=environ(server), cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_connect_flow_lists_downloads_compares_and_uploads(
    server: ServerInfo, centre: tuple[Any, str], tmp_path: Path
) -> None:
    connect, key = centre
    assert "example" in connect_flow(server, tmp_path, "list")
    listed = connect_flow(server, tmp_path, "list", "example")
    assert "welcome" in listed
    assert "Default customer queue" in listed
    assert "detail" in connect_flow(server, tmp_path, "list", "example/view/aws").lower()

    connect_flow(server, tmp_path, "copy", "--from", "example/welcome", "--to", "welcome.json")
    connect_flow(server, tmp_path, "copy", "--from", "example/Default queue transfer", "--to", "transfer.json")
    file = tmp_path / "welcome.json"
    assert json.loads(file.read_text()) == json.loads(says("Hello"))
    connect_flow(server, tmp_path, "diff", "welcome.json", "example/welcome")

    file.write_text(says("Good morning"))
    assert "Good morning" in connect_flow(server, tmp_path, "diff", "welcome.json", "example/welcome", code=1)
    upload = ("copy", "--from", "welcome.json", "--to", "example/welcome", "--yes", "--force")
    connect_flow(server, tmp_path, *upload)
    flow = next(f["Id"] for f in flows(connect, key) if f["Name"] == "welcome")

    def spoken(suffix: str = "") -> str:
        told = connect.describe_contact_flow(InstanceId=key, ContactFlowId=flow + suffix)["ContactFlow"]
        return str(json.loads(told["Content"])["Actions"][0]["Parameters"]["Text"])

    assert (spoken(), spoken(":$SAVED")) == ("Hello", "Good morning")
    connect_flow(server, tmp_path, *upload, "--publish")
    assert spoken() == "Good morning"


def test_a_flow_that_is_refused_fails_connect_flow_and_leaves_the_live_one(
    server: ServerInfo, centre: tuple[Any, str], tmp_path: Path
) -> None:
    connect, key = centre
    content = says("Hello")
    made = connect.create_contact_flow(InstanceId=key, Name="live", Type="CONTACT_FLOW", Content=content)
    (tmp_path / "bad.json").write_text(says(""))
    words = ("copy", "--from", "bad.json", "--to", "example/live", "--yes", "--force", "--publish")
    connect_flow(server, tmp_path, *words, code=4)
    told = connect.describe_contact_flow(InstanceId=key, ContactFlowId=made["ContactFlowId"])["ContactFlow"]
    assert told["Content"] == content
    requests = [entry for entry in read(Path(server.data)) if entry["operation"] == "UpdateContactFlowContent"]
    assert requests[-1]["error"] == "InvalidContactFlowException"


def flows(connect: Any, key: str) -> list[Any]:
    pages = connect.get_paginator("list_contact_flows").paginate(InstanceId=key, PaginationConfig={"PageSize": 3})
    return [row for page in pages for row in page["ContactFlowSummaryList"]]


def test_paginators_of_boto3_walk_lists_and_searches(centre: tuple[Any, str]) -> None:
    connect, key = centre
    hours = connect.list_hours_of_operations(InstanceId=key)["HoursOfOperationSummaryList"][0]["Id"]
    names = {f"queue-{number}" for number in range(25)}
    for name in names:
        connect.create_queue(InstanceId=key, Name=name, HoursOfOperationId=hours)
    whole = {"PaginationConfig": {"PageSize": 7}}
    listed = list(connect.get_paginator("list_queues").paginate(InstanceId=key, **whole))
    assert [len(page["QueueSummaryList"]) for page in listed] == [7, 7, 7, 5]
    assert {q["Name"] for page in listed for q in page["QueueSummaryList"]} == {*names, "BasicQueue"}
    starts = {"StringCondition": {"FieldName": "name", "Value": "queue-1", "ComparisonType": "STARTS_WITH"}}
    found = connect.get_paginator("search_queues").paginate(InstanceId=key, SearchCriteria=starts, **whole)
    assert len([q for page in found for q in page["Queues"]]) == 11
    assert len({flow["Id"] for flow in flows(connect, key)}) == len(flows(connect, key)) >= 10


def test_waiters_of_boto3_come_to_their_end(server: ServerInfo) -> None:
    s3, kinesis = client("s3", server), client("kinesis", server)
    s3.create_bucket(Bucket="line", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.get_waiter("bucket_exists").wait(Bucket="line", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    s3.put_object(Bucket="line", Key="hold.wav", Body=b"RIFF")
    s3.get_waiter("object_exists").wait(Bucket="line", Key="hold.wav", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    kinesis.create_stream(StreamName="events", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="events", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
