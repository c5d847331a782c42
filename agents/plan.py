"""What will happen to whom: the rosters against the ledger and one listing of the instance.

Reads only: the store and ListUsers, plus one DescribeUser for each create whose answer an interrupted run never saw and
for people whom the listing does not show (`presence.py`).
A plan is data; `apply.py` walks the very steps that `roster plan` shows. Deletions and suspensions come from what the
ledger recorded; whoever is in the instance and not in the ledger is somebody else's and is never touched.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..specs.errors import Invalid, Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problem, Where
from .assign import assign, mail_print
from .directory import Directory
from .entries import Entry, Patch
from .guards import Limits, refuse_mass_suspension
from .ledger import SUSPENDED, Ledger
from .model import Checked, Person
from .presence import adopted as unanswered
from .presence import gone_by_hand, list_if_there, list_people
from .sets import SETS, set_changes, without
from .traits import OFF, OPERATION, Traits, differences, why

if TYPE_CHECKING:
    from ..stacks.cloud.connect_users import UserDoor

Action = Literal["create", "update", "move", "suspend", "resume", "remove", "same"]
_COUNTED = {"move": "update", "resume": "update"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a step. `patch` is what the ledger learns once it arrived.

    `trait` goes from `before` to `after`; a set that loses and gains members takes two calls, so that the patch of the
    first is not yet `after`.
    """

    operation: str
    patch: Patch
    trait: str = ""
    before: str = ""
    after: str = ""


class AgentStep(NamedTuple):
    """One person, a NamedTuple as `Person` is. `line` 0: the row is gone.

    `calls` are in the order in which they are sent; there is none for `same`.
    """

    action: Action
    username: str
    file: str
    line: int
    why: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    person: Person | None = None
    user_id: str | None = None
    note: Patch | None = None  # a change of the ledger that needs no call

    def as_json(self) -> dict[str, object]:
        """The step of the JSON contract."""
        return {
            "action": self.action,
            "username": self.username,
            "file": self.file,
            "line": self.line,
            "why": list(self.why),
        }


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """All steps in the order of the rosters, then those whose row is gone. `adopted`: answers found in the instance;
    `forgotten`: people without a row whom somebody removed by hand, so that the ledger need not know them.

    `conflicts` name people who were made by hand under a username that a roster wants; `refusal` is the guard against
    mass suspension. `check()` raises whichever stands; a plan that does not pass it must not be applied.
    """

    steps: tuple[AgentStep, ...]
    ledger: Ledger
    scope: str  # `<center>.<stack>`, what our people are tagged with
    identity: str = "connect"
    directory: Directory | None = None  # None before the first up: the plan can be shown and not applied
    adopted: Mapping[str, str] = field(default_factory=dict)  # username -> user id
    conflicts: tuple[Problem, ...] = ()
    refusal: Refused | None = None
    notes: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The `agents` object of the JSON contract; update includes moves and resumes."""
        found = Counter(_COUNTED.get(s.action, s.action) for s in self.steps)
        return {name: found[name] for name in ("create", "update", "suspend", "remove", "same")}

    @property
    def calls(self) -> Counter[str]:
        """How many calls of each operation the plan makes."""
        return Counter(call.operation for step in self.steps for call in step.calls)

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not self.adopted and not self.forgotten and all(not s.calls and s.note is None for s in self.steps)

    def seconds_at(self, rate: float = 2.0, burst: int = 5) -> float:
        """The time that the service's own quota asks for: operations have a bucket each and run beside each other."""
        return max((max(n - burst, 0) / rate for n in self.calls.values()), default=0.0)

    def as_json(self) -> dict[str, object]:
        """The `roster plan` object of the JSON contract."""
        return {"steps": [s.as_json() for s in self.steps], "agents": self.counts}

    def check(self) -> None:
        """Raise what forbids the apply: Invalid for conflicts, Refused for a mass suspension."""
        if self.conflicts:
            text = f"{len(self.conflicts)} usernames belong to people who were made by hand"
            raise Invalid(text, self.conflicts, hint="choose other usernames; people made by hand are never touched")
        if self.refusal is not None:
            raise self.refusal


