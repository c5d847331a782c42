"""Reading many things at once: the service counts requests by operation, so things of one type wait for each other and
for nobody else.

Each type has a lane of a few threads of its own; the type with the most things decides how long it takes, not the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from typing import Final, TypeVar

from ..plan import OnRead
from .state import Resource

Found = TypeVar("Found")
_LANE: Final = 5  # threads a type: what a full bucket gives at once (Connect facts 1.1)


def in_lanes(
    resources: Sequence[Resource], read: Callable[[Resource], Found], on_read: OnRead, most: int
) -> list[Found]:
    """`read` of every resource, in their order; `on_read` hears how many are done. At most `most` threads a type.

    Raises what the first failed read raised, once those under way have ended.
    """
    by_type: dict[str, list[Resource]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    on_read(0, len(resources))
    with ExitStack() as stack:
        running: dict[Future[Found], str] = {}
        for kind, things in by_type.items():
            width = max(1, min(_LANE, most, len(things)))
            pool = stack.enter_context(ThreadPoolExecutor(width, thread_name_prefix=f"read {kind}"))
            running |= {pool.submit(read, thing): thing.key for thing in things}
        found: dict[str, Found] = {}
        try:
            for done in as_completed(running):
                found[running[done]] = done.result()
                on_read(len(found), len(resources))
        except BaseException:
            for future in running:
                future.cancel()
            raise
    return [found[resource.key] for resource in resources]
