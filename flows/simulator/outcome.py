"""What the action handlers share: branches by name, failures, refusals."""

from __future__ import annotations

from ..document import Action
from .state import Answer, Ask, End, State, Step

OK = "ok"
FAILS = "fails"


def failing(action: Action, kind: str = "do", subject: str = "", options: tuple[str, ...] = (OK,)) -> Ask | None:
    """The question of an action that may fail; None when it has one way only."""
    all_options = (*options, FAILS) if action.errors else options
    return Ask(kind, subject, all_options) if len(all_options) > 1 else None


def next_of(action: Action) -> str:
    """Where it goes on: NextAction, else any branch that is not a failure, else any."""
    if action.next:
        return action.next
    if action.conditions:
        return action.conditions[0].to
    return next(iter(action.errors.values()), "")


def go(state: State, action: Action, label: str = "", notes: tuple[str, ...] = ()) -> Step:
    """On along NextAction."""
    if not action.next:
        return refuse(state, action, "it has no next action")
    return Step(state, label, action.next, notes=notes)


def along(state: State, action: Action, operand: str, missing: str = "NoMatchingCondition") -> Step:
    """On along the Equals branch of `operand`, else along the error branch `missing`."""
    for condition in action.conditions:
        if operand in condition.operands:
            return Step(state, operand, condition.to)
    return error(state, action, missing)


def error(state: State, action: Action, name: str, label: str = "") -> Step:
    """On along an error branch; the contact is cut off where neither it nor NoMatchingError is there."""
    to = action.errors.get(name) or action.errors.get("NoMatchingError")
    if not to:
        return refuse(state, action, f"it has no branch for {name}: the contact is disconnected")
    return Step(state, label or name, to)


def refuse(state: State, action: Action, message: str) -> Step:
    """The call ends: the service would refuse or cut it off here."""
    return Step(state, "error", end=End("error", message=f"{action.identifier} ({action.type}): {message}"))


def unknown_of(action: Action, subject: str, extra: tuple[str, ...] = ()) -> Ask:
    """The question which branch an answer that cannot be known would take."""
    operands = tuple(dict.fromkeys(f"{c.operator} {' '.join(c.operands)}" for c in action.conditions))
    return Ask("unknown", subject, (*operands, "otherwise", *extra))


def chosen(state: State, action: Action, answer: Answer) -> Step:
    """The branch that was picked for something that cannot be known."""
    note: tuple[str, ...] = ()
    for condition in action.conditions:
        if answer.label in (f"{condition.operator} {' '.join(condition.operands)}", " ".join(condition.operands)):
            return Step(state, answer.label, condition.to, notes=note)
    to = action.errors.get("NoMatchingCondition") or action.errors.get("NoMatchingError") or action.next
    if not to:
        return refuse(state, action, "it has no branch for anything else")
    return Step(state, "otherwise", to, notes=note)
