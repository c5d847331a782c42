"""A flow in Flow language becomes the YAML of ours that compiles to an equal flow.

Each action is read by the recogniser of its type; what no form says exactly passes through `action:`. Then the YAML is
compiled and compared: a step that does not give its action back is written as `action:` instead, so that what is
returned has always been proven equal.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...specs.frozen import dataclass
from ...specs.problems import Problems
from ..catalogue import API_TYPES, catalogue
from ..compiled import CompiledFlow, Ref
from ..document import Action, Document, document_of
from ..equal import branches, first_difference, parameters_of, plain
from ..finding import LanguageProblem
from ..verdicts import verdict
from . import control, prove, routing, speech, yamltext
from .folds import Fold, folds
from .references import References
from .scene import Given, Scene, Take, Target
from .words import slug, step_name, unused

RECOGNISERS = {**control.RECOGNISERS, **routing.RECOGNISERS, **speech.RECOGNISERS}
_COMMON = ("then", "failed", "next_action")
MAX_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Imported:
    """The YAML, what its names stand for, and how many actions of each type are verbs or `action:`."""

    text: str
    references: Mapping[str, Mapping[str, str]]
    bindings: Mapping[Ref, str]
    flow_type: str
    compiled: CompiledFlow
    as_verbs: Mapping[str, int]
    as_actions: Mapping[str, int]


def import_document(
    document: Document,
    problems: Problems,
    *,
    name: str = "",
    flow_type: str = "",
    known: Mapping[str, str] = MappingProxyType({}),
) -> Imported | None:
    """Import one flow; None after recording why the service would refuse it, or we cannot say it.

    `known` names ids and ARNs that have names already.
    """
    if document.legacy:
        from .legacy import translate

        translated = translate(document, problems)
        if translated is None:
            return None
        document = translated
    kind, refused = (flow_type, _refusals(document, flow_type)) if flow_type else _type_of(document)
    if refused:
        _tell(document, refused, problems)
        return None
    return _Import(document, kind, name or slug(document.name, 60) or "imported", known).run(problems)


def _refusals(document: Document, kind: str) -> list[LanguageProblem]:
    """Everything for which the service would refuse the document as a flow of this type."""
    return [found for found, refused in verdict(document, kind) if refused]


def _type_of(document: Document) -> tuple[str, list[LanguageProblem]]:
    """The flow type: as told where that is right, else the first that the service takes; and what it refuses there."""
    likely = document.likely_type
    refused = _refusals(document, likely)
    if not refused:
        return likely, []
    fitting = (kind for kind in API_TYPES if kind != likely and not _refusals(document, kind))
    better = next(fitting, None) if _by_type(refused) else None
    return (better, []) if better else (likely, refused)


def _by_type(refused: list[LanguageProblem]) -> bool:
    """Whether nothing but the flow type speaks against the document."""
    return all("flow type" in problem.message or "does not support error" in problem.message for problem in refused)


def _tell(document: Document, refused: list[LanguageProblem], problems: Problems) -> None:
    for problem in refused:
        index = problem.index
        place = document.places[index] if index is not None and index < len(document.places) else document.where
        name = f'action "{problem.action[:60]}" ({problem.type[:60]}): ' if problem.action else ""
        problems.error(place, "flow-language", f"{name}{problem.message}", "the service refuses such a flow")


class _Import:
    def __init__(self, document: Document, kind: str, name: str, known: Mapping[str, str]) -> None:
        self.document = document
        self.kind = kind
        self.name = name
        self.references = References(document, known)
        self.order = _reading_order(document)
        self.verbatim: set[str] = set()  # actions that stay `action:`
        self.unfolded: set[str] = set()
        callers = Counter(to for action in document.actions.values() for _, to in action.edges())
        keys = {identifier: Target(identifier) for identifier in document.actions}
        self.scene = Scene(document, self.references, kind, keys, callers)

    def run(self, problems: Problems) -> Imported | None:
        for _ in range(MAX_ROUNDS):
            found = self._steps()
            envelope, steps, trouble = self._envelope(), self._written(found), Problems()
            compiled = prove.compiled(envelope, steps, trouble)
            if compiled is None:
                order = list(found)
                lines = {problem.where.line for problem in trouble.listed() if problem.severity == "error"}
                wrong = {order[line - 1] for line in lines if line}
                why = next(problem for problem in trouble.listed() if problem.severity == "error").message
            else:
                again = self._read(compiled)
                difference = first_difference(self.document, again)
                if difference is None:
                    return self._done(yamltext.document(envelope, steps), compiled, found)
                why = difference.what
                wrong = self._unequal(again, found) or {difference.left}
            if not self._retreat(wrong, found):
                break
        message = f"the flow cannot be said in our language: {why}"
        problems.error(self.document.where, "not-importable", message, "please report it with the file")
        return None

    def _retreat(self, wrong: set[str], found: Mapping[str, Fold]) -> bool:
        """Write what went wrong more literally; False when it is as literal as can be."""
        moved = False
        for action in wrong:
            fold = next((fold for fold in found.values() if action in fold.actions), None)
            if fold is not None and len(fold.actions) > 1:
                self.unfolded.add(fold.actions[0])
                moved = True
            elif action in self.document.actions and action not in self.verbatim:
                self.verbatim.add(action)
                moved = True
        return moved

    # Making steps

    def _steps(self) -> dict[str, Fold]:
        """Every step by its first action, in reading order, with names."""
        read: dict[str, Given] = {}

        def one(identifier: str) -> Given:
            if identifier not in read:
                read[identifier] = self._one(self.document.actions[identifier])
            return read[identifier]

        made = folds(self.scene, one, self.unfolded)
        inside = {part for fold in made.values() for part in fold.actions[1:]}
        found = {
            identifier: made.get(identifier) or Fold((identifier,), one(identifier))
            for identifier in self.order
            if identifier not in inside
        }
        taken: set[str] = set()
        for identifier, fold in found.items():
            key = unused(step_name(identifier, fold.step), taken)
            self.scene.keys[identifier].name = key
            taken.add(key)
        return found

    def _one(self, action: Action) -> Given:
        recogniser = RECOGNISERS.get(action.type)
        if recogniser is not None and action.identifier not in self.verbatim:
            take = Take(self.scene, action)
            step = recogniser(take)
            if step is not None and take.fits:
                step = {key: value for key, value in step.items() if value is not None and value != {}}
                if step and next(iter(step)) in _verb_names():
                    return step
        return self._literal(action)

    def _literal(self, action: Action) -> Given:
        step: Given = {"action": action.type}
        parameters = _with_names(self.references, action)
        if parameters:
            step["parameters"] = parameters
        if not catalogue().actions[action.type].terminal:
            given = action.raw.get("Transitions") or {}
            step["transitions"] = _renamed(plain({k: v for k, v in given.items() if v}), self.scene.keys)
        return step

    def _envelope(self) -> dict[str, Any]:
        envelope: dict[str, Any] = {"flow": self.name, "type": self.kind}
        told = {"title": self.document.name, "description": self.document.description}
        envelope |= {key: value for key, value in told.items() if value and value != self.name}
        envelope |= {"head": "none", "on_error": "none"}
        if self.document.settings is not None and self.kind == "module":
            envelope["settings"] = plain(dict(self.document.settings))
        return envelope

    def _written(self, found: Mapping[str, Fold]) -> dict[str, Given]:
        keys = [self.scene.keys[identifier] for identifier in found]
        rows = zip(keys, found.values(), [*keys[1:], None], strict=True)
        return {key.name: _tidy(fold.step, following) for key, fold, following in rows}

    # Proving them

    def _read(self, compiled: CompiledFlow) -> Document:
        known = self.references.bindings()
        content = compiled.bind({ref: known.get(ref, ref.placeholder) for ref in compiled.refs})
        return document_of(json.loads(content), self.name)

    def _unequal(self, again: Document, found: Mapping[str, Fold]) -> set[str]:
        """Actions of steps of their own whose compiled twin differs."""
        keys = self.scene.keys
        wrong = set()
        for identifier, fold in found.items():
            if len(fold.actions) > 1:
                continue
            one, other = self.document.actions[identifier], again.actions.get(keys[identifier].name)
            if (
                other is None
                or one.type != other.type
                or parameters_of(one) != parameters_of(other)
                or [(label, keys[to].name) for label, to in branches(one)] != branches(other)
            ):
                wrong.add(identifier)
        return wrong

    def _done(self, text: str, compiled: CompiledFlow, found: Mapping[str, Fold]) -> Imported:
        verbs: Counter[str] = Counter()
        literal: Counter[str] = Counter()
        for fold in found.values():
            counter = literal if "action" in fold.step else verbs
            counter.update(self.document.actions[part].type for part in fold.actions)
        return Imported(text, self.references.as_map(), self.references.bindings(), self.kind, compiled, verbs, literal)


def _verb_names() -> Mapping[str, Any]:
    from ..verbs import verbs

    return verbs()


def _tidy(step: Given, following: Target | None) -> Given:
    """A step as it is written: without a `then` that names the step below it."""
    from ..verbs import verbs

    verb = next(iter(step))
    keeps = verb in {"transfer", "repeat", "action"}
    if step.get("then") is following and not keeps and not verbs()[verb].ends:
        return {key: value for key, value in step.items() if key != "then"}
    rest = {key: value for key, value in step.items() if key not in _COMMON}
    return rest | {key: step[key] for key in _COMMON if key in step}


def _reading_order(document: Document) -> list[str]:
    """From the start, each step after everything that leads to it, its first branch right behind it."""
    order: list[str] = []
    seen: set[str] = set()
    for root in (document.start, *document.actions):
        if root in seen or root not in document.actions:
            continue
        done: list[str] = []
        stack = [(root, iter(_ways(document.actions[root])))]
        seen.add(root)
        while stack:
            here, ways = stack[-1]
            target = next((to for to in ways if to not in seen and to in document.actions), None)
            if target is None:
                done.append(here)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(_ways(document.actions[target]))))
        order += reversed(done)
    return order


def _ways(action: Action) -> list[str]:
    """The targets of an action, last things first."""
    errors, conditions = list(action.errors.values()), [condition.to for condition in action.conditions]
    following = [action.next] if action.next is not None else []
    if catalogue().actions[action.type].mirrors or action.conditions:
        ordered = [*conditions, *errors, *following]
    else:
        ordered = [*following, *errors]
    return ordered[::-1]


def _renamed(transitions: Any, keys: Mapping[str, Target]) -> Any:
    """Transitions with steps as targets."""
    if isinstance(transitions, dict):
        return {
            name: keys.get(part, part) if name == "NextAction" and isinstance(part, str) else _renamed(part, keys)
            for name, part in transitions.items()
        }
    if isinstance(transitions, list):
        return [_renamed(part, keys) for part in transitions]
    return transitions


def _with_names(references: References, action: Action) -> Any:
    """Parameters with `{{queue:name}}` in the place of ids."""
    spec = catalogue().actions[action.type]
    given = plain(dict(action.parameters))

    def named(kind: str, value: Any, parameter: str) -> Any:
        if not isinstance(value, str) or value.startswith("$."):
            return value
        return f"{{{{{kind}:{references.name(kind, value, action.identifier, parameter)}}}}}"

    for name, parameter in spec.parameters.items():
        if parameter.ref and isinstance(given.get(name), str):
            given[name] = named(parameter.ref, given[name], name)
        elif parameter.ref and isinstance(given.get(name), dict):
            given[name] = {key: named(parameter.ref, value, name) for key, value in given[name].items()}
    for message in given.get("Messages") or [] if isinstance(given.get("Messages"), list) else []:
        if isinstance(message, dict) and "PromptId" in message:
            message["PromptId"] = named("prompt", message["PromptId"], "PromptId")
    bot = given.get("LexV2Bot")
    if isinstance(bot, dict) and "AliasArn" in bot:
        bot["AliasArn"] = named("bot", bot["AliasArn"], "AliasArn")
    return given