def make_plan(
    checked: Checked,
    ledger: Ledger,
    users: UserDoor | None,
    *,
    scope: str,
    identity: str,
    today: dt.date,
    limits: Limits,
    directory: Directory | None = None,
    allow_suspend: int | None = None,
) -> AgentPlan:
    """The plan for the files in `checked`. `users` None: there is no instance yet, so nobody is in it.

    Raises CloudError when the instance cannot be listed, Invalid when the rosters have errors.
    """
    if checked.errors:
        text = "the rosters have mistakes"
        raise Invalid(text, checked.problems, hint="run: ccdeploy roster check")
    listed = list_people(users, ledger)
    adopted = unanswered(ledger, listed, users, scope)
    people = assign(checked.people, ledger, listed)
    named = {p.username for p in people}
    forgotten = gone_by_hand(ledger, listed, named, checked.files, users)
    planner = _Planner(ledger, listed, adopted, scope, today, limits)
    steps = [planner.step(person) for person in people]
    steps += planner.gone(named, checked.files)
    steps = [step for step in steps if step is not None]
    refusal = refuse_mass_suspension(steps, ledger, checked.files, limits, allow_suspend)
    kept = tuple(step for step in steps if step is not None)
    notes = (*planner.notes(), *(_strays(ledger, checked.files, people) if limits.all_files else ()))
    if forgotten:
        notes = (*notes, f"{_people(len(forgotten))} without a row had been removed by hand")
    return AgentPlan(
        kept, ledger, scope, identity, directory, adopted, tuple(planner.conflicts), refusal, notes, forgotten
    )


def _strays(ledger: Ledger, files: Collection[str], people: Collection[Person]) -> list[str]:
    """People of files that are no longer listed, but for those who move now: named, never touched."""
    named = {person.username for person in people}
    stray = Counter(e.file for e in ledger.entries.values() if e.file not in files and e.username not in named)
    return [
        f"{_people(n)} of {file}, which is no longer among the rosters, {'stays' if n == 1 else 'stay'} as before: "
        "to suspend them, list it again without their rows"
        for file, n in sorted(stray.items())
    ]


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


