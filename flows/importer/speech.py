"""Actions that speak and listen, as steps. Each recogniser answers None where the form cannot say the action."""

from __future__ import annotations

from typing import Any

from .scene import Given, Take

YES_NO = {"True": "yes", "true": "yes", "False": "no", "false": "no"}


def say(take: Take) -> Given | None:
    """MessageParticipant."""
    step: Given = {"say": take.text()}
    skippable = take.word("SkipWhenDTMFBufferEnabled", YES_NO)
    if skippable:
        step["skippable"] = skippable
    return _soft(take, step)


def _soft(take: Take, step: Given) -> Given:
    """`then`, and `failed` where there is an error branch that an imported flow would not have by itself."""
    step["then"] = take.then()
    failed = take.branch("NoMatchingError")
    if failed:
        step["failed"] = failed
    return step


def participant_input(take: Take) -> Given | None:
    """GetParticipantInput: a menu, or digits that are kept."""
    if str(take.left.get("StoreInput", "False")).lower() == "true":
        return _digits(take)
    take.pop("StoreInput")
    step: Given = {"menu": take.text(), "choices": take.cases()}
    step["timeout"] = take.seconds("InputTimeLimitSeconds")
    otherwise = take.branch("NoMatchingCondition")
    step["otherwise"] = otherwise
    for option, error in (("silence", "InputTimeLimitExceeded"), ("failed", "NoMatchingError")):
        target = take.branch(error)
        if target != otherwise:
            step[option] = target
    take.unused_next(step)
    return step


def _digits(take: Take) -> Given | None:
    take.pop("StoreInput")
    step: Given = {"digits": take.text(), "timeout": take.seconds("InputTimeLimitSeconds")}
    validation = take.pop("InputValidation")
    keys = take.pop("DTMFConfiguration") or {}
    if not isinstance(validation, dict) or not isinstance(keys, dict):
        return None
    match validation:
        case {"CustomValidation": {"MaximumLength": str(most)}} if len(validation) == 1:
            step["max"] = most
        case {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": str(country)}}:
            step["phone"] = country
        case {"PhoneNumberValidation": {"NumberFormat": "E164"}}:
            step["phone"] = "e164"
        case _:
            return None
    ends, cancel, between = (keys.get(k) for k in ("InputTerminationSequence", "DisableCancelKey", _BETWEEN))
    if ends is not None:
        step["ends_with"] = ends
    if cancel is not None:
        step["cancel_key"] = {"False": "yes", "false": "yes"}.get(cancel, "no")
    if between is not None:
        step["between"] = f"{between}s"
    encrypted = take.pop("InputEncryption")
    if encrypted is not None:
        step["encrypted"] = encrypted
    step["then"] = take.then()
    step["failed"] = take.branch("NoMatchingError")
    invalid = take.branch("InvalidPhoneNumber")
    if invalid is not None:
        step["invalid"] = invalid
    return step


_BETWEEN = "InterdigitTimeLimitSeconds"


def ask(take: Take) -> Given | None:
    """ConnectParticipantWithLexBot, of Lex V2."""
    bot = take.pop("LexV2Bot")
    if not isinstance(bot, dict) or set(bot) != {"AliasArn"} or not isinstance(bot["AliasArn"], str):
        return None
    step: Given = {
        "ask": take.scene.references.name("bot", bot["AliasArn"], take.action.identifier, "AliasArn"),
        "with": take.text(),
        "intents": take.cases() or None,
        "session": take.pop("LexSessionAttributes"),
        "timeout": take.pop("LexTimeoutSeconds"),
    }
    initial = take.left.get("LexInitializationData")
    if isinstance(initial, dict) and set(initial) == {"InitialMessage"}:
        step["initial"] = take.pop("LexInitializationData")["InitialMessage"]
    step["silence"] = take.branch("InputTimeLimitExceeded")
    step["otherwise"] = take.branch("NoMatchingCondition")
    step["failed"] = take.branch("NoMatchingError")
    if take.then() != step["otherwise"]:
        step["next_action"] = take.then()
    return step


def repeat(take: Take) -> Given | None:
    """MessageParticipantIteratively."""
    messages = take.pop("Messages")
    if not isinstance(messages, list):
        return None
    step: Given = {"repeat": [_message(take, message) for message in messages]}
    every = take.seconds("InterruptFrequencySeconds")
    if every:
        step["every"] = every
        step["each"] = take.condition("Equals", "MessagesInterrupted")
    resume = take.word("ContinueMessagingDuringInterrupt", YES_NO)
    if resume:
        step["resume"] = resume
    step["failed"] = take.branch("NoMatchingError")
    step["next_action"] = take.then()
    return step


def _message(take: Take, message: Any) -> Any:
    match message:
        case {"Text": str(text)}:
            return text
        case {"SSML": str(ssml)}:
            return {"ssml": ssml}
        case {"PromptId": str(prompt)}:
            return {"prompt": take.scene.references.name("prompt", prompt, take.action.identifier, "PromptId")}
    return None


def voice(take: Take) -> Given | None:
    """UpdateContactTextToSpeechVoice."""
    step: Given = {"voice": take.pop("TextToSpeechVoice")}
    engines = {name.capitalize(): name for name in ("standard", "neural", "generative")}
    step["engine"] = take.word("TextToSpeechEngine", engines)
    styles = {name.capitalize(): name for name in ("none", "conversational", "newscaster")}
    step["style"] = take.word("TextToSpeechStyle", styles)
    return _soft(take, step)


RECOGNISERS = {
    "MessageParticipant": say,
    "GetParticipantInput": participant_input,
    "ConnectParticipantWithLexBot": ask,
    "MessageParticipantIteratively": repeat,
    "UpdateContactTextToSpeechVoice": voice,
}
