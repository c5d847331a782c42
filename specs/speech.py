"""What is said and in which language and voice: part of the model, used wherever a TEXT is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .frozen import dataclass
from .problems import NOWHERE, Where


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the centre. `voice` None = recorded prompts only."""

    key: str  # "fr"
    code: str  # "fr-FR", what UpdateContactData.LanguageCode takes
    voice: str | None  # a Polly VoiceId, "Lea"
    engine: str | None = None  # "standard" | "neural" | "generative"; None = the service's choice


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said in one language."""

    kind: Literal["text", "ssml", "prompt"]
    value: str  # the text, the SSML document, or the key of a prompt asset (PromptAsset.key)


@dataclass(frozen=True, slots=True)
class Text:
    """TEXT of spec.md 2, resolved. `by_language` maps a language's key to its speech; the key "" stands for all."""

    by_language: Mapping[str, Speech]
    where: Where = NOWHERE

    def speech(self, language: str) -> Speech | None:
        """The speech for `language`, or the one for all languages, or None when there is none."""
        return self.by_language.get(language) or self.by_language.get("")
