"""H12: what callers type and what is looked up about them is kept only where it is declared personal.

Taint comes from digits, the caller's number, personal attributes and the answers of Lambda functions and bots. It
spreads through attributes, of the contact and of the flow, in whatever order the steps run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..specs.model import Center
from .calls import Graph, Key, Node
from .rule_findings import Finding

_SOURCES = re.compile(r"\$\.(StoredCustomerInput\b|CustomerEndpoint\.Address\b|External\.|Lex\.)")
_READ = re.compile(r"\$\.(Attributes|FlowAttributes)\.([\w.\-]+)")


def private_data(graph: Graph, center: Center | None) -> Iterator[Finding]:
    """Findings in every flow of the graph."""
    personal = {key for key, found in center.attributes.items() if found.personal} if center else set()
    tainted = _tainted(graph, personal)
    for node in graph.nodes.values():
        kept = [(_source(value, tainted), name) for name, value in node.data.keeps if name not in personal]
        kept = [(source, name) for source, name in kept if source]
        if kept:
            source, name = kept[0]
            more = f" ({len(kept) - 1} more with it)" if kept[1:] else ""
            message = f"{node.named}: {source} is kept in {_named(name)}{more}, which is not declared personal"
            hint = "use `local`, or declare the attribute under `attributes:` with personal: true"
            yield Finding("H12", node.where, message, hint, node)
        if node.data.private:
            yield from _logged(graph, node)


def _named(name: str) -> str:
    word, _, rest = name.partition(" ")
    return f'the tag "{rest}"' if word == "tag" and rest else f"the contact's {rest}" if rest else f'"{name}"'


def _tainted(graph: Graph, personal: set[str]) -> set[str]:
    """Attributes that hold something private, as `Attributes.name` and `FlowAttributes.name`."""
    tainted = {f"Attributes.{name}" for name in personal}
    written = [
        (f"{space}.{name}", value)
        for node in graph.nodes.values()
        for space, pairs in (("Attributes", node.data.keeps), ("FlowAttributes", node.data.local))
        for name, value in pairs
    ]
    grown = True
    while grown:
        more = {name for name, value in written if name not in tainted and _source(value, tainted)}
        tainted |= more
        grown = bool(more)
    return tainted


def _source(value: str, tainted: set[str]) -> str:
    """The path in `value` that brings something private, or nothing."""
    found = _SOURCES.search(value)
    if found:
        return value[found.start() :].split()[0]
    names = (f"{space}.{name}" for space, name in _READ.findall(value))
    return next((f"$.{name}" for name in names if name in tainted), "")


def _logged(graph: Graph, asking: Node) -> Iterator[Finding]:
    """Uses of private digits while the flow's log is on: it is on again once they are typed."""
    into = {f"Attributes.{name}" for name, _ in asking.data.keeps} | {"StoredCustomerInput"}
    seen: set[tuple[Key, bool]] = set()
    stack = [(edge.to, True) for edge in asking.edges if edge.name == "then"]
    while stack:
        key, on = stack.pop()
        node = graph.nodes.get(key)
        if node is None or (key, on) in seen or key == asking.key:
            continue
        seen.add((key, on))
        if on and any(f"$.{name}" in node.data.uses for name in into):
            message = f"{node.named} uses the private digits of {asking.named} while the log is on"
            yield Finding("H12", node.where, message, "put {log: off} before it and {log: on} after it", node)
            continue
        now: Mapping[str, bool] = {"on": True, "off": False}
        stack += [(edge.to, now.get(node.data.log, on)) for edge in node.edges]
