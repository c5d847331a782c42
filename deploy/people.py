"""The rosters' side of a run: what agents needs from the stack, and what the run needs from agents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import CcdeployError, Refused, Unfinished
from ..specs.frozen import dataclass
from .standing import standing

if TYPE_CHECKING:
    from ..agents.directory import Directory
    from ..agents.events import AgentDone
    from ..agents.model import Checked
    from ..agents.pacer import Pacer
    from ..agents.plan import AgentPlan
    from ..agents.result import AgentResult
    from ..agents.sheets import Sheet
    from ..stacks.cloud.connect_users import UserDoor
    from ..stacks.engine.plan import Drift, Failure
    from .interrupt import Stop
    from .wiring import Work

Tell = Callable[["AgentDone"], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """What will happen to whom."""

    plan: AgentPlan
    counts: Mapping[str, int]
    steps: tuple[Mapping[str, Any], ...]
    usernames: Mapping[str, str]  # who will be there afterwards, with their ids ("" = not made yet)
    remarks: tuple[str, ...] = ()  # what reading the files left to say

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that nobody may miss: whom a date will bring, which columns were not read."""
        return (*self.remarks, *self.plan.notes)

    @property
    def total(self) -> int:
        """How many people change."""
        return sum(count for word, count in self.counts.items() if word != "same")

    def as_json(self) -> dict[str, Any]:
        """The `roster plan` object of the JSON contract."""
        return {
            "steps": [dict(step) for step in self.steps],
            "agents": dict(self.counts),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done. `error` is set when somebody is left or failed; `mutations` are the calls that arrived."""

    counts: Mapping[str, int]
    failures: list[dict[str, str]] = field(default_factory=list)
    mutations: int = 0
    error: CcdeployError | None = None


def plan(
    work: Work,
    checked: Checked,
    *,
    allow_suspend: int | None,
    look: Callable[[AgentPlan], None] = lambda _plan: None,
) -> Planned:
    """The plan for these rosters. Reads the store and lists users, if there is an instance. `look` sees it first.

    Raises Invalid for usernames that belong to people made by hand, Refused for a mass suspension.
    """
    from ..agents.rosters import plan_rosters

    whole = set(work.center.rosters) <= set(checked.files)
    made = plan_rosters(
        work.center,
        () if whole else [Path(name) for name in checked.files],
        directory(work),
        door(work),
        work.store,
        allow_suspend=allow_suspend,
        checked=checked,
    )
    look(made)
    return planned(work, made)


def planned(work: Work, made: AgentPlan) -> Planned:
    """A plan that may be carried out. Raises Invalid or Refused for one that may not."""
    made.check()
    steps = tuple(step.as_json() for step in made.steps)
    gone = {step.username for step in made.steps if step.action == "remove"}
    there = usernames(work)
    there |= {step.username: step.user_id or "" for step in made.steps if step.user_id or step.action == "create"}
    return Planned(made, made.counts, steps, {name: id_ for name, id_ in there.items() if name not in gone})


def apply(work: Work, planned: Planned, stop: Stop, tell: Tell, seal: Seal | None = None) -> Applied:
    """Carry the plan out, with the ids that the stack has by now. `tell` hears of each person.

    `seal` keeps the new people's passwords on a sheet, which is written before the first of them is made.
    """
    from ..agents.apply import apply_plan

    users = door(work)
    if users is None:
        raise Refused("There is no instance to put people in.", hint="Run: ccdeploy up", code="no-stack")
    made = replace(planned.plan, directory=directory(work))
    if seal is not None:
        made = seal.begin(made)
    done: AgentResult | None = None
    try:
        done = apply_plan(
            made,
            users,
            work.store,
            on_event=_teller(tell),
            cancel=stop.event,
            pacer=pacer(work),
            fence=work.fence,
        )
    finally:
        if seal is not None:
            seal.end(done.made if done is not None else None)
    return _applied(done)


class Seal:
    """One run's sheet of passwords, for the operator's key alone."""

    def __init__(self, key: str, folder: Path, say: Callable[[str], None]) -> None:
        """Raises Refused for a key that is none."""
        from ..agents.sheets import Recipients

        self._recipients = Recipients(key)
        self._folder = folder
        self._say = say
        self._sheet: Sheet | None = None

    def begin(self, plan: AgentPlan) -> AgentPlan:
        """The plan with passwords, once they are on the sheet. Raises Refused."""
        from ..agents.sheets import with_sheet

        made, self._sheet = with_sheet(plan, self._recipients, self._folder)
        self._sheet.begin()
        return made

    def end(self, made: Mapping[str, bool] | None) -> None:
        """Keep the people who were made, or after a failure in the middle (None) everybody."""
        if self._sheet is None or not self._sheet.steps:
            return
        if made is not None and not self._sheet.finish(made):
            return
        self._say(f"Passwords are in {self._sheet.path}; only the key that was named opens it.")


def failed(done: AgentDone) -> str:
    """Why a person could not be done, with the place in the roster; "" for one who was."""
    place = f"{done.file}:{done.line}" if done.line else done.file
    return f"{place}: {done.message}" if done.code else ""


def remove_all(work: Work, stop: Stop, tell: Tell) -> Applied:
    """Remove everybody in the ledger who is still there, and nobody else."""
    from ..agents import rosters

    return _applied(
        rosters.remove_all(
            work.center.stack_name,
            door(work),
            work.store,
            on_event=_teller(tell),
            cancel=stop.event,
            pacer=pacer(work),
            fence=work.fence,
        )
    )


def _teller(tell: Tell) -> Callable[[Any], None]:
    from ..agents.events import AgentDone

    def told(event: Any) -> None:
        if isinstance(event, AgentDone):
            tell(event)

    return told


def pacer(work: Work) -> Pacer:
    """The service's own speed, on AWS and on a sandbox at its real pace; else no limit until something is throttled."""
    from ..agents.pacer import RATE, Pacer

    return Pacer(RATE if work.place.pace == "real" else None)


def _applied(result: AgentResult) -> Applied:
    failures = [
        {
            "type": "agent",
            "name": f"{item.file}:{item.line}" if item.line else item.file,
            "message": item.message,
            "code": item.code,
            "hint": "",
        }
        for item in result.failures
    ]
    return Applied(result.as_json(), failures, result.arrived, result.error)


def usernames(work: Work) -> dict[str, str]:
    """Who is there by the ledger, with their ids: people of ours whose create was answered."""
    from ..agents.ledger import read_ledger

    entries = read_ledger(work.store, work.center.stack_name).entries.values()
    return {entry.username: entry.user_id for entry in entries if entry.user_id}


def missing(work: Work) -> list[Drift]:
    """People of the ledger who are no longer in the instance: removed by hand."""
    from ..agents.ledger import read_ledger
    from ..stacks.engine.plan import Drift

    users = door(work)
    if users is None:
        return []
    there = {user.id for user in users.listing()}
    return [
        Drift(type="agent", name=entry.username, id=entry.user_id, kind="missing")
        for entry in read_ledger(work.store, work.center.stack_name).entries.values()
        if entry.user_id and entry.user_id not in there
    ]


def directory(work: Work) -> Directory | None:
    """Ids by name, or None while there is no instance."""
    from ..agents.directory import Directory

    outputs = standing(work.engine)
    return Directory.from_outputs(outputs) if (outputs.get("instance") or {}).get("id") else None


def door(work: Work) -> UserDoor | None:
    """The instance's users, or None while there is no instance."""
    from ..agents import rosters

    found = directory(work)
    return None if found is None else rosters.door(work.cloud, found)


def failure(failures: Sequence[Failure], *, unfinished: bool = False, command: str = "up") -> CcdeployError:
    """The error of a run whose engine failed: the first failure in words, and how many more there are."""
    first, more = failures[0], len(failures) - 1
    others = "" if not more else f" {more} more failed." if more > 1 else " 1 more failed."
    message = f"{first.type.rpartition(':')[2]} {first.name}: {first.message.rstrip('.')}.{others}"
    again = f"run the same command again: ccdeploy {command}"
    hint = f"Correct what it names, then {again}"
    if first.hint:
        words = first.hint.rstrip(".")
        hint = words if "again" in words else f"{words}; then {again}"
    kind = Unfinished if unfinished else CcdeployError
    return kind(message, hint=hint, where=first.name)
