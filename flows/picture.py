"""What a drawing of a flow shows: a box a step, with what callers hear, and ways with the key that is pressed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..specs.frozen import dataclass
from ..specs.model import Speech, Text
from .action_calls import ActionCalls
from .calls import FAILED, NEGATIVE, Calls, Edge, Graph, Node
from .catalogue import catalogue
from .document import Action, Document
from .graph import Flow, Step
from .house import House, house_alone

NET = "@net"
MAX_LABEL, MAX_TEXT = 22, 120
# The look of a box: by what it is to the caller.
LOOKS = (("OUT", "out"), ("REPLY", "reply"), ("PERSON", "person"), ("KEYS", "keys"), ("SPEAK", "speak"))
_CHECKS = frozenset(("check_hours", "check_staff", "check_queue", "when", "split", "loop", "check_answer"))
_QUIET_NAMES = {"on_error": "failed", "then": "", "open": "open", "no_answer": "no answer"}


@dataclass(frozen=True, slots=True)
class Box:
    """One step or action. `verb` is what it does in a word or two, `text` what is said or named."""

    key: str
    title: str
    verb: str
    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two boxes. `quiet` is a failure."""

    source: str
    target: str
    label: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow as a drawing."""

    name: str
    title: str
    type: str
    start: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def of_flow(flow: Flow, house: House | None = None) -> Picture:
    """The drawing of a YAML flow; the built-in safety net is one box."""
    graph = Calls({flow.name: flow}, house or house_alone(flow.language))
    nodes = [graph.nodes[flow.name, key] for key in flow.steps]
    boxes = [_box(node, 0, _verb_of(node.step), _words(node.step)) for node in nodes]
    arrows = list(_arrows(nodes, graph))
    if any(arrow.target == NET for arrow in arrows):
        boxes.append(Box(NET, "safety net", "built in", "sorry, then a person or a goodbye", "net"))
    return Picture(flow.name, flow.title or flow.name, flow.type, flow.start, tuple(boxes), tuple(arrows))


def of_document(document: Document) -> Picture:
    """The drawing of Flow language."""
    graph = ActionCalls(document, document.likely_type)
    actions = [document.actions[key] for key in document.reading_order()]
    nodes = [graph.nodes[graph.name, action.identifier] for action in actions]
    numbered = enumerate(zip(nodes, actions, strict=True), 1)
    boxes = [_box(node, number, kind_of(action), said(action)) for number, (node, action) in numbered]
    title = document.name or document.file
    return Picture(title, title, document.likely_type, document.start, tuple(boxes), tuple(_arrows(nodes, graph)))


def _box(node: Node, number: int, verb: str, text: str) -> Box:
    look = next((look for kind, look in LOOKS if kind in node.kinds), "check" if node.act in _CHECKS else "plain")
    if node.act in {"flow", "module", "end", "return"}:
        look = "out" if node.act in {"end", "return"} else "person"
    title = node.key[1]
    if len(title) == 36 and title.count("-") == 4:
        title, verb = "", f"{number}. {verb}"  # an identifier that nobody chose
    return Box(node.key[1], title, verb, text[:MAX_TEXT], look)


def _arrows(nodes: list[Node], graph: Graph) -> Iterator[Arrow]:
    """One arrow for all ways from one box to another; a failure that goes where something else goes is not drawn."""
    for node in nodes:
        found: dict[str, list[Edge]] = {}
        for edge in node.edges:
            known = edge.to in graph.nodes
            target = NET if known and graph.nodes[edge.to].net else edge.to[1]
            if edge.to[0] == node.key[0]:
                found.setdefault(target, []).append(edge)
        for target, edges in found.items():
            loud = [edge for edge in edges if edge.label != FAILED]
            if not loud and target == node.key[1]:
                continue  # it just tries again
            words = dict.fromkeys(_label(node, edge) for edge in loud or edges)
            label = ", ".join(word for word in words if word)
            yield Arrow(node.key[1], target, _cut(label, MAX_LABEL), not loud)


def _label(node: Node, edge: Edge) -> str:
    name = edge.name
    if edge.label == FAILED:
        return "failed" if name in {"failed", "on_error", "NoMatchingError"} else name
    if edge.label == NEGATIVE:
        return name.replace("_", " ")
    if name == "then" and node.act in {"check_hours", "check_staff", "loop"}:
        return {"check_hours": "open", "check_staff": "somebody", "loop": "done"}[node.act]
    if name == "each":
        return "each round"
    for prefix in ("choices ", "is ", "results ", "intents ", "events "):
        name = name.removeprefix(prefix)
    for prefix, sign in (("waiting_over ", "> "), ("oldest_over ", "older than ")):
        if name.startswith(prefix):
            return sign + name.removeprefix(prefix)
    if node.act == "split" and name.startswith("split "):
        return name.removeprefix("split ").partition(" ")[0] + " %"
    return _QUIET_NAMES.get(name, name)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _verb_of(step: Step | None) -> str:
    return step.verb.replace("_", " ") if step else ""


def _words(step: Step | None) -> str:
    """What a step says, else what it names."""
    if step is None:
        return ""
    spoken = next((text for _, text in step.texts()), None)
    if spoken is not None:
        return _spoken(next(iter(spoken.by_language.values()), None))
    value: Any = step.value
    if isinstance(value, str):
        return value if value != "true" else ""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key.partition(' #')[0]}: {part}" if isinstance(part, str) else str(key) for key, part in value.items()
        )
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value if not isinstance(part, Text))
    return "" if value is True else f"{value} s" if step.verb == "wait" else str(value)


def _spoken(speech: Speech | None) -> str:
    if speech is None:
        return ""
    return f"♪ {speech.value}" if speech.kind == "prompt" else f"“{speech.value}”"


def kind_of(action: Action) -> str:
    known = catalogue().actions.get(action.type)
    return (known.console.split(" (")[0].split(" / ")[0] if known and known.console else "") or action.type


def said(action: Action) -> str:
    """What an action says, else the most telling of its parameters."""
    given = action.parameters
    for key in ("Text", "SSML"):
        if isinstance(given.get(key), str):
            return f"“{given[key]}”"
    if isinstance(given.get("Messages"), list):
        first = given["Messages"][0] if given["Messages"] else {}
        return said(Action("", "", first, None, (), {}, action.where, {})) if isinstance(first, dict) else ""
    for key in ("ComparisonValue", "TextToSpeechVoice", "LoopCount", "ThirdPartyPhoneNumber", "LambdaFunctionARN"):
        if isinstance(given.get(key), str):
            return str(given[key]).rsplit(":", 1)[-1]
    attributes = given.get("Attributes")
    if isinstance(attributes, dict):
        return ", ".join(f"{key} = {value}" for key, value in attributes.items())
    values = [value for value in given.values() if isinstance(value, str)]
    return values[0].rsplit("/", 1)[-1] if values else ""
