"""Why a plan changes something, in the words of the folder: keys in the place of ids, sentences in that of documents.

An engine only knows ids and documents. What it calls `queueId: '0b1c…' -> '77aa…'` is a queue of ours by the outputs of
the last run; what it calls a changed content is a flow whose older version stands in the Center that was applied last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .standing import standing

if TYPE_CHECKING:
    from ..flows.centre import FlowSet
    from ..specs.model import Center
    from ..stacks.engine.plan import Step
    from .wiring import Work

CONTENT = "ccdeploy:index:FlowContent"
MOST = 4  # sentences about one flow
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ID = re.compile(rf"(?:[\w:/-]*[:/])?({_UUID})")


def explained(work: Work, steps: Iterable[Step]) -> list[Step]:
    """The steps with their reasons in the folder's words."""
    names = dict(_names(standing(work.engine)))
    flows = _Flows(work.last_applied(), work.flows)
    return [
        replace(step, why=tuple(flows.why(step) or (_named(reason, names) for reason in step.why))) for step in steps
    ]


def _names(outputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Ids as they stand, by themselves, with the keys of the folder."""
    instance = (outputs.get("instance") or {}).get("id")
    if instance:
        yield str(instance), "the instance"
    for group, entries in outputs.items():
        for key, value in entries.items() if group != "instance" and isinstance(entries, Mapping) else ():
            plain = value.get("id") if isinstance(value, Mapping) else value
            yield str(plain or "").rpartition(":")[2], f"switch {key}" if group == "switches" else str(key)


def _named(reason: str, names: Mapping[str, str]) -> str:
    return _ID.sub(lambda found: names.get(found[1], found[0]), reason)


class _Flows:
    """What changed in flows since they were applied last."""

    def __init__(self, last: Center | None, now: FlowSet) -> None:
        self._last = last
        self._now = now
        self._before: FlowSet | None = None

    def why(self, step: Step) -> tuple[str, ...]:
        """Sentences about a flow's new content; none when the folder's own flow is the same, or was not there."""
        if step.type != CONTENT or step.action != "update" or self._last is None:
            return ()
        from ..flows.centre import compile_center
        from ..flows.difference import differences
        from ..flows.simulator.world import document_of

        if self._before is None:
            self._before = compile_center(self._last, laid_out=False)
        old, new = self._before.flows.get(step.name), self._now.flows.get(step.name)
        if old is None or new is None:
            return ()
        found = [change.text for change in differences(document_of(old), document_of(new))]
        more = (f"and {len(found) - MOST} more; see: ccdeploy flow diff --live {step.name}",) if found[MOST:] else ()
        return (*found[:MOST], *more)
