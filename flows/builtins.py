"""The flows that every line gets without asking, written in our own steps and compiled like any other.

No caller and no agent hears one of Connect's default flows: waiting, both holds, the whispers, outbound calls, both
transfers and what comes after the agent has hung up.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ..specs.model import FlowType, PhoneNumber, Queue, Speech, Text
from ..specs.nodes import Scalar
from ..specs.problems import NOWHERE, Problems
from ..specs.texts import TextContext
from .forms import Reader
from .graph import Flow, Step
from .house import MOMENTS, PREFIX, House
from .verbs import verbs

LAP = 45  # seconds of music between two announcements
FIRST_OFFER = 360  # a callback is offered after six minutes of waiting at the latest
ASK_IF_CUT_OFF = 4


def built_ins(house: House) -> Iterator[Flow]:
    """Every built-in flow of the centre; those that serve one queue follow the common ones."""
    yield waiting(house, None)
    yield agent_whisper(house, None)
    yield _flow("customer_whisper", "customer_whisper", _step("end", "end", True))
    yield hold(house, "customer_hold")
    yield hold(house, "agent_hold")
    yield after_call(house)
    yield outbound(house)
    yield transfer_to_queue(house)
    yield _flow("transfer_to_agent", "agent_transfer", _step("connect", "agent", "chosen"))
    for queue in house.center.queues.values() if house.center else ():
        if queue.own_callbacks:
            yield waiting(house, queue)
        if queue.spoken is not None:
            yield agent_whisper(house, queue)
    for number in house.center.phone_numbers.values() if house.center else ():
        yield from number_flow(house, number)


def number_flow(house: House, number: PhoneNumber) -> Iterator[Flow]:
    """What comes before a number's flow, where something does: its language and attributes, and the crisis switches
    of an imported flow, which has no head."""
    name = f"number-{number.key}"
    attributes = ({"language": number.language} if number.language else {}) | dict(number.sets)
    know = [_step("know", "set", attributes)] if attributes else []
    if know or house.switches(PREFIX + name):
        was = f"number-{number.was}" if number.was else None
        yield _flow(name, "inbound", *know, _step("go", "flow", number.flow), was=was)


def _flow(moment: str, flow_type: FlowType, *steps: Step, was: str | None = None) -> Flow:
    name = PREFIX + moment.replace("_", "-")
    title = moment.replace("_", " ").replace("-", " ").capitalize() + " (built-in)"
    keyed = {step.key: step for step in steps}
    return Flow(name, flow_type, keyed, steps[0].key, title=title, was=was and PREFIX + was)


def _step(key: str, verb: str, value: Any, then: str | None = None, failed: str | None = None, **options: Any) -> Step:
    """A step with the table's defaults filled in."""
    given = {name.rstrip("_"): option for name, option in options.items() if option is not None}
    return Step(key, verb, value, _defaults(verb) | given, then=then, failed=failed)


@cache
def _defaults(verb: str) -> dict[str, Any]:
    reader = Reader(TextContext(), Problems())
    return {
        name: reader.read(form, Scalar(form.default, NOWHERE), name)
        for name, form in verbs()[verb].options.items()
        if form.default is not None
    }


