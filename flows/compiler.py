"""A Flow becomes Flow language: head, steps, safety net. Pure: the same flow and house give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from . import compile_control as control
from . import compile_routing as routing
from . import compile_speech as speech
from .compiled import CompiledFlow
from .draft import HEAD, NET, Draft
from .graph import Flow, Step
from .house import House
from .layout import successors

COMPILERS: Mapping[str, Callable[[Draft, Step], None]] = {
    "say": speech.say,
    "notice": speech.notice,
    "menu": speech.menu,
    "digits": speech.digits,
    "language": speech.language,
    "repeat": speech.repeat,
    "queue": routing.queue,
    "target": routing.target,
    "agent": routing.agent,
    "callback": routing.callback,
    "callback_number": routing.callback_number,
    "transfer": routing.transfer,
    "flow": routing.flow,
    "module": routing.module,
    "return": routing.return_,
    "hang_up": routing.hang_up,
    "end": routing.end,
    "hooks": routing.hooks,
    "check_hours": control.check_hours,
    "check_staff": control.check_staff,
    "check_queue": control.check_queue,
    "when": control.when,
    "split": control.split,
    "loop": control.loop,
    "wait": control.wait,
    "check_answer": control.check_answer,
    "set": control.by_table,
    "local": control.local,
    "contact": control.contact,
    "tag": control.by_table,
    "untag": control.by_table,
    "lambda": control.lambda_,
    "metrics": control.metrics,
    "record": control.record,
    "voice": control.voice,
    "log": control.log,
    "routing": control.routing,
    "stream": control.stream,
    "dial": control.dial,
    "hold": control.hold,
    "task": control.task,
    "action": control.action,
}
# Flows in which a contact comes in; elsewhere recording goes on as it was set there, a caller's refusal too.
ENTRANCES = frozenset(("inbound", "agent_transfer", "queue_transfer", "outbound_whisper"))
# What agents hear is in the main language, whatever the caller speaks.
AGENT_SIDE = frozenset(("agent_whisper", "agent_hold"))
WHISPERS = frozenset(("customer_whisper", "agent_whisper", "outbound_whisper"))


def compile_flow(flow: Flow, house: House) -> CompiledFlow:
    """Flow language of `flow`, with placeholders for everything of the instance.

    The flow must have passed its checks: a step that leads nowhere goes to the safety net.
    """
    if flow.type in AGENT_SIDE:
        house = replace(house, languages={house.main: house.languages[house.main]})
    body = Draft(flow, house)
    for step in flow.steps.values():
        body.step = step
        COMPILERS[step.verb](body, step)
    body.step = None
    net(body)
    steps = body.actions
    body.actions = {}
    start = head(body, flow.start) if flow.head else flow.start
    body.actions.update(steps)
    return body.document(start, settings(body))


def head(draft: Draft, start: str) -> str:
    """Logging, recording and voice, each where the flow type takes it; answers the first action."""
    house, links = draft.house, ["log"]
    recorded = house.recorded if draft.flow.type in ENTRANCES else ()
    voices = {key: (language.voice, language.engine) for key, language in house.languages.items() if language.voice}
    if recorded:
        links.append("record")
    if draft.speaks and house.main in voices and draft.flow.head:
        links.append("voice")
    names = [f"{HEAD}.{link}" for link in links]
    after = dict(zip(names, [*names[1:], start], strict=True))
    draft.add(f"{HEAD}.log", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, after[f"{HEAD}.log"])
    if recorded:
        _record(draft, recorded, after[f"{HEAD}.record"])
    if f"{HEAD}.voice" in after:
        chosen = {key: voices.get(key, voices[house.main]) for key in house.languages}

        def one(ident: str, voice: tuple[str, str | None]) -> None:
            speech.voice(draft, ident, voice[0], voice[1], after[f"{HEAD}.voice"])

        draft.by_language(f"{HEAD}.voice", chosen, one)
    return names[0]


def _record(draft: Draft, recorded: tuple[str, ...], go_on: str) -> None:
    """Recording as in the centre, unless the caller refused it earlier in this call."""
    ident, on = f"{HEAD}.record", f"{HEAD}.record"
    if draft.house.refuse:
        on = f"{HEAD}.record.on"
        refused = [("Equals", "refused", f"{HEAD}.record.off")]
        errors = {"NoMatchingCondition": on}
        draft.add(ident, "Compare", {"ComparisonValue": "$.Attributes.recording"}, conditions=refused, errors=errors)
        draft.add(f"{HEAD}.record.off", "UpdateContactRecordingBehavior", control.recording(()), go_on)
    draft.add(on, "UpdateContactRecordingBehavior", control.recording(recorded), go_on)


def net(draft: Draft) -> None:
    """The safety net, if anything leads into it and it is not one of the flow's own steps."""
    if not any(f"{NET}.start" in successors(action) for action in draft.actions.values()):
        return
    kind = draft.flow.type
    if draft.flow.on_error == "none":
        _stop(draft, f"{NET}.start")
    elif kind in WHISPERS or kind == "customer_queue":
        draft.add(f"{NET}.start", "EndFlowExecution")
    elif kind == "module":
        routing.end_module(draft, f"{NET}.start", "error")
    elif kind.endswith("_hold"):  # such a flow cannot end: it plays on
        draft.add(f"{NET}.start", "MessageParticipantIteratively", {"Messages": [_hold_message(draft)]})
    elif draft.house.center is None:
        draft.say(f"{NET}.start", draft.house.phrase("sorry"), f"{NET}.hang-up")
        draft.add(f"{NET}.hang-up", "DisconnectParticipant")
    else:
        _to_a_person(draft)


