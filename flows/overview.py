"""The centre as one drawing: numbers, the flows behind them, the queues that these reach, and who answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..specs.model import Center
from .graph import Flow
from .picture import Arrow, Box, Picture


def overview(center: Center, flows: Mapping[str, Flow], people: Mapping[str, int]) -> Picture:
    """The drawing; `people` says how many active persons each routing profile has."""
    arrows = list(dict.fromkeys(_arrows(center, flows)))
    reached = {arrow.target for arrow in arrows} | {arrow.source for arrow in arrows}
    boxes = [box for box in _boxes(center, flows, people) if box.key in reached or box.key.startswith("number ")]
    return Picture(center.key, center.title or center.key, "", "", tuple(boxes), tuple(arrows))


def _boxes(center: Center, flows: Mapping[str, Flow], people: Mapping[str, int]) -> Iterator[Box]:
    for key, number in center.phone_numbers.items():
        shown = number.published_as or number.prefix or ""
        yield Box(f"number {key}", number.title or key, f"phone number, {number.country}", shown, "keys")
    for name, flow in flows.items():
        yield Box(f"flow {name}", flow.title or name, flow.type.replace("_", " "), f"{len(flow.steps)} steps", "speak")
    for key, queue in center.queues.items():
        most = f", at most {queue.max_contacts}" if queue.max_contacts else ""
        yield Box(f"queue {key}", queue.title or key, "queue", f"open: {queue.hours}{most}", "person")
    for key, profile in center.routing_profiles.items():
        count = people.get(key, 0)
        who = "1 person" if count == 1 else f"{count} people" if count else "nobody in a roster"
        look = "reply" if count else "net"
        yield Box(f"profile {key}", profile.title or key, "who answers", who, look)
    for key, outside in center.external_numbers.items():
        yield Box(f"outside {key}", key, "outside", outside, "out")


def _arrows(center: Center, flows: Mapping[str, Flow]) -> Iterator[Arrow]:
    for key, number in center.phone_numbers.items():
        yield Arrow(f"number {key}", f"flow {number.flow}")
    for name, flow in flows.items():
        yield from _of_flow(name, flow, center)
    for key, queue in center.queues.items():
        waiting = queue.flows.waiting or center.defaults.waiting
        if waiting in flows:
            yield Arrow(f"queue {key}", f"flow {waiting}", "waiting")
    declared = {real: key for key, queue in center.queues.items() for real in queue.real_keys}
    for key, profile in center.routing_profiles.items():
        best: dict[str, int] = {}
        for variant in profile.variants:
            for served in variant.queues:
                queue_key = declared.get(served.queue, served.queue)
                best[queue_key] = min(best.get(queue_key, served.delay), served.delay)
        for queue_key, delay in best.items():
            yield Arrow(f"queue {queue_key}", f"profile {key}", f"after {delay} s" if delay else "")


def _of_flow(name: str, flow: Flow, center: Center) -> Iterator[Arrow]:
    ways: dict[str, list[str]] = {}
    for step in flow.steps.values():
        if step.verb in {"queue", "callback"} and step.value in center.queues:
            ways.setdefault(f"queue {step.value}", []).append(step.verb)
        elif step.verb in {"flow", "module"}:
            ways.setdefault(f"flow {step.value}", []).append("")
        elif step.verb == "transfer" and step.value in center.external_numbers:
            ways.setdefault(f"outside {step.value}", []).append("transfer")
    for target, verbs in ways.items():
        yield Arrow(f"flow {name}", target, "callback" if set(verbs) == {"callback"} else "")
