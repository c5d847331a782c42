"""Every call that can be: a walk over all reachable states, cheapest way first.

A node is a state of the machine with what was found out on the way (hours, queues, replies: the same within one call),
how long the caller has waited without a way out, and whether a number was named since the last question. Stretches in
which nothing is asked are walked in one go. Failures are tried wherever they lead elsewhere; they are not remembered,
so every combination of them is covered.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ..document import Action
from . import machine, moments, routing, speech
from .coverage import Branch, takes_next
from .escapes import WAYS_OUT, entries, ways_out
from .liveness import live_values
from .place import LEAVES, LEAVING
from .state import Answer, Ask, End, State, Step
from .values import path_of
from .world import CALLER, World

MOST_NODES = 60_000
_COSTS = {"fails": 50, "invalid": 4, "full": 6, "busy": 6, "no_answer": 7, "not_dialable": 20, "closed": 1}
_REMEMBERED = frozenset(("hours", "room", "metric", "unknown", "dial", "split", "event"))
_NUMBER = re.compile(r"(?<!\d)(?:\+?\d[\d .-]*\d|\d)(?!\d)")
CALLED_BACK = ("callback", "answered")


class Node(NamedTuple):
    """A moment at which something must be known."""

    state: State
    known: tuple[tuple[str, str], ...] = ()
    waited: int = 0
    named: bool = False


class Told(NamedTuple):
    """An answer on the way: where it was given, to what."""

    state: State
    ask: Ask
    answer: Answer


class Edge(NamedTuple):
    """From one node to another, or to an end. `branches` are those that were taken on the way."""

    source: int
    told: Told | None
    target: int  # -1: the call ended
    end: End | None
    named: bool
    stuck: tuple[str, ...] = ()  # a loop in which nothing is asked


class Chain(NamedTuple):
    """Where one comes from a state when nothing is asked, and what became of what a caller brought along."""

    state: State
    made: Step | None  # the last step; None where something is asked at once
    named: bool | None  # None: as before
    moved: bool  # to another stage: what was known is forgotten
    rested: bool  # a way out was offered: waiting starts anew
    stuck: tuple[str, ...] = ()  # a loop in which nothing is asked


@dataclass(slots=True)
class Walked:
    """What the walk found. `complete` tells whether everything was looked at."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    came: list[int] = field(default_factory=list)  # the edge by which a node was first reached; -1 for a root
    first: dict[Branch, int] = field(default_factory=dict)  # the edge on which a branch was first taken
    reached: set[tuple[str, str]] = field(default_factory=set)
    too_long: list[int] = field(default_factory=list)
    roots: dict[int, str] = field(default_factory=dict)
    complete: bool = True

    def trail(self, edge: int) -> list[Told]:
        """All answers from the first ring up to and with an edge."""
        told: list[Told] = []
        while edge >= 0:
            here = self.edges[edge]
            if here.told is not None:
                told.append(here.told)
            edge = self.came[here.source]
        return told[::-1]

    def root(self, edge: int) -> tuple[str, State]:
        """Which number or flow the way to an edge began with."""
        here = self.edges[edge].source
        while self.came[here] >= 0:
            here = self.edges[self.came[here]].source
        return self.roots[here], self.nodes[here].state


def roots(world: World) -> Iterator[tuple[str, State, int]]:
    """Where calls begin: each number, and calls that agents make."""
    for key, number in world.numbers.items():
        if number.flow in world.flows:
            yield f"to {key}", machine.start(world, number.flow, caller=CALLER), 0
    seen = set()
    for key, queue in world.queues.items():
        if queue.outbound in world.flows and queue.outbound not in seen:
            seen.add(queue.outbound)
            state = moments.run(world, State(stage="outbound", target=key, caller=CALLER), queue.outbound)
            yield f"flow {queue.outbound}", state, 2