def waiting(house: House, queue: Queue | None) -> Flow:
    """Thanks, music with the caller's place, and a callback offered by six minutes and at least every longest wait."""
    safety = house.center.safety if house.center else None
    longest = safety.longest_wait if safety else FIRST_OFFER
    offer_after = max(LAP, min(FIRST_OFFER, longest) // LAP * LAP)
    place = "$.Metrics.Contact.PositionInQueue"
    return _flow(
        "waiting" if queue is None else f"waiting-{queue.key}",
        "customer_queue",
        _step("thanks", "say", house.phrase("thanks")),
        _step("music", "repeat", _music(house, "waiting"), "offer", every=LAP, up_to=offer_after, each="figures"),
        _step("figures", "metrics", "current"),
        _step("place", "when", place, is_={"> 1": "tell"}, otherwise="music"),
        _step("tell", "say", house.phrase("position", position=place), "music"),
        _step("offer", "menu", house.phrase("offer"), choices={"1": "book"}, otherwise="music"),
        _step(
            "book",
            "callback",
            queue.key if queue else "current",
            "booked",
            "no-callback",
            ask_number=house.phrase("ask_number"),
        ),
        _step("booked", "say", house.phrase("booked")),
        _step("bye", "hang_up", True),
        _step("no-callback", "say", house.phrase("no_callback"), "music"),
        was=f"waiting-{queue.was}" if queue and queue.was else None,
    )


def _music(house: House, moment: str) -> tuple[Text, ...]:
    """The centre's music, else a sentence and some silence."""
    found = house.music(moment)
    if found is not None:
        return (found,)
    phrase = {"waiting": "hold_on", "customer_hold": "hold", "agent_hold": "agent_hold"}[moment]
    silence = Text({"": Speech("ssml", '<speak><break time="10s"/></speak>')})
    return (house.phrase(phrase), silence, silence)


def hold(house: House, moment: FlowType) -> Flow:
    """Music, or a sentence now and then, until the other side comes back."""
    return _flow(moment, moment, _step("music", "repeat", _music(house, moment)))


def agent_whisper(house: House, queue: Queue | None) -> Flow:
    """The queue's spoken name, "callback" if it is one, and the caller's language if it is not the main one."""
    phrases = house.phrases(house.languages[house.main])
    name = queue.spoken if queue and queue.spoken else Text({"": Speech("text", "$.Queue.Name")})
    others = [key for key in house.languages if key != house.main]
    spoken = {f"in-{key}": phrases.language(house.languages[key].code) for key in others}
    steps = [
        _step("line", "say", name),
        _step("kind", "when", "$.Attributes.callback", is_={"yes": "callback"}, otherwise="which"),
        _step("callback", "say", Text({"": Speech("text", phrases.text("callback"))}), "which"),
    ]
    if others:
        cases = {key: f"in-{key}" for key in others}
        steps.append(_step("which", "when", "$.Attributes.language", is_=cases, otherwise="end"))
    for key, words in spoken.items():
        steps.append(_step(key, "say", Text({"": Speech("text", words)}), "end"))
    steps.append(_step("end" if others else "which", "end", True))
    was = f"agent-whisper-{queue.was}" if queue and queue.was else None
    return _flow("agent_whisper" if queue is None else f"agent-whisper-{queue.key}", "agent_whisper", *steps, was=was)


def after_call(house: House) -> Flow:
    """After the agent has left: who was cut off comes back to the same queue, first."""
    unchanged = dict.fromkeys(MOMENTS, "none")
    return _flow(
        "after_call",
        "inbound",
        _step("ask", "menu", house.phrase("cut_off"), choices={"1": "back"}, otherwise="bye", timeout=ASK_IF_CUT_OFF),
        _step("back", "queue", "$.Queue.ARN", None, "bye", full="bye", priority=1, **unchanged),
        _step("bye", "hang_up", True),
    )


def outbound(house: House) -> Flow:
    """Who we are, or that we call as asked; the recording notice; then the agent speaks."""
    title = house.center.title if house.center else ""
    steps = [
        _step("why", "when", "$.Attributes.callback", is_={"yes": "asked"}, otherwise="hello"),
        _step("asked", "say", house.phrase("outbound_callback", center=title), "recorded"),
        _step("hello", "say", house.phrase("outbound", center=title), "recorded"),
    ]
    steps.append(_step("recorded", "notice", "recording") if house.recorded else _step("recorded", "end", True))
    if house.recorded:
        steps.append(_step("end", "end", True))
    return _flow("outbound", "outbound_whisper", *steps)


def transfer_to_queue(house: House) -> Flow:
    """A call that an agent passes on to a queue."""
    return _flow(
        "transfer_to_queue",
        "queue_transfer",
        _step("pass-on", "queue", "current", None, "busy", full="busy"),
        _step("busy", "say", house.phrase("busy")),
        _step("bye", "hang_up", True),
    )
