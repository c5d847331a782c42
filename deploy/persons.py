"""People whom flows and quick connects name: the rosters must have them, or no call ever reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..specs.problems import Problems, Where
from ..specs.suggest import did_you_mean

if TYPE_CHECKING:
    from ..agents.model import Checked
    from ..flows.graph import Flow
    from ..specs.model import Center


def check_persons(center: Center, flows: Mapping[str, Flow], people: Checked, problems: Problems) -> None:
    """Record people who are in no roster (a flow: an error, a quick connect: a warning) and people who are away.

    Nothing is said while a roster has mistakes: whom it means is not known then.
    """
    if any(problem.severity == "error" for problem in people.problems):
        return
    known = {person.username: person for person in people.people}
    for where, what, name in _named(flows):
        if name not in known:
            hint = did_you_mean(name, known) or "people stand in the files under `rosters:`"
            problems.error(where, "unknown-person", f'{what} names "{name}", whom no roster has', hint)
        elif known[name].terms.status != "active":
            problems.warning(where, "H11", f'{what}: "{name}" is {known[name].terms.status}, so nobody answers there')
    for key, quick in center.quick_connects.items():
        if quick.agent is not None and quick.agent not in known:
            message = f'quick connect "{key}" names "{quick.agent}", whom no roster has: it is not made'
            problems.warning(quick.where, "unknown-person", message, did_you_mean(quick.agent, known))


def _named(flows: Mapping[str, Flow]) -> Iterator[tuple[Where, str, str]]:
    for flow in flows.values():
        for step in flow.steps.values():
            person = step.verb == "agent" and step.value != "chosen"
            if (person or step.option("person")) and not str(step.value).startswith("$."):
                yield step.at(step.verb), f'step "{step.key}"', str(step.value)