class Walker:
    """The walk itself."""

    def __init__(
        self,
        world: World,
        combinations: Iterable[Mapping[str, bool]] = (),
        longest_wait: int | None = None,
        most: int = MOST_NODES,
        until_person: bool = False,
    ) -> None:
        self.world = world
        self.combinations = [dict(item) for item in combinations]
        self.longest = longest_wait
        self.most = most
        self.until_person = until_person
        self.walked = Walked()
        self.heap: list[tuple[int, int, int]] = []
        self.index: dict[Node, int] = {}
        self.done: set[int] = set()
        self.counter = itertools.count()
        self.outs = ways_out(world)
        self.values = entries(world)
        self.live = live_values(world.flows)
        self.soft: dict[tuple[str, str], bool] = {}
        self.compared = compared_attributes(world)
        # Callers who know different things pass the same places: what depends on the state alone is found once.
        self.asked: dict[State, Ask | None] = {}
        self.chains: dict[tuple[State, bool], Chain] = {}

    def walk(self) -> Walked:
        """Look at everything, or at as much as the limit lets."""
        for name, state, cost in roots(self.world):
            self._root(name, state, cost)
        while self.heap:
            cost, _, number = heapq.heappop(self.heap)
            if number in self.done:
                continue
            self.done.add(number)
            if len(self.walked.nodes) > self.most:
                self.walked.complete = False
                break
            self._expand(number, cost)
        return self.walked

    def _root(self, name: str, state: State, cost: int) -> None:
        """A root is a node of its own in front of the first stretch."""
        node = Node(state)
        number = len(self.walked.nodes)
        self.walked.nodes.append(node)
        self.walked.came.append(-1)
        self.walked.roots[number] = name
        heapq.heappush(self.heap, (cost, next(self.counter), number))

    def _expand(self, number: int, cost: int) -> None:
        node = self.walked.nodes[number]
        asked = self._ask(node.state)
        if asked is None:
            self._stretch(number, node, None, None, cost)
            return
        for answer in self._answers(node, asked):
            extra = _COSTS.get(answer.label, 1)
            if asked.kind == "talk" and self._same_queue(node.state, answer.label):
                extra = 10
            made = machine.step(self.world, node.state, answer)
            known = node.known
            if asked.kind in _REMEMBERED:
                known = _know(known, asked, answer)
            after = self._after(node, made, known, asked)
            self._stretch(number, after, Told(node.state, asked, answer), (node.state, made), cost + extra)

    def _ask(self, state: State) -> Ask | None:
        """What is asked here, without failures that lead where success leads and leave nothing undone."""
        if state not in self.asked:
            self.asked[state] = self._question(state)
        return self.asked[state]

    def _question(self, state: State) -> Ask | None:
        asked = machine.ask(self.world, state)
        if asked is None or "fails" not in asked.options:
            return asked
        here = (state.flow, state.at)
        soft = self.soft.get(here)
        if soft is None:
            action = machine.action_of(self.world, state)
            soft = self.soft[here] = action is not None and _soft(action)
        if not soft or self._undone(state, asked):
            return asked
        options = tuple(option for option in asked.options if option != "fails")
        return asked._replace(options=options) if len(options) > 1 or asked.kind in ("keys", "digits", "wait") else None

    def _undone(self, state: State, asked: Ask) -> bool:
        """Whether a failure leaves something undone that a later step looks at: no callback, no attribute, no queue."""
        if asked.kind != "do":
            return False
        done = machine.step(self.world, state, Answer(asked.options[0])).state
        not_done = machine.step(self.world, state, Answer("fails")).state
        if (done.booked, done.target, done.callback) != (not_done.booked, not_done.target, not_done.callback):
            return True
        changed = set(done.attributes) ^ set(not_done.attributes)
        return any(name in self.compared for name, _ in changed)

    def _answers(self, node: Node, asked: Ask) -> Iterator[Answer]:
        known = dict(node.known)
        remembered = known.get(f"{asked.kind} {asked.subject}") if asked.kind in _REMEMBERED else None
        for option in asked.options:
            if remembered is not None and option not in (remembered, "fails"):
                continue
            if asked.kind == "hours" and option != "fails" and not self._possible(known, asked.subject, option):
                continue
            if option == speech.VALID and asked.kind == "digits":
                yield from (
                    Answer(option, value) for value in self.values[asked.subject.isdigit() or not asked.subject]
                )
            elif option == routing.NOT_DIALABLE and self._same(node.state):
                continue
            elif asked.kind == "caller" and option == routing.INVALID:
                yield Answer(option, routing.WITHHELD)
            else:
                yield Answer(option)

    def _same_queue(self, state: State, label: str) -> bool:
        """Whether an agent sends the caller back into the queue that the caller came from."""
        link = self.world.quick_connects.get(label.removeprefix("transfer "))
        return link is not None and link.to == state.target

    def _same(self, state: State) -> bool:
        """Whether a number that cannot be dialled goes where one that is none goes."""
        action = machine.action_of(self.world, state)
        errors = action.errors if action else {}
        return errors.get("CallbackNumberNotDialable") == errors.get("InvalidCallbackNumber")

    def _possible(self, known: Mapping[str, str], subject: str, option: str) -> bool:
        """Whether hours can be so, with those that are known, at any one moment."""
        if not self.combinations or subject not in self.combinations[0]:
            return True
        wanted = {key.removeprefix("hours "): value for key, value in known.items() if key.startswith("hours ")}
        wanted[subject] = option
        return any(
            all(combination.get(name) is (value == "open") for name, value in wanted.items() if name in combination)
            for combination in self.combinations
        )

    def _after(self, node: Node, made: Step, known: tuple[tuple[str, str], ...], asked: Ask | None) -> Node:
        """The node behind a step: waiting time adds up in queues, a named number is forgotten at a question."""
        before, state = node.state, made.state
        waited, named = 0, node.named
        if asked is not None and asked.kind in ("keys", "digits", "intent"):
            named = False
        if state.stage == "queue" and before.stage == "queue" and state.queue == before.queue:
            offered = asked is not None and asked.kind in ("keys", "digits") and (before.flow, before.at) in self.outs
            action = machine.action_of(self.world, before)
            way_out = offered or (action is not None and action.type in WAYS_OUT)
            waited = 0 if way_out else node.waited + self._lasts(before, asked)
        trusted = self.world.origin(before.flow, before.at).tells
        if any(heard.to == "caller" and (trusted or names_number(heard.text)) for heard in made.heard):
            named = asked is None or asked.kind not in ("keys", "digits", "intent")
        if state.stage != before.stage:
            # Time has passed: what was so before need not be so any more.
            known, named = _kept(known), False
        return Node(self._plain(state), known, waited, named)

    def _lasts(self, before: State, asked: Ask | None) -> int:
        """Seconds that pass in a queue: the stretches between interrupts, and questions that nobody answers."""
        return asked.limit if asked is not None and asked.kind in ("wait", "keys", "digits") and before.flow else 0

    def _plain(self, state: State) -> State:
        """The state without what no later step looks at, so that calls that go on alike are one."""
        agent = "" if state.talked else state.agent
        if not (state.loops or state.values or agent != state.agent or state.priority != 5):
            return state
        loops, values = state.loops, state.values
        if loops:
            inside = {state.flow, *[frame.flow for frame in state.stack]}
            loops = tuple([item for item in loops if item[0] in inside])
        if values:
            live = self.live.get((state.flow, state.at), frozenset())
            values = tuple([item for item in values if item[0].partition(".")[0] in live])
        if (loops, values, 5, agent) == (state.loops, state.values, state.priority, state.agent):
            return state
        return state._replace(loops=loops, values=values, priority=5, agent=agent)

    def _stretch(self, source: int, node: Node, told: Told | None, first: tuple[State, Step] | None, cost: int) -> None:
        """Walk on from `node` until something is asked or the call ends; then note the edge."""
        branches: list[Branch] = []
        made: Step | None = None
        stuck: tuple[str, ...] = ()
        if first is not None:
            made = self._made(first[1])
            self._note(first[0], made, branches)
        if (made is None or made.end is None) and not self._too_long(node):
            chain = self._chain(node.state, CALLED_BACK in node.known, branches)
            made, stuck = chain.made or made, chain.stuck
            node = Node(
                chain.state,
                _kept(node.known) if chain.moved else node.known,
                0 if chain.rested else node.waited,
                node.named if chain.named is None else chain.named,
            )
        self._edge(source, node, told, made, branches, stuck, cost)

    def _too_long(self, node: Node) -> bool:
        return self.longest is not None and node.waited > self.longest

    def _made(self, made: Step) -> Step:
        """A step; where a walk ends with a person, the end."""
        if self.until_person and made.state.stage == "agent_whisper":
            return made._replace(end=End("agent", queue=made.state.target))
        return made

    def _chain(self, state: State, called_back: bool, branches: list[Branch]) -> Chain:
        """What follows from `state` on until something is asked; whoever comes there again goes the same way."""
        known = self.chains.get((state, called_back))
        if known is None:
            known = self.chains[state, called_back] = self._follow(state, called_back, branches)
        return known

    def _follow(self, state: State, called_back: bool, branches: list[Branch]) -> Chain:
        seen: set[State] = set()
        node = Node(state, (CALLED_BACK,) if called_back else ())
        made: Step | None = None
        named: bool | None = None
        moved = rested = False
        while self._ask(node.state) is None:
            if node.state in seen:
                stuck = (self.world.origin(node.state.flow, node.state.at).step,)
                return Chain(node.state, made, named, moved, rested, stuck)
            seen.add(node.state)
            before = node.state
            # A number named a step before: `named` false; waiting time is only ever forgotten where nothing is asked.
            made = machine.step(self.world, before, None)
            after = self._after(Node(before, node.known, 1), made, node.known, None)
            moved = moved or after.state.stage != before.stage
            rested = rested or not after.waited
            named = after.named or (False if after.state.stage != before.stage else named)
            node = after
            if called_back and node.state.stage not in ("agent_whisper", "outbound"):
                made = made._replace(end=End("agent", queue=node.state.target))
            made = self._made(made)
            self._note(before, made, branches)
            if made.end is not None:
                break
        return Chain(node.state, made, named, moved, rested)

    def _note(self, before: State, made: Step, branches: list[Branch]) -> None:
        self.walked.reached.add((before.flow, before.at))
        if made.source:
            branches.append((*made.source, made.to))
        elif made.to:
            branches.append((before.flow, before.at, made.to))
        elif before.flow and made.label in LEAVING and (made.label != routing.ANSWERED or before.stage != "queue"):
            branches.append((before.flow, before.at, LEAVES))

    def _edge(
        self,
        source: int,
        node: Node,
        told: Told | None,
        made: Step | None,
        branches: list[Branch],
        stuck: tuple[str, ...],
        cost: int,
    ) -> None:
        walked = self.walked
        end = made.end if made is not None else None
        number = len(walked.edges)
        for branch in branches:
            walked.first.setdefault(branch, number)
        if end is not None or stuck:
            walked.edges.append(Edge(source, told, -1, end, node.named, stuck))
            if end is not None and end.how == "callback" and not self.until_person:
                self._call_back(number, source, node, cost)
            return
        if self.longest is not None and node.waited > self.longest:
            walked.edges.append(Edge(source, told, -1, None, node.named))
            walked.too_long.append(number)
            return
        plain = Node(node.state, node.known, 0, node.named) if node.waited else node
        target = self.index.get(plain)
        if target is None or node.waited > self.walked.nodes[target].waited:
            target = self.index[plain] = len(walked.nodes)
            walked.nodes.append(node)
            walked.came.append(number)
            heapq.heappush(self.heap, (cost, next(self.counter), target))
        walked.edges.append(Edge(source, told, target, None, node.named))

    def _call_back(self, number: int, source: int, node: Node, cost: int) -> None:
        """What becomes of a booked callback: whisper to the agent, then what the called person hears."""
        del source
        state = node.state
        after = state._replace(queue="", target=state.booked, talked=True, hooks=state.hooks)
        info = self.world.queues.get(state.booked)
        starts = [moments.whisper(self.world, after._replace(stage="agent_whisper"))]
        if info is not None and info.outbound in self.world.flows:
            starts.append(moments.run(self.world, after._replace(stage="outbound"), info.outbound))
        for begin in starts:
            following = Node(begin, (CALLED_BACK,))
            if begin.stage == "talk" or following in self.index:
                continue
            self.index[following] = len(self.walked.nodes)
            self.walked.nodes.append(following)
            self.walked.came.append(number)
            heapq.heappush(self.heap, (cost + 3, next(self.counter), self.index[following]))


