"""`ccdeploy:index:FlowContent`: what a flow or module does.

Flows name each other, so each is made with a placeholder first and gets its real content here, when the ids of all that
it names are known. Removing the content does nothing: the flow itself goes by its own resource.
"""

from __future__ import annotations

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, given


class FlowContent:
    """Id `instanceId:flowId`. `kind` tells a flow from a module; `settings` is a module's contract (JSON text)."""

    spec = ResourceSpec(
        type="ccdeploy:index:FlowContent",
        properties={
            "instanceId": INSTANCE,
            "flowId": Prop("string", required=True, force_new=True),
            "kind": Prop("string", required=True, force_new=True, enum=("flow", "module")),
            "content": Prop("json", required=True, min_length=1, max_length=256_000),
            "settings": Prop("json"),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """UpdateContactFlowContent or UpdateContactFlowModuleContent."""
        _publish(cloud, inputs)
        return f"{inputs['instanceId']}:{inputs['flowId']}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """The published content as the service tells it."""
        instance, flow = id.split(":")
        if state.get("kind") == "module":
            found = cloud.call(
                "connect", "describe_contact_flow_module", InstanceId=instance, ContactFlowModuleId=flow
            )["ContactFlowModule"]
            settings = found.get("Settings") if state.get("settings") else None
        else:
            found = cloud.call("connect", "describe_contact_flow", InstanceId=instance, ContactFlowId=flow)[
                "ContactFlow"
            ]
            settings = None
        return given(
            {
                "instanceId": instance,
                "flowId": flow,
                "kind": state.get("kind", "flow"),
                "content": found.get("Content"),
                "settings": settings,
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """The same calls as create."""
        _publish(cloud, news)
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Nothing: the flow goes by its own resource."""


def _publish(cloud: Cloud, inputs: Properties) -> None:
    if inputs["kind"] == "module":
        cloud.call(
            "connect",
            "update_contact_flow_module_content",
            InstanceId=inputs["instanceId"],
            ContactFlowModuleId=inputs["flowId"],
            Content=inputs["content"],
            Settings=inputs.get("settings") or None,
        )
    else:
        cloud.call(
            "connect",
            "update_contact_flow_content",
            InstanceId=inputs["instanceId"],
            ContactFlowId=inputs["flowId"],
            Content=inputs["content"],
        )
