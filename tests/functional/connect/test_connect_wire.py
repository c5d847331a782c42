"""Pages, planned faults and clients that do not behave."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from ccdeploy.sandbox import control, history
from ccdeploy.sandbox.faults import BadPlan
from ccdeploy.sandbox.server import Running

from .conftest import REGION, Centre, client, make_centre

SIGNED = f"AWS4-HMAC-SHA256 Credential=sandbox/20260101/{REGION}/connect/aws4_request, SignedHeaders=host, Signature=0"


def raw(running: Running, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, Any]]:
    """A request as no SDK would send it."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    connection.request(method, path, body, {"Authorization": SIGNED, **headers})
    answer = connection.getresponse()
    status, text = answer.status, answer.read()
    connection.close()
    return status, json.loads(text) if text.startswith(b"{") else {}


# -- pages


def test_pages_follow_each_other_without_gap_or_double(centre: Centre) -> None:
    hours = centre.first("list_hours_of_operations", "HoursOfOperationSummaryList")
    for number in range(25):
        centre.call("create_queue", Name=f"q{number:02}", HoursOfOperationId=hours)
    pages = centre.connect.get_paginator("list_queues").paginate(
        InstanceId=centre.instance, PaginationConfig={"PageSize": 10}
    )
    names = [[queue["Name"] for queue in page["QueueSummaryList"]] for page in pages]
    assert [len(page) for page in names] == [10, 10, 6]
    assert [name for page in names for name in page] == ["BasicQueue", *(f"q{number:02}" for number in range(25))]


def test_a_page_token_is_refused_with_other_arguments(centre: Centre) -> None:
    token = centre.call("list_prompts", MaxResults=2)["NextToken"]
    assert len(centre.call("list_prompts", MaxResults=5, NextToken=token)["PromptSummaryList"]) == 5
    for method in ("list_contact_flows", "list_queues"):
        with pytest.raises(ClientError, match="other arguments"):
            centre.call(method, NextToken=token)


def test_what_is_deleted_between_two_pages_hides_nothing_else(centre: Centre) -> None:
    first = centre.call("list_prompts", MaxResults=2)
    gone = first["PromptSummaryList"][0]["Id"]
    centre.call("delete_prompt", PromptId=gone)
    rest = centre.call("list_prompts", NextToken=first["NextToken"])["PromptSummaryList"]
    assert len(rest) == 5


# -- faults


def plan(folder: Path, *faults: dict[str, Any]) -> Path:
    path = folder / "faults.json"
    path.write_text(json.dumps(faults))
    return path


def test_planned_faults_happen_on_the_calls_they_name(tmp_path: Path, serving: Callable[..., Running]) -> None:
    faults = plan(
        tmp_path,
        {"operation": "ListQueues", "kind": "throttle", "nth": [1]},
        {"operation": "ListUsers", "kind": "refuse", "error": "AccessDeniedException", "every": 2},
        {"operation": "ListPrompts", "kind": "reset", "nth": [1]},
    )
    centre = make_centre(serving(faults=faults).endpoint)
    with pytest.raises(ClientError, match="ThrottlingException"):
        centre.call("list_queues")
    centre.call("list_queues")
    centre.call("list_users")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        centre.call("list_users")
    with pytest.raises(BotoCoreError):
        centre.call("list_prompts")
    centre.call("list_prompts")


@pytest.mark.parametrize("kind", ["lose-answer", "500-after-effect"])
def test_an_effect_stays_when_its_answer_is_lost(tmp_path: Path, serving: Callable[..., Running], kind: str) -> None:
    faults = plan(tmp_path, {"operation": "CreateUser", "kind": kind, "nth": 1})
    centre = make_centre(serving(tmp_path / "data", faults=faults).endpoint)
    with pytest.raises((ClientError, BotoCoreError)):
        centre.user("ada")
    assert [user["Username"] for user in centre.call("list_users")["UserSummaryList"]] == ["ada"]
    (made,) = [r for r in history.read(tmp_path / "data") if r["operation"] == "CreateUser"]
    assert made["effect"]


@pytest.mark.parametrize("entry", [{"kind": "sulk"}, {"kind": "hang"}, {"kind": "hang", "nth": [0]}, {"why": 1}])
def test_a_bad_plan_is_refused_with_its_entry(tmp_path: Path, serving: Callable[..., Running], entry: Any) -> None:
    with pytest.raises(BadPlan, match="entry 1"):
        serving(faults=plan(tmp_path, entry))


