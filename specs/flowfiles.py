"""flows/*.yaml: each file's envelope, as far as its name and type; the steps are read by the flows package."""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from pathlib import Path
from typing import get_args

from .grammar.words import KEY
from .model import FlowFile, FlowType
from .nodes import Mapping, Node, Scalar
from .problems import Problems
from .suggest import did_you_mean
from .yaml import read

MAX_BYTES = 4_000_000  # many times what the service takes of one flow; more is read for nothing
TYPES: tuple[FlowType, ...] = get_args(FlowType)


def read_flow_files(folder: Path, problems: Problems) -> tuple[dict[str, FlowFile], bool]:
    """Flows by name, and whether every file could be read (else nobody can say that a flow does not exist)."""
    flows: dict[str, FlowFile] = {}
    whole = True
    for path in yaml_files(folder / "flows", "flows", problems):
        shown = f"flows/{path.name}"
        node = read(path, shown, problems, MAX_BYTES)
        if node is None:
            whole = False
            continue
        flow = envelope(node, shown, problems)
        if flow is None:
            whole = False
            continue
        other = flows.get(flow.name)
        if other is not None:
            problems.error(
                flow.where, "duplicate-name", f'flow "{flow.name}" stands in {other.file} too', "give one another name"
            )
            continue
        flows[flow.name] = flow
    check_renames(flows, problems)
    return flows, whole


def yaml_files(folder: Path, shown: str, problems: Problems) -> list[Path]:
    """The *.yaml and *.yml files of a folder by name; none when there is no such folder."""
    from .problems import Where

    try:
        if not folder.exists():
            return []
        if not folder.is_dir():
            problems.error(Where(shown), "not-a-folder", f"{shown} is a file, not a folder")
            return []
        return sorted(p for p in folder.iterdir() if p.suffix in {".yaml", ".yml"} and not p.name.startswith("."))
    except OSError as error:
        problems.error(Where(shown), "unreadable", f"{shown} cannot be read: {error.strerror}")
        return []


def envelope(node: Mapping, shown: str, problems: Problems) -> FlowFile | None:
    """The flow of one file, None when it has no usable name. A wrong type is recorded and read as inbound."""
    import re

    name = _word(node, "flow", "for example `flow: welcome`", problems)
    kind = _word(node, "type", "one of " + ", ".join(TYPES), problems)
    if kind is not None and kind.text not in TYPES:
        hint = did_you_mean(kind.text, TYPES, 10)
        problems.error(kind.where, "bad-choice", f'"{kind.text}" is no type of flow', hint)
    if name is None:
        return None
    if not re.fullmatch(KEY, name.text) or len(name.text) > 100:
        better = re.sub(r"[^a-z0-9]+", "-", name.text.lower()).strip("-")
        problems.error(
            name.where,
            "bad-key",
            f'"{name.text}" is no key: lower-case letters, digits and hyphens',
            f'write "{better}"',
        )
        return None
    flow_type: FlowType = next((known for known in TYPES if kind is not None and known == kind.text), "inbound")
    was = node.get("was")
    before = was.text if isinstance(was, Scalar) and not was.is_null else None
    if was is not None and (before is None or not re.fullmatch(KEY, before)):
        problems.error(was.where, "bad-rename", "`was` is the name that the flow had before", "was: old-name")
        before = None
    return FlowFile(name.text, flow_type, shown, node, node.where_of("flow"), before)


def check_renames(flows: Mapping_[str, FlowFile], problems: Problems) -> None:
    """Record flows that say they were one that still stands, or that another one says it was."""
    taken: dict[str, FlowFile] = {}
    for flow in flows.values():
        if flow.was is None:
            continue
        where = flow.node.where_of("was") if isinstance(flow.node, Mapping) else flow.where
        if flow.was in flows:
            problems.error(where, "bad-rename", f'"was: {flow.was}" names a flow that still stands here')
        elif flow.was in taken:
            problems.error(where, "bad-rename", f'"was: {flow.was}" stands in {taken[flow.was].file} too')
        taken.setdefault(flow.was, flow)


def _word(node: Mapping, key: str, hint: str, problems: Problems) -> Scalar | None:
    value: Node | None = node.get(key)
    if isinstance(value, Scalar) and not value.is_null:
        return value
    if value is None:
        problems.error(node.where, "missing-key", f'"{key}" is missing', hint)
    else:
        problems.error(value.where, "wrong-type", f"one word is expected after `{key}:`", hint)
    return None
