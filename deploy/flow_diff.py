"""`flow diff`: two flows compared as graphs. Either may be YAML, console JSON or standard input; `live` is the one that
is deployed. Reads only."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Invalid, Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problems
from .settings import CENTER, Settings, real, upwards

if TYPE_CHECKING:
    from ..flows.compiled import CompiledFlow, Ref
    from ..flows.difference import Change
    from ..flows.document import Document
    from ..specs.model import Center

STDIN = "-"
MOST = 1000  # actions


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed; and, where one side had ids and the other names, which id was taken for which name."""

    changes: list[Change]
    names: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        found = {"equal": not self.changes, "differences": [change.as_json() for change in self.changes]}
        return found | ({"names": dict(self.names)} if self.names else {})


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two flows. `names`: ids that were made up for the names of YAML, with what they stand for."""

    document: Document
    names: Mapping[str, str]


def diff(settings: Settings, old: str, new: str) -> Difference:
    """What changed from one file to another. Raises Invalid for a file with mistakes.

    Where one of them is a flow of a centre, YAML from elsewhere (an older version) is read with that centre around it.
    Where only one of them is YAML, its names are matched with the other's ids by what they are used for.
    """
    from ..flows.difference import differences
    from ..flows.renaming import renamed

    center = _center_of(settings, new) or _center_of(settings, old)
    left, right = _side(settings, old, center), _side(settings, new, center)
    one, other, names = left.document, right.document, dict[str, str]()
    if right.names and not left.names:
        one, names = renamed(one, other, right.names)
    elif left.names and not right.names:
        other, names = renamed(other, one, left.names)
    return Difference(differences(one, other), names)


def _center_of(settings: Settings, name: str) -> Center | None:
    """The centre that a YAML file is a flow of."""
    from ..specs.load import load

    path = real(Path(name))
    folder = None if name == STDIN or path.suffix == ".json" else upwards(path.parent, CENTER)
    if folder is None or path.parent != folder / "flows":
        return None
    return load(folder, stack=settings.stack, today=settings.today).center


def diff_live(settings: Settings, name: str, file: str) -> Difference:
    """What `up` would change in the deployed flow `name`: from what stands to `file`, or to the centre's own flow."""
    from ..flows.difference import differences
    from ..flows.document import read_document

    folder = _folder(file)
    content, outputs = _deployed(settings, folder, name)
    problems = Problems()
    live = read_document(content, f"live {name}", problems)
    if live is None:
        raise Invalid(f'The deployed flow "{name}" cannot be read.', problems.listed(), where=name)
    if file and file.endswith(".json"):
        return Difference(differences(live, _side(settings, file).document), {})
    return Difference(differences(live, _own(settings, folder, name, Path(file) if file else None, outputs)), {})


def _folder(file: str) -> Path:
    start = real(Path(file)).parent if file and file != STDIN else Path.cwd()
    folder = upwards(start, CENTER) or upwards(Path.cwd(), CENTER)
    if folder is None:
        raise Refused(
            f"There is no {CENTER} in {start} or above it.",
            hint="--live compares with the centre of a folder: go there, or name a file in it.",
            where=str(start),
            code="no-folder",
        )
    return folder


def _side(settings: Settings, name: str, center: Center | None = None) -> _Side:
    from ..flows.document import MAX_BYTES, read_document
    from ..flows.fictional import arn, bind

    names: dict[str, str] = {}
    path = Path(name)
    if name == STDIN:
        source = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with path.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    shown = "<stdin>" if name == STDIN else name
    if path.suffix != ".json" and source.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        compiled, region = _compiled(settings, name, shown, source, center)
        names = {arn(ref, region): f"{ref.kind.replace('_', ' ')} {ref.name}" for ref in compiled.refs}
        source = bind(compiled, region).encode()
    problems = Problems()
    document = read_document(source, shown, problems)
    if document is not None and len(document.actions) > MOST:
        message = f"{len(document.actions)} actions; Connect takes 250 in a flow"
        problems.error(document.where, "too-many-actions", message, f"more than {MOST} are not compared")
    if document is None or not document.actions or problems.errors:
        raise _invalid(shown, problems)
    return _Side(document, names)


def _compiled(
    settings: Settings, name: str, shown: str, source: bytes, center: Center | None
) -> tuple[CompiledFlow, str]:
    """YAML in Flow language, and its Region: as a flow of its own centre, else of `center`, else by itself."""
    from ..flows.alone import compile_text
    from ..flows.compiler import compile_flow
    from ..flows.house import house_of
    from ..flows.parse import parse
    from ..specs.flowfiles import envelope
    from ..specs.texts import context_of
    from ..specs.yaml import parse as parse_yaml
    from .flows import compiled_in_center

    own = compiled_in_center(settings, Path(name)) if name != STDIN and _center_of(settings, name) is not None else None
    if own is not None:
        return own
    text = source.decode("utf-8", "replace")
    if center is None:
        alone = compile_text(text, shown)
        if alone.compiled is None:
            raise _invalid(shown, alone.problems)
        return alone.compiled, "eu-central-1"
    problems = Problems()
    node = parse_yaml(text, shown, problems)
    file = envelope(node, shown, problems) if node is not None else None
    flow = parse(file, context_of(center), problems) if file is not None else None
    if flow is None or problems.errors:
        raise _invalid(shown, problems)
    return compile_flow(flow, house_of(center)), center.region


