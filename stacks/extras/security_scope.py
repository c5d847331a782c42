"""Whom the holders of a security profile see: pulumi-aws cannot limit that (Pulumi AWS facts 2.9)."""

from __future__ import annotations

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE

LIMITED = ("User",)  # the only kind of thing that Connect can limit by hierarchy


class SecurityProfileScope:
    """Id `instanceId:securityProfileId`: its holders see people of their own hierarchy group and of those below."""

    spec = ResourceSpec(
        type="ccdeploy:index:SecurityProfileScope",
        properties={
            "instanceId": INSTANCE,
            "securityProfileId": Prop("string", required=True, force_new=True),
            "resources": Prop("list", required=True, is_set=True, item=Prop("string", enum=LIMITED)),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """UpdateSecurityProfile; what it does not name stays as it is."""
        id_ = f"{inputs['instanceId']}:{inputs['securityProfileId']}"
        _limit(cloud, id_, list(inputs["resources"]))
        return id_, {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeSecurityProfile."""
        instance, profile = id.split(":")
        found = cloud.call("connect", "describe_security_profile", InstanceId=instance, SecurityProfileId=profile)
        limited = found["SecurityProfile"].get("HierarchyRestrictedResources") or []
        return {"instanceId": instance, "securityProfileId": profile, "resources": list(limited)}

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdateSecurityProfile."""
        _limit(cloud, id, list(news["resources"]))
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Everybody is seen again."""
        _limit(cloud, id, [])


def _limit(cloud: Cloud, id_: str, resources: list[str]) -> None:
    instance, profile = id_.split(":")
    cloud.call(
        "connect",
        "update_security_profile",
        InstanceId=instance,
        SecurityProfileId=profile,
        HierarchyRestrictedResources=resources,
    )
