"""The hotline rules on the graph of steps: what every line owes its callers.

H01 to H04, H06, H07, H09, H10, and H05 on the graph. Hours themselves, quotas and numbers (the rest of H05, H07, H08)
are checked with the centre; rosters and data flow (H11, H12) elsewhere. With `safety:` in the centre a broken rule is
an error, else a warning; `allow` on a step and `safety.waive` lift one, with a reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..specs.model import DAYS, Center, Hours, Text
from ..specs.problems import Problems, Where
from .calls import CHOICE, FAILED, NEGATIVE, PLAIN, Calls, Edge, Key, Node, digit_tokens
from .graph import Flow, Step
from .house import House

HELP = frozenset(("PERSON", "REPLY"))
HEARD = HELP | {"SPEAK"}
_RUN_TIME = re.compile(r"\$\.[\w.\-]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule. `step` is the one that may carry `allow`."""

    rule: str
    where: Where
    message: str
    hint: str
    step: Step | None = None


def check_rules(center: Center, flows: Mapping[str, Flow], house: House, problems: Problems) -> None:
    """Record where a flow breaks a rule: an error when the centre has `safety:`, else a warning."""
    for finding in findings(center, flows, house):
        waived = center.safety.waive if center.safety else {}
        if finding.rule in waived or (finding.step and finding.rule in finding.step.allow):
            continue
        record = problems.error if center.safety else problems.warning
        record(finding.where, finding.rule, finding.message, finding.hint)


def findings(center: Center, flows: Mapping[str, Flow], house: House) -> Iterator[Finding]:
    """Every broken rule, each step and rule once."""
    calls = Calls(flows, house)
    lines = [n for n in dict.fromkeys(number.flow for number in center.phone_numbers.values()) if n in flows]
    seen: set[tuple[str, Where, str]] = set()
    for finding in _all(center, calls, lines):
        key = (finding.rule, finding.where, finding.message)
        if key not in seen:
            seen.add(key)
            yield finding


def _all(center: Center, calls: Calls, lines: list[str]) -> Iterator[Finding]:
    for line in lines:
        yield from _emergency_first(calls, line)
        yield from _human_exit(calls, line)
        yield from _fails_to_human(calls, line)
        yield from _no_dead_end(calls, line)
        yield from _hours_hold(calls, center, line)
        yield from _notice(calls, center, line)
        yield from _full_has_a_way(calls, center, line)
    yield from _outbound_notice(calls, center)
    yield from _wait_cap(calls, center)
    for flow in calls.flows.values():
        yield from _every_language(flow)


def _emergency_first(calls: Calls, line: str) -> Iterator[Finding]:
    """H01: the first thing on every way is a speech that names an emergency number."""
    acting = HEARD | {"OUT"}
    for node in calls.reach(calls.start(line), without=(FAILED,), stop=lambda n: bool(n.kinds & acting)):
        if node.kinds & acting and not ("SPEAK" in node.kinds and node.emergency):
            message = f'a caller of "{line}" comes to step "{node.key[1]}" before hearing an emergency number'
            hint = 'begin with one in every language, for example "In an emergency call 112.", or mark emergency: true'
            yield Finding("H01", node.where, message, hint, node.step)


def _human_exit(calls: Calls, line: str) -> Iterator[Finding]:
    """H02: whoever is asked for keys comes to a person, with wrong keys and without any too."""
    for node in calls.reach(calls.start(line), without=(NEGATIVE, FAILED)):
        if "KEYS" not in node.kinds:
            continue
        if not any(found.kinds & HELP for found in calls.reach(node.key)):
            message = f'from step "{node.key[1]}" no way leads to a person or a callback'
            yield Finding("H02", node.where, message, "offer a key that leads to a queue", node.step)
            continue
        quiet = [edge for edge in node.edges if edge.label == PLAIN and edge.name != "then"]
        for edge in quiet:
            if _ends_without_help(calls, edge.to, (CHOICE, NEGATIVE, FAILED)):
                message = f'step "{node.key[1]}": who presses nothing or a wrong key is hung up on ({edge.name})'
                yield Finding("H02", node.where, message, "let `otherwise` lead to a queue or a callback", node.step)
                break


def _ends_without_help(calls: Calls, start: Key, without: tuple[str, ...]) -> bool:
    """Whether some way from `start` ends the call before a person or a callback."""
    return any("OUT" in n.kinds for n in calls.reach(start, without=without, stop=lambda n: bool(n.kinds & HELP)))


