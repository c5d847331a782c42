"""What a run did, gathered from many threads: steps, failures and the events that listeners get."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from .. import urns
from ..plan import Action, Failure, OnStep, Step, StepEvent
from .calls import StepFailed


class Record:
    """Steps in the order in which they were done. Listeners are called one at a time."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self._lock = threading.RLock()
        self._steps: list[Step] = []
        self.failures: list[Failure] = []
        # URN that failed, or was skipped because of one that failed -> the names of those where it began
        self.failed: dict[str, frozenset[str]] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps that belong into a plan that people read."""
        with self._lock:
            return tuple(self._steps)

    def started(self, step: Step) -> float:
        """A call is about to be made; returns the time for `done`."""
        self._emit(StepEvent("started", step))
        return time.monotonic()

    def done(self, step: Step, since: float | None = None, id: str = "") -> None:  # noqa: A002 - Pulumi's word
        """The step counts."""
        with self._lock:
            if urns.counted(step.type):
                self._steps.append(step)
        seconds = time.monotonic() - since if since is not None else 0.0
        self._emit(StepEvent("done", step, seconds, id=id))

    def failure(self, step: Step, error: StepFailed, since: float | None = None) -> None:
        """The step failed."""
        with self._lock:
            self.failed[step.urn] = frozenset({step.name})
            self.failures.append(Failure(step.type, step.name, step.urn, error.message, error.code, error.hint))
        seconds = time.monotonic() - since if since is not None else 0.0
        self._emit(StepEvent("failed", step, seconds, error.message))

    def skipped(self, step: Step, reason: str, roots: frozenset[str] = frozenset()) -> None:
        """The step waits for the next run; the failure it waits for is told once, where it happened."""
        with self._lock:
            self.failed[step.urn] = roots
        self._emit(StepEvent("failed", replace(step, why=(reason,)), 0.0, reason))

    def stopped(self, step: Step) -> None:
        """The run was asked to stop before this step; that is told once, at the end."""
        with self._lock:
            self.failed[step.urn] = frozenset()

    def _emit(self, event: StepEvent) -> None:
        if urns.counted(event.step.type):
            with self._lock:
                self._on_step(event)


def step(action: Action, urn: str, why: tuple[str, ...] = ()) -> Step:
    """A step for the resource `urn`."""
    return Step(action, urns.kind(urn), urns.name(urn), urn, why)
