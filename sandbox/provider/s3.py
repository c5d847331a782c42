"""Buckets and what protects them (Pulumi AWS facts 4); objects are in s3_objects.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .common import Change, Kind, Step, camel, found, given, listed_tags, pascal, present, tag_list
from .door import Answer, Door, Refused

_OBJECTS_A_PAGE: Final = 1000
_NOT_SET: Final = frozenset(
    {
        "NoSuchTagSet",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)


def ask(door: Door, method: str, **params: Any) -> Answer | None:
    """A call of S3; None where the bucket, the object or the setting is not there."""
    try:
        return found(lambda: door.call("s3", method, **params))
    except Refused as refusal:
        if refusal.code in _NOT_SET:
            return None
        raise


def _bucket(id_: str) -> str:
    """The bucket's name: an id may carry the expected owner's account."""
    return id_.partition(",")[0]


class Bucket(Kind):
    """`aws:s3/bucket:Bucket`, as version 7 has it: settings are resources of their own."""

    type = "aws:s3/bucket:Bucket"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateBucket in the door's Region."""
        elsewhere = {"LocationConstraint": door.region} if door.region != "us-east-1" else None
        door.call(
            "s3",
            "create_bucket",
            Bucket=inputs["bucket"],
            **given(
                CreateBucketConfiguration=elsewhere,
                ObjectLockEnabledForBucket=inputs.get("objectLockEnabled") or None,
            ),
        )
        return str(inputs["bucket"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """PutBucketTagging."""
        if inputs.get("tagsAll"):
            _put_bucket_tags(door, id_, inputs["tagsAll"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """HeadBucket and GetBucketTagging."""
        if ask(door, "head_bucket", Bucket=id_) is None:
            return None
        tags = ask(door, "get_bucket_tagging", Bucket=id_) or {}
        return present(
            bucket=id_,
            arn=f"arn:aws:s3:::{id_}",
            bucketDomainName=f"{id_}.s3.amazonaws.com",
            bucketRegion=door.region,
            bucketRegionalDomainName=f"{id_}.s3.{door.region}.amazonaws.com",
            objectLockEnabled=known.get("objectLockEnabled"),
            tags=listed_tags(tags.get("TagSet")),
        )

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """The whole new set at once: S3 has no call for single tags."""
        tags = change.news.get("tagsAll") or {}
        if tags:
            _put_bucket_tags(door, change.id, tags)
        else:
            door.call("s3", "delete_bucket_tagging", Bucket=change.id)

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteBucket; with `forceDestroy` its objects, versions included, go first."""
        if state.get("forceDestroy"):
            _empty(door, id_)
        try:
            door.call("s3", "delete_bucket", Bucket=id_)
        except Refused as refusal:
            if refusal.code == "BucketNotEmpty":
                hint = "empty it, or set forceDestroy and run again"
                raise ProviderError(f"the bucket {id_} is not empty", code=refusal.code, hint=hint) from None
            raise


def _put_bucket_tags(door: Door, bucket: str, tags: Mapping[str, str]) -> None:
    door.call("s3", "put_bucket_tagging", Bucket=bucket, Tagging={"TagSet": tag_list(tags)})


def _empty(door: Door, bucket: str) -> None:
    """Every object, version and delete marker, one call each.

    The server deletes single versions only where versions are on, so a bucket that suspended them has them on again
    for this last minute of its life.
    """
    if (ask(door, "get_bucket_versioning", Bucket=bucket) or {}).get("Status") == "Suspended":
        door.call("s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    while True:
        page = ask(door, "list_object_versions", Bucket=bucket, MaxKeys=_OBJECTS_A_PAGE) or {}
        listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if not listed:
            return
        for item in listed:
            version = given(VersionId=item.get("VersionId"))
            ask(door, "delete_object", Bucket=bucket, Key=item["Key"], **version)


class _BucketSetting(Kind):
    """One setting of a bucket: put whole on create and update, looked up, taken away."""

    put: ClassVar[str]
    get: ClassVar[str]
    remove: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]

    def body(self, inputs: Properties) -> dict[str, Any]:
        """The put call's parameters besides the bucket."""
        raise NotImplementedError

    def outputs(self, answer: Answer) -> Properties:
        """The setting's own outputs from the get call's answer."""
        raise NotImplementedError

    def create(self, door: Door, inputs: Properties) -> str:
        """Put the setting; the id is the bucket, with the expected owner where one was given."""
        door.call("s3", self.put, Bucket=inputs["bucket"], **self.body(inputs))
        owner = inputs.get("expectedBucketOwner")
        return f"{inputs['bucket']},{owner}" if owner else str(inputs["bucket"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """Get the setting."""
        answer = ask(door, self.get, Bucket=_bucket(id_))
        return None if answer is None else {"bucket": _bucket(id_), **self.outputs(answer)}

    def steps(self) -> Sequence[Step]:
        """Put it whole again."""

        def again(door: Door, change: Change) -> None:
            door.call("s3", self.put, Bucket=_bucket(change.id), **self.body(change.news))

        return [(self.inputs, again)]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """Take it away."""
        ask(door, self.remove, Bucket=_bucket(id_))


class PublicAccessBlock(_BucketSetting):
    """`aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock`."""

    type = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    put, get, remove = "put_public_access_block", "get_public_access_block", "delete_public_access_block"
    inputs = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    def body(self, inputs: Properties) -> dict[str, Any]:
        """All four switches."""
        return {"PublicAccessBlockConfiguration": pascal({name: bool(inputs.get(name, False)) for name in self.inputs})}

    def outputs(self, answer: Answer) -> Properties:
        """All four switches; S3 gives booleans."""
        config = camel(answer["PublicAccessBlockConfiguration"])
        return {name: str(config.get(name, False)).lower() == "true" for name in self.inputs}

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """Take it away, unless `skipDestroy`."""
        if not state.get("skipDestroy"):
            super().delete(door, id_, state)


class Encryption(_BucketSetting):
    """`aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`."""

    type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    put, get, remove = "put_bucket_encryption", "get_bucket_encryption", "delete_bucket_encryption"
    inputs = ("rules",)

    def body(self, inputs: Properties) -> dict[str, Any]:
        """The rules; the KMS key has another spelling in the API."""
        rules = []
        for rule in inputs["rules"]:
            default = rule.get("applyServerSideEncryptionByDefault") or {}
            named = given(SSEAlgorithm=default.get("sseAlgorithm"), KMSMasterKeyID=default.get("kmsMasterKeyId"))
            rules.append(given(ApplyServerSideEncryptionByDefault=named, BucketKeyEnabled=rule.get("bucketKeyEnabled")))
        return {"ServerSideEncryptionConfiguration": {"Rules": rules}}

    def outputs(self, answer: Answer) -> Properties:
        """The rules in the plugin's words."""
        rules = []
        for rule in answer["ServerSideEncryptionConfiguration"].get("Rules", ()):
            default = rule.get("ApplyServerSideEncryptionByDefault") or {}
            named = given(sseAlgorithm=default.get("SSEAlgorithm"), kmsMasterKeyId=default.get("KMSMasterKeyID"))
            rules.append(given(applyServerSideEncryptionByDefault=named, bucketKeyEnabled=rule.get("BucketKeyEnabled")))
        return {"rules": rules}


class Lifecycle(_BucketSetting):
    """`aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration`."""

    type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    put = "put_bucket_lifecycle_configuration"
    get = "get_bucket_lifecycle_configuration"
    remove = "delete_bucket_lifecycle"
    inputs = ("rules", "transitionDefaultMinimumObjectSize")

    def body(self, inputs: Properties) -> dict[str, Any]:
        """The rules; a rule without a filter applies to every object."""
        return {"LifecycleConfiguration": {"Rules": [_lifecycle(rule) for rule in inputs.get("rules", ())]}}

    def outputs(self, answer: Answer) -> Properties:
        """The rules in the plugin's words."""
        return {"rules": [_lifecycle_outputs(rule) for rule in answer.get("Rules", ())]}


def _lifecycle(rule: Properties) -> dict[str, Any]:
    words = pascal(
        {key: value for key, value in rule.items() if key not in ("id", "filter", "prefix") and value not in ({}, [])}
    )
    wanted = rule.get("filter") or {}
    chosen = pascal({key: value for key, value in wanted.items() if key != "and"})
    if wanted.get("and"):
        both = dict(wanted["and"])
        tags = both.pop("tags", None)
        chosen["And"] = {**pascal(both), **given(Tags=tag_list(tags or {}))}
    if rule.get("prefix"):
        chosen["Prefix"] = rule["prefix"]
    return {"ID": rule["id"], "Filter": chosen or {"Prefix": ""}, **words}


def _lifecycle_outputs(rule: Answer) -> Properties:
    words = camel({key: value for key, value in rule.items() if key not in ("ID", "Filter", "Prefix")})
    chosen = camel({key: value for key, value in (rule.get("Filter") or {}).items() if key != "And"})
    both = (rule.get("Filter") or {}).get("And")
    if both:
        rest = camel({key: value for key, value in both.items() if key != "Tags"})
        chosen["and"] = {**rest, **given(tags=listed_tags(both.get("Tags")))}
    shown = {key: value for key, value in chosen.items() if value not in ("", None, {})}
    return {"id": rule["ID"], **given(filter=shown), **words}


class Versioning(_BucketSetting):
    """`aws:s3/bucketVersioning:BucketVersioning`; removing it suspends versions."""

    type = "aws:s3/bucketVersioning:BucketVersioning"
    put, get, remove = "put_bucket_versioning", "get_bucket_versioning", ""
    inputs = ("versioningConfiguration",)

    def body(self, inputs: Properties) -> dict[str, Any]:
        """Status and second factor."""
        config = inputs["versioningConfiguration"]
        words = given(Status=config["status"], MFADelete=config.get("mfaDelete"))
        return {"VersioningConfiguration": words, **given(MFA=inputs.get("mfa"))}

    def create(self, door: Door, inputs: Properties) -> str:
        """Put it, except "Disabled", which only a bucket that never had versions is."""
        if inputs["versioningConfiguration"]["status"] != "Disabled":
            return super().create(door, inputs)
        return str(inputs["bucket"])

    def outputs(self, answer: Answer) -> Properties:
        """Status and second factor; a bucket that never had versions says nothing."""
        factor = answer.get("MFADelete")
        return {"versioningConfiguration": present(status=answer.get("Status", "Disabled"), mfaDelete=factor)}

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """Suspend versions."""
        if (state.get("versioningConfiguration") or {}).get("status") == "Enabled":
            ask(door, self.put, Bucket=_bucket(id_), VersioningConfiguration={"Status": "Suspended"})


class BucketPolicy(_BucketSetting):
    """`aws:s3/bucketPolicy:BucketPolicy`."""

    type = "aws:s3/bucketPolicy:BucketPolicy"
    put, get, remove = "put_bucket_policy", "get_bucket_policy", "delete_bucket_policy"
    inputs = ("policy",)

    def body(self, inputs: Properties) -> dict[str, Any]:
        """The document as text."""
        return {"Policy": inputs["policy"]}

    def outputs(self, answer: Answer) -> Properties:
        """The document as text."""
        return {"policy": answer["Policy"]}


class OwnershipControls(_BucketSetting):
    """`aws:s3/bucketOwnershipControls:BucketOwnershipControls`."""

    type = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    put, get, remove = (
        "put_bucket_ownership_controls",
        "get_bucket_ownership_controls",
        "delete_bucket_ownership_controls",
    )
    inputs = ("rule",)

    def body(self, inputs: Properties) -> dict[str, Any]:
        """The one rule."""
        return {"OwnershipControls": {"Rules": [pascal(inputs["rule"])]}}

    def outputs(self, answer: Answer) -> Properties:
        """The one rule."""
        rules = answer["OwnershipControls"].get("Rules") or [{}]
        return {"rule": camel(rules[0])}


KINDS: Final[tuple[Kind, ...]] = (
    Bucket(),
    PublicAccessBlock(),
    Encryption(),
    Lifecycle(),
    Versioning(),
    BucketPolicy(),
    OwnershipControls(),
)
