"""`ccdeploy:index:AgentStatus`: a status that agents can choose (Connect facts 3.11).

The service has no way to delete one. Removing it disables it; making it again takes up the disabled one, if it carries
our tag, and where another one of ours is to bear its name, it gives that up. One of the same name without our tag
belongs to somebody else and is left alone.
"""

from __future__ import annotations

from ...specs.errors import CloudError
from ..cloud.client import Cloud
from ..names import TAG_STACK
from ..provider.base import ProviderError
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, TAGS, given, own_tags_of, retag


class AgentStatus:
    """Id `instanceId:agentStatusId`."""

    spec = ResourceSpec(
        type="ccdeploy:index:AgentStatus",
        properties={
            "instanceId": INSTANCE,
            "name": Prop("string", required=True, min_length=1, max_length=127),
            "description": Prop("string", max_length=250),
            "state": Prop("string", default="ENABLED", enum=("ENABLED", "DISABLED")),
            "displayOrder": Prop("integer", minimum=1, maximum=50, computed=True),
            "tags": TAGS,
        },
        outputs=("agentStatusId", "arn"),
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """CreateAgentStatus; when the name is taken by a disabled one of ours, that one is taken up again."""
        try:
            answer = cloud.call(
                "connect",
                "create_agent_status",
                InstanceId=inputs["instanceId"],
                Name=inputs["name"],
                Description=inputs.get("description") or None,
                State=inputs["state"],
                DisplayOrder=inputs.get("displayOrder"),
                Tags=inputs.get("tags") or None,
            )
        except CloudError as error:
            if error.service_code != "DuplicateResourceException":
                raise
            return self._take_up(cloud, inputs)
        status, arn = str(answer["AgentStatusId"]), str(answer["AgentStatusARN"])
        return f"{inputs['instanceId']}:{status}", {"agentStatusId": status, "arn": arn}

    def _take_up(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        instance, wanted = inputs["instanceId"], inputs.get("tags") or {}
        found = _left_over(cloud, inputs)
        status, arn = found["AgentStatusId"], found["AgentStatusARN"]
        _set(cloud, instance, status, inputs)
        retag(cloud, arn, own_tags_of(found.get("Tags"), wanted), wanted)
        return f"{instance}:{status}", {"agentStatusId": status, "arn": arn}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeAgentStatus."""
        instance, status = id.split(":")
        found = _describe(cloud, instance, status)
        return given(
            {
                "instanceId": instance,
                "agentStatusId": status,
                "arn": found.get("AgentStatusARN"),
                "name": found.get("Name"),
                "description": found.get("Description"),
                "state": found.get("State"),
                "displayOrder": found.get("DisplayOrder"),
                "tags": own_tags_of(found.get("Tags"), state.get("tags")),
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdateAgentStatus, then the tags."""
        instance, status = id.split(":")
        try:
            _set(cloud, instance, status, news)
        except CloudError as error:
            if error.service_code != "DuplicateResourceException":
                raise
            _free_name(cloud, news)
            _set(cloud, instance, status, news)
        retag(cloud, old["arn"], old.get("tags") or {}, news.get("tags") or {})
        return {"agentStatusId": status, "arn": old["arn"]}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """UpdateAgentStatus DISABLED: there is no delete."""
        instance, status = id.split(":")
        cloud.call("connect", "update_agent_status", InstanceId=instance, AgentStatusId=status, State="DISABLED")


def _left_over(cloud: Cloud, inputs: Properties) -> Properties:
    """The status that bears our name and carries our tag. Raises ProviderError for somebody else's."""
    instance, name, wanted = inputs["instanceId"], inputs["name"], inputs.get("tags") or {}
    for item in cloud.pages("connect", "list_agent_statuses", "AgentStatusSummaryList", InstanceId=instance):
        if item.get("Name") != name:
            continue
        found = _describe(cloud, instance, item["Id"])
        if (found.get("Tags") or {}).get(TAG_STACK) == wanted.get(TAG_STACK):
            return {**found, "AgentStatusId": item["Id"]}
    raise ProviderError(
        f"an agent status named {name!r} is already there and was not made by this stack",
        code="DuplicateResourceException",
        hint="give ours another title in center.yaml, or rename the other one in Connect",
    )


def _free_name(cloud: Cloud, inputs: Properties) -> None:
    """A status of ours that was removed, and so disabled, gives its name up. Raises ProviderError for any other."""
    found = _left_over(cloud, inputs)
    if found.get("State") != "DISABLED":
        raise ProviderError(
            f"another agent status of this stack is still named {inputs['name']!r}",
            code="DuplicateResourceException",
            hint="give them different titles in center.yaml",
        )
    cloud.call(
        "connect",
        "update_agent_status",
        InstanceId=inputs["instanceId"],
        AgentStatusId=found["AgentStatusId"],
        Name=f"{inputs['name'][:90]} (removed {found['AgentStatusId'][:8]})",
    )


def _describe(cloud: Cloud, instance: str, status: str) -> Properties:
    answer = cloud.call("connect", "describe_agent_status", InstanceId=instance, AgentStatusId=status)
    return dict(answer["AgentStatus"])


def _set(cloud: Cloud, instance: str, status: str, inputs: Properties) -> None:
    cloud.call(
        "connect",
        "update_agent_status",
        InstanceId=instance,
        AgentStatusId=status,
        Name=inputs["name"],
        Description=inputs.get("description") or "",
        State=inputs["state"],
        DisplayOrder=inputs.get("displayOrder"),
    )
