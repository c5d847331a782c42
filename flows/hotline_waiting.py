"""H06: whoever waits is offered a way out in time. The longest wait is the heaviest way through a waiting flow."""

from __future__ import annotations

import math
from collections.abc import Iterator

from .calls import CHOICE, FAILED, Edge, Graph, Key, Node
from .rule_findings import HELPED, Finding

_BUDGET = 20_000  # evaluations of a node; loops within loops within loops are not followed for ever
_DEEPEST = 4
_LONGEST_WAY = 180  # nodes in one way; a way of more is not followed to its end
_MUTE = frozenset(("otherwise", "silence", "invalid"))


def wait_cap(graph: Graph, flow: str, longest: int) -> Iterator[Finding]:
    """Findings of one waiting flow, from its start and from the other branches of each way out."""
    entry = graph.entries[flow]
    waits = _Waits(graph)
    nodes = list(graph.reach(entry.start))
    first = graph.nodes.get(entry.start)
    starts: list[tuple[Key, Node | None]] = [(entry.start, None)]
    for node in nodes:
        if waits.escape(node):
            starts += [(edge.to, node) for edge in node.edges if edge.name in _MUTE or waits.useless(edge)]
    for start, source in starts:
        seconds = waits.longest(start)
        if seconds is not None and seconds > longest:
            much = "for ever" if seconds == math.inf else f"{seconds:.0f} s"
            after = f" after {source.named}" if source else ""
            message = f'in the waiting flow "{flow}" a caller can wait {much}{after} without a way out'
            hint = f"offer a callback at least every {longest} s: every, each, up_to of `repeat`"
            where = source.where if source else entry.where
            yield Finding("H06", where, message, hint, source or first)


class _Waits:
    """Longest ways in one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.known: dict[tuple[Key, frozenset[Key], Key | None], float | None] = {}
        self.busy: set[tuple[Key, frozenset[Key], Key | None]] = set()
        self.spent = 0
        self.helped = graph.leads(lambda n: bool(n.kinds & HELPED), without=(FAILED,))

    def escape(self, node: Node) -> bool:
        """Whether it is a question with a key that leads to a callback, another queue or a number."""
        return "KEYS" in node.kinds and any(edge.label == CHOICE and not self.useless(edge) for edge in node.edges)

    def useless(self, edge: Edge) -> bool:
        """Whether a key leads to nobody."""
        return edge.label == CHOICE and edge.to not in self.helped

    def longest(self, key: Key, cut: frozenset[Key] = frozenset(), goal: Key | None = None) -> float | None:
        """Seconds of the longest way to a way out (or to `goal`): None when none leads there, infinite when a caller
        can go round for ever. `cut` are loops that are being looked into."""
        if key == goal:
            return 0.0
        node = self.graph.nodes.get(key)
        if node is None or key in cut:
            return None
        if self.escape(node) or node.kinds & (HELPED | {"OUT"}):
            return 0.0 if goal is None else None
        state = (key, cut, goal)
        if state in self.busy:
            return math.inf
        if state not in self.known:
            self.spent += 1
            if self.spent > _BUDGET or len(self.busy) > _LONGEST_WAY:
                return None
            self.busy.add(state)
            self.known[state] = self._through(node, cut, goal)
            self.busy.discard(state)
        return self.known[state]

    def _through(self, node: Node, cut: frozenset[Key], goal: Key | None) -> float | None:
        edges = [edge for edge in node.edges if edge.label != FAILED]
        if not edges:
            return math.inf if goal is None else None  # the music plays on, or nothing at all is heard
        rounds = [edge for edge in edges if edge.name == "each"]
        if rounds and len(rounds) < len(edges):
            return self._bounded(node, rounds, [edge for edge in edges if edge.name != "each"], cut, goal)
        return _most([_plus(edge.seconds, self.longest(edge.to, cut, goal)) for edge in edges])

    def _bounded(
        self, node: Node, rounds: list[Edge], done: list[Edge], cut: frozenset[Key], goal: Key | None
    ) -> float | None:
        """A loop that ends by itself: its rounds, and what comes after it."""
        if len(cut) >= _DEEPEST:
            return _most([_plus(edge.seconds, self.longest(edge.to, cut, goal)) for edge in done])
        inner = cut | {node.key}
        back = _most([self.longest(edge.to, inner, node.key) for edge in rounds])
        away = _most([self.longest(edge.to, inner, goal) for edge in rounds])
        if node.act == "repeat":  # its own limit holds, whatever each round does
            every, up_to = rounds[0].seconds, max(edge.seconds for edge in done)
            total = min(every, up_to) if back is None else up_to
        else:
            total = node.count * back if back is not None and node.count else 0.0
        after = _most([self.longest(edge.to, cut, goal) for edge in done])
        return _most([_plus(total, after), _plus(total, away)])


def _plus(seconds: float, more: float | None) -> float | None:
    return None if more is None else seconds + more


def _most(values: list[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return max(found) if found else None
