"""Actions under construction: identifiers from step names, references as placeholders, branches wired by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..specs.model import Speech, Text
from .catalogue import API_TYPES, Action, catalogue
from .compiled import CompiledFlow, Origin, Ref, RefKind
from .graph import Flow, Step
from .house import House
from .layout import metadata

LANGUAGE = "$.Attributes.language"
HEAD, NET = "@head", "@net"  # no step is named so: their keys begin with a letter or a digit
Emit = Callable[[str, str], None]  # (identifier, where to go on)


class Draft:
    """The actions of one flow. Every verb's compile function writes into it."""

    def __init__(self, flow: Flow, house: House) -> None:
        self.flow = flow
        self.house = house
        self.actions: dict[str, dict[str, Any]] = {}
        self.refs: dict[Ref, None] = {}
        self.origins: dict[str, Origin] = {}
        self.results: dict[str, None] = {}  # of a module
        self.step: Step | None = None
        self.speaks = False
        self.bare = not flow.head  # an imported flow: nothing is written that does not stand in it

    # Writing actions

    def add(
        self,
        ident: str,
        kind: str,
        parameters: Mapping[str, Any] | None = None,
        go_on: str | None = None,
        *,
        failed: str | None = None,
        conditions: Sequence[tuple[str, str, str]] = (),
        errors: Mapping[str, str] | None = None,
        branch: str = "",
    ) -> None:
        """Write one action.

        Conditions are (operator, operand, target). `failed` is the target of every error branch that the catalogue
        demands, and of NoMatchingError where it is optional; `errors` names others. NextAction is `go_on`, or repeats
        the branch that the console repeats (Connect facts 4.5).
        """
        spec = catalogue().actions[kind]
        wired = {name: failed for name in self._demanded(spec) if failed is not None} | dict(errors or {})
        step = self.step if self.step and self.step.key == ident else None
        transitions: dict[str, Any] = {}
        if not spec.terminal:
            unused = step.next_action if step else None
            target = unused or self._mirrored(spec, conditions, wired) or go_on
            if target is not None:
                transitions["NextAction"] = target
            if conditions:
                transitions["Conditions"] = [
                    {"NextAction": to, "Condition": {"Operator": operator, "Operands": [operand]}}
                    for operator, operand, to in conditions
                ]
            if wired:
                transitions["Errors"] = [{"NextAction": to, "ErrorType": name} for name, to in wired.items()]
        self.actions[ident] = {
            "Identifier": ident,
            "Type": kind,
            "Parameters": dict(parameters or {}),
            "Transitions": transitions,
        }
        self._origin(ident, branch)

    def raw(self, ident: str, kind: str, parameters: Mapping[str, Any], transitions: Mapping[str, Any]) -> None:
        """Write an action whose transitions are given."""
        self.actions[ident] = {
            "Identifier": ident,
            "Type": kind,
            "Parameters": dict(parameters),
            "Transitions": dict(transitions),
        }
        self._origin(ident, "")

    def _demanded(self, spec: Action) -> list[str]:
        optional = not self.bare or (self.step is not None and self.step.failed is not None)
        return [
            name for name, rule in spec.errors.items() if rule == "required" or (name == "NoMatchingError" and optional)
        ]

    def says(self, step: Step, name: str) -> Any:
        """An option's value; in an imported flow only if it is written there."""
        return step.option(name) if not self.bare or name in step.places else None

    @staticmethod
    def _mirrored(spec: Action, conditions: Sequence[tuple[str, str, str]], wired: Mapping[str, str]) -> str | None:
        if not spec.mirrors:
            return None
        return next((to for _, operand, to in conditions if operand == spec.mirrors), None) or wired.get(spec.mirrors)

    def _origin(self, ident: str, branch: str) -> None:
        step = self.step
        if step is None:
            name = "" if not ident.startswith("@") else ident[1:].split(".")[0]
            self.origins[ident] = Origin(self.flow.file, self.flow.where.line, name, branch)
        else:
            tells = step.verb == "say" and bool(step.option("emergency"))
            self.origins[ident] = Origin(self.flow.file, step.where.line, step.key, branch, tells)

    def trust(self, head: str) -> None:
        """Note that what is said under an identifier, in each language, names a number."""
        for ident, origin in self.origins.items():
            if ident == head or ident.startswith(f"{head}."):
                self.origins[ident] = replace(origin, tells=True)

    def ref(self, kind: RefKind, name: str) -> str:
        """The placeholder of something of the instance; a run-time path stands for itself."""
        if name.startswith("$."):
            return name
        ref = Ref(kind, name)
        self.refs[ref] = None
        return ref.placeholder

    # Where steps lead

    def then(self, step: Step) -> str:
        """Where the step goes on."""
        return self.flow.then_of(step) or self.net()

    def failed(self, step: Step) -> str:
        """Where the step's failures go."""
        return self.flow.failure_of(step) or self.net()

    def net(self) -> str:
        """Where what nobody named goes: into the safety net of this flow type."""
        if self.flow.on_error != "none" and self.flow.repeating and self.flow.type.endswith(("_queue", "_hold")):
            return self.flow.repeating
        return f"{NET}.start"

    # Chains and languages

    def chain(self, step: Step, links: Sequence[tuple[str, Emit]], last: str) -> None:
        """Write links one after the other: the first bears the step's name, the others `step.part`."""
        names = [step.key] + [f"{step.key}.{part}" for part, _ in links[1:]]
        for (_, emit), ident, go_on in zip(links, names, [*names[1:], last], strict=True):
            emit(ident, go_on)

    def by_language(self, ident: str, chosen: Mapping[str, Any], emit: Callable[[str, Any], None]) -> None:
        """Write `emit(identifier, value)` once, or once a language behind a Compare where the values differ.

        `chosen` maps every language of the house to its value; the main language serves whoever has no language yet.
        """
        main = self.house.main
        others = [key for key in chosen if key != main and chosen[key] != chosen[main]]
        if not others:
            emit(ident, chosen[main])
            return
        cases = [("Equals", key, f"{ident}.{key}") for key in others]
        self.add(
            ident,
            "Compare",
            {"ComparisonValue": LANGUAGE},
            conditions=cases,
            errors={"NoMatchingCondition": f"{ident}.{main}"},
        )
        for key in (main, *others):
            emit(f"{ident}.{key}", chosen[key])

    def speeches(self, text: Text) -> dict[str, Speech]:
        """What is said in each language of the house."""
        self.speaks = True
        return {key: self.house.speech(text, key) for key in self.house.languages}

    def spoken(self, speech: Speech) -> dict[str, str]:
        """The parameters that say something."""
        self.speaks = self.speaks or speech.kind != "prompt"
        if speech.kind == "prompt":
            return {"PromptId": self.ref("prompt", speech.value)}
        return {"SSML" if speech.kind == "ssml" else "Text": speech.value}

    def say(self, ident: str, text: Text, go_on: str, failed: str | None = None, skippable: bool | None = None) -> None:
        """Say a text, in the caller's language."""
        skip = {} if skippable is None else {"SkipWhenDTMFBufferEnabled": str(skippable)}

        def one(name: str, speech: Speech) -> None:
            self.add(name, "MessageParticipant", self.spoken(speech) | skip, go_on, failed=failed or go_on)

        self.by_language(ident, self.speeches(text), one)

    def real_queues(self, variants: Sequence[tuple[str | None, str]]) -> dict[str, str]:
        """The real queue for each language of the house."""
        found = dict(variants)
        first = variants[0][1]
        fallback = found.get(None) or found.get(self.house.main) or first
        return {key: found.get(key, fallback) for key in self.house.languages}

    def third_party(
        self,
        ident: str,
        number: str,
        then: str,
        failed: str,
        no_answer: str | None = None,
        *,
        ring: int = 30,
        caller_id: str | None = None,
        caller_name: str | None = None,
        keys: str | None = None,
        come_back: bool = True,
    ) -> None:
        """Connect with a number outside; the flow goes on after it, which alone sees a line that is busy."""
        parameters: dict[str, Any] = {
            "ThirdPartyPhoneNumber": number,
            "ThirdPartyConnectionTimeLimitSeconds": str(ring),
            "ContinueFlowExecution": str(come_back),
        }
        if keys:
            parameters["ThirdPartyDTMFDigits"] = keys
        caller = {"Number": self.ref("phone_number", caller_id)} if caller_id else {}
        caller |= {"Name": caller_name} if caller_name else {}
        if caller:
            parameters["CallerId"] = caller
        errors = {"NoMatchingError": failed}
        if come_back and self.flow.type != "agent_transfer":  # refused there (Connect facts 4.4)
            errors |= {"CallFailed": no_answer or failed, "ConnectionTimeLimitExceeded": no_answer or failed}
        self.add(ident, "TransferParticipantToThirdParty", parameters, then, errors=errors)

    # The document

    def document(self, start: str, settings: Mapping[str, Any] | None = None) -> CompiledFlow:
        """The compiled flow whose first action is `start`."""
        flow = self.flow
        content: dict[str, Any] = {
            "Version": "2019-10-30",
            "StartAction": start,
            "Metadata": metadata(flow, start, self.actions, laid_out=self.house.laid_out),
            "Actions": list(self.actions.values()),
        }
        if flow.settings is not None:
            content["Settings"] = flow.settings
        elif flow.type == "module" and not self.bare:
            content["Settings"] = {
                "InputParameters": [],
                "OutputParameters": [],
                "Transitions": [
                    {"DisplayName": name, "ReferenceName": name, "Description": ""} for name in ("Success", "Error")
                ],
            }
        return CompiledFlow(
            name=flow.name,
            title=flow.title or flow.name,
            type=API_TYPES[flow.type],
            template=json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            refs=tuple(sorted(self.refs)),
            description=flow.description,
            origins=self.origins,
            was=flow.was,
            settings="" if settings is None else json.dumps(settings, ensure_ascii=False, separators=(",", ":")),
        )
