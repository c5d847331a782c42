"""Every mistake in the flows of a centre, or of one file: form, references, the shape of the graph, Flow language."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import get_args

from ..specs import voices
from ..specs.model import Center, Text
from ..specs.problems import Problem, Problems, Where
from ..specs.suggest import did_you_mean
from ..specs.texts import TextContext, context_of
from .builtins import built_ins
from .catalogue import MAX_ACTIONS, MAX_CONTENT
from .compiled import CompiledFlow, RefKind
from .compiler import compile_flow
from .fictional import bind
from .graph import Flow, Step
from .house import MOMENTS, PREFIX, house_of
from .language import judged
from .names import Names
from .parse import parse
from .phrases import known as known_phrases
from .phrases import phrases
from .speech_rules import spoken
from .step_rules import check_step

_PLACEHOLDER = re.compile(r"\{\{(?:" + "|".join(get_args(RefKind)) + "):")
_NAMED = frozenset(("queue", "hours", "flow", "module", "lambda", "bot", "number", "external"))
WARN_ACTIONS = 200
MAX_NESTING = 5
# Flows of a new instance, in small letters (Connect facts 3.15).
SEEDED = frozenset(
    {f"default {name}" for name in ("agent hold", "customer hold", "agent whisper", "customer whisper", "outbound")}
    | {f"default {name}" for name in ("customer queue", "agent transfer", "queue transfer")}
    | {
        "sample inbound flow (first contact experience)",
        "sample ab test",
        "sample disconnect flow",
        "sample queue configurations flow",
        "sample queue customer",
        "sample interruptible queue flow with callback",
        "sample lambda integration",
        "sample recording behavior",
        "sample note for screenpop",
        "sample secure input with agent",
        "sample secure input with no agent",
    }
)
# Which flow type serves each moment (Connect facts 4.4).
MOMENT_TYPES: Mapping[str, str] = {
    "waiting": "customer_queue",
    "agent_whisper": "agent_whisper",
    "customer_whisper": "customer_whisper",
    "customer_hold": "customer_hold",
    "agent_hold": "agent_hold",
    "after_call": "inbound",
}
ENTERABLE = frozenset(("inbound", "agent_transfer", "queue_transfer"))


def check_flows(center: Center, problems: Problems) -> dict[str, Flow]:
    """Read and check every flow of the centre; the flows that could be read, by name. Records every mistake."""
    from .centre import bare_flows, module_results
    from .hotline import check_rules

    context = context_of(center)
    own = Problems()
    flows = {name: flow for name, file in center.flows.items() if (flow := parse(file, context, own))}
    types: dict[str, str] = {name: file.type for name, file in center.flows.items()}
    _names_of_flows(flows, own)
    results = None if own.errors else module_results(center, flows)
    imported = any(not flow.head for flow in flows.values())
    built_in_types: dict[str, str] = {f.name: f.type for f in built_ins(house_of(center))} if imported else {}
    for flow in flows.values():
        there = types if flow.head else {**built_in_types, **types}  # what is imported may name the built-in ones
        known = None if "flows" in center.unread else there  # a broken file may define any name
        check_flow(flow, Names(known, results, center), context, own)
    _modules(flows, own)
    _phrases(center, own)
    wrong = {problem.where.file for problem in own.found if problem.severity == "error"}
    house = replace(house_of(center, results, bare_flows(flows)), laid_out=False)
    for flow in flows.values():
        if flow.file not in wrong:
            check_language(flow, compile_flow(flow, house), own)
    if not own.errors and len(flows) == len(center.flows):
        check_rules(center, flows, house, own)
    problems.extend(own.found)
    return flows


def _names_of_flows(flows: Mapping[str, Flow], problems: Problems) -> None:
    titles: dict[tuple[bool, str], str] = {}
    for name, flow in flows.items():
        if flow.language is not None:
            message = "`language` is for a file on its own; a centre's flows speak all of its languages"
            problems.error(flow.where, "unknown-key", message, "leave `language` out")
        if name.startswith(PREFIX):
            message = f'"{PREFIX}…" is kept for built-in flows'
            problems.error(flow.where, "bad-name", message, "give the flow another name")
        if flow.title.casefold() in SEEDED:
            message = f'a new instance already has a flow "{flow.title}"'
            problems.error(flow.where, "reserved-name", message, "give it another title")
        key = (flow.type == "module", flow.title)
        if key in titles:
            message = f'flows "{titles[key]}" and "{name}" have the same title "{flow.title}"'
            problems.error(flow.where, "duplicate-title", message, "Connect wants titles to differ")
        titles[key] = name


def _modules(flows: Mapping[str, Flow], problems: Problems) -> None:
    """Modules that run themselves, or nest deeper than Connect takes (Connect facts 4.8)."""
    called = {
        name: [(step, step.value) for step in flow.steps.values() if step.verb == "module"]
        for name, flow in flows.items()
        if flow.type == "module"
    }

    # How deep each nests, counted up round by round: a module in a circle grows past every bound.
    depth = dict.fromkeys(called, 1)
    for _ in range(MAX_NESTING):
        depth = {
            name: 1 + max((depth[inner] for _, inner in steps if inner in depth), default=0)
            for name, steps in called.items()
        }
    for steps in called.values():
        for step, inner in steps:
            if depth.get(inner, 0) >= MAX_NESTING:
                message = f'step "{step.key}": modules run each other in a circle, or nest deeper than {MAX_NESTING}'
                problems.error(step.at("module"), "module-nesting", message, "take one module out")


def _phrases(center: Center, problems: Problems) -> None:
    """Languages in which the built-in flows cannot speak."""
    where = Where("center.yaml")
    for key, language in center.languages.items():
        if phrases(language.code) is None:
            message = f"the built-in flows have no phrases in {key} and speak English there"
            hint = f"known: {', '.join(known_phrases())}; or name own flows under `defaults:`"
            problems.warning(where, "no-phrases", message, hint)
        elif language.voice is None:
            found = voices.default(language.code)
            speaker = f"{found}'s voice" if found else "a voice of another language"
            message = f"{key} has no voice: what the built-in flows say there is said in {speaker}"
            problems.warning(where, "no-voice", message, "name own flows with recordings under `defaults:`")


def check_flow(flow: Flow, names: Names, context: TextContext, problems: Problems) -> None:
    """References, texts and the graph of one flow.

    An imported flow (`head: none`) was taken by the service once: what is a mistake only by our own rules is a doubt.
    """
    found = problems if flow.head else Problems()
    for step in flow.steps.values():
        _references(flow, step, names, problems)
        _texts(flow, step, names, context, problems)
        check_step(flow, step, names, found)
    if flow.type.endswith("_hold") and flow.repeating is None:
        message = f'the hold flow "{flow.name}" repeats nothing'
        found.error(flow.where, "no-repeat", message, "a hold flow needs a step such as {repeat: [{prompt: music}]}")
    _graph(flow, found)
    if found is not problems:
        problems.extend([_doubt(problem) for problem in found.found])


def _doubt(problem: Problem) -> Problem:
    return problem if problem.code in {"falls-off", "not-supported"} else replace(problem, severity="warning")


def _unknown(problems: Problems, where: Where, what: str, word: str, known: Collection[str]) -> None:
    problems.error(where, "unknown-reference", f'unknown {what} "{word}"', did_you_mean(word, known))


def _references(flow: Flow, step: Step, names: Names, problems: Problems) -> None:
    for key, kind, word in _named(step):
        known = names.known(kind)
        if known is None or word in known or word.startswith("$."):
            continue
        if kind in {"queue", "hours"} and word == "current":
            continue
        if kind == "external":
            _number(problems, step.at(key), word, known)
            continue
        what = {"hours": "hours of operation", "lambda": "Lambda function", "number": "phone number"}.get(kind, kind)
        _unknown(problems, step.at(key), what, word, known)
    _flow_types(flow, step, names, problems)
    _attributes(step, names, problems)


def _named(step: Step) -> Iterator[tuple[str, str, str]]:
    """(key, kind, name) of every reference of a step."""
    for key, form, value in step.forms():
        if key == "target" and step.option("person"):
            continue  # a person, whom the rosters know
        if form.kind in _NAMED and value is not None:
            if not (form.kind == "flow" and key in MOMENTS and value == "none"):
                yield key, form.kind, value
        elif form.kind == "dial" and value:
            yield f"{key} caller_id", "number", value["caller_id"]
        elif form.kind == "hooks":
            for moment, name in (value or {}).items():
                yield f"{key} {moment}", "flow", name


def _number(problems: Problems, where: Where, word: str, known: Collection[str]) -> None:
    from ..specs import phone

    if word.startswith("+") or word.isdigit():
        complaint = phone.complaint(word)
        if complaint:
            problems.error(where, "bad-phone", complaint[0], complaint[1])
        return
    hint = did_you_mean(word, known) or "numbers outside stand under `external_numbers:` in center.yaml"
    problems.error(where, "unknown-reference", f'unknown external number "{word}"', hint)


def _flow_types(flow: Flow, step: Step, names: Names, problems: Problems) -> None:
    types = names.flows or {}
    wanted: list[tuple[str, str, str]] = []
    if step.verb == "hooks":
        wanted = [(f"hooks {m}", name, MOMENT_TYPES[m]) for m, name in step.value.items() if m in MOMENT_TYPES]
    elif step.verb == "queue":
        wanted = [(m, step.option(m), MOMENT_TYPES[m]) for m in MOMENTS if step.option(m) not in (None, "none")]
    for key, name, flow_type in wanted:
        if types.get(name, flow_type) != flow_type:
            message = f'flow "{name}" is of type {types[name]}; here one of type {flow_type} is needed'
            problems.error(step.at(key), "wrong-flow-type", message)
    if step.verb == "flow" and types.get(step.value, "inbound") not in ENTERABLE | {"module"}:
        message = f'flow "{step.value}" is of type {types[step.value]}: a call cannot go on in it'
        problems.error(step.at("flow"), "wrong-flow-type", message, "one of type inbound can be entered")
    if step.verb == "flow" and step.value == flow.name:
        message = f'flow "{flow.name}" goes on in itself'
        problems.error(step.at("flow"), "flow-into-itself", message, f"use `then: {flow.start}`")


def _attributes(step: Step, names: Names, problems: Problems) -> None:
    declared = names.center.attributes if names.center else {}
    if not declared:
        return
    given: Mapping[str, str | None] = {}
    if step.verb == "set":
        given = step.value
    elif step.verb == "digits" and step.option("into"):
        given = {step.option("into"): None}
    for name, value in given.items():
        place = step.at(f"{step.verb} {name}") if step.verb == "set" else step.at("into")
        if name not in declared:
            if name != "language":
                _unknown(problems, place, "attribute", name, declared)
        elif value and declared[name].values and not value.startswith("$.") and value not in declared[name].values:
            message = f'attribute "{name}" takes no value "{value}"'
            problems.error(place, "unknown-value", message, did_you_mean(value, declared[name].values))


def _texts(flow: Flow, step: Step, names: Names, context: TextContext, problems: Problems) -> None:
    languages = names.center.languages if names.center else {}
    for key, text in step.texts():
        missing = [language for language in languages if text.speech(language) is None]
        shared = _key_of(text, context) if missing else None
        if shared is not None:
            _untranslated(shared, missing, context, problems)
        elif missing and not (step.verb == "language" and key == "language"):
            message = f'step "{step.key}" says nothing in {", ".join(missing)}'
            problems.error(step.at(key), "missing-text", message, f"add {missing[0]}: to the text")
        for language, found in languages.items():
            speech = text.speech(language)
            if found.voice is None and speech and speech.kind != "prompt" and flow.type != "agent_whisper":
                message = f'step "{step.key}": {language} has no voice, so a text cannot be spoken'
                problems.error(step.at(key), "no-voice", message, f"use a prompt with a recording in {language}")
        if any(_PLACEHOLDER.search(speech.value) for speech in text.by_language.values()):
            message = f'step "{step.key}": two opening braces are kept for references'
            problems.error(step.at(key), "bad-text", message, "run-time values are written $.Attributes.name")


def _key_of(text: Text, context: TextContext) -> str | None:
    """The key under which a step's text stands in texts/, or None when the step says it itself."""
    known = context.texts or {}
    return next((key for key, found in known.items() if found.by_language is text.by_language), None)


