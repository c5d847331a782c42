"""What goes wrong by plan, and how late lists and searches can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from ccdeploy.sandbox import control
from ccdeploy.sandbox.faults import Fault, Faults
from ccdeploy.sandbox.server import Running
from ccdeploy.sandbox.throttle import rate

from .conftest import client, make_centre

Serving = Callable[..., Running]


@pytest.fixture
def plan(tmp_path: Path, serving: Serving) -> Callable[..., Running]:
    """`plan(fault, …, seed=…, **options)`: a server with that plan."""

    def start(*faults: dict[str, Any], seed: int = 0, **options: Any) -> Running:
        path = tmp_path / "plan.json"
        path.write_text(json.dumps({"seed": seed, "faults": faults}))
        return serving(None, faults=path, **options)

    return start


def answer(call: Callable[[], Any]) -> str:
    """ "" for a good answer, "lost" for none, else the error's name."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except BotoCoreError:
        return "lost"
    return ""


def answers(call: Callable[[], Any], times: int) -> list[str]:
    return [answer(call) for _ in range(times)]


def test_a_storm_throttles_so_many_calls_in_a_row(plan: Callable[..., Running]) -> None:
    running = plan({"operation": "ListInstances", "kind": "throttle-storm", "nth": 2, "calls": 3})
    connect = client("connect", running.endpoint)
    assert answers(connect.list_instances, 6) == ["", *["ThrottlingException"] * 3, "", ""]


def test_a_share_of_the_calls_is_drawn_from_the_seed(plan: Callable[..., Running], serving: Serving) -> None:
    fault = {"operation": "List*", "kind": "refuse", "rate": 0.3}
    first, again, other = (
        answers(client("connect", plan(fault, seed=s).endpoint).list_instances, 40) for s in (7, 7, 8)
    )
    assert first == again != other
    assert 4 < first.count("InternalServiceException") < 24


def test_an_expired_key_is_refused_everywhere_until_another_is_used_or_time_has_passed(
    plan: Callable[..., Running],
) -> None:
    running = plan({"operation": "CreateInstance", "kind": "expire-credentials", "nth": 1, "seconds": 600})
    old = client("connect", running.endpoint)
    with pytest.raises(ClientError, match="ExpiredTokenException"):
        make_centre(running.endpoint)
    assert answers(old.list_instances, 2) == ["ExpiredTokenException"] * 2
    s3: Any = client("s3", running.endpoint)
    assert answers(s3.list_buckets, 1) == ["ExpiredToken"]
    fresh = client("connect", running.endpoint, key="sandbox2")
    assert answers(fresh.list_instances, 1) == [""]
    control.move_clock(running.endpoint, 601)
    assert answers(old.list_instances, 1) == [""]


def test_what_is_created_asynchronously_can_fail_later(plan: Callable[..., Running]) -> None:
    running = plan(
        {"operation": "CreateInstance", "kind": "fail-later", "nth": 1},
        {"operation": "ClaimPhoneNumber", "kind": "fail-later", "nth": 1},
    )
    failed = make_centre(running.endpoint, "first")
    told = failed.connect.describe_instance(InstanceId=failed.instance)["Instance"]
    assert (told["InstanceStatus"], "Message" in told["StatusReason"]) == ("CREATION_FAILED", True)
    centre = make_centre(running.endpoint, "second")
    where = {"TargetArn": centre.arn, "PhoneNumberCountryCode": "FR", "PhoneNumberType": "DID"}
    number = centre.connect.search_available_phone_numbers(**where)["AvailableNumbersList"][0]["PhoneNumber"]
    claimed = centre.connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=number)["PhoneNumberId"]
    status = centre.connect.describe_phone_number(PhoneNumberId=claimed)["ClaimedPhoneNumberSummary"]
    assert status["PhoneNumberStatus"]["Status"] == "FAILED"
    control.move_clock(running.endpoint, 86401)
    assert answers(lambda: centre.connect.describe_phone_number(PhoneNumberId=claimed), 1) == [
        "ResourceNotFoundException"
    ]
    assert answers(lambda: failed.connect.describe_instance(InstanceId=failed.instance), 1) == [
        "ResourceNotFoundException"
    ]
    assert [i["InstanceAlias"] for i in centre.connect.list_instances()["InstanceSummaryList"]] == ["second"]


