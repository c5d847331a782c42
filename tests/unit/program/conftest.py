"""Runs the program on the embedded engine against providers that only keep what they are asked for."""

from __future__ import annotations

import json
import struct
import threading
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.compiled import CompiledFlow, Ref
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.engine.plan import EngineResult
from ccdeploy.stacks.program import program
from ccdeploy.stacks.provider.base import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InvokeResult,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ccdeploy.stacks.provider.values import UNKNOWN, Properties

# What the service alone knows, by type; everything else is echoed.
OWN_IDS = {
    "aws:connect/hoursOfOperation:HoursOfOperation": "hoursOfOperationId",
    "aws:connect/queue:Queue": "queueId",
    "aws:connect/quickConnect:QuickConnect": "quickConnectId",
    "aws:connect/contactFlow:ContactFlow": "contactFlowId",
    "aws:connect/contactFlowModule:ContactFlowModule": "contactFlowModuleId",
    "aws:connect/routingProfile:RoutingProfile": "routingProfileId",
    "aws:connect/securityProfile:SecurityProfile": "securityProfileId",
    "aws:connect/userHierarchyGroup:UserHierarchyGroup": "hierarchyGroupId",
    "aws:connect/phoneNumber:PhoneNumber": "phoneNumber",
    "aws:kms/key:Key": "keyId",
    "ccdeploy:index:AgentStatus": "agentStatusId",
    "ccdeploy:index:Prompt": "promptId",
    "ccdeploy:index:QuickConnect": "quickConnectId",
}


@dataclass
class Recorder:
    """What both providers were asked to do, in order, as (verb, type, name)."""

    calls: list[tuple[str, str, str]] = field(default_factory=list)
    inputs: dict[tuple[str, str], Properties] = field(default_factory=dict)
    ignored: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, verb: str, type_: str, name: str, inputs: Properties) -> None:
        with self.lock:
            self.calls.append((verb, type_, name))
            self.inputs[type_, name] = inputs

    def order(self, type_: str, name: str) -> int:
        return self.calls.index(("create", type_, name))


class EchoProvider:
    """Accepts everything, keeps it, and answers with ids made of the logical name."""

    version = "7.51.1"

    def __init__(self, package: str, recorder: Recorder) -> None:
        self.package = package
        self.recorder = recorder

    def configure(self, config: Mapping[str, str]) -> None:
        pass

    def check(self, request: CheckRequest) -> CheckResult:
        return CheckResult(request.news)

    def diff(self, request: DiffRequest) -> DiffResult:
        self.recorder.ignored[request.type, request.name] = request.ignore_changes
        keys = {*request.old_inputs, *request.news} - set(request.ignore_changes)
        return DiffResult(tuple(k for k in sorted(keys) if request.old_inputs.get(k) != request.news.get(k)))

    def _outputs(self, type_: str, name: str, inputs: Properties, known: bool) -> Properties:
        own = OWN_IDS.get(type_)
        outputs = {**inputs, "arn": f"arn:{name}" if known else UNKNOWN}
        if own:
            outputs[own] = f"id-{name}" if known else UNKNOWN
        return outputs

    def create(self, request: CreateRequest) -> CreateResult:
        known = not request.preview
        if known:
            self.recorder.note("create", request.type, request.name, request.inputs)
        outputs = self._outputs(request.type, request.name, request.inputs, known)
        return CreateResult(f"the-{request.name}" if known else "", outputs)

    def read(self, request: ReadRequest) -> ReadResult:
        return ReadResult(request.id, request.inputs, request.state)

    def update(self, request: UpdateRequest) -> Properties:
        if not request.preview:
            self.recorder.note("update", request.type, request.name, request.news)
        return {**request.old_outputs, **request.news}

    def delete(self, request: DeleteRequest) -> None:
        self.recorder.note("delete", request.type, request.name, request.inputs)

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        assert token == "aws:index/getCallerIdentity:getCallerIdentity"
        return InvokeResult({"accountId": "123456789012", "arn": "arn:us", "userId": "us", "id": "123456789012"})

    def cancel(self) -> None:
        pass


@dataclass(frozen=True)
class Flows:
    """A set of compiled flows, made by hand."""

    flows: Mapping[str, CompiledFlow]
    outbound: Mapping[str, str]
    transfer_to_queue: str = "to-queue"
    transfer_to_agent: str = "to-agent"
    numbers: Mapping[str, str] = field(default_factory=dict)


def flow(name: str, type_: str, *refs: tuple[str, str]) -> CompiledFlow:
    """A flow that names `refs`; its template is no real flow language, only their placeholders."""
    named = tuple(Ref(kind, other) for kind, other in refs)  # type: ignore[arg-type]
    template = json.dumps({"names": [ref.placeholder for ref in named]})
    return CompiledFlow(name, name.title(), type_, template, named)


CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
languages:
  fr: {code: fr-FR, voice: Lea}
  en: {code: en-GB, voice: Amy}
instance: {alias: line-test}
recording: {calls: [agent, customer], retention: 90d, notice: "Recorded. Enregistré."}
hours_of_operation:
  day:
    mon-fri: 08:00-20:00
    overrides: [{name: Eve, date: 2026-12-24, hours: 08:00-12:00}]
  night: {daily: "20:00-08:00"}
queues:
  triage: {hours: day, max_contacts: 5, caller_id: main, caller_name: Line}
  info: {hours: night}
routing_profiles:
  nurse: {queues: [triage, {queue: info, priority: 2, delay: 30s}]}
security_profiles:
  nurse: {base: agent}
hierarchy: {levels: [Site, Team], groups: {North: [Day, Night]}}
agent_statuses: [Break, Training]
quick_connects:
  desk: {phone: "+33199001500"}
  to-triage: {queue: triage}
  boss: {agent: first.boss}
phone_numbers:
  main: {country: FR, flow: welcome}
  second: {country: FR, flow: welcome, keep: false}
prompts: {hold: hold.wav}
lambdas: {lookup: "arn:aws:lambda:eu-central-1:123456789012:function:lookup"}
agents: {security_profiles: [nurse]}
tags: {service: test}
"""
WELCOME = """
flow: welcome
type: inbound
steps:
  hello: {say: {fr: "Bonjour", en: "Hello"}}
  nurse: {queue: triage, full: bye}
  bye: {hang_up: true}
"""


@pytest.fixture
def make_center(tmp_path: Path) -> Callable[..., Center]:
    """A centre read from text: `make_center(replace=(old, new))`."""

    def make(*replace: tuple[str, str]) -> Center:
        text = CENTER
        for old, new in replace:
            assert old in text, old
            text = text.replace(old, new)
        folder = tmp_path / "line"
        (folder / "flows").mkdir(parents=True, exist_ok=True)
        (folder / "center.yaml").write_text(text, encoding="utf-8")
        (folder / "flows" / "welcome.yaml").write_text(WELCOME, encoding="utf-8")
        with wave.open(str(folder / "hold.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(struct.pack("<80h", *range(80)))
        import datetime as dt

        loaded = load(folder, today=dt.date(2026, 11, 22))
        assert loaded.center is not None, [str(problem) for problem in loaded.problems.listed()]
        assert not loaded.problems.errors, [str(problem) for problem in loaded.problems.listed()]
        return loaded.center

    return make


@pytest.fixture
def flow_set() -> Flows:
    """Two flows in a circle, a module, and what quick connects and queues need."""
    made = [
        flow("welcome", "CONTACT_FLOW", ("queue", "triage"), ("flow", "waiting"), ("prompt", "hold"), ("hours", "day")),
        flow("waiting", "CUSTOMER_QUEUE", ("flow", "welcome"), ("module", "shared"), ("lambda", "lookup")),
        flow("shared", "MODULE"),
        flow("outbound", "OUTBOUND_WHISPER"),
        flow("to-queue", "QUEUE_TRANSFER"),
        flow("to-agent", "AGENT_TRANSFER"),
    ]
    named = {one.name: one for one in made}
    return Flows(named, dict.fromkeys(["triage", "triage-callbacks", "info"], "outbound"))


@dataclass
class Deploy:
    """A stack of the tests."""

    folder: Path
    recorder: Recorder
    flows: Flows

    def engine(self, **config: str) -> EmbeddedEngine:
        return EmbeddedEngine(
            project="ccdeploy",
            stack="line.dev",
            providers={package: EchoProvider(package, self.recorder) for package in ("aws", "ccdeploy")},
            store=FileStore(self.folder / "store"),
            config={"aws:region": "eu-central-1", **config},
        )

    def up(self, center: Center, **options: Any) -> EngineResult:
        self.recorder.calls.clear()
        result = self.engine().up(program(center, flows=self.flows, **options))  # type: ignore[arg-type]
        assert not result.failures, result.failures
        return result

    def resource(self, type_: str, name: str) -> dict[str, Any]:
        for found in self.engine().export()["deployment"]["resources"]:
            if found["type"] == type_ and found["urn"].endswith(f"::{name}"):
                return dict(found)
        raise AssertionError(f"no {type_} named {name}")


@pytest.fixture
def deploy(tmp_path: Path, flow_set: Flows) -> Deploy:
    return Deploy(tmp_path, Recorder(), flow_set)
