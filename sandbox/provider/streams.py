"""Kinesis streams and Firehose delivery streams into S3: where contact records and agent events go.

Pulumi AWS facts 4. Both ids are ARNs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .common import Change, Kind, Step, camel, found, given, listed_tags, pascal, present, tag_list
from .door import Answer, Door

_FIVE_MINUTES: Final = 300.0
_TAGS_A_CALL: Final = 10


class Stream(Kind):
    """`aws:kinesis/stream:Stream`."""

    type = "aws:kinesis/stream:Stream"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateStream, then one look for its ARN."""
        mode = inputs.get("streamModeDetails")
        on_demand = (mode or {}).get("streamMode") == "ON_DEMAND"
        door.call(
            "kinesis",
            "create_stream",
            StreamName=inputs["name"],
            **given(
                ShardCount=None if on_demand else inputs.get("shardCount"),
                StreamModeDetails=pascal(mode),
            ),
        )
        return str(_stream(door, StreamName=inputs["name"])["StreamARN"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Wait for ACTIVE, then tags; retention, shard metrics and encryption where they differ from the defaults."""
        _settle(door, id_)
        change = Change(id_, {}, {"retentionPeriod": 24}, inputs, frozenset())
        self.retag(door, change, inputs.get("tagsAll") or {}, ())
        if inputs["retentionPeriod"] != 24:
            _retain(door, change)
        if inputs.get("shardLevelMetrics"):
            _measure(door, change)
        if inputs["encryptionType"] == "KMS":
            _encrypt(door, change)

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeStreamSummary and ListTagsForStream."""
        where = {"StreamARN": id_} if id_.startswith("arn:") else {"StreamName": id_}
        stream = found(lambda: _stream(door, **where))
        if stream is None:
            return None
        name = stream["StreamName"]
        tags = door.call("kinesis", "list_tags_for_stream", StreamName=name)
        metrics = [
            metric for group in stream.get("EnhancedMonitoring", ()) for metric in group.get("ShardLevelMetrics", ())
        ]
        return present(
            name=name,
            arn=stream["StreamARN"],
            shardCount=stream.get("OpenShardCount"),
            retentionPeriod=stream.get("RetentionPeriodHours"),
            encryptionType=stream.get("EncryptionType") or "NONE",
            kmsKeyId=stream.get("KeyId") or None,
            shardLevelMetrics=metrics or None,
            streamModeDetails=camel(stream.get("StreamModeDetails")),
            tags=listed_tags(tags.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Mode, shards, retention, metrics, encryption; each waits for ACTIVE."""
        return [
            (("streamModeDetails",), _mode),
            (("shardCount",), _shards),
            (("retentionPeriod",), _retain),
            (("shardLevelMetrics",), _measure),
            (("encryptionType", "kmsKeyId"), _encrypt),
        ]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """RemoveTagsFromStream, then AddTagsToStream, ten at a time."""
        name, keys = change.news["name"], sorted(put)
        if drop:
            door.call("kinesis", "remove_tags_from_stream", StreamName=name, TagKeys=list(drop))
        for start in range(0, len(keys), _TAGS_A_CALL):
            some = {key: put[key] for key in keys[start : start + _TAGS_A_CALL]}
            door.call("kinesis", "add_tags_to_stream", StreamName=name, Tags=some)

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteStream, then wait until it is not found."""
        consumers = bool(state.get("enforceConsumerDeletion", False))
        door.call("kinesis", "delete_stream", StreamARN=id_, EnforceConsumerDeletion=consumers)
        door.poll(lambda: found(lambda: _stream(door, StreamARN=id_)) is None, _FIVE_MINUTES, f"deleting {id_}")


def _stream(door: Door, **where: str) -> Answer:
    summary: Answer = door.call("kinesis", "describe_stream_summary", **where)["StreamDescriptionSummary"]
    return summary


def _settle(door: Door, arn: str) -> None:
    door.poll(lambda: _stream(door, StreamARN=arn)["StreamStatus"] == "ACTIVE", _FIVE_MINUTES, f"changing {arn}")


def _mode(door: Door, change: Change) -> None:
    mode = pascal(change.news["streamModeDetails"])
    door.call("kinesis", "update_stream_mode", StreamARN=change.id, StreamModeDetails=mode)
    _settle(door, change.id)


def _shards(door: Door, change: Change) -> None:
    count = change.news["shardCount"]
    name = change.news["name"]
    door.call("kinesis", "update_shard_count", StreamName=name, TargetShardCount=count, ScalingType="UNIFORM_SCALING")
    _settle(door, change.id)


def _retain(door: Door, change: Change) -> None:
    hours, before = change.news["retentionPeriod"], change.old.get("retentionPeriod", 24)
    method = "increase_stream_retention_period" if hours > before else "decrease_stream_retention_period"
    door.call("kinesis", method, StreamName=change.news["name"], RetentionPeriodHours=hours)
    _settle(door, change.id)


def _measure(door: Door, change: Change) -> None:
    old, new = set(change.old.get("shardLevelMetrics", ())), set(change.news.get("shardLevelMetrics", ()))
    name = change.news["name"]
    if old - new:
        door.call("kinesis", "disable_enhanced_monitoring", StreamName=name, ShardLevelMetrics=sorted(old - new))
    if new - old:
        door.call("kinesis", "enable_enhanced_monitoring", StreamName=name, ShardLevelMetrics=sorted(new - old))
    _settle(door, change.id)


def _encrypt(door: Door, change: Change) -> None:
    on = change.news["encryptionType"] == "KMS"
    key = change.news.get("kmsKeyId") if on else change.old.get("kmsKeyId")
    if on and not key:
        raise ProviderError("a stream with encryptionType KMS needs kmsKeyId", hint="give kmsKeyId")
    method = "start_stream_encryption" if on else "stop_stream_encryption"
    door.call("kinesis", method, StreamName=change.news["name"], EncryptionType="KMS", KeyId=key)
    _settle(door, change.id)


_S3_WORDS: Final = {
    "roleArn": "RoleARN",
    "bucketArn": "BucketARN",
    "prefix": "Prefix",
    "errorOutputPrefix": "ErrorOutputPrefix",
    "compressionFormat": "CompressionFormat",
    "customTimeZone": "CustomTimeZone",
    "fileExtension": "FileExtension",
    "s3BackupMode": "S3BackupMode",
}


class Firehose(Kind):
    """`aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream`, destination `extended_s3` only."""

    type = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateDeliveryStream."""
        source = inputs.get("kinesisSourceConfiguration")
        answer = door.call(
            "firehose",
            "create_delivery_stream",
            DeliveryStreamName=inputs["name"],
            DeliveryStreamType="KinesisStreamAsSource" if source else "DirectPut",
            ExtendedS3DestinationConfiguration=_destination(inputs.get("extendedS3Configuration") or {}),
            **given(
                KinesisStreamSourceConfiguration=source
                and {"KinesisStreamARN": source["kinesisStreamArn"], "RoleARN": source["roleArn"]},
                DeliveryStreamEncryptionConfigurationInput=_encryption(inputs),
                Tags=tag_list(inputs.get("tagsAll") or {}),
            ),
        )
        return str(answer["DeliveryStreamARN"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Wait for ACTIVE."""
        door.poll(
            lambda: (_firehose(door, id_) or {}).get("DeliveryStreamStatus") == "ACTIVE", 1800.0, f"creating {id_}"
        )

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeDeliveryStream and ListTagsForDeliveryStream."""
        stream = _firehose(door, id_)
        if stream is None:
            return None
        name = stream["DeliveryStreamName"]
        tags = door.call("firehose", "list_tags_for_delivery_stream", DeliveryStreamName=name)
        destination = (stream.get("Destinations") or [{}])[0]
        source = (stream.get("Source") or {}).get("KinesisStreamSourceDescription")
        state = stream.get("DeliveryStreamEncryptionConfiguration") or {}
        encryption = (
            present(enabled=True, keyType=state.get("KeyType"), keyArn=state.get("KeyARN"))
            if state.get("Status") == "ENABLED"
            else None
        )
        return present(
            name=name,
            arn=stream["DeliveryStreamARN"],
            destination="extended_s3",
            destinationId=destination.get("DestinationId"),
            versionId=stream.get("VersionId"),
            extendedS3Configuration=_destination_outputs(destination.get("ExtendedS3DestinationDescription") or {}),
            kinesisSourceConfiguration=source
            and {"kinesisStreamArn": source["KinesisStreamARN"], "roleArn": source["RoleARN"]},
            serverSideEncryption=encryption,
            tags=listed_tags(tags.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """UpdateDestination, then starting or stopping encryption."""

        def destination(door: Door, change: Change) -> None:
            now = _firehose(door, change.id) or {}
            door.call(
                "firehose",
                "update_destination",
                DeliveryStreamName=change.news["name"],
                CurrentDeliveryStreamVersionId=now.get("VersionId"),
                DestinationId=(now.get("Destinations") or [{}])[0].get("DestinationId"),
                ExtendedS3DestinationUpdate=_destination(change.news.get("extendedS3Configuration") or {}),
            )

        def encryption(door: Door, change: Change) -> None:
            name, wanted = change.news["name"], _encryption(change.news)
            if wanted is None:
                door.call("firehose", "stop_delivery_stream_encryption", DeliveryStreamName=name)
            else:
                door.call(
                    "firehose",
                    "start_delivery_stream_encryption",
                    DeliveryStreamName=name,
                    DeliveryStreamEncryptionConfigurationInput=wanted,
                )

        return [(("extendedS3Configuration",), destination), (("serverSideEncryption",), encryption)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagDeliveryStream, then TagDeliveryStream."""
        name = change.news["name"]
        if drop:
            door.call("firehose", "untag_delivery_stream", DeliveryStreamName=name, TagKeys=list(drop))
        if put:
            door.call("firehose", "tag_delivery_stream", DeliveryStreamName=name, Tags=tag_list(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteDeliveryStream, then wait until it is not found."""
        door.call("firehose", "delete_delivery_stream", DeliveryStreamName=id_.rpartition("/")[2])
        door.poll(lambda: _firehose(door, id_) is None, 1800.0, f"deleting {id_}")


def _firehose(door: Door, id_: str) -> Answer | None:
    name = id_.rpartition("/")[2]
    got = found(lambda: door.call("firehose", "describe_delivery_stream", DeliveryStreamName=name))
    answer: Answer | None = None if got is None else got["DeliveryStreamDescription"]
    return answer


def _encryption(inputs: Properties) -> dict[str, Any] | None:
    wanted = inputs.get("serverSideEncryption") or {}
    if not wanted.get("enabled"):
        return None
    return given(KeyType=wanted.get("keyType", "AWS_OWNED_CMK"), KeyARN=wanted.get("keyArn"))


def _destination(config: Properties) -> dict[str, Any]:
    words = {member: config.get(name) for name, member in _S3_WORDS.items()}
    logging = config.get("cloudwatchLoggingOptions") or {}
    key = config.get("kmsKeyArn")
    return given(
        **words,
        BufferingHints={
            "SizeInMBs": config.get("bufferingSize", 5),
            "IntervalInSeconds": config.get("bufferingInterval", 300),
        },
        EncryptionConfiguration={"KMSEncryptionConfig": {"AWSKMSKeyARN": key}} if key else None,
        CloudWatchLoggingOptions=pascal(logging) if logging else None,
    )


def _destination_outputs(config: Answer) -> Properties:
    hints = config.get("BufferingHints") or {}
    key = ((config.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}).get("AWSKMSKeyARN")
    words = {name: config.get(member) or None for name, member in _S3_WORDS.items()}
    defaults = {"compressionFormat": "UNCOMPRESSED", "customTimeZone": "UTC", "s3BackupMode": "Disabled"}
    return {
        **defaults,
        **present(
            **words,
            bufferingSize=hints.get("SizeInMBs", 5),
            bufferingInterval=hints.get("IntervalInSeconds", 300),
            kmsKeyArn=key,
            cloudwatchLoggingOptions=camel(config.get("CloudWatchLoggingOptions")),
        ),
    }


KINDS: Final[tuple[Kind, ...]] = (Stream(), Firehose())
