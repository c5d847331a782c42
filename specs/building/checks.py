"""What must hold between the parts of a centre, once each of them is read."""

from __future__ import annotations

from collections.abc import Mapping

from .. import erlang, quotas
from ..grammar.common import BUILT_IN_FLOWS
from ..grammar.shapes import Reading, Values
from ..model import Center, FlowType
from ..problems import Where
from .entries import check_entries
from .instances import check_instance
from .numbers import check_numbers
from .people import check_group, check_scopes, check_statuses
from .queues import check_queues
from .residency import check_residency

MOMENT_TYPES: dict[str, FlowType] = {name.replace("-", "_"): kind for name, kind in BUILT_IN_FLOWS.items()}
SECURITY_TAKEN = ("Admin", "Agent", "CallCenterManager", "QualityAnalyst")


def check(center: Center, values: Values, reading: Reading) -> None:
    """Record every mistake that only shows between parts."""
    problems = reading.problems
    check_entries(center.hours, "hours of operation", ["Basic Hours"], problems)
    check_queues(center.queues, reading)
    check_entries(center.routing_profiles, "routing profile", ["Basic Routing Profile"], problems)
    check_entries(center.security_profiles, "security profile", SECURITY_TAKEN, problems)
    check_entries(center.quick_connects, "quick connect", (), problems)
    check_entries(center.phone_numbers, "phone number", (), problems)
    check_statuses(dict(center.agent_statuses), reading)
    check_scopes(center.security_profiles, center.hierarchy, values.get("security_profiles", Values()), problems)
    check_instance(center, values, problems)
    check_residency(center, values, problems)
    _suspended(center, reading)
    _flows(center, values, reading)
    _caps(center, values, reading)
    _languages(center, values, reading)
    _lambdas(center, values, reading)
    _bots(center, values, reading)
    _groups(center, values, reading)
    check_numbers(values, center.region, reading)
    _quotas(center, values, reading)
    _staffing(center, values, reading)
    _served(center, reading)


def _suspended(center: Center, reading: Reading) -> None:
    """The stack owns two profiles titled `<center> suspended`; nothing else may have the name."""
    taken = f"{center.key} suspended".casefold()
    for entry in [*center.routing_profiles.values(), *center.security_profiles.values()]:
        if entry.title.casefold() == taken:
            reading.problems.error(
                entry.where,
                "reserved-name",
                f'"{entry.title}" is the profile of suspended people',
                "give another title",
            )


def _flows(center: Center, values: Values, reading: Reading) -> None:
    """Each flow that is named for a moment has the type of that moment."""
    for key, number in center.phone_numbers.items():
        where = values["phone_numbers"][key].at("flow")
        _type(center, number.flow, "inbound", where, "a phone number", reading)
    places = [("defaults", values.get("defaults", Values()))]
    places += list(values.get("queues", {}).items())
    for _, named in places:
        for moment, kind in MOMENT_TYPES.items():
            word = named.get(moment)
            if word is not None and word != "none":
                _type(center, word, kind, named.at(moment), f'"{moment}"', reading)
    for named in values.get("quick_connects", {}).values():
        flow = named.get("flow")
        if flow is None or (flow in BUILT_IN_FLOWS and flow not in center.flows):
            _built_in_transfer(named, flow, reading)
        elif "agent" in named:
            _type(center, flow, "agent_transfer", named.at("flow"), "a quick connect to a person", reading)
        else:
            _type(center, flow, "queue_transfer", named.at("flow"), "a quick connect", reading)


def _built_in_transfer(named: Values, flow: str | None, reading: Reading) -> None:
    fitting = "transfer-to-agent" if "agent" in named else "transfer-to-queue"
    if flow is not None and flow != fitting:
        reading.problems.error(
            named.at("flow"), "wrong-flow-type", f'"{flow}" does not fit this quick connect', f'write "{fitting}"'
        )


def _type(center: Center, name: str, kind: FlowType, where: Where, what: str, reading: Reading) -> None:
    flow = center.flows.get(name)
    if flow is not None and flow.type != kind:
        reading.problems.error(
            where,
            "wrong-flow-type",
            f'{what} needs a flow of type {kind}, and "{name}" is of type {flow.type}',
            f"its type stands in {flow.file}, line {flow.where.line}",
        )


def _caps(center: Center, values: Values, reading: Reading) -> None:
    """max_contacts below the concurrent-call quota, each (refused else) and in sum (rule H07)."""
    limit = quotas.granted(center.quotas)["concurrent_calls"]
    hint = f"lower it, or write what was granted: `quotas: {{concurrent_calls: …}}` (now {limit})"
    total = 0
    for key, queue in center.queues.items():
        if queue.max_contacts is None:
            continue
        total += queue.max_contacts * len(queue.variants)
        if queue.max_contacts >= limit:
            reading.problems.error(
                values["queues"][key].at("max_contacts"),
                "over-quota",
                f"max_contacts {queue.max_contacts} must stay below the quota of {limit} concurrent calls",
                hint,
            )
    if total >= limit and all((q.max_contacts or 0) < limit for q in center.queues.values()):
        reading.rule(
            "H07",
            values.at("queues"),
            f"the queues' max_contacts sum up to {total}, the quota is {limit} concurrent calls: a cap may never fire",
            hint,
        )


def _languages(center: Center, values: Values, reading: Reading) -> None:
    """A capped or multi-language thing fits the centre's languages."""
    for key, number in center.phone_numbers.items():
        if number.language is None and len(center.languages) > 1:
            continue
        if number.language is not None and number.language not in center.languages:
            reading.problems.error(
                values["phone_numbers"][key].at("language"), "unknown-language", f'unknown language "{number.language}"'
            )


