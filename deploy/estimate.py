"""How many resources a centre has, about, and how long AWS would take for a run that the sandbox does in seconds.

Pessimistic on purpose: all calls share one bucket of two a second with a burst of five, which is the default of every
Connect operation (Connect facts 1.1); the service may count each operation apart. An instance takes about a minute to
become active, a number some seconds to be claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center
    from ..stacks.engine.plan import Step

RATE = 2.0  # calls a second
BURST = 5
INSTANCE = 60.0  # seconds until a new instance is active
CLAIM = 5.0  # seconds until a number is claimed
_CALLS = {"Instance": 8, "PhoneNumber": 3}  # calls that creating one takes; everything else one


def aws_seconds(steps: Sequence[Step], people: int) -> float:
    """What AWS would need for these steps and that many changed people, in seconds; 0 when nothing changes."""
    calls = people
    waits = 0.0
    for step in steps:
        if step.action == "same":
            continue
        kind = step.type.rpartition(":")[2]
        calls += _CALLS.get(kind, 1) * (2 if step.action == "replace" else 1)
        if step.action in {"create", "replace"}:
            waits += {"Instance": INSTANCE, "PhoneNumber": CLAIM}.get(kind, 0.0)
    return max(0, calls - BURST) / RATE + waits + (1.0 if calls else 0.0)


def resources(center: Center, flows: FlowSet) -> int:
    """About how many resources the program will register; only for the first progress bar."""
    queues = sum(max(1, len(queue.variants)) + queue.own_callbacks for queue in center.queues.values())
    recorded = 7 if center.recording.calls else 0
    return sum(
        (
            2 + recorded,
            sum(1 + len(hours.overrides) for hours in center.hours.values()) + len(center.switches),
            queues * 3,
            len(center.quick_connects),
            len(flows.flows) * 2,
            sum(len(profile.variants) for profile in center.routing_profiles.values()) + 1,
            len(center.security_profiles) + 1,
            1 + len(center.hierarchy.groups) if center.hierarchy.levels else 0,
            len(center.phone_numbers) * 2,
            len(center.lambdas) + len(center.bots) + len(center.approved_origins),
            sum(len(prompt.assets) for prompt in center.prompts.values()),
            len(center.agent_statuses),
        )
    )
