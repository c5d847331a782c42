"""TEXT: what is said, in one language or in each (the reference: "plain", {fr:, en:}, {text:}, {prompt:}, {ssml:})."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from .frozen import dataclass
from .model import Speech, Text
from .nodes import Mapping as MapNode
from .nodes import Node, Scalar
from .suggest import did_you_mean

if TYPE_CHECKING:
    from .model import Center
    from .problems import Problems

MAX_CHARACTERS = 6000  # Connect facts 2: 3,000 billed, 6,000 in all
FORMS = ("text", "prompt", "ssml")


@dataclass(frozen=True, slots=True)
class TextContext:
    """What a TEXT may refer to. None = not knowable here (a flow on its own, a broken file): nothing is unknown.

    `prompts` maps a prompt's key to its sound files: language key ("" = all languages) to asset key.
    """

    languages: tuple[str, ...] | None = None
    texts: Mapping[str, Text] | None = None
    prompts: Mapping[str, Mapping[str, str]] | None = field(default=None)
    literal: bool = False  # an imported flow: texts are taken as they stand


def context_of(center: Center) -> TextContext:
    """The context of a centre that was loaded."""
    prompts = {
        key: {asset.language or "": asset.key for asset in prompt.assets} for key, prompt in center.prompts.items()
    }
    texts = None if "texts" in center.unread else center.texts
    return TextContext(tuple(center.languages), texts, prompts)


def read_text(node: Node, context: TextContext, problems: Problems) -> Text | None:
    """TEXT as a value with a speech for each language; None after recording what is wrong."""
    if isinstance(node, Scalar):
        speech = _plain(node, problems, context.literal)
        return Text({"": speech}, node.where) if speech else None
    if not isinstance(node, MapNode) or not node.entries:
        problems.error(node.where, "wrong-type", "a text is expected here", 'for example "Bonjour" or {text: key}')
        return None
    form = next((name for name in FORMS if name in node.entries), None)
    if form is None:
        return _by_language(node, context, problems)
    if len(node.entries) > 1:
        other = next(name for name in node.entries if name != form)
        problems.error(
            node.where_of(other), "unknown-key", f'"{other}" cannot stand beside "{form}"', f"write {{{form}: …}} alone"
        )
    value = node.entries[form]
    if form == "ssml" and isinstance(value, MapNode):
        return _by_language(value, context, problems, ssml=True)
    if not isinstance(value, Scalar) or value.is_null:
        problems.error(value.where, "wrong-type", f"one word is expected after `{form}:`")
        return None
    if form == "text":
        return _reference(value, context, problems)
    if form == "prompt":
        return _prompt(value, context, problems)
    speech = _ssml(value, problems, context.literal)
    return Text({"": speech}, node.where) if speech else None


def _by_language(node: MapNode, context: TextContext, problems: Problems, ssml: bool = False) -> Text | None:
    spoken: dict[str, Speech] = {}
    for language, child in node:
        if context.languages is not None and language not in context.languages:
            hint = did_you_mean(language, [*context.languages, *(() if ssml else FORMS)])
            problems.error(node.where_of(language), "unknown-language", f'unknown language "{language}"', hint)
            continue
        if isinstance(child, Scalar):
            read = _ssml if ssml else _plain
            speech = read(child, problems, context.literal)
            if speech:
                spoken[language] = speech
        elif not ssml:
            inner = read_text(child, context, problems)
            found = inner.speech(language) if inner else None
            if found:
                spoken[language] = found
        else:
            problems.error(child.where, "wrong-type", "an SSML text is expected here")
    return Text(spoken, node.where) if spoken else None


def _plain(node: Scalar, problems: Problems, literal: bool = False) -> Speech | None:
    if literal and node.text and len(node.text) <= MAX_CHARACTERS:
        return Speech("text", node.text)
    if node.is_null or not node.text.strip():
        problems.error(
            node.where, "empty-text", "the text is empty", 'a text that begins with # or * needs quotes: "#"'
        )
        return None
    if len(node.text) > MAX_CHARACTERS:
        problems.error(
            node.where, "too-long", f"a text of {len(node.text)} characters, at most {MAX_CHARACTERS} may be"
        )
        return None
    if node.text.lstrip().startswith("<speak"):
        return _ssml(node, problems)
    return Speech("text", node.text)


def _ssml(node: Scalar, problems: Problems, literal: bool = False) -> Speech | None:
    if literal and node.text and len(node.text) <= MAX_CHARACTERS:
        return Speech("ssml", node.text)
    text = node.text.strip()
    if not (text.startswith("<speak") and text.endswith("</speak>")):
        problems.error(node.where, "bad-ssml", "SSML begins with <speak> and ends with </speak>")
        return None
    if len(text) > MAX_CHARACTERS:
        problems.error(node.where, "too-long", f"SSML of {len(text)} characters, at most {MAX_CHARACTERS} may be")
        return None
    return Speech("ssml", text)


def _reference(node: Scalar, context: TextContext, problems: Problems) -> Text | None:
    if context.texts is None:
        return Text({"": Speech("text", f"[{node.text}]")}, node.where)
    text = context.texts.get(node.text)
    if text is None:
        hint = did_you_mean(node.text, context.texts) or "texts stand in texts/*.csv and texts/*.yaml"
        problems.error(node.where, "unknown-reference", f'unknown text "{node.text}"', hint)
        return None
    return Text(text.by_language, node.where)


def _prompt(node: Scalar, context: TextContext, problems: Problems) -> Text | None:
    if context.prompts is None:
        return Text({"": Speech("prompt", node.text)}, node.where)
    assets = context.prompts.get(node.text)
    if assets is None:
        hint = did_you_mean(node.text, context.prompts) or "prompts stand under `prompts:` in center.yaml"
        problems.error(node.where, "unknown-reference", f'unknown prompt "{node.text}"', hint)
        return None
    return Text({language: Speech("prompt", asset) for language, asset in assets.items()}, node.where)
