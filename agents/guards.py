"""The guard against a roster that was emptied, halved or swapped for another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from .rules import CONFIRM_PEOPLE, CONFIRM_SHARE, REMOVE_AFTER_DAYS

if TYPE_CHECKING:
    from ..specs.model import AgentDefaults
    from .ledger import Ledger
    from .plan import AgentStep

SHOWN = 8  # names in the refusal
SMALL = 3  # below so many suspensions only the loss of everybody is refused


@dataclass(frozen=True, slots=True)
class Limits:
    """What the centre allows without being asked. `all_files`: the run covers every roster of the centre."""

    share: float = CONFIRM_SHARE
    people: int = CONFIRM_PEOPLE
    remove_after_days: int = REMOVE_AFTER_DAYS
    all_files: bool = False


def limits_of(agents: AgentDefaults, *, all_files: bool) -> Limits:
    """The centre's own limits, with the defaults for what it does not say."""
    return Limits(
        share=CONFIRM_SHARE if agents.confirm_above_share is None else agents.confirm_above_share,
        people=CONFIRM_PEOPLE if agents.confirm_above_people is None else agents.confirm_above_people,
        remove_after_days=REMOVE_AFTER_DAYS if agents.remove_after_days is None else agents.remove_after_days,
        all_files=all_files,
    )


def refuse_mass_suspension(
    steps: Sequence[AgentStep | None],
    ledger: Ledger,
    files: Collection[str],
    limits: Limits,
    allow: int | None,
    *,
    cure: str = "put the rows back",
) -> Refused | None:
    """The refusal, or None. Counted a file: those who would be suspended or removed, of those who are active in it.

    Refused are more than `limits.people` or more than `limits.share` of a file's people, from 3 people up, and
    everybody at any number. `allow` (from --allow-suspend) lifts it for up to so many people in all.
    """
    active = Counter(e.file for e in ledger.entries.values() if not e.suspended)
    going: dict[str, list[AgentStep]] = defaultdict(list)
    for step in steps:
        if step is not None and step.action in {"suspend", "remove"}:
            entry = ledger.entries[step.username]
            if not entry.suspended:
                going[entry.file].append(step)
    too_many = {f: s for f, s in going.items() if _too_many(len(s), active[f], limits)}
    total = sum(map(len, going.values()))
    if not too_many or (allow is not None and total <= allow):
        return None
    text = "; ".join(_loss(file, steps, active[file]) for file, steps in sorted(too_many.items()))
    elsewhere = _elsewhere(steps, ledger, files)
    hint = f"{elsewhere}{cure}, or type --allow-suspend {total} if that is what you want"
    return Refused(f"this would take {text}", hint=hint, where=", ".join(sorted(too_many)), code="mass-suspension")


def _loss(file: str, steps: Sequence[AgentStep], active: int) -> str:
    """Who of a file would go and why, in few words."""
    reasons = ", ".join(dict.fromkeys(step.why[0] for step in steps if step.why)) or "no reason"
    names = ", ".join(step.username for step in steps[:SHOWN])
    more = f" and {len(steps) - SHOWN} more" if len(steps) > SHOWN else ""
    return f"{len(steps)} of {active} people of {file} off the line ({reasons}): {names}{more}"


def _too_many(going: int, active: int, limits: Limits) -> bool:
    if going and going == active:
        return True
    return going >= SMALL and (going > limits.people or going > limits.share * active)


def _elsewhere(steps: Sequence[AgentStep | None], ledger: Ledger, files: Collection[str]) -> str:
    """A roster swapped for another shows itself: its rows are people of another file."""
    others = Counter(
        entry.file
        for step in steps
        if step is not None and step.line and (entry := ledger.entries.get(step.username)) and entry.file != step.file
    )
    named = [f"{n} of the rows belong to {file}" for file, n in sorted(others.items()) if file not in files or n > 1]
    return f"{'; '.join(named)}: is this the right file? " if named else ""
