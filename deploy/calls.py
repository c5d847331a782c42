"""Simulated calls: one call, the call scripts of a folder, coverage, suggestions, exports.

Nothing is deployed and nothing is called, except with `live`, which reads what stands. The simulator itself is
`flows.simulator`; this module gives it the centre, its people, and the day.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.errors import CcdeployError, Invalid, Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problems
from .settings import CENTER, Settings, center_folder, real, upwards
from .validate import valid

if TYPE_CHECKING:
    from typing import Any

    from ..agents.model import Checked, Terms
    from ..flows.simulator.callers import Caller
    from ..flows.simulator.coverage import Coverage
    from ..flows.simulator.expectations import Outcome
    from ..flows.simulator.place import Listener, Result
    from ..flows.simulator.script import Script
    from ..flows.simulator.suggest import Suggested
    from ..flows.simulator.world import Seat, World
    from ..specs.model import Center


@dataclass(frozen=True, slots=True)
class Line:
    """What calls are placed on: a world, the centre behind it where there is one; `live` = read from an instance."""

    world: World
    center: Center | None
    folder: Path | None
    today: dt.date
    live: bool = False


def line_of(settings: Settings, folder: Path | None, *, live: bool = False) -> Line:
    """The line of a centre. Raises Invalid when the folder has mistakes."""
    from ..flows.centre import compile_center
    from ..flows.simulator.world import of_center

    root = center_folder(folder)
    # A call that breaks a promise must be placed to be heard.
    center, people, _ = valid(root, stack=settings.stack, today=settings.today, promises=False)
    if live:
        from .live import live_world

        return Line(live_world(settings, center, root), center, root, center.today, live=True)
    world = of_center(center, compile_center(center, laid_out=False), seats(center, people))
    return Line(world, center, root, center.today)


def seats(center: Center, people: Checked) -> list[Seat]:
    """The active people of the rosters with the queues of their routing profiles."""
    from ..flows.simulator.world import Seat

    queues = {
        variant.key: tuple((choice.queue, choice.priority, choice.delay) for choice in variant.queues)
        for profile in center.routing_profiles.values()
        for variant in profile.variants
    }
    return [
        Seat(person.username, queues.get(person.terms.routing_profile, ()), _good_at(person.terms))
        for person in people.people
        if person.terms.status == "active"
    ]


def _good_at(terms: Terms) -> tuple[tuple[str, float], ...]:
    """Proficiencies: languages, which are of the highest level, and skills with theirs."""
    levels = (skill.rpartition(":") for skill in terms.skills)
    return (
        *((f"language={language}", 5.0) for language in terms.languages),
        *((name, float(level)) for name, _, level in levels),
    )


def line_of_file(settings: Settings, file: Path, flow_type: str = "") -> Line:
    """One flow file alone: YAML or Flow language JSON, the latter of a type that the file does not say."""
    from dataclasses import replace

    from ..flows.document import read_document
    from ..flows.fictional import bind
    from ..flows.simulator.world import of_document

    today = settings.today or dt.date.today()  # noqa: DTZ011 - the day of the one who calls
    problems = Problems()
    if file.suffix.lower() in {".yaml", ".yml"}:
        own = upwards(real(file).parent, CENTER)
        if own is not None and real(file).parent == own / "flows":
            return line_of(settings, own)
        from ..flows.alone import compile_file

        alone = compile_file(file, str(file))
        if alone.compiled is None:
            raise Invalid(f"{file} has mistakes.", alone.problems.listed(), where=str(file))
        document = read_document(bind(alone.compiled), str(file), problems)
        assert document is not None
        typed = replace(document, type=alone.flow.type if alone.flow else "")
        return Line(of_document(typed, alone.compiled.name, alone.compiled.origins), None, None, today)
    document = read_document(file.read_bytes(), str(file), problems)
    if document is not None and not document.actions:
        from ..flows.importer.legacy import translate

        document = translate(document, problems)  # the format of the old designer
    if document is None or not document.actions:
        raise Invalid(f"{file} holds no flow that can be run.", problems.listed(), where=str(file))
    if flow_type:
        document = replace(document, type=flow_type)
    return Line(of_document(document, document.name or file.stem), None, None, today)


def place(line: Line, script: Script, caller: Caller | None = None, listen: Listener | None = None) -> Result:
    """Place one call."""
    from ..flows.simulator import place as simulator

    return simulator.place(line.world, script, caller=caller, listen=listen, today=line.today)


def scripts_of(line: Line) -> list[Script]:
    """The call scripts of the folder. Raises Invalid with every mistake."""
    from ..flows.simulator.scripts import read_scripts

    assert line.folder is not None
    problems = Problems()
    found = read_scripts(line.folder, line.center, line.world, problems)
    if problems.errors:
        message = f"The call scripts have {problems.errors} mistake" + ("" if problems.errors == 1 else "s")
        raise Invalid(f"{message}; none was run.", problems.listed(), hint="Correct them and run again.")
    return found


def no_scripts(line: Line) -> CcdeployError:
    """What to say where there is nothing to run."""
    where = str((line.folder or Path()) / "calls")
    hint = "Write one, or let them be written: ccdeploy calls --suggest"
    return Refused("There are no call scripts.", hint=hint, where=where, code="no-scripts")


def now(line: Line, settings: Settings) -> str | None:
    """This moment in the line's time zone; with `--today` none, so that the day decides."""
    from zoneinfo import ZoneInfo

    if settings.today is not None:
        return None
    return dt.datetime.now(ZoneInfo(line.world.time_zone)).strftime("%Y-%m-%dT%H:%M")