class _Planner:
    """Decides one person at a time."""

    def __init__(
        self,
        ledger: Ledger,
        listed: Mapping[str, str],
        adopted: Mapping[str, str],
        scope: str,
        today: dt.date,
        limits: Limits,
    ) -> None:
        self.ledger = ledger
        self.listed = listed
        self.adopted = adopted
        self.scope = scope
        self.today = today
        self.limits = limits
        self.traits = Traits(ledger.keys)
        self.conflicts: list[Problem] = []
        self.starting: Counter[dt.date] = Counter()

    def step(self, person: Person) -> AgentStep | None:
        """What happens to the person of one row; None when the username is somebody else's."""
        entry = self._entry(person.username)
        if entry is None and person.username in self.listed:
            text = f"{person.username!r} is in the instance already and was not made by this stack"
            hint = "choose another username, or remove that user by hand if it is the same person"
            self.conflicts.append(Problem(Where(person.file, person.line), "conflict", text, hint))
            return None
        state, reason = self._state(person)
        if state == "active":
            return self._active(person, entry)
        if entry is None:
            return self._same(person, (f"not created: {reason}",))
        if state == "removed":
            return self._remove(entry, person, (reason,))
        return self._off(entry, person, reason)

    def gone(self, present: Collection[str], files: Collection[str]) -> list[AgentStep]:
        """The people of `files` whose row is gone."""
        steps: list[AgentStep] = []
        for name, recorded in list(self.ledger.entries.items()):
            if name in present or recorded.file not in files:
                continue
            entry = self._entry(name)
            if entry is not None:
                steps.append(self._off(entry, None, "the row is gone"))
        return steps

    def notes(self) -> list[str]:
        """What a date will change, since nothing runs by itself."""
        return [
            f"{_people(n)} {'starts' if n == 1 else 'start'} on {day.isoformat()}: run again then"
            for day, n in sorted(self.starting.items())
        ]

    def _entry(self, username: str) -> Entry | None:
        """The ledger's entry if the person is in the instance; a create that was never answered counts when found."""
        entry = self.ledger.entries.get(username)
        if entry is None:
            return None
        user_id = self.adopted.get(username, entry.user_id)
        if user_id is None or self.listed.get(username) != user_id:
            return None
        return entry if user_id == entry.user_id else entry.patched({"user_id": user_id})

    def _state(self, person: Person) -> tuple[str, str]:
        terms = person.terms
        if terms.status != "active":
            return terms.status, f"the status is {terms.status}"
        if terms.starts_on and terms.starts_on > self.today:
            self.starting[terms.starts_on] += 1
            return "suspended", f"starts on {terms.starts_on.isoformat()}"
        if terms.ends_on and terms.ends_on < self.today:
            return "suspended", f"ended on {terms.ends_on.isoformat()}"
        return "active", ""

    def _active(self, person: Person, entry: Entry | None) -> AgentStep:
        want = self.traits.of(person)
        if entry is None:
            return self._create(person, want)
        moved = entry.file != person.file
        if entry.traits == want and not moved and not entry.suspended:
            return self._same(person, ())
        changed = differences(entry.traits, want)
        patch: Patch = {"file": person.file, "since": None, "mail": self._mail(person), "base": person.derived}
        calls = tuple(call for trait, pair in changed.items() for call in calls_for(trait, *pair))
        said = why(changed) + ((f"moved from {entry.file}",) if moved else ())
        action: Action = "update"
        if entry.suspended:
            action, said = "resume", ("active again", *said)
        elif moved or {"routing", "hierarchy"} & changed.keys():
            action = "move"
        if calls:
            last = calls[-1]
            calls = (*calls[:-1], replace(last, patch={**last.patch, **patch}))
        note = None if calls else patch
        return AgentStep(action, person.username, person.file, person.line, said, calls, person, entry.user_id, note)

    def _create(self, person: Person, want: dict[str, str]) -> AgentStep:
        recorded = self.ledger.entries.get(person.username)
        said: tuple[str, ...] = ()
        if recorded is not None:
            said = ("somebody removed the user by hand",) if recorded.user_id else ("an interrupted run had begun it",)
        at_once = {t: v for t, v in want.items() if t != "languages"}
        patch: Patch = {
            "username": person.username,
            "file": person.file,
            "traits": {**at_once, "languages": ""},
            "since": None,
            "base": person.derived,
            "mail": self._mail(person),
        }
        calls = [Call("CreateUser", patch)]
        if want["languages"]:
            languages = {"traits": {"languages": want["languages"]}}
            calls.append(Call("AssociateUserProficiencies", languages, "languages", "", want["languages"]))
        return AgentStep("create", person.username, person.file, person.line, said, tuple(calls), person)

    def _mail(self, person: Person) -> str:
        return mail_print(person, self.ledger) if person.derived else ""

    def _off(self, entry: Entry, person: Person | None, reason: str) -> AgentStep:
        """Suspend, or remove whoever has been suspended long enough."""
        line = person.line if person else 0
        file = person.file if person else entry.file
        if entry.suspended and entry.since is not None:
            days = (self.today - dt.date.fromisoformat(entry.since)).days
            waiting = person is not None and person.terms.starts_on is not None and person.terms.starts_on > self.today
            if days >= self.limits.remove_after_days and not waiting:
                return self._remove(entry, person, (f"suspended since {entry.since}",))
        changed = differences({**entry.traits}, {**dict.fromkeys(OPERATION, ""), **OFF})
        changed = {t: v for t, v in changed.items() if t in OFF}
        if not changed and entry.suspended:
            note = {"file": file} if file != entry.file else None
            return AgentStep("same", entry.username, file, line, (reason,), (), person, entry.user_id, note)
        patch: Patch = {"since": entry.since or self.today.isoformat(), "file": file}
        calls = tuple(
            Call(OPERATION[trait], {"traits": {trait: SUSPENDED}, **patch}, trait, before, SUSPENDED)
            for trait, (before, _) in changed.items()
        )
        return AgentStep("suspend", entry.username, file, line, (reason,), calls, person, entry.user_id)

    def _remove(self, entry: Entry, person: Person | None, said: tuple[str, ...]) -> AgentStep:
        line, file = (person.line, person.file) if person else (0, entry.file)
        calls = (Call("DeleteUser", {}),)
        return AgentStep("remove", entry.username, file, line, said, calls, person, entry.user_id)

    def _same(self, person: Person, said: tuple[str, ...]) -> AgentStep:
        return AgentStep("same", person.username, person.file, person.line, said, (), person)


def calls_for(trait: str, before: str, value: str) -> list[Call]:
    """The calls that change one trait; of a set, what goes is dropped before the rest comes."""
    whole = Call(OPERATION[trait], {"traits": {trait: value}}, trait, before, value)
    if trait not in SETS:
        return [whole]
    adds, drops = set_changes(trait, before, value)
    calls = []
    if drops:
        operation = "DisassociateUserProficiencies" if trait == "languages" else "UntagResource"
        left = without(trait, before, drops) if adds else value
        calls.append(Call(operation, {"traits": {trait: left}}, trait, before, value))
    return [*calls, whole] if adds or not drops else calls


def removal_plan(ledger: Ledger, users: UserDoor | None, scope: str) -> AgentPlan:
    """The plan of `down`: everybody in the ledger who is still in the instance goes, and nobody else."""
    listed = list_if_there(users, ledger)
    adopted = unanswered(ledger, listed, users, scope)
    steps: list[AgentStep] = []
    for entry in ledger.entries.values():
        user_id = adopted.get(entry.username, entry.user_id)
        if user_id is not None and listed.get(entry.username) == user_id:
            calls = (Call("DeleteUser", {}),)
            steps.append(AgentStep("remove", entry.username, entry.file, 0, ("down",), calls, None, user_id))
    return AgentPlan(tuple(steps), ledger, scope, adopted=adopted)
