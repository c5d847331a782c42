"""A state that several operators share: which S3 it lies in, and what must be there.

On an account it is AWS, or the S3 that `endpoint` names. In a rehearsal it is the S3 of the folder's own sandbox, which
must run, as every S3 that two operators share does; its bucket is made when it is first needed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..specs.errors import CloudError, Refused
from .account import ENDPOINT

if TYPE_CHECKING:
    from ..specs.model import Center, StatePlace
    from ..stacks.cloud.client import Cloud
    from ..stacks.cloud.s3_store import S3Store
    from .settings import Settings

SHARING: Final = "sharing"  # there while a state is on its way into the store


def shared_store(settings: Settings, folder: Path, center: Center, place: StatePlace) -> S3Store:
    """The store of the stack in S3. Raises Refused when it cannot be reached, or a state of it lies in the folder."""
    store = reached(settings, folder, center, place)
    _check_moved(settings, folder, center, store)
    return store


def reached(settings: Settings, folder: Path, center: Center, place: StatePlace) -> S3Store:
    """The store of the stack in S3, whatever the folder holds. Raises Refused when it cannot be reached."""
    from ..stacks.cloud.bucket import Bucket
    from ..stacks.cloud.s3_store import S3Store

    cloud = _door(settings, folder, center, place)
    prefix = f"{place.prefix}/" if place.prefix else ""
    store = S3Store(Bucket(cloud, place.bucket, f"{prefix}{center.stack_name}/", place.key))
    if settings.target == "sandbox":
        _make_bucket(cloud, place.bucket)
    return store


def _door(settings: Settings, folder: Path, center: Center, place: StatePlace) -> Cloud:
    from ..stacks.cloud.client import Cloud

    if settings.target == "aws":
        endpoint = place.endpoint or os.environ.get(ENDPOINT) or None
        return Cloud(place.region or center.region, endpoint_url=endpoint)
    from ..sandbox import process

    found = process.find(folder)
    if found is None:
        raise Refused(
            f"The state of {center.stack_name} lies in {place.url}, which in a rehearsal is the S3 of this folder's "
            "sandbox, and none runs.",
            hint=f"Start it: ccdeploy sandbox start {folder}",
            where=str(folder),
            code="no-sandbox",
        )
    return Cloud(place.region or center.region, endpoint_url=found.endpoint)


def _make_bucket(cloud: Cloud, name: str) -> None:
    """The sandbox's account is everybody's: what a rehearsal needs is made."""
    try:
        cloud.call("s3", "head_bucket", Bucket=name)
    except CloudError:
        where = None if cloud.region == "us-east-1" else {"LocationConstraint": cloud.region}
        cloud.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
        cloud.call("s3", "put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _check_moved(settings: Settings, folder: Path, center: Center, store: S3Store) -> None:
    """A stack that stands on a state in the folder must not begin anew in the bucket. Raises Refused."""
    from ..stacks.cloud.store import FileStore
    from .wiring import engine_of, local_place

    if SHARING in store.names():
        raise Refused(
            f"The state of {center.stack_name} was on its way to {store.where} when the move was interrupted.",
            hint=f"Finish it: ccdeploy state share {folder}",
            where=store.where,
            code="half-shared",
        )
    local = FileStore(local_place(settings, folder, center.stack_name))
    if engine_of(local) and not engine_of(store):
        raise Refused(
            f"The state of {center.stack_name} lies in {local.where}, but center.yaml says {store.where}, where there "
            "is none.",
            hint=f"Move it: ccdeploy state share {folder}. Or take `state:` out of center.yaml.",
            where=local.where,
            code="state-elsewhere",
        )
