"""Where Connect's own designer draws each block: in layers from left to right, as `flow show` draws from top to bottom.

Sizes are those that exports show: a block is about 220 wide, and as much higher as it has branches (flow corpus,
positions of neighbours in 194 exports).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from .graph import Flow
from .layered import Link, places

WIDTH, HEAD, BRANCH = 220, 110, 40  # of a block, of its head, of each branch
BETWEEN, LEFT, TOP = 60, 180, 40  # two columns; the first block
# What the console calls the types in an export (flow corpus, section 6).
CONSOLE_TYPES: Mapping[str, str] = {
    "inbound": "contactFlow",
    "customer_queue": "customerQueue",
    "customer_hold": "customerHold",
    "agent_hold": "agentHold",
    "customer_whisper": "customerWhisper",
    "agent_whisper": "agentWhisper",
    "outbound_whisper": "outboundWhisper",
    "agent_transfer": "agentTransfer",
    "queue_transfer": "queueTransfer",
    "module": "contactFlow",
}
Actions = Mapping[str, Mapping[str, Any]]


def metadata(flow: Flow, start: str, actions: Actions, *, laid_out: bool = True) -> dict[str, Any]:
    """The Metadata object that Connect's designer reads (Connect facts 4.3). What is not laid out is as long as what
    is: the limits on a flow's size hold for both."""
    places = positions(start, actions) if laid_out else dict.fromkeys(actions, (99_999, 99_999))
    return {
        "entryPointPosition": {"x": 20, "y": places[start][1]},
        "ActionMetadata": {
            ident: {"position": {"x": x, "y": y}, "isFriendlyName": True} for ident, (x, y) in places.items()
        },
        "Annotations": [],
        "name": flow.title or flow.name,
        "description": flow.description,
        "type": CONSOLE_TYPES[flow.type],
        "status": "published",
        "hash": {},
    }


def positions(start: str, actions: Actions) -> dict[str, tuple[int, int]]:
    """A place for every action; no two blocks touch. What nothing leads to stands to the right of the rest."""
    number = {ident: n for n, ident in enumerate(actions)}
    shape = tuple(
        (branches(action), tuple(dict.fromkeys(number[to] for to in successors(action) if to in number)))
        for action in actions.values()
    )
    return dict(zip(actions, _placed(number[start], shape), strict=True))


@functools.lru_cache(maxsize=256)
def _placed(start: int, shape: tuple[tuple[int, tuple[int, ...]], ...]) -> list[tuple[int, int]]:
    """The places of blocks by number. Flows of one shape, such as those built in for each queue, are laid out once."""
    sizes = {str(n): (float(HEAD + BRANCH * count), float(WIDTH + BETWEEN)) for n, (count, _) in enumerate(shape)}
    links = [Link(str(n), str(to)) for n, (_, targets) in enumerate(shape) for to in targets]
    found = places(sizes, links, str(start))
    return [(LEFT + round(y), TOP + round(x)) for x, y in (found[str(n)] for n in range(len(shape)))]


def branches(action: Mapping[str, Any]) -> int:
    """How many ways out a block shows: each condition and error, and the next action where there are no conditions."""
    transitions = action["Transitions"]
    listed = [transitions.get(group) for group in ("Conditions", "Errors")]
    count = sum(len(entries) for entries in listed if isinstance(entries, list))
    return count + (1 if transitions.get("NextAction") and not transitions.get("Conditions") else 0)


def size(action: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of a block."""
    return WIDTH, HEAD + BRANCH * branches(action)


def successors(action: Mapping[str, Any]) -> Iterator[str]:
    """Every target of an action, in the order in which they are written. Transitions that an `action:` step gives may
    have any shape; what is no target is the validator's to refuse."""
    transitions = action["Transitions"]
    if isinstance(transitions.get("NextAction"), str):
        yield transitions["NextAction"]
    for group in ("Conditions", "Errors"):
        entries = transitions.get(group)
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping) and isinstance(entry.get("NextAction"), str):
                yield entry["NextAction"]
