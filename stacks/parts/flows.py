"""Flows and modules: a placeholder first, then the content, when the ids of all that it names are known.

Flows may name each other in a circle. Every flow is therefore made with a fixed minimal body, which is never compared
again, and its content is bound and set by `FlowContent`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import connect

from ..resources import FlowContent
from .site import Site, options

if TYPE_CHECKING:
    from ...flows.compiled import CompiledFlow, Ref

_FLOW: Final = "aws:connect/contactFlow:ContactFlow"
_MODULE: Final = "aws:connect/contactFlowModule:ContactFlowModule"
MODULE: Final = "MODULE"
NOBODY: Final = "$.Attributes.not-there-yet"


def placeholder(flow_type: str) -> str:
    """The smallest body that the service accepts for `flow_type` (Connect facts 4.4): it ends at once.

    Inbound and transfer flows may only disconnect, all others may only end; no call ever reaches one.
    """
    if flow_type == MODULE:
        kind, parameters = "EndFlowModuleExecution", {"Result": "Success"}
    elif flow_type in {"CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"}:
        kind, parameters = "DisconnectParticipant", {}
    else:
        kind, parameters = "EndFlowExecution", {}
    end = {"Identifier": "end", "Type": kind, "Parameters": parameters, "Transitions": {}}
    body: dict[str, object] = {"Version": "2019-10-30", "StartAction": "end", "Metadata": {}, "Actions": [end]}
    if flow_type == MODULE:
        result = [{"DisplayName": name, "ReferenceName": name, "Description": ""} for name in ("Success", "Error")]
        body["Settings"] = {"InputParameters": [], "OutputParameters": [], "Transitions": result}
    return json.dumps(body, sort_keys=True)


def register_flows(site: Site) -> None:
    """Every flow and module of the set, as a placeholder."""
    for name, flow in site.flows.flows.items():
        if flow.type == MODULE:
            module = connect.ContactFlowModule(
                name,
                instance_id=site.instance_id,
                name=site.name(_MODULE, name, flow.title, flow.was),
                description=flow.description or flow.title,  # the service takes no empty one
                content=placeholder(MODULE),
                tags=site.tags(_MODULE, name),
                opts=options(was=flow.was, ignore=["content"], delete_before_replace=False),
            )
            _known(site, name, module.contact_flow_module_id, module.arn)
        else:
            made = connect.ContactFlow(
                name,
                instance_id=site.instance_id,
                name=site.name(_FLOW, name, flow.title, flow.was),
                type=flow.type,
                description=flow.description or None,
                content=placeholder(flow.type),
                tags=site.tags(_FLOW, name),
                opts=options(was=flow.was, ignore=["content"], delete_before_replace=False),
            )
            _known(site, name, made.contact_flow_id, made.arn)


def _known(site: Site, name: str, id_: pulumi.Output[str], arn: pulumi.Output[str]) -> None:
    site.flow_ids[name] = id_
    site.flow_arns[name] = arn
    site.export("flows", name, {"id": id_, "arn": arn})


def register_contents(site: Site) -> None:
    """What each flow does, once everything that it names is there."""
    for name, flow in site.flows.flows.items():
        site.contents[name] = FlowContent(
            name,
            instance_id=site.instance_id,
            flow_id=site.flow_ids[name],
            kind="module" if flow.type == MODULE else "flow",
            content=bound(site, flow),
            settings=flow.settings or None,
            opts=options(was=flow.was, depends_on=_associations(site, flow)),
        )


def _associations(site: Site, flow: CompiledFlow) -> list[pulumi.Resource]:
    """What must be associated with the instance before the service takes a flow that names it."""
    functions = [site.lambdas[ref.name] for ref in flow.refs if ref.kind == "lambda"]
    return [*functions, *(site.bots[ref.name] for ref in flow.refs if ref.kind == "bot")]


def bound(site: Site, flow: CompiledFlow) -> pulumi.Output[str]:
    """The flow's document with the ARN of everything that it names."""
    refs = list(flow.refs)
    arns = pulumi.Output.all(*(address(site, ref) for ref in refs))
    return arns.apply(lambda known: flow.bind(dict(zip(refs, known, strict=True))))


def _person(site: Site, username: str) -> pulumi.Input[str]:
    """The person's ARN; before the rosters have made that person, a path that leads to nobody, so that the step's
    `failed` branch takes the call."""
    id_ = site.usernames.get(username)
    return NOBODY if id_ is None else site.instance.arn.apply(lambda arn: f"{arn}/agent/{id_}")


def address(site: Site, ref: Ref) -> pulumi.Input[str]:
    """What stands in a flow for `ref`: an ARN, or the number itself for a phone number."""
    if ref.kind == "queue":
        return site.queues[ref.name].arn
    if ref.kind in {"flow", "module"}:
        return site.flow_arns[ref.name]
    if ref.kind == "hours":
        return site.hours[ref.name].arn
    if ref.kind == "prompt":
        return site.prompts[ref.name].arn
    if ref.kind == "lambda":
        return site.center.lambdas[ref.name]
    if ref.kind == "bot":
        return site.center.bots[ref.name]
    if ref.kind == "agent":
        return _person(site, ref.name)
    if ref.kind == "phone_number":
        return site.numbers[ref.name].phone_number
    raise ValueError(f"a flow names the {ref.kind} {ref.name!r}, which no part of the program makes")
