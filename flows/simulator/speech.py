"""What is said and asked: messages, menus, digits, bots, voices (Connect facts 4.5, 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..document import Action
from .outcome import FAILS, OK, along, chosen, error, failing, go, unknown_of
from .state import UNKNOWN, Answer, Ask, End, Heard, State, Step, put
from .values import message, resolve, seconds
from .world import World

TIMEOUT = "timeout"
INVALID = "invalid"
VALID = "valid"
INTERRUPTED = "interrupted"
STAYS = "stays"
ANSWERED = "answered"
RESUMED = "resumed"
_TO_AGENT = frozenset(("agent_whisper", "agent_hold"))


def said(world: World, state: State, action: Action) -> tuple[Heard, ...]:
    """What a message or question says, and to whom."""
    text = message(world, state, action.parameters)
    if not text.strip():
        return ()
    return (Heard(text, "agent" if state.stage in _TO_AGENT else "caller", _language(state)),)


def _language(state: State) -> str:
    known = dict(state.values)
    return known.get("voice", "")


def _length(heard: tuple[Heard, ...]) -> float:
    return sum(seconds(item.text) for item in heard)


def _message(world: World, state: State, action: Action, _: Answer) -> Step:
    heard = said(world, state, action)
    made = go(state, action)
    if not made.to and action.errors:
        made = error(state, action, "NoMatchingError")
    return made._replace(heard=heard, seconds=_length(heard))


def _ask_input(world: World, state: State, action: Action) -> Ask | None:  # noqa: ARG001 - one shape for all
    limit = _number(action.parameters.get("InputTimeLimitSeconds"), 5)
    if _stores(action):
        phone = "InvalidPhoneNumber" in action.errors
        options = (VALID, TIMEOUT, *((INVALID,) if phone else ()))
        return Ask("digits", _subject(action), (*options, *((FAILS,) if action.errors else ())), limit)
    keys = tuple(dict.fromkeys(operand for c in action.conditions for operand in c.operands))
    options = (*keys, TIMEOUT, INVALID)
    return Ask("keys", "", (*options, *((FAILS,) if "NoMatchingError" in action.errors else ())), limit)


def _stores(action: Action) -> bool:
    return str(action.parameters.get("StoreInput", "")).lower() == "true"


def _subject(action: Action) -> str:
    validation = action.parameters.get("InputValidation")
    if isinstance(validation, Mapping):
        phone = validation.get("PhoneNumberValidation")
        if isinstance(phone, Mapping):
            return str(phone.get("CountryCode") or "E164")
        custom = validation.get("CustomValidation")
        if isinstance(custom, Mapping):
            return str(custom.get("MaximumLength") or "")
    return ""


def _input(world: World, state: State, action: Action, answer: Answer) -> Step:
    heard = said(world, state, action)
    length = _length(heard)
    limit = _number(action.parameters.get("InputTimeLimitSeconds"), 5)
    if _stores(action):
        made = _digits(state, action, answer)
    elif answer.label == TIMEOUT:
        made = error(state, action, "InputTimeLimitExceeded", TIMEOUT)
    elif any(answer.label in condition.operands for condition in action.conditions):
        made = along(state, action, answer.label)
    else:
        made = error(state, action, "NoMatchingCondition", answer.value or INVALID)
    return made._replace(heard=heard, seconds=length + (limit if answer.label == TIMEOUT else 1))


def _digits(state: State, action: Action, answer: Answer) -> Step:
    """No entry leaves by success with `Timeout` stored; a telephone number that is none by its own branch."""
    if answer.label == INVALID:
        state = state._replace(values=put(state.values, {"StoredCustomerInput": answer.value or "0"}))
        return error(state, action, "InvalidPhoneNumber", INVALID)
    stored = "Timeout" if answer.label == TIMEOUT else answer.value
    state = state._replace(values=put(state.values, {"StoredCustomerInput": stored}))
    return go(state, action, TIMEOUT if answer.label == TIMEOUT else VALID)


def _ask_bot(_world: World, _state: State, action: Action) -> Ask | None:
    extra = (FAILS,) if "NoMatchingError" in action.errors else ()
    return unknown_of(action, "the caller's words", extra)._replace(kind="intent")


def _bot(world: World, state: State, action: Action, answer: Answer) -> Step:
    heard = said(world, state, action)
    intent = answer.label.removeprefix("Equals ")
    state = state._replace(values=put(state.values, {"Lex": UNKNOWN, "Lex.IntentName": intent}))
    return chosen(state, action, answer)._replace(heard=heard, seconds=_length(heard) + 5)


def _ask_loop(_world: World, state: State, action: Action) -> Ask | None:
    """While messages repeat: somebody answers, the interrupt comes, or the caller stays."""
    if state.stage in {"hold", "agent_hold"}:
        return Ask("hold", "", (RESUMED,))
    every = _number(action.parameters.get("InterruptFrequencySeconds"), 0)
    options = (INTERRUPTED,) if every and action.conditions else ()
    if state.stage != "queue":
        return Ask("wait", "", (*options, STAYS), every)
    return Ask("wait", state.queue, (*options, ANSWERED, STAYS, *((FAILS,) if action.errors else ())), every)


def _loop(world: World, state: State, action: Action, answer: Answer) -> Step:
    listed = action.parameters.get("Messages")
    texts = [message(world, state, item) for item in listed or () if isinstance(item, Mapping)]
    to = "agent" if state.stage in _TO_AGENT else "caller"
    heard = tuple(Heard(text, to, _language(state)) for text in texts if text)  # type: ignore[arg-type]
    every = _number(action.parameters.get("InterruptFrequencySeconds"), 0)
    if answer.label == INTERRUPTED:
        return along(state, action, "MessagesInterrupted")._replace(label=INTERRUPTED, heard=heard, seconds=every)
    if answer.label == ANSWERED:
        from .moments import accepted

        made = accepted(world, state, answer.value)
        return made._replace(heard=heard)
    if answer.label == RESUMED:
        state = state._replace(stage="talk", flow="", at="")
        return Step(state, RESUMED, heard=heard, seconds=_length(heard))
    end = End("queue", queue=state.queue) if state.stage == "queue" else End("hung_up", message="messages go on")
    return Step(state, STAYS, heard=heard, seconds=_length(heard), end=end)


def _voice(_world: World, state: State, action: Action, _: Answer) -> Step:
    voice = str(action.parameters.get("TextToSpeechVoice", ""))
    return go(state._replace(values=put(state.values, {"voice": voice})), action)


def _contact(_world: World, state: State, action: Action, _: Answer) -> Step:
    code = action.parameters.get("LanguageCode")
    values = {"LanguageCode": code} if isinstance(code, str) else {}
    return go(state._replace(values=put(state.values, values)), action)


def _number(value: Any, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default


def may_fail(_world: World, _state: State, action: Action) -> Ask | None:
    """The question of an action that does one thing or fails."""
    return failing(action)


def input_is_known(world: World, state: State, path: str) -> bool:
    """Whether a path has a value that is known here."""
    return resolve(world, state, path) not in ("", UNKNOWN)


ACTIONS = {
    "MessageParticipant": (may_fail, _message),
    "GetParticipantInput": (_ask_input, _input),
    "ConnectParticipantWithLexBot": (_ask_bot, _bot),
    "MessageParticipantIteratively": (_ask_loop, _loop),
    "UpdateContactTextToSpeechVoice": (may_fail, _voice),
    "UpdateContactData": (may_fail, _contact),
}
__all__ = ["ACTIONS", "OK", "may_fail", "said"]
