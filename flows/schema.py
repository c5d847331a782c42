"""The JSON Schema of a flow file, made from the verb table: completion in editors and the reference page."""

from __future__ import annotations

from typing import Any

from .catalogue import API_TYPES
from .forms import HOOKS
from .verbs import Form, Verb, verbs

STEP = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,29}$", "description": "The name of a step."}
WORD = {"type": ["string", "number", "boolean"]}
TEXT = {
    "description": "A text, {fr: …, en: …}, {text: key}, {prompt: key} or {ssml: …}.",
    "anyOf": [WORD, {"type": "object", "minProperties": 1}],
    "examples": ["Welcome.", {"fr": "Bonjour.", "en": "Hello."}, {"prompt": "welcome"}],
}
STEPS = {"type": "object", "minProperties": 1, "additionalProperties": STEP}
DURATION = {"type": "string", "pattern": "^([0-9]{1,9}[smhd])+$", "examples": ["30s", "5m"]}
SKILLS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"need": {"type": "object", "additionalProperties": WORD}, "for": DURATION},
        "required": ["need"],
        "additionalProperties": False,
    },
}
_FORMS: dict[str, dict[str, Any]] = {
    "text": TEXT,
    "language": TEXT,
    "texts": {"anyOf": [{"type": "array", "items": TEXT, "minItems": 1}, TEXT]},
    "step": STEP,
    "choices": STEPS | {"propertyNames": {"pattern": "^[0-9*#]$"}},
    "cases": STEPS,
    "results": STEPS,
    "durations": STEPS,
    "counts": STEPS,
    "shares": {"anyOf": [STEPS, {"type": "array", "items": STEPS, "minItems": 1}]},
    "language_choices": {"type": "object", "additionalProperties": WORD},
    "duration": DURATION,
    "integer": {"type": ["integer", "string"], "pattern": "^-?[0-9]+$"},
    "boolean": {"enum": [True, False, "yes", "no", "true", "false"]},
    "yes": {"enum": [True, "yes", "true"]},
    "dial": {
        "anyOf": [
            {"enum": [True, "yes", "true"]},
            {"type": "object", "properties": {"caller_id": WORD}, "additionalProperties": False},
        ]
    },
    "map": {"type": "object", "additionalProperties": WORD},
    "list": {"anyOf": [{"type": "array", "items": WORD}, WORD]},
    "participants": {"anyOf": [{"type": "array", "items": {"enum": ["agent", "customer"]}}, WORD]},
    "hooks": {"type": "object", "additionalProperties": WORD, "propertyNames": {"enum": list(HOOKS)}},
    "duration_or_path": {"anyOf": [DURATION, {"type": "string", "pattern": r"^\$"}]},
    "skills": SKILLS,
    "routing": {"type": "object", "additionalProperties": {"anyOf": [WORD, SKILLS]}},
    "channels": {"type": "object", "minProperties": 1, "maxProperties": 1},
    "path": {"type": "string", "pattern": r"^\$"},
    "raw": {"type": "object"},
}


def flow_schema() -> dict[str, Any]:
    """The schema (2020-12) of flows/*.yaml; every verb and option has a description, every verb an example."""
    steps: dict[str, Any] = {
        "type": "object",
        "description": "The steps, top to bottom: each goes on with the next one unless it says `then`.",
        "propertyNames": {"pattern": STEP["pattern"]},
        "additionalProperties": {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in verbs()]},
        "minProperties": 1,
        "examples": [{"hello": {"say": "Hello."}, "bye": {"hang_up": True}}],
    }
    envelope = {
        "flow": {"type": "string", "description": "The flow's name.", "examples": ["welcome"]},
        "was": {"type": "string", "description": "The name it had: it is renamed in place.", "examples": ["hello"]},
        "type": {"enum": list(API_TYPES), "description": "When Connect runs it.", "examples": ["inbound"]},
        "title": {"type": "string", "description": "What Connect shows; = the name.", "examples": ["Welcome"]},
        "description": {"type": "string", "description": "What it is for.", "examples": ["The main line."]},
        "language": {"type": "string", "description": "Of a file without a centre.", "examples": ["fr-FR"]},
        "start": STEP | {"description": "The first step; = the one written first.", "examples": ["hello"]},
        "on_error": STEP
        | {
            "description": "Where failures go that a step does not name; = the built-in safety net. none = nowhere.",
            "examples": ["sorry"],
        },
        "head": {"enum": ["none"], "description": "none = add no logging, recording or voice.", "examples": ["none"]},
        "settings": {
            "type": "object",
            "description": "A module's inputs, outputs and results, as an export has them.",
            "examples": [{"InputParameters": [], "OutputParameters": [], "Transitions": []}],
        },
        "steps": steps,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow of ccdeploy",
        "type": "object",
        "properties": envelope,
        "required": ["flow", "type", "steps"],
        "additionalProperties": False,
        "$defs": {name: _step(verb) for name, verb in verbs().items()},
    }


def _step(verb: Verb) -> dict[str, Any]:
    properties: dict[str, Any] = {verb.name: _form(verb.value) | {"description": verb.about}}
    properties |= {name: _form(form) for name, form in verb.options.items()}
    if not verb.ends:
        properties["then"] = STEP | {"description": "The step that comes next; = the one written next."}
    if verb.failure != "none" or verb.name == "menu":
        where = "goes on" if verb.failure == "soft" else "goes to on_error"
        properties["failed"] = STEP | {"description": f"Where a failure goes; without it the call {where}."}
    properties["next_action"] = STEP | {"description": "In an imported flow: a NextAction that is never taken."}
    properties["allow"] = {
        "type": "object",
        "description": "Hotline rules that this step may break, with the reason.",
        "propertyNames": {"pattern": "^H(0[1-9]|1[0-2])$"},
        "additionalProperties": {"type": "string"},
    }
    return {
        "type": "object",
        "description": verb.about,
        "properties": properties,
        "required": [verb.name, *(name for name, form in verb.options.items() if form.required)],
        "additionalProperties": False,
        "examples": [verb.example],
    }


def _form(form: Form) -> dict[str, Any]:
    schema = dict(_FORMS.get(form.kind, WORD))
    if form.words and form.kind == "word":
        schema = {"enum": [*form.words, *_yaml_words(form.words)]}
    about = form.about
    if form.default is not None:
        about = f"{about} = {form.default}".strip()
    return schema | ({"description": about} if about else {})


def _yaml_words(words: tuple[str, ...]) -> list[bool]:
    """`on` and `off` are booleans to editors that read YAML 1.1."""
    return [word == "on" for word in words if word in {"on", "off"}]
