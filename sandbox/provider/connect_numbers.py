"""Phone numbers and the flow that answers them (Pulumi AWS facts 2.13, 2.14)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .common import Change, ConnectKind, Kind, Step, Undone, found, given, own_tags, present, text
from .door import Door

_TWO_MINUTES: Final = 120.0


class _ClaimFailed(ProviderError):
    """The service gave a number's claim or move up."""


class PhoneNumber(ConnectKind):
    """`aws:connect/phoneNumber:PhoneNumber`; its id is the number's id."""

    type = "aws:connect/phoneNumber:PhoneNumber"
    noun, member, answer = "phone_number", "PhoneNumberId", "ClaimedPhoneNumberSummary"

    def where(self, id_: str) -> dict[str, str]:
        """The one parameter that addresses a number."""
        return {"PhoneNumberId": id_.split("@")[0]}

    def create(self, door: Door, inputs: Properties) -> str:
        """SearchAvailablePhoneNumbers for one, then ClaimPhoneNumber.

        A search reserves nothing: two claims at once take the same number and one fails, as on AWS. Programs claim
        one after another.
        """
        wanted = {
            "TargetArn": inputs["targetArn"],
            "PhoneNumberCountryCode": inputs["countryCode"],
            "PhoneNumberType": inputs["type"],
            **given(PhoneNumberPrefix=inputs.get("prefix")),
        }
        offered = door.connect("search_available_phone_numbers", MaxResults=1, **wanted)["AvailableNumbersList"]
        if not offered:
            prefix = f" that begins with {inputs['prefix']}" if inputs.get("prefix") else ""
            raise ProviderError(
                f"no {inputs['type']} number of {inputs['countryCode']}{prefix} is available",
                hint="choose another country, type or prefix under phone_numbers: in center.yaml",
            )
        answer = door.connect(
            "claim_phone_number",
            ClientToken=str(uuid.uuid4()),
            TargetArn=inputs["targetArn"],
            PhoneNumber=offered[0]["PhoneNumber"],
            **given(PhoneNumberDescription=inputs.get("description"), Tags=inputs.get("tagsAll")),
        )
        return str(answer["PhoneNumberId"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Wait (2 min) for CLAIMED. A claim that FAILED (a full quota, say) is released; the next run claims anew.

        A deviation: the plugin keeps the failed claim, which no later run can mend.
        """
        try:
            self._claimed(door, id_)
        except _ClaimFailed as failed:
            self.delete(door, id_, inputs)
            raise Undone(failed.message, code=failed.code, hint=failed.hint) from None

    def _claimed(self, door: Door, id_: str) -> None:
        """Wait for CLAIMED. Raises _ClaimFailed with the service's reason."""

        def claimed() -> bool:
            status = ((self.describe(door, id_) or {}).get("PhoneNumberStatus")) or {}
            if status.get("Status") == "FAILED":
                raise _ClaimFailed(
                    f"the phone number could not be claimed: {status.get('Message') or 'no reason was given'}",
                    hint="is the quota full? write granted numbers under quotas: phone_numbers: in center.yaml",
                )
            return bool(status.get("Status") == "CLAIMED")

        door.poll(claimed, _TWO_MINUTES, f"claiming the phone number {id_}")

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribePhoneNumber."""
        number = self.describe(door, id_)
        if number is None:
            return None
        status = number.get("PhoneNumberStatus")
        return present(
            arn=number.get("PhoneNumberArn"),
            phoneNumber=number.get("PhoneNumber"),
            countryCode=number.get("PhoneNumberCountryCode"),
            type=number.get("PhoneNumberType"),
            description=text(number.get("PhoneNumberDescription")),
            targetArn=number.get("TargetArn"),
            statuses=[present(status=status.get("Status"), message=text(status.get("Message")))] if status else None,
            tags=own_tags(number.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """UpdatePhoneNumber to another instance or traffic group, then wait again."""

        def move(door: Door, change: Change) -> None:
            door.connect("update_phone_number", **self.where(change.id), TargetArn=change.news["targetArn"])
            self._claimed(door, change.id)

        return [(("targetArn",), move)]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """ReleasePhoneNumber, then wait (2 min) until it is not found. A released number is locked for 180 days."""
        door.connect("release_phone_number", **self.where(id_), ClientToken=str(uuid.uuid4()))
        door.poll(lambda: self.describe(door, id_) is None, _TWO_MINUTES, f"releasing the phone number {id_}")


class FlowAssociation(Kind):
    """`aws:connect/phoneNumberContactFlowAssociation:PhoneNumberContactFlowAssociation`.

    Its id is `phoneNumberId__instanceId`, the flow left out, as in the plugin. Any change replaces, and the plugin
    makes the new one first: unless the program says delete-before-replace, the deletion takes the new link away.
    """

    type = "aws:connect/phoneNumberContactFlowAssociation:PhoneNumberContactFlowAssociation"
    reads_back = False

    def create(self, door: Door, inputs: Properties) -> str:
        """AssociatePhoneNumberContactFlow."""
        number, instance = inputs["phoneNumberId"], inputs["instanceId"]
        door.connect(
            "associate_phone_number_contact_flow",
            PhoneNumberId=number,
            InstanceId=instance,
            ContactFlowId=inputs["contactFlowId"],
        )
        return f"{number}__{instance}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribePhoneNumber, DescribeContactFlow and ListFlowAssociations: both ARNs must meet in one line."""
        number, instance, flow = _parts(id_, known)
        line = found(lambda: door.connect("describe_phone_number", PhoneNumberId=number))
        answering = found(lambda: door.connect("describe_contact_flow", InstanceId=instance, ContactFlowId=flow))
        if line is None or answering is None:
            return None
        pair = (line["ClaimedPhoneNumberSummary"]["PhoneNumberArn"], answering["ContactFlow"]["Arn"])
        associations = door.pages(
            "connect",
            "list_flow_associations",
            "FlowAssociationSummaryList",
            InstanceId=instance,
            ResourceType="VOICE_PHONE_NUMBER",
        )
        if pair not in ((item.get("ResourceId"), item.get("FlowId")) for item in associations):
            return None
        return {"phoneNumberId": number, "instanceId": instance, "contactFlowId": flow}

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DisassociatePhoneNumberContactFlow, which names the number alone."""
        number, instance, _ = _parts(id_, state)
        door.connect("disassociate_phone_number_contact_flow", PhoneNumberId=number, InstanceId=instance)


def _parts(id_: str, known: Properties) -> tuple[str, str, str]:
    """Number, instance and flow: of an import `number,instance,flow`, else of the id and what is known."""
    pieces = id_.split(",")
    if len(pieces) == 3:
        return pieces[0], pieces[1], pieces[2]
    number, _, instance = id_.partition("__")
    flow = known.get("contactFlowId")
    if not (number and instance and flow):
        raise ProviderError(f"the id {id_} must be phoneNumberId,instanceId,contactFlowId")
    return number, instance, str(flow)


KINDS: Final[tuple[Kind, ...]] = (PhoneNumber(), FlowAssociation())
