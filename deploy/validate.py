"""Everything that can be known before anything is created: centre, overlays, flows, texts, prompts, calls, rosters.

All checks run, whatever the others find, and their problems come out together, sorted. Nothing is written and nothing
is called. Pulumi, boto3 and the emulator are never imported here.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Invalid
from ..specs.frozen import dataclass
from ..specs.problems import Problem, Problems

if TYPE_CHECKING:
    from ..agents.model import Checked
    from ..specs.model import Center


@dataclass(frozen=True, slots=True)
class Validated:
    """What was read and what is wrong with it. `center` is None only if it could not be built at all."""

    center: Center | None
    people: Checked | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many problems stop everything."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many stop nothing."""
        return len(self.problems) - self.errors

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        return problems_json(self.problems)


def problems_json(problems: tuple[Problem, ...]) -> dict[str, Any]:
    """`{"problems": […], "errors": n, "warnings": n}`."""
    errors = sum(problem.severity == "error" for problem in problems)
    return {
        "problems": [problem.as_json() for problem in problems],
        "errors": errors,
        "warnings": len(problems) - errors,
    }


def validate(
    folder: Path, *, stack: str = "dev", today: dt.date | None = None, overlays: bool = True, promises: bool = True
) -> Validated:
    """Read `folder` for `stack` and report every problem; with `overlays` those of every other stack too.

    Without `promises` the calls are not looked at: not their scripts, nor what `safety:` promises of all of them.
    """
    from ..agents.check import check_rosters
    from ..flows.check import check_flows
    from ..specs.load import load
    from .persons import check_persons
    from .staffed import check_staffed

    loaded = load(folder, stack=stack, today=today, every=overlays)
    problems = Problems()
    problems.extend(loaded.problems.listed())
    center = loaded.center
    people: Checked | None = None
    if center is not None:
        flows = check_flows(center, problems)
        people = check_rosters(center)
        # A roster that is not there is told once, at the line of center.yaml that names it.
        problems.extend([p for p in people.problems if p.where.line or _there(folder / p.where.file)])
        check_persons(center, flows, people, problems)
        check_staffed(center, flows, people, problems)
        if promises and not any(_outside_calls(problem) for problem in problems.found):
            _calls(center, people, problems)
    return Validated(center, people, tuple(problems.listed()))


def _there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that cannot be entered
        return False


def _calls(center: Center, people: Checked, problems: Problems) -> None:
    """What only simulated calls can tell: scripts against the flows, and the promises of `safety:`."""
    from ..flows.centre import compile_center
    from ..flows.simulator.safety import check_safety
    from ..flows.simulator.scripts import read_scripts
    from ..flows.simulator.world import of_center
    from .calls import seats

    world = of_center(center, compile_center(center, laid_out=False), seats(center, people))
    own = Problems()
    read_scripts(Path(center.folder), center, world, own)
    if not problems.errors:
        check_safety(center, world, own)
    problems.extend([problem for problem in own.found if problem not in problems.found])  # their form was told before


def _outside_calls(problem: Problem) -> bool:
    """Whether a mistake stands elsewhere than in the call scripts, which can then not be held against the flows."""
    return problem.severity == "error" and not problem.where.file.startswith("calls/")


def valid(
    folder: Path, *, stack: str = "dev", today: dt.date | None = None, promises: bool = True
) -> tuple[Center, Checked, tuple[Problem, ...]]:
    """The centre, its people and the warnings. Raises Invalid with every problem when there is an error."""
    result = validate(folder, stack=stack, today=today, overlays=False, promises=promises)
    if result.errors and not promises:  # then everything is told
        result = validate(folder, stack=stack, today=today, overlays=False)
    if result.errors or result.center is None or result.people is None:
        count = f"{result.errors} error" + ("" if result.errors == 1 else "s")
        raise Invalid(
            f"The folder has {count}; nothing was changed.",
            result.problems,
            hint=f"Correct them; to see them again: ccdeploy validate {folder}",
            where=str(folder),
        )
    return result.center, result.people, result.problems
