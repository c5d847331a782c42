"""What stops a run before it changes anything: drift of what is ours, and changes that Connect itself refuses.

Drift stops `up` until the operator says which side is kept (spec.md 6.6): `ours` reads what stands into the state, so
that the program puts it back; `theirs` leaves it as somebody set it, because what the folder did not change is not
written again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from ..specs.errors import Refused
from . import people
from .retiring import HELD

if TYPE_CHECKING:
    from ..stacks.engine.plan import Drift
    from .wiring import Work

Side = Literal["theirs", "ours"]
_SHOWN = 5
_LONG = 60


def drifted(work: Work) -> tuple[Drift, ...]:
    """What of ours differs from what was recorded. What the last run left unfinished is no drift: it is still to do."""
    resources = work.engine.export()["deployment"].get("resources") or ()
    if not any(item.get("id") for item in resources):
        return ()
    unfinished = {str(item.get("id")) for item in resources if item.get("initErrors")}
    found = [item for item in work.engine.refresh(write=False) if item.id not in unfinished]
    return tuple(sorted(found, key=lambda item: (item.type, item.name, item.field)))


def in_words(item: Drift) -> str:
    """`Queue triage: description is 'by hand', was recorded as none`."""
    what = f"{item.type.rpartition(':')[2]} {item.name}"
    if item.kind == "missing":
        return f"{what} is gone"
    if item.kind == "untagged":
        return f"{what} has lost the tag that marks it as ours"
    if item.field in {"content", "template"}:
        return f"{what}: the flow was edited in the console"
    return f"{what}: {item.field} is {_value(item.have)}, was recorded as {_value(item.want)}"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def settle_drift(work: Work, keep: Side | None) -> tuple[str, ...]:
    """Raises Refused for drift while nobody said which side is kept; else says what was kept, one sentence each."""
    found = drifted(work)
    if not found:
        return ()
    if keep is None:
        shown = "; ".join(in_words(item) for item in found[:_SHOWN])
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise Refused(
            f"Somebody changed what this stack made: {shown}{more}.",
            hint="Put back what the folder says: ccdeploy up --keep ours. Leave it as it is: ccdeploy up --keep theirs",
            where=work.center.stack_name,
            code="drift",
        )
    if keep == "ours":
        work.engine.refresh(write=True)
    word = "put back" if keep == "ours" else "left"
    return tuple(f"{in_words(item)}: {word}" for item in found)


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
    for key, profile in work.center.security_profiles.items():
        old = before.get(profile.was or key) or before.get(key)
        if old is not None and old.title != profile.title:
            raise Refused(
                f"The security profile {key} would be renamed from {old.title!r} to {profile.title!r}: "
                "Connect cannot rename one, and people hold it.",
                hint="Add it under a new key without `was:`, give that to the people in the rosters, drop the old one: "
                "one run makes the new one, moves them and deletes the old one last.",
                where=f"security_profiles.{key}",
                code="fixed-name",
            )
