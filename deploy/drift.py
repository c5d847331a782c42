"""Drift: what differs between what was recorded and what stands (engine.md 1.10).

A read-only refresh of what the state holds, and one listing of users against the ledger. Only what is ours is looked
at; right after `up` there is none. What a run left unfinished is no drift: it is still to do. Two flows that differ in
nothing but ids and layout are the same flow.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ..specs.frozen import dataclass
from . import people
from .names import Names

if TYPE_CHECKING:
    from ..flows.document import Document
    from ..stacks.engine.plan import Drift
    from .wiring import Work

CONTENT: Final = "ccdeploy:index:FlowContent"
NUMBER_FLOW: Final = "ccdeploy:index:NumberFlow"
_KINDS: Final = {CONTENT: "flow", NUMBER_FLOW: "phone number"}
_GONE: Final = "it is gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """One drift, and what changed in words: one sentence a change, without the thing's own name."""

    drift: Drift
    said: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str]:
        """Type and logical name."""
        return self.drift.type, self.drift.name

    @property
    def what(self) -> str:
        """The thing's kind and name: `Queue front`, `flow welcome`."""
        kind = _KINDS.get(self.drift.type) or self.drift.type.rpartition(":")[2]
        return f"{kind} {self.drift.name}"

    def __str__(self) -> str:
        """`Queue triage: description: 'Nurses' -> 'by hand'`."""
        if self.said == (_GONE,):
            return f"{self.what} is gone"
        return f"{self.what}: {'; '.join(self.said)}"

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        item = self.drift
        return {
            "type": item.type,
            "name": item.name,
            "id": item.id,
            "kind": item.kind,
            "field": item.field,
            "want": item.want,
            "have": item.have,
            "said": list(self.said),
        }


def find(work: Work, *, with_people: bool = True) -> tuple[Difference, ...]:
    """Every difference, sorted by type, name and field. Reads only."""
    resources = work.engine.export()["deployment"].get("resources") or ()
    if not any(item.get("id") for item in resources):
        return ()
    unfinished = {str(item.get("id")) for item in resources if item.get("initErrors")}
    found = [item for item in work.engine.refresh(write=False) if item.id not in unfinished]
    if with_people:
        found += people.missing(work)
    names = Names(resources)
    made = (_difference(item, names) for item in sorted(found, key=lambda item: (item.type, item.name, item.field)))
    return tuple(item for item in made if item is not None)


def _difference(item: Drift, names: Names) -> Difference | None:
    """The drift in words; None for a flow that was only laid out anew."""
    if item.kind == "missing":
        return Difference(item, ("no flow answers it" if item.type == NUMBER_FLOW else _GONE,))
    if item.kind == "untagged":
        return Difference(item, ("it has lost the tag that marks it as ours",))
    if item.type == CONTENT and item.field == "content":
        said = _flow_changes(item, names)
        return Difference(item, said) if said else None
    from ..stacks.engine.embedded.words import differences

    want, have = names.readable(item.want), names.readable(item.have)
    return Difference(item, differences({item.field: want}, {item.field: have}, [item.field]))


def _flow_changes(item: Drift, names: Names) -> tuple[str, ...]:
    """What somebody did to a flow, as `flow diff` says it."""
    from ..flows.difference import differences

    before, now = _document(item.want, names), _document(item.have, names)
    if before is None or now is None:
        return ("the flow was edited in the console",)
    return tuple(change.text for change in differences(before, now))


def _document(content: Any, names: Names) -> Document | None:
    """A flow's content with names in the place of ids; None when it cannot be read as one."""
    from ..flows.document import read_document
    from ..specs.problems import Problems

    problems = Problems()
    try:
        text = json.dumps(names.readable(json.loads(content)))
    except (TypeError, ValueError):
        return None
    found = read_document(text, "flow", problems)
    return None if problems.errors else found
