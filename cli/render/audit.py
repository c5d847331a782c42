"""The audit log as text that fits 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..output import out
from .problems import harmless
from .table import table
from .words import PAST, PEOPLE_PAST, folded, kind

if TYPE_CHECKING:
    from ...deploy.audit import Log, Told

_EXIT = {0: "done", 3: "not finished", 130: "interrupted"}


def log_text(log: Log, *, last: int, verbose: bool) -> None:
    """The last runs, oldest first, then whether the chain is whole."""
    runs = log.runs
    if not log.entries and not log.faults:
        out(f"{log.stack}: nothing was ever changed.")
        return
    if len(runs) > last:
        out(f"{_earlier(len(runs) - last)}; to see all: --last {len(runs)}")
    for run in runs[-last:]:
        _run(run, verbose=verbose)
    _verdict(log)


def proof_text(log: Log) -> None:
    """Whether the chain is whole; each fault by its line; the head."""
    if not log.entries and not log.faults:
        out(f"{log.stack}: nothing was ever changed.")
        return
    for fault in log.faults:
        out(f"{log.path}:{fault.line}: {fault.what}")
    _verdict(log)
    out(f"Head: {log.head.n}:{log.head.hash}")


def _earlier(number: int) -> str:
    return "1 earlier run" if number == 1 else f"{number} earlier runs"


def _verdict(log: Log) -> None:
    if not log.faults:
        out(f"The log is whole: {len(log.entries)} entries.")
    elif len(log.faults) == 1:
        out(f"The log was tampered with: 1 fault, line {log.faults[0].line}. All: ccdeploy audit verify")
    else:
        lines = sorted({fault.line for fault in log.faults})
        shown = ", ".join(map(str, lines[:8])) + (", …" if len(lines) > 8 else "")
        out(f"The log was tampered with: {len(log.faults)} faults, lines {shown}. All: ccdeploy audit verify")


def _run(run: Told, *, verbose: bool) -> None:
    begin = run.begin
    who = harmless(f"{begin.get('who', '?')} on {begin.get('host', '?')}")
    if begin.get("identity"):
        who += f" as {begin['identity']}"
    out(f"{_moment(begin)}  {begin.get('command', '?')}  {who}")
    where = [str(begin[key]) for key in ("target", "engine", "region", "account") if begin.get(key)]
    out(f"  on {', '.join(where)}; folder {str(begin.get('folder', ''))[:12] or '-'}")
    if verbose:
        rows = [_row(change) for change in run.changes]
        if rows:
            out("\n".join(f"  {line}" for line in table(["time", "what", "which", "fields"], rows).split("\n")))
    else:
        for line in _summary(run.changes):
            out(line)
    end = run.end
    if end is None:
        out("  no end: it was killed, or is under way")
    else:
        code = int(end.get("exit_code", 0))
        error = f" ({end['error']})" if end.get("error") else ""
        out(f"  {_EXIT.get(code, 'failed')}{error} {_moment(end)[11:]}")
    out("")


def _moment(entry: dict[str, Any]) -> str:
    return str(entry.get("at", "?"))[:19].replace("T", " ") + "Z"


def _summary(changes: Sequence[dict[str, Any]]) -> list[str]:
    counted: dict[str, dict[str, int]] = {}
    for change in changes:
        if change["event"] == "resource":
            head, what = PAST.get(str(change.get("action")), "?"), kind(str(change.get("type", "")))
        elif change["event"] == "person":
            head, what = _PEOPLE.get(str(change.get("action")), str(change.get("action"))), "person"
        else:
            head, what = _said(change), ""
        if change.get("outcome") == "failed":
            head = f"could not be {head}"
        found = counted.setdefault(head, {})
        found[what] = found.get(what, 0) + 1
    lines = []
    for head, kinds in counted.items():
        words = [f"{what} {number}" if number > 1 else what for what, number in kinds.items() if what]
        lines.append(folded(f"  {head}: ", words) if words else f"  {head}")
    return lines


_PEOPLE = {**PEOPLE_PAST, "move": "moved", "resume": "resumed"}


def _said(change: dict[str, Any]) -> str:
    if change["event"] == "settled":
        return harmless(str(change.get("said")))
    if change["event"] == "damaged":
        return f"the log before this one was damaged and is kept as {change.get('kept')}"
    if change["event"] == "waited":
        who = f"{change.get('who', '?')} on {change.get('host', '?')}, {str(change.get('made_at', '?'))[:19]}Z"
        return harmless(f"{change.get('change')} {change.get('name', '')} {change.get('action', '')} ({who})")
    if change["event"] == "cut":
        return f"entries were missing at the end: {change.get('noted')} were noted, {change.get('found')} found"
    return harmless(" ".join(str(change[key]) for key in ("event", "name", "action") if change.get(key)))


def _row(change: dict[str, Any]) -> list[str]:
    action = f"{change.get('action')}{' failed' if change.get('outcome') == 'failed' else ''}"
    fields = ", ".join(map(str, change.get("fields") or ()))
    moment = _moment(change)[11:]
    if change["event"] == "resource":
        return [
            moment,
            action,
            f"{kind(str(change.get('type')))} {change.get('name')}",
            fields,
        ]
    if change["event"] == "person":
        return [
            moment,
            action,
            f"person {change.get('agent')} ({change.get('row')})",
            fields,
        ]
    return [moment, change["event"], _said(change), ""]
