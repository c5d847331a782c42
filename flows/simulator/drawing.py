"""A flow drawn with what the calls took: green steps were done in full, amber ones in part, red ones never.

Colour is not the only sign: each box says how many of its branches were taken, and a way that no call took is dashed
and marked.
"""

from __future__ import annotations

from ..picture import Arrow, Box, Picture
from ..svg import svg
from .coverage import FlowCoverage, labels
from .place import LEAVES
from .world import World

_LOOKS = {"all": "person", "part": "keys", "none": "net", "dead": "out"}


def drawing(world: World, flow: FlowCoverage) -> str:
    """The SVG, a box a step."""
    document = world.flows[flow.flow]
    step_of = {name: world.origin(flow.flow, name).step for name in document.actions}
    order = list(dict.fromkeys(step_of[name] for name in document.reading_order()))
    boxes = tuple(_box(world, flow, step, step_of) for step in order)
    title = f"{flow.flow}: {flow.percent:.0f} % of the branches"
    return svg(Picture(flow.flow, title, "", step_of[document.start], boxes, _arrows(world, flow, step_of)))


def _box(world: World, flow: FlowCoverage, step: str, step_of: dict[str, str]) -> Box:
    actions = [world.flows[flow.flow].actions[name] for name in step_of if step_of[name] == step]
    own = {branch for branch in flow.branches if step_of[branch[1]] == step}
    alive, taken = own - flow.dead, own & flow.taken
    if alive and taken >= alive:
        state, words = "all", f"✓ {len(taken)} of {len(alive)}"
    elif taken:
        state, words = "part", f"{len(taken)} of {len(alive)} branches"
    elif alive:
        state, words = "none", f"✗ never: {len(alive)}"
    else:
        reached = any(action.identifier in flow.done for action in actions)
        state, words = ("all", "✓ ends") if reached else ("none", "✗ never")
        if own:
            state, words = "dead", "no call comes here"
    return Box(step, step, words, actions[0].type if len(actions) == 1 else f"{len(actions)} actions", _LOOKS[state])


def _arrows(world: World, flow: FlowCoverage, step_of: dict[str, str]) -> tuple[Arrow, ...]:
    ways: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for branch in sorted(flow.branches):
        _, name, to = branch
        if to == LEAVES or to not in step_of:
            continue
        source, target = step_of[name], step_of[to]
        if source == target:
            continue
        words = labels(world.flows[flow.flow].actions[name])[to]
        label = "" if words[0] == "next" else words[0]
        if branch not in flow.dead:
            ways.setdefault((source, target), []).append((label, branch in flow.taken))
    made = []
    for (source, target), found in ways.items():
        taken = all(done for _, done in found)
        label = next((word for word, _ in found if word), "")[:18]
        made.append(Arrow(source, target, label if taken else f"✗ {label}".strip(), not taken))
    return tuple(made)
