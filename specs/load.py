"""One folder of text becomes one Center and every problem at once.

Reads center.yaml with one stack's overlay, flows/, texts/, prompts/, calls/ and whether the rosters are there. Writes
nothing, calls nobody, never raises for what a file holds.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from . import nodes
from .building.centre import FILE, Beside, build
from .building.names import languages, prompts
from .building.numbers import check_prompt_files
from .callfiles import check_calls
from .flowfiles import read_flow_files
from .frozen import dataclass
from .garbage import held_back
from .model import Center, FlowFile
from .overlay import lay_over, overlays
from .problems import Problems, Where
from .textfolder import read_texts
from .texts import TextContext
from .yaml import read


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder gave. `center` is None only when center.yaml holds no map; with errors it is incomplete."""

    center: Center | None
    problems: Problems


def load(folder: Path, *, stack: str = "dev", today: dt.date | None = None, every: bool = False) -> Loaded:
    """Read the centre in `folder` as `stack` sees it.

    `today` prunes past overrides and chooses the holidays' years (the machine's date where None). With `every` the
    other stacks of `environments` are checked too, and their problems stand beside those of `stack`.
    """
    with held_back():
        return _load(folder, stack, today, every)


def _load(folder: Path, stack: str, today: dt.date | None, every: bool) -> Loaded:
    problems = Problems()
    day = today or dt.datetime.now().astimezone().date()
    root = folder.resolve()
    document = _document(root, problems)
    if document is None:
        return Loaded(None, problems)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,15}", stack):
        problems.error(
            document.where_of("environments"),
            "unknown-stack",
            f'"{stack}" is no name of a stack: at most 16 lower-case letters, digits and hyphens',
        )
    flows, whole = read_flow_files(root, problems)
    center = _one(root, document, stack, day, flows, whole, problems)
    if every:
        for other in overlays(document):
            if other != stack:
                _one(root, document, other, day, flows, whole, problems)
    _same_alias(document, problems)
    check_calls(root, center, problems)
    return Loaded(center, problems)


def _document(root: Path, problems: Problems) -> nodes.Mapping | None:
    if not root.is_dir():
        problems.error(Where(str(root)), "missing-file", f"{root} is no folder", "name the folder of a center.yaml")
        return None
    other = root / "center.yml"
    if other.is_file() and not (root / FILE).exists():
        problems.error(Where(FILE), "missing-file", f"{FILE} does not exist", "rename center.yml to center.yaml")
        return None
    return read(root / FILE, FILE, problems)


def _one(
    root: Path,
    document: nodes.Mapping,
    stack: str,
    today: dt.date,
    flows: dict[str, FlowFile],
    whole: bool,
    problems: Problems,
) -> Center:
    """The centre of one stack."""
    merged = lay_over(document, stack, problems)
    context = TextContext(languages(merged), {}, prompts(merged))
    texts, texts_whole = read_texts(root, context, problems)
    center = build(merged, Beside(flows, whole, texts, texts_whole), root, stack, today, problems)
    check_prompt_files(dict(center.prompts), root, problems)
    _rosters(root, merged, center, problems)
    return center


def _rosters(root: Path, document: nodes.Mapping, center: Center, problems: Problems) -> None:
    """Record rosters that are not there. Their content is the agents package's to read."""
    node = document.get("rosters")
    items = node.items if isinstance(node, nodes.Sequence) else (node,) if node is not None else ()
    places = {item.text: item.where for item in items if isinstance(item, nodes.Scalar)}
    for roster in center.rosters:
        path = root / roster
        where = places.get(roster, document.where_of("rosters"))
        try:
            if not path.is_file():
                what = "is a folder" if path.is_dir() else "does not exist"
                problems.error(
                    where, "missing-file", f"{roster} {what}", "`ccdeploy roster template` prints an empty one"
                )
            elif path.suffix.lower() not in {".csv", ".tsv", ".txt", ".xlsx"}:
                problems.error(where, "bad-value", f"{roster} is neither CSV nor .xlsx")
        except (OSError, ValueError) as error:
            problems.error(where, "unreadable", f"{roster} cannot be read: {_reason(error)}")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _same_alias(document: nodes.Mapping, problems: Problems) -> None:
    """Warn where two stacks of one account would ask for the same instance alias."""
    seen: dict[tuple[str, str], str] = {}
    quiet = Problems()
    named = overlays(document)
    for stack in dict.fromkeys(["dev", *named]) if named else ():
        merged = lay_over(document, stack, quiet)
        alias, account = _text(merged, "instance", "alias"), _text(merged, "account")
        if not alias:
            continue
        other = seen.setdefault((alias, account), stack)
        if other != stack:
            environments = document.get("environments")
            assert isinstance(environments, nodes.Mapping)
            problems.warning(
                environments.where_of(stack),
                "same-alias",
                f'"{stack}" and "{other}" have the same instance alias "{alias}": both cannot stand in one account',
                "give it one of its own: `instance: {alias: …}`",
            )


def _text(document: nodes.Mapping, *path: str) -> str:
    node: nodes.Node | None = document
    for key in path:
        node = node.get(key) if isinstance(node, nodes.Mapping) else None
    return node.text if isinstance(node, nodes.Scalar) else ""
