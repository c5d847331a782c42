"""The one place that names concrete classes: target, engine, providers, store and the door to the cloud.

`work()` makes all of them for one stack and takes them down again. Everything else in `deploy` gets a `Work`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from .settings import HIDDEN, Settings
from .target import sandbox

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center
    from ..stacks.cloud.client import Cloud
    from ..stacks.cloud.lease import Lease
    from ..stacks.cloud.store import Store
    from ..stacks.engine.plan import Engine
    from ..stacks.engine.pulumi_cli.engine import PulumiEngine
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
    place: Place
    lease: Lease | None

    def last_applied(self) -> Center | None:
        """The Center of the last finished run, or None before the first."""
        return last_applied(self.store)


def store_of(settings: Settings, folder: Path, center: Center) -> Store:
    """The store of one stack (`<center>.<stack>`); what stands on AWS is kept apart from every rehearsal.

    Raises Refused where the state lies in the sandbox's S3 and no sandbox runs.
    """
    from ..stacks.cloud.store import FileStore

    if center.state is not None:
        from .shared_state import shared_store

        return shared_store(settings, folder, center, center.state)
    return FileStore(local_place(settings, folder, center.stack_name))


def local_place(settings: Settings, folder: Path, stack_name: str) -> Path:
    """Where the folder itself keeps the state of a stack."""
    place = folder / HIDDEN if settings.target == "sandbox" else folder / HIDDEN / settings.target
    return place / "stacks" / stack_name


def engine_of(store: Store) -> str:
    """Which engine holds the stack: "embedded", "pulumi", or "" before the first `up`."""
    from ..stacks.engine.embedded.ledger import JOURNAL, STATE
    from ..stacks.engine.pulumi_cli.place import FOLDER

    names = set(store.names())
    if names & {STATE, JOURNAL}:
        return "embedded"
    return "pulumi" if FOLDER in names else ""


def check_engine(settings: Settings, store: Store) -> None:
    """A stack stands on one engine. Raises Refused when it is another than the one that was asked for."""
    there = engine_of(store)
    if there and there != settings.engine_name:
        raise Refused(
            f"This stack stands on the engine {there}, not on {settings.engine_name}.",
            hint=f"Use --engine {there}, or move it: ccdeploy state export --to {settings.engine_name}",
            where=store.where,
            code="other-engine",
        )


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

    flows = compile_center(center)
    store = store_of(settings, folder, center)
    check_engine(settings, store)
    with contextlib.ExitStack() as stack:
        held = stack.enter_context(store.lease(lease, wait=settings.wait)) if lease else None
        place = stack.enter_context(place_of(settings, folder, center, writing=bool(lease)))
        engine = stack.enter_context(engine_for(settings.engine_name, center, store, place, held))
        engine.on_read = settings.on_read
        yield Work(
            settings=settings,
            folder=folder,
            center=center,
            flows=flows,
            store=store,
            engine=engine,
            cloud=place.cloud,
            endpoint=place.sandbox,
            fence=held.fence if held else 0,
            place=place,
            lease=held,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run goes: the door, the sandbox's endpoint ("" on an account), and the one our `aws` provider serves.

    `account` and `identity` are those of the credentials, "" on the sandbox. `pace` is "real" where the service's own
    request rates hold, else "instant".
    """

    cloud: Cloud
    sandbox: str
    attached: str
    account: str = ""
    identity: str = ""
    pace: str = "instant"


@contextlib.contextmanager
def place_of(settings: Settings, folder: Path, center: Center, *, writing: bool) -> Iterator[Place]:
    """The sandbox of the folder or the account, checked."""
    from ..sandbox.control import pace
    from ..stacks.cloud.client import Cloud

    if settings.target == "aws":
        from .account import door

        found = door(center)
        yield Place(found.cloud, "", found.attached, found.account, found.identity, "real")
        return
    with sandbox(folder, writing=writing) as endpoint:
        cloud = Cloud(center.region, endpoint_url=endpoint)
        yield Place(cloud, endpoint, endpoint, pace=pace(endpoint))


@contextlib.contextmanager
def engine_for(name: str, center: Center, store: Store, place: Place, held: Lease | None) -> Iterator[Engine]:
    """The engine "embedded" or "pulumi" on `store`; it writes while `held` is."""
    if name == "embedded":
        yield create_embedded_engine(center, store, place.cloud, place.attached, held)
    else:
        with create_pulumi_engine(center, store, place.cloud, place.attached, held) as engine:
            yield engine


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
        least=store.holder().record.get("generation", 0) if held is None else held.generation,
        mark=held.note if held else lambda _generation: None,
    )


def create_pulumi_engine(center: Center, store: Store, cloud: Cloud, attached: str, held: Lease | None) -> PulumiEngine:
    """Pulumi's own engine. `attached` is the endpoint that our `aws` provider serves; "" leaves `aws` to the plugin."""
    from ..stacks.engine.pulumi_cli.engine import PulumiEngine
    from ..stacks.extras.provider import CcdeployProvider
    from ..stacks.names import PROJECT

    providers: list[Provider] = [CcdeployProvider(cloud)]
    if attached:
        from ..sandbox.provider.provider import AwsProvider

        providers.append(AwsProvider(attached, center.region))
    return PulumiEngine(
        project=PROJECT,
        stack=center.stack_name,
        providers={provider.package: provider for provider in providers},
        store=store,
        config={"aws:region": center.region},
        writing=held is not None,
        fence=held.fence if held else 0,
        guard=held.check if held else lambda: None,
    )