def opening(line: Line, script: Script) -> str:
    """The head of a transcript."""
    number = line.world.numbers.get(script.to)
    flow = script.flow or (number.flow if number else "")
    to = f"{script.to} ({number.number})" if number and number.number else script.to or flow
    when = f", {script.at:%a %d %b %Y %H:%M %Z}" if script.at else ""
    lines = [f"{script.caller or 'a withheld number'} calls {to}{when}"]
    kind = line.world.types.get(flow, "inbound")
    if line.world.guessed:
        lines.append(f"The file does not say its type: taken as {kind.replace('_', ' ')} (--type says another)")
    elif kind != "inbound":
        lines.append(f"A flow of type {kind.replace('_', ' ')}: the call begins where it runs")
    return "\n".join(lines)


def chosen(scripts: list[Script], only: str | None) -> list[Script]:
    """The scripts whose name or file holds a text."""
    if not only:
        return scripts
    text = only.casefold()
    found = [s for s in scripts if text in s.name.casefold() or text in s.where.file.casefold()]
    if not found:
        raise Refused(f'No script has "{only}" in its name or file.', code="no-scripts", hint="See calls/*.yaml.")
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """All scripts and what they took."""

    outcomes: tuple[Outcome, ...]
    coverage: Coverage
    seconds: float

    @property
    def failed(self) -> int:
        """How many scripts differed."""
        return sum(not outcome.passed for outcome in self.outcomes)

    def summary(self) -> str:
        """One line."""
        count = len(self.outcomes)
        rate = f"{count / self.seconds:.0f} a second" if self.seconds else "at once"
        calls = "1 call" if count == 1 else f"{count} calls"
        return f"{calls}, {self.failed} failed; {self.coverage.percent:.1f} % of the branches ({rate})"

    def as_json(self, world: World) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "calls": [
                {
                    "name": outcome.script.name,
                    "file": outcome.script.where.file,
                    "line": outcome.script.where.line,
                    "passed": outcome.passed,
                    "differences": list(outcome.differences),
                    "result": outcome.result.as_json(),
                }
                for outcome in self.outcomes
            ],
            "failed": self.failed,
            "coverage": self.coverage.as_json(world),
        }


def run(line: Line, scripts: list[Script]) -> Report:
    """Place every scripted call and measure what was taken; branches proven dead do not count."""
    import time

    from ..flows.simulator.coverage import coverage
    from ..flows.simulator.expectations import check

    begun = time.perf_counter()
    outcomes = tuple(check(line.world, script, place(line, script)) for script in scripts)
    spent = time.perf_counter() - begun
    results = [outcome.result for outcome in outcomes]
    first = coverage(line.world, results)
    dead = dead_branches(line) if any(flow.missing for flow in first.flows) else {}
    return Report(outcomes, coverage(line.world, results, dead), spent)


def dead_branches(line: Line) -> dict[tuple[str, str, str], str]:
    """Branches that no call can take, each with its proof; empty when the walk was not complete."""
    from ..flows.simulator.suggest import dead, walk_of

    return dead(line.world, walk_of(line.world, line.today))


def suggested(line: Line, scripts: list[Script]) -> Suggested:
    """Scripts for the branches that none takes yet."""
    from ..flows.simulator.suggest import suggest

    results = [place(line, script) for script in scripts]
    return suggest(line.world, results, line.today, {script.name for script in scripts})


def exported(line: Line, scripts: list[Script], form: str) -> str:
    """The scripts in another form."""
    from ..flows.simulator import export, sheet

    results = [place(line, script) for script in scripts]
    if form == "sheet":
        title = line.center.title if line.center else ""
        return sheet.sheet(line.world, scripts, results, title)
    return export.native_cases(line.world, scripts, results, live=line.live)


def junit(report: Report) -> str:
    """JUnit XML."""
    from ..flows.simulator.junit import document

    return document(report.outcomes, report.seconds)


def draw(line: Line, report: Report, folder: Path) -> str:
    """An SVG a flow with taken, missing and dead branches; what was written, in words."""
    from ..flows.simulator.drawing import drawing

    folder.mkdir(parents=True, exist_ok=True)
    for flow in report.coverage.flows:
        (folder / f"{flow.flow}.svg").write_text(drawing(line.world, flow), encoding="utf-8")
    return f"{len(report.coverage.flows)} drawings written to {folder}"


def write_sound(line: Line, result: Result, file: Path) -> str:
    """Write what is heard as a WAV; what was done, or why it was not."""
    from ..flows.simulator.sound import write

    languages = line.center.languages if line.center else {}
    return write(result, file, {lang.voice: lang.code for lang in languages.values() if lang.voice})
