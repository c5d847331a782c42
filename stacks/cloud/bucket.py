"""Objects under one prefix of a bucket, written only as their writer believes them to be.

Every write is conditional: `If-None-Match: *` for what must not be there, `If-Match` for what was last seen. That is
the whole of the locking: whoever lost the lease finds something else in its place and is refused by S3 itself. An
answer that was lost on the way is told from a refusal by a mark of this process in the object's metadata.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

from ...specs.errors import CcdeployError, CloudError, StateError
from ...specs.frozen import dataclass
from ..durable.files import crash_point
from .client import Cloud, is_missing

_CHANGED: Final = frozenset({"PreconditionFailed", "412"})
_AGAIN: Final = frozenset({"ConditionalRequestConflict", "OperationAborted"})
_MARK: Final = "ccdeploy-writer"
_TOGETHER: Final = 16
_PATIENCE: Final = 5


class _Busy(CloudError):
    """Two writes of one object met: the same again."""


class Changed(CcdeployError):
    """The object is not (any more) what its writer believed."""

    default_code = "changed"


@dataclass(frozen=True, slots=True)
class Object:
    """What was read. `age` in seconds, by the clock of the service alone."""

    data: bytes
    tag: str
    age: float


class Bucket:
    """One prefix of a bucket. `key` encrypts at rest: a KMS key, or "" for keys that S3 itself keeps."""

    def __init__(self, cloud: Cloud, name: str, prefix: str, key: str = "") -> None:
        self.name = name
        self.prefix = prefix
        self._cloud = cloud
        self._key = key
        self._writer = secrets.token_hex(8)
        self._count = itertools.count(1)

    @property
    def region(self) -> str:
        """Where the bucket is asked for."""
        return self._cloud.region

    @property
    def endpoint(self) -> str:
        """The S3 that is not AWS's own, or ""."""
        return self._cloud.endpoint_url or ""

    @property
    def key(self) -> str:
        """The KMS key, or ""."""
        return self._key

    @property
    def where(self) -> str:
        """The place as messages name it."""
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def read(self, key: str) -> Object | None:
        """The object, or None. Raises StateError."""
        try:
            answer, now = self._cloud.dated("s3", "get_object", Bucket=self.name, Key=self.prefix + key)
            data: bytes = answer["Body"].read()
        except CloudError as error:
            if is_missing(error) and error.service_code != "NoSuchBucket":
                return None
            raise self._refused(error) from error
        modified: datetime = answer["LastModified"]
        age = (now - modified).total_seconds() if now is not None else 0.0
        return Object(data, str(answer["ETag"]), max(0.0, age))

    def read_all(self, keys: Iterable[str]) -> list[bytes | None]:
        """Many objects at once, in order."""
        wanted = list(keys)
        if len(wanted) < 2:
            found = [self.read(key) for key in wanted]
        else:
            with ThreadPoolExecutor(min(_TOGETHER, len(wanted)), thread_name_prefix="s3") as pool:
                found = list(pool.map(self.read, wanted))
        return [None if item is None else item.data for item in found]

    def write(self, key: str, data: bytes, seen: str | None) -> str:
        """Put an object; `seen` is the tag of what it replaces, None when there must be none. Returns the new tag.

        Raises Changed when something else is there, StateError for every other refusal.
        """
        mark = f"{self._writer}-{next(self._count)}"
        more: dict[str, Any] = {"IfNoneMatch": "*"} if seen is None else {"IfMatch": seen}
        crash_point(f"s3:before:{key}")
        try:
            tag = self._put(key, data, mark, more)
        except CloudError as error:
            ours = self._ours(key, mark) if _may_be_there(error) else None
            if ours is None:
                if error.service_code in _CHANGED or (is_missing(error) and seen is not None):
                    raise Changed(f"{self.where}/{key} was changed by somebody else", where=self.where) from error
                raise self._refused(error) from error
            tag = ours
        crash_point(f"s3:after:{key}")
        return tag

    def _put(self, key: str, data: bytes, mark: str, more: dict[str, Any]) -> str:
        kind = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._key} if self._key else {}
        given = {
            "Bucket": self.name,
            "Key": self.prefix + key,
            "Body": data,
            "Metadata": {_MARK: mark},
            **(kind or {"ServerSideEncryption": "AES256"}),
            **more,
        }
        for _ in range(_PATIENCE - 1):
            with contextlib.suppress(_Busy):
                return self._put_once(given)
        return self._put_once(given)

    def _put_once(self, given: dict[str, Any]) -> str:
        try:
            return str(self._cloud.call("s3", "put_object", **given)["ETag"])
        except CloudError as error:
            if error.service_code in _AGAIN:
                raise _Busy(error.message, service_code=error.service_code, status=error.status) from error
            raise

    def _ours(self, key: str, mark: str) -> str | None:
        """The object's tag if it is the very one that this call put."""
        try:
            there = self._cloud.call("s3", "head_object", Bucket=self.name, Key=self.prefix + key)
        except CloudError:
            return None
        return str(there["ETag"]) if there.get("Metadata", {}).get(_MARK) == mark else None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove; nothing there is fine. Raises StateError."""
        wanted = [{"Key": self.prefix + key} for key in keys]
        for start in range(0, len(wanted), 1000):
            part = {"Objects": wanted[start : start + 1000], "Quiet": True}
            try:
                answer = self._cloud.call("s3", "delete_objects", Bucket=self.name, Delete=part)
            except CloudError as error:
                raise self._refused(error) from error
            for failed in answer.get("Errors") or ():
                raise StateError(
                    f"{failed.get('Key')} cannot be removed: {failed.get('Message')}",
                    where=self.where,
                    hint="check the permission s3:DeleteObject on the bucket, then run again",
                )

    def tags(self, under: str = "") -> dict[str, str]:
        """Key and tag of everything under the prefix (and `under`). Raises StateError."""
        try:
            listed = self._cloud.pages(
                "s3", "list_objects_v2", "Contents", Bucket=self.name, Prefix=self.prefix + under
            )
            return {item["Key"].removeprefix(self.prefix): str(item["ETag"]) for item in listed}
        except CloudError as error:
            raise self._refused(error) from error

    def versioned(self) -> bool:
        """Whether the bucket keeps what is overwritten; True where the service does not know the question."""
        try:
            answer = self._cloud.call("s3", "get_bucket_versioning", Bucket=self.name)
        except CloudError as error:
            if error.service_code == "NoSuchBucket":
                raise self._refused(error) from error
            return True
        return bool(answer.get("Status") == "Enabled")

    def _refused(self, error: CloudError) -> StateError:
        if error.service_code == "NoSuchBucket":
            hint = (
                f"make it: aws s3api create-bucket --bucket {self.name} (and aws s3api put-bucket-versioning "
                f"--bucket {self.name} --versioning-configuration Status=Enabled), or correct `state:` in center.yaml"
            )
            return StateError(f"the bucket {self.name} does not exist", where=self.where, hint=hint, code="no-bucket")
        return StateError(
            f"the state cannot be reached: {error.message}",
            where=self.where,
            hint=error.hint or "check `state:` in center.yaml and the permissions on the bucket, then run again",
            code=error.code,
        )


def _may_be_there(error: CloudError) -> bool:
    """Refused for a reason that an earlier attempt of the same call can have caused, or not answered at all."""
    return error.service_code in _CHANGED | _AGAIN or error.status >= 500 or error.code == "unanswered"
