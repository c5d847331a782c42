"""People leave at once, and the last run is taken back: as runs under the lease, with the guards of a roster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.errors import Refused
from . import people, rosters
from .events import OnEvent, Result
from .interrupt import stoppable
from .run import Run
from .settings import Settings
from .target import check_target
from .validate import valid
from .wiring import Work, work

if TYPE_CHECKING:
    import datetime as dt

    from ..agents.plan import AgentPlan
    from ..specs.model import Center


def offboard(
    settings: Settings,
    files: Sequence[Path],
    on_event: OnEvent,
    *,
    usernames: Sequence[str] = (),
    delete: bool = False,
    allow_suspend: int | None = None,
) -> Result:
    """Suspend, or with `delete` remove, our people of these rosters and of these names. Raises Refused."""
    from ..agents.check import shown_name
    from ..agents.guards import limits_of
    from ..agents.offboard import plan_offboard

    if not files and not usernames:
        raise Refused(
            "Nobody was named.",
            hint="Name a roster (ccdeploy roster offboard FILE) or people (--user NAME).",
            code="nobody",
        )

    def make(wired: Work) -> AgentPlan:
        users, directory = people.door(wired), people.directory(wired)
        assert users is not None
        assert directory is not None
        return plan_offboard(
            wired.center.stack_name,
            users,
            wired.store,
            directory,
            files=[shown_name(path, wired.folder) for path in files],
            usernames=usernames,
            delete=delete,
            today=_today(wired.center),
            limits=limits_of(wired.center.agents, all_files=False),
            allow_suspend=allow_suspend,
        )

    return _run(settings, files, "roster offboard", on_event, make)


def undo(settings: Settings, folder: Path | None, on_event: OnEvent, *, allow_suspend: int | None = None) -> Result:
    """Take the last run on people back as far as it can be. Raises Refused when there is none, or for a crowd."""
    from ..agents.guards import limits_of
    from ..agents.offboard import plan_undo

    def make(wired: Work) -> AgentPlan:
        users, directory = people.door(wired), people.directory(wired)
        assert users is not None
        assert directory is not None
        return plan_undo(
            wired.center.stack_name,
            users,
            wired.store,
            directory,
            today=_today(wired.center),
            limits=limits_of(wired.center.agents, all_files=False),
            allow_suspend=allow_suspend,
        )

    beside = [folder / "center.yaml"] if folder is not None else []
    return _run(settings, beside, "roster undo", on_event, make)


def _today(center: Center) -> dt.date:
    return center.today


def _run(
    settings: Settings, files: Sequence[Path], command: str, on_event: OnEvent, make: Callable[[Work], AgentPlan]
) -> Result:
    check_target(settings, command)
    folder = rosters.center_of(files)
    if folder is None:
        raise rosters.no_center()
    center, _, _ = valid(folder, stack=settings.stack, today=settings.today)
    rosters.must_stand(settings, folder, center)
    with stoppable() as stop, work(settings, folder, center, lease=command) as wired:
        rosters.needs_instance(wired)
        run = Run(wired, command, on_event, stop)
        with run.guarded():
            made = make(wired)
            made = replace(made, identity=center.instance.identity)
            run.rosters(people.planned(wired, made))
            run.outputs()
        return run.result()
