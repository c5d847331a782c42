"""Deleting many: each after all that need it, as many at once as that allows; one that fails keeps what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from .. import urns
from . import record as records
from .calls import Calls, Cancelled, StepFailed
from .ledger import Ledger
from .order import sorted_resources
from .record import Record
from .replacing import delete_one
from .state import Resource


class Deletes:
    """One batch. `quiet` holds the keys that count as part of another step (the old side of a replacement)."""

    def __init__(
        self,
        ledger: Ledger,
        calls: Calls,
        record: Record,
        *,
        parallel: int,
        why: Callable[[Resource], tuple[str, ...]],
        quiet: frozenset[str] = frozenset(),
    ) -> None:
        self._ledger = ledger
        self._calls = calls
        self._record = record
        self._parallel = max(1, parallel)
        self._why = why
        self._quiet = quiet

    def plan(self, doomed: Sequence[Resource]) -> None:
        """Say what `run` would do."""
        for resource in reversed(sorted_resources(doomed)):
            if resource.key not in self._quiet and not resource.external:
                self._record.done(records.step("delete", resource.urn, self._why(resource)))

    def run(self, doomed: Sequence[Resource]) -> None:
        """Delete all of `doomed`; failures go to the record."""
        todo = list(reversed(sorted_resources(doomed)))
        needed_by = _needed_by(todo)
        blocked: set[str] = set()
        running: dict[Future[bool], Resource] = {}
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="delete") as pool:
            while todo or running:
                for resource in [entry for entry in todo if not needed_by[entry.key]]:
                    todo.remove(resource)
                    running[pool.submit(self._one, resource)] = resource
                if not running:
                    for resource in todo:
                        self._skip(resource)
                    return
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    resource = running.pop(future)
                    if future.result():
                        for others in needed_by.values():
                            others.discard(resource.key)
                    else:
                        blocked.add(resource.key)

    def _one(self, resource: Resource) -> bool:
        step = records.step("delete", resource.urn, self._why(resource))
        quiet = resource.key in self._quiet or resource.external
        since = None if quiet else self._record.started(step)
        try:
            delete_one(self._ledger, self._calls, resource)
        except StepFailed as error:
            self._record.failure(step, error, since)
            return False
        except Cancelled:
            self._skip(resource)
            return False
        if not quiet:
            self._record.done(step, since, resource.id)
        return True

    def _skip(self, resource: Resource) -> None:
        step = records.step("delete", resource.urn)
        if self._calls.cancelled:
            self._record.stopped(step)
        else:
            self._record.skipped(step, "waits for what needs it to be deleted")


def _needed_by(resources: Sequence[Resource]) -> dict[str, set[str]]:
    """For each key the keys of those that need it and must go first."""
    by_urn: dict[str, list[Resource]] = {}
    for resource in resources:
        by_urn.setdefault(resource.urn, []).append(resource)
    position = {resource.key: index for index, resource in enumerate(resources)}
    result: dict[str, set[str]] = {resource.key: set() for resource in resources}
    for resource in resources:
        for urn in resource.needs():
            for other in by_urn.get(urn, ()):
                # Only edges that agree with the order: so a cut cycle cannot lock two resources for ever.
                if position[resource.key] < position[other.key]:
                    result[other.key].add(resource.key)
    return result


def deletable(resources: Iterable[Resource]) -> list[Resource]:
    """Without the Stack and the providers, which are only forgotten, never deleted."""
    return [resource for resource in resources if urns.counted(resource.type)]
