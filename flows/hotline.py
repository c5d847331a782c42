"""The twelve hotline rules on the graph of a call: what every line owes its callers.

They run on the flows of a centre, on one file by itself and on Flow language (`action_calls`). Hours themselves,
quotas, numbers and rosters (the rest of H05, H07, H08 and H11) are checked where the centre and the rosters are read.
With `safety:` in the centre a broken rule is an error, else a warning; `allow` on a step and `safety.waive` lift one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..specs.frozen import dataclass
from ..specs.model import Center, Text
from ..specs.problems import Problems, Where
from .calls import CHOICE, FAILED, NEGATIVE, PLAIN, Calls, Graph, Key, Node, digit_tokens
from .graph import Flow
from .hotline_data import private_data
from .hotline_queues import (
    dialable_numbers,
    full_has_a_way,
    hours_by_action,
    hours_hold,
    moves,
    notice,
    notice_by_action,
    outbound_notice,
)
from .hotline_switches import switches_speak
from .hotline_waiting import wait_cap
from .house import House
from .rule_findings import HELP, HELPED, Finding

HEARD = HELP | {"SPEAK"}
LONGEST_WAIT = 900
_RUN_TIME = re.compile(r"\$\.[\w.\-]+")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A broken rule that somebody answers for: `by` is allow (a step) or waive (the centre)."""

    rule: str
    by: str
    reason: str
    where: Where
    message: str

    def as_json(self) -> dict[str, object]:
        """The object of the JSON contract."""
        place = {"file": self.where.file, "line": self.where.line, "column": self.where.column}
        return {"rule": self.rule, "by": self.by, "reason": self.reason, **place, "message": self.message}


def check_rules(center: Center, flows: Mapping[str, Flow], house: House, problems: Problems) -> list[Allowed]:
    """Record where a flow of a centre breaks a rule; what is allowed or waived is answered instead."""
    return record(findings(Calls(flows, house), center), center, problems)


def record(found: Iterator[Finding], center: Center | None, problems: Problems) -> list[Allowed]:
    """Record findings: errors when the centre has `safety:`, else warnings; those with a reason are answered."""
    safety = center.safety if center else None
    allowed = []
    for finding in found:
        if finding.allowed is not None:
            allowed.append(Allowed(finding.rule, "allow", finding.allowed, finding.where, finding.message))
        elif safety and finding.rule in safety.waive:
            reason = safety.waive[finding.rule]
            allowed.append(Allowed(finding.rule, "waive", reason, finding.where, finding.message))
        else:
            tell = problems.error if safety else problems.warning
            tell(finding.where, finding.rule, finding.message, finding.hint)
    return allowed


def findings(graph: Graph, center: Center | None = None) -> Iterator[Finding]:
    """Every broken rule, each place and rule once. Without a centre every inbound flow counts as a line."""
    seen: set[tuple[str, Where, str]] = set()
    for finding in _all(graph, center):
        key = (finding.rule, finding.where, finding.message)
        if key not in seen:
            seen.add(key)
            yield finding


def _lines(graph: Graph, center: Center | None) -> list[str]:
    if center is None:
        heard = {node.flow for node in graph.nodes.values() if node.kinds & HEARD}
        guides = {node.flow for node in graph.nodes.values() if node.act == "view"} - heard  # for an agent's screen
        return [entry.name for entry in graph.entries.values() if entry.type == "inbound" and entry.name not in guides]
    return [n for n in dict.fromkeys(number.flow for number in center.phone_numbers.values()) if n in graph.entries]


def _all(graph: Graph, center: Center | None) -> Iterator[Finding]:
    for line in _lines(graph, center):
        start = graph.entries[line].start
        yield from _emergency_first(graph, line)
        yield from _human_exit(graph, start)
        yield from _fails_to_human(graph, start)
        yield from _no_dead_end(graph, start)
        if center is not None:
            yield from hours_hold(graph, center, start)
            yield from notice(graph, center, start)
        else:
            yield from hours_by_action(graph, start)
            yield from notice_by_action(graph, start)
        yield from full_has_a_way(graph, center, start)
    if center is not None:
        yield from switches_speak(center)
        yield from outbound_notice(graph, center)
        yield from moves(graph, center)
    for name in _waiting(graph, center):
        longest = center.safety.longest_wait if center and center.safety else LONGEST_WAIT
        yield from wait_cap(graph, name, longest)
    yield from dialable_numbers(graph)
    yield from private_data(graph, center)
    yield from _every_language(graph)


