"""What to write into the folder so that it says what somebody changed by hand (`--keep theirs`).

Each drift becomes an `Edit`: a value under a key of center.yaml, or a whole flow file by import. What the folder has no
word for is told with the reason. Nothing is written until `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.frozen import dataclass
from .drift import CONTENT, Difference
from .names import Names
from .settings import CENTER, real

if TYPE_CHECKING:
    from .wiring import Work

_FLOWS = ("aws:connect/contactFlow:ContactFlow", "aws:connect/contactFlowModule:ContactFlowModule")
_OF_FLOWS = {"name": "title", "description": "description"}
_FEW = 2  # changed lines that fit into a sentence


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the folder. `value` stands under `path` of center.yaml; or `text` is a whole flow file, of which
    `lines` are out (-) and new (+).

    `file` is "" for what the folder cannot say; `why` then tells the reason.
    """

    about: str
    file: str = ""
    path: tuple[str, ...] = ()
    value: Any = None
    text: str = ""
    lines: tuple[str, ...] = ()
    why: str = ""

    @property
    def line(self) -> str:
        """The value as one line of YAML; the first line of a flow file."""
        from ..flows.importer.yamltext import inline
        from .rewrite import nested, worded

        value = nested(self.path, worded(self.value))
        return self.text.split("\n")[0] if self.text else inline(value)[1:-1]

    def __str__(self) -> str:
        """`center.yaml: queues: {front: {description: by hand}}`."""
        if not self.file:
            return f"{self.about}: the folder cannot say it: {self.why}"
        if self.text:
            few = f": {' '.join(self.lines[-1].split())}" if len(self.lines) <= _FEW else ""
            count = sum(line.startswith("+") for line in self.lines)
            return f"{self.file}, {count} {'line' if count == 1 else 'lines'}{few}"
        return f"{self.file}: {self.line}"

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract: `yaml` is what belongs into `file`, or "" with `why`."""
        yaml = self.text or self.line if self.file else ""
        return {"about": self.about, "file": self.file, "path": list(self.path), "yaml": yaml, "why": self.why}


def edits(work: Work, found: Sequence[Difference]) -> tuple[Edit, ...]:
    """What the folder would have to say. Reads the folder's files; writes nothing."""
    names = Names(work.engine.export()["deployment"].get("resources") or ())
    text = (work.folder / CENTER).read_text(encoding="utf-8-sig")
    changed: dict[tuple[str, str], dict[str, Any]] = {}
    for item in found:
        if item.drift.kind == "changed":
            changed.setdefault(item.place, {})[item.drift.field] = item.drift.have
    made: list[Edit] = []
    for item in found:
        made += [edit for edit in _edits(work, item, names, text, changed.get(item.place)) if edit not in made]
    return tuple(made)


def _edits(work: Work, item: Difference, names: Names, text: str, changed: Mapping[str, Any] | None) -> list[Edit]:
    from .theirs_entries import Unsayable
    from .theirs_keys import sayings

    try:
        if item.drift.type == CONTENT:
            return [_flow(work, item, names)]
        if item.drift.type in _FLOWS and item.drift.field in _OF_FLOWS:
            return [_envelope(work, item)]
        said = sayings(work.center, names, text, item.drift, changed)
        return [Edit(item.what, CENTER, _here(text, work.center.stack, path), value) for path, value in said]
    except Unsayable as reason:
        return [Edit(item.what, why=str(reason))]


def _envelope(work: Work, item: Difference) -> Edit:
    """A flow's title or description, in its own file."""
    from .theirs_entries import Unsayable

    own = work.center.flows.get(item.drift.name)
    if own is None:
        raise Unsayable("it is a built-in flow; --keep ours puts it back")
    have = str(item.drift.have or "")
    if item.drift.field == "name":
        empty = work.center.shown("")
        if not have.startswith(empty):
            raise Unsayable(f"names in an adopted instance begin with {empty.strip()!r}")
        have = have.removeprefix(empty)
    if not have:
        raise Unsayable(f"take `{item.drift.field}` out of {own.file}")
    return Edit(item.what, own.file, (_OF_FLOWS[item.drift.field],), have)


def _flow(work: Work, item: Difference, names: Names) -> Edit:
    from .theirs_entries import Unsayable
    from .theirs_flow import flow_text

    if item.drift.kind != "changed":
        raise Unsayable("take the flow out of the folder")
    file, text = flow_text(work, item.drift, names)
    before = (work.folder / file).read_text(encoding="utf-8-sig")
    return Edit(item.what, file, text=text, lines=_changed_lines(before, text))


def _changed_lines(before: str, after: str) -> tuple[str, ...]:
    import difflib

    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))


def _here(text: str, stack: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """The keys where this stack takes the value from: its overlay if that has it, or has the thing at all."""
    from .rewrite import get_value

    overlay = ("environments", stack)
    for part in (path, path[:2]):
        if get_value(text, (*overlay, *part)) is not None and (part == path or get_value(text, part) is None):
            return (*overlay, *path)
    return path


def write(folder: Path, wanted: Sequence[Edit]) -> tuple[str, ...]:
    """Write what can be written; one sentence for each. Raises OSError."""
    from .rewrite import set_value

    said = []
    for edit in sorted(wanted, key=lambda edit: not edit.text):  # whole files first
        if not edit.file:
            said.append(str(edit))
            continue
        path = folder / edit.file
        text: str | None = edit.text
        if not edit.text:
            text = set_value(path.read_bytes().decode("utf-8-sig"), edit.path, edit.value)
        if text is None:
            said.append(f"{edit.about}: it has no place in {edit.file} as that is written; add: {edit.line}")
            continue
        _put(path, text.encode())
        said.append(f"Written to {edit}")
    return tuple(said)


def _put(path: Path, data: bytes) -> None:
    from ..stacks.durable.files import write_atomic

    there = real(path)
    write_atomic(there, data, there.stat().st_mode & 0o777 if there.exists() else 0o644)


def remembered(folder: Path, wanted: Sequence[Edit]) -> Callable[[], None]:
    """What puts the files of `wanted` back as they are now."""
    paths = [folder / name for name in dict.fromkeys(edit.file for edit in wanted if edit.file)]
    before = [path.read_bytes() if path.exists() else None for path in paths]

    def put_back() -> None:
        for path, data in zip(paths, before, strict=True):
            if data is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != data:
                _put(path, data)

    return put_back