def test_other_services_meet_the_plan_too_in_their_own_words(plan: Callable[..., Running]) -> None:
    running = plan(
        {"service": "s3", "operation": "CreateBucket", "kind": "500-after-effect", "nth": 1},
        {"service": "kms", "operation": "CreateKey", "kind": "throttle", "nth": 1},
        {"service": "logs", "kind": "lose-answer", "nth": 1},
    )
    s3: Any = client("s3", running.endpoint)
    where = {"LocationConstraint": "eu-central-1"}
    assert answers(lambda: s3.create_bucket(Bucket="line", CreateBucketConfiguration=where), 2) == [
        "InternalError",
        "BucketAlreadyOwnedByYou",
    ]
    assert answers(client("kms", running.endpoint).create_key, 2) == ["ThrottlingException", ""]
    logs: Any = client("logs", running.endpoint)
    assert answers(lambda: logs.create_log_group(logGroupName="g"), 2) == ["lost", "ResourceAlreadyExistsException"]


def test_a_planned_lag_shows_what_was_there_before(plan: Callable[..., Running]) -> None:
    running = plan({"operation": "ListQueues", "kind": "lag", "seconds": 60})
    centre = make_centre(running.endpoint)

    def names() -> list[str]:
        return [q["Name"] for q in centre.call("list_queues")["QueueSummaryList"]]

    control.move_clock(running.endpoint, 61)
    hours = centre.first("list_hours_of_operations", "HoursOfOperationSummaryList")
    queue = centre.call("create_queue", Name="triage", HoursOfOperationId=hours)["QueueId"]
    assert names() == ["BasicQueue"]
    assert centre.call("describe_queue", QueueId=queue)["Queue"]["Name"] == "triage"
    control.move_clock(running.endpoint, 61)
    assert names() == ["BasicQueue", "triage"]
    centre.call("update_queue_name", QueueId=queue, Name="nurses")
    centre.call("delete_queue", QueueId=queue)
    assert names() == ["BasicQueue", "triage"]
    control.move_clock(running.endpoint, 61)
    assert names() == ["BasicQueue"]


def test_searches_are_late_at_the_real_pace_and_lists_are_not(serving: Serving) -> None:
    running = serving(None, pace="real")
    centre = make_centre(running.endpoint)
    control.move_clock(running.endpoint, 60)
    centre.user("ada")
    assert [u["Username"] for u in centre.call("list_users")["UserSummaryList"]] == ["ada"]
    assert centre.call("search_users")["ApproximateTotalCount"] == 0
    control.move_clock(running.endpoint, 5)
    assert centre.call("search_users")["ApproximateTotalCount"] == 1


@pytest.mark.parametrize(
    ("operation", "persecond", "burst"),
    [
        ("CreateUser", 2, 5),
        ("GetCurrentMetricData", 5, 8),
        ("CreateEvaluationForm", 3, 5),
        ("StartContactStreaming", 5, 8),
        ("SendChatIntegrationEvent", 17, 26),
        ("ListIntegrationAssociations", 25, 50),
        ("CreateIntegrationAssociation/SES_IDENTITY", 1, 5),
        ("CreateInstance", 0.1, 1),
    ],
)
def test_each_operation_has_the_rate_of_the_service(operation: str, persecond: float, burst: float) -> None:
    assert rate(operation) == (persecond, burst)


def test_a_view_operation_is_throttled_with_the_error_it_declares(plan: Callable[..., Running]) -> None:
    running = plan({"operation": "ListViews", "kind": "throttle", "nth": 1})
    centre = make_centre(running.endpoint)
    assert answers(lambda: centre.call("list_views"), 2) == ["TooManyRequestsException", ""]


def test_at_most_one_fault_decides_and_lags_come_on_top() -> None:
    faults = Faults(
        (Fault("*", "refuse", frozenset((1,))), Fault("*", "reset", frozenset((1,))), Fault("List*", "lag", seconds=3))
    )
    assert [fault.kind for fault in faults.due("ListUsers")] == ["refuse", "lag"]
    assert [fault.kind for fault in faults.due("CreateUser")] == []
