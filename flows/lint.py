"""Judge one flow by itself, YAML or Flow language: the service's rules as errors, then the hotline rules as warnings.

Nothing around the file is known: other flows and modules, whether a queue is capped or open, who is recorded. A rule
that needs them says nothing (H11), or goes by what the file itself shows (H05, H07, H08, H09).
"""

from __future__ import annotations

import json
from pathlib import Path

from ..specs.frozen import dataclass
from ..specs.problems import Problems, Where
from .action_calls import ActionCalls
from .alone import Alone, compile_file, compile_text
from .calls import Calls
from .catalogue import MAX_ACTIONS, MAX_CONTENT
from .document import Document, read_document
from .finding import LanguageProblem
from .hotline import Allowed, findings, record
from .house import house_alone
from .templates import tell_template
from .verdicts import verdict

WARN_ACTIONS = 200


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in a file, and the broken rules that somebody answers for."""

    problems: Problems
    allowed: tuple[Allowed, ...] = ()


def lint_document(document: Document, problems: Problems, flow_type: str = "") -> Linted:
    """Judge Flow language. `flow_type` is ours; without it the type is what the document tells or best fits."""
    kind = flow_type or document.likely_type
    if document.legacy:
        message = "this is the designer's old format, which Connect itself no longer takes"
        problems.error(document.where, "legacy-format", message, "translate it with `ccdeploy flow import`")
        return Linted(problems)
    for found, refused in verdict(document, kind):
        tell = problems.error if refused else problems.warning
        tell(_place(document, found), "flow-language", _named(found))
    _size(document, problems)
    tell_template(document, problems)
    if document.start in document.actions and len(document.actions) <= MAX_ACTIONS:
        return Linted(problems, tuple(record(findings(ActionCalls(document, kind)), None, problems)))
    return Linted(problems)


def _place(document: Document, found: LanguageProblem) -> Where:
    if found.index is not None and found.index < len(document.places):
        return document.places[found.index]
    return document.where


def _named(found: LanguageProblem) -> str:
    """The service's words, with the action before them where they do not name it."""
    if found.index is None:
        return found.message
    name = f'action "{found.action[:60]}"' if found.action else f"action {found.index + 1}"
    return f"{name} ({found.type[:60]}): {found.message}" if found.type else f"{name}: {found.message}"


def _size(document: Document, problems: Problems) -> None:
    count = len(document.actions)
    if WARN_ACTIONS < count <= MAX_ACTIONS:
        message = f"{count} actions; Connect takes {MAX_ACTIONS}"
        problems.warning(document.where, "many-actions", message, "move a part into a module before it grows")
    if not document.size or document.size > MAX_CONTENT // 5:  # at the worst 1e15 becomes 1000000000000000.0
        size = len(json.dumps(document.raw, ensure_ascii=False, separators=(",", ":")))
        if size > MAX_CONTENT:
            message = f"{size} characters without blanks, Connect takes {MAX_CONTENT}"
            problems.error(document.where, "too-large", message, "move a part into a module")


def lint_json(source: bytes | str, shown: str, flow_type: str = "") -> Linted:
    """Judge Flow language as it stands in a file or an answer of the API."""
    problems = Problems()
    document = read_document(source, shown, problems)
    return Linted(problems) if document is None else lint_document(document, problems, flow_type)


def lint_yaml(path: Path, shown: str) -> Linted:
    """Judge one YAML flow with no centre around it."""
    return _yaml(compile_file(path, shown))


def lint_yaml_text(text: str, shown: str) -> Linted:
    """The same of a text."""
    return _yaml(compile_text(text, shown))


def _yaml(alone: Alone) -> Linted:
    if alone.flow is None or alone.problems.errors:
        return Linted(alone.problems)
    calls = Calls({alone.flow.name: alone.flow}, house_alone(alone.flow.language))
    return Linted(alone.problems, tuple(record(findings(calls), None, alone.problems)))
