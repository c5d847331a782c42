"""How the verbs that speak and listen become actions."""

from __future__ import annotations

import html
from typing import Any

from ..specs.model import Speech, Text
from .draft import Draft
from .graph import Step

Conditions = list[tuple[str, str, str]]


def say(draft: Draft, step: Step) -> None:
    """MessageParticipant."""
    draft.say(step.key, step.value, draft.then(step), draft.failed(step), step.option("skippable"))


def notice(draft: Draft, step: Step) -> None:
    """The recording notice; with a key to refuse, one that listens for it where the flow type can."""
    house, then, failed = draft.house, draft.then(step), draft.failed(step)
    if house.refuse is None or draft.flow.type == "outbound_whisper":
        draft.say(step.key, house.notice, then, failed)
        return
    off = f"{step.key}.off"

    def ask(ident: str, speech: Speech) -> None:
        listen(draft, ident, speech, 3, [("Equals", str(house.refuse), off)], then, then, failed)

    draft.by_language(step.key, draft.speeches(house.notice), ask)
    recording: dict[str, Any] = {"RecordingBehavior": {"RecordedParticipants": []}}
    draft.add(off, "UpdateContactRecordingBehavior", recording, f"{step.key}.keep")
    # Later flows of the call switch recording on again in their head, unless this says no.
    kept = {"Attributes": {"recording": "refused"}, "TargetContact": "Current"}
    draft.add(f"{step.key}.keep", "UpdateContactAttributes", kept, f"{step.key}.done", failed=f"{step.key}.done")
    draft.say(f"{step.key}.done", house.phrase("refused"), then)


def listen(
    draft: Draft,
    ident: str,
    speech: Speech | None,
    timeout: int,
    conditions: Conditions,
    silence: str,
    invalid: str,
    failed: str,
) -> None:
    """One GetParticipantInput that waits for a key (StoreInput False)."""
    parameters: dict[str, Any] = draft.spoken(speech) if speech else {}
    parameters |= {"InputTimeLimitSeconds": str(timeout), "StoreInput": "False"}
    errors = {"InputTimeLimitExceeded": silence, "NoMatchingCondition": invalid, "NoMatchingError": failed}
    draft.add(ident, "GetParticipantInput", parameters, conditions=conditions, errors=errors)


def menu(draft: Draft, step: Step) -> None:
    """GetParticipantInput, behind a Loop when it is heard more than once."""
    otherwise = step.option("otherwise")
    attempts = step.option("attempts")
    again = step.key if attempts > 1 else otherwise
    conditions = [("Equals", key, target) for key, target in step.option("choices").items()]
    silence, invalid = step.option("silence") or again, step.option("invalid") or again

    def ask(ident: str, speech: Speech) -> None:
        listen(draft, ident, speech, step.option("timeout"), conditions, silence, invalid, step.failed or otherwise)

    question = f"{step.key}.ask" if attempts > 1 else step.key
    if attempts > 1:
        loop(draft, step.key, attempts, question, otherwise)
    draft.by_language(question, draft.speeches(step.value), ask)


def loop(draft: Draft, ident: str, count: int, each: str, done: str) -> None:
    """A Loop: `each` so many times, `done` once, then it starts anew."""
    cases = [("Equals", "ContinueLooping", each), ("Equals", "DoneLooping", done)]
    draft.add(ident, "Loop", {"LoopCount": str(count)}, conditions=cases)


def ask_digits(
    draft: Draft,
    ident: str,
    text: Text | None,
    options: dict[str, Any],
    go_on: str,
    failed: str,
    invalid: str,
) -> None:
    """GetParticipantInput that stores digits. `options`: those of the verb; phone is an ISO country or e164."""
    phone = options.get("phone")
    if phone:
        local = phone.lower() != "e164"
        number = {"NumberFormat": "Local", "CountryCode": phone} if local else {"NumberFormat": "E164"}
        validation: dict[str, Any] = {"PhoneNumberValidation": number}
    else:
        validation = {"CustomValidation": {"MaximumLength": str(options["max"])}}
    errors = {"NoMatchingError": failed} | ({"InvalidPhoneNumber": invalid} if phone else {})
    keys: dict[str, str] = {}
    if options.get("ends_with"):
        keys["InputTerminationSequence"] = options["ends_with"]
    if options.get("cancel_key") is not None or not draft.bare:
        keys["DisableCancelKey"] = str(options.get("cancel_key") is False)
    if options.get("between"):
        keys["InterdigitTimeLimitSeconds"] = str(options["between"])

    def ask(name: str, speech: Speech | None) -> None:
        parameters: dict[str, Any] = (draft.spoken(speech) if speech else {}) | {
            "InputTimeLimitSeconds": str(options["timeout"]),
            "StoreInput": "True",
            "InputValidation": validation,
        }
        if keys:
            parameters["DTMFConfiguration"] = keys
        if options.get("encrypted"):
            parameters["InputEncryption"] = options["encrypted"]
        draft.add(name, "GetParticipantInput", parameters, go_on, errors=errors)

    draft.by_language(ident, draft.speeches(text) if text else dict.fromkeys(draft.house.languages), ask)