def _fails_to_human(calls: Calls, line: str) -> Iterator[Finding]:
    """H03: a failure leads to another person or callback."""
    nodes = list(calls.reach(calls.start(line)))
    if not any("PERSON" in node.kinds and not node.key[1].startswith("@") for node in nodes):
        return
    second = _second_chances(calls, nodes)
    netted: dict[str, list[str]] = {}
    for node in nodes:
        if node.key[1].startswith("@") or node.key in second:
            continue
        for edge in node.edges:
            if edge.label != FAILED or _helped(calls, edge, node):
                continue
            if edge.to[1].startswith("@"):
                if node.step is None or "H03" not in node.step.allow:
                    netted.setdefault(node.key[0], []).append(node.key[1])
            else:
                message = f'step "{node.key[1]}": when it fails, nobody else answers the caller'
                hint = "name a `failed` or `on_error` step that leads to another queue, number or callback"
                yield Finding("H03", node.where, message, hint, node.step)
    for name, steps in netted.items():
        shown = ", ".join(steps[:5]) + (f" and {len(steps) - 5} more" if len(steps) > 5 else "")
        message = f'flow "{name}": nobody answers a caller when one of these steps fails: {shown}'
        hint = "name a queue or a number under `safety: {fallback: …}` in center.yaml, or `on_error` in the flow"
        yield Finding("H03", calls.flows[name].where, message, hint)


def _second_chances(calls: Calls, nodes: list[Node]) -> set[Key]:
    """Persons and callbacks to whom a refused or failed first try led, and all that follows there."""
    found: set[Key] = set()
    for node in nodes:
        if node.kinds & HELP:
            for edge in node.edges:
                if edge.label in {NEGATIVE, FAILED}:
                    found |= {reached.key for reached in calls.reach(edge.to)}
    return found


def _helped(calls: Calls, edge: Edge, source: Node) -> bool:
    return any(node.kinds & HELP and node.key != source.key for node in calls.reach(edge.to))


def _no_dead_end(calls: Calls, line: str) -> Iterator[Finding]:
    """H04: closed, full, nobody there or failed: something is said, and there is another way or a number."""
    for node in calls.reach(calls.start(line)):
        for edge in node.edges:
            if edge.label not in {NEGATIVE, FAILED} or node.key[1].startswith("@"):
                continue
            silent = calls.reach(edge.to, stop=lambda n: bool(n.kinds & HEARD))
            if any("OUT" in found.kinds for found in silent):
                message = f'step "{node.key[1]}": `{edge.name}` hangs up without a word'
                yield Finding("H04", node.where, message, "say something first, or offer a callback", node.step)
            elif edge.label == NEGATIVE and not any(
                (found.kinds & HELP and found.key != node.key) or ("SPEAK" in found.kinds and found.emergency)
                for found in calls.reach(edge.to)
            ):
                message = f'step "{node.key[1]}": after `{edge.name}` there is no other way and no number to call'
                hint = "offer a callback or another queue, or name an emergency number"
                yield Finding("H04", node.where, message, hint, node.step)


def _hours_hold(calls: Calls, center: Center, line: str) -> Iterator[Finding]:
    """H05: nobody is put into a queue without a check that it is open."""
    seen: set[tuple[Key, frozenset[str]]] = set()
    stack: list[tuple[Key, frozenset[str]]] = [(calls.start(line), frozenset())]
    while stack:
        state = stack.pop()
        node = calls.nodes.get(state[0])
        if state in seen or node is None:
            continue
        seen.add(state)
        step, opened = node.step, state[1]
        if step is not None and step.verb == "queue" and step.value in center.queues:
            needed = center.hours[center.queues[step.value].hours]
            if not needed.always and not any(_within(center.hours[name], needed) for name in opened):
                message = f'a caller can come to queue "{step.value}" without a check of its hours "{needed.key}"'
                hint = f"put {{check_hours: {needed.key}, closed: …}} before it"
                yield Finding("H05", step.where, message, hint, step)
        for edge in node.edges:
            more = opened
            if step is not None and step.verb == "check_hours" and edge.name in {"open", "then"}:
                more = opened | {calls.house.hours(step.value)} & set(center.hours)
            stack.append((edge.to, frozenset(more)))


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


def _notice(calls: Calls, center: Center, line: str) -> Iterator[Finding]:
    """H09: where calls are recorded, every way to a person passes a notice."""
    if not center.recording.calls:
        return
    for node in calls.reach(calls.start(line), stop=lambda n: n.notice):
        if node.step is not None and node.step.verb in {"queue", "agent"}:
            message = f'a caller can come to step "{node.key[1]}" without hearing that the call is recorded'
            yield Finding("H09", node.where, message, "put {notice: recording} before it", node.step)


