"""The graph of a call: every step of every flow, with labelled edges, the safety net and moves between flows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from ..specs.model import Speech, Text
from ..specs.problems import NOWHERE, Where
from .graph import Flow, Step
from .house import House

Key = tuple[str, str]  # flow, step; parts of the net begin with "@"
FAILED, NEGATIVE, CHOICE, PLAIN = "F", "N", "K", ""
# Used where the centre names no emergency numbers.
EMERGENCY = frozenset(("15", "17", "18", "112", "110", "911", "999", "000", "114"))
_TAG = re.compile(r"<[^>]*>")
_DIGITS = re.compile(r"(?<![\d+])\d+(?:[ .]\d+)*(?!\d)")


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another. `name` is the key under which it is written."""

    label: str
    name: str
    to: Key
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Node:
    """A step, or a part of the net. `kinds`: SPEAK, KEYS, PERSON, REPLY, OUT."""

    key: Key
    kinds: frozenset[str]
    edges: tuple[Edge, ...]
    step: Step | None = None
    emergency: bool = False  # it names an emergency number in every language
    notice: bool = False
    where: Where = NOWHERE


KINDS: Mapping[str, tuple[str, ...]] = {
    "say": ("SPEAK",),
    "notice": ("SPEAK",),
    "menu": ("SPEAK", "KEYS"),
    "digits": ("SPEAK", "KEYS"),
    "language": ("SPEAK",),
    "queue": ("PERSON",),
    "agent": ("PERSON",),
    "transfer": ("PERSON",),
    "callback": ("REPLY",),
    "hang_up": ("OUT",),
}
_NEGATIVE = frozenset(("closed", "full", "nobody", "no_answer"))


class Calls:
    """All nodes by key."""

    def __init__(self, flows: Mapping[str, Flow], house: House) -> None:
        self.flows = flows
        self.house = house
        self.nodes: dict[Key, Node] = {}
        safety = house.center.safety if house.center else None
        self.numbers = frozenset(safety.emergency_numbers) if safety and safety.emergency_numbers else EMERGENCY
        for flow in flows.values():
            for node in self._net(flow):
                self.nodes[node.key] = node
            for step in flow.steps.values():
                self.nodes[flow.name, step.key] = self._node(flow, step)

    def start(self, flow: str) -> Key:
        """The first node of a flow."""
        return flow, self.flows[flow].start

    def _node(self, flow: Flow, step: Step) -> Node:
        kinds = frozenset(KINDS.get(step.verb, ()))
        if step.verb == "language" and isinstance(step.value, str):
            kinds = frozenset()
        texts = [text for _, text in step.texts()]
        named = bool(step.option("emergency")) or any(self.names_emergency(text) for text in texts)
        edges = tuple(self._edges(flow, step))
        return Node((flow.name, step.key), kinds, edges, step, named, step.verb == "notice", step.where)

    def _edges(self, flow: Flow, step: Step) -> Iterator[Edge]:
        plain: list[Key] = []
        for name, target in step.targets():
            key, _, case = name.partition(" ")
            if key in {"then", "failed"}:
                continue
            label = NEGATIVE if key in _NEGATIVE else CHOICE if key == "choices" and case else PLAIN
            weight = float(step.option("every") or 0) if key == "each" else 0.0
            yield Edge(label, name, (flow.name, target), weight)
            plain.append((flow.name, target))
        then = flow.then_of(step)
        if then and not (step.verb == "check_hours" and step.option("open")):
            weight = float(step.option("up_to") or 0) if step.verb == "repeat" else 0.0
            yield Edge(PLAIN, "then", (flow.name, then), weight)
            plain.append((flow.name, then))
        if step.verb == "flow" and step.value in self.flows:
            yield Edge(PLAIN, "flow", self.start(step.value))
        failing = step.table.failure != "none" or step.verb == "menu"
        if not failing or (step.verb == "queue" and step.option("full") is None):
            return
        to = (flow.name, flow.failure_of(step) or self._net_start(flow))
        if to not in plain:  # a soft failure that goes on is no other way
            yield Edge(FAILED, "failed" if step.failed else "on_error", to)

    def _net_start(self, flow: Flow) -> str:
        if flow.type.endswith(("_queue", "_hold")) and flow.repeating:
            return flow.repeating
        return "@sorry" if flow.type in {"inbound", "agent_transfer", "queue_transfer"} else "@end"

    def _net(self, flow: Flow) -> Iterator[Node]:
        """The nodes of the built-in safety net (compiler.net)."""
        center, name = self.house.center, flow.name
        safety = center.safety if center else None
        queue = safety.fallback_queue if safety else None
        number = safety.fallback_number if safety else None
        ways = [part for part, there in (("@queue", queue), ("@number", number), ("@goodbye", True)) if there]
        after = dict(zip(["@sorry", *ways], [*ways, "@out"], strict=True))
        yield Node((name, "@sorry"), frozenset(("SPEAK",)), (Edge(PLAIN, "then", (name, after["@sorry"])),))
        for part in ways[:-1]:
            edges = tuple(Edge(label, word, (name, after[part])) for label, word in ((NEGATIVE, "full"), (FAILED, "")))
            yield Node((name, part), frozenset(("PERSON",)), edges, notice=part == "@queue")
        edges = (Edge(PLAIN, "then", (name, "@out")),)
        yield Node((name, "@goodbye"), frozenset(("SPEAK",)), edges, emergency=bool(self.house.emergency))
        yield Node((name, "@out"), frozenset(("OUT",)), ())
        yield Node((name, "@end"), frozenset(), ())

    # Questions

    def names_emergency(self, text: Text) -> bool:
        """Whether a text names an emergency number in each of its languages."""
        return all(self.numbers & digit_tokens(speech) for speech in text.by_language.values())

    def reach(
        self,
        start: Key,
        *,
        without: Collection[str] = (),
        stop: Callable[[Node], bool] | None = None,
    ) -> Iterator[Node]:
        """Every node on a way from `start`, without edges of some labels; ways end at nodes where `stop` says so
        (which are still told)."""
        seen: set[Key] = set()
        stack = [start]
        while stack:
            key = stack.pop()
            if key in seen or key not in self.nodes:
                continue
            seen.add(key)
            node = self.nodes[key]
            yield node
            if stop is None or not stop(node):
                stack += [edge.to for edge in node.edges if edge.label not in without]


def said(speech: Speech) -> str:
    """The words of a speech, with digits of every script as 0 to 9; nothing for a prompt."""
    if speech.kind == "prompt":
        return ""
    text = _TAG.sub(" ", speech.value) if speech.kind == "ssml" else speech.value
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in folded)


def digit_tokens(speech: Speech) -> set[str]:
    """The numbers that a speech names: whole tokens, with and without inner blanks and dots."""
    tokens = set()
    for found in _DIGITS.findall(said(speech)):
        tokens |= {re.sub(r"[ .]", "", found), *re.split(r"[ .]", found)}
    return tokens
