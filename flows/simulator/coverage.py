"""Which steps and branches of each flow the calls took.

A branch is a place to which an action can go: where a failure goes the same way as success they are one branch, since
no caller could tell them apart. A next action that Connect never takes (the console writes it to repeat another branch,
Connect facts 4.5) is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from typing import Any

from ...specs.frozen import dataclass
from ..document import Action
from .place import LEAVES, Result
from .world import World

Branch = tuple[str, str, str]  # flow, action, target
_NEVER_NEXT = frozenset(
    (
        "CheckHoursOfOperation",
        "CheckMetricData",
        "Compare",
        "DistributeByPercentage",
        "Loop",
        "Wait",
        "TransferToFlow",
        "TransferContactToQueue",
        "DequeueContactAndTransferToQueue",
        "MessageParticipantIteratively",
        "ConnectParticipantWithLexBot",
        "CheckOutboundCallStatus",
    )
)
_LEAVING = frozenset(("TransferToFlow", "TransferContactToQueue", "DequeueContactAndTransferToQueue"))


def labels(action: Action) -> dict[str, list[str]]:
    """The targets of an action that can be taken, each with the names of the branches that lead to it."""
    made: dict[str, list[str]] = {}
    if action.next and takes_next(action):
        made.setdefault(action.next, []).append("next")
    for condition in action.conditions:
        made.setdefault(condition.to, []).append(" ".join(condition.operands))
    for name, to in action.errors.items():
        made.setdefault(to, []).append(name)
    leaves = action.type in _LEAVING or (
        action.type == "TransferParticipantToThirdParty"
        and str(action.parameters.get("ContinueFlowExecution")).lower() != "true"
    )
    if leaves:
        made.setdefault(LEAVES, []).append("success")
    return made


def takes_next(action: Action) -> bool:
    """Whether its NextAction can be taken at all."""
    if action.type == "GetParticipantInput":
        return str(action.parameters.get("StoreInput", "")).lower() == "true"
    if action.type == "InvokeFlowModule":
        return not action.conditions
    return action.type not in _NEVER_NEXT


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """One flow: what there is, what was taken, what is proven never to be taken."""

    flow: str
    own: bool
    steps: int
    steps_taken: int
    actions: int
    actions_taken: int
    branches: frozenset[Branch]
    taken: frozenset[Branch]
    dead: frozenset[Branch] = frozenset()
    done: frozenset[str] = frozenset()  # actions that a call came to

    @property
    def missing(self) -> list[Branch]:
        """Branches that no call took and that are not proven dead."""
        return sorted(self.branches - self.taken - self.dead)

    @property
    def percent(self) -> float:
        """Taken branches of those that can be, in percent."""
        alive = len(self.branches - self.dead)
        return 100.0 if not alive else 100.0 * len(self.taken - self.dead) / alive


@dataclass(frozen=True, slots=True)
class Coverage:
    """All flows."""

    flows: tuple[FlowCoverage, ...] = ()
    why_dead: Mapping[Branch, str] = field(default_factory=dict)

    @property
    def percent(self) -> float:
        """Taken branches of all flows, in percent; dead ones do not count."""
        alive = sum(len(flow.branches - flow.dead) for flow in self.flows)
        taken = sum(len(flow.taken - flow.dead) for flow in self.flows)
        return 100.0 if not alive else 100.0 * taken / alive

    def as_json(self, world: World) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "percent": round(self.percent, 1),
            "flows": [
                {
                    "flow": flow.flow,
                    "own": flow.own,
                    "percent": round(flow.percent, 1),
                    "steps": {"all": flow.steps, "taken": flow.steps_taken},
                    "actions": {"all": flow.actions, "taken": flow.actions_taken},
                    "branches": {"all": len(flow.branches), "taken": len(flow.taken), "dead": len(flow.dead)},
                    "missing": [described(world, branch) for branch in flow.missing],
                    "dead": [
                        described(world, branch) | {"why": self.why_dead.get(branch, "")}
                        for branch in sorted(flow.dead)
                    ],
                }
                for flow in self.flows
            ],
        }


def described(world: World, branch: Branch) -> dict[str, Any]:
    """A branch in words: file, line, step, names and target."""
    flow, action, to = branch
    origin = world.origin(flow, action)
    names = labels(world.flows[flow].actions[action]).get(to, [])
    return {
        "flow": flow,
        "file": origin.file,
        "line": origin.line,
        "step": origin.step,
        "action": action,
        "branch": ", ".join(names),
        "to": to if to != LEAVES else "",
    }


def all_branches(world: World, flow: str) -> frozenset[Branch]:
    """Every branch of a flow."""
    document = world.flows[flow]
    return frozenset((flow, name, to) for name, action in document.actions.items() for to in labels(action))


def coverage(
    world: World, results: Iterable[Result], dead: Mapping[Branch, str] | None = None, flows: Collection[str] = ()
) -> Coverage:
    """What the calls took of `flows` (all of the world's when none are named)."""
    taken: set[Branch] = set()
    done: set[tuple[str, str]] = set()
    for result in results:
        taken |= result.branches
        done |= result.actions
    why = dict(dead or {})
    made = []
    for name in flows or world.flows:
        document = world.flows[name]
        branches = all_branches(world, name)
        actions = {action for flow, action in done if flow == name}
        steps = {world.origin(name, action).step for action in document.actions}
        made.append(
            FlowCoverage(
                flow=name,
                own=world.own(name),
                steps=len(steps),
                steps_taken=len({world.origin(name, action).step for action in actions}),
                actions=len(document.actions),
                actions_taken=len(actions & set(document.actions)),
                branches=branches,
                taken=branches & taken,
                dead=frozenset(why) & branches,
                done=frozenset(actions),
            )
        )
    return Coverage(tuple(made), {branch: text for branch, text in why.items() if branch not in taken})
