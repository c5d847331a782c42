"""S3, KMS, IAM, Lambda, Kinesis, Firehose, CloudWatch and Lex against the sandbox: made, read, changed, removed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from ccdeploy.sandbox.provider import catalogue
from ccdeploy.stacks.provider.values import UNKNOWN, Asset

if TYPE_CHECKING:
    from .conftest import Made, Rig

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
OTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
NOBODY = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucketPolicy", "Resource": "*"}
PAIR = tuple[str, dict[str, Any], dict[str, Any]]


def rule(days: float) -> dict[str, Any]:
    return {
        "id": "expire",
        "status": "Enabled",
        "filter": {"prefix": "connect/"},
        "expiration": {"days": days},
        "noncurrentVersionExpiration": {"noncurrentDays": 7.0},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7.0},
    }


def said(text: str) -> dict[str, Any]:
    return {"message": {"plainTextMessage": {"value": text}}, "variations": [{"ssmlMessage": {"value": "<speak/>"}}]}


ASKED = {
    "maxRetries": 2.0,
    "allowInterrupt": True,
    "messageGroups": [said("De la fièvre ?")],
    "promptAttemptsSpecifications": [
        {
            "mapBlockKey": "Initial",
            "allowedInputTypes": {"allowAudioInput": True, "allowDtmfInput": True},
            "audioAndDtmfInputSpecification": {
                "startTimeoutMs": 4000.0,
                "dtmfSpecification": {
                    "deletionCharacter": "*",
                    "endCharacter": "#",
                    "endTimeoutMs": 5000.0,
                    "maxLength": 4.0,
                },
            },
        }
    ],
}


def cases(of: Callable[[str, str], Any]) -> dict[str, Callable[[], PAIR]]:
    """By name, in the order of creation: type, inputs, and one change of several inputs."""

    def encryption(with_key: bool) -> dict[str, Any]:
        named = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": of("key", "arn")}
        default = named if with_key else {"sseAlgorithm": "AES256"}
        return {"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": with_key}

    def delivery(**more: Any) -> dict[str, Any]:
        return {"roleArn": of("role", "arn"), "bucketArn": of("bucket", "arn"), **more}

    def draft() -> dict[str, Any]:
        return {"botId": of("bot", "id"), "botVersion": "DRAFT", "localeId": "fr_FR"}

    return {
        "key": lambda: (
            "kms/key:Key",
            {"description": "Recordings", "enableKeyRotation": True, "deletionWindowInDays": 7.0, "tags": {"a": "1"}},
            {"description": "Recordings and reports", "enableKeyRotation": False, "tags": {"b": "2"}},
        ),
        "alias": lambda: ("kms/alias:Alias", {"name": "alias/line-dev", "targetKeyId": of("key", "keyId")}, {}),
        "bucket": lambda: ("s3/bucket:Bucket", {"forceDestroy": True, "tags": {"a": "1"}}, {"tags": {"b": "2"}}),
        "block": lambda: (
            "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            {"bucket": of("bucket", "id"), **dict.fromkeys(BLOCKS, True)},
            {"blockPublicAcls": False},
        ),
        "encryption": lambda: (
            "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            {"bucket": of("bucket", "id"), "rules": [encryption(True)]},
            {"rules": [encryption(False)]},
        ),
        "lifecycle": lambda: (
            "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {"bucket": of("bucket", "id"), "rules": [rule(90.0)]},
            {"rules": [rule(30.0)]},
        ),
        "versioning": lambda: (
            "s3/bucketVersioning:BucketVersioning",
            {"bucket": of("bucket", "id"), "versioningConfiguration": {"status": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended"}},
        ),
        "owner": lambda: (
            "s3/bucketOwnershipControls:BucketOwnershipControls",
            {"bucket": of("bucket", "id"), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
            {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        ),
        "policy": lambda: (
            "s3/bucketPolicy:BucketPolicy",
            {"bucket": of("bucket", "id"), "policy": {"Version": "2012-10-17", "Statement": [NOBODY]}},
            {"policy": {"Version": "2012-10-17", "Statement": [{**NOBODY, "Sid": "Nobody"}]}},
        ),
        "object": lambda: (
            "s3/bucketObjectv2:BucketObjectv2",
            {
                "bucket": of("bucket", "id"),
                "key": "prompts/hold music.wav",
                "source": Asset("1", text="one"),
                "contentType": "audio/wav",
                "tags": {"for": "callers + agents"},
            },
            {"source": Asset("2", text="two"), "tags": {"b": "2"}},
        ),
        "role": lambda: (
            "iam/role:Role",
            {"assumeRolePolicy": TRUST, "description": "For look-ups", "tags": {"a": "1"}},
            {"description": "For every look-up", "maxSessionDuration": 7200.0, "tags": {"b": "2"}},
        ),
        "inline": lambda: ("iam/rolePolicy:RolePolicy", {"role": of("role", "id"), "policy": ALLOW}, {"policy": OTHER}),
        "managed": lambda: ("iam/policy:Policy", {"policy": ALLOW, "tags": {"a": "1"}}, {"policy": OTHER}),
        "attached": lambda: (
            "iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": of("role", "id"), "policyArn": of("managed", "arn")},
            {},
        ),
        "logs": lambda: (
            "cloudwatch/logGroup:LogGroup",
            {"name": "/aws/connect/line", "retentionInDays": 30.0, "tags": {"a": "1"}},
            {"retentionInDays": 7.0, "tags": {"b": "2"}},
        ),
        "alarm": lambda: (
            "cloudwatch/metricAlarm:MetricAlarm",
            {
                "comparisonOperator": "GreaterThanThreshold",
                "evaluationPeriods": 1.0,
                "metricName": "CallsBreachingConcurrencyQuota",
                "namespace": "AWS/Connect",
                "period": 60.0,
                "statistic": "Sum",
                "threshold": 0.5,
                "dimensions": {"MetricGroup": "VoiceCalls"},
                "tags": {"a": "1"},
            },
            {"threshold": 2.0, "alarmDescription": "Calls are lost", "tags": {"b": "2"}},
        ),
        "dashboard": lambda: (
            "cloudwatch/dashboard:Dashboard",
            {"dashboardName": "line", "dashboardBody": json.dumps({"widgets": []})},
            {"dashboardBody": json.dumps({"widgets": [{"type": "text"}]})},
        ),
        "stream": lambda: (
            "kinesis/stream:Stream",
            {"shardCount": 1.0, "retentionPeriod": 48.0, "tags": {"a": "1"}},
            {"retentionPeriod": 24.0, "tags": {"b": "2"}},
        ),
        "delivery": lambda: (
            "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
            {
                "destination": "extended_s3",
                "extendedS3Configuration": delivery(prefix="records/"),
                "tags": {"a": "1"},
            },
            {"extendedS3Configuration": delivery(prefix="contact-records/", bufferingSize=10.0)},
        ),
        "function": lambda: (
            "lambda/function:Function",
            {
                "role": of("role", "arn"),
                "runtime": "python3.12",
                "handler": "index.handler",
                "code": Asset("1", text="def handler(event, context):\n    return {}\n"),
                "environment": {"variables": {"TABLE": "patients"}},
                "tags": {"a": "1"},
            },
            {"timeout": 8.0, "environment": {"variables": {"TABLE": "callers"}}, "tags": {"b": "2"}},
        ),
        "bot": lambda: (
            "lex/v2modelsBot:V2modelsBot",
            {
                "roleArn": of("role", "arn"),
                "idleSessionTtlInSeconds": 300.0,
                "dataPrivacies": [{"childDirected": False}],
                "tags": {"a": "1"},
            },
            {"idleSessionTtlInSeconds": 600.0, "description": "Answers first", "tags": {"b": "2"}},
        ),
        "locale": lambda: (
            "lex/v2modelsBotLocale:V2modelsBotLocale",
            {**draft(), "nLuIntentConfidenceThreshold": 0.4, "voiceSettings": {"voiceId": "Lea", "engine": "neural"}},
            {"nLuIntentConfidenceThreshold": 0.7, "description": "French"},
        ),
        "slottype": lambda: (
            "lex/v2modelsSlotType:V2modelsSlotType",
            {
                **draft(),
                "slotTypeValues": [{"sampleValues": [{"value": "oui"}], "synonyms": [{"value": "bien sûr"}]}],
                "valueSelectionSetting": {"resolutionStrategy": "TopResolution"},
            },
            {
                "slotTypeValues": [{"sampleValues": [{"value": "oui"}]}, {"sampleValues": [{"value": "non"}]}],
                "valueSelectionSetting": {
                    "resolutionStrategy": "OriginalValue",
                    "regexFilters": [{"pattern": "[a-z]+"}],
                    "advancedRecognitionSettings": [{"audioRecognitionStrategy": "UseSlotValuesAsCustomVocabulary"}],
                },
            },
        ),
        "intent": lambda: (
            "lex/v2modelsIntent:V2modelsIntent",
            {
                **draft(),
                "sampleUtterances": [{"utterance": "comment vous portez-vous"}],
                "closingSetting": {"active": True, "closingResponse": {"messageGroups": [said("Merci")]}},
                "confirmationSetting": {"active": True, "promptSpecification": ASKED},
                "fulfillmentCodeHook": {"enabled": False},
                "outputContexts": [{"name": "well", "timeToLiveInSeconds": 60.0, "turnsToLive": 3.0}],
            },
            {
                "description": "How are you",
                "initialResponseSetting": {
                    "nextStep": {
                        "dialogAction": {"type": "ElicitSlot", "slotToElicit": "Fever"},
                        "sessionAttributes": {"asked": "yes"},
                        "intent": {"slots": [{"mapBlockKey": "Fever", "value": {"interpretedValue": "non"}}]},
                    }
                },
            },
        ),
        "slot": lambda: (
            "lex/v2modelsSlot:V2modelsSlot",
            {
                **draft(),
                "intentId": of("intent", "intentId"),
                "slotTypeId": of("slottype", "slotTypeId"),
                "obfuscationSettings": [{"obfuscationSettingType": "DefaultObfuscation"}],
                "valueElicitationSetting": {"slotConstraint": "Required", "promptSpecification": ASKED},
            },
            {
                "slotTypeId": "AMAZON.Number",
                "multipleValuesSettings": [{"allowMultipleValues": False}],
                "valueElicitationSetting": {
                    "slotConstraint": "Optional",
                    "defaultValueSpecifications": [{"defaultValueLists": [{"defaultValue": "37"}]}],
                    "waitAndContinueSpecifications": [
                        {
                            "active": True,
                            "continueResponses": [{"messageGroups": [said("Bien")]}],
                            "waitingResponses": [{"messageGroups": [said("J'attends")]}],
                        }
                    ],
                },
            },
        ),
        "version": lambda: (
            "lex/v2modelsBotVersion:V2modelsBotVersion",
            {"botId": of("bot", "id"), "localeSpecification": {"fr_FR": {"sourceBotVersion": "DRAFT"}}},
            {},
        ),
        "permission": lambda: (
            "lambda/permission:Permission",
            {
                "action": "lambda:InvokeFunction",
                "function": of("function", "id"),
                "principal": "connect.amazonaws.com",
                "sourceAccount": "123456789012",
                "sourceArn": "arn:aws:connect:eu-central-1:123456789012:instance/line",
            },
            {},
        ),
    }


NAMES = list(cases(lambda name, key: ""))
CHANGED = [name for name, case in cases(lambda name, key: "").items() if case()[2]]
ACCOUNT = "123456789012"
IDS = {
    "key": "[0-9a-f-]{36}",
    "alias": "alias/line-dev",
    "object": "prompts/hold music.wav",
    "role": "role-[0-9a-f]{7}",
    "bot": "[0-9A-Z]{10}",
    "locale": "fr_FR,[0-9A-Z]{10},DRAFT",
    "slottype": "[0-9A-Z]{10},DRAFT,fr_FR,[0-9A-Z]{10}",
    "intent": "[0-9A-Z]{10}:[0-9A-Z]{10}:DRAFT:fr_FR",
    "slot": "[0-9A-Z]{10},DRAFT,[0-9A-Z]{10},fr_FR,[0-9A-Z]{10}",
    "version": "[0-9A-Z]{10},1",
    "inline": "role-[0-9a-f]{7}:inline-[0-9a-f]{7}",
    "managed": f"arn:aws:iam::{ACCOUNT}:policy/managed-[0-9a-f]{{7}}",
    "attached": f"role-[0-9a-f]{{7}}/arn:aws:iam::{ACCOUNT}:policy/managed-[0-9a-f]{{7}}",
    "logs": "/aws/connect/line",
    "dashboard": "line",
    "alarm": "alarm-[0-9a-f]{7}",
    "stream": f"arn:aws:kinesis:eu-central-1:{ACCOUNT}:stream/stream-[0-9a-f]{{7}}",
    "delivery": f"arn:aws:firehose:eu-central-1:{ACCOUNT}:deliverystream/delivery-[0-9a-f]{{7}}",
    "function": "function-[0-9a-f]{7}",
    "permission": "permission-[0-9a-f]{7}",
}


def outputs_of(rig: Rig) -> Callable[[str, str], Any]:
    def of(name: str, key: str) -> Any:
        one = rig.made[name]
        return one.id if key == "id" else one.outputs[key]

    return of


def build(rig: Rig) -> dict[str, Made]:
    """One resource of every kind."""
    for name, case in cases(outputs_of(rig)).items():
        type_, inputs, _ = case()
        rig.make(name, f"aws:{type_}", **inputs)
    return rig.made


@pytest.fixture(scope="module")
def world(rig: Rig) -> Rig:
    build(rig)
    return rig


def test_every_type_beside_connect_is_here() -> None:
    types = {f"aws:{case()[0]}" for case in cases(lambda name, key: "").values()}
    assert types == {token for token in catalogue.table() if not token.startswith("aws:connect/")}


@pytest.mark.parametrize("name", NAMES)
def test_an_id_has_the_plugins_form(world: Rig, name: str) -> None:
    assert re.fullmatch(IDS.get(name, "bucket-[0-9a-f]{7}"), world.made[name].id)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_differs_right_after_a_creation_and_a_refresh_agrees(world: Rig, name: str) -> None:
    one = world.made[name]
    assert world.diff(one).changed == ()
    seen = world.look(one)
    later = {"managedPolicyArns", "attachmentCount"}  # the attachment that was made afterwards
    assert seen.id == one.id
    assert {k: v for k, v in seen.outputs.items() if k not in later} == {
        k: v for k, v in one.outputs.items() if k not in later
    }
    assert {**seen.inputs, "__defaults": []} == {**one.inputs, "__defaults": []}


@pytest.mark.parametrize("name", NAMES)
def test_outputs_hold_every_input_and_what_the_table_promises(world: Rig, name: str) -> None:
    one = world.made[name]
    assert set(catalogue.table()[one.type]["outputs"]) - {"versionId"} <= set(one.outputs)
    assert set(one.inputs) - {"__defaults"} <= set(one.outputs)
    assert None not in one.outputs.values()
    assert UNKNOWN not in one.outputs.values()


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_made_in_place_and_leaves_no_difference(world: Rig, name: str) -> None:
    one = world.made[name]
    changes = cases(outputs_of(world))[name]()[2]
    world.change(one, **changes)
    assert world.diff(one).changed == ()
    assert world.look(one).outputs == one.outputs
    if "tags" in changes:
        assert one.outputs["tagsAll"] == changes["tags"]


def test_an_object_changes_its_content(world: Rig) -> None:
    client = world.provider._clients.get("s3", "eu-central-1")
    one = world.made["object"]
    world.change(one, source=Asset("3", text="three"))
    assert client.get_object(Bucket=one.inputs["bucket"], Key=one.id)["Body"].read() == b"three"


def test_all_is_removed_in_reverse_and_twice_is_no_error(new_rig: Rig) -> None:
    build(new_rig)
    for one in reversed(new_rig.made.values()):
        new_rig.delete(one)
        new_rig.delete(one)
        if one.name != "versioning":  # every bucket has a state of versions
            assert new_rig.look(one).id is None
