"""One flow file with no centre around it: read, checked and compiled by itself."""

from __future__ import annotations

from pathlib import Path

from ..specs.flowfiles import envelope
from ..specs.frozen import dataclass
from ..specs.nodes import Mapping
from ..specs.problems import Problems
from ..specs.texts import TextContext
from ..specs.yaml import parse as parse_yaml
from ..specs.yaml import read
from .check import check_flow, check_language
from .compiled import CompiledFlow
from .compiler import compile_flow
from .graph import Flow
from .house import house_alone
from .names import Names
from .parse import parse


@dataclass(frozen=True, slots=True)
class Alone:
    """What became of one file; `compiled` is None when it has errors."""

    flow: Flow | None
    compiled: CompiledFlow | None
    problems: Problems


def compile_file(path: Path, shown: str | None = None) -> Alone:
    """Compile one YAML flow. References are taken as they are; the head is logging and the voice of `language`
    (en-US without one), the safety net one message and a hang-up. Every mistake is in `problems`."""
    problems = Problems()
    return _alone(read(path, shown or str(path), problems), shown or str(path), problems, laid_out=True)


def compile_text(text: str, shown: str) -> Alone:
    """The same of a text that is judged, drawn or compared: its blocks get no places in the designer."""
    problems = Problems()
    return _alone(parse_yaml(text, shown, problems), shown, problems, laid_out=False)


def _alone(node: Mapping | None, shown: str, problems: Problems, *, laid_out: bool) -> Alone:
    file = envelope(node, shown, problems) if node is not None else None
    context = TextContext()
    flow = parse(file, context, problems) if file is not None else None
    if flow is None:
        return Alone(None, None, problems)
    check_flow(flow, Names(), context, problems)
    if problems.errors:
        return Alone(flow, None, problems)
    compiled = compile_flow(flow, house_alone(flow.language, laid_out=laid_out))
    check_language(flow, compiled, problems)
    return Alone(flow, None if problems.errors else compiled, problems)
