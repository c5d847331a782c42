"""`ccdeploy calls`: run the call scripts, with coverage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...deploy.settings import Settings
from ..options import folder as folder_argument
from ..options import live as live_option
from ..options import settings

if TYPE_CHECKING:
    from ...deploy.calls import Line, Report
    from ...flows.simulator.script import Script


@click.command()
@folder_argument
@click.option("--only", metavar="TEXT", help="Only scripts whose name or file holds TEXT.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write JUnit XML for CI.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Fail below this branch coverage.")
@click.option("--suggest", is_flag=True, help="Print scripts for the branches that no script takes.")
@click.option("--svg", type=click.Path(path_type=Path), metavar="DIR", help="Draw each flow with what was taken.")
@click.option(
    "--export",
    type=click.Choice(["test-cases", "sheet"]),
    help="Print the scripts as Connect's test cases (JSON) or as a sheet for testers (HTML).",
)
@live_option
@settings("stack", "target", "json", "verbose", "quiet", "today")
def command(
    given: Settings,
    folder: Path | None,
    only: str | None,
    junit: Path | None,
    fail_under: float | None,
    suggest: bool,
    svg: Path | None,
    export: str | None,
    live: bool,
) -> None:
    """Run the call scripts of calls/*.yaml and tell which branches of the flows they take.

    Exit code 1 when a script fails or the coverage is below --fail-under.
    """
    from ...deploy import calls
    from ..output import out, talk

    line = calls.line_of(given, folder, live=live)
    scripts = calls.chosen(calls.scripts_of(line), only)
    if export is not None:
        out(calls.exported(line, scripts, export))
        return
    if suggest:
        _suggest(given, line, scripts)
        return
    if not scripts:
        raise calls.no_scripts(line)
    report = calls.run(line, scripts)
    if junit is not None:
        junit.write_text(calls.junit(report), encoding="utf-8")
    if svg is not None:
        talk(calls.draw(line, report, svg))
    under = fail_under is not None and report.coverage.percent < fail_under
    _show(given, line, report)
    if under:
        talk(f"coverage is below --fail-under {fail_under:g} %")
    click.get_current_context().exit(1 if report.failed or under else 0)


def _suggest(given: Settings, line: Line, scripts: list[Script]) -> None:
    from ...deploy import calls
    from ..output import out, out_json, talk

    found = calls.suggested(line, scripts)
    if given.json:
        out_json(found.as_json(line.world))
    else:
        out(found.text())
        talk(found.summary())


def _show(given: Settings, line: Line, report: Report) -> None:
    from ..output import out, out_json, talk
    from ..render.calls import coloured, coverage_text, outcome_text

    if given.json:
        out_json(report.as_json(line.world))
        return
    for outcome in report.outcomes:
        if not outcome.passed:
            out(outcome_text(line.world, outcome, coloured()))
        elif given.verbose:
            out(f"passed {outcome.script.name}")
    if not given.quiet:
        out(coverage_text(line.world, report.coverage, coloured(), given.verbose))
    talk(report.summary())
