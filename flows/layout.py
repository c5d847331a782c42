"""Where the designer draws each action: columns by distance from the start, rows in the order of the steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from .graph import Flow

COLUMN, ROW, LEFT, TOP = 260, 220, 180, 40
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


def metadata(flow: Flow, start: str, actions: Actions) -> dict[str, Any]:
    """The Metadata object that Connect's designer reads (Connect facts 4.3)."""
    places = positions(start, actions)
    return {
        "entryPointPosition": {"x": 20, "y": TOP},
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
    """A place for every action; no two share one. Unreachable ones stand in a column of their own, at the left."""
    depth = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for target in successors(actions[here]):
            if target in actions and target not in depth:
                depth[target] = depth[here] + 1
                queue.append(target)
    rows: dict[int, int] = {}
    places = {}
    for ident in actions:
        column = depth.get(ident, -1)
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[ident] = (LEFT + COLUMN * column, TOP + ROW * row + (ROW // 2 if column < 0 else 0))
    return places


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
