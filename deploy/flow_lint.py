"""`flow lint`: what is to be judged (files, folders, standard input), each with its centre around it where it has one.

Reads and judges; nothing is written and nothing is called.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..specs.errors import Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problem, Problems, Where
from .settings import CENTER, Settings, real, upwards
from .validate import problems_json

if TYPE_CHECKING:
    from ..flows.hotline import Allowed
    from ..flows.lint import Linted

STDIN = "-"
_YAML, _JSON = frozenset((".yaml", ".yml")), ".json"


@dataclass(frozen=True, slots=True)
class Linting:
    """What was judged and what was found."""

    files: int
    alone: int  # of them without a centre around
    problems: tuple[Problem, ...]
    allowed: tuple[Allowed, ...]

    @property
    def errors(self) -> int:
        """How many problems the service would refuse, or the centre calls errors."""
        return sum(problem.severity == "error" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        allowed = [item.as_json() for item in self.allowed]
        return problems_json(self.problems) | {"allowed": allowed, "files": self.files}


def lint(settings: Settings, paths: Sequence[Path], stdin: BinaryIO, flow_type: str = "") -> Linting:
    """Judge files and folders; `-` is standard input. Raises Refused for a folder without a flow."""
    from ..flows.document import MAX_BYTES
    from ..flows.lint import lint_json, lint_yaml, lint_yaml_text

    problems, alone = Problems(), 0
    allowed: list[Allowed] = []
    files, centres = _sorted_out(paths)
    for path in files:
        if str(path) == STDIN:
            source = stdin.read(MAX_BYTES + 1)
            if source.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
                linted = lint_json(source, "<stdin>", flow_type)
            elif len(source) > MAX_BYTES:
                linted = lint_json(source, "<stdin>")  # which says that it is too large
            else:
                linted = lint_yaml_text(source.decode("utf-8", errors="replace"), "<stdin>")
        elif path.suffix == _JSON:
            with path.open("rb") as file:
                linted = lint_json(file.read(MAX_BYTES + 1), str(path), flow_type)
        elif path.stat().st_size > MAX_BYTES:
            linted = _too_large(path)
        else:
            linted = lint_yaml(path, str(path))
        alone += 1
        problems.extend(linted.problems.listed())
        allowed += linted.allowed
    count = len(files)
    for folder, names in centres.items():
        linted = _centre(settings, folder, names)
        count += len(names)
        problems.extend(linted.problems.listed())
        allowed += linted.allowed
    return Linting(count, alone, tuple(problems.listed()), tuple(allowed))


def _too_large(path: Path) -> Linted:
    from ..flows.lint import Linted

    problems = Problems()
    message = f"{path.stat().st_size / 1_000_000:.1f} MB: no flow of 250 actions is so large"
    problems.error(Where(str(path)), "too-large", message, "give a single flow")
    return Linted(problems)


def _centre(settings: Settings, folder: Path, names: dict[str, str]) -> Linted:
    """Flows of one centre; `names` are their files as the centre calls them and as the user did."""
    from ..flows.calls import Calls
    from ..flows.check import check_flows
    from ..flows.hotline import findings, record
    from ..flows.house import house_of
    from ..flows.lint import Linted
    from ..specs.load import load

    loaded = load(folder, stack=settings.stack, today=settings.today)
    found = Problems()
    found.extend(loaded.problems.found)
    allowed: list[Allowed] = []
    if loaded.center is not None:
        flows = check_flows(loaded.center, found)
        if not found.errors:
            graph = Calls(flows, house_of(loaded.center))
            allowed = record(findings(graph, loaded.center), loaded.center, Problems())
    own = Problems()
    for problem in found.listed():
        if problem.where.file in names:
            where = problem.where._replace(file=names[problem.where.file])
            own.extend([Problem(where, problem.code, problem.message, problem.hint, problem.severity)])
    kept = tuple(item for item in allowed if item.where.file in names)
    return Linted(own, kept)


def _sorted_out(paths: Sequence[Path]) -> tuple[list[Path], dict[Path, dict[str, str]]]:
    """Files to be judged by themselves, and flows of centres: {folder: {name in the centre: as the user sees it}}."""
    files: list[Path] = []
    centres: dict[Path, dict[str, str]] = {}
    for given in paths:
        found = list(_flows_in(given)) if given.is_dir() else [given]
        if not found:
            hint = "A flow is a .json export, or a .yaml with `flow:` and `steps:`."
            raise Refused(f"There is no flow in {given}.", hint=hint, where=str(given), code="no-flow")
        for path in found:
            centre = _centre_of(path)
            if centre is None:
                files.append(path)
            else:
                inside = f"flows/{path.name}"
                centres.setdefault(centre, {})[inside] = str(path)
    return list(dict.fromkeys(files)), centres


def _centre_of(path: Path) -> Path | None:
    """The folder of the centre that a YAML file is a flow of."""
    if path.suffix not in _YAML:
        return None
    full = real(path)
    folder = upwards(full.parent, CENTER)
    return folder if folder is not None and full.parent == folder / "flows" else None


def _flows_in(folder: Path) -> Iterator[Path]:
    """Every file below a folder that looks like a flow, hidden folders aside."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "node_modules")))
        for name in sorted(names):
            path = Path(root) / name
            if path.suffix in _YAML | {_JSON} and not name.startswith(".") and looks_like_a_flow(path):
                yield path


def looks_like_a_flow(path: Path) -> bool:
    """Whether a file's beginning has a flow's marks; a flow of a centre always counts."""
    if _centre_of(path) is not None:
        return True
    with path.open("rb") as file:
        source = file.read(4_000_001)
    if path.suffix == _JSON:
        return b'"Actions"' in source or (b'"modules"' in source and b'"start"' in source) or b'"ContactFlow' in source
    lines = source.splitlines()
    return any(line.startswith(b"flow:") for line in lines) and any(line.startswith(b"steps:") for line in lines)
