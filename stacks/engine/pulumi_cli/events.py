"""What the CLI tells while it runs, as the same steps, failures and drift that the embedded engine tells."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ...provider import wire
from ...provider.values import UNKNOWN, Properties, Value
from .. import urns
from ..embedded.words import differences, show
from ..plan import Action, Drift, Failure, OnRead, OnStep, Step, StepEvent, unheard

if TYPE_CHECKING:
    from .watched import Failed

_ACTIONS: Final[Mapping[str, Action]] = {
    "same": "same",
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "refresh": "same",
}
_MUTATING: Final = frozenset({"create", "update", "delete", "create-replacement", "delete-replaced"})
_COLOUR: Final = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")
OWNER_TAG: Final = "ccdeploy:stack"
SECRET_SHOWN: Final = "[secret]"  # noqa: S105 - what stands in the place of one


class Events:
    """Listens to one run. The CLI's events come from a thread of the Automation API, one at a time."""

    def __init__(self, on_step: OnStep, *, preview: bool, deleting: tuple[str, ...] = ()) -> None:
        """`deleting` is why things are deleted, which the CLI does not say."""
        self._on_step = on_step
        self.preview = preview
        self._deleting = deleting
        self._lock = threading.Lock()
        self._began: dict[str, float] = {}
        self._why: dict[str, tuple[str, ...]] = {}
        self._steps: dict[str, Step] = {}
        self._errors: dict[str, str] = {}
        self._general: list[str] = []
        self._replaced: dict[str, str] = {}  # id of what is replaced -> URN of its replacement, which may be another
        self.mutations = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        """One for each resource."""
        return tuple(self._steps.values())

    def __call__(self, event: Any) -> None:
        """Take one event."""
        with self._lock:
            if event.resource_pre_event is not None:
                self._pre(event.resource_pre_event.metadata)
            elif event.res_outputs_event is not None:
                self._done(event.res_outputs_event.metadata)
            elif event.res_op_failed_event is not None:
                self._failed(event.res_op_failed_event.metadata)
            elif event.diagnostic_event is not None:
                self._said(event.diagnostic_event)

    def failures(self, known: Mapping[str, Failed]) -> tuple[Failure, ...]:
        """Every failed resource, in the provider's own words where it was ours, else in the CLI's."""
        found = []
        for urn, text in self._errors.items():
            own = known.get(urn)
            message, code, hint = (own.message, own.code, own.hint) if own else _in_our_words(text)
            found.append(Failure(urns.kind(urn), urns.name(urn), urn, message, code, hint))
        return tuple(found)

    @property
    def general(self) -> str:
        """What was wrong and belongs to no resource, in one line."""
        return "; ".join(dict.fromkeys(self._general))

    # ------------------------------------------------------------ one event

    def _pre(self, metadata: Any) -> None:
        operation, urn = str(metadata.op.value), metadata.urn
        if not urns.counted(urns.kind(urn)):
            return
        if not self.preview and operation in _MUTATING:
            self.mutations += 1
        step = self._step(metadata)
        if step is None:
            return
        if operation == "create-replacement" and metadata.old is not None and metadata.old.id:
            self._replaced[metadata.old.id] = urn
            if metadata.old.urn != urn:
                self._steps.pop(metadata.old.urn, None)  # it was deleted first, under the name it had
        self._began.setdefault(urn, time.monotonic())
        if self.preview:
            self._keep(step)
        if step.action != "same":
            self._on_step(StepEvent("started", step))

    def _done(self, metadata: Any) -> None:
        operation, urn = str(metadata.op.value), metadata.urn
        step = self._step(metadata)
        if operation == "delete-replaced" and self._replaced.get(_id(metadata), urn) != urn:
            return  # told with the replacement, which bears another name
        # The first half of a replacement is not yet the replacement; the refresh of a refresh is told on its own.
        if step is None or (operation == "delete-replaced" and urn not in self._steps):
            if step is not None:
                self._keep(step)
            return
        self._keep(step)
        since = self._began.get(urn, time.monotonic())
        self._on_step(StepEvent("done", step, time.monotonic() - since, id=_id(metadata)))

    def _failed(self, metadata: Any) -> None:
        urn = metadata.urn
        step = self._step(metadata)
        if step is None:
            return
        self._errors.setdefault(urn, f"{step.action} failed")
        self._on_step(StepEvent("failed", step, message=self._errors[urn]))

    def _said(self, event: Any) -> None:
        if event.severity != "error":
            return
        text = _COLOUR.sub("", event.message).strip()
        urn = event.urn or ""
        if urn and urns.counted(urns.kind(urn)):
            self._errors[urn] = _sentence(text)
        elif text and text not in {"update failed", "preview failed", "resource operation failed"}:
            self._general.append(_sentence(text))

    def _step(self, metadata: Any) -> Step | None:
        action = _ACTIONS.get(str(metadata.op.value))
        if action is None or not urns.counted(urns.kind(metadata.urn)):
            return None
        why = _why(metadata, action) or self._why.get(metadata.urn, ())
        if action == "delete":
            why = self._deleting
        if why:
            self._why[metadata.urn] = why
        return Step(action, urns.kind(metadata.urn), urns.name(metadata.urn), metadata.urn, why)

    def _keep(self, step: Step) -> None:
        before = self._steps.get(step.urn)
        # `same` after a change, or the deletion of what was replaced, takes nothing back.
        if before is None or (before.action == "same" and step.action != "same"):
            self._steps[step.urn] = step
        elif before.action == "delete" and step.action in {"create", "replace"}:
            self._steps[step.urn] = Step("replace", step.type, step.name, step.urn, step.why)
        elif before.action == step.action and step.why:
            self._steps[step.urn] = step


