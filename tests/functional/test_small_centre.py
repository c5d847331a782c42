"""The whole chain in one process: folder, program, embedded engine, both providers, emulator. And back again."""

from __future__ import annotations

import json
import struct
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.sandbox.server import Options, Running, serve
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.stacks.cloud import connect, lookup
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.engine.plan import EngineResult
from ccdeploy.stacks.extras.provider import CcdeployProvider
from ccdeploy.stacks.program import program
from ccdeploy.stacks.provider.base import Provider

CENTER = """
center: small
region: eu-central-1
time_zone: Europe/Paris
language: fr-FR
voice: Lea
instance: {alias: small-line}
recording: {calls: [agent, customer], retention: 30d, notice: "Cet appel est enregistré."}
hours_of_operation:
  day: {mon-fri: 08:00-20:00, holidays: {country: FR, closed: true}}
queues:
  triage: {hours: day, max_contacts: 5, caller_id: main}
routing_profiles:
  nurse: {queues: [triage]}
security_profiles:
  nurse: {base: agent}
hierarchy: {levels: [Site, Team], groups: {Paris: [Day, Night]}}
agent_statuses: [Break]
quick_connects:
  desk: {phone: "+33199001500"}
  to-triage: {queue: triage}
phone_numbers:
  main: {country: FR, flow: welcome}
prompts: {hold: hold.wav}
agents: {security_profiles: [nurse]}
"""
WELCOME = """
flow: welcome
type: inbound
steps:
  emergency: {say: "Si c'est une urgence, appelez le 15."}
  opening: {check_hours: day, closed: closed}
  notice: {notice: recording}
  nurse: {queue: triage, full: closed}
  closed: {say: "Rappelez plus tard.", then: bye}
  bye: {hang_up: true}
"""


@dataclass
class Line:
    """One folder, one sandbox, one stack."""

    folder: Path
    running: Running

    @property
    def cloud(self) -> Cloud:
        return Cloud("eu-central-1", endpoint_url=self.running.endpoint)

    def center(self) -> Center:
        import datetime as dt

        loaded = load(self.folder, today=dt.date(2026, 11, 22))
        errors = [str(problem) for problem in loaded.problems.listed() if problem.severity == "error"]
        assert loaded.center is not None
        assert errors == []
        return loaded.center

    def engine(self) -> EmbeddedEngine:
        providers: list[Provider] = [AwsProvider(self.running.endpoint, "eu-central-1"), CcdeployProvider(self.cloud)]
        return EmbeddedEngine(
            project="ccdeploy",
            stack="small.dev",
            providers={provider.package: provider for provider in providers},
            store=FileStore(self.folder / "store"),
            config={"aws:region": "eu-central-1"},
        )

    def find(self, type_: str, name: str, inputs: Mapping[str, Any]) -> str | None:
        return lookup.find(self.cloud, type_, name, inputs, "small.dev")

    def up(self) -> EngineResult:
        center = self.center()
        result = self.engine().up(program(center, flows=compile_center(center)))
        assert result.failures == ()
        return result

    def mutations(self) -> int:
        return sum(bool(line["effect"]) for line in self.log())

    def log(self) -> list[dict[str, Any]]:
        file = self.folder / "sandbox" / "history.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()]

    def doubled(self) -> list[str]:
        """Names that two things of one kind bear, numbers and instances beyond the one that is wanted."""
        instance = self.instance()
        found = [f"number {n['PhoneNumber']}" for n in connect.phone_numbers(self.cloud, self.arn())][1:]
        for listing in (connect.QUEUES, connect.FLOWS, connect.PROMPTS, connect.AGENT_STATUSES, connect.HOURS):
            names = [item["Name"] for item in connect.summaries(self.cloud, instance, listing)]
            found += [name for name in names if names.count(name) > 1]
        return found

    def arn(self) -> str:
        (found,) = self.cloud.pages("connect", "list_instances", "InstanceSummaryList")
        return str(found["Arn"])

    def instance(self) -> str:
        (found,) = self.cloud.pages("connect", "list_instances", "InstanceSummaryList")
        return str(found["Id"])

    def names(self, method: str, key: str, **more: Any) -> set[str]:
        return {
            item["Name"]
            for item in self.cloud.pages("connect", method, key, InstanceId=self.instance(), **more)
            if "Name" in item
        }


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    (tmp_path / "flows").mkdir()
    (tmp_path / "center.yaml").write_text(CENTER, encoding="utf-8")
    (tmp_path / "flows" / "welcome.yaml").write_text(WELCOME, encoding="utf-8")
    with wave.open(str(tmp_path / "hold.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<80h", *range(80)))
    with serve(tmp_path / "sandbox", Options()) as running:
        yield Line(tmp_path, running)


def test_it_comes_up_as_previewed_and_a_second_run_changes_nothing(line: Line) -> None:
    center = line.center()
    planned = line.engine().preview(program(center, flows=compile_center(center)))
    assert line.mutations() == 0
    done = line.up()
    assert done.changes == planned.changes
    before, state = line.mutations(), (line.folder / "store" / "state.json").read_bytes()
    again = line.up()
    assert not again.changes.any
    assert line.mutations() == before
    assert (line.folder / "store" / "state.json").read_bytes() == state
    assert line.engine().refresh(write=False) == ()


