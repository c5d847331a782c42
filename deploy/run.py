"""One run under way: it counts, tells and stops; what the stages are stands in pipeline."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..specs.errors import CcdeployError, Interrupted, Unfinished
from ..stacks.engine.plan import Changes, EngineResult, OnStep, Step, StepEvent
from ..stacks.outputs import shown
from . import estimate, people
from .adopting import check_adopted
from .audit_facts import person_facts, result_facts, run_facts, step_facts
from .audit_log import AuditLog
from .events import NO_AGENTS, Event, Meter, Note, OnEvent, Progress, Result, Stage, StageName, Started
from .interrupt import Stop
from .prepare import (
    check_place,
    declare_outside,
    finder,
    forget_old_links,
    grant_quotas,
    instance_alias,
    instance_id,
    instance_there,
)
from .retiring import INSTANCE
from .standing import standing
from .wiring import Work

if TYPE_CHECKING:
    from ..agents.events import AgentDone


class Run:
    """What a run has done so far. Engines and rosters call back from many threads."""

    def __init__(self, work: Work, command: str, on_event: OnEvent, stop: Stop) -> None:
        self.work = work
        self.command = command
        self.stop = stop
        self.error: CcdeployError | None = None
        self._on_event = on_event
        self._lock = threading.RLock()
        self._began = time.monotonic()
        self._steps: dict[str, Step] = {}
        self._agents: dict[str, int] = dict(NO_AGENTS)
        self._failures: list[dict[str, str]] = []
        self._skipped: list[str] = []
        self._outputs: Mapping[str, Any] = {}
        self._mutations = 0
        self._unwritten: CcdeployError | None = None  # why the audit log took no more
        self._audit = AuditLog(work.store, lambda: run_facts(work, command))
        stop.when_asked(work.engine.cancel)
        stop.when_asked(lambda: self.tell(Note("Stopping: what is under way ends first.", "warning")))
        center = work.center
        self.tell(Started(command, center.key, center.stack, work.settings.target, work.settings.engine_name))

    def tell(self, event: Event) -> None:
        """Send an event on, one at a time."""
        with self._lock:
            self._on_event(event)

    def skip(self, what: str) -> None:
        """Name something that this run leaves out."""
        self._skipped.append(what)

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """End the block on the first error, which then is the result's; an error before any change goes up."""
        try:
            yield
        except CcdeployError as error:
            if not self._mutations and not isinstance(error, Unfinished):
                raise
            self.error = error if isinstance(error, Unfinished) else _unfinished(error, self.command)
        except KeyboardInterrupt:
            self.error = self._interrupted()

    def prepare(self) -> None:
        """Check that the stack is where it was, grant the folder's quotas, settle what an interrupted run left."""
        self.tell(Stage("prepare"))
        if self.command != "down":
            check_place(self.work)
            check_adopted(self.work)
            declare_outside(self.work)
            if instance_id(self.work) or self.work.center.instance.adopt:
                grant_quotas(self.work, instance_alias(self.work))
        for sentence in self.work.engine.recover(finder(self.work)):
            self._mutations += 1
            self._audit.change("settled", said=sentence)
            self.tell(Note(sentence))
        forget_old_links(self.work)

    def expected(self) -> int:
        """About how many resources the program has."""
        return len(self._steps) or estimate.resources(self.work.center, self.work.flows)

    def engine_stage(self, name: StageName, work: Callable[[OnStep], EngineResult], total: int) -> None:
        """Run the engine and take over what it did. Raises Unfinished or CcdeployError when a step failed."""
        self.tell(Stage(name, total))
        meter = Meter(name, total, time.monotonic)
        result = work(lambda event: self._stepped(event, meter))
        self._mutations += result.mutations
        self._merge(result.steps)
        self._failures += [
            {"type": item.type, "name": item.name, "message": item.message, "code": item.code, "hint": item.hint}
            for item in result.failures
        ]
        if self._unwritten is not None:
            raise self._unwritten
        if result.interrupted or self.stop.asked:
            raise self._interrupted()
        if result.failures:
            raise people.failure(result.failures, unfinished=bool(self._mutations), command=self.command)

    def rosters(self, plan: people.Planned, seal: people.Seal | None = None) -> None:
        """Apply the rosters' plan. Raises Unfinished when somebody could not be done."""
        self.tell(Stage("rosters", plan.total))
        self._people("rosters", plan.total, lambda tell: people.apply(self.work, plan, self.stop, tell, seal))
        for note in plan.notes:
            self.tell(Note(note))

    def remove_people(self) -> None:
        """Take away everybody whom this stack created."""
        total = len(people.usernames(self.work))
        if total and instance_id(self.work) and instance_there(self.work):
            self.tell(Stage("agents", total))
            self._people("agents", total, lambda tell: people.remove_all(self.work, self.stop, tell))

    def _people(self, name: StageName, total: int, work: Callable[[people.Tell], people.Applied]) -> None:
        meter = Meter(name, total, time.monotonic)

        def tell(done: AgentDone) -> None:
            self._audit.change("person", **person_facts(done))
            with self._lock:
                meter.step()
                word: Literal["done", "failed"] = "failed" if done.code else "done"
                self._on_event(
                    Progress(
                        name, word, meter.done, meter.total, meter.eta, message=people.failed(done), rate=meter.rate
                    )
                )

        applied = work(tell)
        self._mutations += applied.mutations
        for word, count in applied.counts.items():
            self._agents[word] = self._agents.get(word, 0) + count
        self._failures += list(applied.failures)
        if applied.error is not None:
            raise applied.error
        if self.stop.asked:
            raise self._interrupted()

    def outputs(self) -> None:
        """Take over what stands now."""
        self.tell(Stage("outputs"))
        self._outputs = standing(self.work.engine)

    def kept(self) -> None:
        """Say what a `down` left standing, and how it goes too."""
        numbers = ", ".join(str(number) for number in (self._outputs.get("phone_numbers") or {}).values())
        if (self._outputs.get("instance") or {}).get("id"):
            what = f"the instance and {numbers}" if numbers else "the instance, which is protected"
            if self.work.center.instance.adopt is not None:
                what = f"{numbers} in the instance that was adopted"
            self.tell(Note(f"Kept: {what}. To remove that too: ccdeploy {self.command} --all"))

    def result(self) -> Result:
        """The end of the run, told as the last event and returned."""
        steps = tuple(self._steps.values())
        if self.error is not None and not self._outputs:
            # A run that failed half-way still stands on what earlier runs made.
            self._outputs = standing(self.work.engine)
        changed = sum(count for word, count in self._agents.items() if word not in {"same", "failed"})
        result = Result(
            changes=Changes.of(steps),
            agents=self._agents,
            outputs=shown(self._outputs),
            seconds=time.monotonic() - self._began,
            estimate=estimate.aws_seconds(steps, changed),
            failures=tuple(self._failures),
            skipped=tuple(self._skipped),
            error=self.error,
        )
        try:
            self._audit.end(**result_facts(result))
        except CcdeployError as error:
            self.tell(Note(f"The audit log lacks the end of this run: {error.message}.", "warning"))
        self.tell(result)
        return result

    def _stepped(self, event: StepEvent, meter: Meter) -> None:
        step = event.step
        if step.type == INSTANCE and step.action == "create" and event.status == "done":
            self._instance_made()
        if event.status != "started" and step.action != "same":
            try:
                self._audit.change("resource", **step_facts(event))
            except CcdeployError as error:  # the engine's threads have no use for it
                self._unwritten = self._unwritten or error
                self.work.engine.cancel()
        with self._lock:
            if event.status != "started":
                meter.step()
            self._on_event(
                Progress(
                    meter.stage,
                    event.status,
                    meter.done,
                    meter.total,
                    meter.eta,
                    action=step.action,
                    type=step.type,
                    name=step.name,
                    seconds=event.seconds,
                    message=event.message,
                )
            )

    def _instance_made(self) -> None:
        """A new instance has the service's own quotas; what comes next may need those of the folder."""
        try:
            grant_quotas(self.work)
        except CcdeployError as error:
            self.tell(Note(error.message, "warning"))

    def _merge(self, steps: tuple[Step, ...]) -> None:
        """Sum the stages, as the preview shows them: what was made and then changed was made, `same` hides nothing."""
        for step in steps:
            before = self._steps.get(step.urn)
            made = before is not None and before.action in {"create", "replace"}
            if before is None or not (step.action == "same" or (made and step.action in {"update", "replace"})):
                self._steps[step.urn] = step

    def _interrupted(self) -> Interrupted:
        return Interrupted(
            "Interrupted; what was under way is recorded.",
            hint=f"Run the same command again to finish: ccdeploy {self.command}",
        )


def _unfinished(error: CcdeployError, command: str) -> Unfinished:
    return Unfinished(
        error.message,
        where=error.where,
        code=error.code,
        hint=error.hint or f"Correct what it names, then run the same command again: ccdeploy {command}",
    )
