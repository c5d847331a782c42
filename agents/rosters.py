"""The rosters' side of `up`, `down` and `roster`: what to call, in order.

Reads                       may not
check_rosters (check.py)    see a cloud or a store: files and the centre alone
plan_rosters                change anything: the store is read, the instance is listed
apply_plan (apply.py)       decide anything: it walks the plan's steps, under the stack's lease
remove_all                  touch anybody whom the ledger does not name
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .apply import OnEvent, apply_plan
from .bulk import no_collection
from .check import check_rosters
from .directory import Directory
from .guards import limits_of
from .ledger import read_ledger
from .plan import AgentPlan, make_plan, removal_plan
from .result import AgentResult

if TYPE_CHECKING:
    from ..specs.model import Center
    from ..stacks.cloud.client import Cloud
    from ..stacks.cloud.connect_users import UserDoor
    from ..stacks.cloud.store import Store
    from .model import Checked
    from .pacer import Pacer

__all__ = [
    "AgentPlan",
    "AgentResult",
    "apply_plan",
    "check_rosters",
    "door",
    "plan_removal",
    "plan_rosters",
    "remove_all",
    "total",
]


def door(cloud: Cloud, directory: Directory) -> UserDoor:
    """The users of the instance that the stack's outputs name."""
    from ..stacks.cloud.connect_users import Users

    return Users(cloud, directory.instance_id, directory.instance_arn)


def plan_rosters(
    center: Center,
    files: Sequence[Path],
    directory: Directory | None,
    users: UserDoor | None,
    store: Store,
    *,
    today: dt.date | None = None,
    allow_suspend: int | None = None,
    checked: Checked | None = None,
) -> AgentPlan:
    """What the rosters would change. `files` empty: all rosters of the centre. Writes nothing.

    `directory` and `users` are None before the first up. `checked` spares a second reading of the same files. Raises
    Invalid when the rosters have mistakes, StateError when the ledger cannot be trusted, CloudError from the listing.
    A plan with conflicts or a refused mass suspension is returned; `AgentPlan.check` raises for it.
    """
    read = checked or check_rosters(center, files)
    with no_collection():
        return make_plan(
            read,
            read_ledger(store, center.stack_name),
            users,
            scope=center.stack_name,
            identity=center.instance.identity,
            today=today or center.today,
            limits=limits_of(center.agents, all_files=not files),
            directory=directory,
            allow_suspend=allow_suspend,
        )


def remove_all(
    scope: str,
    users: UserDoor | None,
    store: Store,
    *,
    on_event: OnEvent = lambda _event: None,
    cancel: threading.Event | None = None,
    pacer: Pacer | None = None,
    fence: int = 0,
) -> AgentResult:
    """Remove everybody whom the ledger of `scope` (`<center>.<stack>`) names, and nobody else; for `down`."""
    plan = plan_removal(scope, users, store)
    if users is None or plan.empty:
        return AgentResult()
    return apply_plan(plan, users, store, on_event=on_event, cancel=cancel, pacer=pacer, fence=fence)


def plan_removal(scope: str, users: UserDoor | None, store: Store) -> AgentPlan:
    """What `remove_all` would do. Writes nothing."""
    return replace(removal_plan(read_ledger(store, scope), users, scope), directory=Directory("", ""))


def total(scope: str, store: Store) -> int:
    """How many people the stack has, suspended ones included; reads the ledger alone."""
    return sum(entry.user_id is not None for entry in read_ledger(store, scope).entries.values())
