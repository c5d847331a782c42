"""What `up`, `preview` and `down` do, stage by stage.

    read      deploy.validate: the folder becomes a Center, flows and people. No remote call, nothing written.
    wire      deploy.wiring: the lease, target, engine, providers, store, sandbox. Nothing is called yet.
    prepare   quotas of the folder are granted on the sandbox, what an interrupted run left is settled; drift and
              changes that Connect refuses stop the run here (deploy.guards).
    (a) stack     the program on the engine, names that are about to go still registered (`retiring`). May create,
                  update and replace; deletes nothing that people may still use.
    (b) rosters   agents.plan and agents.apply: moves people off what goes. Touches people only.
    (c) retire    the program again without the retiring names: now they are deleted. Only if anything was retiring
                  and the rosters were applied; with `--no-rosters` it is left out and named in the result.
        names     the same when things change names with each other: in (a) they step aside (`stacks.naming`).
    (d) outputs   what stands now; the Center is saved as the last applied one. Nothing remote.

`preview` walks the same stages with an engine that plans and a roster plan that is not applied: it reads and writes
nothing. `down` takes the people away first, then everything but what is to be kept. A stage that fails ends the run;
what was done stays recorded, and the same command finishes it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..specs.frozen import dataclass
from ..stacks.engine.plan import Changes, Step
from . import adopting, changed_hours, going_queues, guards, people, retiring, switches
from .events import NO_AGENTS, Note, OnEvent, Result, Started
from .explain import explained
from .prepare import check_place
from .rehearsal import refusal, rehearse, said_aside
from .run import Run
from .wiring import LAST_APPLIED, Work

if TYPE_CHECKING:
    from ..agents.model import Checked
    from ..specs.model import Center
    from ..stacks.engine.plan import EngineResult, Program
    from ..stacks.naming import Naming
    from .events import StageName
    from .interrupt import Stop
    from .settings import Settings
    from .theirs import Edit


@dataclass(frozen=True, slots=True)
class Preview:
    """What `up` would do. `steps` hold no agents; `agents` are counts; `notes` come from the rosters' plan.

    `drifted` is what somebody changed by hand; with `keep` "ours" the steps put it back, with "theirs" `edits` say what
    belongs into the folder.
    """

    steps: tuple[Step, ...]
    agents: Mapping[str, int]
    notes: tuple[str, ...] = ()
    drifted: guards.Drifted = guards.Drifted()
    keep: guards.Side | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def changes(self) -> Changes:
        """The counts of the steps."""
        return Changes.of(self.steps)

    @property
    def any(self) -> bool:
        """Whether `up` would change anything."""
        return self.changes.any or any(count for word, count in self.agents.items() if word != "same")

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "steps": [
                {"action": step.action, "type": step.type, "name": step.name, "why": list(step.why)}
                for step in self.steps
            ],
            "changes": self.changes.as_json(),
            "agents": {word: count for word, count in self.agents.items() if word != "failed"},
            "drift": [
                {**item.as_json(), "settled": settled}
                for group, settled in ((self.drifted.open, False), (self.drifted.settled, True))
                for item in group
            ],
            "edits": [edit.as_json() for edit in self.edits],
        }


def preview(
    work: Work, checked: Checked | None, *, allow_suspend: int | None = None, keep: guards.Side | None = None
) -> Preview:
    """The whole plan, all stages as one, and what drifted. Reads only. `checked` None leaves the rosters out.

    Raises CcdeployError with the first failure when the program cannot be planned.
    """
    check_place(work)
    adopting.check_adopted(work)
    guards.check_titles(work)
    going_queues.check_nobody_waits(work)
    agents = dict(NO_AGENTS)
    notes = (*switches.kept(work), *changed_hours.told(work), *going_queues.told(work))
    usernames: Mapping[str, str] = people.usernames(work)
    if checked is not None:
        planned = people.plan(work, checked, allow_suspend=allow_suspend)
        agents |= planned.counts
        usernames = planned.usernames
        notes += planned.plan.notes
    program = _program(work, None, usernames)

    @functools.cache
    def plan(*, afresh: bool) -> EngineResult:
        return work.engine.preview(program, afresh=afresh)

    drifted = guards.drifted(work, lambda: plan(afresh=True), with_people=True)
    # What `up` will take into the state first is planned from what stands.
    result = plan(afresh=bool(drifted.all) and (keep == "ours" or not drifted.open))
    if result.failures:
        raise refusal(result.failures)
    edits: tuple[Edit, ...] = ()
    if keep == "theirs" and drifted.open:
        from .theirs import edits as edits_for

        edits = edits_for(work, drifted.open)
    # Threads finish in any order; a plan reads the same every time.
    steps = tuple(sorted(explained(work, result.steps), key=lambda step: (step.type, step.name)))
    return Preview(steps, agents, notes, drifted, keep, edits)


def up(
    work: Work,
    checked: Checked | None,
    on_event: OnEvent,
    stop: Stop,
    *,
    allow_suspend: int | None = None,
    keep: guards.Side | None = None,
    notes: Sequence[str] = (),
) -> Result:
    """Make the centre stand as the folder says. `checked` None leaves the rosters out (`--no-rosters`).

    Drift of what is ours stops it until `keep` says which side stays. `notes` are told first.

    Never raises for what went wrong after the first change: the result carries the error and its exit code.
    """
    run = Run(work, "up", on_event, stop)
    with run.guarded():
        for sentence in notes:
            run.tell(Note(sentence))
        run.prepare()
        for sentence in switches.kept(work):
            run.tell(Note(sentence))
        # Planned before anything is changed, so that a refused roster stops the run while nothing was done.
        planned = None if checked is None else people.plan(work, checked, allow_suspend=allow_suspend)
        guards.check_titles(work)
        going_queues.check_nobody_waits(work)
        last = work.last_applied()
        going = retiring.dropped(last, work.center)
        before = people.usernames(work)
        first = _program(work, last if going else None, before)

        def plan() -> EngineResult:
            return work.engine.preview(first, afresh=True)

        for sentence in guards.settle_drift(work, keep, plan, written=bool(notes)):
            run.tell(Note(sentence))
        naming = rehearse(work, before)
        for sentence in said_aside(naming):
            run.tell(Note(sentence))
        _adopt(run)
        _stack(run, "stack", _program(work, last if going else None, before, naming))
        if planned is not None:
            run.rosters(planned)
        if going and planned is None:
            run.skip(f"retire {', '.join(going)}: run without --no-rosters to delete them")
            if naming.any:
                _stack(run, "names", _program(work, last, before, naming.after()))
        elif going or retiring.waited(work.center, work.flows, before, people.usernames(work)):
            _stack(run, "retire", _program(work, None, people.usernames(work), naming.after()))
        elif naming.any:
            _stack(run, "names", _program(work, None, people.usernames(work), naming.after()))
        run.outputs()
        if not (going and planned is None):
            _save(work)
    return run.result()


def _program(work: Work, last: Center | None, usernames: Mapping[str, str], naming: Naming | None = None) -> Program:
    from ..stacks.program import program

    return program(work.center, last, work.flows, usernames, adopting.taken(work), naming)


def _stack(run: Run, stage: StageName, program: Program) -> None:
    run.engine_stage(stage, lambda on_step: run.work.engine.up(program, on_step), run.expected())


def _adopt(run: Run) -> None:
    """An adopted instance: take it over where that was asked for, else say what stays as it is."""
    work = run.work
    if work.center.instance.adopt is None:
        return
    adopting.take_over(work)
    if not adopting.taken(work):
        run.tell(Note(adopting.left_alone(work.center)))


def down(work: Work, on_event: OnEvent, stop: Stop, *, everything: bool) -> Result:
    """Remove what this stack made: its people, then its resources.

    Kept numbers and the protected instance stay unless `everything`, which also releases the numbers.
    """
    run = Run(work, "down", on_event, stop)
    with run.guarded():
        run.prepare()
        run.remove_people()
        keep = None if everything else retiring.keeper(work.center)
        guards.check_held_numbers(work, everything=everything)
        total = len(work.engine.export()["deployment"].get("resources") or ())
        run.engine_stage("resources", lambda on_step: work.engine.destroy(on_step, keep=keep), total)
        if adopting.give_back(work):
            run.tell(Note("The instance has its own switches and storage back."))
        run.outputs()
        run.kept()
        work.store.delete(LAST_APPLIED)
    return run.result()


def nothing_to_remove(settings: Settings, center: Center, on_event: OnEvent, others: Sequence[str] = ()) -> Result:
    """The end of a `down` on a stack that never stood: no lease, no server, nothing written. `others` do stand."""
    on_event(Started("down", center.key, center.stack, settings.target, settings.engine_name))
    if others:
        on_event(Note(f"Nothing stands as {center.stack_name}. What does: {', '.join(others)}", "warning"))
    result = Result(Changes(), NO_AGENTS, {}, 0.0)
    on_event(result)
    return result


def _save(work: Work) -> None:
    """Keep the Center of this run; the same bytes are not written again."""
    from ..specs.canonical import dump

    data = dump(work.center).encode()
    if work.store.read(LAST_APPLIED) != data:
        work.store.write(LAST_APPLIED, data)
