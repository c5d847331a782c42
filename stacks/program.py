"""The Pulumi program: a centre becomes resources. Both engines run exactly this.

Parts in the order of registration; each registers its own kind and puts what others need on the `Site`:

    instance      the instance, its switches, the log group, Lambda functions, bots, web pages of the agents' panel
    storage       bucket, key and storage configs of recordings and reports
    hours         hours of operation and overrides; crisis switches
    queues        queues, without the links that would be cycles
    prompts       sound files
    numbers       claims, one after another
    flows         placeholders, then contents bound to the ids of all that they name
    quick connects, routing profiles, security profiles, hierarchy, statuses, languages
    links         quick connects of queues, caller ids and outbound flows
    numbers       their flows, last: no number ever reaches a placeholder

No part calls the service, reads a file or knows which engine runs it. Region, endpoints and default tags come from the
stack's config, credentials from the environment: there are no explicit providers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from .engine.plan import Program
from .naming import Naming
from .retiring import merged

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center
    from .parts.site import Site


def program(
    center: Center,
    retiring: Center | None = None,
    flows: FlowSet | None = None,
    usernames: Mapping[str, str] = MappingProxyType({}),
    take_over: bool = False,
    naming: Naming | None = None,
) -> Program:
    """The program that makes `center`, to be called on a running Pulumi runtime.

    `retiring` is the centre that was applied last: what people may still hold of it stays registered. `flows` are the
    compiled flows (compiled here when they are not given). `usernames` are the agents that are known to exist, with
    their ids: quick connects to others are left for a later run, and flows that name others lead to nobody until then
    (`waiting_for_agents`). `take_over` also writes what an adopted instance has once for all: its switches, storage,
    levels of the hierarchy. `naming` says what bears another name for this stage, and is told every name.
    """
    whole = merged(center, retiring) if retiring is not None else center

    def run() -> None:
        compiled = flows
        if compiled is None:
            from ..flows.centre import compile_center

            compiled = compile_center(center)
        _register(whole, compiled, usernames, take_over, naming or Naming())

    return run


def waiting_for_agents(center: Center, usernames: Collection[str]) -> tuple[str, ...]:
    """Keys of quick connects to agents who do not exist yet: they are made by the next run after the rosters."""
    known = frozenset(usernames)
    agents = {key: quick.agent for key, quick in center.quick_connects.items() if quick.kind == "agent"}
    return tuple(key for key, agent in agents.items() if agent not in known)


def named_in_flows(flows: FlowSet) -> frozenset[str]:
    """The people whose own queues flows lead to."""
    return frozenset(ref.name for flow in flows.flows.values() for ref in flow.refs if ref.kind == "agent")


def _register(center: Center, flows: FlowSet, usernames: Mapping[str, str], take_over: bool, naming: Naming) -> None:
    from .parts import flows as flow_parts
    from .parts import hours, instance, numbers, people, prompts, queues, routing, storage
    from .parts.site import Site

    site = Site(center, flows, usernames, take_over, instance.register_instance(center), naming=naming)
    instance.register_switches(site)
    instance.register_lambdas(site)
    instance.register_bots(site)
    instance.register_origins(site)
    storage.register_storage(site)
    hours.register_hours(site)
    hours.register_switches(site)
    queues.register_queues(site)
    prompts.register_prompts(site)
    numbers.register_numbers(site)
    flow_parts.register_flows(site)
    flow_parts.register_contents(site)
    routing.register_quick_connects(site)
    routing.register_routing_profiles(site)
    people.register_security_profiles(site)
    people.register_hierarchy(site)
    people.register_agent_statuses(site)
    people.register_skills(site)
    queues.link_quick_connects(site)
    queues.link_outbound(site)
    numbers.connect_numbers(site)
    _export(site)


def _export(site: Site) -> None:
    import pulumi

    from .outputs import GROUPS
    from .parts.instance import export_instance

    pulumi.export("instance", export_instance(site))
    for group in GROUPS:
        pulumi.export(group, site.outputs.get(group, {}))
