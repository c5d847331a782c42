"""Routing profiles and quick connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import connect

from ..names import suspended_name
from ..resources import QuickConnect
from .site import Site, options, renamed

if TYPE_CHECKING:
    from ...specs import model

_PROFILE = "aws:connect/routingProfile:RoutingProfile"
_QUICK = "aws:connect/quickConnect:QuickConnect"
_OWN_QUICK = "ccdeploy:index:QuickConnect"
Queue = connect.RoutingProfileQueueConfigArgs
Media = connect.RoutingProfileMediaConcurrencyArgs


def register_routing_profiles(site: Site) -> None:
    """One profile a variant (a combination of languages), and the one for suspended people."""
    for profile in site.center.routing_profiles.values():
        channels = {name.upper(): count for name, count in profile.channels.items()}
        for variant in profile.variants:
            made = connect.RoutingProfile(
                variant.key,
                instance_id=site.instance_id,
                name=site.name(_PROFILE, variant.key, variant.title, renamed(profile, variant.key)),
                description=profile.description or variant.title,  # the service insists on one
                default_outbound_queue_id=site.queues[variant.default_outbound].queue_id,
                media_concurrencies=[Media(channel=name, concurrency=count) for name, count in channels.items()],
                queue_configs=[
                    Queue(
                        channel=name,
                        queue_id=site.queues[choice.queue].queue_id,
                        priority=choice.priority,
                        delay=choice.delay,
                    )
                    for choice in variant.queues
                    for name in channels
                ],
                tags=site.tags(_PROFILE, variant.key, profile),
                opts=options(was=renamed(profile, variant.key)),
            )
            site.export("routing_profiles", variant.key, {"id": made.routing_profile_id})
    _register_suspended(site)


def _register_suspended(site: Site) -> None:
    """No queue, so no calls. The service wants a default outbound queue all the same: the first one."""
    first = next(iter(site.queues.values()), None)
    if first is None:
        return  # without queues there are no routing profiles, and so no people
    name = suspended_name(site.center)
    made = connect.RoutingProfile(
        name,
        instance_id=site.instance_id,
        name=name,
        description="People who are away: no calls reach this profile",
        default_outbound_queue_id=first.queue_id,
        media_concurrencies=[Media(channel="VOICE", concurrency=1)],
        tags=site.tags(_PROFILE, name),
    )
    site.export("suspended", "routing_profile", made.routing_profile_id)


def register_quick_connects(site: Site) -> None:
    """Quick connects to numbers, queues and flows, and to those agents that are known to exist."""
    for key, quick in site.center.quick_connects.items():
        if quick.kind in {"agent", "flow"}:
            _register_own(site, key, quick)
            continue
        made = connect.QuickConnect(
            key,
            instance_id=site.instance_id,
            name=site.name(_QUICK, key, quick.title, renamed(quick, key)),
            description=quick.description or None,
            quick_connect_config=_config(site, quick),
            tags=site.tags(_QUICK, key, quick),
            opts=options(was=renamed(quick, key)),
        )
        _known(site, key, made.quick_connect_id)


def _register_own(site: Site, key: str, quick: model.QuickConnect) -> None:
    """pulumi-aws makes none to flows, and one to an agent needs the agent's id, which only the run can look up."""
    if quick.kind == "agent" and quick.agent not in site.usernames:
        return
    flow = quick.flow or (site.flows.transfer_to_agent if quick.kind == "agent" else None)
    assert flow is not None, "a quick connect to a flow names it"
    own = QuickConnect(
        key,
        instance_id=site.instance_id,
        name=site.name(_OWN_QUICK, key, quick.title, renamed(quick, key)),
        description=quick.description or None,
        username=quick.agent if quick.kind == "agent" else None,
        contact_flow_id=site.flow_ids[flow],
        tags=site.tags(_OWN_QUICK, key, quick),
        opts=options(was=renamed(quick, key), depends_on=[site.contents[flow]]),
    )
    _known(site, key, own.quick_connect_id)


def _known(site: Site, key: str, id_: pulumi.Output[str]) -> None:
    site.quick_connects[key] = id_
    site.export("quick_connects", key, {"id": id_})


def _config(site: Site, quick: model.QuickConnect) -> connect.QuickConnectQuickConnectConfigArgs:
    if quick.kind == "phone":
        assert quick.phone is not None, "a quick connect to a number has one"
        return connect.QuickConnectQuickConnectConfigArgs(
            quick_connect_type="PHONE_NUMBER",
            phone_configs=[connect.QuickConnectQuickConnectConfigPhoneConfigArgs(phone_number=quick.phone)],
        )
    assert quick.queue is not None, "a quick connect to a queue names it"
    flow = quick.flow or site.flows.transfer_to_queue
    return connect.QuickConnectQuickConnectConfigArgs(
        quick_connect_type="QUEUE",
        queue_configs=[
            connect.QuickConnectQuickConnectConfigQueueConfigArgs(
                queue_id=site.queues[quick.queue].queue_id, contact_flow_id=site.flow_ids[flow]
            )
        ],
    )
