"""`flow import`: one flow in Flow language, from a file or standard input, becomes YAML; writes only what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..specs.errors import Invalid, Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problem, Problems

if TYPE_CHECKING:
    from ..flows.importer.convert import Imported

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Import:
    """The YAML, the warnings, and what its names stand for."""

    text: str
    warnings: tuple[Problem, ...]
    references: Mapping[str, Mapping[str, str]]
    as_verbs: int
    as_actions: int

    @property
    def names(self) -> int:
        """How many ids have names now."""
        return sum(len(names) for names in self.references.values())

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        counts = {"verbs": self.as_verbs, "action": self.as_actions}
        return {"yaml": self.text, "references": self.references, "actions": counts}


def import_file(file: Path, stdin: BinaryIO, *, flow_type: str = "", name: str = "", references: Path | None) -> Import:
    """Import one flow. Raises Invalid with everything for which the service would refuse it, Refused for a file that
    cannot be read or written."""
    from ..flows.bindings import references_text
    from ..flows.document import read_document
    from ..flows.importer.convert import import_document
    from ..flows.importer.words import slug
    from ..flows.templates import tell_template

    problems = Problems()
    shown = "<stdin>" if str(file) == STDIN else str(file)
    document = read_document(_source(file, stdin), shown, problems)
    done: Imported | None = None
    if document is not None and not problems.errors:
        stem = "" if str(file) == STDIN else slug(file.name.split(".")[0], 60)
        tell_template(document, problems)
        done = import_document(document, problems, name=name or slug(document.name, 60) or stem, flow_type=flow_type)
    if done is None or problems.errors:
        hint = "Correct them where the flow comes from, and export it again."
        raise Invalid(f"{shown} cannot be imported.", problems.listed(), hint=hint, where=shown)
    if references is not None:
        _write(references, references_text(done.references))
    verbs, literal = sum(done.as_verbs.values()), sum(done.as_actions.values())
    return Import(done.text, tuple(problems.listed()), done.references, verbs, literal)


def _source(file: Path, stdin: BinaryIO) -> bytes:
    from ..flows.document import MAX_BYTES

    if str(file) == STDIN:
        return stdin.read(MAX_BYTES + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise Refused(message, hint="Give the path of a flow's export.", where=str(file), code="unreadable") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise Refused(message, hint="Give another path.", where=str(path), code="unwritable") from error
