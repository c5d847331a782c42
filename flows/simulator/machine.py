"""One step of a call: `ask` says what an action needs to know, `step` does it. Pure; nothing here keeps anything.

The same two functions serve a scripted call, a person at a terminal, a random caller and the walk over all calls; they
differ only in who answers. What each action does stands in `speech`, `routing` and `control`, by action type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..catalogue import catalogue
from ..document import Action
from . import control, moments, routing, speech
from .outcome import failing, next_of, refuse
from .state import Answer, Ask, End, Frame, Heard, Pairs, State, Step, moved, pairs
from .world import World


class Doing(NamedTuple):
    """How a type of action is simulated."""

    ask: Callable[[World, State, Action], Ask | None]
    do: Callable[[World, State, Action, Answer], Step]


DOING: Mapping[str, Doing] = {
    kind: Doing(*functions)
    for table in (speech.ACTIONS, routing.ACTIONS, control.ACTIONS)
    for kind, functions in table.items()
}
__all__ = ["DOING", "End", "Frame", "Heard", "Pairs", "ask", "pairs", "start", "step"]


def start(world: World, flow: str, *, caller: str = "", attributes: Pairs = ()) -> State:
    """A call that arrives at a flow."""
    document = world.flows[flow]
    return State(flow=flow, at=document.start, caller=caller, attributes=attributes)


def action_of(world: World, state: State) -> Action | None:
    """The action that comes next; None where no flow runs or the action does not exist."""
    return world.flows[state.flow].actions.get(state.at) if state.flow else None


def ask(world: World, state: State) -> Ask | None:
    """What must be known before the next step; None when nothing must."""
    if not state.flow:
        return moments.ask(world, state)
    action = action_of(world, state)
    if action is None or (state.flow, state.at) in world.refused:
        return None
    doing = DOING.get(action.type)
    if doing is None:
        return failing(action)
    return doing.ask(world, state, action)


def step(world: World, state: State, answer: Answer | None = None) -> Step:
    """Do the next thing. `answer` belongs to what `ask` said."""
    given = answer or Answer("")
    if not state.flow:
        return moments.step(world, state, given)
    action = action_of(world, state)
    if action is None:
        return Step(state, "", end=End("error", message=f'there is no action "{state.at}" in flow {state.flow}'))
    refused = world.refused.get((state.flow, state.at))
    if refused is not None:
        return refuse(state, action, refused)
    if given.label == "fails":
        return _fail(world, state, action)
    doing = DOING.get(action.type)
    if doing is None:
        return _unknown(state, action)
    made = doing.do(world, state, action, given)
    if made.end is None and made.to:
        return moved(made)
    return made


def _fail(world: World, state: State, action: Action) -> Step:
    """The action fails: its error branch, or the end of the call where it has none."""
    to = action.errors.get("NoMatchingError") or next(iter(action.errors.values()), "")
    if action.type == "GetParticipantInput" and not to:
        to = action.errors.get("NoMatchingCondition", "")
    if not to:
        return refuse(state, action, "it failed and has no error branch: the contact is disconnected")
    heard = speech.said(world, state, action) if action.type == "GetParticipantInput" else ()
    return Step(state._replace(at=to), "fails", to, heard, seconds=control.lasts(action))


def _unknown(state: State, action: Action) -> Step:
    """A type that is not simulated: said, and passed over along its own next action."""
    if action.type not in catalogue().actions:
        return refuse(state, action, f"Invalid Action type. Type: {action.type}")
    note = f"{action.type} is not simulated: passed over"
    to = next_of(action)
    if not to:
        return Step(state, "passed over", notes=(note,), end=End("hung_up", message=f"after {action.type}"))
    return Step(state._replace(at=to), "passed over", to, notes=(note,))