def _id(metadata: Any) -> str:
    """The provider's id of what was made, changed or taken away."""
    return str(getattr(metadata.new, "id", "") or getattr(metadata.old, "id", "") or "")


def _in_our_words(text: str) -> tuple[str, str, str]:
    """Message, code and hint: the CLI's advice on protected resources names a program that nobody here edits."""
    if "protected" in text or "marked for protection" in text or "state unprotect" in text:
        return "it is protected, so it can neither be replaced nor deleted", "protected", "undo the change"
    return text, "", ""


def _sentence(text: str) -> str:
    """The CLI's text without its frame: the last line that says something."""
    lines = [line.strip(" *\t") for line in text.splitlines()]
    said = [line for line in lines if line and not line.endswith(("error occurred:", "errors occurred:"))]
    return (said[-1] if said else text).removeprefix("error: ")


def _why(metadata: Any, action: Action) -> tuple[str, ...]:
    before = urns.name(metadata.old.urn) if metadata.old is not None and metadata.old.urn else ""
    renamed = (f"renamed from {before}",) if before not in {"", urns.name(metadata.urn)} else ()
    return (*renamed, *_changes(metadata, action))


def _changes(metadata: Any, action: Action) -> tuple[str, ...]:
    if action not in {"update", "replace"} or metadata.old is None or metadata.new is None:
        return ()
    old, new = properties(metadata.old.inputs), properties(metadata.new.inputs)
    stands = properties(metadata.old.outputs)
    old = {**old, **{key: stands[key] for key in old if key in stands}}
    changed = list(dict.fromkeys(path.replace("[", ".").split(".")[0] for path in metadata.diffs or ()))
    why = differences(old, new, changed)
    keys = list(dict.fromkeys(metadata.keys or ()))
    if action == "replace":
        why = (*why, f"replaced because {', '.join(keys)} cannot change in place") if keys else why
        return why or ("what it needs is replaced",)
    return why or tuple(f"unfinished: {error}" for error in metadata.old.init_errors or ())


def properties(raw: Any) -> Properties:
    """Properties as the CLI prints them; secrets never come in clear."""
    value = wire.from_json(_hidden(raw or {}), lambda _text: SECRET_SHOWN)
    found = _unknown(value)
    return found if isinstance(found, dict) else {}


def _hidden(raw: Any) -> Any:
    if isinstance(raw, dict):
        if raw.get(wire.SIGNATURE) == wire.SECRET:
            return {wire.SIGNATURE: wire.SECRET, "ciphertext": ""}
        return {key: _hidden(item) for key, item in raw.items()}
    return [_hidden(item) for item in raw] if isinstance(raw, list) else raw


def _unknown(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _unknown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unknown(item) for item in value]
    return UNKNOWN if value == wire.UNKNOWN_STRING else value


class Refreshed:
    """Listens to a refresh: what differs from what was asked for."""

    def __init__(self, on_read: OnRead = unheard, total: int = 0) -> None:
        self._found: list[Drift] = []
        self._on_read, self._done, self._total = on_read, 0, total
        self._lock = threading.Lock()
        self.errors: list[str] = []

    @property
    def drift(self) -> tuple[Drift, ...]:
        """All differences."""
        return tuple(self._found)

    def __call__(self, event: Any) -> None:
        """Take one event."""
        with self._lock:
            if event.diagnostic_event is not None and event.diagnostic_event.severity == "error":
                self.errors.append(_sentence(_COLOUR.sub("", event.diagnostic_event.message).strip()))
            if event.res_outputs_event is not None:
                self._compare(event.res_outputs_event.metadata)
                if urns.counted(urns.kind(event.res_outputs_event.metadata.urn)):
                    self._done += 1
                    self._on_read(self._done, max(self._done, self._total))

    def _compare(self, metadata: Any) -> None:
        urn = metadata.urn
        kind, name = urns.kind(urn), urns.name(urn)
        if not urns.counted(kind) or metadata.old is None:
            return
        operation = str(metadata.op.value)
        if operation == "delete" or metadata.new is None:
            self._found.append(Drift(kind, name, metadata.old.id, "missing"))
            return
        if operation != "update":
            return
        want, have = properties(metadata.old.inputs), properties(metadata.new.outputs)
        for key in dict.fromkeys(path.replace("[", ".").split(".")[0] for path in metadata.diffs or ()):
            lost = key == "tags" and _owner(want.get(key)) != _owner(have.get(key))
            self._found.append(
                Drift(
                    kind,
                    name,
                    metadata.old.id,
                    "untagged" if lost else "changed",
                    key,
                    plain_value(want.get(key)),
                    plain_value(have.get(key)),
                )
            )


def plain_value(value: Value) -> Any:
    """A value for JSON."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, dict):
        return {key: plain_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    return show(value)


def _owner(tags: Value) -> Any:
    return tags.get(OWNER_TAG) if isinstance(tags, dict) else None
