"""A flow that somebody edited by hand, as the folder would say it.

The flow's own file with a few steps changed, where that compiles to exactly what stands; else the whole flow by import,
which is always exact and has lost what only our language knows (built-in head and safety net, several languages).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from .names import Names
from .theirs_entries import Unsayable

if TYPE_CHECKING:
    from ..flows.compiled import CompiledFlow
    from ..flows.document import Document
    from ..stacks.engine.plan import Drift
    from .wiring import Work

_SPOKEN: Final = ("Text", "SSML")
_OURS: Final = ("net-", "built-in-")  # steps and flows that our language adds by itself


def flow_text(work: Work, item: Drift, names: Names) -> tuple[str, str]:
    """(file, its whole text) that says what stands. Raises Unsayable."""
    from ..flows.document import read_document
    from ..specs.problems import Problems

    compiled = work.flows.flows.get(item.name)
    own = work.center.flows.get(item.name)
    if compiled is None:
        raise Unsayable("the folder has no such flow any more")
    if own is None:
        raise Unsayable("it is a built-in flow; write one of your own and name it under `defaults:`")
    live = read_document(str(item.have), item.name, Problems())
    if live is None:
        raise Unsayable("it cannot be read")
    imported = _imported(work, compiled, live, names)
    source = (work.folder / own.file).read_text(encoding="utf-8-sig")
    patched = _patched(source, compiled, item, imported)
    if patched is not None and _compiles_to(work, item.name, patched, live):
        return own.file, patched
    return own.file, imported


def _imported(work: Work, compiled: CompiledFlow, live: Document, names: Names) -> str:
    from ..flows.catalogue import OUR_TYPES
    from ..flows.importer.convert import import_document
    from ..specs.problems import Problems

    known = dict(_known(dict(live.raw), names)) | {arn: key for key, arn in work.center.lambdas.items()}
    titled = replace(live, name=compiled.title, description=compiled.description)
    problems = Problems()
    done = import_document(
        titled, problems, name=compiled.name, flow_type=OUR_TYPES.get(compiled.type, "module"), known=known
    )
    if done is None or problems.errors:
        raise Unsayable(next((problem.message for problem in problems.listed()), "it cannot be read"))
    return done.text


def _known(value: Any, names: Names) -> Iterator[tuple[str, str]]:
    """(id or ARN, key) of everything of ours that a document names."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _known(part, names)
    elif isinstance(value, list):
        for part in value:
            yield from _known(part, names)
    elif isinstance(value, str) and (key := names.key(value)) is not None:
        yield value, key


def _patched(source: str, compiled: CompiledFlow, item: Drift, imported: str) -> str | None:
    """The source with the steps changed whose actions changed; None where actions came or went."""
    from .rewrite import get_value, set_value

    before, now = _actions(item.want), _actions(item.have)
    if set(before) != set(now):
        return None
    text: str | None = source
    done: set[str] = set()
    for identifier in before:
        origin = compiled.origins.get(identifier)
        if before[identifier] == now[identifier] or text is None:
            continue
        if origin is None or not origin.step:
            return None
        step = get_value(text, ("steps", origin.step))
        place = _reworded(before[identifier], now[identifier], step)
        if place is not None:
            text = set_value(text, ("steps", origin.step, *place[0]), place[1])
        elif origin.step not in done:
            text = set_value(text, ("steps", origin.step), _plainer(get_value(imported, ("steps", origin.step))))
            done.add(origin.step)
    return text


def _actions(content: Any) -> dict[str, Any]:
    return {action["Identifier"]: action for action in json.loads(content).get("Actions", ())}


def _reworded(old: Mapping[str, Any], new: Mapping[str, Any], step: Any) -> tuple[tuple[str, ...], str] | None:
    """Where in the step the text stands that alone was changed, and the new one."""
    one, other = old.get("Parameters") or {}, new.get("Parameters") or {}
    changed = [key for key in {*one, *other} if one.get(key) != other.get(key)]
    if len(changed) != 1 or changed[0] not in _SPOKEN or {**old, "Parameters": 0} != {**new, "Parameters": 0}:
        return None
    places = list(_places(step, one.get(changed[0])))
    return (places[0], str(other.get(changed[0]))) if len(places) == 1 else None


def _places(value: Any, text: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _places(part, text, (*path, key))
    elif value == text and path:
        yield path


def _plainer(step: Any) -> Any:
    """An imported step without what our language adds by itself."""
    if not isinstance(step, dict):
        return step
    return {key: value for key, value in step.items() if not (isinstance(value, str) and value.startswith(_OURS))}


def _compiles_to(work: Work, name: str, text: str, live: Document) -> bool:
    """Whether the flow in `text` compiles to what stands, ids and layout aside."""
    from ..flows.bindings import bind_known
    from ..flows.centre import module_results
    from ..flows.compiler import compile_flow
    from ..flows.document import read_document
    from ..flows.equal import first_difference
    from ..flows.house import house_of
    from ..flows.parse import parse
    from ..specs.flowfiles import envelope
    from ..specs.problems import Problems
    from ..specs.texts import context_of
    from ..specs.yaml import parse as parse_yaml
    from .flow_diff import known_ids
    from .standing import standing

    problems = Problems()
    context = context_of(work.center)
    node = parse_yaml(text, name, problems)
    file = envelope(node, name, problems) if node is not None else None
    flow = parse(file, context, problems) if file is not None else None
    others = {key: parse(other, context, problems) for key, other in work.center.flows.items() if key != name}
    if flow is None or problems.errors or flow.name != name:
        return False
    own = {key: other for key, other in {**others, name: flow}.items() if other is not None}
    compiled = compile_flow(flow, house_of(work.center, module_results(work.center, own)))
    known = known_ids(work.center, compiled, standing(work.engine))
    made = read_document(bind_known(compiled, known, work.center.region), name, problems)
    return made is not None and first_difference(live, made) is None
