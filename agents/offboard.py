"""People leave: all of some rosters or some by username, at once; and the last run taken back as far as it can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from ..specs.errors import Refused
from .directory import Directory
from .entries import Entry, Patch
from .guards import Limits, refuse_mass_suspension
from .ledger import SUSPENDED, Ledger, read_ledger, read_undo
from .plan import Action, AgentPlan, AgentStep, Call, calls_for
from .presence import list_people
from .traits import OFF, OPERATION, WORDS, differences, why

if TYPE_CHECKING:
    from ..stacks.cloud.connect_users import UserDoor
    from ..stacks.cloud.store import Store

_KEPT = frozenset({"routing", "security", "hierarchy", "languages", "tags"})  # what the ledger knows well enough


def plan_offboard(
    scope: str,
    users: UserDoor,
    store: Store,
    directory: Directory,
    *,
    files: Collection[str] = (),
    usernames: Collection[str] = (),
    delete: bool = False,
    today: dt.date,
    limits: Limits,
    allow_suspend: int | None = None,
) -> AgentPlan:
    """Suspend (or with `delete` remove) our people of `files` and `usernames`. Writes nothing.

    Raises Refused for a username that is not ours. The guard against mass suspension stands as for a roster.
    """
    ledger = read_ledger(store, scope)
    strangers = sorted(set(usernames) - set(ledger.entries))
    if strangers:
        text = f"not made by this stack: {', '.join(strangers[:10])}"
        raise Refused(text, hint="people made by hand are removed by hand; run: ccdeploy roster plan", code="not-ours")
    ids = list_people(users, ledger)
    steps: list[AgentStep] = []
    for entry in ledger.entries.values():
        ours = entry.user_id is not None and ids.get(entry.username) == entry.user_id
        if ours and (entry.file in files or entry.username in usernames):
            step = _remove(entry) if delete else _suspend(entry, today, "offboarded")
            if step is not None:
                steps.append(step)
    cure = "name fewer people"
    refusal = refuse_mass_suspension(steps, ledger, files, limits, allow_suspend, cure=cure)
    notes = ("take their rows out of the rosters, or the next apply brings them back",) if steps else ()
    return AgentPlan(tuple(steps), ledger, scope, directory=directory, refusal=refusal, notes=notes)


def plan_undo(
    scope: str,
    users: UserDoor,
    store: Store,
    directory: Directory,
    *,
    today: dt.date,
    limits: Limits,
    allow_suspend: int | None = None,
) -> AgentPlan:
    """Take the last run back: profiles, groups, languages, tags and suspensions; who was created is suspended.

    Names, addresses and phone settings are not kept, so they are not put back; the notes count them. Raises Refused
    when there is no run to take back. The guard against mass suspension stands: those whom the run made or brought
    back may be on calls by now.
    """
    ledger = read_ledger(store, scope)
    changed = read_undo(store, ledger)
    if not changed:
        raise Refused("there is no run to take back", hint="run: ccdeploy roster plan", code="nothing-to-undo")
    ids = list_people(users, ledger)
    steps: list[AgentStep] = []
    lost = 0
    for username, before in changed.items():
        now = ledger.entries.get(username)
        if now is None or now.user_id is None or ids.get(username) != now.user_id:
            lost += before is not None
            continue
        step = _suspend(now, today, "was created by the last run") if before is None else _back(now, before)
        lost += before is not None and any(before.traits.get(t) != now.traits.get(t) for t in ("identity", "phone"))
        if step is not None:
            steps.append(step)
    notes = ["the rosters still say what they said: put the old files back, or the next apply does it again"]
    if lost:
        words = f"{WORDS['identity']}, {WORDS['phone']} or removal"
        notes.append(f"{lost} people: {words} cannot be taken back")
    cure = "apply the roster as it was"
    refusal = refuse_mass_suspension(steps, ledger, (), limits, allow_suspend, cure=cure)
    return AgentPlan(tuple(steps), ledger, scope, directory=directory, refusal=refusal, notes=tuple(notes))


def _suspend(entry: Entry, today: dt.date, reason: str) -> AgentStep | None:
    if entry.suspended:
        return None
    patch: Patch = {"since": today.isoformat()}
    calls = tuple(
        Call(OPERATION[t], {"traits": {t: SUSPENDED}, **patch}, t, entry.traits.get(t, ""), SUSPENDED) for t in OFF
    )
    return AgentStep("suspend", entry.username, entry.file, 0, (reason,), calls, None, entry.user_id)


def _remove(entry: Entry) -> AgentStep:
    calls = (Call("DeleteUser", {}),)
    return AgentStep("remove", entry.username, entry.file, 0, ("offboarded",), calls, None, entry.user_id)


def _back(now: Entry, before: Entry) -> AgentStep | None:
    """From what somebody is to what somebody was."""
    pairs = differences(now.traits, {**now.traits, **before.traits})
    changed = {t: pair for t, pair in pairs.items() if t in _KEPT}
    calls = [call for trait, pair in changed.items() for call in calls_for(trait, *pair)]
    if not calls:
        return None
    patch: Patch = {"since": before.since, "file": before.file}
    last = calls[-1]
    calls[-1] = Call(last.operation, {**last.patch, **patch}, last.trait, last.before, last.after)
    action: Action = "update"
    if before.suspended != now.suspended:
        action = "suspend" if before.suspended else "resume"
    return AgentStep(action, now.username, now.file, 0, why(changed), tuple(calls), None, now.user_id)


def people_of(ledger: Ledger, file: str) -> list[str]:
    """The usernames of one roster, as the ledger knows them."""
    return sorted(entry.username for entry in ledger.entries.values() if entry.file == file)
