"""The reference page of the verbs, written from the table."""

from __future__ import annotations

from .catalogue import API_TYPES
from .verbs import Form, Verb, verbs

_KINDS = {
    "text": "TEXT",
    "texts": "list of TEXT",
    "language": "TEXT or language",
    "step": "step",
    "choices": "{key: step}",
    "cases": "{case: step}",
    "results": "{result: step}",
    "durations": "{duration: step}",
    "counts": "{number: step}",
    "shares": "{per cent: step}, or a list of such maps where a share comes twice",
    "language_choices": "{key: language}",
    "language_key": "language",
    "duration": "duration",
    "duration_or_path": "duration or reference ($.…)",
    "skills": "list of {need: {skill: value >= level}, for: duration}",
    "routing": "{priority: number}, {age: seconds} or {skills: …}",
    "channels": "{voice \\| chat \\| screen: map, as in Flow language}",
    "integer": "number",
    "boolean": "yes or no",
    "yes": "true",
    "map": "{name: value}",
    "dial": "true or {caller_id: phone number}",
    "list": "list",
    "participants": "agent, customer or off",
    "hooks": "{moment: flow}",
    "path": "reference ($.…)",
    "raw": "map, as in Flow language",
    "external": "external number or E.164",
    "number": "phone number",
    "plain": "text",
}
_FAILURES = {
    "soft": "A failure goes on with `then`, unless `failed` names a step.",
    "hard": "A failure goes to `failed`, else to `on_error`, else into the safety net.",
    "none": "",
}


def flow_reference() -> str:
    """Markdown: each verb with what it does, where it may stand, its options and an example."""
    head = (
        "# The verbs of a flow\n\n"
        "Made from `flows/verbs.json`; do not edit. A step has one verb and goes on with the next step unless it says\n"
        '`then`. TEXT is `"plain"`, `{fr: …, en: …}`, `{text: key}`, `{prompt: key}` or `{ssml: …}`.\n'
        "`allow: {H02: reason}` on a step lets it break a hotline rule.\n"
    )
    return head + "".join(_verb(verb) for verb in verbs().values())


def _verb(verb: Verb) -> str:
    everywhere = verb.flow_types == frozenset(API_TYPES)
    where = "every flow type" if everywhere else ", ".join(name for name in API_TYPES if name in verb.flow_types)
    lines = [
        f"\n## {verb.name}\n\n{verb.about} {_FAILURES[verb.failure]}".rstrip(),
        f"\n- value: {_kind(verb.value)}. {verb.value.about}",
        f"- may stand in: {where}",
    ]
    lines += [_option(name, form) for name, form in verb.options.items()]
    lines.append(f"\n```yaml\nstep: {verb.example}\n```\n")
    return "\n".join(lines)


def _kind(form: Form) -> str:
    return " \\| ".join(form.words) if form.words and form.kind == "word" else _KINDS.get(form.kind, form.kind)


def _option(name: str, form: Form) -> str:
    mark = " (required)" if form.required else f" = {form.default}" if form.default is not None else ""
    return f"- `{name}`{mark}: {_kind(form)}. {form.about}".rstrip()