def test_callers_reach_the_flow_and_no_placeholder_is_left(line: Line) -> None:
    outputs = line.up().outputs
    instance = line.instance()
    listed = line.cloud.pages(
        "connect",
        "list_flow_associations",
        "FlowAssociationSummaryList",
        InstanceId=instance,
        ResourceType="VOICE_PHONE_NUMBER",
    )
    assert [item["FlowId"] for item in listed] == [outputs["flows"]["welcome"]["arn"]]
    for name, flow in outputs["flows"].items():
        found = line.cloud.call("connect", "describe_contact_flow", InstanceId=instance, ContactFlowId=flow["id"])
        content = json.loads(found["ContactFlow"]["Content"])
        assert [action["Identifier"] for action in content["Actions"]] != ["end"], name
    queue = line.cloud.call(
        "connect", "describe_queue", InstanceId=instance, QueueId=outputs["queues"]["triage"]["id"]
    )["Queue"]
    assert queue["OutboundCallerConfig"]["OutboundFlowId"]
    assert queue["OutboundCallerConfig"]["OutboundCallerIdNumberId"]
    assert outputs["phone_numbers"]["main"].startswith("+33199")


def test_an_edit_changes_only_what_it_touches(line: Line) -> None:
    line.up()
    flow = line.folder / "flows" / "welcome.yaml"
    flow.write_text(flow.read_text().replace("plus tard", "demain"), encoding="utf-8")
    text = (line.folder / "center.yaml").read_text()
    (line.folder / "center.yaml").write_text(text.replace("08:00-20:00", "08:00-19:00"), encoding="utf-8")
    done = line.up()
    touched = {(step.action, step.type.rpartition(":")[2], step.name) for step in done.steps if step.action != "same"}
    assert touched == {("update", "FlowContent", "welcome"), ("update", "HoursOfOperation", "day")}


def test_what_has_no_description_can_be_given_another_title_and_lose_its_description(line: Line) -> None:
    """Connect takes no empty description of a queue, and the provider sends name and description together."""
    center = line.folder / "center.yaml"
    text = center.read_text()
    titled = (
        text.replace("triage: {hours", "triage: {title: Nurses, hours")
        .replace("nurse: {queues", "nurse: {title: Nurse, queues")
        .replace("day: {mon", "day: {title: Day, mon")
        .replace("desk: {phone", "desk: {title: Desk, phone")
    )
    described = titled.replace("title: ", "description: A sentence, title: ")
    for content in (text, titled, described, titled, text):
        center.write_text(content, encoding="utf-8")
        line.up()
        assert line.engine().refresh(write=False) == ()
        assert not line.up().changes.any


def test_down_keeps_the_number_and_leaves_what_others_made(line: Line) -> None:
    line.up()
    instance = line.instance()
    hours = line.cloud.call(
        "connect",
        "create_hours_of_operation",
        InstanceId=instance,
        Name="Theirs",
        TimeZone="Europe/Paris",
        Config=[],
    )["HoursOfOperationId"]
    line.cloud.call("connect", "create_queue", InstanceId=instance, Name="Theirs", HoursOfOperationId=hours)
    kept = {"aws:connect/instance:Instance", "aws:connect/phoneNumber:PhoneNumber"}
    result = line.engine().destroy(keep=lambda type_, _name: type_ in kept)
    assert result.failures == ()
    assert line.names("list_queues", "QueueSummaryList", QueueTypes=["STANDARD"]) == {"BasicQueue", "Theirs"}
    assert line.names("list_hours_of_operations", "HoursOfOperationSummaryList") == {"Basic Hours", "Theirs"}
    again = line.up()
    assert again.changes.same == 2
    assert not line.engine().destroy(keep=None).failures
    assert list(line.cloud.pages("connect", "list_instances", "InstanceSummaryList")) == []
    assert line.cloud.call("s3", "list_buckets")["Buckets"] == []


@pytest.mark.parametrize(
    "operation",
    ["CreateInstance", "CreateQueue", "ClaimPhoneNumber", "CreatePrompt"],
)
def test_a_create_whose_answer_never_came_is_found_again_and_nothing_is_doubled(line: Line, operation: str) -> None:
    """The sandbox does the work and drops its answer; the engine cannot know whether it happened."""
    faults = line.folder / "faults.json"
    faults.write_text(json.dumps([{"operation": operation, "nth": [1], "kind": "lose-answer"}]))
    line.running.stop()
    with serve(line.folder / "sandbox", Options(faults=faults)) as running:
        line.running = running
        center = line.center()
        broken = line.engine().up(program(center, flows=compile_center(center)))
        assert broken.failures
        line.engine().recover(line.find)
        line.up()
        assert not line.up().changes.any
        assert line.doubled() == []
        assert line.engine().refresh(write=False) == ()
