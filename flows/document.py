"""A flow in Flow language as frozen values with positions: what the importer, the linter and the differ read.

Takes what people have at hand: the console's export, the content that the API gives, with or without Metadata, and the
answer of DescribeContactFlow or DescribeContactFlowModule around it (flow corpus facts 6, 7). The shape of what is read
is not judged here: `language.validate` does that on `Document.raw`; this reader leaves out what it cannot understand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, NoReturn

from ..specs.frozen import dataclass
from ..specs.problems import Problems, Where
from .catalogue import API_TYPES, OUR_TYPES, catalogue
from .finding import Finding

MAX_BYTES = 4_000_000  # the service takes 256,000 characters; an indented export is at most a few times longer
MAX_DEPTH = 60
_HALVES = re.compile(r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")  # \\ or a whole pair
_HOLDERS = frozenset((dict, list))
_SPACE = re.compile(r"[ \t\r\n]*")
# The console's names of flow types in Metadata (flow corpus facts 6).
CONSOLE_NAMES: Mapping[str, str] = {
    "contactFlow": "inbound",
    "customerQueue": "customer_queue",
    "customerHold": "customer_hold",
    "agentHold": "agent_hold",
    "customerWhisper": "customer_whisper",
    "agentWhisper": "agent_whisper",
    "outboundWhisper": "outbound_whisper",
    "agentTransfer": "agent_transfer",
    "queueTransfer": "queue_transfer",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A branch that is taken when a comparison holds."""

    operator: str
    operands: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `next` is NextAction; `errors` maps an error type to its target; `raw` is what was written."""

    identifier: str
    type: str
    parameters: Mapping[str, Any]
    next: str | None
    conditions: tuple[Condition, ...]
    errors: Mapping[str, str]
    where: Where
    raw: Mapping[str, Any]

    def edges(self) -> Iterator[tuple[str, str]]:
        """(label, target) of every branch in the order in which it is written; "" labels NextAction."""
        if self.next is not None:
            yield "", self.next
        for condition in self.conditions:
            yield f"{condition.operator} {' '.join(condition.operands)}", condition.to
        yield from self.errors.items()


@dataclass(frozen=True, slots=True)
class Document:
    """A flow. `type` is ours (inbound, …, module), as the document tells it or "" when it says nothing.

    `places` has the position of each entry of Actions by index, those that could not be read included. `verdicts` is
    the memory of `verdicts.verdict`.
    """

    file: str
    start: str
    actions: Mapping[str, Action]
    metadata: Mapping[str, Any]
    settings: Mapping[str, Any] | None
    name: str
    type: str
    description: str
    raw: Mapping[str, Any]
    places: tuple[Where, ...] = ()
    where: Where = field(default_factory=Where)
    size: int = 0  # characters of the source; 0 for values that were never text
    verdicts: dict[str, tuple[Finding, ...]] = field(default_factory=dict, compare=False, repr=False)  # by flow type

    @property
    def legacy(self) -> bool:
        """Whether it is in the designer's old format, which is not Flow language."""
        return "modules" in self.raw and "Actions" not in self.raw

    @property
    def likely_type(self) -> str:
        """The flow type: as told, else the first in which every action may stand, else inbound."""
        if self.type:
            return self.type
        known = catalogue().actions
        allowed = [known[action.type].flows for action in self.actions.values() if action.type in known]
        return next((name for name in API_TYPES if all(name in flows for flows in allowed)), "inbound")

    def reading_order(self) -> list[str]:
        """Identifiers as a reader meets them: from the start along NextAction and branches, then the unreachable."""
        order: dict[str, None] = {}
        for root in (self.start, *self.actions):
            stack = [root]
            while stack:
                here = stack.pop()
                if here in order or here not in self.actions:
                    continue
                order[here] = None
                stack += reversed([target for _, target in self.actions[here].edges()])
        return list(order)


def read_document(source: bytes | str, file: str, problems: Problems) -> Document | None:
    """Read one document; None after recording why it cannot be read."""
    try:
        return _Reading(_text(source), file, problems).document()
    except _Unreadable as wrong:
        problems.error(Where(file, wrong.line, wrong.column), wrong.code, wrong.message, wrong.hint)
        return None


