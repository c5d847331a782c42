"""Where a caller goes: queues, agents, callbacks, other numbers, what serves each moment (Connect facts 4.5, 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..document import Action
from .criteria import stored, unknown
from .moments import accepted, enter_queue, over
from .outcome import FAILS, OK, error, failing, go
from .speech import may_fail
from .state import UNKNOWN, Answer, Ask, End, State, Step, put
from .values import is_path, resolve
from .world import World

ROOM, FULL = "room", "full"
ANSWERED, BUSY, NO_ANSWER = "answered", "busy", "no_answer"
INVALID, NOT_DIALABLE = "invalid", "not_dialable"
WITHHELD = "withheld"
MOST_MOVES = 11
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def reference(world: World, state: State, action: Action, name: str, kind: str) -> str:
    """The key of what a parameter refers to; "" when it is not given or its path has no value."""
    value = action.parameters.get(name)
    if not isinstance(value, str) or not value:
        return ""
    if is_path(value):
        value = resolve(world, state, value)
        if value in ("", UNKNOWN):
            return value
    return world.lookup(value, kind)


def _target(world: World, state: State, action: Action, _: Answer) -> Step:
    queue = reference(world, state, action, "QueueId", "queue")
    agent = reference(world, state, action, "AgentId", "agent")
    if not queue and not agent:
        return error(state, action, "NoMatchingError")
    if UNKNOWN in (queue, agent):
        made = error(state, action, "NoMatchingError")
        return made._replace(notes=(f"which queue {action.parameters} means is not known",))
    if world.queues and queue and queue not in world.queues:
        return error(state, action, "NoMatchingError")._replace(notes=(f"there is no queue {queue}",))
    return go(state._replace(target=queue or state.target, agent=agent), action)


def _destination(world: World, state: State, action: Action) -> str:
    if action.type == "DequeueContactAndTransferToQueue":
        return reference(world, state, action, "QueueId", "queue") or reference(
            world, state, action, "AgentId", "agent"
        )
    return state.agent or state.target


def _ask_room(world: World, state: State, action: Action) -> Ask | None:
    to = _destination(world, state, action)
    if not to or to == UNKNOWN:
        return None
    info = world.queues.get(to)
    capped = info is None or info.max_contacts is not None or state.agent
    return failing(action, "room", to, (ROOM, FULL) if capped else (ROOM,))


def _to_queue(world: World, state: State, action: Action, answer: Answer) -> Step:
    to = _destination(world, state, action)
    if not to or to == UNKNOWN:
        return error(state, action, "NoMatchingError")._replace(notes=("no working queue is set",))
    if answer.label == FULL:
        return error(state, action, "QueueAtCapacity", FULL)
    moves = state.moves
    if action.type == "DequeueContactAndTransferToQueue":
        moves += 1
        if moves > MOST_MOVES:
            note = f"a contact moves between queues at most {MOST_MOVES} times"
            return error(state, action, "NoMatchingError")._replace(notes=(note,))
    entered, notes = enter_queue(world, state._replace(moves=moves), to)
    return Step(entered, ROOM, notes=notes)


def _to_agent(world: World, state: State, _action: Action, _answer: Answer) -> Step:
    return accepted(world, state, state.agent)


def _hooks(world: World, state: State, action: Action, _: Answer) -> Step:
    hooks = dict(state.hooks)
    given = action.parameters.get("EventHooks")
    for moment, value in (given if isinstance(given, Mapping) else {}).items():
        hooks[str(moment)] = world.lookup(str(value), "flow")
    return go(state._replace(hooks=tuple(sorted(hooks.items()))), action)


def _behaviour(_world: World, state: State, action: Action, _: Answer) -> Step:
    wanted = action.parameters.get("QueuePriority")
    priority = int(wanted) if isinstance(wanted, str) and wanted.isdigit() else state.priority
    return go(state._replace(priority=priority), action)


def _criteria(world: World, state: State, action: Action, _: Answer) -> Step:
    text = stored(world, state, action.parameters)
    notes = ("a skill that the call asks for is not known: nobody is taken to have it",) if unknown(text) else ()
    return go(state._replace(values=put(state.values, {"criteria": text})), action, notes=notes)


def _ask_number(world: World, state: State, action: Action) -> Ask | None:
    value = str(action.parameters.get("CallbackNumber", ""))
    number = resolve(world, state, value) if is_path(value) else value
    options: tuple[str, ...] = (OK,) if _E164.fullmatch(number) or number == UNKNOWN else (INVALID,)
    if options == (OK,):
        options = (OK, NOT_DIALABLE)
    if value == "$.CustomerEndpoint.Address":
        return Ask("caller", number, (*options, INVALID) if OK in options else options)
    return Ask("number", number, (*options, INVALID) if number == UNKNOWN else options)


def _callback_number(world: World, state: State, action: Action, answer: Answer) -> Step:
    value = str(action.parameters.get("CallbackNumber", ""))
    number = resolve(world, state, value) if is_path(value) else value
    if answer.label == NOT_DIALABLE:
        return error(state, action, "CallbackNumberNotDialable", NOT_DIALABLE)
    if answer.value == WITHHELD:
        state = state._replace(caller="")
    if answer.label == INVALID or not _E164.fullmatch(number):
        return error(state, action, "InvalidCallbackNumber", INVALID)
    return go(state._replace(callback=number), action, OK)


def _book(world: World, state: State, action: Action, _: Answer) -> Step:
    queue = reference(world, state, action, "QueueId", "queue") or state.queue or state.target
    if not queue or queue == UNKNOWN:
        return error(state, action, "NoMatchingError")._replace(notes=("the callback has no queue",))
    if not (state.callback or state.caller):
        return error(state, action, "NoMatchingError")._replace(notes=("the callback has no number",))
    made = go(state._replace(booked=queue), action, OK)
    delay = action.parameters.get("InitialCallDelaySeconds", "?")
    attempts = action.parameters.get("MaximumConnectionAttempts", "?")
    told = f"callback booked in {queue} for {state.callback or state.caller}: after {delay} s, {attempts} attempts"
    return made._replace(notes=(told,))


def _number_of(world: World, state: State, action: Action) -> str:
    value = str(action.parameters.get("ThirdPartyPhoneNumber", ""))
    return resolve(world, state, value) if is_path(value) else value


def _ask_dial(world: World, state: State, action: Action) -> Ask | None:
    limit = str(action.parameters.get("ThirdPartyConnectionTimeLimitSeconds", "30"))
    options = [ANSWERED]
    options += [BUSY] if "CallFailed" in action.errors else []
    options += [NO_ANSWER] if "ConnectionTimeLimitExceeded" in action.errors else []
    options += [FAILS] if "NoMatchingError" in action.errors else []
    number = _number_of(world, state, action)
    return Ask("dial", number, tuple(options), int(limit) if limit.isdigit() else 30)


def _dial(world: World, state: State, action: Action, answer: Answer) -> Step:
    number = _number_of(world, state, action)
    if not number or number == UNKNOWN:
        return error(state, action, "NoMatchingError")._replace(notes=("there is no number to dial",))
    if answer.label == BUSY:
        return error(state, action, "CallFailed", BUSY)._replace(seconds=5.0)
    if answer.label == NO_ANSWER:
        return error(state, action, "ConnectionTimeLimitExceeded", NO_ANSWER)._replace(seconds=30.0)
    state = state._replace(transferred=number, talked=True)
    if str(action.parameters.get("ContinueFlowExecution")).lower() != "true":
        return Step(state, ANSWERED, end=End("transfer", number=number))
    note = f"{number} answers; the flow goes on when they hang up"
    return go(state, action, ANSWERED, (note,))


def _hang_up(world: World, state: State, _action: Action, _answer: Answer) -> Step:
    return Step(state, "hangs up", end=over(world, state))


def _flow(world: World, state: State, action: Action, _: Answer) -> Step:
    name = reference(world, state, action, "ContactFlowId", "flow")
    if name in ("", UNKNOWN):
        return error(state, action, "NoMatchingError")
    document = world.flows.get(name)
    if document is None:
        return Step(state, "leaves", end=End("hung_up", message=f"goes on in flow {name}, which is not known here"))
    return Step(state._replace(flow=name, at=document.start, stack=(), local=()), "leaves")


def _dialled(_world: World, state: State, action: Action, _: Answer) -> Step:
    return go(state, action)


ACTIONS = {
    "UpdateContactTargetQueue": (may_fail, _target),
    "TransferContactToQueue": (_ask_room, _to_queue),
    "DequeueContactAndTransferToQueue": (_ask_room, _to_queue),
    "TransferContactToAgent": (lambda _w, _s, _a: None, _to_agent),
    "UpdateContactEventHooks": (may_fail, _hooks),
    "UpdateContactRoutingBehavior": (may_fail, _behaviour),
    "UpdateContactRoutingCriteria": (may_fail, _criteria),
    "UpdateContactCallbackNumber": (_ask_number, _callback_number),
    "CreateCallbackContact": (may_fail, _book),
    "TransferParticipantToThirdParty": (_ask_dial, _dial),
    "DisconnectParticipant": (lambda _w, _s, _a: None, _hang_up),
    "TransferToFlow": (may_fail, _flow),
    "CompleteOutboundCall": (may_fail, _dialled),
}
