"""What single verbs ask for beyond their form, and keys that would do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ..specs.problems import Problems
from ..specs.suggest import did_you_mean
from .graph import Flow, Step
from .names import Names

MAX_SYNCHRONOUS = 8  # seconds (Connect facts 4.5)
EVENTS = frozenset(("CustomerReturned", "BotParticipantDisconnected"))


class Complain(Protocol):
    """Records a mistake of one step at one of its keys."""

    def __call__(self, key: str, message: str, hint: str = "", code: str = "bad-step") -> None: ...


def check_step(flow: Flow, step: Step, names: Names, problems: Problems) -> None:
    """What single verbs ask for beyond their form."""

    def error(key: str, message: str, hint: str = "", code: str = "bad-step") -> None:
        problems.error(step.at(key), code, f'step "{step.key}": {message}', hint)

    for key, why in _idle(flow, step):
        error(key, f"`{key}` does nothing here: {why}", "leave it out")
    if step.verb in {"queue", "routing"}:
        _skills(step, names, error)
    if step.verb == "repeat":
        _repeat(flow, step, error)
    elif step.verb == "queue":
        if step.option("priority") is not None and flow.type not in {"inbound", "module"}:
            error("priority", f"a flow of type {flow.type} cannot set a priority")
        if flow.type == "customer_queue" and step.value == "current":
            error("queue", "the caller waits in the current queue already", "name another queue")
        if flow.type == "customer_queue" and flow.repeating is None:
            error("queue", "a caller can only be moved after a repeat step", "add one before")
    elif step.verb == "agent" and (step.value == "chosen") != (flow.type == "agent_transfer"):
        error("agent", "`chosen` is for flows of type agent_transfer, a user name for all others")
    elif step.verb == "language" and not isinstance(step.value, str):
        if not step.option("choices"):
            error("language", "a question needs choices", "choices: {1: fr, 2: en}", "missing-key")
        if flow.type not in {"inbound", "agent_transfer", "queue_transfer", "customer_queue", "module"}:
            error("language", f"nothing can be asked in a flow of type {flow.type}", code="wrong-flow-type")
    elif step.verb == "check_queue" and not (step.option("oldest_over") or step.option("waiting_over")):
        error("check_queue", "oldest_over or waiting_over is needed", "waiting_over: {40: busy}", "missing-key")
    elif step.verb == "lambda" and int(step.option("within")) > MAX_SYNCHRONOUS and not step.option("async"):
        message = f'step "{step.key}": Connect waits {MAX_SYNCHRONOUS} seconds at most for a function'
        problems.warning(step.at("within"), "out-of-range", message, "within: 8s, or async: yes")
    elif step.verb == "wait" and set(step.option("events") or ()) - EVENTS:
        wrong = next(iter(sorted(set(step.option("events")) - EVENTS)))
        error("events", f'there is no event "{wrong}"', did_you_mean(wrong, EVENTS), "unknown-value")
    elif step.verb == "routing" and len(step.value) != 1:
        error("routing", "either priority or age, not both")
    elif step.verb == "notice" and names.center is not None and not names.center.recording.calls:
        error("notice", "nothing is recorded, so there is nothing to announce", "recording.calls in center.yaml")
    elif step.verb == "module" and names.results is not None and step.value in names.results:
        for result in step.option("results") or {}:
            if result not in names.results[step.value]:
                known = names.results[step.value]
                error("results", f'module "{step.value}" has no result "{result}"', did_you_mean(result, known))


def _skills(step: Step, names: Names, error: Complain) -> None:
    """Skills that the centre does not have, and people who are good at nothing that it names."""
    center = names.center
    asked = step.value.get("skills") if step.verb == "routing" else step.option("skills")
    if center is None or not asked:
        return
    known = dict(center.skills)
    if len(center.languages) > 1:
        known["language"] = tuple(center.languages)
    for needs, _ in asked:
        for skill, value, _ in needs:
            if skill not in known:
                hint = did_you_mean(skill, known) or "skills stand under `skills:` in center.yaml"
                error("skills", f'unknown skill "{skill}"', hint, "unknown-reference")
            elif value not in known[skill] and not value.startswith("$."):
                hint = did_you_mean(value, known[skill])
                error("skills", f'the skill "{skill}" has no value "{value}"', hint, "unknown-reference")


def _idle(flow: Flow, step: Step) -> Iterator[tuple[str, str]]:
    """What is written and would have no effect, with the reason."""

    def written(*keys: str) -> list[str]:
        return [key for key in keys if key in step.places]

    if step.verb == "digits" and step.option("phone"):
        yield from ((key, "a phone number has its own length") for key in written("max"))
    elif step.verb == "action" and step.option("transitions") is not None:
        yield from ((key, "`transitions` says where each branch goes") for key in written("then", "failed"))
    elif step.verb == "routing" and "skills" not in step.value:
        yield from ((key, "this cannot fail") for key in written("failed"))
    elif step.verb == "callback" and step.option("number") == "kept":
        yield from ((key, "the number was set before") for key in written("ask_number", "no_number"))
    elif step.verb == "transfer" and not step.option("come_back"):
        yield from ((key, "the flow does not come back, use `failed`") for key in written("no_answer"))
    elif step.verb == "agent" and step.value == "chosen":
        yield from ((key, "the call leaves this flow for the agent") for key in written("full", "failed"))
    elif step.verb == "transfer" and flow.type == "agent_transfer":
        yield from ((key, "Connect does not tell it in such a flow, use `failed`") for key in written("no_answer"))
    elif step.verb == "check_hours" and step.option("open") is not None:
        yield from ((key, "`open` says where it goes") for key in written("then"))
    elif step.verb == "language" and isinstance(step.value, str):
        yield from ((key, "nothing is asked") for key in written("choices", "otherwise", "timeout"))


def _repeat(flow: Flow, step: Step, error: Complain) -> None:
    every, up_to, each = step.option("every"), step.option("up_to"), step.option("each")
    if flow.type.endswith("_hold") and (every or up_to or each):
        error("repeat", "a hold flow cannot be interrupted", "leave every, up_to and each out")
    if every and not (up_to or each):
        error("every", "an interrupt needs somewhere to go", "add up_to with then, or each")
    if each and not every:
        error("each", "`each` needs `every`", "every: 45s")
    if every and up_to and every > up_to:
        error("every", "`every` is longer than `up_to`")
    if step.then is not None and not up_to:
        error("then", "without `up_to` nothing comes after `repeat`", "add up_to", "unreachable")
    if each in flow.steps and each != step.key and step.key not in flow.reachable(str(each)):
        error("each", f'step "{each}" does not lead back here', f"end it with `then: {step.key}`")
