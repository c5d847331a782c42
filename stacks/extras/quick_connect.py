"""`ccdeploy:index:QuickConnect`: to an agent by username, or to a flow; pulumi-aws makes the others.

An agent is no resource, so its id is looked up by name when the quick connect is made; that is why these come after the
rosters (Connect facts 3.0). pulumi-aws does not expand the type FLOW (Pulumi AWS facts 2.5).
"""

from __future__ import annotations

from typing import Any

from ..cloud.client import Cloud
from ..provider.base import ProviderError
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, TAGS, given, own_tags_of, retag


class QuickConnect:
    """Id `instanceId:quickConnectId`."""

    spec = ResourceSpec(
        type="ccdeploy:index:QuickConnect",
        properties={
            "instanceId": INSTANCE,
            "name": Prop("string", required=True, min_length=1, max_length=127),
            "description": Prop("string", max_length=250),
            "username": Prop("string", max_length=100),
            "contactFlowId": Prop("string", required=True),
            "tags": TAGS,
        },
        outputs=("quickConnectId", "arn", "userId"),
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """ListUsers for an agent, CreateQuickConnect."""
        user = _user_id(cloud, inputs)
        answer = cloud.call(
            "connect",
            "create_quick_connect",
            InstanceId=inputs["instanceId"],
            Name=inputs["name"],
            Description=inputs.get("description") or None,
            QuickConnectConfig=_config(inputs, user),
            Tags=inputs.get("tags") or None,
        )
        one, arn = str(answer["QuickConnectId"]), str(answer["QuickConnectARN"])
        return f"{inputs['instanceId']}:{one}", given({"quickConnectId": one, "arn": arn, "userId": user})

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeQuickConnect."""
        instance, one = id.split(":")
        found = cloud.call("connect", "describe_quick_connect", InstanceId=instance, QuickConnectId=one)["QuickConnect"]
        config = found.get("QuickConnectConfig") or {}
        inner = config.get("UserConfig") or config.get("FlowConfig") or {}
        same_user = inner.get("UserId") == state.get("userId")
        return given(
            {
                "instanceId": instance,
                "quickConnectId": one,
                "arn": found.get("QuickConnectARN"),
                "name": found.get("Name"),
                "description": found.get("Description"),
                "username": state.get("username") if same_user else None,
                "userId": inner.get("UserId"),
                "contactFlowId": inner.get("ContactFlowId"),
                "tags": own_tags_of(found.get("Tags"), state.get("tags")),
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdateQuickConnectName, UpdateQuickConnectConfig, tags."""
        instance, one = id.split(":")
        if any(old.get(key) != news.get(key) for key in ("name", "description")):
            cloud.call(
                "connect",
                "update_quick_connect_name",
                InstanceId=instance,
                QuickConnectId=one,
                Name=news["name"],
                Description=news.get("description") or "",
            )
        user = _user_id(cloud, news)
        cloud.call(
            "connect",
            "update_quick_connect_config",
            InstanceId=instance,
            QuickConnectId=one,
            QuickConnectConfig=_config(news, user),
        )
        retag(cloud, old["arn"], old.get("tags") or {}, news.get("tags") or {})
        return given({"quickConnectId": one, "arn": old["arn"], "userId": user})

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DeleteQuickConnect."""
        instance, one = id.split(":")
        cloud.call("connect", "delete_quick_connect", InstanceId=instance, QuickConnectId=one)


def _config(inputs: Properties, user: str | None) -> dict[str, Any]:
    if user is None:
        return {"QuickConnectType": "FLOW", "FlowConfig": {"ContactFlowId": inputs["contactFlowId"]}}
    return {"QuickConnectType": "USER", "UserConfig": {"UserId": user, "ContactFlowId": inputs["contactFlowId"]}}


def _user_id(cloud: Cloud, inputs: Properties) -> str | None:
    """The id of the agent, or None for a quick connect to a flow. Usernames are case-sensitive (Connect facts 3.10)."""
    username = inputs.get("username")
    if not username:
        return None
    users = cloud.pages("connect", "list_users", "UserSummaryList", InstanceId=inputs["instanceId"], MaxResults=1000)
    for user in users:
        if user.get("Username") == username:
            return str(user["Id"])
    raise ProviderError(
        f"quick connect {inputs['name']!r}: there is no agent {username!r} in the instance",
        code="unknown-agent",
        hint="add the person to a roster, or correct `agent:` in center.yaml; then run ccdeploy up again",
    )
