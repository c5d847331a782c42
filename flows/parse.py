"""A flow file's nodes become a Flow; every mistake of form is recorded, with its place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ..specs.model import FlowFile, FlowType
from ..specs.nodes import Mapping as MapNode
from ..specs.nodes import Node, Scalar
from ..specs.problems import Problems, Where
from ..specs.suggest import did_you_mean, nearest
from ..specs.texts import TextContext
from .catalogue import API_TYPES
from .forms import Reader, words
from .graph import Flow, Step
from .verbs import COMMON, Form, verbs

ENVELOPE = ("flow", "was", "type", "title", "description", "language", "start", "on_error", "head", "settings", "steps")
MAX_STEP_KEY = 30
NONE = frozenset(("none", "no", "false"))
MAX_STEPS = 250
STEP_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
_RULE = re.compile(r"H(0[1-9]|1[0-2])")


def parse(file: FlowFile, context: TextContext, problems: Problems) -> Flow | None:
    """The flow in `file`; None when it has no step that can be read. Targets are checked, other references are not."""
    if not isinstance(file.node, MapNode):
        problems.error(file.where, "wrong-type", "a flow is a map with flow, type and steps")
        return None
    return _Parser(file.node, context, problems).flow(file)


class _Parser:
    def __init__(self, node: MapNode, context: TextContext, problems: Problems) -> None:
        self.node = node
        self.problems = problems
        head = node.get("head")
        self.bare = isinstance(head, Scalar) and head.text.lower() in NONE
        self.reader = Reader(replace(context, literal=self.bare), problems)
        self.loose: list[str] = []

    def flow(self, file: FlowFile) -> Flow | None:
        for key, _ in self.node:
            if key not in ENVELOPE:
                where = self.node.where_of(key)
                self.problems.error(where, "unknown-key", f'unknown key "{key}" in a flow', did_you_mean(key, ENVELOPE))
        nodes = self.node.get("steps")
        if not isinstance(nodes, MapNode) or not nodes.entries:
            where = nodes.where if nodes else file.where
            self.problems.error(
                where, "missing-key", f'flow "{file.name}" has no steps', "steps: {hello: {say: Hello}}"
            )
            return None
        if len(nodes.entries) > MAX_STEPS:
            self.problems.error(nodes.where, "too-many", f"{len(nodes.entries)} steps, at most {MAX_STEPS} may be")
            return None
        steps = {key: step for key, child in nodes if (step := self.step(key, nodes.where_of(key), child, file.type))}
        self.targets(nodes, steps)
        self.broken(nodes, steps)
        if not steps:
            return None
        return Flow(
            name=file.name,
            type=file.type,
            steps=steps,
            start=self.reference("start", nodes) or next(iter(nodes.entries)),
            ends_whole=list(nodes.entries)[-1] in steps,
            title=self.word("title") or file.name,
            description=self.word("description") or "",
            on_error=self.on_error(nodes),
            head=(self.word("head") or "").lower() not in NONE,
            settings=self.settings(file.type),
            language=self.word("language"),
            file=file.file,
            where=file.where,
            was=file.was,
            loose=tuple(dict.fromkeys(self.loose)),
        )

    def broken(self, nodes: MapNode, steps: dict[str, Step]) -> None:
        """What a step that could not be read may lead to: the next one, and every step whose name stands in it."""
        keys = list(nodes.entries)
        for place, key in enumerate(keys):
            if key not in steps:
                self.loose += [
                    *keys[place + 1 : place + 2],
                    *(w for w in words(nodes.entries[key]) if w in nodes.entries),
                ]

    def word(self, key: str) -> str | None:
        node = self.node.get(key)
        if node is None:
            return None
        if key == "head" and (not isinstance(node, Scalar) or node.text.lower() not in NONE):
            self.problems.error(node.where, "unknown-value", "`head` takes only none", "leave it out to have the head")
            return None
        return self.reader.scalar(node, key)

    def settings(self, flow_type: FlowType) -> dict[str, Any] | None:
        node = self.node.get("settings")
        if node is None:
            return None
        if flow_type != "module":
            self.problems.error(self.node.where_of("settings"), "unknown-key", "only a module has settings")
            return None
        found: dict[str, Any] | None = self.reader.read(Form("raw"), node, "settings")
        return found

    def on_error(self, nodes: MapNode) -> str | None:
        node = self.node.get("on_error")
        if isinstance(node, Scalar) and node.text == "none" and "none" not in nodes.entries:
            return "none"
        return self.reference("on_error", nodes)

    def reference(self, key: str, nodes: MapNode) -> str | None:
        node = self.node.get(key)
        target = self.reader.scalar(node, key, "a step") if node is not None else None
        if target is None or node is None:
            return None
        return target if self.exists(target, node.where, nodes) else None

    def exists(self, target: str, where: Where, nodes: MapNode) -> bool:
        if target in nodes.entries:
            return True
        meant = nearest(target, nodes.entries)
        self.loose += [meant] if meant else []
        hint = did_you_mean(target, nodes.entries)
        self.problems.error(where, "unknown-step", f'there is no step "{target}"', hint)
        return False

    def targets(self, nodes: MapNode, steps: dict[str, Step]) -> None:
        for step in steps.values():
            for label, target in step.targets():
                where = step.places.get(label) or step.places.get(label.split(" ")[0]) or step.where
                self.exists(target, where, nodes)

    def step(self, key: str, where: Where, node: Node, flow_type: FlowType) -> Step | None:
        self.step_key(key, where)
        if not isinstance(node, MapNode) or not node.entries:
            hint = 'for example {say: "Hello"}'
            self.problems.error(node.where, "wrong-type", f'step "{key}" is a map with one verb', hint)
            return None
        known = verbs()
        named = [name for name, _ in node if name in known]
        if not named:
            self.no_verb(key, node)
            return None
        for extra in named[1:]:
            message = f'step "{key}" has two verbs, {named[0]} and {extra}'
            self.problems.error(node.where_of(extra), "two-verbs", message, "make two steps of it")
        verb = known[named[0]]
        if flow_type not in verb.flow_types and not self.bare:  # then the service's own rules decide
            self.forbidden(verb.name, flow_type, node)
        value = self.reader.read(verb.value, node.entries[verb.name], verb.name)
        options = self.options(key, verb.name, verb.options, node)
        common = self.common(verb.name, node)
        if value is None or options is None:
            return None
        places = {name: child.where for name, child in node}
        for name, child in node:
            if isinstance(child, MapNode):
                places |= {f"{name} {case}": inner.where for case, inner in child}
        return Step(key=key, verb=verb.name, value=value, options=options, where=where, places=places, **common)

    def step_key(self, key: str, where: Where) -> None:
        if not STEP_KEY.fullmatch(key):
            message = f'"{key}" cannot name a step'
            self.problems.error(where, "bad-name", message, "small letters, digits and hyphens, no hyphen first")
        elif len(key) > MAX_STEP_KEY:
            message = f'the step\'s name "{key}" has {len(key)} characters, at most {MAX_STEP_KEY} may be'
            self.problems.error(where, "too-long", message)

    def no_verb(self, key: str, node: MapNode) -> None:
        strange = next((name for name, _ in node if name not in COMMON and not self.is_option(name)), None)
        if strange is None:
            message, where = f'step "{key}" has no verb', node.where
        else:
            message, where = f'unknown verb "{strange}" in step "{key}"', node.where_of(strange)
        hint = did_you_mean(strange or "", verbs()) if strange else 'for example {say: "Hello"}'
        self.problems.error(where, "unknown-verb" if strange else "no-verb", message, hint)

    @staticmethod
    def is_option(name: str) -> bool:
        return any(name in verb.options for verb in verbs().values())

    def forbidden(self, verb: str, flow_type: str, node: MapNode) -> None:
        allowed = ", ".join(t for t in API_TYPES if t in verbs()[verb].flow_types)
        message = f"`{verb}` cannot stand in a flow of type {flow_type}"
        hint = {"hang_up": "use {end: true}", "end": "use {hang_up: true}", "say": "use repeat"}.get(verb, "")
        if verb == "say" and not flow_type.endswith("_hold"):
            hint = ""
        self.problems.error(node.where_of(verb), "wrong-flow-type", message, hint or f"it may stand in {allowed}")

    def options(self, key: str, verb: str, forms: Any, node: MapNode) -> dict[str, Any] | None:
        read: dict[str, Any] = {}
        broken = False
        for name, child in node:
            if name in COMMON or name == verb or name in verbs():
                continue
            form: Form | None = forms.get(name)
            if form is None:
                self.no_option(verb, name, forms, node.where_of(name))
                continue
            value = self.reader.read(form, child, name)
            broken = broken or value is None
            read[name] = value
        for name, form in forms.items():
            if form.required and name not in read:
                message = f'step "{key}": `{verb}` needs `{name}`'
                self.problems.error(node.where, "missing-key", message, form.about)
                broken = True
            elif name not in read and form.default is not None:
                read[name] = self.reader.read(form, Scalar(form.default, node.where), name)
        return None if broken else read

    def no_option(self, verb: str, name: str, forms: Any, where: Where) -> None:
        hint = did_you_mean(name, [*forms, "then", "failed"])
        self.problems.error(where, "unknown-key", f'`{verb}` has no option "{name}"', hint)

    def common(self, verb: str, node: MapNode) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name in ("then", "failed", "next_action"):
            child = node.get(name)
            if child is None:
                continue
            if name == "then" and verbs()[verb].ends:
                message = f"nothing comes after `{verb}`: `then` is never taken"
                self.problems.error(node.where_of(name), "unreachable", message, "leave `then` out")
            elif name == "next_action" and not self.bare:
                message = "`next_action` is for imported flows: the service never takes it"
                self.problems.error(node.where_of(name), "unknown-key", message, "leave it out")
            elif name == "failed" and verb != "menu" and verbs()[verb].failure == "none":
                self.problems.error(node.where_of(name), "unknown-key", f"`{verb}` cannot fail", "leave `failed` out")
            else:
                read[name] = self.reader.scalar(child, name, "a step")
        child = node.get("allow")
        if child is not None:
            read["allow"] = self.reader.read(Form("map"), child, "allow") or {}
            for rule in read["allow"]:
                if not _RULE.fullmatch(rule):
                    self.problems.error(child.where, "unknown-value", f'there is no rule "{rule}"', "H01 to H12")
        return read