def _hold_message(draft: Draft) -> dict[str, str]:
    text = draft.house.phrase("hold")
    return draft.spoken(draft.house.speech(text, draft.house.main))


def _stop(draft: Draft, ident: str) -> None:
    """The shortest end that the flow type takes."""
    kind = draft.flow.type
    if kind in WHISPERS or kind == "customer_queue":
        draft.add(ident, "EndFlowExecution")
    elif kind == "module":
        draft.add(ident, "EndFlowModuleExecution")
    elif kind.endswith("_hold"):
        draft.add(ident, "MessageParticipantIteratively", {"Messages": [_hold_message(draft)]})
    else:
        draft.add(ident, "DisconnectParticipant")


def _to_a_person(draft: Draft) -> None:
    """Sorry, then the fallback queue if it is open, else the fallback number, else a goodbye that names a number."""
    house, center = draft.house, draft.house.center
    safety = center.safety if center else None
    queue = safety.fallback_queue if safety else None
    number = safety.fallback_number if safety else None
    known = house.queue(queue) if queue else None
    links: list[tuple[str, Callable[[str, str], None]]] = []
    lost = f"{NET}.number" if number else f"{NET}.goodbye"
    links.append(("start", lambda ident, go_on: draft.say(ident, house.phrase("sorry"), go_on)))
    if queue and known and known.open:
        if house.recorded:
            links.append(("notice", lambda ident, go_on: draft.say(ident, house.phrase("notice"), go_on)))
        links += _fallback_queue(draft, queue, known.hours, lost)
    names = [f"{NET}.{name}" for name, _ in links]
    for (_, emit), ident, go_on in zip(links, names, [*names[1:], lost], strict=True):
        emit(ident, go_on)
    if number:
        draft.third_party(f"{NET}.number", number, f"{NET}.hang-up", f"{NET}.goodbye")
    emergency = house.emergency
    last = house.phrase("goodbye_emergency", number=emergency) if emergency else house.phrase("goodbye")
    draft.say(f"{NET}.goodbye", last, f"{NET}.hang-up")
    draft.add(f"{NET}.hang-up", "DisconnectParticipant")


def _fallback_queue(draft: Draft, queue: str, hours: str, lost: str) -> list[tuple[str, Callable[[str, str], None]]]:
    """Hours, hooks, target and transfer of the fallback queue, as links of the net."""
    center = draft.house.center
    links: list[tuple[str, Callable[[str, str], None]]] = []
    if center and hours in center.hours and not center.hours[hours].always:

        def check(ident: str, go_on: str) -> None:
            cases = [("Equals", "True", go_on), ("Equals", "False", lost)]
            parameters = {"HoursOfOperationId": draft.ref("hours", hours)}
            draft.add(ident, "CheckHoursOfOperation", parameters, conditions=cases, failed=go_on)

        links.append(("hours", check))
    links += routing.queue_hooks(draft, Step("", "queue", queue), queue)
    links.append(("target", routing.target_link(draft, queue, lost)))

    def transfer(ident: str, _: str) -> None:
        errors = {"QueueAtCapacity": lost, "NoMatchingError": lost}
        draft.add(ident, "TransferContactToQueue", None, lost, errors=errors)

    links.append(("transfer", transfer))
    return links


def settings(draft: Draft) -> Mapping[str, object] | None:
    """A module's contract: the results that it can end with (Connect facts 4.8)."""
    if draft.flow.type != "module":
        return None
    if not draft.results:
        return {}
    results = [{"name": name, "description": ""} for name in draft.results]
    return {"transitions": {"results": results}}