def document_of(raw: dict[str, Any], file: str = "") -> Document:
    """A document that is values already, as the compiler makes it; it has no positions."""
    return _document(raw, file, (), {})


class _Unreadable(Exception):
    def __init__(self, code: str, message: str, hint: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.line, self.column = code, message, hint, line, column


def _text(source: bytes | str) -> str:
    if len(source) > MAX_BYTES:
        size = f"{len(source) / 1_000_000:.1f} MB"
        raise _Unreadable("too-large", f"{size}: a flow has at most 256,000 characters", "give a single flow")
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return source.decode("utf-16")
        except UnicodeDecodeError:
            raise _Unreadable("bad-encoding", "the file is neither UTF-8 nor UTF-16", "save it as UTF-8") from None
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.decode("latin-1")  # a few public exports are (flow corpus facts 8)


def _torn(text: str) -> bool:
    """Whether a string of the document would hold half of a surrogate pair, which no file can hold."""
    if "\\ud" in text or "\\uD" in text:
        halves = _HALVES.sub("", text)
        if re.search(r"\\u[dD][89a-fA-F]", halves):
            return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


class _Reading:
    """One pass over the text that keeps where each action begins."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self.text = text
        self.file = file
        self.problems = problems
        self.counted = (0, 1, 0)  # an offset, its line, and where that begins
        if _torn(text):
            raise _Unreadable("bad-text", "half of a character in an escape such as \\ud800", "write it whole")
        self.doubles: list[str] = []
        self.offsets: list[int] = []  # of actions
        decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)
        self.decode = decoder.raw_decode

    def document(self) -> Document:
        try:
            raw, places = self._whole()
        except json.JSONDecodeError as wrong:
            raise _Unreadable("bad-json", f"not valid JSON: {wrong.msg}", "", wrong.lineno, wrong.colno) from None
        except RecursionError:
            raise _deep() from None
        except ValueError as wrong:  # an endless number, NaN
            raise _Unreadable("bad-json", f"not valid JSON: {wrong}") from None
        if not isinstance(raw, dict):
            raise _Unreadable("not-a-flow", "a flow is a JSON object with StartAction and Actions")
        _check_depth(raw)
        told: dict[str, str] = {}
        outer = next((raw[k] for k in ("ContactFlow", "ContactFlowModule") if isinstance(raw.get(k), dict)), raw)
        if isinstance(outer.get("Content"), str) and "Actions" not in outer:
            told = {key: value for key, value in outer.items() if isinstance(value, str)}
            if "ContactFlowModule" in raw:
                told["Type"] = "MODULE"
            inner = Problems()
            found = read_document(outer["Content"], self.file, inner)
            if found is None:
                self.problems.extend(inner.found)
                raise _Unreadable("bad-json", "`Content` is not a flow", "", 1, 1)
            raw, places = dict(found.raw), tuple(Where(self.file, 1, 1) for _ in found.places)
        elif "Actions" not in raw and "modules" not in raw:
            raise _Unreadable("not-a-flow", "there is no `Actions` in it", "give a flow's export, or its content", 1, 1)
        return _document(raw, self.file, places, told, len(self.text))

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            self.doubles += [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
        return made

    @staticmethod
    def _constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is not a value")

    def _whole(self) -> tuple[Any, tuple[Where, ...]]:
        """The whole value; an object's entries are read one by one, and those of Actions too."""
        text, at = self.text, self._skip(0)
        if text[at : at + 1] != "{":
            value, at = self.decode(text, at)
            self._end(at)
            return value, ()
        pairs: list[tuple[str, Any]] = []
        at = self._skip(at + 1)
        while text[at : at + 1] != "}":
            if pairs:
                at = self._expect(at, ",")
            if text[at : at + 1] != '"':
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
            key, at = self.decode(text, at)
            at = self._expect(self._skip(at), ":")
            value, at = self._actions(at) if key == "Actions" and text[at : at + 1] == "[" else self.decode(text, at)
            self._doubled(at)
            pairs.append((key, value))
            at = self._skip(at)
        self._end(at + 1)
        made = self._object(pairs)
        self._doubled(at)
        return made, tuple(self._where(offset) for offset in self.offsets)

    def _actions(self, at: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        self.offsets = []
        at = self._skip(at + 1)
        while self.text[at : at + 1] != "]":
            if values:
                at = self._expect(at, ",")
            self.offsets.append(at)
            value, end = self.decode(self.text, at)
            self._doubled(at)
            values.append(value)
            at = self._skip(end)
        return values, at + 1

    def _doubled(self, at: int) -> None:
        for key in dict.fromkeys(self.doubles):
            message = f'the key "{key[:60]}" stands twice in one object'
            self.problems.error(self._where(at), "duplicate-key", message, "keep one of them")
        self.doubles.clear()

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _expect(self, at: int, mark: str) -> int:
        if self.text[at : at + 1] != mark:
            raise json.JSONDecodeError(f"Expecting '{mark}' delimiter", self.text, at)
        return self._skip(at + 1)

    def _end(self, at: int) -> None:
        at = self._skip(at)
        if at != len(self.text):
            raise json.JSONDecodeError("Extra data", self.text, at)

    def _where(self, offset: int) -> Where:
        """The position of an offset; counted on from the last one, as most come in order."""
        last, line, start = self.counted if self.counted[0] <= offset else (0, 1, 0)
        new = self.text.count("\n", last, offset)
        start = self.text.rfind("\n", last, offset) + 1 if new else start
        self.counted = (offset, line + new, start)
        return Where(self.file, line + new, offset - start + 1)


def _deep() -> _Unreadable:
    return _Unreadable("too-deep", f"the JSON nests deeper than {MAX_DEPTH} levels", "no flow does")


def _check_depth(raw: dict[str, Any]) -> None:
    """Walked level by level: what nests too deeply must not end in a RecursionError later. Nobody walks Metadata."""
    level: list[Any] = [part for key, part in raw.items() if key != "Metadata" and type(part) in _HOLDERS]
    for _ in range(MAX_DEPTH):
        maps = [value.values() for value in level if type(value) is dict]
        lists = [value for value in level if type(value) is list]
        level = [part for value in (*maps, *lists) for part in value if type(part) in _HOLDERS]
        if not level:
            return
    raise _deep()


def _document(
    raw: dict[str, Any], file: str, places: tuple[Where, ...], told: Mapping[str, str], size: int = 0
) -> Document:
    entries = raw.get("Actions")
    actions: dict[str, Action] = {}
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        found = _action(entry, places[index] if index < len(places) else Where(file))
        if found is not None:
            actions.setdefault(found.identifier, found)
    metadata = raw.get("Metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    settings = raw.get("Settings")
    kind = OUR_TYPES.get(told.get("Type", ""), "") or CONSOLE_NAMES.get(_word(metadata.get("type")), "")
    if isinstance(settings, dict) and "Type" not in told:
        kind = "module"
    return Document(
        file=file,
        start=_word(raw.get("StartAction")),
        actions=actions,
        metadata=metadata,
        settings=settings if isinstance(settings, dict) else None,
        name=told.get("Name") or _word(metadata.get("name")),
        type=kind,
        description=told.get("Description") or _word(metadata.get("description")),
        raw=raw,
        places=places,
        where=Where(file, 1, 1),
        size=size,
    )


def _action(entry: Any, where: Where) -> Action | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("Identifier"), str):
        return None
    transitions = entry.get("Transitions")
    transitions = transitions if isinstance(transitions, dict) else {}
    parameters = entry.get("Parameters")
    following = transitions.get("NextAction")
    return Action(
        identifier=entry["Identifier"],
        type=_word(entry.get("Type")),
        parameters=parameters if isinstance(parameters, dict) else {},
        next=following if isinstance(following, str) else None,
        conditions=tuple(_conditions(transitions.get("Conditions"))),
        errors={
            str(error.get("ErrorType")): error["NextAction"]
            for error in _maps(transitions.get("Errors"))
            if isinstance(error.get("NextAction"), str)
        },
        where=where,
        raw=entry,
    )


def _conditions(entries: Any) -> Iterator[Condition]:
    for entry in _maps(entries):
        condition, to = entry.get("Condition"), entry.get("NextAction")
        if isinstance(condition, dict) and isinstance(to, str):
            operands = condition.get("Operands")
            words = tuple(str(operand) for operand in operands) if isinstance(operands, list) else ()
            yield Condition(_word(condition.get("Operator")), words, to)


def _maps(entries: Any) -> Iterator[dict[str, Any]]:
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            yield entry


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
