"""The graph of a call: what each step of every flow does, with labelled edges, the safety net and moves between flows.

`Graph` is what the hotline rules read; `Calls` makes it from YAML, `action_calls.ActionCalls` from Flow language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field
from typing import Any

from ..specs.frozen import dataclass
from ..specs.model import Speech, Text
from ..specs.problems import NOWHERE, Where
from .graph import Flow, Step
from .house import House
from .speech_words import names_recording

Key = tuple[str, str]  # flow (a copy of a module: its name and where it runs), step; parts of the net begin with "@"
FAILED, NEGATIVE, CHOICE, PLAIN = "F", "N", "K", ""
# Used where the centre names no emergency numbers.
EMERGENCY = frozenset(("15", "17", "18", "112", "110", "911", "999", "000", "114"))
MAX_NODES = 20_000  # of copies of modules; beyond it one more is not looked into
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
class Data:
    """What a node does with a caller's data. `keeps` and `local`: (name, value) of what is stored on the contact, and
    of what lasts as long as the flow; `private`: digits that no log may show; `log`: on or off."""

    keeps: tuple[tuple[str, str], ...] = ()
    local: tuple[tuple[str, str], ...] = ()
    private: bool = False
    log: str = ""
    uses: str = ""  # everything that the node names, as text


@dataclass(frozen=True, slots=True)
class Node:
    """A step, an action, or a part of the net.

    `kinds`: SPEAK, KEYS, PERSON, REPLY, OUT; UNKNOWN is a flow or module that is not at hand. `act` is the verb, of an
    action too; `about` the queue, hours or number that it names; `count` how often a loop goes round.
    """

    key: Key
    kinds: frozenset[str]
    edges: tuple[Edge, ...]
    act: str = ""
    about: str = ""
    step: Step | None = None
    emergency: bool = False  # it names an emergency number in every language
    number: bool = False  # it names one that can be called
    notice: bool = False
    count: int = 0
    announced: tuple[tuple[str, Speech, frozenset[str]], ...] = ()  # (language, what is said, the keys that there are)
    data: Data = field(default_factory=Data)
    where: Where = NOWHERE
    flow: str = ""
    named: str = ""  # in messages: step "x"

    @property
    def net(self) -> bool:
        """Whether it is a part of the safety net that nobody wrote."""
        return self.step is None and self.key[1].startswith("@")

    def allows(self, rule: str) -> bool:
        """Whether its author lets it break a rule."""
        return self.step is not None and rule in self.step.allow


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a flow as a whole."""

    name: str
    type: str
    start: Key
    where: Where


KINDS: Mapping[str, tuple[str, ...]] = {
    "say": ("SPEAK",),
    "notice": ("SPEAK",),
    "menu": ("SPEAK", "KEYS"),
    "digits": ("SPEAK", "KEYS"),
    "ask": ("SPEAK", "KEYS"),
    "language": ("SPEAK",),
    "message": ("SPEAK", "REPLY"),
    "queue": ("PERSON",),
    "agent": ("PERSON",),
    "transfer": ("PERSON",),
    "callback": ("REPLY",),
    "hang_up": ("OUT",),
}
_NEGATIVE = frozenset(("closed", "full", "nobody", "no_answer"))


