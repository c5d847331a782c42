"""What stops a run before it changes anything: drift of what is ours, and changes that Connect itself refuses.

Drift stops `up` until the operator says which side is kept (spec.md 6.6): `ours` reads what stands into the state, so
that the program puts it back; `theirs` leaves it as somebody set it, because what the folder did not change is not
written again, and tells what to write into the folder. What the folder says too by now is taken over without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from . import drift, people
from .retiring import HELD

if TYPE_CHECKING:
    from ..stacks.engine.plan import EngineResult
    from .drift import Difference
    from .wiring import Work

Side = Literal["theirs", "ours"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Drifted:
    """What differs from what was recorded. `settled` are those that the folder says too by now."""

    open: tuple[Difference, ...] = ()
    settled: tuple[Difference, ...] = ()

    @property
    def all(self) -> tuple[Difference, ...]:
        """Both, in order."""
        return (*self.open, *self.settled)


def drifted(work: Work, afresh: Callable[[], EngineResult], *, with_people: bool = False) -> Drifted:
    """What somebody changed by hand. `afresh` plans the folder's program from what stands: what that leaves alone is
    as the folder says."""
    found = drift.find(work, with_people=with_people)
    if not found:
        return Drifted()
    planned = afresh()
    if planned.failures:
        return Drifted(found)
    to_do = {(step.type, step.name) for step in planned.steps if step.action != "same"}
    there = {(step.type, step.name) for step in planned.steps}
    as_it_is = [item for item in found if item.place not in to_do]
    settled = [item for item in as_it_is if item.place in there or item.drift.kind == "missing"]
    return Drifted(tuple(item for item in found if item not in settled), tuple(settled))


def settle_drift(
    work: Work, keep: Side | None, afresh: Callable[[], EngineResult], *, written: bool = False
) -> tuple[str, ...]:
    """Raises Refused for drift while nobody said which side is kept; else says what was kept, one sentence each.

    `written`: the folder says already what it can of the other side.
    """
    found = drifted(work, afresh)
    if not found.all:
        return ()
    if found.open and keep is None:
        shown = [f"\n  {item}" for item in found.open[:_SHOWN]]
        more = [f"\n  and {len(found.open) - _SHOWN} more"] if len(found.open) > _SHOWN else []
        raise Refused(
            f"Somebody changed what this stack made:{''.join((*shown, *more))}",
            hint="Put back what the folder says: ccdeploy up --keep ours. Leave it as it is: ccdeploy up --keep theirs "
            "(with --write it is written into the folder too). To see what each does: ccdeploy preview --keep ours",
            where=work.center.stack_name,
            code="drift",
        )
    if keep == "ours":
        work.engine.refresh(write=True)
    elif found.settled:
        work.engine.refresh(write=True, only={item.place for item in found.settled})
    said = [f"{item}: the folder says so too" for item in found.settled]
    said += [f"{item}: {'put back' if keep == 'ours' else 'left'}" for item in found.open]
    if keep == "theirs" and found.open and not written:
        from .theirs import edits

        said += [f"To keep it, write in {edit}" if edit.file else str(edit) for edit in edits(work, found.open)]
    return tuple(said)


def check_held_numbers(work: Work, *, everything: bool) -> None:
    """A number that the account held before goes with the instance when that is deleted. Raises Refused for it."""
    if not everything or work.center.instance.adopt is not None:
        return
    for item in work.engine.export()["deployment"].get("resources") or ():
        outputs = item.get("outputs") or {}
        if item["type"] == HELD and not outputs.get("previousTarget"):
            raise Refused(
                f"{outputs.get('phoneNumber')} was not claimed by this stack, and would be released with the instance.",
                hint="Move it to another instance first (aws connect update-phone-number), or keep it: ccdeploy down",
                where="phone_numbers",
                code="held-number",
            )


def check_titles(work: Work) -> None:
    """Connect cannot rename a security profile, nor delete one that people hold. Raises Refused for such a rename."""
    last = work.last_applied()
    if last is None or not people.usernames(work):
        return
    before = last.security_profiles
    dropped = {entry.title: key for key, entry in before.items() if key not in work.center.security_profiles}
    for key, profile in work.center.security_profiles.items():
        old = before.get(profile.was or key) or before.get(key)
        if old is None and profile.title in dropped:
            raise Refused(
                f"The security profile {key} would take the name {profile.title!r} over from {dropped[profile.title]}, "
                "which people hold: Connect cannot rename one, and no two bear one name.",
                hint=f"Is it the same under another key? write `was: {dropped[profile.title]}` in it. Else give it "
                "another title.",
                where=f"security_profiles.{key}",
                code="fixed-name",
            )
        if old is not None and old.title != profile.title:
            raise Refused(
                f"The security profile {key} would be renamed from {old.title!r} to {profile.title!r}: "
                "Connect cannot rename one, and people hold it.",
                hint="Add it under a new key without `was:`, give that to the people in the rosters, drop the old one: "
                "one run makes the new one, moves them and deletes the old one last.",
                where=f"security_profiles.{key}",
                code="fixed-name",
            )