def _untranslated(key: str, missing: list[str], context: TextContext, problems: Problems) -> None:
    """A text that steps use and that is not there in every language: told at the text, so once, however often it is
    used."""
    message = f'the text "{key}" is missing in {", ".join(missing)}'
    where = (context.texts or {})[key].where
    problems.error(where, "missing-text", message, f"fill in the column {missing[0]}, or add {missing[0]}: to it")


def _graph(flow: Flow, problems: Problems) -> None:
    last = list(flow.steps.values())[-1]
    if flow.ends_whole and last.goes_on and last.then is None and not _always_branches(last):
        message = f'after the last step "{last.key}" the flow ends without saying what becomes of the call'
        problems.error(last.where, "falls-off", message, "add `then: STEP` or a last step such as {hang_up: true}")
    seen: set[str] = set().union(*(flow.reachable(key) for key in (flow.start, *flow.loose)))
    for key, step in flow.steps.items():
        if key not in seen:
            hint = "name it in a `then`, a choice or `on_error`, or take it out"
            problems.error(step.where, "unreachable", f'no step leads to "{key}"', hint)


def _always_branches(step: Step) -> bool:
    return step.verb == "check_hours" and step.option("open") is not None


def check_language(flow: Flow, compiled: CompiledFlow, problems: Problems) -> None:
    """The service's own rules and limits, on a bind with fictional ARNs of real length."""
    content = bind(compiled)
    count = content.count('"Identifier":')
    if count > MAX_ACTIONS:
        message = f'flow "{flow.name}" needs {count} actions, Connect takes {MAX_ACTIONS}'
        problems.error(flow.where, "too-many-actions", message, "move a part into another flow and use {flow: NAME}")
        return
    if count > WARN_ACTIONS:
        message = f'flow "{flow.name}" needs {count} actions; Connect takes {MAX_ACTIONS}'
        problems.warning(flow.where, "many-actions", message, "move a part into another flow before it grows")
    if len(content) > MAX_CONTENT:
        message = f'flow "{flow.name}" has {len(content)} characters when compiled, Connect takes {MAX_CONTENT}'
        problems.error(flow.where, "too-large", message, "move a part into another flow")
        return
    document = json.loads(content)
    for found, refused in (*judged(document, flow.type), *spoken(document["Actions"])):
        if not refused:
            continue
        origin = compiled.origins.get(found.action)
        step = flow.steps.get(origin.step) if origin else None
        where = step.where if step else flow.where
        name = f'step "{step.key}"' if step else f'flow "{flow.name}"'
        problems.error(where, "flow-language", f"{name}: {found.type} {found.message}".strip())
