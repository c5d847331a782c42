"""Where the CLI works when the stack's state lies in S3: its own S3 backend, and a scratch folder for the rest.

    pulumi/backend    in the store: the state, by Pulumi's own S3 backend
    pulumi.settings   in the store: Pulumi.<stack>.yaml (config and the salt of the secrets)
    pulumi.passphrase in the store; the CLI gets it in a file of the scratch folder, readable by the owner only

A run that only reads works on a copy of the backend in the scratch folder: the CLI writes even for a preview.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from ....specs.errors import StateError
from ...cloud.bucket import Bucket
from ...cloud.client import is_loopback
from ...cloud.s3_store import S3Store
from ...cloud.store import Store
from .place import FOLDER, PASSPHRASE, Place, copied, whole

SETTINGS: Final = "pulumi.settings"
_BACKEND: Final = f"{FOLDER}/backend"
_LEFT_OUT: Final = ("/.pulumi/locks/", "/.pulumi/history/", "/.pulumi/backups/")


class RemotePlace(Place):
    """A Place whose backend is a prefix of a bucket; `scratch` is a private folder for this run."""

    def __init__(self, scratch: Path, store: S3Store, project: str, stack: str) -> None:
        super().__init__(scratch / FOLDER, store, project, stack)
        self._shared = store
        self._checkpoint_key = f"{_BACKEND}/.pulumi/stacks/{project}/{stack}.json"
        self._settings_file = self.work / f"Pulumi.{stack}.yaml"
        self._saved: bytes | None = None

    @property
    def bucket(self) -> Bucket:
        """The store's."""
        return self._shared.bucket

    @property
    def exists(self) -> bool:
        """Whether a stack was ever made here."""
        found = self.bucket.tags(self._checkpoint_key)
        return bool({self._checkpoint_key, f"{self._checkpoint_key}.bak"} & found.keys())

    def prepare(self) -> None:
        """Make the folders and put the stack's settings where the CLI looks for them."""
        super().prepare()
        self._saved = self._shared.read(SETTINGS)
        if self._saved is not None:
            self._settings_file.write_bytes(self._saved)

    def keep(self) -> None:
        """Put the stack's settings into the store if they changed."""
        if self._settings_file.is_file():
            now = self._settings_file.read_bytes()
            if now != self._saved:
                self._shared.write(SETTINGS, now)
                self._saved = now

    def environment(self, *, own_home: bool) -> dict[str, str]:
        """What the CLI needs to know."""
        env = {**super().environment(own_home=own_home), "PULUMI_BACKEND_URL": backend_url(self.bucket)}
        if own_home and is_loopback(self.bucket.endpoint) and not os.environ.get("AWS_ACCESS_KEY_ID"):
            env |= {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}
        return env

    def _passphrase(self) -> Path:
        return private(self.root / PASSPHRASE, found_or_new(self._shared, self.exists, keep=True))

    def mend(self, *, unreadable: bool = False) -> bool:
        """See Place."""
        backup = self.bucket.read(f"{self._checkpoint_key}.bak")
        if backup is None or not whole(backup.data):
            return False
        now = self.bucket.read(self._checkpoint_key)
        if not unreadable and now is not None and whole(now.data):
            return False
        self.bucket.write(self._checkpoint_key, backup.data, None if now is None else now.tag)
        return True

    def _locks(self) -> list[str]:
        return sorted(key for key in self.bucket.tags(f"{_BACKEND}/.pulumi/locks/") if key.endswith(".json"))

    def _read_lock(self, lock: str) -> dict[str, Any] | None:
        found = self.bucket.read(lock)
        try:
            content = json.loads(found.data) if found is not None else None
        except ValueError:
            content = {}
        return content if isinstance(content, dict) or content is None else {}

    def _remove_lock(self, lock: str) -> None:
        self.bucket.delete([lock])


def found_or_new(store: Store, exists: bool, *, keep: bool) -> bytes:
    """The passphrase of the stack; before it stands a new one, stored if it is to be kept. Raises StateError."""
    found = store.read(PASSPHRASE)
    if found is None:
        if exists:
            raise StateError(
                f"{PASSPHRASE} is missing, without it the secrets of this stack cannot be opened",
                where=store.where,
                hint="restore its last version in the bucket, or set PULUMI_CONFIG_PASSPHRASE",
            )
        found = secrets.token_hex(32).encode()
        if keep:
            store.write(PASSPHRASE, found)
    return found


def backend_url(bucket: Bucket) -> str:
    """The bucket as Pulumi's S3 backend names it."""
    options = {"region": bucket.region, "awssdk": "v2"}
    if bucket.endpoint:
        options |= {"endpoint": bucket.endpoint, "use_path_style": "true"}
    if bucket.key:
        options |= {"ssetype": "aws:kms", "kmskeyid": bucket.key}
    return f"s3://{bucket.name}/{bucket.prefix}{_BACKEND}?{urlencode(options)}"


def private(path: Path, data: bytes) -> Path:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return path


def downloaded(store: S3Store, scratch: Path, project: str, stack: str) -> Place:
    """A Place on a copy of the backend, for a run that only reads."""
    root = scratch / FOLDER
    keys = [key for key in store.bucket.tags(f"{_BACKEND}/") if not any(part in key for part in _LEFT_OUT)]
    for key, data in zip(keys, store.bucket.read_all(keys), strict=True):
        if data is not None:
            private(root / key.removeprefix(f"{FOLDER}/"), data)
    settings = store.read(SETTINGS)
    if settings is not None:
        private(root / "work" / f"Pulumi.{stack}.yaml", settings)
    return Copied(root, store, project, stack)


class Copied(Place):
    """A local copy of what lies in S3, with its passphrase beside it."""

    def _passphrase(self) -> Path:
        mine = self.root / PASSPHRASE  # what a first preview makes up must stay the same until the block ends
        return mine if mine.is_file() else private(mine, found_or_new(self._store, self.exists, keep=False))


@contextlib.contextmanager
def opened(store: Store, project: str, stack: str, *, writing: bool) -> Iterator[Place]:
    """The Place of a stack for one run; one that only reads gets a copy, which goes with the block."""
    if writing and not isinstance(store, S3Store):
        yield Place(Path(store.where) / FOLDER, store, project, stack)
        return
    with tempfile.TemporaryDirectory(prefix="ccdeploy-") as folder:
        if not isinstance(store, S3Store):
            with copied(Path(store.where) / FOLDER, Path(folder)) as root:
                yield Copied(root, store, project, stack)
        elif writing:
            yield RemotePlace(Path(folder), store, project, stack)
        else:
            yield downloaded(store, Path(folder), project, stack)


def upload(store: S3Store, root: Path) -> int:
    """Put a local backend and its settings into the store; the number of files. Locks and logs stay behind."""
    settings = sorted((root / "work").glob("Pulumi.*.yaml"))
    if settings:
        store.write(SETTINGS, settings[-1].read_bytes())
    there = store.bucket.tags(f"{_BACKEND}/")
    files = [path for path in sorted((root / "backend").rglob("*")) if path.is_file()]
    count = 0
    for path in files:
        key = f"{FOLDER}/{path.relative_to(root)}"
        if not any(part in key for part in _LEFT_OUT):
            store.bucket.write(key, path.read_bytes(), there.get(key))
            count += 1
    return count + bool(settings)
