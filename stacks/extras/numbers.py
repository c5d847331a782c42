"""Numbers that pulumi-aws cannot ask for: of the first prefix that has any, and one that is there already."""

from __future__ import annotations

from typing import Any

from ..cloud import connect
from ..cloud.client import Cloud
from ..provider.base import ProviderError
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, given

_ARN = Prop("string", required=True, force_new=True, min_length=1, max_length=250)


class NumberChoice:
    """Which of several prefixes a number is claimed with: the first that offers any. Id: the prefix itself.

    A choice is made once. The number that is claimed with it ignores later choices, so other candidates never release
    a number.
    """

    spec = ResourceSpec(
        type="ccdeploy:index:NumberChoice",
        properties={
            "targetArn": _ARN,
            "countryCode": Prop("string", required=True, force_new=True),
            "type": Prop("string", required=True, force_new=True),
            "candidates": Prop("list", required=True, force_new=True, item=Prop("string", max_length=12)),
        },
        outputs=("prefix",),
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """SearchAvailablePhoneNumbers for one candidate after the other; it reserves nothing (Connect facts 3.12)."""
        for prefix in inputs["candidates"]:
            found = cloud.call(
                "connect",
                "search_available_phone_numbers",
                TargetArn=inputs["targetArn"],
                PhoneNumberCountryCode=inputs["countryCode"],
                PhoneNumberType=inputs["type"],
                PhoneNumberPrefix=prefix,
                MaxResults=1,
            )
            if found.get("AvailableNumbersList"):
                return str(prefix), {"prefix": str(prefix)}
        tried = ", ".join(inputs["candidates"])
        raise ProviderError(
            f"no {inputs['type']} number of {inputs['countryCode']} that begins with {tried} is available",
            code="no-number",
            hint="name other candidates under phone_numbers: in center.yaml, or ask Amazon for a number (a quota case)",
        )

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """What was chosen: nothing of it stands in the service."""
        return dict(state) or {"prefix": id}

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """Nothing can change."""
        return {"prefix": id}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Nothing: the number is another resource."""


class AdoptedNumber:
    """A number that the account holds: used, and given back as it was found. Id: the number's id.

    In the instance it is taken as it is. In another one it is moved here if nobody is cut off by that: if no flow
    answers it there. Removing it gives back the flow or the instance that it had; it is never released.
    """

    spec = ResourceSpec(
        type="ccdeploy:index:AdoptedNumber",
        properties={
            "instanceId": INSTANCE,
            "targetArn": _ARN,
            "phoneNumber": Prop("string", required=True, force_new=True, pattern=r"\+[1-9][0-9]{1,14}"),
        },
        outputs=("arn", "previousTarget", "previousFlow"),
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """ListPhoneNumbersV2, ListFlowAssociations, UpdatePhoneNumber if it stands elsewhere."""
        number, target = str(inputs["phoneNumber"]), str(inputs["targetArn"])
        found = _held(cloud, number)
        before = str(found["TargetArn"])
        flow = _flow_of(cloud, found)
        if before != target:
            if flow:
                raise ProviderError(
                    f"{number} answers calls in another instance ({before.rpartition('/')[2]})",
                    code="number-in-use",
                    hint="take it off its flow there first: moving it would cut that line off",
                )
            cloud.call("connect", "update_phone_number", PhoneNumberId=found["PhoneNumberId"], TargetArn=target)
        moved = before if before != target else None
        own = given({"arn": found["PhoneNumberArn"], "previousTarget": moved, "previousFlow": flow or None})
        return str(found["PhoneNumberId"]), own

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribePhoneNumber."""
        answer = cloud.call("connect", "describe_phone_number", PhoneNumberId=id)["ClaimedPhoneNumberSummary"]
        target = str(answer["TargetArn"])
        return given(
            {
                "instanceId": target.rpartition("/")[2],
                "targetArn": target,
                "phoneNumber": answer["PhoneNumber"],
                "arn": answer["PhoneNumberArn"],
                "previousTarget": state.get("previousTarget"),
                "previousFlow": state.get("previousFlow"),
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """Nothing can change in place."""
        return {key: old[key] for key in ("arn", "previousTarget", "previousFlow") if key in old}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Give it back: to the instance that it came from, or to the flow that answered it here."""
        before, flow = outputs.get("previousTarget"), outputs.get("previousFlow")
        if before:
            cloud.call("connect", "update_phone_number", PhoneNumberId=id, TargetArn=before)
        elif flow:
            cloud.call(
                "connect",
                "associate_phone_number_contact_flow",
                PhoneNumberId=id,
                InstanceId=outputs["instanceId"],
                ContactFlowId=flow,
            )


def _held(cloud: Cloud, number: str) -> dict[str, Any]:
    """The number as the account holds it. Raises ProviderError when it does not."""
    listed = cloud.pages(
        "connect", "list_phone_numbers_v2", "ListPhoneNumbersSummaryList", PhoneNumberPrefix=number, MaxResults=100
    )
    for item in listed:
        if item.get("PhoneNumber") == number:
            return dict(item)
    raise ProviderError(
        f"the account holds no number {number} in this Region",
        code="no-number",
        hint="check `number:` under phone_numbers: in center.yaml, or leave it out to claim a new one",
    )


def _flow_of(cloud: Cloud, number: Properties) -> str:
    """The id of the flow that answers a number in the instance where it stands, or ""."""
    target = str(number["TargetArn"])
    if ":instance/" not in target:  # a traffic distribution group: its flows are those of its instances
        return ""
    return connect.flow_of(cloud, target.rpartition("/")[2], str(number["PhoneNumberId"]))
