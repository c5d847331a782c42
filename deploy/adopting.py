"""An instance that stood before: checked before the first change, and taken over only where that was asked for.

What an instance has once for all (switches, storage, levels of the hierarchy) belongs to whoever made it. `--take-over`
writes it; what was there is recorded first, and `down` puts it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..specs.errors import CloudError, Refused

if TYPE_CHECKING:
    from ..specs.model import Center
    from .wiring import Work

RECORD = "taken-over.json"
_IDENTITIES = {"CONNECT_MANAGED": "connect", "SAML": "saml", "EXISTING_DIRECTORY": "directory"}
_LEVELS = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")
_SWITCHES = (
    "INBOUND_CALLS",
    "OUTBOUND_CALLS",
    "CONTACTFLOW_LOGS",
    "EARLY_MEDIA",
    "MULTI_PARTY_CONFERENCE",
    "CONTACT_LENS",
    "ENHANCED_CONTACT_MONITORING",
)


def taken(work: Work) -> bool:
    """Whether the instance's own settings are ours to write: it is ours, or was taken over, now or before."""
    return work.settings.take_over or work.store.read(RECORD) is not None


def check_adopted(work: Work) -> None:
    """Raises Refused for an instance that is not there, is another than the folder says, or lacks levels."""
    center = work.center
    wanted = center.instance.adopt
    if wanted is None:
        if work.settings.take_over:
            raise Refused(
                "There is nothing to take over: the instance is this stack's own.",
                hint="Leave --take-over out, or name an instance: instance: {adopt: ID}",
                where="instance",
                code="nothing-adopted",
            )
        return
    found = _described(work, wanted)
    _check_same(center, found)
    if not taken(work):
        _check_levels(work, wanted)


def _described(work: Work, wanted: str) -> Mapping[str, Any]:
    from ..stacks.cloud.client import is_missing

    try:
        instance: Mapping[str, Any] = work.cloud.call("connect", "describe_instance", InstanceId=wanted)["Instance"]
    except CloudError as error:
        if not is_missing(error):
            raise
        raise Refused(
            f"There is no instance {wanted} in {work.center.region}.",
            hint=f"Check instance: adopt: in center.yaml. {_there(work)}",
            where="instance.adopt",
            code="no-instance",
        ) from None
    return instance


def _there(work: Work) -> str:
    listed = [
        f"{item.get('InstanceAlias') or '?'} ({item['Id']})"
        for item in work.cloud.pages("connect", "list_instances", "InstanceSummaryList", MaxResults=10)
    ]
    return f"There are: {', '.join(listed)}." if listed else "The account has none there."


def _check_same(center: Center, found: Mapping[str, Any]) -> None:
    wanted = center.instance
    alias = str(found.get("InstanceAlias") or "")
    identity = _IDENTITIES.get(str(found.get("IdentityManagementType")), "")
    if alias != wanted.alias:
        what, right = f"is called {alias}, not {wanted.alias}", f"alias: {alias}"
    elif identity != wanted.identity:
        what, right = f"manages its people by {identity}, not by {wanted.identity}", f"identity: {identity}"
    elif found.get("InstanceStatus") != "ACTIVE":
        what, right = f"is {found.get('InstanceStatus')}, not ACTIVE", "wait, or name another one"
    else:
        return
    raise Refused(
        f"The instance {wanted.adopt} {what}.",
        hint=f"Write `{right}` under instance: in center.yaml, or adopt another one.",
        where="instance",
        code="other-instance",
    )


def _check_levels(work: Work, instance: str) -> None:
    """Groups stand on levels, which are the instance's own."""
    levels = work.center.hierarchy.levels
    deepest = max((group.level for group in work.center.hierarchy.groups), default=0)
    if not levels or not deepest:
        return
    answer = work.cloud.call("connect", "describe_user_hierarchy_structure", InstanceId=instance)
    structure = answer.get("HierarchyStructure") or {}
    there = sum(bool((structure.get(level) or {}).get("Name")) for level in _LEVELS)
    if there < deepest:
        raise Refused(
            f"The groups need {deepest} levels, and the instance has {there}.",
            hint="Name the levels in the instance, or let them be written: ccdeploy up --take-over",
            where="hierarchy",
            code="levels",
        )


def left_alone(center: Center) -> str:
    """What of the folder is not written into an adopted instance that was not taken over, in one sentence."""
    found = ["the switches under instance:"]
    if center.recording.calls:
        found.append("where recordings go (it must have storage for them)")
    if center.data.transcripts_days is not None or center.data.reports_days is not None:
        found.append("where reports and transcripts go")
    if center.data.contact_records or center.data.agent_events:
        found.append("the streams")
    if center.hierarchy.levels:
        found.append("the names of the levels")
    return f"The instance keeps its own settings: {', '.join(found)}. To write them: ccdeploy up --take-over"


def take_over(work: Work) -> None:
    """Record what the instance has, then make room: one storage per kind of file is all that it can have."""
    instance = work.center.instance.adopt
    if instance is None or not work.settings.take_over or work.store.read(RECORD) is not None:
        return
    storage = list(_storage(work, instance))
    record = {
        "instance": instance,
        "switches": {name: _switch(work, instance, name) for name in _SWITCHES},
        "storage": [{"type": kind, "config": config} for kind, config in storage],
    }
    work.store.write(RECORD, json.dumps(record, indent=2, default=str).encode())
    for kind, config in storage:
        work.cloud.call(
            "connect",
            "disassociate_instance_storage_config",
            InstanceId=instance,
            ResourceType=kind,
            AssociationId=config["AssociationId"],
        )


def give_back(work: Work) -> bool:
    """After a `down`: the switches and storage that the instance had. Whether there was anything to give back."""
    data = work.store.read(RECORD)
    if data is None:
        return False
    record = json.loads(data)
    instance = record["instance"]
    for name, value in record["switches"].items():
        params = {"InstanceId": instance, "AttributeType": name, "Value": value}
        work.cloud.call("connect", "update_instance_attribute", **params)
    there = {kind for kind, _ in _storage(work, instance)}
    for item in record["storage"]:
        config = {key: value for key, value in item["config"].items() if key != "AssociationId"}
        if item["type"] not in there:
            work.cloud.call(
                "connect",
                "associate_instance_storage_config",
                InstanceId=instance,
                ResourceType=item["type"],
                StorageConfig=config,
            )
    work.store.delete(RECORD)
    return True


def _storage(work: Work, instance: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The storage of the kinds that a centre may write."""
    for kind in _kinds(work.center):
        for config in work.cloud.pages(
            "connect",
            "list_instance_storage_configs",
            "StorageConfigs",
            InstanceId=instance,
            ResourceType=kind,
            MaxResults=10,
        ):
            yield kind, config


def _kinds(center: Center) -> Iterator[str]:
    wanted = {
        "CALL_RECORDINGS": bool(center.recording.calls),
        "CHAT_TRANSCRIPTS": center.data.transcripts_days is not None,
        "SCHEDULED_REPORTS": center.data.reports_days is not None,
        "CONTACT_TRACE_RECORDS": bool(center.data.contact_records),
        "AGENT_EVENTS": bool(center.data.agent_events),
    }
    yield from (kind for kind, asked in wanted.items() if asked)


def _switch(work: Work, instance: str, name: str) -> str:
    found = work.cloud.call("connect", "describe_instance_attribute", InstanceId=instance, AttributeType=name)
    return str(found["Attribute"].get("Value", "false"))
