"""Objects in buckets (Pulumi AWS facts 4)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Asset, Properties
from .common import Act, Change, Kind, Step, given, listed_tags, own_tags, present, tag_list, text
from .door import Door
from .s3 import ask

_OBJECT_WORDS: Final = (
    ("contentType", "ContentType"),
    ("cacheControl", "CacheControl"),
    ("contentDisposition", "ContentDisposition"),
    ("contentEncoding", "ContentEncoding"),
    ("contentLanguage", "ContentLanguage"),
    ("metadata", "Metadata"),
    ("serverSideEncryption", "ServerSideEncryption"),
    ("kmsKeyId", "SSEKMSKeyId"),
    ("storageClass", "StorageClass"),
    ("bucketKeyEnabled", "BucketKeyEnabled"),
)


class Object(Kind):
    """`aws:s3/bucketObjectv2:BucketObjectv2`: an asset, text or base64 under a key; its id is the key."""

    type = "aws:s3/bucketObjectv2:BucketObjectv2"

    def create(self, door: Door, inputs: Properties) -> str:
        """PutObject."""
        _put_object(door, inputs)
        return str(inputs["key"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """HeadObject and GetObjectTagging; an import says `bucket/key`."""
        bucket, key = known.get("bucket"), id_
        if not bucket:
            bucket, _, key = id_.partition("/")
        head = ask(door, "head_object", Bucket=bucket, Key=key)
        if head is None:
            return None
        tags = ask(door, "get_object_tagging", Bucket=bucket, Key=key) or {}
        words = {name: head.get(member) for name, member in _OBJECT_WORDS}
        return present(
            bucket=bucket,
            key=key,
            arn=f"arn:aws:s3:::{bucket}/{key}",
            etag=str(head.get("ETag", "")).strip('"'),
            versionId=text(head.get("VersionId")),
            tags=listed_tags(tags.get("TagSet")),
            **{name: value for name, value in words.items() if value not in (None, {}, "", False)},
        )

    def steps(self) -> Sequence[Step]:
        """PutObject again, whatever changed."""
        names = ("source", "content", "contentBase64", "sourceHash", "etag", *(name for name, _ in _OBJECT_WORDS))
        act: Act = lambda door, change: _put_object(door, change.news)  # noqa: E731 - one call
        return [(names, act)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """The whole new set at once."""
        where = {"Bucket": change.news["bucket"], "Key": change.id}
        tags = own_tags(change.news.get("tagsAll"))
        if tags:
            door.call("s3", "put_object_tagging", **where, Tagging={"TagSet": tag_list(tags)})
        else:
            door.call("s3", "delete_object_tagging", **where)

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteObject: on a bucket with versions it only hides the object, unless `forceDestroy`."""
        where = {"Bucket": state["bucket"], "Key": id_}
        ask(door, "delete_object", **where)
        if state.get("forceDestroy"):
            page = ask(door, "list_object_versions", Bucket=state["bucket"], Prefix=id_) or {}
            for item in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                if item["Key"] == id_ and item.get("VersionId", "null") != "null":
                    ask(door, "delete_object", **where, VersionId=item["VersionId"])


def _put_object(door: Door, inputs: Properties) -> None:
    words = {member: inputs.get(name) for name, member in _OBJECT_WORDS}
    tags = "&".join(f"{_quoted(tag['Key'])}={_quoted(tag['Value'])}" for tag in tag_list(inputs.get("tagsAll") or {}))
    where = {"Bucket": inputs["bucket"], "Key": inputs["key"]}
    door.call("s3", "put_object", **where, Body=_body(inputs), **given(Tagging=tags, **words))


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _body(inputs: Properties) -> bytes:
    """The object's bytes. Raises ProviderError when the asset's file cannot be read."""
    source = inputs.get("source")
    if isinstance(source, Asset):
        try:
            return source.read()
        except OSError as error:
            raise ProviderError(f"the file of {inputs['key']} cannot be read: {error}", hint="correct source") from None
    if inputs.get("contentBase64") is not None:
        return base64.b64decode(inputs["contentBase64"])
    content = inputs.get("content", "")
    return (content if isinstance(content, str) else json.dumps(content)).encode()


KINDS: Final[tuple[Kind, ...]] = (Object(),)