class Graph:
    """All nodes by key, and the flows that they belong to."""

    def __init__(self) -> None:
        self.nodes: dict[Key, Node] = {}
        self.entries: dict[str, Entry] = {}

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

    def leads(
        self,
        goal: Callable[[Node], bool],
        *,
        without: Collection[str] = (),
        past: Callable[[Node], bool] | None = None,
    ) -> set[Key]:
        """Every node from which some way comes to a `goal`, itself one or not; ways end at nodes where `past` says so.
        The same question as `reach`, for all nodes at once."""
        into: dict[Key, list[Key]] = {}
        for node in self.nodes.values():
            if past is None or not past(node):
                for edge in node.edges:
                    if edge.label not in without:
                        into.setdefault(edge.to, []).append(node.key)
        found = {node.key for node in self.nodes.values() if goal(node)}
        stack = list(found)
        while stack:
            more = [key for key in into.get(stack.pop(), ()) if key not in found]
            found.update(more)
            stack += more
        return found


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a flow: itself, or the copy of a module that a step of `outer` runs."""

    flow: Flow
    name: str
    outer: _Run | None = None
    caller: Step | None = None
    depth: int = 0

    def key(self, step: str) -> Key:
        return self.name, step


class Calls(Graph):
    """The graph of YAML flows. A module is looked into once for every step that runs it."""

    def __init__(self, flows: Mapping[str, Flow], house: House) -> None:
        super().__init__()
        self.flows = flows
        self.house = house
        safety = house.center.safety if house.center else None
        self.numbers = frozenset(safety.emergency_numbers) if safety and safety.emergency_numbers else EMERGENCY
        for flow in flows.values():
            self.entries[flow.name] = Entry(flow.name, flow.type, (flow.name, flow.start), flow.where)
            self._add(_Run(flow, flow.name))

    def _add(self, run: _Run) -> None:
        for node in self._net(run):
            self.nodes[node.key] = node
        for step in run.flow.steps.values():
            self.nodes[run.key(step.key)] = self._node(run, step)

    def _node(self, run: _Run, step: Step) -> Node:
        kinds = frozenset(KINDS.get(step.verb, ()))
        if step.verb == "language" and isinstance(step.value, str):
            kinds = frozenset()
        inner = self._module(run, step)
        if (step.verb == "flow" and step.value not in self.flows) or (step.verb == "module" and inner is None):
            kinds |= {"UNKNOWN"}
        texts = [text for _, text in step.texts()]
        speaks = "SPEAK" in kinds
        emergency = bool(step.option("emergency")) or any(self.names_emergency(text) for text in texts)
        return Node(
            key=run.key(step.key),
            kinds=kinds,
            edges=(Edge(PLAIN, "module", inner),) if inner else tuple(self._edges(run, step)),
            act=step.verb,
            about=_about(step),
            step=step,
            emergency=emergency,
            number=speaks and (emergency or any(names_number(text) for text in texts)),
            notice=step.verb == "notice" or (self.house.center is None and speaks and _tells(texts)),
            count=int(step.value) if step.verb == "loop" else 0,
            announced=tuple(_announced(step)),
            data=_data(step),
            where=step.where,
            flow=run.flow.name,
            named=f'step "{step.key}"',
        )

    def _module(self, run: _Run, step: Step) -> Key | None:
        """The first node of the copy of the module that `step` runs; None when it is not at hand, or nests too deep."""
        module = self.flows.get(step.value) if step.verb == "module" else None
        if module is None or run.depth >= 5 or len(self.nodes) > MAX_NODES:
            return None
        copy = _Run(module, f"{module.name} for {run.name}/{step.key}", run, step, run.depth + 1)
        self._add(copy)
        return copy.key(module.start)

    def _edges(self, run: _Run, step: Step) -> Iterator[Edge]:
        flow = run.flow
        plain: list[Key] = []
        for name, target in step.targets():
            key, _, case = name.partition(" ")
            if key in {"then", "failed", "next_action"}:
                continue
            label = NEGATIVE if key in _NEGATIVE else CHOICE if key in {"choices", "intents"} and case else PLAIN
            weight = float(step.option("every") or 0) if key == "each" and step.verb == "repeat" else 0.0
            yield Edge(label, name, run.key(target), weight)
            plain.append(run.key(target))
        then = flow.then_of(step)
        if then and not (step.verb == "check_hours" and step.option("open")):
            # What is typed is a choice as well: only silence and what is wrong go on by themselves.
            yield Edge(CHOICE if step.verb == "digits" else PLAIN, "then", run.key(then), _seconds(step))
            plain.append(run.key(then))
        if step.verb == "flow" and step.value in self.flows:
            yield Edge(PLAIN, "flow", (step.value, self.flows[step.value].start))
        if step.verb == "return" and run.outer and run.caller:
            caller, outer = run.caller, run.outer
            back = (caller.option("results") or {}).get(step.value) or outer.flow.then_of(caller)
            if back:
                yield Edge(PLAIN, "return", outer.key(back))
        failing = step.table.failure != "none" or step.verb == "menu"
        if not failing or (step.verb == "queue" and step.option("full") is None):
            return
        to = self._failure(run, step)
        if step.verb == "digits" and step.option("silence") is None and to not in plain:
            yield Edge(PLAIN, "silence", to)  # who presses nothing is treated as a failure, unless it is named
        if to not in plain:  # a soft failure that goes on is no other way
            yield Edge(FAILED, "failed" if step.failed else "on_error", to)

    def _failure(self, run: _Run, step: Step) -> Key:
        return run.key(run.flow.failure_of(step) or self._net_start(run.flow))

    def _net_start(self, flow: Flow) -> str:
        if flow.type.endswith(("_queue", "_hold")) and flow.repeating:
            return flow.repeating
        return "@sorry" if flow.type in {"inbound", "agent_transfer", "queue_transfer"} else "@end"

    def _net(self, run: _Run) -> Iterator[Node]:
        """The nodes of the built-in safety net (compiler.net)."""
        center, flow = self.house.center, run.flow
        safety = center.safety if center else None
        queue = safety.fallback_queue if safety else None
        number = safety.fallback_number if safety else None
        ways = [part for part, there in (("@queue", queue), ("@number", number), ("@goodbye", True)) if there]
        after = dict(zip(["@sorry", *ways], [*ways, "@out"], strict=True))
        own, words = flow.name, "the safety net"

        def part(name: str, kind: str, to: str, *labels: tuple[str, str], told: bool = False) -> Node:
            edges = tuple(Edge(label, word, run.key(to)) for label, word in labels)
            number = told and kind == "SPEAK"
            notice = told and kind == "PERSON"
            return Node(
                run.key(name),
                frozenset((kind,)),
                edges,
                emergency=number,
                number=number,
                notice=notice,
                flow=own,
                named=words,
                where=flow.where,
            )

        yield part("@sorry", "SPEAK", after["@sorry"], (PLAIN, "then"))
        for way in ways[:-1]:
            yield part(way, "PERSON", after[way], (NEGATIVE, "full"), (FAILED, ""), told=way == "@queue")
        yield part("@goodbye", "SPEAK", "@out", (PLAIN, "then"), told=bool(self.house.emergency))
        yield part("@out", "OUT", "")
        back: tuple[Edge, ...] = ()
        if run.outer and run.caller:
            back = (Edge(FAILED, "error", self._failure(run.outer, run.caller)),)
        yield Node(run.key("@end"), frozenset(), back, act="end", flow=own, named=words, where=flow.where)

    def names_emergency(self, text: Text) -> bool:
        """Whether a text names an emergency number in each of its languages."""
        return all(self.numbers & digit_tokens(speech) for speech in text.by_language.values())


def _tells(texts: list[Text]) -> bool:
    """Whether a file by itself, which has no `recording:`, says that the call is recorded."""
    return any(names_recording(speech.value) for text in texts for speech in text.by_language.values())


def _about(step: Step) -> str:
    """What a step names; of `record` whether anybody is recorded."""
    if step.verb == "record":
        return "off" if step.value == ("off",) else "on"
    return step.value if isinstance(step.value, str) else ""


def _seconds(step: Step) -> float:
    """How long a step keeps the caller before it goes on by itself."""
    if step.verb == "repeat":
        return float(step.option("up_to") or 0)
    return float(step.value) if step.verb == "wait" and isinstance(step.value, (int, float)) else 0.0


def _announced(step: Step) -> Iterator[tuple[str, Speech, frozenset[str]]]:
    if step.verb == "menu" and isinstance(step.value, Text):
        keys = frozenset(key for key in step.option("choices") if key.isdigit())
        yield from ((language, speech, keys) for language, speech in step.value.by_language.items())


def _data(step: Step) -> Data:
    """What a step stores, and what it does to the log."""
    uses = " ".join(_written(value) for _, _, value in step.forms())
    if step.verb in {"set", "tag", "contact", "local"} and isinstance(step.value, Mapping):
        pairs = tuple((key, value) for key, value in step.value.items() if isinstance(value, str))
        kept = tuple((key if step.verb == "set" else f"{step.verb} {key}", value) for key, value in pairs)
        return Data(local=pairs, uses=uses) if step.verb == "local" else Data(keeps=kept, uses=uses)
    if step.verb == "digits":
        into = step.option("into")
        keeps = ((into, "$.StoredCustomerInput"),) if into else ()
        return Data(keeps=keeps, private=bool(step.option("private")))
    return Data(log=str(step.value) if step.verb == "log" else "", uses=uses)


def _written(value: Any) -> str:
    """Every run-time path in a step's value, as one text."""
    if isinstance(value, Text):
        return " ".join(speech.value for speech in value.by_language.values())
    if isinstance(value, Mapping):
        return " ".join(_written(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return " ".join(_written(part) for part in value)
    return value if isinstance(value, str) else ""


def said(speech: Speech) -> str:
    """The words of a speech, with digits of every script as 0 to 9; nothing for a prompt."""
    if speech.kind == "prompt":
        return ""
    text = _TAG.sub(" ", speech.value) if speech.kind == "ssml" else speech.value
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in folded)


def digit_tokens(speech: Speech) -> set[str]:
    """The numbers that a speech names: whole tokens, with and without inner blanks and dots."""
    tokens = set()
    for found in _DIGITS.findall(said(speech)):
        tokens |= {re.sub(r"[ .]", "", found), *re.split(r"[ .]", found)}
    return tokens


def names_number(text: Text) -> bool:
    """Whether each language of a text names something to dial: three digits in one piece, or five in all."""
    return all(any(dialable(found) for found in numbers_in(speech)) for speech in text.by_language.values())


def numbers_in(speech: Speech) -> list[str]:
    """The numbers of a speech as they are written."""
    return [*_DIGITS.findall(said(speech)), *re.findall(r"\+\d[\d .]{4,}", said(speech))]


def dialable(written: str) -> bool:
    """Whether a number in a text is one to call, not a time of day or a count."""
    return (written.isdigit() and len(written) >= 3) or sum(c.isdigit() for c in written) >= 5
