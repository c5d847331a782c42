"""The Connect instance itself, its switches, its Lambda functions, bots and pages, and where its flow logs go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_aws import cloudwatch, connect

from ..names import access_url, tags_for
from ..resources import ApprovedOrigin, InstanceAttribute, LexBot, LogRetention
from .site import Site, options

if TYPE_CHECKING:
    from ...specs.model import Center

IDENTITIES: Final = {"connect": "CONNECT_MANAGED", "saml": "SAML", "directory": "EXISTING_DIRECTORY"}
_INSTANCE: Final = "aws:connect/instance:Instance"
_LOGS: Final = "aws:cloudwatch/logGroup:LogGroup"
# What CloudWatch Logs accepts as days of retention.
_MONTHS: Final = (30, 60, 90, 120, 150, 180)
LOG_DAYS: Final = (1, 3, 5, 7, 14, *_MONTHS, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


def register_instance(center: Center) -> connect.Instance:
    """The instance, protected unless the centre says otherwise: with it go all numbers and all history.

    An adopted one is only read: it is never changed by this and never deleted.
    """
    wanted = center.instance
    if wanted.adopt is not None:
        return connect.Instance.get(center.key, wanted.adopt)
    return connect.Instance(
        center.key,
        instance_alias=wanted.alias,
        identity_management_type=IDENTITIES[wanted.identity],
        directory_id=wanted.directory_id,
        inbound_calls_enabled=wanted.inbound,
        outbound_calls_enabled=wanted.outbound,
        contact_flow_logs_enabled=wanted.features.flow_logs,
        early_media_enabled=wanted.features.early_media,
        multi_party_conference_enabled=wanted.features.three_way,
        contact_lens_enabled=wanted.features.contact_lens,
        tags=tags_for(center, _INSTANCE, center.key),
        opts=options(protect=wanted.protect or None),
    )


def register_switches(site: Site) -> None:
    """Barge-in for supervisors, which pulumi-aws cannot set, and the log group with its retention."""
    center = site.center
    if not site.owns_instance:
        return
    if center.instance.features.barge:
        InstanceAttribute(
            "barge",
            instance_id=site.instance_id,
            attribute_type="ENHANCED_CONTACT_MONITORING",
            value=True,
        )
    if center.instance.adopt is not None:
        _take_over(site)
        return
    cloudwatch.LogGroup(
        "flow-logs",
        name=f"/aws/connect/{center.instance.alias}",  # Connect facts 3.1
        retention_in_days=log_days(center.data.logs_days),
        tags=site.tags(_LOGS, "flow-logs"),
    )


def _take_over(site: Site) -> None:
    """The switches and the logs of an adopted instance, as the centre wants them."""
    wanted = site.center.instance
    features = wanted.features
    switches = {
        "INBOUND_CALLS": wanted.inbound,
        "OUTBOUND_CALLS": wanted.outbound,
        "CONTACTFLOW_LOGS": features.flow_logs,
        "EARLY_MEDIA": features.early_media,
        "MULTI_PARTY_CONFERENCE": features.three_way,
        "CONTACT_LENS": features.contact_lens,
    }
    for name, value in switches.items():
        key = name.lower().replace("_", "-")
        InstanceAttribute(key, instance_id=site.instance_id, attribute_type=name, value=value)
    days = log_days(site.center.data.logs_days)
    LogRetention("flow-logs", log_group=f"/aws/connect/{wanted.alias}", days=days)


def log_days(wanted: int) -> int:
    """The longest retention that the service offers and that is not longer than `wanted` days: never keep more."""
    return max((days for days in LOG_DAYS if days <= wanted), default=LOG_DAYS[0])


def register_lambdas(site: Site) -> None:
    """Let the instance call the centre's functions; Connect adds the permission to each (Connect facts 3.2)."""
    for name, arn in site.center.lambdas.items():
        site.lambdas[name] = connect.LambdaFunctionAssociation(name, function_arn=arn, instance_id=site.instance_id)


def register_bots(site: Site) -> None:
    """Let flows ask the centre's bots."""
    for name, arn in site.center.bots.items():
        site.bots[name] = LexBot(name, instance_id=site.instance_id, alias_arn=arn)


def register_origins(site: Site) -> None:
    """Web pages that may hold the agents' panel."""
    for origin in site.center.approved_origins:
        ApprovedOrigin(origin, instance_id=site.instance_id, origin=origin)


def export_instance(site: Site) -> dict[str, object]:
    """The `instance` output."""
    alias = site.center.instance.alias
    return {"id": site.instance_id, "arn": site.instance.arn, "alias": alias, "access_url": access_url(alias)}
