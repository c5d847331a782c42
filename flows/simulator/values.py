"""What `$.` paths stand for in a call, and what a caller hears of a text (Connect facts 4.1, 4.7)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .state import UNKNOWN, State
from .world import World

_PATH = re.compile(r"\$\.[A-Za-z_][\w-]*(?:\.[\w-]+|\['[^']*'\])*|\$(?:\['[^']*'\])+")
_PART = re.compile(r"\['([^']*)'\]|\.?([\w-]+)")
_TAG = re.compile(r"<[^>]*>")
_ALIAS = re.compile(r"<sub\b[^>]*\balias=[\"']([^\"']*)[\"'][^>]*>.*?</sub>", re.DOTALL)
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def path_of(text: str) -> str:
    """`$.Attributes.x` and `$['Attributes']['x']` as `Attributes.x`."""
    return ".".join(quoted or plain for quoted, plain in _PART.findall(text.removeprefix("$")))


def is_path(text: object) -> bool:
    """Whether a whole value is one `$.` path."""
    return isinstance(text, str) and _PATH.fullmatch(text) is not None


def resolve(world: World, state: State, text: str) -> str:
    """The value of a path: "" when it has none, UNKNOWN when only the live service could tell."""
    path = path_of(text)
    root, _, rest = path.partition(".")
    if root == "Attributes":
        return dict(state.attributes).get(rest, "")
    if root == "FlowAttributes":
        return dict(state.local).get(rest, "")
    known = dict(state.values)
    if path in known:
        return known[path]
    if root == "Queue":
        return _queue(world, state, rest)
    fixed = {
        "Channel": "VOICE",
        "ContactId": "00000000-0000-4000-8000-000000000001",
        "InitialContactId": "00000000-0000-4000-8000-000000000001",
        "CustomerEndpoint.Address": state.caller,
        "CustomerEndpoint.Type": "TELEPHONE_NUMBER",
        "SystemEndpoint.Type": "TELEPHONE_NUMBER",
    }
    if path in fixed:
        return fixed[path]
    if known.get(root) == UNKNOWN or root in {"Customer", "SegmentAttributes", "Media", "Views", "Case"}:
        return UNKNOWN
    if root == "Metrics":
        return UNKNOWN if known.get("Metrics") != "given" else ""
    return ""


def _queue(world: World, state: State, rest: str) -> str:
    key = state.queue or state.target
    info = world.queues.get(key)
    if rest == "Name":
        return info.title if info else key
    if rest == "ARN":
        return info.arn if info and info.arn else key
    return ""


def expand(world: World, state: State, text: str) -> str:
    """A text with the values of its paths in their places; one that is not known is said as such."""

    def value(found: re.Match[str]) -> str:
        got = resolve(world, state, found.group().rstrip("."))
        return f"[{found.group()}]" if got == UNKNOWN else got

    return _PATH.sub(value, text) if "$" in text else text


def spoken(ssml: str) -> str:
    """SSML as the words that are heard."""
    plain = html.unescape(_TAG.sub(" ", _ALIAS.sub(r"\1", ssml)))
    return _BLANKS.sub(" ", plain).strip()


def message(world: World, state: State, parameters: Mapping[str, Any]) -> str:
    """What a message parameter set says: text, SSML as text, or the prompt's name; "" for silence."""
    if isinstance(parameters.get("Text"), str):
        return expand(world, state, parameters["Text"])
    if isinstance(parameters.get("SSML"), str):
        return spoken(expand(world, state, parameters["SSML"]))
    prompt = parameters.get("PromptId")
    if isinstance(prompt, str):
        known = resolve(world, state, prompt) if is_path(prompt) else prompt
        return f"[prompt {world.lookup(known, 'prompt')}]" if known != UNKNOWN else f"[prompt {prompt}]"
    media = parameters.get("Media")
    if isinstance(media, Mapping):
        return f"[sound {media.get('Uri', '')}]"
    return ""


def seconds(text: str) -> float:
    """About how long a text takes to say: fifteen characters a second; a recording of unknown length three."""
    if not text:
        return 0.0
    return 3.0 if text.startswith("[") else round(len(text) / 15 + 0.5, 1)


def holds(operator: str, operand: str, value: str) -> bool:
    """Whether a comparison is true; numbers that are none are not (Connect facts 4.2)."""
    if operator == "Equals":
        return value == operand
    if operator == "TextStartsWith":
        return value.startswith(operand)
    if operator == "TextEndsWith":
        return value.endswith(operand)
    if operator == "TextContains":
        return operand in value
    if operator == "KeyExists":
        return value != ""
    try:
        left, right = float(value), float(operand)
    except ValueError:
        return False
    return {
        "NumberGreaterThan": left > right,
        "NumberGreaterOrEqualTo": left >= right,
        "NumberLessThan": left < right,
        "NumberLessOrEqualTo": left <= right,
        "NumberEquals": left == right,
    }.get(operator, False)