def _waiting(graph: Graph, center: Center | None) -> list[str]:
    """The flows in which callers wait; in a centre those that some queue uses."""
    found = [entry.name for entry in graph.entries.values() if entry.type == "customer_queue"]
    if center is None:
        return found
    used = {queue.flows.waiting for queue in center.queues.values()} | {center.defaults.waiting}
    used |= {node.step.option("waiting") for node in graph.nodes.values() if node.step and node.act == "queue"}
    used |= {node.step.value.get("waiting") for node in graph.nodes.values() if node.step and node.act == "hooks"}
    return [name for name in found if name in used]


def _emergency_first(graph: Graph, line: str) -> Iterator[Finding]:
    """H01: the first thing on every way is a speech that names an emergency number."""
    acting = HEARD | {"OUT"}
    start = graph.entries[line].start
    for node in graph.reach(start, without=(FAILED,), stop=lambda n: bool(n.kinds & (acting | {"UNKNOWN"}))):
        if node.kinds & acting and not ("SPEAK" in node.kinds and node.emergency):
            message = f'a caller of "{line}" comes to {node.named} before hearing an emergency number'
            hint = 'begin with one in every language, for example "In an emergency call 112.", or mark emergency: true'
            yield Finding("H01", node.where, message, hint, node)


def _human_exit(graph: Graph, start: Key) -> Iterator[Finding]:
    """H02: whoever is asked for keys comes to a person, with wrong keys and without any too."""
    helped = graph.leads(lambda n: bool(n.kinds & HELPED))
    aside = (CHOICE, NEGATIVE, FAILED)
    lost = graph.leads(lambda n: "OUT" in n.kinds, without=aside, past=lambda n: bool(n.kinds & HELPED))
    for node in graph.reach(start, without=(NEGATIVE, FAILED)):
        if "KEYS" not in node.kinds:
            continue
        if node.key not in helped:
            message = f"from {node.named} no way leads to a person or a callback"
            yield Finding("H02", node.where, message, "offer a key that leads to a queue", node)
            continue
        for edge in node.edges:
            if edge.label == PLAIN and edge.name != "then" and edge.to in lost:
                message = f"{node.named}: who presses nothing or a wrong key is hung up on ({edge.name})"
                yield Finding("H02", node.where, message, "let `otherwise` lead to a queue or a callback", node)
                break


def _fails_to_human(graph: Graph, start: Key) -> Iterator[Finding]:
    """H03: a failure leads to another person or callback. Told once for all steps whose failures go the same way,
    unless a step names its own."""
    nodes = list(graph.reach(start))
    if not any("PERSON" in node.kinds and not node.net for node in nodes):
        return
    second = _second_chances(graph, nodes)
    helped = graph.leads(lambda n: bool(n.kinds & HELPED))
    together: dict[Key, list[Node]] = {}
    for node in nodes:
        if node.net or node.key in second:
            continue
        for edge in node.edges:
            if edge.label != FAILED or _helped(graph, edge.to, node, helped):
                continue
            if edge.name == "failed":
                message = f"{node.named}: when it fails, nobody else answers the caller"
                hint = "name a `failed` or `on_error` step that leads to another queue, number or callback"
                yield Finding("H03", node.where, message, hint, node)
            elif not node.allows("H03"):
                together.setdefault(edge.to, []).append(node)
    for target, failing in together.items():
        yield _together(graph, target, failing)


def _together(graph: Graph, target: Key, failing: list[Node]) -> Finding:
    first, flow, shown = failing[0], failing[0].flow, _shown(failing)
    if target[1].startswith("@"):
        message = f'flow "{flow}": nobody answers a caller when one of these steps fails: {shown}'
        hint = "name a queue or a number under `safety: {fallback: …}` in center.yaml, or `on_error` in the flow"
        return Finding("H03", graph.entries[flow].where, message, hint)
    message = f'nobody answers a caller when one of these fails and goes to "{target[1]}": {shown}'
    return Finding("H03", first.where, message, "let failures lead to another queue, number or callback", first)


