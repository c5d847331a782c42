"""A small cloud on the disk and a provider for it: what the engine's tests deploy to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.provider import schema
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailed,
    InvokeResult,
    ProviderError,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ccdeploy.stacks.provider.schema import AutoName, Prop, ResourceSpec
from ccdeploy.stacks.provider.values import UNKNOWN, Properties, plain

_THING = {
    "name": Prop(),
    "size": Prop("integer"),
    "color": Prop(force_new=True),
    "password": Prop(secret=True),
    "needs": Prop("list", is_set=True, item=Prop()),
    "content": Prop(),
    "tags": Prop("map", item=Prop()),
}
SPECS = {
    "mem:index:Thing": ResourceSpec("mem:index:Thing", _THING, ("arn",), AutoName()),
    # Its owner is fixed at birth, so it must be replaced with it.
    "mem:index:Child": ResourceSpec(
        "mem:index:Child", {**_THING, "owner": Prop(force_new=True, required=True)}, ("arn",), AutoName()
    ),
}


class World:
    """A service that keeps objects by id and refuses a name twice; all of it on the disk, so that it outlives us."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "world.json"
        self._calls = folder / "calls.txt"
        self._lock = threading.Lock()
        self.fail: dict[str, Exception] = {}  # "create name" -> raised instead
        self.before: Callable[[str], None] = lambda _call: None

    @property
    def objects(self) -> dict[str, dict[str, Any]]:
        return dict(json.loads(self._file.read_text())) if self._file.exists() else {}

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    def named(self) -> dict[str, dict[str, Any]]:
        return {value["name"]: value for value in self.objects.values()}

    def change(self, call: str, work: Callable[[dict[str, dict[str, Any]]], str]) -> str:
        self.before(call)
        with self._lock:
            objects = self.objects
            with self._calls.open("a") as file:
                file.write(call + "\n")
            if call in self.fail:
                raise self.fail[call]
            made = work(objects)
            temporary = self._file.with_suffix(".new")
            temporary.write_text(json.dumps(objects))
            temporary.replace(self._file)
            return made


class MemoryProvider:
    """Package `mem`. In the world an object's name is the logical name unless the program gives one."""

    package = "mem"
    version = "1.0.0"

    def __init__(self, world: World) -> None:
        self.world = world
        self.configured: list[Mapping[str, str]] = []

    def configure(self, config: Mapping[str, str]) -> None:
        self.configured.append(dict(config))

    def check(self, request: CheckRequest) -> CheckResult:
        return schema.check(SPECS[request.type], request)

    def diff(self, request: DiffRequest) -> DiffResult:
        return schema.diff(SPECS[request.type], request)

    def _outputs(self, made: str, value: Mapping[str, Any]) -> Properties:
        return {**value, "arn": f"arn:{made}"}

    def create(self, request: CreateRequest) -> CreateResult:
        if request.preview:
            return CreateResult("", schema.preview_create(SPECS[request.type], request.inputs))
        value = {key: plain(item) for key, item in request.inputs.items() if key != schema.DEFAULTS}
        assert UNKNOWN not in value.values()

        def work(objects: dict[str, dict[str, Any]]) -> str:
            if any(other["name"] == value["name"] for other in objects.values()):
                raise ProviderError(f"{value['name']} exists", code="DuplicateResourceException")
            new = f"id-{len(self.world.calls)}"
            objects[new] = value
            return new

        try:
            made = self.world.change(f"create {request.name}", work)
        except InitFailed as error:
            made = self.world.change(f"half {request.name}", work)
            raise InitFailed(made, self._outputs(made, value), error.reasons) from error
        return CreateResult(made, self._outputs(made, value))

    def read(self, request: ReadRequest) -> ReadResult:
        value = self.world.objects.get(request.id)
        if value is None:
            return ReadResult(None)
        return ReadResult(request.id, dict(value), self._outputs(request.id, value))

    def update(self, request: UpdateRequest) -> Properties:
        if request.preview:
            return schema.preview_update(SPECS[request.type], request.old_outputs, request.news)
        value = {key: plain(item) for key, item in request.news.items() if key != schema.DEFAULTS}
        for ignored in request.ignore_changes:
            value[ignored] = self.world.objects[request.id].get(ignored)

        def work(objects: dict[str, dict[str, Any]]) -> str:
            objects[request.id] = value
            return request.id

        self.world.change(f"update {request.name}", work)
        return self._outputs(request.id, value)

    def delete(self, request: DeleteRequest) -> None:
        def work(objects: dict[str, dict[str, Any]]) -> str:
            users = [v["name"] for v in objects.values() if f"arn:{request.id}" in (v.get("needs") or ())]
            if users:
                raise ProviderError(f"in use by {users}", code="ResourceInUseException")
            objects.pop(request.id, None)
            return request.id

        self.world.change(f"delete {request.name}", work)

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        if token == "mem:index:refuse":
            raise ProviderError("no", code="AccessDeniedException", hint="ask for it")
        return InvokeResult({"double": args["number"] * 2})

    def cancel(self) -> None:
        pass


class Deploy:
    """A stack of the tests: `deploy(program)` is up, and may crash or fail as the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(folder)
        self.store = FileStore(folder / ".ccdeploy" / "stacks" / "line.dev")
        self.provider = MemoryProvider(self.world)

    def engine(self, **options: Any) -> EmbeddedEngine:
        return EmbeddedEngine(
            project="ccdeploy",
            stack="line.dev",
            providers={"mem": self.provider},
            store=self.store,
            config={"mem:region": "eu-central-1"},
            **options,
        )

    def find(self, _type: str, _name: str, inputs: Mapping[str, Any]) -> str | None:
        return next((key for key, value in self.world.objects.items() if value["name"] == inputs["name"]), None)

    def files(self) -> dict[str, bytes]:
        return {name: self.store.read(name) or b"" for name in self.store.names()}


@pytest.fixture
def deploy(tmp_path: Path) -> Deploy:
    return Deploy(tmp_path)


@pytest.fixture
def thing() -> Callable[..., Any]:
    """Registers a resource: `thing(name, options, kind=…, **inputs)`."""
    import pulumi

    def register(logical: str, opts: Any = None, /, *, kind: str = "Thing", **inputs: Any) -> Any:
        properties = {"arn": None, **inputs}
        return pulumi.CustomResource(f"mem:index:{kind}", logical, properties, opts)

    return register