def _lambdas(center: Center, values: Values, reading: Reading) -> None:
    for key, arn in center.lambdas.items():
        where = values["lambdas"].at(key)
        if len(arn) > 140:
            reading.problems.error(where, "too-long", f"an ARN of {len(arn)} characters, Connect takes 140")
        if center.region and arn.split(":")[3] != center.region:
            reading.problems.error(
                where, "wrong-region", f"the function is in {arn.split(':')[3]}, the centre in {center.region}"
            )
        if center.account and arn.split(":")[4] != center.account:
            reading.problems.warning(where, "other-account", f"the function is in account {arn.split(':')[4]}")


def _bots(center: Center, values: Values, reading: Reading) -> None:
    for key, arn in center.bots.items():
        where = values["bots"].at(key)
        if center.region and arn.split(":")[3] != center.region:
            message = f"the bot is in {arn.split(':')[3]}, the centre in {center.region}"
            reading.problems.error(where, "wrong-region", message)
        if center.account and arn.split(":")[4] != center.account:
            reading.problems.warning(where, "other-account", f"the bot is in account {arn.split(':')[4]}")


def _groups(center: Center, values: Values, reading: Reading) -> None:
    agents = values.get("agents", Values())
    check_group(center.agents.hierarchy_group, center.hierarchy, agents, reading.problems)
    for key, profile in center.routing_profiles.items():
        read = values["routing_profiles"][key].get("agents", Values())
        check_group(profile.agents.hierarchy_group, center.hierarchy, read, reading.problems)


def needed(center: Center) -> Mapping[str, int]:
    """How many of each thing the instance will hold, what a new instance already has included."""
    per_profile = [len(v.queues) for p in center.routing_profiles.values() for v in p.variants]
    own = {
        "phone_numbers": len(center.phone_numbers),
        "queues": len(center.real_queues),
        "queues_per_routing_profile": max(per_profile, default=0),
        "routing_profiles": sum(len(p.variants) for p in center.routing_profiles.values()) + 1,
        "hours_of_operation": len(center.hours) + len(center.switches),
        "security_profiles": len(center.security_profiles) + 1,
        "quick_connects": len(center.quick_connects),
        "hierarchy_groups": len(center.hierarchy.groups),
        "lambda_functions": len(center.lambdas),
        "lex_v2_bots": len(center.bots),
        "prompts": sum(len(p.assets) for p in center.prompts.values()),
        "flows": sum(f.type != "module" for f in center.flows.values()),
        "modules": sum(f.type == "module" for f in center.flows.values()),
    }
    return {name: count + quotas.SEEDED.get(name, 0) for name, count in own.items()}


def _quotas(center: Center, values: Values, reading: Reading) -> None:
    limits = quotas.granted(center.quotas)
    section = {"queues_per_routing_profile": "routing_profiles", "hierarchy_groups": "hierarchy"}
    section |= {"lambda_functions": "lambdas", "lex_v2_bots": "bots"}
    for name, count in needed(center).items():
        if count > limits[name]:
            where = values.at(section.get(name, name))
            reading.problems.warning(
                where,
                "over-quota",
                f"{count} {name.replace('_', ' ')} are needed, the quota is {limits[name]}",
                f"ask AWS for more, then write `quotas: {{{name}: {count}}}`",
            )


def _staffing(center: Center, values: Values, reading: Reading) -> None:
    """The load to staff for fits the quotas of calls and of people."""
    limits = quotas.granted(center.quotas)
    where = values.at("staffing")
    calls = sum(erlang.traffic(load.calls_per_hour, load.handle_time) for load in center.staffing)
    if calls >= limits["concurrent_calls"]:
        reading.problems.warning(
            where,
            "over-quota",
            f"this load is {calls:.0f} calls at once on average, the quota is {limits['concurrent_calls']}",
            "ask AWS for more, then write `quotas: {concurrent_calls: …}`",
        )
    needs = [erlang.people_needed(o.calls_per_hour, o.handle_time, o.within, o.share) for o in center.staffing]
    people = sum(need or erlang.MOST for need in needs)
    if people > limits["users"]:
        reading.problems.warning(
            where,
            "over-quota",
            f"this promise needs {people} people at once, the quota is {limits['users']} users",
            "ask AWS for more, then write `quotas: {users: …}`",
        )


def _served(center: Center, reading: Reading) -> None:
    """Rule H11 as far as the centre tells: each real queue is served by a profile before the longest wait is over.

    A centre without profiles that makes no promises is a draft: it is not told for each queue.
    """
    if not center.routing_profiles and not reading.strict:
        return
    longest = center.safety.longest_wait if center.safety else 900
    choices = [choice for p in center.routing_profiles.values() for v in p.variants for choice in v.queues]
    soonest: dict[str, int] = {}
    for choice in choices:
        soonest[choice.queue] = min(choice.delay, soonest.get(choice.queue, choice.delay))
    for queue in center.queues.values():
        unserved = [v.key for v in queue.variants if v.key not in soonest]
        late = [v.key for v in queue.variants if soonest.get(v.key, 0) >= longest]
        if unserved:
            message = f"no routing profile serves {' and '.join(unserved)}: nobody answers there"
            reading.rule("H11", queue.where, message, "name the queue in a profile under `routing_profiles:`")
        elif late:
            message = f"callers in {' and '.join(late)} are offered to nobody before {longest} s"
            reading.rule("H11", queue.where, message, "lower the `delay` in a routing profile")