def _shown(failing: list[Node]) -> str:
    names = list(dict.fromkeys(node.key[1] for node in failing))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")


def _second_chances(graph: Graph, nodes: list[Node]) -> set[Key]:
    """Persons and callbacks to whom a refused or failed first try led, and all that follows there. Nobody is a second
    chance of itself."""
    tries: dict[Key, set[Key]] = {}
    for node in nodes:
        if node.kinds & HELP:
            for edge in node.edges:
                if edge.label in {NEGATIVE, FAILED}:
                    tries.setdefault(edge.to, set()).add(node.key)
    found: set[Key] = set()
    for target, sources in tries.items():
        if target not in found or len(sources) > 1:
            own = sources if len(sources) == 1 else set()
            found |= {reached.key for reached in graph.reach(target)} - own
    return found


def _helped(graph: Graph, start: Key, source: Node, helped: set[Key]) -> bool:
    """Whether `start` leads to somebody else than `source`; `helped` leads to anybody."""
    if start not in helped or not source.kinds & HELPED:
        return start in helped
    return any(node.kinds & HELPED and node.key != source.key for node in graph.reach(start))


def _no_dead_end(graph: Graph, start: Key) -> Iterator[Finding]:
    """H04: closed, full, nobody there or failed: something is said, and there is another way or a number. Told once
    for all failures that go the same way, unless a step names its own."""
    together: dict[Key, list[Node]] = {}
    helped = graph.leads(lambda n: bool(n.kinds & HELPED))
    numbered = graph.leads(lambda n: "SPEAK" in n.kinds and n.number)
    silent = graph.leads(lambda n: "OUT" in n.kinds, past=lambda n: bool(n.kinds & (HEARD | {"UNKNOWN"})))
    for node in graph.reach(start):
        for edge in node.edges:
            if edge.label not in {NEGATIVE, FAILED} or node.net:
                continue
            if edge.to in silent:
                if edge.label == FAILED and edge.name != "failed":
                    together.setdefault(edge.to, []).extend([] if node.allows("H04") else [node])
                    continue
                message = f"{node.named}: `{edge.name}` hangs up without a word"
                yield Finding("H04", node.where, message, "say something first, or offer a callback", node)
            elif edge.label == NEGATIVE and not (edge.to in numbered or _helped(graph, edge.to, node, helped)):
                message = f"{node.named}: after `{edge.name}` there is no other way and no number to call"
                hint = "offer a callback or another queue, or name an emergency number"
                yield Finding("H04", node.where, message, hint, node)
    for target, failing in together.items():
        if failing:
            message = (
                f'when one of these fails and goes to "{target[1]}", the call ends without a word: {_shown(failing)}'
            )
            hint = "say something first, or offer a callback"
            yield Finding("H04", failing[0].where, message, hint, failing[0])


def _every_language(graph: Graph) -> Iterator[Finding]:
    """H10: every language has the same run-time values, and announces the keys that there are."""
    for node in graph.nodes.values():
        for key, text in node.step.texts() if node.step else ():
            yield from _same_values(node, key, text)
        for language, speech, keys in node.announced:
            told = {token for token in digit_tokens(speech) if len(token) == 1}
            if speech.kind == "prompt" or not told or told == keys:
                continue
            extra, silent = sorted(told - keys), sorted(keys - told)
            what = f"does not announce {', '.join(silent)}"
            if extra:
                what = f"announces {', '.join(extra)} without a choice"
            named = f" in {language}" if language else ""
            yield Finding("H10", node.where, f"{node.named}: the text{named} {what}", "announce every key", node)


def _same_values(node: Node, key: str, text: Text) -> Iterator[Finding]:
    paths = {frozenset(_RUN_TIME.findall(speech.value)) for speech in text.by_language.values()}
    if len(paths) > 1:
        message = f"{node.named}: the languages of `{key}` do not name the same run-time values"
        yield Finding("H10", node.where, message, "name the same $. values in each", node)
