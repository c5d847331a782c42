"""What an engine refuses only when it comes to it, found before the first change: the program is planned first.

A protected thing that would have to be replaced or deleted is such a refusal; found half-way, it would leave a run that
changed something and can never be finished.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from . import adopting, people
from .retiring import INSTANCE, NUMBER
from .wiring import LAST_APPLIED, Work

if TYPE_CHECKING:
    from ..specs.errors import CcdeployError
    from ..stacks.engine.plan import Failure
    from ..stacks.naming import Naming

_LIFT = {
    NUMBER: "Undo the change, or give the number up for good: write `keep: false` at it, run ccdeploy up, then make "
    "the change and run it again",
    INSTANCE: "Undo the change, or give up the instance with its numbers and its history: write `protect: no` under "
    "`instance:`, run ccdeploy up, then make the change and run it again",
}


def rehearse(work: Work, usernames: Mapping[str, str]) -> Naming:
    """Raises the refusal; says which things must bear another name for one stage (`stacks.naming`).

    Costs nothing on the first run and where the folder is as it was applied last.
    """
    from ..specs.canonical import dump
    from ..stacks.naming import Naming, stepping_aside
    from ..stacks.program import program

    resources = work.engine.export()["deployment"].get("resources") or ()
    if not any(item.get("id") for item in resources) or work.store.read(LAST_APPLIED) == dump(work.center).encode():
        return Naming()
    naming = Naming()
    planned = program(work.center, None, work.flows, usernames, adopting.taken(work), naming)
    result = work.engine.preview(planned)
    if result.failures:
        raise refusal(result.failures)
    replaced = {(step.type, step.name) for step in result.steps if step.action == "replace"}
    if any(kind == INSTANCE for kind, _ in replaced):
        return Naming(known=naming.wanted)  # in another instance every name is free
    return stepping_aside(naming.wanted, resources, replaced)


def said_aside(naming: Naming) -> tuple[str, ...]:
    """A sentence for whoever looks at the console meanwhile; nothing when every name is free."""
    if not naming.aside:
        return ()
    names = sorted({f"{kind.rpartition(':')[2]} {key}" for kind, key in naming.aside if (kind, key) in naming.known})
    return (f"Names change hands; for a moment these bear another one: {', '.join(names)}",)


def refusal(failures: Sequence[Failure]) -> CcdeployError:
    """The error of a plan that cannot be carried out, with the words of center.yaml for what protects a thing."""
    return people.failure([_told(item) for item in failures])


def _told(failure: Failure) -> Failure:
    protected = failure.code == "protected" or "protected" in failure.message.split()
    return replace(failure, hint=_LIFT.get(failure.type, failure.hint)) if protected else failure
