"""Where recordings, transcripts and reports go: a bucket, a key, a lifetime for each kind; a bucket for prompts.

Public access is blocked, requests without TLS are denied, what is old is removed by the bucket itself. The bucket of
recordings is never emptied by us: removing a stack whose recordings are still within their retention is refused by S3.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pulumi
from pulumi_aws import connect, kms, s3

from ..names import account_name, bucket_name
from .site import Site, options

if TYPE_CHECKING:
    from collections.abc import Sequence


Storage = connect.InstanceStorageConfigStorageConfigArgs


class _Kind(NamedTuple):
    """One kind of file: its logical name, what the service calls it, its folder, and its days."""

    name: str
    resource_type: str
    folder: str
    days: int


def register_storage(site: Site) -> None:
    """The bucket and the storage configs that the centre asks for; nothing when it asks for none."""
    if not site.owns_instance:
        return
    kinds = _kinds(site)
    if kinds:
        _register_files(site, kinds)
    for name, resource_type, arn in (
        ("contact-records", "CONTACT_TRACE_RECORDS", site.center.data.contact_records),
        ("agent-events", "AGENT_EVENTS", site.center.data.agent_events),
    ):
        if arn:
            _config(site, name, resource_type, _stream(arn))


def register_prompts_bucket(site: Site) -> s3.Bucket:
    """A bucket through which prompts reach the instance.

    It holds copies of what every caller hears, so it may be emptied with its stack, and needs no policy of its own:
    one that denies requests without TLS would also deny a sandbox, which is plain HTTP on this machine.
    """
    bucket = _bucket(site, "prompts", force_destroy=True)
    _block(bucket, "prompts")
    return bucket


def _kinds(site: Site) -> list[_Kind]:
    center = site.center
    found: list[_Kind] = []
    if center.recording.calls:
        found.append(_Kind("recordings", "CALL_RECORDINGS", "CallRecordings", center.recording.retention_days))
    if center.data.transcripts_days is not None:
        found.append(_Kind("transcripts", "CHAT_TRANSCRIPTS", "ChatTranscripts", center.data.transcripts_days))
    if center.data.reports_days is not None:
        found.append(_Kind("reports", "SCHEDULED_REPORTS", "Reports", center.data.reports_days))
    return found


def _register_files(site: Site, kinds: Sequence[_Kind]) -> None:
    bucket = _bucket(site, "storage", force_destroy=False)
    ready = _close(bucket, "storage")
    key = _key(site) if site.center.recording.encrypted else None
    ready.append(_encrypt(bucket, key))
    versioned = s3.BucketVersioningVersioningConfigurationArgs(status="Enabled")
    ready.append(
        s3.BucketVersioning(
            "storage",
            bucket=bucket.id,
            versioning_configuration=versioned,
        )
    )
    s3.BucketLifecycleConfiguration("storage", bucket=bucket.id, rules=[_lifetime(site, kind) for kind in kinds])
    for kind in kinds:
        _config(site, kind.name, kind.resource_type, _files(bucket, _prefix(site, kind), key), ready)


def _files(bucket: s3.Bucket, prefix: str, key: kms.Key | None) -> Storage:
    encryption = None
    if key is not None:
        encryption = connect.InstanceStorageConfigStorageConfigS3ConfigEncryptionConfigArgs(
            encryption_type="KMS", key_id=key.arn
        )
    return Storage(
        storage_type="S3",
        s3_config=connect.InstanceStorageConfigStorageConfigS3ConfigArgs(
            bucket_name=bucket.id, bucket_prefix=prefix, encryption_config=encryption
        ),
    )


def _bucket(site: Site, what: str, *, force_destroy: bool) -> s3.Bucket:
    from pulumi_aws import get_caller_identity_output

    center = site.center
    name = get_caller_identity_output().account_id.apply(lambda account: bucket_name(center, account, what))
    tags = site.tags("aws:s3/bucket:Bucket", what)
    return s3.Bucket(what, bucket=name, force_destroy=force_destroy, tags=tags)


def _block(bucket: s3.Bucket, what: str) -> pulumi.Resource:
    """Nobody but the account."""
    return s3.BucketPublicAccessBlock(
        what,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )


def _close(bucket: s3.Bucket, what: str) -> list[pulumi.Resource]:
    """Nobody but the account, and nothing without TLS."""
    block = _block(bucket, what)
    policy = s3.BucketPolicy(
        what, bucket=bucket.id, policy=bucket.arn.apply(tls_only), opts=options(depends_on=[block])
    )
    return [block, policy]


def tls_only(arn: str) -> str:
    """The bucket policy that denies every request without TLS."""
    statement = {
        "Sid": "DenyWithoutTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def _key(site: Site) -> kms.Key:
    key = kms.Key(
        "storage",
        description=f"Recordings and reports of {site.center.title}",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        tags=site.tags("aws:kms/key:Key", "storage"),
    )
    kms.Alias("storage", name=f"alias/{account_name(site.center, 'storage')}", target_key_id=key.key_id)
    return key


def _encrypt(bucket: s3.Bucket, key: kms.Key | None) -> pulumi.Resource:
    default = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="aws:kms" if key is not None else "AES256",
        kms_master_key_id=key.arn if key is not None else None,
    )
    rule = s3.BucketServerSideEncryptionConfigurationRuleArgs(
        apply_server_side_encryption_by_default=default, bucket_key_enabled=key is not None
    )
    return s3.BucketServerSideEncryptionConfiguration("storage", bucket=bucket.id, rules=[rule])


def _prefix(site: Site, kind: _Kind) -> str:
    return f"connect/{site.center.instance.alias}/{kind.folder}"


def _lifetime(site: Site, kind: _Kind) -> s3.BucketLifecycleConfigurationRuleArgs:
    """Old files go after their days; what versioning keeps of a removed file goes a day later."""
    return s3.BucketLifecycleConfigurationRuleArgs(
        id=kind.name,
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=f"{_prefix(site, kind)}/"),
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=max(1, kind.days)),
        noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=1
        ),
        abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=1
        ),
    )


def _stream(arn: str) -> Storage:
    if ":firehose:" in arn:
        to_firehose = connect.InstanceStorageConfigStorageConfigKinesisFirehoseConfigArgs(firehose_arn=arn)
        return Storage(storage_type="KINESIS_FIREHOSE", kinesis_firehose_config=to_firehose)
    to_stream = connect.InstanceStorageConfigStorageConfigKinesisStreamConfigArgs(stream_arn=arn)
    return Storage(storage_type="KINESIS_STREAM", kinesis_stream_config=to_stream)


def _config(site: Site, name: str, resource_type: str, config: Storage, ready: Sequence[pulumi.Resource] = ()) -> None:
    connect.InstanceStorageConfig(
        name,
        instance_id=site.instance_id,
        resource_type=resource_type,
        storage_config=config,
        opts=options(depends_on=ready),
    )
