"""All flows of a centre: the user's own and the built-in ones that they lead to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace

from ..specs.errors import Invalid
from ..specs.frozen import dataclass
from ..specs.garbage import held_back
from ..specs.model import Center
from ..specs.problems import Problems
from ..specs.texts import context_of
from .builtins import built_ins
from .compiled import CompiledFlow
from .compiler import compile_flow
from .graph import Flow
from .house import PREFIX, house_of
from .parse import parse


@dataclass(frozen=True, slots=True)
class FlowSet:
    """What is deployed. `flows` holds flows and modules by name, `outbound` the outbound whisper of every real queue,
    `numbers` the flow of every phone number (one of its own where the number sets a language or attributes)."""

    flows: Mapping[str, CompiledFlow]
    outbound: Mapping[str, str]
    transfer_to_queue: str
    transfer_to_agent: str
    numbers: Mapping[str, str] = field(default_factory=dict)


def compile_center(center: Center, *, laid_out: bool = True) -> FlowSet:
    """Every flow and module that the centre needs, compiled. Raises Invalid when a flow has mistakes of form.

    Pure and fast: no ids are needed; `CompiledFlow.bind` puts them in later. Without `laid_out` blocks get no places
    in the designer, for calls that are only simulated.
    """
    with held_back():
        return _compile(center, laid_out)


def _compile(center: Center, laid_out: bool) -> FlowSet:
    problems = Problems()
    context = context_of(center)
    own = {name: flow for name, file in center.flows.items() if (flow := parse(file, context, problems))}
    if problems.errors:
        raise Invalid("the flows have mistakes", problems.listed(), hint="run: ccdeploy validate")
    return compile_flows(center, own, laid_out=laid_out)


def compile_flows(center: Center, own: Mapping[str, Flow], *, laid_out: bool = True) -> FlowSet:
    """The same, of flows that are parsed already."""
    house = replace(house_of(center, module_results(center, own), bare_flows(own)), laid_out=laid_out)
    compiled = {name: compile_flow(flow, house) for name, flow in own.items()}
    spare = {flow.name: flow for flow in built_ins(house) if flow.name not in compiled}
    outbound = {real: house.flow_for("outbound", queue.key) or "" for real, queue in center.real_queues.items()}
    to_queue = house.flow_for("transfer_to_queue", None) or ""
    to_agent = house.flow_for("transfer_to_agent", None) or ""
    numbers = {key: f"{PREFIX}number-{key}" for key in center.phone_numbers}
    numbers = {key: name if name in spare else center.phone_numbers[key].flow for key, name in numbers.items()}
    wanted = [*outbound.values(), to_queue, to_agent, *numbers.values()]
    wanted += [ref.name for flow in compiled.values() for ref in flow.refs if ref.kind == "flow"]
    while wanted:
        name = wanted.pop()
        if name in spare:
            compiled[name] = compile_flow(spare.pop(name), house)
            wanted += [ref.name for ref in compiled[name].refs if ref.kind == "flow"]
    ordered = dict(sorted(compiled.items(), key=lambda item: (item[0].startswith(PREFIX), item[0])))
    return FlowSet(ordered, {k: v for k, v in outbound.items() if v}, to_queue, to_agent, numbers)


def bare_flows(own: Mapping[str, Flow]) -> frozenset[str]:
    """The names of imported flows: nothing is added to them."""
    return frozenset(name for name, flow in own.items() if not flow.head)


def module_results(center: Center, own: Mapping[str, Flow]) -> dict[str, tuple[str, ...]]:
    """The results with which each module can end."""
    house = replace(house_of(center), laid_out=False)
    found = {}
    for name, flow in own.items():
        if flow.type == "module":
            contract = json.loads(compile_flow(flow, house).settings or "{}")
            results = contract.get("transitions", {}).get("results", [])
            found[name] = tuple(result["name"] for result in results)
    return found
