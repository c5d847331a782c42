"""The same provider object over gRPC, as the real CLI calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import grpc
import pytest
from ccdeploy.stacks.provider import schema
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailed,
    InvokeResult,
    ProviderError,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ccdeploy.stacks.provider.schema import AutoName, Prop, ResourceSpec
from ccdeploy.stacks.provider.serve import start
from ccdeploy.stacks.provider.values import UNKNOWN, Properties, Secret
from ccdeploy.stacks.provider.wire import UNKNOWN_STRING, from_struct, to_struct
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

SPEC = ResourceSpec("mem:index:T", {"name": Prop(), "size": Prop("integer", force_new=True)}, ("arn",), AutoName())
URN = "urn:pulumi:s::p::mem:index:T::triage"


class OneProvider:
    """Keeps what it was asked."""

    package = "mem"
    version = "1.2.3"

    def __init__(self) -> None:
        self.config: Mapping[str, str] = {}
        self.asked: list[Any] = []

    def configure(self, config: Mapping[str, str]) -> None:
        if self.config and config != self.config:
            raise ProviderError("it is configured already, with other values")
        self.config = config

    def check(self, request: CheckRequest) -> CheckResult:
        self.asked.append(request)
        return schema.check(SPEC, request)

    def diff(self, request: DiffRequest) -> DiffResult:
        self.asked.append(request)
        return schema.diff(SPEC, request)

    def create(self, request: CreateRequest) -> CreateResult:
        self.asked.append(request)
        if request.preview:
            return CreateResult("", schema.preview_create(SPEC, request.inputs))
        if request.inputs["name"] == "half":
            raise InitFailed("id-1", {"arn": "a", "word": Secret("w")}, ["not linked", "not tagged"])
        if request.inputs["name"] == "bad":
            raise ProviderError("the quota is 10", code="LimitExceededException", hint="ask for more")
        return CreateResult("id-1", {**request.inputs, "arn": "a", "word": Secret("w")})

    def read(self, request: ReadRequest) -> ReadResult:
        return ReadResult("id-1", {"name": "n"}, {"arn": "a"}) if request.id == "id-1" else ReadResult(None)

    def update(self, request: UpdateRequest) -> Properties:
        self.asked.append(request)
        return dict(request.news)

    def delete(self, request: DeleteRequest) -> None:
        self.asked.append(request)

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        return InvokeResult({"token": token, **args})

    def cancel(self) -> None:
        self.asked.append("cancel")


@pytest.fixture
def provider() -> OneProvider:
    return OneProvider()


@pytest.fixture
def client(provider: OneProvider) -> Iterator[Any]:
    running = start(provider)
    channel = grpc.insecure_channel(f"127.0.0.1:{running.port}")
    yield provider_pb2_grpc.ResourceProviderStub(channel)
    channel.close()
    running.stop()


def configure(client: Any, **args: Any) -> Any:
    return client.Configure(provider_pb2.ConfigureRequest(args=to_struct(args), acceptSecrets=True))


def test_config_comes_in_both_of_its_forms_and_a_second_other_one_is_an_error(
    client: Any, provider: OneProvider
) -> None:
    answer = configure(client, region="eu-central-1", version="7.51.1", skip=True)
    assert answer.supportsPreview
    assert answer.acceptSecrets
    assert provider.config == {"region": "eu-central-1", "skip": "true"}
    client.Configure(
        provider_pb2.ConfigureRequest(variables={"mem:config:region": "eu-central-1", "mem:config:skip": "true"})
    )
    with pytest.raises(grpc.RpcError) as caught:
        configure(client, region="us-east-1")
    assert caught.value.details() == "it is configured already, with other values"


def test_check_and_diff_answer_in_pulumis_terms(client: Any, provider: OneProvider) -> None:
    checked = client.Check(
        provider_pb2.CheckRequest(urn=URN, news=to_struct({"size": UNKNOWN, "colour": 1}), randomSeed=b"s")
    )
    assert provider.asked[0].olds is None
    assert provider.asked[0].name == "triage"
    assert checked.inputs["size"] == UNKNOWN_STRING
    assert checked.inputs["name"].startswith("triage-")
    assert [failure.property for failure in checked.failures] == ["colour"]
    found = client.Diff(
        provider_pb2.DiffRequest(
            id="id-1", urn=URN, olds=to_struct({"name": "n", "size": 1}), news=to_struct({"name": "n", "size": 2})
        )
    )
    assert found.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(found.diffs) == list(found.replaces) == ["size"]
    assert found.deleteBeforeReplace


def test_a_preview_of_a_create_answers_unknowns_and_the_real_one_marks_secrets(client: Any) -> None:
    configure(client)
    planned = client.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct({"name": UNKNOWN}), preview=True))
    assert planned.id == ""
    assert from_struct(planned.properties) == {"name": UNKNOWN, "arn": UNKNOWN}
    made = client.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct({"name": "n"})))
    assert made.id == "id-1"
    assert from_struct(made.properties)["word"] == Secret("w")


def test_a_half_made_resource_travels_in_the_status_of_the_error(client: Any) -> None:
    configure(client)
    with pytest.raises(grpc.RpcError) as caught:
        client.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct({"name": "half"})))
    trailing: Any = caught.value.trailing_metadata()
    status = status_pb2.Status.FromString(dict(trailing)["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert detail.id == "id-1"
    assert list(detail.reasons) == ["not linked", "not tagged"]
    assert from_struct(detail.inputs) == {"name": "half"}
    assert from_struct(detail.properties) == {"arn": "a", "word": Secret("w")}


def test_an_error_is_one_sentence_without_a_traceback(client: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct({"name": "bad"})))
    assert caught.value.details() == "the quota is 10 (LimitExceededException): ask for more"


def test_read_update_delete_invoke_and_cancel_reach_the_provider(client: Any, provider: OneProvider) -> None:
    assert client.Read(provider_pb2.ReadRequest(urn=URN, id="id-1")).id == "id-1"
    assert client.Read(provider_pb2.ReadRequest(urn=URN, id="gone")).id == ""
    updated = client.Update(
        provider_pb2.UpdateRequest(
            urn=URN, id="id-1", news=to_struct({"name": "m"}), old_inputs=to_struct({"name": "n"})
        )
    )
    assert from_struct(updated.properties) == {"name": "m"}
    client.Delete(provider_pb2.DeleteRequest(urn=URN, id="id-1", old_inputs=to_struct({"name": "m"})))
    assert provider.asked[-1].inputs == {"name": "m"}
    answer = client.Invoke(provider_pb2.InvokeRequest(tok="mem:index:f", args=to_struct({"a": 1})))
    assert from_struct(getattr(answer, "return")) == {"token": "mem:index:f", "a": 1}
    client.Cancel(Empty())
    assert provider.asked[-1] == "cancel"
    assert client.GetPluginInfo(Empty()).version == "1.2.3"


def test_what_is_not_there_answers_unimplemented(client: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
