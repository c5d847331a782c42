"""The steps of an import compiled at once, without the way through text: what they say must be what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ...specs.model import FlowFile, FlowType
from ...specs.nodes import Mapping as MapNode
from ...specs.nodes import Node, Scalar, Sequence
from ...specs.problems import Problems, Where
from ...specs.texts import TextContext
from ..check import check_flow
from ..compiled import CompiledFlow
from ..compiler import compile_flow
from ..house import house_alone
from ..names import Names
from ..parse import parse


def compiled(
    envelope: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]], problems: Problems
) -> CompiledFlow | None:
    """What the YAML of these values compiles to; None after recording mistakes. The n-th step stands at line n, from 1.

    The service's own rules are not looked at: the flow that is imported has passed them, and the result is compared
    with it.
    """
    name, kind = str(envelope["flow"]), cast(FlowType, str(envelope["type"]))
    top = {key: _node(value, Where(name)) for key, value in envelope.items()}
    placed = {key: Where(name, number) for number, key in enumerate(steps, start=1)}
    nodes = {key: _node(step, placed[key]) for key, step in steps.items()}
    top["steps"] = MapNode(nodes, Where(name), placed)
    context = TextContext()
    flow = parse(FlowFile(name, kind, name, MapNode(top, Where(name)), Where(name)), context, problems)
    if flow is None or problems.errors:
        return None
    check_flow(flow, Names(), context, problems)
    return None if problems.errors else compile_flow(flow, house_alone(None))


def _node(value: Any, where: Where) -> Node:
    if isinstance(value, dict):
        return MapNode({key: _node(part, where) for key, part in value.items()}, where)
    if isinstance(value, (list, tuple)):
        return Sequence(tuple(_node(part, where) for part in value), where)
    return Scalar("", where, False) if value is None else Scalar(str(value), where, True)
