"""`ccdeploy:index:NumberFlow`: the flow that answers a phone number, changed in place.

The service associates one flow with a number and puts a new one in the place of the old with the same call
(Connect facts 3.12). pulumi-aws takes the old one away first and leaves the line without a flow for a moment
(Pulumi AWS facts 2.14); here a number that answers goes on answering.
"""

from __future__ import annotations

from ..cloud import connect
from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE


class NumberFlow:
    """Id `instanceId:phoneNumberId`."""

    spec = ResourceSpec(
        type="ccdeploy:index:NumberFlow",
        properties={
            "instanceId": INSTANCE,
            "phoneNumberId": Prop("string", required=True, force_new=True),
            "contactFlowId": Prop("string", required=True),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """AssociatePhoneNumberContactFlow."""
        id_ = f"{inputs['instanceId']}:{inputs['phoneNumberId']}"
        _lead(cloud, id_, inputs)
        return id_, {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """ListFlowAssociations: the flow that answers now, whosever it is; None when none does."""
        instance, number = id.split(":")
        flow = connect.flow_of(cloud, instance, number)
        return {"instanceId": instance, "phoneNumberId": number, "contactFlowId": flow} if flow else None

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """AssociatePhoneNumberContactFlow: the number is never without a flow."""
        _lead(cloud, id, news)
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DisassociatePhoneNumberContactFlow, which names the number alone."""
        instance, number = id.split(":")
        cloud.call("connect", "disassociate_phone_number_contact_flow", PhoneNumberId=number, InstanceId=instance)


def _lead(cloud: Cloud, id_: str, inputs: Properties) -> None:
    instance, number = id_.split(":")
    cloud.call(
        "connect",
        "associate_phone_number_contact_flow",
        PhoneNumberId=number,
        InstanceId=instance,
        ContactFlowId=inputs["contactFlowId"],
    )
