"""What keeps a locale from being built. The service tells its reasons in words and documents none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .catalogue import FALLBACK

Json = dict[str, Any]
_BRACES = re.compile(r"\{([^{}]*)\}")


def reasons_against(intents: Sequence[Json], slots: Sequence[Json], types: Sequence[Json]) -> list[str]:
    """Every reason against building a locale that holds these; none when it can be built."""
    found = []
    own = [intent for intent in intents if intent.get("parentIntentSignature") != FALLBACK]
    if not any(intent.get("sampleUtterances") or intent.get("parentIntentSignature") for intent in own):
        found.append("The locale needs at least one intent with a sample utterance")
    found += _same_utterance(own)
    for intent in own:
        found += _against_intent(intent, [slot for slot in slots if slot["intentId"] == intent["intentId"]])
    found += [f"The slot type {one['slotTypeName']} has no values" for one in types if not _has_values(one)]
    return found


def _same_utterance(intents: Iterable[Json]) -> list[str]:
    first: dict[str, str] = {}
    found = []
    for intent in intents:
        for utterance in _utterances(intent):
            other = first.setdefault(utterance.lower(), intent["intentName"])
            if other != intent["intentName"]:
                found.append(f"The utterance {utterance!r} is in the intents {other} and {intent['intentName']}")
    return found


def _against_intent(intent: Json, slots: Sequence[Json]) -> list[str]:
    name, found = intent["intentName"], []
    known = {slot["slotName"] for slot in slots}
    for utterance in _utterances(intent):
        # a composite slot's part is named {Slot.Part}
        unknown = [word for word in _BRACES.findall(utterance) if word.split(".")[0] not in known]
        found += [f"The intent {name} has no slot {word}, which the utterance {utterance!r} names" for word in unknown]
    ranked = {one["slotId"] for one in intent.get("slotPriorities") or ()}
    for slot in slots:
        setting = slot["valueElicitationSetting"]
        if setting["slotConstraint"] != "Required":
            continue
        if slot["slotId"] not in ranked:
            found.append(f"The intent {name} gives its required slot {slot['slotName']} no priority")
        if not setting.get("promptSpecification") and not slot.get("subSlotSetting"):
            found.append(f"The required slot {slot['slotName']} of the intent {name} has no prompt")
    return found


def _utterances(intent: Json) -> list[str]:
    return [one["utterance"].strip() for one in intent.get("sampleUtterances") or ()]


def _has_values(one: Json) -> bool:
    return bool(
        one.get("slotTypeValues")
        or one.get("parentSlotTypeSignature")
        or one.get("externalSourceSetting")
        or (one.get("compositeSlotTypeSetting") or {}).get("subSlots")
    )
