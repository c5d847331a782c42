"""Ways out of a queue, and what callers type where digits are asked for: found once, before the walk."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from ..document import Action
from .world import CALLER, World

WAYS_OUT = frozenset(
    (
        "CreateCallbackContact",
        "DequeueContactAndTransferToQueue",
        "TransferParticipantToThirdParty",
        "DisconnectParticipant",
    )
)


def ways_out(world: World) -> set[tuple[str, str]]:
    """Questions in queue flows of which some key leads out of waiting, before the messages go on."""
    found: set[tuple[str, str]] = set()
    for name, document in world.flows.items():
        for action in document.actions.values():
            starts = [condition.to for condition in action.conditions] or [action.next or ""]
            if action.type == "GetParticipantInput" and any(_leads_out(document.actions, to) for to in starts):
                found.add((name, action.identifier))
    return found


def _leads_out(actions: Mapping[str, Action], start: str) -> bool:
    seen: set[str] = set()
    stack = [start]
    while stack:
        here = stack.pop()
        action = actions.get(here)
        if here in seen or action is None or action.type == "MessageParticipantIteratively":
            continue
        seen.add(here)
        if action.type in WAYS_OUT:
            return True
        stack += [to for _, to in action.edges()]
    return False


def entries(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a caller types where digits are asked for: (telephone numbers, other entries). Of the latter one of each
    that the flows compare with, and one that is none of them."""
    compared = {
        operand
        for document in world.flows.values()
        for action in document.actions.values()
        if action.parameters.get("ComparisonValue") == "$.StoredCustomerInput"
        for condition in action.conditions
        for operand in condition.operands
        if operand.isdigit()
    }
    other = next(str(n) for n in itertools.count(1234) if str(n) not in compared)
    return (CALLER,), (*sorted(compared), other)