def digits(draft: Draft, step: Step) -> None:
    """Digits that are kept; no entry leaves by success with the word Timeout, so a Compare follows."""
    then, failed = draft.then(step), draft.failed(step)
    silence = step.option("silence") or failed
    invalid = step.option("invalid") or silence
    private = step.option("private")
    ways = {"then": then, "failed": failed, "silence": silence}
    if step.option("phone"):
        ways["invalid"] = invalid
    options = dict(step.options) | {"ends_with": draft.says(step, "ends_with")}
    if private:  # logging comes back on every way out
        ways = {name: logging_on(draft, step, name, target) for name, target in ways.items()}
        draft.add(step.key, "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, f"{step.key}.ask")
    question, check = (f"{step.key}.ask" if private else step.key), f"{step.key}.check"
    into = step.option("into")
    kept = f"{step.key}.keep" if into else ways["then"]
    listens = not draft.bare or "silence" in step.places
    after = check if listens else kept
    ask_digits(draft, question, step.value, options, after, ways["failed"], ways.get("invalid", invalid))
    if listens:
        draft.add(
            check,
            "Compare",
            {"ComparisonValue": "$.StoredCustomerInput"},
            conditions=[("Equals", "Timeout", ways["silence"])],
            errors={"NoMatchingCondition": kept},
        )
    if into:
        attributes = {"Attributes": {into: "$.StoredCustomerInput"}, "TargetContact": "Current"}
        draft.add(kept, "UpdateContactAttributes", attributes, ways["then"], failed=ways["failed"])


def logging_on(draft: Draft, step: Step, name: str, target: str) -> str:
    """An action that switches logging on and goes to `target`; answers its identifier."""
    ident = f"{step.key}.log-{name}"
    draft.add(ident, "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, target, branch=name)
    return ident


def language(draft: Draft, step: Step) -> None:
    """The caller's language: one question in all languages, or a fixed one; sets the attribute and the voice."""
    then = draft.then(step)
    if isinstance(step.value, str):
        set_language(draft, step.key, step.value, then)
        return
    main = step.option("otherwise") or draft.house.main
    choices = step.option("choices") or {}
    cases = [("Equals", key, f"{step.key}.{chosen}") for key, chosen in choices.items()]
    other = f"{step.key}.{main}"
    for number, speech in enumerate(parts := question_parts(draft, step.value)):
        ident = step.key if number == 0 else f"{step.key}.also-{number}"
        if number + 1 < len(parts):
            go_on = f"{step.key}.also-{number + 1}"
            draft.add(ident, "MessageParticipant", draft.spoken(speech), go_on, failed=go_on)
        else:
            listen(draft, ident, speech, step.option("timeout"), cases, other, other, other)
    for chosen in dict.fromkeys([main, *choices.values()]):
        set_language(draft, f"{step.key}.{chosen}", chosen, then)


def question_parts(draft: Draft, text: Text) -> list[Speech]:
    """The question in every language: as one SSML document, or prompt after prompt."""
    if "" in text.by_language:
        return [text.by_language[""]]
    languages = draft.house.languages
    spoken = [(languages[key].code, speech) for key, speech in text.by_language.items() if key in languages]
    if any(speech.kind != "text" for _, speech in spoken):
        return [speech for _, speech in spoken]
    inner = " ".join(
        f'<lang xml:lang="{code}">{html.escape(speech.value, quote=False)}</lang>' for code, speech in spoken
    )
    return [Speech("ssml", f"<speak>{inner}</speak>")]


def set_language(draft: Draft, ident: str, key: str, go_on: str) -> None:
    """Keep the language with the contact and speak in its voice from here on."""
    chosen = draft.house.languages.get(key)
    voice_id = f"{ident}.voice"
    after = voice_id if chosen and chosen.voice else go_on
    attributes = {"Attributes": {"language": key}, "TargetContact": "Current"}
    draft.add(ident, "UpdateContactAttributes", attributes, after, failed=after, branch=key)
    if chosen and chosen.voice:
        voice(draft, voice_id, chosen.voice, chosen.engine, go_on)


def voice(
    draft: Draft,
    ident: str,
    name: str,
    engine: str | None,
    go_on: str,
    style: str | None = None,
    failed: str | None = None,
) -> None:
    """Set the voice of what follows; a voice that does not exist is no reason to lose a call."""
    parameters = {"TextToSpeechVoice": name}
    if engine:
        parameters["TextToSpeechEngine"] = engine.capitalize()
    if style:
        parameters["TextToSpeechStyle"] = style.capitalize()
    draft.add(ident, "UpdateContactTextToSpeechVoice", parameters, go_on, failed=failed or go_on)


def repeat(draft: Draft, step: Step) -> None:
    """Messages without end, interrupted every so often; a Loop counts the interrupts when `up_to` ends them."""
    every, up_to, each = step.option("every"), step.option("up_to"), step.option("each")
    if up_to and not every:
        every = up_to
    laps = max(up_to // every - 1, 0) if up_to and every else 0
    interrupted = f"{step.key}.lap" if laps else draft.then(step) if up_to else each or step.key

    def one(ident: str, speeches: tuple[Speech, ...]) -> None:
        parameters: dict[str, Any] = {"Messages": [draft.spoken(speech) for speech in speeches]}
        cases: Conditions = []
        if every:
            parameters["InterruptFrequencySeconds"] = str(every)
            resume = draft.says(step, "resume")
            if resume is not None or not draft.bare:
                parameters["ContinueMessagingDuringInterrupt"] = str(resume is not False)
            cases = [("Equals", "MessagesInterrupted", interrupted)]
        errors = {"NoMatchingError": step.failed} if step.failed else {}
        draft.add(ident, "MessageParticipantIteratively", parameters, conditions=cases, errors=errors)

    heard = [draft.speeches(text) for text in step.value]
    draft.by_language(step.key, {key: tuple(h[key] for h in heard) for key in draft.house.languages}, one)
    if laps:
        loop(draft, f"{step.key}.lap", laps, each or step.key, draft.then(step))
