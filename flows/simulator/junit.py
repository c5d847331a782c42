"""Call scripts as JUnit XML, the form that every CI system reads."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from .expectations import Outcome


def document(outcomes: Sequence[Outcome], seconds: float) -> str:
    """One suite a file."""
    files: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        files.setdefault(outcome.script.where.file or "calls", []).append(outcome)
    failed = sum(not outcome.passed for outcome in outcomes)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="ccdeploy calls" tests="{len(outcomes)}" failures="{failed}" time="{seconds:.3f}">')
    for file, group in files.items():
        lost = sum(not outcome.passed for outcome in group)
        lines.append(f'  <testsuite name={quoteattr(file)} tests="{len(group)}" failures="{lost}" errors="0">')
        for outcome in group:
            lines += _case(outcome, file)
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "".join(f"{_clean(line)}\n" for line in lines)


def _case(outcome: Outcome, file: str) -> list[str]:
    script = outcome.script
    head = (
        f"    <testcase name={quoteattr(script.name)} classname={quoteattr(file.removesuffix('.yaml'))} "
        f'file={quoteattr(file)} line="{script.where.line}" time="0"'
    )
    if outcome.passed:
        return [f"{head}/>"]
    detail = "\n".join([*outcome.differences, *(f"heard: {text}" for text in outcome.result.heard)])
    first = quoteattr(outcome.differences[0])
    return [f"{head}>", f"      <failure message={first}>{escape(detail)}</failure>", "    </testcase>"]


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or c >= " ")