# -- clients that do not behave


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/instance", b"{"),
        ("PUT", "/instance", b"[]"),
        ("PUT", "/instance", b"\xff\xfe"),
        ("PUT", "/instance", b'{"InstanceAlias": {"a": 1}}'),
        ("PUT", "/instance", b"[" * 100_000),
        ("PATCH", "/instance", b""),
        ("GET", "/no/such/path", b""),
        ("GET", "/", b""),
        ("GET", "/queues-summary/", b""),
        ("GET", "/queues-summary/%00", b""),
        ("GET", "/queues-summary/..%2f..%2fetc", b""),
        ("GET", "/instance?maxResults=many", b""),
        ("GET", "/instance?maxResults=99", b""),
    ],
)
def test_a_malformed_request_gets_a_modelled_error(sandbox: Running, method: str, path: str, body: bytes) -> None:
    status, answer = raw(sandbox, method, path, body)
    assert 400 <= status < 500
    assert answer["__type"].endswith(("Exception", "Error"))
    assert answer["Message"]


def test_a_huge_body_is_refused_and_the_server_lives(sandbox: Running) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=20) as connection:
        head = f"PUT /instance HTTP/1.1\r\nHost: x\r\nAuthorization: {SIGNED}\r\nContent-Length: 999999999999\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(1000)
    assert make_centre(sandbox.endpoint).instance


def test_slow_clients_and_two_hundred_connections_do_not_stop_the_others(sandbox: Running) -> None:
    idle = [socket.create_connection(("127.0.0.1", sandbox.port), timeout=20) for _ in range(200)]
    for connection in idle[:8]:
        connection.sendall(b"PUT /instance HTTP/1.1\r\nHost: x\r\nContent-Le")
    try:
        assert make_centre(sandbox.endpoint).call("list_queues")["QueueSummaryList"]
    finally:
        for connection in idle:
            connection.close()


def test_many_threads_get_what_is_theirs(sandbox: Running) -> None:
    centre = make_centre(sandbox.endpoint)
    control.grant_quotas(sandbox.endpoint, "all", {"users": 1000})
    clash: list[str] = []
    barrier = threading.Barrier(8)

    def work(number: int) -> list[str]:
        barrier.wait()
        made = [centre.user(f"u{number}-{count}") for count in range(10)]
        try:
            centre.user("same")
        except ClientError as error:
            clash.append(error.response["Error"]["Code"])
        return made

    with ThreadPoolExecutor(8) as pool:
        ids = [made for many in pool.map(work, range(8)) for made in many]
    assert len(set(ids)) == 80
    assert clash == ["DuplicateResourceException"] * 7
    assert len(centre.call("list_users")["UserSummaryList"]) == 81


def test_an_unknown_service_or_operation_beside_connect_is_answered_in_words(sandbox: Running) -> None:
    with pytest.raises(ClientError) as refused:
        client("kms", sandbox.endpoint).connect_custom_key_store(CustomKeyStoreId="x")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500


def test_the_sandbox_listens_on_this_machine_only(sandbox: Running) -> None:
    assert sandbox.endpoint.startswith("http://127.0.0.1:")
    with pytest.raises(control.ControlFailed, match="this machine only"):
        control.request("http://example.org:1", "status")


def test_a_moved_clock_frees_a_released_number_after_its_lock(sandbox: Running) -> None:
    centre = make_centre(sandbox.endpoint)
    where = {"TargetArn": centre.arn, "PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID"}
    number = centre.connect.search_available_phone_numbers(**where)["AvailableNumbersList"][0]["PhoneNumber"]
    made = centre.connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=number)["PhoneNumberId"]
    centre.connect.release_phone_number(PhoneNumberId=made)
    assert number not in str(centre.connect.search_available_phone_numbers(**where))
    control.move_clock(sandbox.endpoint, 181 * 86400)
    assert number in str(centre.connect.search_available_phone_numbers(**where))


def test_a_reset_empties_everything(sandbox: Running) -> None:
    make_centre(sandbox.endpoint)
    client("kms", sandbox.endpoint).create_key()
    control.reset(sandbox.endpoint)
    assert client("connect", sandbox.endpoint).list_instances()["InstanceSummaryList"] == []
    assert client("kms", sandbox.endpoint).list_keys()["Keys"] == []
