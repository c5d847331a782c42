"""The instance and its storage configurations (Pulumi AWS facts 2.1, 2.2)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .common import (
    Act,
    Change,
    ConnectKind,
    Kind,
    Step,
    Undone,
    camel,
    found,
    given,
    moment,
    own_tags,
    pascal,
    present,
    split_id,
    text,
)
from .door import Answer, Door, Refused

ATTRIBUTES: Final = {
    "autoResolveBestVoicesEnabled": "AUTO_RESOLVE_BEST_VOICES",
    "contactFlowLogsEnabled": "CONTACTFLOW_LOGS",
    "contactLensEnabled": "CONTACT_LENS",
    "earlyMediaEnabled": "EARLY_MEDIA",
    "inboundCallsEnabled": "INBOUND_CALLS",
    "multiPartyConferenceEnabled": "MULTI_PARTY_CONFERENCE",
    "outboundCallsEnabled": "OUTBOUND_CALLS",
}
_FIVE_MINUTES: Final = 300.0


class Instance(ConnectKind):
    """`aws:connect/instance:Instance`; its id is the instance id."""

    type = "aws:connect/instance:Instance"
    noun, member, answer = "instance", "InstanceId", "Instance"

    def where(self, id_: str) -> dict[str, str]:
        """The one parameter that addresses an instance."""
        return {"InstanceId": id_.split("@")[0]}

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateInstance; the rest of the seven attributes follows in `finish`."""
        answer = door.connect(
            "create_instance",
            ClientToken=str(uuid.uuid4()),
            IdentityManagementType=inputs["identityManagementType"],
            InboundCallsEnabled=inputs["inboundCallsEnabled"],
            OutboundCallsEnabled=inputs["outboundCallsEnabled"],
            **given(
                InstanceAlias=inputs.get("instanceAlias"),
                DirectoryId=inputs.get("directoryId"),
                Tags=inputs.get("tagsAll"),
            ),
        )
        return str(answer["Id"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Wait for ACTIVE (5 min), then set all seven attributes. An instance that failed is deleted again."""

        def active() -> bool:
            instance = self.describe(door, id_)
            if instance is None:
                raise ProviderError(f"the instance {id_} vanished while it was created", hint="run again")
            if instance.get("InstanceStatus") == "CREATION_FAILED":
                why = (instance.get("StatusReason") or {}).get("Message", "no reason was given")
                door.connect("delete_instance", **self.where(id_))  # it would keep the alias
                raise Undone(f"the instance could not be created: {why}", hint="run the same command again")
            return instance.get("InstanceStatus") == "ACTIVE"

        door.poll(active, _FIVE_MINUTES, f"creating the instance {id_}")
        for name in ATTRIBUTES:
            if name in inputs:
                _set_attribute(door, id_, name, inputs[name])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeInstance and seven DescribeInstanceAttribute, which have the last word."""
        instance = self.describe(door, id_)
        return None if instance is None else instance_outputs(door, instance)

    def steps(self) -> Sequence[Step]:
        """One UpdateInstanceAttribute for each changed switch."""
        return [((name,), _attribute_step(name)) for name in ATTRIBUTES]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteInstance, then wait until it is not found."""
        door.connect("delete_instance", **self.where(id_))
        door.poll(lambda: self.describe(door, id_) is None, _FIVE_MINUTES, f"deleting the instance {id_}")


def instance_outputs(door: Door, instance: Answer) -> Properties:
    """Outputs of an instance: its description and its seven attributes."""
    created = instance.get("CreatedTime")
    outputs = present(
        arn=instance.get("Arn"),
        createdTime=moment(created),
        identityManagementType=instance.get("IdentityManagementType"),
        instanceAlias=text(instance.get("InstanceAlias")),
        serviceRole=text(instance.get("ServiceRole")),
        status=instance.get("InstanceStatus"),
        tags=own_tags(instance.get("Tags")),
    )
    for name, attribute in ATTRIBUTES.items():
        answer = door.connect("describe_instance_attribute", InstanceId=instance["Id"], AttributeType=attribute)
        outputs[name] = answer["Attribute"]["Value"] == "true"
    return outputs


def _attribute_step(name: str) -> Act:
    return lambda door, change: _set_attribute(door, change.id, name, change.news.get(name, False))


def _set_attribute(door: Door, id_: str, name: str, value: bool) -> None:
    """UpdateInstanceAttribute; where the account may not set one, the plugin carries on, and so does this."""
    try:
        door.connect(
            "update_instance_attribute",
            InstanceId=id_,
            AttributeType=ATTRIBUTES[name],
            Value="true" if value else "false",
        )
    except Refused as refusal:
        if refusal.code != "AccessDeniedException":
            raise


class StorageConfig(Kind):
    """`aws:connect/instanceStorageConfig:InstanceStorageConfig`; id `instanceId:associationId:resourceType`."""

    type = "aws:connect/instanceStorageConfig:InstanceStorageConfig"

    def create(self, door: Door, inputs: Properties) -> str:
        """AssociateInstanceStorageConfig."""
        instance, kind = inputs["instanceId"], inputs["resourceType"]
        answer = door.connect(
            "associate_instance_storage_config",
            InstanceId=instance,
            ResourceType=kind,
            StorageConfig=pascal(inputs["storageConfig"]),
        )
        return f"{instance}:{answer['AssociationId']}:{kind}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeInstanceStorageConfig."""
        instance, association, kind = split_id(id_, 3)
        got = found(lambda: door.connect("describe_instance_storage_config", **_storage(id_)))
        if got is None:
            return None
        return {
            "instanceId": instance,
            "associationId": association,
            "resourceType": kind,
            "storageConfig": storage_outputs(got["StorageConfig"]),
        }

    def steps(self) -> Sequence[Step]:
        """UpdateInstanceStorageConfig with the whole configuration."""

        def update(door: Door, change: Change) -> None:
            config = pascal(change.news["storageConfig"])
            door.connect("update_instance_storage_config", **_storage(change.id), StorageConfig=config)

        return [(("storageConfig",), update)]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DisassociateInstanceStorageConfig."""
        door.connect("disassociate_instance_storage_config", **_storage(id_))


def storage_outputs(config: Answer) -> Properties:
    """A storage configuration in the plugin's words; the association id is an output of its own."""
    return {key: value for key, value in camel(config).items() if key != "associationId"}


def _storage(id_: str) -> dict[str, str]:
    instance, association, kind = split_id(id_, 3)
    return {"InstanceId": instance, "AssociationId": association, "ResourceType": kind}


KINDS: Final[tuple[Kind, ...]] = (Instance(), StorageConfig())
