"""The one place that names concrete classes: target, engine, providers, store and the door to the cloud.

`work()` makes all of them for one stack and takes them down again. Everything else in `deploy` gets a `Work`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .settings import HIDDEN, Settings
from .target import sandbox

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center
    from ..stacks.cloud.client import Cloud
    from ..stacks.cloud.lease import Lease
    from ..stacks.cloud.store import Store
    from ..stacks.engine.plan import Engine
    from ..stacks.provider.base import Provider

LAST_APPLIED = "center.json"  # the Center of the last finished run, canonically


@dataclass(frozen=True, slots=True)
class Work:
    """All that a run works with. `endpoint` is the sandbox's, or "" on a real account."""

    settings: Settings
    folder: Path
    center: Center
    flows: FlowSet
    store: Store
    engine: Engine
    cloud: Cloud
    endpoint: str
    fence: int  # the lease's number; 0 for a run that only reads

    def last_applied(self) -> Center | None:
        """The Center of the last finished run, or None before the first."""
        return last_applied(self.store)


def store_of(folder: Path, stack_name: str) -> Store:
    """The store of one stack (`<center>.<stack>`)."""
    from ..stacks.cloud.store import FileStore

    return FileStore(folder / HIDDEN / "stacks" / stack_name)


def last_applied(store: Store) -> Center | None:
    """The Center of the last finished run that `store` keeps, or None."""
    from ..specs.canonical import parse

    data = store.read(LAST_APPLIED)
    return None if data is None else parse(data.decode())


@contextlib.contextmanager
def work(settings: Settings, folder: Path, center: Center, *, lease: str = "") -> Iterator[Work]:
    """Everything for one run on `center`. `lease` names a run that changes things, which holds the stack's lease.

    Without it nothing on the disk changes. Raises LeaseHeld while another operator is at work.
    """
    from ..flows.centre import compile_center
    from ..stacks.cloud.client import Cloud

    flows = compile_center(center)
    store = store_of(folder, center.stack_name)
    with contextlib.ExitStack() as stack:
        held = stack.enter_context(store.lease(lease)) if lease else None
        endpoint = stack.enter_context(sandbox(folder, writing=bool(lease)))
        cloud = Cloud(center.region, endpoint_url=endpoint)
        yield Work(
            settings=settings,
            folder=folder,
            center=center,
            flows=flows,
            store=store,
            engine=create_embedded_engine(center, store, cloud, endpoint, held),
            cloud=cloud,
            endpoint=endpoint,
            fence=held.fence if held else 0,
        )


def create_embedded_engine(center: Center, store: Store, cloud: Cloud, endpoint: str, held: Lease | None) -> Engine:
    """The engine that runs the program in this process, with both providers behind it; it writes while `held` is."""
    from ..sandbox.provider.provider import AwsProvider
    from ..stacks.engine.embedded.engine import EmbeddedEngine
    from ..stacks.extras.provider import CcdeployProvider
    from ..stacks.names import PROJECT

    providers: list[Provider] = [AwsProvider(endpoint, center.region), CcdeployProvider(cloud)]
    return EmbeddedEngine(
        project=PROJECT,
        stack=center.stack_name,
        providers={provider.package: provider for provider in providers},
        store=store,
        config={"aws:region": center.region},
        fence=held.fence if held else 0,
        guard=held.check if held else lambda: None,
    )