def _invalid(shown: str, problems: Problems) -> Invalid:
    hint = "Give a flow: YAML, or Flow language as the console exports it."
    return Invalid(f"{shown} cannot be compared.", problems.listed(), hint=hint, where=shown)


def _deployed(settings: Settings, folder: Path, name: str) -> tuple[str, Mapping[str, Any]]:
    """The content of a deployed flow or module, and the stack's outputs."""
    from . import actions
    from .standing import standing
    from .target import check_target
    from .wiring import store_of, work

    check_target(settings, "flow diff")
    center = actions.applied_center(settings, folder)
    if not store_of(settings, folder, center).names():
        raise _nothing(center.stack_name, folder)
    with work(settings, folder, center) as wired:
        outputs = standing(wired.engine)
        instance, flows = outputs.get("instance"), outputs.get("flows") or {}
        if not instance:
            raise _nothing(center.stack_name, folder)
        if name not in flows:
            from ..specs.suggest import did_you_mean

            hint = did_you_mean(name, flows) or "To see all: ccdeploy status"
            raise Refused(f'No flow "{name}" is deployed.', hint=hint, where=name, code="no-flow")
        operation, key, member = "describe_contact_flow", "ContactFlowId", "ContactFlow"
        if "flow-module" in flows[name].get("arn", ""):
            operation, key, member = "describe_contact_flow_module", "ContactFlowModuleId", "ContactFlowModule"
        ids = {"InstanceId": instance["id"], key: flows[name]["id"]}
        found = wired.cloud.call("connect", operation, **ids)[member]
        return str(found["Content"]), outputs


def _nothing(stack_name: str, folder: Path) -> Refused:
    message = f"The stack {stack_name} has nothing deployed yet."
    return Refused(message, hint=f"Make it stand: ccdeploy up {folder}", where=str(folder), code="no-stack")


def _own(settings: Settings, folder: Path, name: str, file: Path | None, outputs: Mapping[str, Any]) -> Document:
    """The folder's own flow, or another YAML file, with the ids of what stands."""
    from ..flows.alone import compile_file as compile_alone
    from ..flows.bindings import bind_known
    from ..flows.centre import compile_center
    from ..flows.document import read_document
    from .validate import valid

    center, _, _ = valid(folder, stack=settings.stack, today=settings.today)
    flows = compile_center(center).flows
    chosen: CompiledFlow | None = flows.get(name)
    if file is not None:
        own = {real(folder / flow.file): key for key, flow in center.flows.items()}
        key = own.get(real(file))
        alone = None if key else compile_alone(file, str(file))
        chosen = flows[key] if key else alone.compiled if alone else None
        if alone is not None and alone.compiled is None:
            raise _invalid(str(file), alone.problems)
    if chosen is None:
        raise Refused(f'The folder has no flow "{name}" any more.', hint="`up` would remove it.", where=name)
    content = bind_known(chosen, known_ids(center, chosen, outputs), center.region)
    document = read_document(content, chosen.name, Problems())
    assert document is not None  # we wrote it
    return document


def known_ids(center: Center, flow: CompiledFlow, outputs: Mapping[str, Any]) -> dict[Ref, str]:
    """The ids of what stands, by reference; what does not stand yet keeps a fictional one and counts as changed."""
    arn = outputs["instance"]["arn"]
    groups = {"queue": "queues", "flow": "flows", "module": "flows"}
    segments = {"hours": ("hours_of_operation", "operating-hours"), "prompt": ("prompts", "prompt")}
    standing = outputs.get("switches") or {}
    switches = {switch.hours: standing[key] for key, switch in center.switches.items() if key in standing}
    found: dict[Ref, str] = {}
    for ref in flow.refs:
        value: str | None = None
        if ref.kind in groups:
            value = ((outputs.get(groups[ref.kind]) or {}).get(ref.name) or {}).get("arn")
        elif ref.kind in segments:
            group, segment = segments[ref.kind]
            there = {**(outputs.get(group) or {}), **(switches if ref.kind == "hours" else {})}
            ident = (there.get(ref.name) or {}).get("id")
            value = f"{arn}/{segment}/{ident}" if ident else None
        elif ref.kind == "phone_number":
            value = (outputs.get("phone_numbers") or {}).get(ref.name)
        elif ref.kind == "lambda":
            value = center.lambdas.get(ref.name)
        elif ref.kind == "bot":
            value = center.bots.get(ref.name)
        if value:
            found[ref] = value
    return found
