"""`flow import --check`: every flow of files and folders in and out again, counted by type of action. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Refused
from ..specs.problems import Problems

if TYPE_CHECKING:
    from ..flows.document import Document


@dataclass(slots=True)
class Checked:
    """What became of each flow. `refused` and `unequal` are (file, why); actions are of flows that came back."""

    equal: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    unequal: list[tuple[str, str]] = field(default_factory=list)
    verbs: Counter[str] = field(default_factory=Counter)
    literal: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """(type, how often, how often as a verb), the most frequent first."""
        every = self.verbs + self.literal
        return [(kind, count, self.verbs[kind]) for kind, count in sorted(every.items(), key=lambda i: (-i[1], i[0]))]

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "equal": self.equal,
            "unequal": [{"file": file, "message": why} for file, why in self.unequal],
            "refused": [{"file": file, "message": why} for file, why in self.refused],
            "actions": {kind: {"count": count, "verbs": verbs} for kind, count, verbs in self.rows},
        }


def check(paths: Sequence[Path]) -> Checked:
    """Import every flow, compile what came of it, compare. Raises Refused where there is no flow."""
    from ..flows.document import MAX_BYTES, read_document

    done = Checked()
    files = [file for path in paths for file in _files(path)]
    if not files:
        shown = ", ".join(map(str, paths))
        raise Refused(f"There is no flow in {shown}.", hint="A flow is a .json export.", where=shown, code="no-flow")
    for file in files:
        problems = Problems()
        with file.open("rb") as opened:
            document = read_document(opened.read(MAX_BYTES + 1), str(file), problems)
        if document is None:
            done.refused.append((str(file), str(problems.listed()[0].message)))
        else:
            _one(document, str(file), done)
    return done


def _files(path: Path) -> Iterator[Path]:
    """Files as they are named; of a folder those that look like flows."""
    from .flow_lint import looks_like_a_flow

    if not path.is_dir():
        yield path
        return
    yield from (file for file in sorted(path.rglob("*.json")) if file.is_file() and looks_like_a_flow(file))


def _one(document: Document, shown: str, done: Checked) -> None:
    from ..flows.alone import compile_text
    from ..flows.bindings import bind_known
    from ..flows.document import read_document
    from ..flows.equal import first_difference
    from ..flows.importer.convert import import_document

    problems = Problems()
    imported = import_document(document, problems)
    if imported is None:
        done.refused.append((shown, str(problems.listed()[0].message)))
        return
    again = compile_text(imported.text, shown)
    back = None
    if again.compiled is not None:
        back = read_document(bind_known(again.compiled, imported.bindings), shown, Problems())
    difference = None if back is None else first_difference(document, back)
    if document.legacy and back is not None:
        difference = None  # translated: there is nothing of its own kind to compare with
    if back is None or difference is not None:
        done.unequal.append((shown, difference.what if difference else "the YAML does not compile"))
        return
    done.equal += 1
    done.verbs.update(imported.as_verbs)
    done.literal.update(imported.as_actions)
