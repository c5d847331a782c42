"""Queues that the folder no longer has: what is lost with them, and who still waits in them.

Deleting a queue ends the wait of everybody in it, the callbacks that were promised, and its history in reports. So a
queue in which somebody waits is not deleted; closed, it empties by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import Refused
from .standing import standing

if TYPE_CHECKING:
    from .wiring import Work

_METRICS: Final = ("CONTACTS_IN_QUEUE", "CONTACTS_SCHEDULED")
_AT_ONCE: Final = 100  # queues in one request (Connect facts 3.13)


def going(work: Work) -> dict[str, str]:
    """Real queues of the last applied Center that would be deleted, with their ids."""
    last = work.last_applied()
    if last is None:
        return {}
    renamed = {queue.was for queue in work.center.queues.values() if queue.was}
    gone = [
        key
        for key, queue in last.real_queues.items()
        if key not in work.center.real_queues and queue.key not in renamed
    ]
    ids: Mapping[str, Any] = standing(work.engine).get("queues") or {}
    return {key: str(ids[key]["id"]) for key in gone if key in ids}


def told(work: Work) -> tuple[str, ...]:
    """What a plan that deletes queues says about it."""
    gone = sorted(going(work))
    if not gone:
        return ()
    one = f"the queue {gone[0]}" if len(gone) == 1 else f"the queues {', '.join(gone)}"
    return (
        f"This deletes {one} with the history in reports. Renamed instead? Write `was: {gone[0]}` in the new entry.",
    )


def check_nobody_waits(work: Work) -> None:
    """Raises Refused when somebody waits in a queue that would be deleted, or is to be called back from it."""
    gone = going(work)
    found = [f"{key}: {words}" for key, words in sorted(_waiting(work, gone).items())] if gone else []
    if found:
        key = found[0].partition(":")[0]
        raise Refused(
            f"Deleting a queue ends the wait of everybody in it. Still there: {'; '.join(found)}.",
            hint=f"Put {key} back with `status: closed`: nobody new gets in, and those who wait are served. When "
            "nobody waits any more, take it out again and run ccdeploy up.",
            where=f"queues.{key}",
            code="queue-in-use",
        )


def _waiting(work: Work, gone: Mapping[str, str]) -> dict[str, str]:
    """`37 callers wait, 12 callbacks are due`, by queue."""
    instance = str((standing(work.engine).get("instance") or {}).get("id"))
    names = {id_: key for key, id_ in gone.items()}
    found: dict[str, str] = {}
    for start in range(0, len(gone), _AT_ONCE):
        answer = work.cloud.call(
            "connect",
            "get_current_metric_data",
            InstanceId=instance,
            Filters={"Queues": list(gone.values())[start : start + _AT_ONCE], "Channels": ["VOICE"]},
            Groupings=["QUEUE"],
            CurrentMetrics=[{"Name": name, "Unit": "COUNT"} for name in _METRICS],
        )
        for result in answer.get("MetricResults") or ():
            counts = {item["Metric"]["Name"]: int(item.get("Value") or 0) for item in result.get("Collections") or ()}
            words = _words(counts)
            if words:
                found[names[str(result["Dimensions"]["Queue"]["Id"])]] = words
    return found


def _words(counts: Mapping[str, int]) -> str:
    wait, due = counts.get("CONTACTS_IN_QUEUE", 0), counts.get("CONTACTS_SCHEDULED", 0)
    said = []
    if wait:
        said.append(f"{wait} {'caller waits' if wait == 1 else 'callers wait'}")
    if due:
        said.append(f"{due} {'callback is' if due == 1 else 'callbacks are'} due")
    return ", ".join(said)