def _outbound_notice(calls: Calls, center: Center) -> Iterator[Finding]:
    for flow in calls.flows.values():
        if flow.type != "outbound_whisper" or not center.recording.calls:
            continue
        for node in calls.reach(calls.start(flow.name), stop=lambda n: n.notice):
            if node.key[1] == "@end" or (node.step is not None and node.step.verb == "end"):
                message = f'the outbound flow "{flow.name}" can end without a recording notice'
                yield Finding("H09", node.where, message, "put {notice: recording} before the end", node.step)


def _full_has_a_way(calls: Calls, center: Center, line: str) -> Iterator[Finding]:
    """H07: what comes after a full queue does not lead back into it."""
    for node in calls.reach(calls.start(line)):
        queue = center.queues.get(str(node.step.value)) if node.step and node.step.verb == "queue" else None
        if queue is None or queue.max_contacts is None or node.step is None:
            continue
        for edge in (e for e in node.edges if e.name == "full"):
            for found in calls.reach(edge.to):
                again = found.step is not None and found.step.value == queue.key
                lost = found.step is not None and found.step.verb == "callback" and not queue.own_callbacks
                if again and found.step is not None and (found.step.verb == "queue" or lost):
                    message = f'step "{node.key[1]}": when "{queue.key}" is full, "{found.key[1]}" leads back into it'
                    hint = "lead to another queue, or to a callback with callbacks: own"
                    yield Finding("H07", node.where, message, hint, node.step)


def _wait_cap(calls: Calls, center: Center) -> Iterator[Finding]:
    """H06: whoever waits is offered a way out in time."""
    longest = center.safety.longest_wait if center.safety else 900
    used = {queue.flows.waiting for queue in center.queues.values()} | {center.defaults.waiting}
    for flow in calls.flows.values():
        if flow.type != "customer_queue" or flow.name not in used:
            continue
        starts: list[tuple[Key, Where, Step | None]] = [(calls.start(flow.name), flow.where, None)]
        for node in calls.reach(calls.start(flow.name)):
            if _escape(calls, node):
                starts += [(edge.to, node.where, node.step) for edge in node.edges if edge.name == "otherwise"]
        for start, where, step in starts:
            seconds = _longest(calls, start, frozenset())
            if seconds is None or seconds > longest:
                much = "for ever" if seconds in (None, math.inf) else f"{seconds:.0f} s"
                message = f'in the waiting flow "{flow.name}" a caller can wait {much} without a way out'
                hint = f"offer a callback at least every {longest} s: every, each, up_to of `repeat`"
                yield Finding("H06", where, message, hint, step)


def _escape(calls: Calls, node: Node) -> bool:
    """A question with a key that leads to a callback, another queue or a number."""
    if "KEYS" not in node.kinds:
        return False
    ways = [edge.to for edge in node.edges if edge.label == CHOICE]
    return any(found.kinds & HELP for way in ways for found in calls.reach(way, without=(FAILED,)))


def _longest(calls: Calls, key: Key, passed: frozenset[Key]) -> float | None:
    """Seconds of the longest way to the next way out; None when the way only leads back where it came from."""
    node = calls.nodes.get(key)
    if node is None or key in passed:
        return None
    if _escape(calls, node) or node.kinds & (HELP | {"OUT"}):
        return 0.0
    if node.step is None or node.step.verb == "end":
        return math.inf
    ways = []
    for edge in node.edges:
        if edge.label == FAILED:
            continue
        rest = _longest(calls, edge.to, passed | {key})
        if rest is not None:
            ways.append(edge.seconds + rest)
    if node.step.verb == "repeat" and not ways:
        return math.inf
    return max(ways) if ways else None


def _every_language(flow: Flow) -> Iterator[Finding]:
    """H10: every language has the same run-time values, and announces the keys that there are."""
    for step in flow.steps.values():
        for key, text in step.texts():
            paths = {language: set(_RUN_TIME.findall(s.value)) for language, s in text.by_language.items()}
            if len({frozenset(found) for found in paths.values()}) > 1:
                message = f'step "{step.key}": the languages of `{key}` do not name the same run-time values'
                yield Finding("H10", step.where, message, "name the same $. values in each", step)
        if step.verb == "menu":
            yield from _announced(step, step.value)


def _announced(step: Step, text: Text) -> Iterator[Finding]:
    digits = {key for key in step.option("choices") if key.isdigit()}
    for language, speech in text.by_language.items():
        announced = {token for token in digit_tokens(speech) if len(token) == 1}
        if speech.kind == "prompt" or not announced or announced == digits:
            continue
        extra, silent = sorted(announced - digits), sorted(digits - announced)
        what = f"announces {', '.join(extra)} without a choice" if extra else f"does not announce {', '.join(silent)}"
        named = f" in {language}" if language else ""
        yield Finding("H10", step.where, f'step "{step.key}": the text{named} {what}', "announce every key", step)
