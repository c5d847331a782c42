"""The door to AWS: botocore's errors become ours, and only what may be repeated is repeated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from ccdeploy.specs.errors import CloudError
from ccdeploy.stacks.cloud.client import ATTEMPTS, Cloud, is_loopback, is_missing


class FakeClient:
    """A boto3 client that answers from a list; an exception in it is raised."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.meta = SimpleNamespace(method_to_api_mapping={"create_queue": "CreateQueue", "list_queues": "ListQueues"})

    def _answer(self, method: str, **params: Any) -> dict[str, Any]:
        self.calls.append((method, params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {**answer, "ResponseMetadata": {}}

    def __getattr__(self, method: str) -> Any:
        return lambda **params: self._answer(method, **params)


class FakeCloud(Cloud):
    """The door with a fake client behind it."""

    def __init__(self, *answers: Any) -> None:
        self.slept: list[float] = []
        super().__init__("eu-central-1", endpoint_url="http://127.0.0.1:9", sleep=self.slept.append)
        self.client = FakeClient(list(answers))

    def _make_client(self, service: str) -> Any:
        return self.client


def refusal(code: str, status: int = 400, **more: Any) -> ClientError:
    response = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, "CreateQueue")  # type: ignore[arg-type]


def test_the_answer_comes_without_metadata_and_nothing_is_sent_for_none() -> None:
    cloud = FakeCloud({"QueueId": "q"})
    assert cloud.call("connect", "create_queue", Name="a", Description=None) == {"QueueId": "q"}
    assert cloud.client.calls == [("create_queue", {"Name": "a"})]


def test_the_hidden_problems_of_a_flow_are_shown() -> None:
    cloud = FakeCloud(refusal("InvalidContactFlowException", problems=[{"message": "one"}, {"message": "two"}]))
    with pytest.raises(CloudError) as caught:
        cloud.call("connect", "create_queue")
    assert caught.value.problems == ("one", "two")
    assert "one; two" in caught.value.message
    assert caught.value.operation == "CreateQueue"
    assert caught.value.service_code == "InvalidContactFlowException"


def test_a_throttled_call_is_repeated_until_it_is_answered() -> None:
    cloud = FakeCloud(refusal("ThrottlingException", 429), refusal("TooManyRequestsException", 429), {"QueueId": "q"})
    assert cloud.call("connect", "create_queue") == {"QueueId": "q"}
    assert len(cloud.slept) == 2
    assert 0 < cloud.slept[0] <= 0.25 < 0.5 >= cloud.slept[1] > 0


def test_patience_ends() -> None:
    cloud = FakeCloud(*[refusal("ThrottlingException", 429)] * ATTEMPTS)
    with pytest.raises(CloudError, match="ThrottlingException"):
        cloud.call("connect", "create_queue")
    assert len(cloud.client.calls) == ATTEMPTS


def test_a_full_quota_is_final_and_says_what_to_do() -> None:
    cloud = FakeCloud(refusal("LimitExceededException", 429))
    with pytest.raises(CloudError) as caught:
        cloud.call("connect", "create_queue")
    assert cloud.slept == []
    assert "quotas:" in caught.value.hint


def test_a_create_whose_answer_is_lost_is_not_repeated_but_a_list_is() -> None:
    lost = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    cloud = FakeCloud(lost)
    with pytest.raises(CloudError) as caught:
        cloud.call("connect", "create_queue")
    assert caught.value.code == "unanswered"
    assert len(cloud.client.calls) == 1
    again = FakeCloud(lost, refusal("InternalServiceException", 500), {"QueueSummaryList": []})
    assert again.call("connect", "list_queues") == {"QueueSummaryList": []}


def test_missing_credentials_are_named() -> None:
    with pytest.raises(CloudError, match="no AWS credentials") as caught:
        FakeCloud(NoCredentialsError()).call("connect", "list_queues")
    assert "AWS_PROFILE" in caught.value.hint


def test_pages_are_walked_to_the_end() -> None:
    cloud = FakeCloud({"QueueSummaryList": [{"Id": "1"}], "NextToken": "t"}, {"QueueSummaryList": [{"Id": "2"}]})
    found = list(cloud.pages("connect", "list_queues", "QueueSummaryList", InstanceId="i"))
    assert found == [{"Id": "1"}, {"Id": "2"}]
    assert cloud.client.calls[1] == ("list_queues", {"InstanceId": "i", "NextToken": "t"})


def test_a_bug_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        FakeCloud(ZeroDivisionError()).call("connect", "list_queues")


def test_gone_is_known_in_every_spelling() -> None:
    assert is_missing(CloudError("x", status=404))
    assert is_missing(CloudError("x", service_code="NoSuchBucket"))
    assert not is_missing(CloudError("x", service_code="ResourceInUseException", status=409))


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:4", True),
        ("http://localhost", True),
        ("http://[::1]:1", True),
        ("http://127.example.org", False),
        ("https://connect.eu-central-1.amazonaws.com", False),
        (None, False),
    ],
)
def test_only_this_machine_is_loopback(url: str | None, local: bool) -> None:
    assert is_loopback(url) is local
