"""Two small things of an instance: predefined attributes, and switches (pulumi-aws sets some, on its own only)."""

from __future__ import annotations

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, given

_SWITCHES = (
    "AUTO_MUTE_AGENT_ON_HOLD",
    "CONTACTFLOW_LOGS",
    "CONTACT_LENS",
    "EARLY_MEDIA",
    "ENHANCED_CHAT_MONITORING",
    "ENHANCED_CONTACT_MONITORING",
    "HIGH_VOLUME_OUTBOUND",
    "INBOUND_CALLS",
    "MESSAGE_STREAMING",
    "MULTI_PARTY_CHAT_CONFERENCE",
    "MULTI_PARTY_CONFERENCE",
    "OUTBOUND_CALLS",
    "USE_CUSTOM_TTS_VOICES",
)


class PredefinedAttribute:
    """Id `instanceId:name`: an attribute with its values, as agents' proficiencies need it (Connect facts 3.11)."""

    spec = ResourceSpec(
        type="ccdeploy:index:PredefinedAttribute",
        properties={
            "instanceId": INSTANCE,
            "name": Prop("string", required=True, force_new=True, min_length=1, max_length=100),
            "values": Prop(
                "list", required=True, is_set=True, max_length=500, item=Prop("string", min_length=1, max_length=100)
            ),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """CreatePredefinedAttribute. There are no tags on these, so a taken name is refused, never adopted."""
        cloud.call(
            "connect",
            "create_predefined_attribute",
            InstanceId=inputs["instanceId"],
            Name=inputs["name"],
            Values={"StringList": list(inputs["values"])},
        )
        return f"{inputs['instanceId']}:{inputs['name']}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribePredefinedAttribute."""
        instance, name = id.split(":", 1)
        found = cloud.call("connect", "describe_predefined_attribute", InstanceId=instance, Name=name)
        values = (found["PredefinedAttribute"].get("Values") or {}).get("StringList") or []
        return {"instanceId": instance, "name": name, "values": list(values)}

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdatePredefinedAttribute: replaces the values."""
        instance, name = id.split(":", 1)
        cloud.call(
            "connect",
            "update_predefined_attribute",
            InstanceId=instance,
            Name=name,
            Values={"StringList": list(news["values"])},
        )
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DeletePredefinedAttribute."""
        instance, name = id.split(":", 1)
        cloud.call("connect", "delete_predefined_attribute", InstanceId=instance, Name=name)


class InstanceAttribute:
    """Id `instanceId:attributeType`: one switch of the instance (Connect facts 3.1). Removing it changes nothing."""

    spec = ResourceSpec(
        type="ccdeploy:index:InstanceAttribute",
        properties={
            "instanceId": INSTANCE,
            "attributeType": Prop("string", required=True, force_new=True, enum=_SWITCHES),
            "value": Prop("boolean", required=True),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """UpdateInstanceAttribute."""
        _switch(cloud, inputs)
        return f"{inputs['instanceId']}:{inputs['attributeType']}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeInstanceAttribute."""
        instance, kind = id.split(":")
        found = cloud.call("connect", "describe_instance_attribute", InstanceId=instance, AttributeType=kind)
        value = found["Attribute"].get("Value")
        return given({"instanceId": instance, "attributeType": kind, "value": value == "true"})

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdateInstanceAttribute."""
        _switch(cloud, news)
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Nothing: an instance always has all of its switches."""


def _switch(cloud: Cloud, inputs: Properties) -> None:
    cloud.call(
        "connect",
        "update_instance_attribute",
        InstanceId=inputs["instanceId"],
        AttributeType=inputs["attributeType"],
        Value="true" if inputs["value"] else "false",
    )
