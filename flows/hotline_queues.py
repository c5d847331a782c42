"""The hotline rules about queues, hours, recording and numbers: H05, H07, H08 and H09 on the graph of a call."""

from __future__ import annotations

from collections.abc import Iterator

from ..specs.model import DAYS, Center, Hours
from .calls import Graph, Key, Node
from .rule_findings import Finding

MAX_MOVES = 11  # from queue to queue in one call (Connect facts 2)


def hours_hold(graph: Graph, center: Center, start: Key) -> Iterator[Finding]:
    """H05: nobody is put into a queue without a check that it is open."""
    for queue in center.queues.values():
        needed = center.hours.get(queue.hours)
        if needed is None or needed.always:  # None: the mistake in the queue's own hours is told where it stands
            continue
        good = {name for name in (*center.hours, *center.queues) if _checks(center, name, needed)}
        for node in _without_check(graph, start, good):
            if node.act == "queue" and node.about == queue.key and not node.net:
                message = f'a caller can come to queue "{queue.key}" without a check of its hours "{needed.key}"'
                hint = f"put {{check_hours: {needed.key}, closed: …}} before it"
                yield Finding("H05", node.where, message, hint, node)


def hours_by_action(graph: Graph, start: Key) -> Iterator[Finding]:
    """H05 in a file by itself, where it can be decided: a queue of which the file asks the hours on one way (by the
    queue's own name, or as `current` after it was set) is reached on another without."""
    asked = {node.about for node in graph.nodes.values() if node.act == "check_hours" and node.about}
    for name in sorted(asked):
        for node in _without_check(graph, start, {name}):
            if node.act == "queue" and node.about == name and not node.net:
                message = f'a caller can come to queue "{name}" without the check of its hours that stands elsewhere'
                yield Finding("H05", node.where, message, f"put {{check_hours: {name}, closed: …}} before it", node)


def _checks(center: Center, name: str, needed: Hours) -> bool:
    """Whether a check of `name` (hours, or a queue's) is open only when `needed` is."""
    found = center.hours.get(name) or center.hours.get(center.queues[name].hours)
    return found is not None and _within(found, needed)


def _without_check(graph: Graph, start: Key, good: set[str]) -> Iterator[Node]:
    """Every node that can be reached without crossing the open edge of a check of `good`."""
    seen: set[Key] = set()
    stack = [start]
    while stack:
        key = stack.pop()
        node = graph.nodes.get(key)
        if node is None or key in seen:
            continue
        seen.add(key)
        yield node
        checks = node.act == "check_hours" and node.about in good
        stack += [edge.to for edge in node.edges if not (checks and edge.name in {"open", "then"})]


def _within(inner: Hours, outer: Hours) -> bool:
    """Whether `inner` is open only when `outer` is, by the week and the closed dates."""
    if inner.key == outer.key:
        return True
    for day in DAYS:
        windows = sorted((p.start, p.end) for p in outer.periods if p.day == day)
        for period in (p for p in inner.periods if p.day == day):
            if not any(start <= period.start and period.end <= end for start, end in windows):
                return False
    return not outer.overrides


def notice(graph: Graph, center: Center, start: Key) -> Iterator[Finding]:
    """H09: where calls are recorded, every way to a person passes a notice."""
    if not center.recording.calls:
        return
    for node in graph.reach(start, stop=lambda n: n.notice):
        if node.act in {"queue", "agent"} and not node.net:
            yield _unannounced(node)


def notice_by_action(graph: Graph, start: Key) -> Iterator[Finding]:
    """H09 in a file by itself: who is put into a queue after recording was switched on has passed a notice."""
    seen: set[tuple[Key, bool]] = set()
    stack = [(start, False)]
    while stack:
        state = stack.pop()
        node = graph.nodes.get(state[0])
        if node is None or state in seen or node.notice or "UNKNOWN" in node.kinds:
            continue
        seen.add(state)
        recorded = node.about == "on" if node.act == "record" else state[1]
        if recorded and node.act in {"queue", "agent"} and not node.net:
            yield _unannounced(node)
        stack += [(edge.to, recorded) for edge in node.edges]


def _unannounced(node: Node) -> Finding:
    message = f"a caller can come to {node.named} without hearing that the call is recorded"
    return Finding("H09", node.where, message, "put {notice: recording} before it", node)


