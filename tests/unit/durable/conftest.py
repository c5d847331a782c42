"""The two stores, and an S3 that this process keeps: what each test of the store must hold for both."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.specs.errors import CloudError
from ccdeploy.stacks.cloud.bucket import Bucket
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.s3_store import S3Store
from ccdeploy.stacks.cloud.store import FileStore, Store


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class FakeS3(Cloud):
    """What the store asks of S3, strongly consistent, conditions honoured (`careless`: not). `lose` spoils answers."""

    def __init__(self) -> None:
        super().__init__("eu-central-1")
        self.objects: dict[str, tuple[bytes, str, datetime, dict[str, str]]] = {}
        self.late = timedelta()  # how far the service's clock is from ours
        self.careless = False
        self.versions = "Enabled"
        self.lose: Callable[[str, str], bool] = lambda _method, _key: False
        self.calls: list[tuple[str, str]] = []
        self._turn = threading.RLock()
        self._tag = 0

    def clock(self) -> datetime:
        return datetime.now(timezone.utc) + self.late

    def _answer(self, service: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        assert service == "s3"
        key = params.get("Key", "")
        with self._turn:
            self.calls.append((method, key))
            answer: dict[str, Any] = getattr(self, f"do_{method}")(**params)
            if self.lose(method, key):
                raise CloudError(f"{method}: no answer", operation=method, code="unanswered")
            date = self.clock().strftime("%a, %d %b %Y %H:%M:%S GMT")
            return {**answer, "ResponseMetadata": {"HTTPHeaders": {"date": date}}}

    def do_get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - S3's words
        data, tag, when, _ = self._there(Key)
        return {"Body": io.BytesIO(data), "ETag": tag, "LastModified": when}

    def do_head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        _, tag, _, meta = self._there(Key)
        return {"ETag": tag, "Metadata": meta}

    def _there(self, key: str) -> tuple[bytes, str, datetime, dict[str, str]]:
        if key not in self.objects:
            raise CloudError("no", service_code="NoSuchKey", status=404)
        return self.objects[key]

    def do_put_object(
        self,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        Metadata: dict[str, str],  # noqa: N803
        ServerSideEncryption: str,  # noqa: N803
        IfMatch: str = "",  # noqa: N803
        IfNoneMatch: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        there = self.objects.get(Key)
        wrong = (IfNoneMatch and there is not None) or (IfMatch and (there is None or there[1] != IfMatch))
        if wrong and not self.careless:
            raise CloudError("no", service_code="PreconditionFailed", status=412)
        self._tag += 1
        tag = f'"{hashlib.md5(Body, usedforsecurity=False).hexdigest()}-{self._tag}"'
        self.objects[Key] = (Body, tag, self.clock().replace(microsecond=0), Metadata)
        return {"ETag": tag}

    def do_delete_objects(self, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        for item in Delete["Objects"]:
            self.objects.pop(item["Key"], None)
        return {}

    def do_list_objects_v2(
        self,
        Bucket: str,  # noqa: N803
        Prefix: str,  # noqa: N803
        ContinuationToken: str | None = None,  # noqa: N803
    ) -> dict[str, Any]:
        keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > (ContinuationToken or ""))
        page = [{"Key": key, "ETag": self.objects[key][1]} for key in keys[:50]]
        return {"Contents": page, "NextContinuationToken": keys[49] if len(keys) > 50 else None}

    def do_get_bucket_versioning(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        return {"Status": self.versions} if self.versions else {}


class Shelf:
    """One place for states, and a new store on it for each operator."""

    def __init__(self, root: Path, clock: Clock, s3: FakeS3 | None) -> None:
        self.root = root
        self.clock = clock
        self.s3 = s3

    def store(self) -> Store:
        if self.s3 is None:
            return FileStore(self.root, self.clock)
        return S3Store(Bucket(self.s3, "b", "p/line.dev/"), self.clock)

    def put(self, name: str, data: bytes) -> None:
        """As somebody else would."""
        if self.s3 is None:
            self.root.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(data)
        else:
            self.s3.do_put_object("b", f"p/line.dev/{name}", data, {}, "AES256")

    def get(self, name: str) -> bytes:
        if self.s3 is None:
            return (self.root / name).read_bytes()
        return self.s3.objects[f"p/line.dev/{name}"][0]

    def later(self, seconds: float) -> None:
        """The lease was written so long ago."""
        if self.s3 is None:
            path = self.root / "lease.json"
            when = path.stat().st_mtime - seconds
            os.utime(path, (when, when))
        else:
            self.s3.late += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture(params=["files", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, s3: FakeS3) -> Shelf:
    root = tmp_path / ".ccdeploy" / "stacks" / "line.dev"
    return Shelf(root, clock, s3 if request.param == "s3" else None)


@pytest.fixture
def in_s3(tmp_path: Path, clock: Clock, s3: FakeS3) -> Shelf:
    """Only the one in S3."""
    return Shelf(tmp_path, clock, s3)


@pytest.fixture
def store(shelf: Shelf) -> Store:
    return shelf.store()
