"""Rehearsal and production in one account: nothing of the two meets, and what was rehearsed is promoted by a plan."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.deploy import actions, target
from ccdeploy.deploy.events import Event, Note, Result
from ccdeploy.deploy.pipeline import Preview
from ccdeploy.deploy.settings import Settings
from ccdeploy.specs.errors import Invalid
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.connect import QUEUES, summaries

CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
instance: {alias: the-line}
recording: {calls: [agent, customer], retention: 30d, notice: "This call is recorded."}
hours_of_operation:
  day: {mon-fri: 08:00-20:00}
queues:
  front: {hours: day}
routing_profiles:
  helper: {queues: [front]}
security_profiles:
  helper: {base: agent}
phone_numbers:
  main: {country: FR, flow: welcome}
agents: {security_profiles: [helper]}
rosters: [helpers.csv]
environments:
  rehearsal: {instance: {alias: the-rehearsal}, hours_of_operation: {day: {sat: 09:00-12:00}}}
  production: {}
"""
WELCOME = """
flow: welcome
type: inbound
steps:
  emergency: {say: "In an emergency dial 112."}
  notice: {notice: recording}
  nurse: {queue: front, full: bye}
  bye: {hang_up: true}
"""
ROSTER = """username,email,first_name,last_name,routing_profile
ada.hill,ada.hill@example.org,Ada,Hill,helper
"""