def outbound_notice(graph: Graph, center: Center) -> Iterator[Finding]:
    """H09 for calls that we place: the flow says it before it ends."""
    for entry in graph.entries.values():
        if entry.type != "outbound_whisper" or not center.recording.calls:
            continue
        for node in graph.reach(entry.start, stop=lambda n: n.notice):
            if node.act == "end":
                message = f'the outbound flow "{entry.name}" can end without a recording notice'
                yield Finding("H09", node.where, message, "put {notice: recording} before the end", node)


def full_has_a_way(graph: Graph, center: Center | None, start: Key) -> Iterator[Finding]:
    """H07: what comes after a full queue does not lead back into it. Without a centre any queue may be capped."""
    for node in graph.reach(start):
        if node.act != "queue" or node.net:
            continue
        queue = center.queues.get(node.about) if center else None
        if center and (queue is None or queue.max_contacts is None):
            continue
        for edge in (e for e in node.edges if e.name == "full"):
            for found in _same_target(graph, edge.to, node):
                lost = found.act == "callback" and queue is not None and not queue.own_callbacks
                if found.act == "queue" or (lost and found.about == node.about):
                    name = node.about or "the queue"
                    message = f'{node.named}: when "{name}" is full, "{found.key[1]}" leads back into it'
                    hint = "lead to another queue, or to a callback with callbacks: own"
                    yield Finding("H07", node.where, message, hint, node)


def _same_target(graph: Graph, start: Key, source: Node) -> Iterator[Node]:
    """Nodes after `source` that put the caller into the same queue. An action says so by what was set before it: a
    way ends where another queue is set."""
    if source.step is not None:
        yield from (node for node in graph.reach(start) if node.about == source.about)
        return
    setting = {node.about for node in graph.nodes.values() if node.act == "target" and _sets(graph, node, source)}
    for node in graph.reach(start, stop=lambda n: n.act == "target" and n.about not in setting):
        if node.key == source.key:
            yield node


def _sets(graph: Graph, target: Node, source: Node) -> bool:
    """Whether `source` transfers into the queue that `target` set."""
    ways = (node for edge in target.edges for node in graph.reach(edge.to, stop=lambda n: n.act == "target"))
    return any(node.key == source.key for node in ways)


def moves(graph: Graph, center: Center) -> Iterator[Finding]:
    """H07: callers who are moved on from queue to queue come to an end, after at most 11 moves."""
    to: dict[str, dict[str, Node]] = {}
    for queue in center.queues.values():
        waiting = queue.flows.waiting or center.defaults.waiting
        entry = graph.entries.get(waiting or "")
        if entry is not None and entry.type == "customer_queue":
            ways = graph.reach(entry.start)
            to[queue.key] = {n.about: n for n in ways if n.act == "queue" and n.about in center.queues}
    depth: dict[str, int] = {}

    def longest(key: str, above: tuple[str, ...]) -> int:
        if key in above or len(above) > MAX_MOVES + 1:
            return MAX_MOVES + 1
        if key not in depth:
            depth[key] = max((1 + longest(other, (*above, key)) for other in to.get(key, ())), default=0)
        return depth[key]

    for key, others in to.items():
        for other, node in others.items():
            if 1 + longest(other, (key,)) > MAX_MOVES:
                message = f'{node.named} moves callers from "{key}" to "{other}": round, or more than 11 times'
                yield Finding("H07", node.where, message, "let the last queue's waiting flow offer a callback", node)


def dialable_numbers(graph: Graph) -> Iterator[Finding]:
    """H08 as far as a flow tells: numbers that Connect can dial, and callbacks for who withholds the own number."""
    from ..specs import phone

    for node in graph.nodes.values():
        if node.step is None and node.act == "transfer" and node.about and not node.about.startswith("$."):
            wrong = phone.complaint(node.about) if _plain(node.about) else None
            if wrong:
                yield Finding("H08", node.where, f"{node.named}: {wrong[0]}", wrong[1], node)
    for entry in graph.entries.values():
        for node in graph.reach(entry.start, stop=lambda n: n.act == "callback_number"):
            if node.act == "callback" and node.step is None:
                message = f"{node.named}: nothing is asked of a caller whose own number is withheld"
                hint = "set the number before it (UpdateContactCallbackNumber) and handle its two errors"
                yield Finding("H08", node.where, message, hint, node)


def _plain(text: str) -> bool:
    """Whether it is a number and not a template's placeholder."""
    return all(c.isdigit() or c in "+ ().-" for c in text)
