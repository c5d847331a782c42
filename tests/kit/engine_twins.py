"""One centre on either engine, each with a sandbox of its own, and what the two must have in common.

Ids, ARNs and times differ from run to run; they are replaced by the type and name of what they belong to. What is left
must be equal to the letter: plans and their reasons, counts, failures, outputs, every resource of the state with its
inputs, outputs and dependencies, and every object of the sandbox. In what order things were done is checked against
the dependencies, for each engine by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccdeploy.deploy import pipeline, prepare
from ccdeploy.deploy.events import Event, Progress
from ccdeploy.deploy.interrupt import Stop
from ccdeploy.deploy.settings import Settings
from ccdeploy.deploy.wiring import Place, Work, engine_for
from ccdeploy.flows.centre import compile_center
from ccdeploy.sandbox.connect.store import Store
from ccdeploy.sandbox.server import Options, serve
from ccdeploy.specs.load import load
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine import urns

TODAY = dt.date(2026, 11, 22)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ROLE = re.compile(r"(AWSServiceRoleForAmazonConnect)_[0-9a-f]+")
_TIMES = re.compile(r"(Time|Date|Since|Timestamp|time|date)$|^_(at|until|describes|claimed)$")
NOT_COMPARED = {
    "id": "the service draws it; where it occurs in other values, the name of what it belongs to stands instead",
    "created": "the time of the run; every other time is compared as `<time>`",
    "modified": "the time of the run",
    "provider": "a default provider has an id of its own on every run",
    "sourcePosition": "Pulumi's language host says where in the program; in one process nobody does",
    "stackTrace": "as `sourcePosition`",
    "aliases": "Pulumi forgets an alias once it has served; ours stays",
}
Json = dict[str, Any]


@dataclass
class Seen:
    """What one run showed."""

    what: str
    plan: list[Json] = field(default_factory=list)
    changes: Json = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)
    outputs: Any = None
    resources: Json = field(default_factory=dict)
    world: list[str] = field(default_factory=list)


class Twin:
    """A stack on `engine` in `folder`. `faults` is a plan of faults for the next run."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.faults: list[Json] = []

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Everything for one run, as the command line wires it."""
        loaded = load(self.folder, today=TODAY)
        assert loaded.center is not None, loaded.problems.listed()
        center = loaded.center
        hidden = self.folder / ".ccdeploy"
        plan = self.folder / "faults.json"
        plan.write_text(json.dumps(self.faults), encoding="utf-8")
        store = FileStore(hidden / "stacks" / center.stack_name)
        settings = Settings(engine=self.engine, today=TODAY)  # type: ignore[arg-type]
        with (
            serve(hidden / "sandbox", Options(quotas=False, faults=plan)) as running,
            store.lease("test") as held,
        ):
            place = Place(Cloud(center.region, endpoint_url=running.endpoint), running.endpoint, running.endpoint)
            with engine_for(self.engine, center, store, place, held) as engine:
                yield Work(
                    settings=settings,
                    folder=self.folder,
                    center=center,
                    flows=compile_center(center),
                    store=store,
                    engine=engine,
                    cloud=place.cloud,
                    endpoint=running.endpoint,
                    fence=held.fence,
                    place=place,
                    lease=held,
                )

    def preview(self) -> Seen:
        """The plan of the folder."""
        with self.work() as work:
            prepare.declare_outside(work)
            keeper = Masks(work.engine.export()["deployment"].get("resources") or [], self.folder)
            return Seen("preview", plan=keeper(pipeline.preview(work, None).as_json()["steps"]))

    def up(self) -> Seen:
        """Make the folder stand."""
        return self._run("up")

    def down(self) -> Seen:
        """Remove all."""
        return self._run("down")

    def _run(self, command: str) -> Seen:
        events: list[Event] = []
        with self.work() as work:
            if command == "up":
                result = pipeline.up(work, None, events.append, Stop())
            else:
                result = pipeline.down(work, events.append, Stop(), everything=True)
            resources = work.engine.export()["deployment"].get("resources") or []
        keeper = Masks(resources, self.folder)
        check_order([event for event in events if isinstance(event, Progress)], resources)
        seen = Seen(command, changes=result.changes.as_json())
        seen.failed = sorted({(str(item["type"]), str(item["code"])) for item in result.failures})
        seen.outputs = keeper(result.outputs)
        seen.resources = {entry["urn"]: keeper(_compared(entry)) for entry in resources if _counted(entry)}
        seen.world = self._world(keeper)
        return seen

    def _world(self, keeper: Masks) -> list[str]:
        """Every object of the sandbox's Connect, and what was asked of the other services, in no order."""
        data = self.folder / ".ccdeploy" / "sandbox"
        store = Store(data / "connect.journal")
        things = {scope: {kind: store.all(scope, kind) for kind in store._scopes[scope]} for scope in store.scopes()}
        store.close()
        found = [
            (kind, thing)
            for kinds in things.values()
            for kind, objects in kinds.items()
            if kind != "token"
            for thing in objects.values()
        ]
        keeper.learn((str(t.get("Id")), f"{kind} {t.get('_name') or t.get('Name')}") for kind, t in found)
        world = [f"{kind} {keeper.text(_timeless(thing))}" for kind, thing in found]
        for line in (data / "history.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["effect"] and record["service"] != "connect":
                world.append(
                    f"{record['service']} {record['operation']} {keeper.text(_timeless(record['parameters']))}"
                )
        return sorted(world)


class Masks:
    """Puts types and names in the place of ids."""

    def __init__(self, resources: Sequence[Json], folder: Path) -> None:
        self._folder = str(folder)
        self._known: dict[str, str] = {}
        for entry in resources:
            own = _UUID.findall(str(entry.get("id", "")))
            if own and not entry.get("delete"):
                self._known.setdefault(own[-1], f"<{urns.name(entry['urn'])}>")

    def learn(self, names: Iterator[tuple[str, str]]) -> None:
        """Names for ids that no resource has: what the service made by itself."""
        for ident, name in names:
            if _UUID.fullmatch(ident):
                self._known.setdefault(ident, f"<{name}>")

    def text(self, value: Any) -> str:
        """`value` as canonical JSON without ids."""
        return json.dumps(self(value), sort_keys=True, ensure_ascii=False)

    def __call__(self, value: Any) -> Any:
        text = json.dumps(value, ensure_ascii=False, default=str).replace(self._folder, "<folder>")
        return _sets(json.loads(_ROLE.sub(r"\1", _UUID.sub(lambda found: self._known.get(found[0], "<id>"), text))))


def _sets(value: Any) -> Any:
    """Lists of ids are sets, which the service gives in the order of the ids."""
    if isinstance(value, dict):
        return {key: _sets(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    ids = all(isinstance(part, str) and part.startswith("<") for part in value)
    return sorted(value) if ids else [_sets(part) for part in value]


def _counted(entry: Json) -> bool:
    return urns.counted(entry["type"])


def _compared(entry: Json) -> Json:
    """A resource without what belongs to one run or one engine's bookkeeping."""
    kept = {key: value for key, value in entry.items() if key not in NOT_COMPARED and value not in ({}, [], False, "")}
    for key in ("dependencies", "additionalSecretOutputs", "ignoreChanges"):
        if key in kept:
            kept[key] = sorted(kept[key])
    needs = kept.get("propertyDependencies")
    if needs:
        kept["propertyDependencies"] = {key: sorted(value) for key, value in needs.items() if value}
    return _timeless(kept)  # type: ignore[no-any-return]


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "<time>" if _TIMES.search(key) and isinstance(part, (int, float, str)) else _timeless(part)
            for key, part in value.items()
            if key != "_n"
        }
    return [_timeless(part) for part in value] if isinstance(value, list) else value


def check_order(events: Sequence[Progress], resources: Sequence[Json]) -> None:
    """What a resource needs was ready before it was begun; what needs it was gone before it was deleted."""
    begun: dict[tuple[str, str], int] = {}
    done: dict[tuple[str, str], int] = {}
    for number, event in enumerate(events):
        place = (event.type, event.name)
        if event.action in {"create", "update"}:
            {"started": begun, "done": done}.get(event.status, {}).setdefault(place, number)
    for entry in resources:
        mine = (entry["type"], urns.name(entry["urn"]))
        needs = {
            *entry.get("dependencies", ()),
            *(u for n in (entry.get("propertyDependencies") or {}).values() for u in n),
        }
        for urn in needs:
            other = (urns.kind(urn), urns.name(urn))
            if mine in begun and other in done:
                assert done[other] < begun[mine], f"{mine} was begun before {other} was ready"


def close_loops() -> None:
    """The Automation API leaves the loop of a failed program open, its tasks pending; Python would warn of both."""
    for loop in gc.get_objects():
        if isinstance(loop, asyncio.AbstractEventLoop) and not loop.is_running() and not loop.is_closed():
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            with contextlib.suppress(Exception):
                loop.run_until_complete(asyncio.wait(left, timeout=5))
            loop.close()


def kinds(seen: Seen) -> set[str]:
    """The types of resources that stood."""
    return {urns.kind(urn) for urn in seen.resources}


def differences(one: Seen, other: Seen) -> list[str]:
    """In what two runs differ, in words; nothing when they cannot be told apart."""
    found = []
    for name in ("plan", "changes", "failed", "outputs", "resources", "world"):
        a, b = getattr(one, name), getattr(other, name)
        if a != b:
            found.append(f"{one.what} {name}: {_first(a, b)}")
    return found


def _first(a: Any, b: Any, path: str = "") -> str:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}, key=str):
            if a.get(key) != b.get(key):
                return _first(a.get(key), b.get(key), f"{path}.{key}")
    if isinstance(a, list) and isinstance(b, list):
        only = [x for x in a if x not in b], [x for x in b if x not in a]
        return f"{path} only left {str(only[0])[:1500]} only right {str(only[1])[:1500]} ({len(a)}, {len(b)})"
    return f"{path}: {str(a)[:700]!r} != {str(b)[:700]!r}"