class Team:
    """One folder with two stacks, used as the command line uses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []

    def settings(self, stack: str) -> Settings:
        return Settings(stack=stack, today=dt.date(2026, 11, 22))

    def up(self, stack: str) -> Result:
        given = self.settings(stack)
        found = actions.read(given, self.folder, "up")
        return actions.up(given, found, self.events.append, rosters=True, allow_suspend=None)

    def preview(self, stack: str) -> Preview:
        given = self.settings(stack)
        found = actions.read(given, self.folder, "preview")
        return actions.preview(given, found, rosters=True, allow_suspend=None)

    def down(self, stack: str) -> Result:
        self.events.clear()
        return actions.down(self.settings(stack), self.folder, self.events.append, everything=True)

    def status(self, stack: str) -> dict[str, Any]:
        return actions.status(self.settings(stack), self.folder)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """Rehearsal stands."""
    folder = tmp_path_factory.mktemp("line")
    (folder / "flows").mkdir()
    for name, text in (("center.yaml", CENTER), ("flows/welcome.yaml", WELCOME), ("helpers.csv", ROSTER)):
        (folder / name).write_text(text, encoding="utf-8")
    made = Team(folder)
    assert made.up("rehearsal").exit_code == 0
    return made


def owned(team: Team) -> dict[str, dict[str, set[str]]]:
    """For each stack, by its tag: the account-wide names of what it made."""
    from ccdeploy.stacks.names import TAG_STACK

    found: dict[str, dict[str, set[str]]] = {}

    def put(tags: dict[str, str], kind: str, name: str) -> None:
        found.setdefault(tags[TAG_STACK], {}).setdefault(kind, set()).add(name)

    with target.sandbox(team.folder, writing=False) as endpoint:
        cloud = Cloud("eu-central-1", endpoint_url=endpoint)
        for item in cloud.pages("connect", "list_instances", "InstanceSummaryList"):
            instance = cloud.call("connect", "describe_instance", InstanceId=item["Id"])["Instance"]
            put(instance["Tags"], "instance", item["InstanceAlias"])
            for queue in summaries(cloud, item["Id"], QUEUES):
                one = cloud.call("connect", "describe_queue", InstanceId=item["Id"], QueueId=queue["Id"])["Queue"]
                if one.get("Tags"):
                    put(one["Tags"], "queue", queue["Id"])
        for number in cloud.pages("connect", "list_phone_numbers_v2", "ListPhoneNumbersSummaryList"):
            one = cloud.call("connect", "describe_phone_number", PhoneNumberId=number["PhoneNumberId"])
            put(one["ClaimedPhoneNumberSummary"]["Tags"], "number", number["PhoneNumber"])
        for bucket in cloud.call("s3", "list_buckets")["Buckets"]:
            listed = cloud.call("s3", "get_bucket_tagging", Bucket=bucket["Name"])["TagSet"]
            put({tag["Key"]: tag["Value"] for tag in listed}, "bucket", bucket["Name"])
        aliases = {
            a["TargetKeyId"]: a["AliasName"]
            for a in cloud.pages("kms", "list_aliases", "Aliases")
            if a.get("TargetKeyId")
        }
        for key in cloud.pages("kms", "list_keys", "Keys"):
            listed = cloud.call("kms", "list_resource_tags", KeyId=key["KeyId"])["Tags"]
            put({tag["TagKey"]: tag["TagValue"] for tag in listed}, "key", aliases.get(key["KeyId"], "gone"))
        for group in cloud.pages("logs", "describe_log_groups", "logGroups"):
            tags = cloud.call("logs", "list_tags_for_resource", resourceArn=group["arn"].removesuffix(":*"))["tags"]
            put(tags, "log group", group["logGroupName"])
    return found


def test_what_was_rehearsed_is_promoted_by_a_plan_and_the_two_never_meet(team: Team) -> None:
    planned = team.preview("production")
    assert planned.changes.as_json() == {
        "create": planned.changes.create,
        "update": 0,
        "replace": 0,
        "delete": 0,
        "same": 0,
    }
    assert planned.agents["create"] == 1
    made = team.up("production")
    assert made.changes == planned.changes
    assert team.status("production")["instance"]["alias"] == "the-line"
    assert team.status("rehearsal")["instance"]["alias"] == "the-rehearsal"

    before = owned(team)
    assert set(before) == {"line.rehearsal", "line.production"}
    for kind in ("instance", "queue", "number", "bucket", "key", "log group"):
        mine, theirs = before["line.rehearsal"][kind], before["line.production"][kind]
        assert mine, kind
        assert theirs, kind
        assert not mine & theirs, kind

    # A change is tried in the rehearsal; the plan of production then says exactly that.
    path = team.folder / "center.yaml"
    path.write_text(CENTER.replace("mon-fri: 08:00-20:00", "mon-fri: 07:00-20:00"), encoding="utf-8")
    assert team.up("rehearsal").changes.update == 1
    (step,) = [step for step in team.preview("production").steps if step.action != "same"]
    assert (step.action, step.name) == ("update", "day")
    assert team.up("production").changes.update == 1
    assert not team.preview("production").any

    assert team.down("rehearsal").exit_code == 0
    after = owned(team)
    assert after["line.production"] == before["line.production"], "production lost nothing"
    assert set(after.get("line.rehearsal", {})) <= {"key"}, "a key is only scheduled for deletion"
    assert team.status("production")["drift"] == []


def test_a_mistyped_stack_is_refused_by_every_command_with_the_nearest_name(team: Team) -> None:
    for command in (team.up, team.preview, team.down, team.status):
        with pytest.raises(Invalid) as caught:
            command("prodution")
        problem = next(problem for problem in caught.value.problems if problem.code == "unknown-stack")
        assert (problem.where.line, problem.hint) == (20, 'did you mean "production"?')
    assert not (team.folder / ".ccdeploy/stacks/line.prodution").exists()


def test_down_of_a_stack_that_never_stood_names_those_that_do(team: Team) -> None:
    assert team.up("production").exit_code == 0
    team.events.clear()
    assert team.down("dev").exit_code == 0
    (note,) = [event.text for event in team.events if isinstance(event, Note)]
    assert "Nothing stands as line.dev" in note
    assert "line.production" in note


def test_two_stacks_that_would_have_one_alias_are_named_before_anything_is_made(tmp_path: Path, team: Team) -> None:
    from ccdeploy.specs.load import load

    (tmp_path / "flows").mkdir()
    text = CENTER.replace("instance: {alias: the-rehearsal}, ", "")
    for name, content in (("center.yaml", text), ("flows/welcome.yaml", WELCOME), ("helpers.csv", ROSTER)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    problems = load(tmp_path, stack="rehearsal").problems.listed()
    assert any(problem.code == "same-alias" and "rehearsal" in problem.message for problem in problems)
