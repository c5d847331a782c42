"""What Connect is tied to must exist: files, buckets, streams, keys and functions (Connect facts 3.2, 3.6)."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox import control
from ccdeploy.sandbox.server import Running

from .conftest import Centre, client, make_centre

REGION = "eu-central-1"
SOUND = b"RIFF\x00\x00\x00\x00WAVE, more or less"
ROLE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {}}]}


def bucket(endpoint: str, name: str) -> Any:
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def function(endpoint: str, name: str) -> Any:
    role = client("iam", endpoint).create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ROLE))["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", "def main(event, context): return {}")
    made = client("lambda", endpoint)
    made.create_function(
        FunctionName=name, Runtime="python3.12", Role=role, Handler="handler.main", Code={"ZipFile": packed.getvalue()}
    )
    return made


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def place(kind: str, **part: Any) -> dict[str, Any]:
    member = {"S3": "S3Config", "KINESIS_STREAM": "KinesisStreamConfig", "KINESIS_FIREHOSE": "KinesisFirehoseConfig"}
    return {"StorageType": kind, member[kind]: part}


def test_a_prompt_is_copied_from_an_object_that_exists_and_can_be_heard_again(centre: Centre, sandbox: Running) -> None:
    def make(uri: str) -> Any:
        return centre.call("create_prompt", Name="hold", S3Uri=uri)

    assert code(lambda: make("s3://line-prompts/hold.wav")) == "InvalidParameterException"
    s3 = bucket(sandbox.endpoint, "line-prompts")
    assert code(lambda: make("s3://line-prompts/hold.wav")) == "InvalidParameterException"
    s3.put_object(Bucket="line-prompts", Key="hold.wav", Body=SOUND)
    prompt = make("https://line-prompts.s3.eu-central-1.amazonaws.com/hold.wav")["PromptId"]
    url = centre.call("get_prompt_file", PromptId=prompt)["PromptPresignedUrl"]
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == SOUND
    s3.delete_object(Bucket="line-prompts", Key="hold.wav")
    change = {"PromptId": prompt, "S3Uri": "s3://line-prompts/hold.wav"}
    assert code(lambda: centre.call("update_prompt", **change)) == "InvalidParameterException"


def test_the_seven_prompts_of_the_service_can_be_heard(centre: Centre) -> None:
    prompt = centre.first("list_prompts", "PromptSummaryList")
    with urllib.request.urlopen(centre.call("get_prompt_file", PromptId=prompt)["PromptPresignedUrl"]) as answer:
        assert answer.read(4) == b"RIFF"


def test_a_storage_config_names_a_bucket_a_stream_and_a_key_that_exist(centre: Centre, sandbox: Running) -> None:
    def tie(resource: str, config: dict[str, Any]) -> Any:
        return centre.call("associate_instance_storage_config", ResourceType=resource, StorageConfig=config)

    recordings = place("S3", BucketName="line-recordings", BucketPrefix="calls")
    assert code(lambda: tie("CALL_RECORDINGS", recordings)) == "InvalidParameterException"
    bucket(sandbox.endpoint, "line-recordings")
    absent = f"arn:aws:kms:{REGION}:123456789012:key/00000000-0000-4000-8000-000000000000"
    recordings["S3Config"]["EncryptionConfig"] = {"EncryptionType": "KMS", "KeyId": absent}
    assert code(lambda: tie("CALL_RECORDINGS", recordings)) == "InvalidParameterException"
    key = client("kms", sandbox.endpoint).create_key()["KeyMetadata"]["Arn"]
    recordings["S3Config"]["EncryptionConfig"]["KeyId"] = key
    tie("CALL_RECORDINGS", recordings)

    stream = f"arn:aws:kinesis:{REGION}:123456789012:stream/line-events"
    assert code(lambda: tie("AGENT_EVENTS", place("KINESIS_STREAM", StreamArn=stream))) == "InvalidParameterException"
    client("kinesis", sandbox.endpoint).create_stream(StreamName="line-events", ShardCount=1)
    tie("AGENT_EVENTS", place("KINESIS_STREAM", StreamArn=stream))
    hose = place("KINESIS_FIREHOSE", FirehoseArn=f"arn:aws:firehose:{REGION}:123456789012:deliverystream/line")
    assert code(lambda: tie("CONTACT_TRACE_RECORDS", hose)) == "InvalidParameterException"


def test_associating_a_function_adds_the_permission_to_invoke_it_and_a_restart_keeps_it(
    tmp_path: Path, serving: Callable[..., Running]
) -> None:
    running = serving(tmp_path)
    centre = make_centre(running.endpoint)
    arn = f"arn:aws:lambda:{REGION}:123456789012:function:lookup"
    assert code(lambda: centre.call("associate_lambda_function", FunctionArn=arn)) == "ResourceNotFoundException"
    assert centre.call("list_lambda_functions")["LambdaFunctions"] == []
    function(running.endpoint, "lookup")
    centre.call("associate_lambda_function", FunctionArn=arn)
    running.stop()

    running = serving(tmp_path)
    policy = client("lambda", running.endpoint).get_policy(FunctionName="lookup")["Policy"]
    statement = json.loads(policy)["Statement"][0]
    assert (statement["Sid"], statement["Principal"]["Service"]) == (
        f"connect-{centre.instance}",
        "connect.amazonaws.com",
    )
    assert centre.arn in json.dumps(statement["Condition"])
    connect = client("connect", running.endpoint)
    connect.disassociate_lambda_function(InstanceId=centre.instance, FunctionArn=arn)
    left = client("lambda", running.endpoint)
    assert code(lambda: left.get_policy(FunctionName="lookup")) == "ResourceNotFoundException"


def test_what_stands_outside_the_sandbox_can_be_declared_and_stays_declared(
    tmp_path: Path, serving: Callable[..., Running]
) -> None:
    running = serving(tmp_path)
    arn = f"arn:aws:lambda:{REGION}:123456789012:function:elsewhere"
    control.declare(running.endpoint, [arn])
    running.stop()
    running = serving(tmp_path)
    centre = make_centre(running.endpoint)
    centre.call("associate_lambda_function", FunctionArn=arn)
    centre.call("disassociate_lambda_function", FunctionArn=arn)
    with pytest.raises(control.ControlFailed, match="list of ARNs"):
        control.declare(running.endpoint, ["lookup"])
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{running.endpoint}/_sandbox/nothing")
