"""A centre whose profiles stand on an emulator, for rosters to be applied to."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.agents.directory import Directory
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan
from ccdeploy.agents.rosters import AgentResult, apply_plan, door, plan_rosters
from ccdeploy.sandbox import history
from ccdeploy.sandbox.server import Options, Running, serve
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.names import LANGUAGE_ATTRIBUTE

REGION = "eu-central-1"
CENTER = """\
center: line
region: eu-central-1
time_zone: Europe/Paris
languages:
  fr: {code: fr-FR, voice: Lea}
  en: {code: en-GB, voice: Amy}
instance: {alias: line-example}
hours_of_operation: {always: 24x7}
queues:
  triage: {hours: always, languages: [fr, en]}
  information: {hours: always}
routing_profiles:
  nurse: {queues: [triage], languages: [[fr], [fr, en]], agents: {security_profiles: [volunteer]}}
  helper: {queues: [information], agents: {security_profiles: [volunteer], after_contact_work: 90s}}
security_profiles:
  volunteer: {base: agent}
  lead: {base: supervisor}
hierarchy: {levels: [Site, Team], groups: {Paris: [Day, Night]}}
agents: {confirm_above: {share: 50%, people: 1000}}
"""
HEADER = "username;email;first_name;last_name;routing_profile;languages;security_profiles;hierarchy_group;status;tags"


@dataclass
class Bench:
    """The folder, the instance behind a running emulator, and what the commands would do with them."""

    folder: Path
    center: Center
    running: Running
    cloud: Cloud
    directory: Directory
    data: Path

    @property
    def store(self) -> FileStore:
        return FileStore(self.folder / ".ccdeploy" / "stacks" / "line.dev")

    def roster(self, rows: Sequence[str], name: str = "a.csv") -> Path:
        path = self.folder / name
        path.write_text("\r\n".join([HEADER, *rows, ""]), encoding="windows-1252", newline="")
        return path

    def plan(self, *files: Path, allow: int | None = None, today: dt.date | None = None) -> AgentPlan:
        users = door(self.cloud, self.directory)
        return plan_rosters(self.center, files, self.directory, users, self.store, today=today, allow_suspend=allow)

    def apply(self, *files: Path, allow: int | None = None, pacer: Pacer | None = None) -> AgentResult:
        users = door(self.cloud, self.directory)
        return apply_plan(self.plan(*files, allow=allow), users, self.store, pacer=pacer or Pacer(None))

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        """What the service saw from request `after` on."""
        return [r for r in history.read(self.data) if r["n"] > after and r["service"] == "connect"]

    def seen(self) -> int:
        return max((r["n"] for r in history.read(self.data)), default=0)

    def operations(self, after: int) -> Counter[str]:
        return Counter(r["operation"] for r in self.requests(after))

    def users(self) -> dict[str, dict[str, Any]]:
        """Every user as the service describes it, by username."""
        found = {}
        for line in self.cloud.pages("connect", "list_users", "UserSummaryList", InstanceId=self.directory.instance_id):
            described = self.cloud.call(
                "connect", "describe_user", InstanceId=self.directory.instance_id, UserId=line["Id"]
            )
            found[line["Username"]] = described["User"]
        return found


def row(name: str, profile: str = "helper", languages: str = "", **cells: str) -> str:
    rest = ";".join(cells.get(c, "") for c in ("security", "group", "status", "tags"))
    return f"{name};{name}@example.org;{name.title()};Évrard;{profile};{languages};{rest}"


def furnish(cloud: Cloud) -> Directory:
    """An instance with the profiles, groups and languages of CENTER, made as `up` would have."""

    def call(method: str, **params: Any) -> dict[str, Any]:
        return cloud.call("connect", method, **params)

    made = call(
        "create_instance",
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias="line-example",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )
    instance = made["Id"]
    (queue,) = [
        q["Id"]
        for q in cloud.pages("connect", "list_queues", "QueueSummaryList", InstanceId=instance, QueueTypes=["STANDARD"])
    ]

    def routing(name: str) -> str:
        answer = call(
            "create_routing_profile",
            InstanceId=instance,
            Name=name,
            Description=name,
            DefaultOutboundQueueId=queue,
            MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
        )
        return str(answer["RoutingProfileId"])

    def security(name: str) -> str:
        answer = call("create_security_profile", InstanceId=instance, SecurityProfileName=name)
        return str(answer["SecurityProfileId"])

    levels = {"LevelOne": {"Name": "Site"}, "LevelTwo": {"Name": "Team"}}
    call("update_user_hierarchy_structure", InstanceId=instance, HierarchyStructure=levels)
    paris = call("create_user_hierarchy_group", InstanceId=instance, Name="Paris")["HierarchyGroupId"]
    groups = {"Paris": paris}
    for name in ("Day", "Night"):
        made_group = call("create_user_hierarchy_group", InstanceId=instance, Name=name, ParentGroupId=paris)
        groups[f"Paris/{name}"] = made_group["HierarchyGroupId"]
    call(
        "create_predefined_attribute",
        InstanceId=instance,
        Name=LANGUAGE_ATTRIBUTE,
        Values={"StringList": ["fr", "en"]},
    )
    return Directory(
        instance,
        made["Arn"],
        {key: routing(key) for key in ("nurse-fr", "nurse-fr-en", "helper")},
        {key: security(key) for key in ("volunteer", "lead")},
        groups,
        routing("line suspended"),
        security("line suspended"),
    )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(tmp_path, Options())


@pytest.fixture
def paced(tmp_path: Path) -> Iterator[Callable[[Options], Bench]]:
    """A bench with other options, made on demand."""
    open_: list[Iterator[Bench]] = []

    def make(options: Options) -> Bench:
        opened = _bench(tmp_path, options)
        open_.append(opened)
        return next(opened)

    yield make
    for opened in open_:
        next(opened, None)


def _bench(folder: Path, options: Options) -> Iterator[Bench]:
    (folder / "center.yaml").write_text(CENTER, encoding="utf-8")
    loaded = load(folder, today=dt.date(2026, 4, 1))
    assert loaded.center is not None
    assert not loaded.problems.errors, loaded.problems.listed()
    data = folder / ".ccdeploy" / "sandbox"
    running = serve(data, options)
    try:
        cloud = Cloud(REGION, endpoint_url=running.endpoint)
        directory = furnish(cloud)
        (folder / "directory.json").write_text(
            json.dumps({"endpoint": running.endpoint, "directory": _plain(directory)}), encoding="utf-8"
        )
        yield Bench(folder, loaded.center, running, cloud, directory, data)
    finally:
        running.stop()


def _plain(directory: Directory) -> dict[str, Any]:
    return {name: getattr(directory, name) for name in Directory.__slots__}
