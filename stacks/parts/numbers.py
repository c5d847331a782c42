"""Phone numbers: claimed one after another, and given a flow last of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import connect

from ..resources import AdoptedNumber, NumberChoice, NumberFlow
from .site import Site, options, renamed

if TYPE_CHECKING:
    from ...specs.model import PhoneNumber

_TYPE: Final = "aws:connect/phoneNumber:PhoneNumber"
TYPES: Final = {"did": "DID", "toll_free": "TOLL_FREE", "uifn": "UIFN"}


def register_numbers(site: Site) -> None:
    """Claim the numbers. One at a time: two claims at once would pick the same number (Pulumi AWS facts 2.13).

    The description, or else the title, is given at the claim and never compared: the provider would release the
    number to change it. A number that is to be kept is protected.
    """
    before: list[pulumi.Resource] = []
    for key, number in site.center.phone_numbers.items():
        if number.number is not None:
            _adopt(site, key, number)
            continue
        prefix: pulumi.Input[str] | None = number.prefix
        ignore = ["description"]
        if number.candidates:  # the choice is made once: other candidates must not release the number
            prefix = _choice(site, key, number, before).prefix
            ignore.append("prefix")
        made = connect.PhoneNumber(
            key,
            target_arn=site.instance.arn,
            country_code=number.country,
            type=TYPES[number.type],
            prefix=prefix,
            description=number.description or (number.title if number.title != key else None),
            tags=site.tags(_TYPE, key, number),
            opts=options(was=renamed(number, key), depends_on=before, ignore=ignore, protect=number.keep or None),
        )
        before = [made]
        site.numbers[key] = made
        site.export("phone_numbers", key, made.phone_number)


def _choice(site: Site, key: str, number: PhoneNumber, before: list[pulumi.Resource]) -> NumberChoice:
    return NumberChoice(
        key,
        target_arn=site.instance.arn,
        country_code=number.country,
        type_=TYPES[number.type],
        candidates=number.candidates,
        opts=options(was=renamed(number, key), depends_on=before),
    )


def _adopt(site: Site, key: str, number: PhoneNumber) -> None:
    """A number that the account holds: protected like one that was claimed, and never released."""
    assert number.number is not None
    made = AdoptedNumber(
        key,
        instance_id=site.instance_id,
        target_arn=site.instance.arn,
        phone_number=number.number,
        opts=options(was=renamed(number, key)),
    )
    site.numbers[key] = made
    site.export("phone_numbers", key, made.phone_number)


def connect_numbers(site: Site) -> None:
    """Give each number its flow, after the contents of all flows: no call ever meets a placeholder.

    A number that is led elsewhere is so with one call, and answers all the time; `stacks.extras.number_flow` says why
    that is no resource of pulumi-aws.
    """
    contents = list(site.contents.values())
    for key, number in site.center.phone_numbers.items():
        flow = site.flows.numbers.get(key, number.flow)
        NumberFlow(
            key,
            phone_number_id=site.numbers[key].id,
            instance_id=site.instance_id,
            contact_flow_id=site.flow_ids[flow],
            opts=options(was=renamed(number, key), depends_on=contents),
        )
