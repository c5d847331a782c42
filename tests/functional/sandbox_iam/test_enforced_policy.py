"""A sandbox that enforces a policy: the tool's own suffices for its stack and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from ccdeploy.deploy.policy import Place, policy_of
from ccdeploy.sandbox.options import Options
from ccdeploy.sandbox.server import serve
from ccdeploy.specs.load import load

ROOT = Path(__file__).parents[3]
MINE = {"ccdeploy:stack": "small.dev", "ccdeploy:name": "x"}
OTHERS = {"ccdeploy:stack": "another.dev"}


@pytest.fixture(scope="module")
def policy() -> dict[str, Any]:
    center = load(ROOT / "tests/centres/small", stack="dev").center
    assert center is not None
    return dict(policy_of(center, Place("123456789012")).document)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory, policy: dict[str, Any]) -> Iterator[Any]:
    """Clients under the policy of the small centre, and by "mine" and "others" what was made before it held."""
    place = tmp_path_factory.mktemp("iam")
    (place / "policy.json").write_text(json.dumps(policy))
    running: list[Any] = []

    def switch(free: bool) -> str:
        for server in running:
            server.stop()
        running[:] = [serve(place / "data", Options(policy=None if free else place / "policy.json"))]
        return str(running[0].endpoint)

    def client(service: str, endpoint: str) -> Any:
        make: Any = boto3.client  # its type knows the names of services only as literals
        return make(
            service,
            region_name="eu-central-1",
            endpoint_url=endpoint,
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    free = switch(True)
    connect, kms, s3 = (client(name, free) for name in ("connect", "kms", "s3"))
    made: dict[str, Any] = {}
    for name, tags in (("mine", MINE), ("others", OTHERS)):
        found = connect.create_instance(
            IdentityManagementType="CONNECT_MANAGED",
            InstanceAlias=f"{name}-line",
            InboundCallsEnabled=True,
            OutboundCallsEnabled=True,
            Tags=tags,
        )
        free_numbers = connect.search_available_phone_numbers(
            TargetArn=found["Arn"], PhoneNumberCountryCode="FR", PhoneNumberType="DID"
        )["AvailableNumbersList"]
        number = connect.claim_phone_number(
            TargetArn=found["Arn"], PhoneNumber=free_numbers[0]["PhoneNumber"], Tags=tags
        )["PhoneNumberId"]
        listed = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        key = kms.create_key(Tags=listed)["KeyMetadata"]["KeyId"]
        made[name] = {"instance": found["Id"], "number": number, "key": key}
    s3.create_bucket(Bucket="somebody-elses", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    held = switch(False)
    yield {name: client(name, held) for name in ("connect", "kms", "s3", "logs", "iam", "sts")} | made
    running[0].stop()


def refused(call: Any, **params: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response
    return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"], error["Error"].get("Message", "")


def test_numbers_and_keys_of_others_stay_out_of_reach_and_ours_do_not(clients: Any) -> None:
    connect, kms = clients["connect"], clients["kms"]
    code, status, text = refused(connect.release_phone_number, PhoneNumberId=clients["others"]["number"])
    assert (code, status) == ("AccessDeniedException", 403)
    assert "not authorized to perform: connect:ReleasePhoneNumber on resource: arn:aws:connect:eu-central-1:" in text
    assert "because no identity-based policy allows the connect:ReleasePhoneNumber action" in text
    connect.release_phone_number(PhoneNumberId=clients["mine"]["number"])
    assert refused(kms.schedule_key_deletion, KeyId=clients["others"]["key"])[:2] == ("AccessDeniedException", 400)
    kms.schedule_key_deletion(KeyId=clients["mine"]["key"])


def test_what_the_tool_never_does_is_denied_in_the_words_of_each_service(clients: Any) -> None:
    mine = clients["mine"]["instance"]
    connect = clients["connect"]
    assert refused(connect.create_vocabulary, InstanceId=mine, VocabularyName="v", LanguageCode="fr-FR", Content="x")[
        :2
    ] == ("AccessDeniedException", 403)
    assert refused(clients["s3"].list_objects_v2, Bucket="somebody-elses")[:2] == ("AccessDenied", 403)
    assert refused(clients["s3"].head_bucket, Bucket="somebody-elses")[:2] == ("403", 403)
    assert refused(clients["iam"].create_user, UserName="x")[:2] == ("AccessDenied", 403)
    assert refused(clients["logs"].create_log_group, logGroupName="/other")[:2] == ("AccessDeniedException", 400)
    assert refused(clients["kms"].create_key)[0] == "AccessDeniedException", "a key without the stack's tag"
    assert clients["sts"].get_caller_identity()["Account"] == "123456789012", "everybody may ask who they are"


def test_a_bucket_of_the_stack_can_be_made_and_filled(clients: Any) -> None:
    s3 = clients["s3"]
    name = "small-dev-123456789012-prompts"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket=name, Key="a.wav", Body=b"x")
    assert refused(s3.put_bucket_acl, Bucket=name, ACL="public-read")[0] == "AccessDenied"
    s3.delete_object(Bucket=name, Key="a.wav")


def test_once_the_instance_stands_another_one_is_out_of_reach(policy: dict[str, Any], clients: Any) -> None:
    center = load(ROOT / "tests/centres/small", stack="dev").center
    assert center is not None
    narrow = json.dumps(policy_of(center, Place("123456789012", clients["mine"]["instance"])).document)
    assert clients["mine"]["instance"] in narrow
    assert f"instance/*/{clients['mine']['instance']}" not in narrow
    from ccdeploy.sandbox.iam.policy import Ask, parse

    found = parse(json.loads(narrow))
    prefix = "arn:aws:connect:eu-central-1:123456789012:instance/"
    assert found.decide(Ask("connect:DeleteInstance", prefix + clients["mine"]["instance"])) == "allowed"
    assert found.decide(Ask("connect:DeleteInstance", prefix + clients["others"]["instance"])) == "unmatched"
    assert found.decide(Ask("connect:DeleteUser", f"{prefix}{clients['others']['instance']}/agent/u")) == "unmatched"


def test_a_shared_state_widens_the_policy_to_its_prefix_and_no_further(tmp_path: Path) -> None:
    import shutil

    from ccdeploy.sandbox.iam.policy import Ask, parse

    folder = shutil.copytree(ROOT / "tests/centres/small", tmp_path / "small")
    path = folder / "center.yaml"
    path.write_text(path.read_text() + "state: s3://the-states/hotline\n")
    center = load(folder, stack="dev").center
    assert center is not None
    found = parse(dict(policy_of(center, Place("123456789012")).document))
    for action, resource in (("PutObject", "/hotline/small.dev/state.json"), ("ListBucket", "")):
        assert found.decide(Ask(f"s3:{action}", f"arn:aws:s3:::the-states{resource}")) == "allowed"
    for action, resource in (("PutObject", "/another/state.json"), ("DeleteBucket", ""), ("PutBucketPolicy", "")):
        assert found.decide(Ask(f"s3:{action}", f"arn:aws:s3:::the-states{resource}")) == "unmatched"
