"""Flows on their own: one file compiled, with its centre around it or without, and the list of a centre's flows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Invalid
from ..specs.frozen import dataclass
from ..specs.problems import Problem, Problems
from .settings import CENTER, Settings, center_folder, upwards
from .validate import valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..flows.compiled import CompiledFlow, Ref
    from ..specs.model import Center


@dataclass(frozen=True, slots=True)
class Compiled:
    """Flow language JSON with fictional ARNs, and the warnings."""

    content: str
    warnings: tuple[Problem, ...]


def compile_file(settings: Settings, file: Path, references: Path | None = None) -> Compiled:
    """Compile one file: as a flow of its centre when it is one, else alone. `references` is a file of ids, as
    `flow import` writes it. Raises Invalid with every mistake."""
    from ..flows.alone import compile_file as compile_alone
    from ..flows.bindings import bind_known

    known = _references(references) if references is not None else {}
    found = _in_center(settings, file)
    if found is not None:
        return _of_center(*found, file, known)
    alone = compile_alone(file, str(file))
    if alone.compiled is None:
        raise _invalid(file, alone.problems.listed())
    return Compiled(_pretty(bind_known(alone.compiled, known)), tuple(alone.problems.listed()))


def _references(path: Path) -> Mapping[Ref, str]:
    from ..flows.bindings import read_references

    problems = Problems()
    known = read_references(path, str(path), problems)
    if problems.errors:
        raise _invalid(path, problems.listed())
    return known


def listed(settings: Settings, folder: Path | None) -> list[dict[str, Any]]:
    """Every flow that the centre deploys, in the form of the JSON contract. Raises Invalid."""
    from ..flows.centre import compile_center
    from ..flows.listing import listed as list_flows

    center, _, _ = valid(center_folder(folder), stack=settings.stack, today=settings.today)
    return [item.as_json() for item in list_flows(center, compile_center(center, laid_out=False))]


def _in_center(settings: Settings, file: Path) -> tuple[Center, str, Problems] | None:
    """The centre that the file is a flow of, the flow's name, and the centre's problems; None for a file by itself."""
    from ..specs.load import load

    path = file.parent.resolve() / file.name
    folder = upwards(path.parent, CENTER)
    if folder is None:
        return None
    loaded = load(folder, stack=settings.stack, today=settings.today)
    for name, flow in loaded.center.flows.items() if loaded.center is not None else ():
        if folder / flow.file == path and loaded.center is not None:
            return loaded.center, name, loaded.problems
    return None


def _of_center(center: Center, name: str, problems: Problems, file: Path, known: Mapping[Ref, str]) -> Compiled:
    from ..flows.bindings import bind_known

    flow, own = _checked(center, name, problems, file)
    return Compiled(_pretty(bind_known(flow, known, center.region)), own)


def _checked(center: Center, name: str, problems: Problems, file: Path) -> tuple[CompiledFlow, tuple[Problem, ...]]:
    from ..flows.centre import compile_center
    from ..flows.check import check_flows

    check_flows(center, problems)
    shown = center.flows[name].file
    own = [problem for problem in problems.listed() if problem.where.file == shown]
    if any(problem.severity == "error" for problem in own):
        raise _invalid(file, own)
    return compile_center(center).flows[name], tuple(own)


def compiled_in_center(settings: Settings, file: Path) -> tuple[CompiledFlow, str] | None:
    """The flow of a centre's file, not bound, and the centre's Region; None for a file by itself. Raises Invalid."""
    found = _in_center(settings, file)
    return None if found is None else (_checked(*found, file)[0], found[0].region)


def _invalid(file: Path, problems: list[Problem]) -> Invalid:
    return Invalid(f"{file} has mistakes.", problems, hint="Correct them and compile again.", where=str(file))


def _pretty(content: str) -> str:
    """The document as people read it: keys in their order, two spaces deep."""
    import json

    return json.dumps(json.loads(content), ensure_ascii=False, indent=2)
