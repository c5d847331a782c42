"""A Flow becomes Flow language: head, steps, safety net. Pure: the same flow and house give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..specs import voices
from ..specs.model import Switch
from . import compile_control as control
from . import compile_dialogue as dialogue
from . import compile_routing as routing
from . import compile_speech as speech
from .compiled import CompiledFlow
from .draft import HEAD, NET, Draft, Emit
from .graph import Flow, Step
from .house import House
from .layout import successors

COMPILERS: Mapping[str, Callable[[Draft, Step], None]] = {
    "say": speech.say,
    "notice": speech.notice,
    "menu": speech.menu,
    "digits": speech.digits,
    "ask": dialogue.ask,
    "message": dialogue.message,
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
    "set": control.set_,
    "local": control.local,
    "contact": control.contact,
    "tag": control.by_table,
    "untag": control.by_table,
    "lambda": control.lambda_,
    "metrics": control.metrics,
    "record": control.record,
    "analyze": control.analyze,
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
    house = draft.house
    links: list[tuple[str, Emit]] = [("log", lambda ident, go_on: _log(draft, ident, go_on))]
    if house.recorded and draft.flow.type in ENTRANCES:
        links.append(("record", lambda ident, go_on: _record(draft, ident, go_on)))
    if draft.flow.type == "outbound_whisper":  # such a call passes no queue step that could say it
        chosen = [(moment, house.flow_for(moment, None)) for moment in ("customer_hold", "agent_hold")]
        links += [routing.hook(draft, moment, flow) for moment, flow in chosen if flow]
    switches = house.switches(draft.flow.name)
    if (draft.speaks or any(switch.say for switch in switches)) and _heard(house):
        links.append(("voice", lambda ident, go_on: _voice(draft, ident, go_on)))
    links += [(f"switch-{switch.key}", _switch(draft, switch)) for switch in switches]
    names = [f"{HEAD}.{link}" for link, _ in links]
    for (_, emit), ident, go_on in zip(links, names, [*names[1:], start], strict=True):
        emit(ident, go_on)
    return names[0]


def _switch(draft: Draft, switch: Switch) -> Emit:
    """Ask a crisis switch: its hours are open while it is on. Whatever fails goes on as if it were off."""

    def emit(ident: str, off: str) -> None:
        words, number, end = f"{ident}.say", f"{ident}.transfer", f"{ident}.end"
        after = number if switch.transfer else end if switch.hangs_up else off
        on = words if switch.say else after
        cases = [("Equals", "True", on), ("Equals", "False", off)]
        hours = {"HoursOfOperationId": draft.ref("hours", switch.hours)}
        draft.add(ident, "CheckHoursOfOperation", hours, conditions=cases, failed=off)
        if switch.say:
            draft.say(words, switch.say, after)
            if switch.emergency:
                draft.trust(words)
        if switch.transfer:
            draft.third_party(number, switch.transfer, end, off)
        if switch.transfer or switch.hangs_up:
            draft.add(end, "DisconnectParticipant")

    return emit


def _log(draft: Draft, ident: str, go_on: str) -> None:
    draft.add(ident, "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, go_on)


def _heard(house: House) -> dict[str, tuple[str, str | None]]:
    """Each language's voice and engine. Where prompts are recorded, what nobody recorded (built-in flows, crisis
    switches) is still said in that language: by a voice of it, else by another language's. Empty when none is known."""
    own = {
        key: (language.voice, language.engine) if language.voice else (voices.default(language.code) or "", None)
        for key, language in house.languages.items()
    }
    other = own[house.main] if own[house.main][0] else next((found for found in own.values() if found[0]), None)
    return {key: found if found[0] else other for key, found in own.items()} if other else {}


def _voice(draft: Draft, ident: str, go_on: str) -> None:
    """The voice of the caller's language."""
    chosen = _heard(draft.house)

    def one(name: str, voice: tuple[str, str | None]) -> None:
        speech.voice(draft, name, voice[0], voice[1], go_on)

    draft.by_language(ident, chosen, one)


def _record(draft: Draft, ident: str, go_on: str) -> None:
    """Recording as in the centre, unless the caller refused it earlier in this call."""
    on = ident
    if draft.house.refuse:
        on = f"{ident}.on"
        refused = [("Equals", "refused", f"{ident}.off")]
        errors = {"NoMatchingCondition": on}
        draft.add(ident, "Compare", {"ComparisonValue": "$.Attributes.recording"}, conditions=refused, errors=errors)
        draft.add(f"{ident}.off", "UpdateContactRecordingBehavior", control.recording(()), go_on)
    draft.add(on, "UpdateContactRecordingBehavior", control.recording(draft.house.recorded), go_on)


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
    links: list[tuple[str, Emit]] = []
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


def _fallback_queue(draft: Draft, queue: str, hours: str, lost: str) -> list[tuple[str, Emit]]:
    """Hours, hooks, target and transfer of the fallback queue, as links of the net."""
    center = draft.house.center
    links: list[tuple[str, Emit]] = []
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