def _kept(known: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What stays true when time has passed."""
    return (CALLED_BACK,) if CALLED_BACK in known else ()


def _know(known: tuple[tuple[str, str], ...], asked: Ask, answer: Answer) -> tuple[tuple[str, str], ...]:
    if answer.label == "fails" or asked.subject.startswith("$.Metrics"):  # figures change at any time
        return known
    return tuple(sorted({**dict(known), f"{asked.kind} {asked.subject}": answer.label}.items()))


def compared_attributes(world: World) -> frozenset[str]:
    """Contact attributes on which some flow's way depends."""
    paths = {
        path_of(str(action.parameters.get("ComparisonValue", "")))
        for document in world.flows.values()
        for action in document.actions.values()
        if action.type == "Compare"
    }
    return frozenset(path.removeprefix("Attributes.") for path in paths if path.startswith("Attributes."))


def _soft(action: Action) -> bool:
    """Whether a failure goes the same way as success."""
    to = action.errors.get("NoMatchingError") or next(iter(action.errors.values()), "")
    return (takes_next(action) and to == action.next) or to in {condition.to for condition in action.conditions}


@lru_cache(maxsize=4096)
def names_number(text: str) -> bool:
    """Whether a message names a number to call: two digits or more."""
    return any(sum(c.isdigit() for c in found) >= 2 for found in _NUMBER.findall(text))
