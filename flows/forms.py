"""Reads the values of steps: one small reader a kind of form. A reader records what is wrong and answers None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..specs import durations
from ..specs.nodes import Mapping as MapNode
from ..specs.nodes import Node, Scalar, Sequence
from ..specs.problems import Problems, Where
from ..specs.suggest import did_you_mean
from ..specs.texts import TextContext, read_text
from .verbs import Form

YES, NO = frozenset(("true", "yes")), frozenset(("false", "no"))
KEYS = tuple("0123456789*#")
PATH = re.compile(r"\$(\.[A-Za-z_][\w\-]*|\['[^']+'\]|\[\d+\])+")
_NEED = re.compile(r"(.+?) *>= *([1-5](?:\.\d+)?)")
_INTEGER = re.compile(r"-?\d{1,12}")
HOOKS: Mapping[str, str] = {
    "waiting": "CustomerQueue",
    "agent_whisper": "AgentWhisper",
    "customer_whisper": "CustomerWhisper",
    "customer_hold": "CustomerHold",
    "agent_hold": "AgentHold",
    "after_call": "CustomerRemaining",
    "screen": "DefaultAgentUI",
    "after_screen": "DisconnectAgentUI",
    "paused": "PauseContact",
    "resumed": "ResumeContact",
}


class Reader:
    """Reads one flow's values; `key` in messages is the key under which a value stands."""

    def __init__(self, context: TextContext, problems: Problems) -> None:
        self.context = context
        self.problems = problems

    def read(self, form: Form, node: Node, key: str) -> Any:
        """The value of `node` by `form`, or None after recording why not."""
        method: Callable[[Form, Node, str], Any] | None = getattr(self, f"_{form.kind}", None)
        return self._name(form, node, key) if method is None else method(form, node, key)

    def wrong(self, where: Where, message: str, hint: str = "", code: str = "wrong-type") -> None:
        """Record an error."""
        self.problems.error(where, code, message, hint)

    def scalar(self, node: Node, key: str, what: str = "one word") -> str | None:
        """The text of a scalar that is not null, else None after recording."""
        if isinstance(node, Scalar) and not node.is_null:
            return node.text
        hint = 'a value that begins with # or * needs quotes: "#"' if isinstance(node, Scalar) else ""
        self.wrong(node.where, f"{what} is expected after `{key}:`", hint)
        return None

    def pairs(self, node: Node, key: str, example: str) -> list[tuple[str, Where, Node]] | None:
        """The entries of a map that is not empty."""
        if isinstance(node, MapNode) and node.entries:
            return [(name, node.where_of(name), child) for name, child in node]
        self.wrong(node.where, f"a map is expected after `{key}:`", f"for example {example}")
        return None

    def _name(self, form: Form, node: Node, key: str) -> str | None:
        del form
        return self.scalar(node, key)

    def _text(self, form: Form, node: Node, key: str) -> Any:
        del form, key
        return read_text(node, self.context, self.problems)

    def _texts(self, form: Form, node: Node, key: str) -> Any:
        if not isinstance(node, Sequence):
            text = self._text(form, node, key)
            return (text,) if text else None
        if not node.items:
            self.wrong(node.where, f"a list of texts is expected after `{key}:`")
        texts = tuple(read_text(item, self.context, self.problems) for item in node.items)
        return texts if texts and all(texts) else None

    def _language(self, form: Form, node: Node, key: str) -> Any:
        languages = self.context.languages
        if isinstance(node, Scalar) and (
            node.text in languages if languages is not None else re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", node.text)
        ):
            return node.text
        return self._text(form, node, key)

    def _boolean(self, _form: Form, node: Node, key: str) -> bool | None:
        text = self.scalar(node, key, "yes or no")
        if text is None or text.lower() in YES | NO:
            return None if text is None else text.lower() in YES
        self.wrong(node.where, f'`{key}` is yes or no, not "{text}"')
        return None

    def _yes(self, form: Form, node: Node, key: str) -> bool | None:
        value = self._boolean(form, node, key)
        if value is False:
            self.wrong(node.where, f"`{key}` takes only true", "leave the step out instead")
        return value or None

    def _duration(self, form: Form, node: Node, key: str) -> int | None:
        text = self.scalar(node, key, "a duration")
        value = durations.seconds(text) if text is not None else None
        if text is not None and value is None:
            self.wrong(node.where, f'"{text}" is not a duration', "write 30s, 5m or 1h30m")
        elif value is not None and not (form.low or 0) <= value <= (form.high or value):
            low, high = durations.spoken(form.low or 0), durations.spoken(form.high or value)
            self.wrong(node.where, f"`{key}` is from {low} to {high}", code="out-of-range")
        return value

    def _integer(self, form: Form, node: Node, key: str) -> int | None:
        text = self.scalar(node, key, "a number")
        if text is None:
            return None
        if not _INTEGER.fullmatch(text):
            self.wrong(node.where, f'`{key}` is a whole number, not "{text}"')
            return None
        value = int(text)
        if (form.low is not None and value < form.low) or (form.high is not None and value > form.high):
            self.wrong(node.where, f"`{key}` is from {form.low} to {form.high}", code="out-of-range")
        return value

    def _word(self, form: Form, node: Node, key: str) -> str | None:
        text = self.scalar(node, key)
        if text is None or text.lower() in form.words:
            return text and text.lower()
        self.wrong(node.where, f'unknown `{key}` "{text}"', did_you_mean(text, form.words), "unknown-value")
        return None

    def _path(self, _form: Form, node: Node, key: str) -> str | None:
        text = self.scalar(node, key, "a reference")
        if text is not None and not PATH.fullmatch(text):
            self.wrong(node.where, f'"{text}" is not a reference', "for example $.Attributes.reason")
            return None
        return text

    def _keys(self, _form: Form, node: Node, key: str) -> str | None:
        text = self.scalar(node, key, "keys of the telephone")
        if text is not None and not re.fullmatch(r"[0-9*#,]{1,50}", text):
            self.wrong(node.where, f'`{key}` holds telephone keys only, not "{text}"', "0-9, * and #")
            return None
        return text

    def _attribute(self, _form: Form, node: Node, key: str) -> str | None:
        text = self.scalar(node, key, "the name of an attribute")
        if text is not None and not re.fullmatch(r"[\w\-]{1,100}", text):
            self.wrong(node.where, f'"{text}" cannot name an attribute', "letters, digits, - and _")
            return None
        return text

    def _country(self, _form: Form, node: Node, key: str) -> str | None:
        text = self.scalar(node, key, "a country")
        if text is not None and not re.fullmatch(r"[A-Z]{2}|e164|E164", text):
            self.wrong(node.where, f'`{key}` is a country (FR) or e164, not "{text}"')
            return None
        return text

    def _branches(self, node: Node, key: str, example: str, complain: Callable[[str], str]) -> Any:
        """A map to steps whose keys pass `complain` (which answers what is wrong with a key, or nothing)."""
        found: dict[str, str] = {}
        for name, where, child in self.pairs(node, key, example) or []:
            complaint = complain(name)
            if complaint:
                self.wrong(where, complaint, f"for example {example}")
            target = self.scalar(child, name, "a step")
            if target is not None and not complaint:
                found[name] = target
        return found or None

    def _duration_or_path(self, form: Form, node: Node, key: str) -> int | str | None:
        if isinstance(node, Scalar) and PATH.fullmatch(node.text):
            return node.text
        return self._duration(form, node, key)

    def _routing(self, form: Form, node: Node, key: str) -> Any:
        skills = node.get("skills") if isinstance(node, MapNode) else None
        if skills is None:
            return self._map(form, node, key)
        if isinstance(node, MapNode) and len(node.entries) > 1:
            self.wrong(node.where, "either priority, age or skills, not two of them")
            return None
        found = self._skills(form, skills, "skills")
        return {"skills": found} if found else None

    def _skills(self, _form: Form, node: Node, key: str) -> Any:
        """Steps of ((name, value, level), …) and how long each holds; the last may hold for ever (None)."""
        example = "[{need: {product: fibre >= 3}, for: 30s}]"
        if not isinstance(node, Sequence) or not node.items:
            self.wrong(node.where, f"a list of steps is expected after `{key}:`", f"for example {example}")
            return None
        steps = []
        for item in node.items:
            needs = item.get("need") if isinstance(item, MapNode) else None
            if not isinstance(item, MapNode) or needs is None or set(item.entries) - {"need", "for"}:
                self.wrong(item.where, f"a step of `{key}` has `need` and, unless it is the last, `for`", example)
                return None
            wanted = [self._need(name, child) for name, _, child in self.pairs(needs, "need", example) or []]
            expiry = item.get("for")
            lasts = self._duration(Form("duration", low=1), expiry, "for") if expiry is not None else None
            if not wanted or not all(wanted) or (expiry is not None and lasts is None):
                return None
            steps.append((tuple(wanted), lasts))
        return tuple(steps)

    def _need(self, name: str, node: Node) -> tuple[str, str, str] | None:
        found = _NEED.fullmatch(self.scalar(node, name, "a skill and its level") or "")
        if found is None:
            self.wrong(node.where, f"`{name}` needs a value and a level", f"{name}: fibre >= 3")
            return None
        return name, found[1], found[2]

    def _channels(self, form: Form, node: Node, key: str) -> Any:
        found = self._raw(form, node, key)
        if found is None or (isinstance(found, dict) and len(found) == 1 and next(iter(found)) in form.words):
            return found
        self.wrong(node.where, f"one of voice, chat and screen is expected after `{key}:`")
        return None

    def _choices(self, _form: Form, node: Node, key: str) -> Any:
        def complain(name: str) -> str:
            return "" if name in KEYS else f'"{name}" is not a key of the telephone'

        return self._branches(node, key, '{1: nurse, "#": menu}', complain)

    def _cases(self, _form: Form, node: Node, key: str) -> Any:
        return self._branches(node, key, '{urgent: nurse, "> 5": busy}', lambda n: "" if n else "an empty case")

    def _results(self, _form: Form, node: Node, key: str) -> Any:
        return self._branches(node, key, "{known: greet}", lambda n: "" if n else "an empty result")

    def _counts(self, _form: Form, node: Node, key: str) -> Any:
        def complain(name: str) -> str:
            return "" if name.isdigit() else f'"{name}" is not a number'

        found = self._branches(node, key, "{40: busy}", complain)
        return {int(name): target for name, target in found.items()} if found else None

    def _durations(self, _form: Form, node: Node, key: str) -> Any:
        def complain(name: str) -> str:
            return f'"{name}" is not a duration' if durations.seconds(name) is None else ""

        found = self._branches(node, key, "{5m: busy}", complain)
        return {durations.seconds(name): target for name, target in found.items()} if found else None

    def _shares(self, _form: Form, node: Node, key: str) -> Any:
        """Steps by share, as text; a share that comes again, which only a list can hold, is `50 #2`."""

        def complain(name: str) -> str:
            return "" if name.isdigit() and 1 <= int(name) <= 99 else f'"{name}" is not a share from 1 to 99'

        parts = node.items if isinstance(node, Sequence) and node.items else (node,)
        shares: dict[str, str] = {}
        for part in parts:
            for share, target in (self._branches(part, key, "{30: new-menu}", complain) or {}).items():
                again = sum(name.partition(" ")[0] == share for name in shares)
                shares[f"{share} #{again + 1}" if again else share] = target
        total = sum(int(name.partition(" ")[0]) for name in shares)
        if total > 100:
            self.wrong(node.where, f"the shares sum to {total}, more than 100")
        return shares or None

    def _language_choices(self, _form: Form, node: Node, key: str) -> Any:
        def complain(name: str) -> str:
            return "" if name in KEYS else f'"{name}" is not a key of the telephone'

        found = self._branches(node, key, "{1: fr, 2: en}", complain)
        for name, language in (found or {}).items():
            self._known_language(language, node.where_of(name) if isinstance(node, MapNode) else node.where)
        return found

    def _language_key(self, _form: Form, node: Node, key: str) -> str | None:
        text = self.scalar(node, key, "a language")
        if text is not None:
            self._known_language(text, node.where)
        return text

    def _known_language(self, language: str, where: Where) -> None:
        known = self.context.languages
        if known is not None and language not in known:
            self.wrong(where, f'unknown language "{language}"', did_you_mean(language, known), "unknown-language")

    def _map(self, form: Form, node: Node, key: str) -> Any:
        found: dict[str, str] = {}
        for name, where, child in self.pairs(node, key, "{reason: follow-up}") or []:
            if form.words and name not in form.words:
                self.wrong(where, f"unknown `{name}` in `{key}`", did_you_mean(name, form.words), "unknown-key")
                continue
            value = self.scalar(child, name, "a value")
            if value == "":
                self.wrong(child.where, "an attribute cannot be empty", 'write " " (one space)')
            elif value is not None:
                found[name] = value
        return found or None

    def _dial(self, form: Form, node: Node, key: str) -> Any:
        if isinstance(node, Scalar):
            return {} if self._yes(form, node, key) else None
        return self._map(Form("map", words=("caller_id",)), node, key)

    def _list(self, _form: Form, node: Node, key: str) -> Any:
        items = node.items if isinstance(node, Sequence) else (node,)
        words = [self.scalar(item, key) for item in items]
        return tuple(word for word in words if word is not None) or None

    def _participants(self, form: Form, node: Node, key: str) -> Any:
        words = self._list(form, node, key)
        if words in (("off",), ("false",), ("no",)):
            return ("off",)
        for word in words or ():
            if word not in {"agent", "customer"}:
                hint = did_you_mean(word, ["agent", "customer", "off"])
                self.wrong(node.where, f'unknown `{key}` "{word}"', hint, "unknown-value")
        return words

    def _hooks(self, _form: Form, node: Node, key: str) -> Any:
        found: dict[str, str] = {}
        for name, where, child in self.pairs(node, key, "{waiting: music}") or []:
            if name not in HOOKS:
                self.wrong(where, f'unknown moment "{name}"', did_you_mean(name, HOOKS), "unknown-key")
            flow = self.scalar(child, name, "a flow")
            if flow is not None and name in HOOKS:
                found[name] = flow
        return found or None

    def _raw(self, _form: Form, node: Node, key: str) -> Any:
        if isinstance(node, MapNode):
            return plain(node)
        self.wrong(node.where, f"a map is expected after `{key}:`")
        return None


def plain(node: Node) -> Any:
    """A node as JSON values; scalars are text, as Flow language wants them."""
    if isinstance(node, MapNode):
        return {name: plain(child) for name, child in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None if node.is_null else node.text


def words(node: Node) -> list[str]:
    """Every scalar inside a node."""
    if isinstance(node, Scalar):
        return [node.text]
    parts = node.items if isinstance(node, Sequence) else tuple(node.entries.values())
    return [word for part in parts for word in words(part)]
