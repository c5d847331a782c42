"""How a bot's question and a message after the tone become actions."""

from __future__ import annotations

from typing import Any

from ..specs.model import Speech, Text
from .compile_control import recording
from .compile_speech import ask_digits
from .draft import Draft
from .graph import Step


def ask(draft: Draft, step: Step) -> None:
    """ConnectParticipantWithLexBot; the bot is told the caller's language first."""
    failed, otherwise = draft.failed(step), step.option("otherwise")
    cases = [("Equals", intent, to) for intent, to in (step.option("intents") or {}).items()]
    errors = {"NoMatchingError": failed, "NoMatchingCondition": otherwise}
    if step.option("silence"):
        errors["InputTimeLimitExceeded"] = step.option("silence")
    question = step.key if draft.bare else f"{step.key}.ask"

    def one(ident: str, speech: Speech | None) -> None:
        parameters: dict[str, Any] = draft.spoken(speech) if speech else {}
        parameters["LexV2Bot"] = {"AliasArn": draft.ref("bot", step.value)}
        if step.option("session"):
            parameters["LexSessionAttributes"] = step.option("session")
        if step.option("initial"):
            parameters["LexInitializationData"] = {"InitialMessage": step.option("initial")}
        if step.option("timeout"):
            parameters["LexTimeoutSeconds"] = step.option("timeout")
        draft.add(ident, "ConnectParticipantWithLexBot", parameters, otherwise, conditions=cases, errors=errors)

    if not draft.bare:
        codes = {key: language.code for key, language in draft.house.languages.items()}

        def tell(ident: str, code: str) -> None:
            draft.add(ident, "UpdateContactData", {"LanguageCode": code}, question, failed=question)

        draft.by_language(step.key, codes, tell)
    text = step.option("with")
    draft.by_language(question, draft.speeches(text) if text else dict.fromkeys(draft.house.languages), one)


def message(draft: Draft, step: Step) -> None:
    """A message that is kept: the automated part is recorded while the caller speaks, and off again afterwards.

    Every way out of the question switches recording back: what follows is recorded as it was set before. With `to`,
    a callback is booked, so that an agent hears of it. The tone is the centre's prompt `beep`; without one there is
    silence. Not verified against the live service.
    """
    then, failed = draft.then(step), draft.failed(step)
    off, to = f"{step.key}.off", step.option("to")
    on = recording(("customer",), ivr=True)
    draft.say(step.key, step.value, f"{step.key}.on", f"{step.key}.on")
    draft.add(f"{step.key}.on", "UpdateContactRecordingBehavior", on, f"{step.key}.take")
    options = {"max": 20, "timeout": step.option("up_to"), "ends_with": step.option("ends_with")}
    prompts = draft.house.center.prompts if draft.house.center else {}
    tone = Text({"": Speech("prompt", "beep")}) if "beep" in prompts else None
    ask_digits(draft, f"{step.key}.take", tone, options, off, f"{off}-failed", off)
    rest = recording(draft.house.recorded, ivr=False)
    booked = f"{step.key}.number" if to else then
    draft.add(off, "UpdateContactRecordingBehavior", rest, booked)
    draft.add(f"{off}-failed", "UpdateContactRecordingBehavior", rest, failed)
    if to:
        errors = dict.fromkeys(("InvalidCallbackNumber", "CallbackNumberNotDialable"), failed)
        number = {"CallbackNumber": "$.CustomerEndpoint.Address"}
        book = f"{step.key}.book"
        draft.add(booked, "UpdateContactCallbackNumber", number, book, errors=errors)

        def one(ident: str, real: str) -> None:
            where = {} if real == "current" else {"QueueId": draft.ref("queue", real)}
            times = {"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "3", "RetryDelaySeconds": "600"}
            draft.add(ident, "CreateCallbackContact", where | times, then, failed=failed)

        draft.by_language(book, draft.real_queues(draft.house.callback_variants(to)), one)
