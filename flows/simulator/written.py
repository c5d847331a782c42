"""A script as it stands in calls/*.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .place import Result, ending
from .script import Given, QueueGiven, Script


def as_yaml(script: Script, result: Result) -> list[str]:
    """One call as it stands in calls/*.yaml."""
    lines = [f"  - name: {_word(script.name)}"]
    lines.append(f"    to: {_word(script.to)}" if script.to else f"    flow: {_word(script.flow)}")
    if not script.caller:
        lines.append("    from: withheld")
    if script.at is not None:
        lines.append(f"    at: {script.at:%Y-%m-%dT%H:%M}")
    if script.press:
        lines.append(f"    press: [{', '.join(_word(item) for item in script.press)}]")
    given = given_of(script.given)
    if given:
        lines.append(f"    given: {flow_text(given)}")
    expect: dict[str, Any] = {}
    spoken = [text for text in result.heard if not text.startswith("[")]
    if spoken:
        expect["hears"] = [spoken[-1][:60].rstrip()]
    expect["ends"] = ending(result.ends)
    lines.append(f"    expect: {flow_text(expect)}")
    return lines


def given_of(given: Given) -> dict[str, Any]:
    """`given:` as plain values."""
    made: dict[str, Any] = {}
    if given.queues:
        made["queues"] = {
            key: {name: getattr(q, name) for name in QueueGiven.__slots__ if getattr(q, name) is not None}
            for key, q in given.queues.items()
        }
        for state in made["queues"].values():
            for name in ("answered_after", "oldest"):
                if name in state:
                    state[name] = f"{state[name]}s"
    if given.lambdas:
        made["lambdas"] = {key: json.loads(reply) for key, reply in given.lambdas.items()}
    for name in ("fails", "agent_does", "switches"):
        if getattr(given, name):
            values = getattr(given, name)
            made[name] = sorted(values) if isinstance(values, frozenset) else list(values)
    for name in ("numbers", "takes"):
        if getattr(given, name):
            made[name] = dict(getattr(given, name))
    if given.callback:
        made["callback"] = given.callback
    return made


def flow_text(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_word(str(key))}: {flow_text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(part) for part in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _word(value) if isinstance(value, str) else str(value)


def _word(text: str) -> str:
    """A scalar, quoted where YAML wants it."""
    plain = text.replace("-", "").replace("_", "").replace(" ", "")
    safe = plain.isascii() and plain.isalnum() and not plain[0].isdigit() and text == text.strip()
    keyword = text.lower() in {"yes", "no", "true", "false", "null", "on", "off"}
    return text if safe and not keyword and not text.startswith("-") else json.dumps(text, ensure_ascii=False)
