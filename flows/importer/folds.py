"""Sequences of actions that one step compiles to: they become that step again, if nothing else leads into them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...specs.frozen import dataclass
from ..document import Action
from ..house import MOMENTS
from .scene import Given, Scene

_ORDER = (*MOMENTS, "priority")  # in which a queue step writes what comes before its target
Read = Callable[[str], Given]  # an action as a step of its own


@dataclass(frozen=True, slots=True)
class Fold:
    """One step for several actions; the first of `actions` bears its name."""

    actions: tuple[str, ...]
    step: Given


def folds(scene: Scene, read: Read, never: Collection[str]) -> dict[str, Fold]:
    """Every fold by its first action. `never` are first actions that stay as they are."""
    found: dict[str, Fold] = {}
    for action in scene.document.actions.values():
        make = _MAKERS.get(action.type)
        fold = make(scene, action, read) if make else None
        if fold is not None and fold.actions[0] not in never:
            found[fold.actions[0]] = fold
    return found


def _alone(scene: Scene, target: str) -> bool:
    return scene.callers.get(target) == 1 and target != scene.document.start


def _queue(scene: Scene, transfer: Action, read: Read) -> Fold | None:
    """[hooks…] [priority] target, transfer: a queue or a person."""
    before = _before(scene, transfer.identifier)
    if before is None or before.type != "UpdateContactTargetQueue" or before.next != transfer.identifier:
        return None
    aim, move = read(before.identifier), read(transfer.identifier)
    same = before.errors.get("NoMatchingError") == transfer.errors.get("NoMatchingError") == transfer.next
    if "target" not in aim or "queue" not in move or not same or "next_action" in move:
        return None
    if aim.get("person"):
        step: Given = {"agent": aim["target"], "full": move["full"], "failed": move["failed"]}
        return Fold((before.identifier, transfer.identifier), step)
    step = {"queue": aim["target"], "full": move["full"], "failed": move["failed"]}
    chain, places = [before.identifier, transfer.identifier], len(_ORDER)
    while (earlier := _before(scene, chain[0])) is not None:
        option, place = _queue_option(read(earlier.identifier), chain[0], scene)
        if option is None or place >= places or earlier.next != chain[0]:
            break
        step |= option
        chain.insert(0, earlier.identifier)
        places = place
    return Fold(tuple(chain), step)


def _queue_option(given: Given, following: str, scene: Scene) -> tuple[Given | None, int]:
    """A step before the target as an option of `queue`, and its place in the order in which they are written."""
    if given.get("then") != scene.to(following) or set(given) - {"routing", "hooks", "then"}:
        return None, 0
    match given:
        case {"routing": {"priority": str(value)}} if value.isdigit() and 1 <= int(value[:3]) <= 10:
            return {"priority": value}, _ORDER.index("priority")
        case {"hooks": dict(hooks)}:
            ((moment, flow),) = hooks.items()
            return ({moment: flow}, _ORDER.index(moment)) if moment in MOMENTS else (None, 0)
    return None, 0


def _before(scene: Scene, target: str) -> Action | None:
    """The one action that leads to `target` by its NextAction, if nothing else leads there."""
    if not _only_next(scene, target):
        return None
    return next((a for a in scene.document.actions.values() if a.next == target), None)


def _only_next(scene: Scene, target: str) -> bool:
    if target == scene.document.start:
        return False
    into = scene.callers.get(target, 0)
    if into == 1:
        return True
    # A soft action fails into the same action that it goes on to.
    sources = [a for a in scene.document.actions.values() if any(to == target for _, to in a.edges())]
    return len(sources) == 1 and sources[0].next == target


def _digits(scene: Scene, question: Action, read: Read) -> Fold | None:
    """GetParticipantInput, Compare with Timeout [, UpdateContactAttributes]."""
    step = read(question.identifier)
    check = scene.document.actions.get(question.next or "")
    if "digits" not in step or check is None or check.type != "Compare" or not _alone(scene, check.identifier):
        return None
    given = read(check.identifier)
    cases = given.get("is")
    if given.get("when") != "$.StoredCustomerInput" or not isinstance(cases, dict) or set(cases) != {"Timeout"}:
        return None
    if "next_action" in given:
        return None
    step = step | {"silence": cases["Timeout"], "then": given["otherwise"]}
    kept = scene.document.actions.get(check.errors.get("NoMatchingCondition", ""))
    if kept is not None and kept.type == "UpdateContactAttributes" and _only_from(scene, kept.identifier, check):
        keep = read(kept.identifier)
        match keep:
            case {"set": {**attributes}} if len(attributes) == 1 and "related" not in keep:
                ((name, value),) = attributes.items()
                if value == "$.StoredCustomerInput" and kept.errors.get("NoMatchingError") == question.errors.get(
                    "NoMatchingError"
                ):
                    step |= {"into": name, "then": keep["then"]}
                    return Fold((question.identifier, check.identifier, kept.identifier), step)
    return Fold((question.identifier, check.identifier), step)


def _only_from(scene: Scene, target: str, source: Action) -> bool:
    """Whether every branch into `target` comes from `source`."""
    into = sum(to == target for _, to in source.edges())
    return scene.callers.get(target) == into and target != scene.document.start


def _menu(scene: Scene, loop: Action, read: Read) -> Fold | None:
    """Loop, GetParticipantInput: a menu that is heard several times."""
    lap = read(loop.identifier)
    each = next((c.to for c in loop.conditions if c.operands == ("ContinueLooping",)), "")
    question = scene.document.actions.get(each)
    count = str(lap.get("loop", ""))
    if question is None or question.type != "GetParticipantInput" or not _alone(scene, each) or "next_action" in lap:
        return None
    given = read(each)
    here = scene.to(loop.identifier)
    if "menu" not in given or given["otherwise"] != here or "next_action" in given:
        return None
    if not count.isdigit() or not 2 <= int(count[:3]) <= 10:
        return None
    otherwise = lap["then"]
    step = given | {"attempts": count, "otherwise": otherwise}
    step["failed"] = given.get("failed", here)
    if step["failed"] == otherwise:
        del step["failed"]
    return Fold((loop.identifier, each), step)


_MAKERS: dict[str, Callable[[Scene, Action, Read], Fold | None]] = {
    "TransferContactToQueue": _queue,
    "GetParticipantInput": _digits,
    "Loop": _menu,
}
