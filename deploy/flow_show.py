"""`flow show`: a drawing of one flow, or of the whole centre. Reads and draws; nothing is called.

What is drawn: a file (YAML or console JSON), standard input, a flow of the centre by name, or the centre's folder.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..specs.errors import Invalid, Refused
from ..specs.problems import Problems
from .settings import CENTER, Settings, center_folder, real, upwards

if TYPE_CHECKING:
    from ..flows.graph import Flow
    from ..flows.picture import Picture
    from ..specs.model import Center

MOST = 1000  # actions
Format = Literal["mermaid", "svg", "html"]


def show(settings: Settings, what: str, form: Format) -> str:
    """The drawing as text. Raises Refused when there is no such flow, Invalid when it cannot be read."""
    path = Path(what) if what else Path()
    if what == "-" or (what and path.is_file() and path.name != CENTER):
        return _one(_file(settings, what), form)
    if not what or path.is_dir() or path.name == CENTER:
        return _whole(settings, center_folder(path if what else None), form)
    return _one(_named(settings, what), form)


def _one(picture: Picture, form: Format) -> str:
    from ..flows.mermaid import mermaid
    from ..flows.page import page
    from ..flows.svg import svg

    if form == "mermaid":
        return mermaid(picture)
    return svg(picture) if form == "svg" else page(picture.title, picture.type.replace("_", " "), [picture])


def _file(settings: Settings, what: str) -> Picture:
    from ..flows.alone import compile_file, compile_text
    from ..flows.document import MAX_BYTES, read_document
    from ..flows.picture import of_document, of_flow

    path, shown = Path(what), "<stdin>" if what == "-" else what
    if what == "-":
        source = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with path.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    problems = Problems()
    if path.suffix == ".json" or source.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        document = read_document(source, shown, problems)
        if document is not None and len(document.actions) > MOST:
            message = f"{len(document.actions)} actions; Connect takes 250 in a flow"
            problems.error(document.where, "too-many-actions", message, f"more than {MOST} are not drawn")
        if document is None or not document.actions or problems.errors:
            raise _invalid(shown, problems)
        return of_document(document)
    folder = upwards(real(path).parent, CENTER) if what != "-" else None
    if folder is not None and real(path).parent == folder / "flows":
        center, flows = _flows(settings, folder)
        found = next((flow for flow in flows.values() if real(folder / flow.file) == real(path)), None)
        if center is not None and found is not None:
            return _drawn(center, found)
    alone = compile_text(source.decode("utf-8", "replace"), shown) if what == "-" else compile_file(path, shown)
    if alone.flow is None:
        raise _invalid(shown, alone.problems)
    return of_flow(alone.flow)


def _invalid(shown: str, problems: Problems) -> Invalid:
    return Invalid(
        f"{shown} cannot be drawn.", problems.listed(), hint="Give a flow: YAML or a console export.", where=shown
    )


def _flows(settings: Settings, folder: Path) -> tuple[Center | None, dict[str, Flow]]:
    from ..flows.parse import parse
    from ..specs.load import load
    from ..specs.texts import context_of

    center = load(folder, stack=settings.stack, today=settings.today).center
    if center is None:
        return None, {}
    context = context_of(center)
    read = {name: parse(file, context, Problems()) for name, file in center.flows.items()}
    return center, {name: flow for name, flow in read.items() if flow is not None}


def _drawn(center: Center, flow: Flow) -> Picture:
    from ..flows.house import house_of
    from ..flows.picture import of_flow

    return of_flow(flow, house_of(center))


def _named(settings: Settings, name: str) -> Picture:
    from ..flows.builtins import built_ins
    from ..flows.centre import bare_flows
    from ..flows.house import house_of
    from ..specs.suggest import did_you_mean

    folder = upwards(Path.cwd(), CENTER)
    if folder is None or "/" in name or name.endswith((".json", ".yaml", ".yml")):
        raise Refused(f"There is no file {name}.", hint="Give a flow's file, or its name in a centre.", where=name)
    center, flows = _flows(settings, folder)
    if center is not None:
        spare = {flow.name: flow for flow in built_ins(house_of(center, bare=bare_flows(flows)))}
        found = flows.get(name) or spare.get(name)
        if found is not None:
            return _drawn(center, found)
    hint = did_you_mean(name, flows) or "To see all: ccdeploy flow list"
    raise Refused(f'There is no flow "{name}" in {folder}.', hint=hint, where=name, code="no-flow")


def _whole(settings: Settings, folder: Path, form: Format) -> str:
    from ..flows.mermaid import mermaid
    from ..flows.overview import overview
    from ..flows.page import page
    from ..flows.svg import svg
    from .validate import valid

    center, people, _ = valid(folder, stack=settings.stack, today=settings.today)
    _, flows = _flows(settings, folder)
    whole = overview(
        center,
        flows,
        _counts(center, Counter(p.terms.routing_profile for p in people.people if p.terms.status == "active")),
    )
    if form == "mermaid":
        return mermaid(whole)
    if form == "svg":
        return svg(whole)
    counts = (("phone number", center.phone_numbers), ("flow", flows), ("queue", center.queues))
    about = ", ".join(f"{len(found)} {word}{'' if len(found) == 1 else 's'}" for word, found in counts)
    return page(center.title or center.key, about, [_drawn(center, flow) for flow in flows.values()], whole)


def _counts(center: Center, real: Mapping[str, int]) -> dict[str, int]:
    """People of each routing profile as declared, from those of the real ones."""
    return {
        key: sum(real.get(variant.key, 0) for variant in profile.variants)
        for key, profile in center.routing_profiles.items()
    }
