"""What an instance may work with: Lex V2 bots, which pulumi-aws cannot name, and web pages that hold the panel."""

from __future__ import annotations

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE

_PAGE = 25  # the largest page of both lists (Connect facts, appendix A)


class LexBot:
    """Id `instanceId,aliasArn`: the instance may ask this bot (Connect facts 3.2); Connect adds the bot's policy."""

    spec = ResourceSpec(
        type="ccdeploy:index:LexBot",
        properties={
            "instanceId": INSTANCE,
            "aliasArn": Prop("string", required=True, force_new=True, min_length=1, max_length=100),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """AssociateBot."""
        instance, alias = inputs["instanceId"], inputs["aliasArn"]
        cloud.call("connect", "associate_bot", InstanceId=instance, LexV2Bot={"AliasArn": alias})
        return f"{instance},{alias}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """ListBots of version V2."""
        instance, alias = id.split(",", 1)
        return {"instanceId": instance, "aliasArn": alias} if alias in bots(cloud, instance) else None

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """Nothing can change in place."""
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DisassociateBot."""
        instance, alias = id.split(",", 1)
        cloud.call("connect", "disassociate_bot", InstanceId=instance, LexV2Bot={"AliasArn": alias})


class ApprovedOrigin:
    """Id `instanceId,origin`: a web page that may hold the agents' panel (Connect facts 3.2)."""

    spec = ResourceSpec(
        type="ccdeploy:index:ApprovedOrigin",
        properties={
            "instanceId": INSTANCE,
            "origin": Prop("string", required=True, force_new=True, min_length=1, max_length=267),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """AssociateApprovedOrigin."""
        instance, origin = inputs["instanceId"], inputs["origin"]
        cloud.call("connect", "associate_approved_origin", InstanceId=instance, Origin=origin)
        return f"{instance},{origin}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """ListApprovedOrigins."""
        instance, origin = id.split(",", 1)
        return {"instanceId": instance, "origin": origin} if origin in origins(cloud, instance) else None

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """Nothing can change in place."""
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DisassociateApprovedOrigin."""
        instance, origin = id.split(",", 1)
        cloud.call("connect", "disassociate_approved_origin", InstanceId=instance, Origin=origin)


def bots(cloud: Cloud, instance: str) -> set[str]:
    """The alias ARNs of the Lex V2 bots that an instance may ask."""
    listed = cloud.pages("connect", "list_bots", "LexBots", InstanceId=instance, LexVersion="V2", MaxResults=_PAGE)
    return {item["LexV2Bot"]["AliasArn"] for item in listed if "LexV2Bot" in item}


def origins(cloud: Cloud, instance: str) -> set[str]:
    """The approved origins of an instance."""
    listed = cloud.pages("connect", "list_approved_origins", "Origins", InstanceId=instance, MaxResults=_PAGE)
    return {str(item["value"]) for item in listed}
