"""Intents, their slots, and slot types."""

from __future__ import annotations

from .base import Json, scope_of
from .catalogue import FALLBACK, FALLBACK_ID, INTENTS, SLOT_TYPES
from .locales import Locales

_PLACE = ("botId", "botVersion", "localeId", "intentId", "slotId", "slotTypeId", "creationDateTime")


class Intents(Locales):
    """What a caller may want."""

    def create_intent(self, p: Json) -> Json:
        """Raises Conflict for a name that is taken, Validation for a parent that Lex does not have."""
        bot, locale = self.draft(p)
        self._check_intent(bot, locale, p)
        if p.get("parentIntentSignature") == FALLBACK:
            raise self.conflict("A locale has one fallback intent, which came with it")
        return self._make(bot, locale, "intent", "intentId", p)

    def describe_intent(self, p: Json) -> Json:
        """One intent."""
        bot, locale = self.locale(p)
        return self.find(bot, "intent", f"{locale['Id']}/{p['intentId']}")

    def update_intent(self, p: Json) -> Json:
        """Replaces everything. Raises Validation for a priority of a slot that is not there or given twice."""
        bot, locale = self.draft(p)
        intent = self.find(bot, "intent", f"{locale['Id']}/{p['intentId']}")
        self._check_intent(bot, locale, p, intent["Id"])
        return self._edit(bot, locale, "intent", intent, p)

    def delete_intent(self, p: Json) -> Json:
        """With its slots. The fallback intent stays."""
        bot, locale = self.draft(p)
        intent = self.find(bot, "intent", f"{locale['Id']}/{p['intentId']}")
        if intent["intentId"] == FALLBACK_ID:
            raise self.not_ready("The fallback intent of a locale cannot be deleted")
        for slot in self.things(bot, "slot", f"{intent['Id']}/"):
            self.change.drop(scope_of(bot), "slot", slot["Id"])
        self.change.drop(scope_of(bot), "intent", intent["Id"])
        self.touched(bot, locale)
        return {}

    def list_intents(self, p: Json) -> Json:
        """Summaries, by name."""
        bot, locale = self.locale(p)
        return self.listed(p, "intentSummaries", self.things(bot, "intent", f"{locale['Id']}/"), **_where(p))

    def _check_intent(self, bot: Json, locale: Json, p: Json, mine: str = "") -> None:
        self._free(bot, locale, "intent", "intentName", p["intentName"], mine)
        parent = p.get("parentIntentSignature")
        if parent is not None and parent not in INTENTS:
            raise self.invalid(f"parentIntentSignature: {parent} is not one of {', '.join(INTENTS)}")
        ranks = p.get("slotPriorities") or []
        for member in ("priority", "slotId"):
            if len({one[member] for one in ranks}) != len(ranks):
                raise self.invalid(f"slotPriorities: the same {member} twice")
        for one in ranks:
            if not mine or self.look(bot, "slot", f"{mine}/{one['slotId']}") is None:
                raise self.invalid(f"slotPriorities: the intent has no slot {one['slotId']}")

    # -- slots

    def create_slot(self, p: Json) -> Json:
        """Something an intent asks for. Raises Conflict for a name that is taken in the intent."""
        bot, locale, intent = self._intent(p)
        self._check_slot(bot, locale, intent, p)
        return self._make(bot, locale, "slot", "slotId", p, within=intent["Id"])

    def describe_slot(self, p: Json) -> Json:
        """One slot."""
        bot, locale = self.locale(p)
        return self.find(bot, "slot", f"{locale['Id']}/{p['intentId']}/{p['slotId']}")

    def update_slot(self, p: Json) -> Json:
        """Replaces everything."""
        bot, locale, intent = self._intent(p)
        slot = self.find(bot, "slot", f"{intent['Id']}/{p['slotId']}")
        self._check_slot(bot, locale, intent, p, slot["Id"])
        return self._edit(bot, locale, "slot", slot, p)

    def delete_slot(self, p: Json) -> Json:
        """And its place among the priorities of its intent."""
        bot, locale, intent = self._intent(p)
        slot = self.find(bot, "slot", f"{intent['Id']}/{p['slotId']}")
        self.change.drop(scope_of(bot), "slot", slot["Id"])
        ranks = [one for one in intent.get("slotPriorities") or () if one["slotId"] != slot["slotId"]]
        self.put(bot, "intent", intent["Id"], {**intent, "slotPriorities": ranks or None})
        self.touched(bot, locale)
        return {}

    def list_slots(self, p: Json) -> Json:
        """Summaries of an intent's slots, by name."""
        bot, locale = self.locale(p)
        intent = self.find(bot, "intent", f"{locale['Id']}/{p['intentId']}")
        rows = [
            {
                **slot,
                "slotConstraint": slot["valueElicitationSetting"]["slotConstraint"],
                "valueElicitationPromptSpecification": slot["valueElicitationSetting"].get("promptSpecification"),
            }
            for slot in self.things(bot, "slot", f"{intent['Id']}/")
        ]
        return self.listed(p, "slotSummaries", rows, intentId=p["intentId"], **_where(p))

    def _intent(self, p: Json) -> tuple[Json, Json, Json]:
        bot, locale = self.draft(p)
        return bot, locale, self.find(bot, "intent", f"{locale['Id']}/{p['intentId']}")

    def _check_slot(self, bot: Json, locale: Json, intent: Json, p: Json, mine: str = "") -> None:
        self._free(bot, intent, "slot", "slotName", p["slotName"], mine)
        if p.get("slotTypeId") is not None:
            self._known_type(bot, locale, p["slotTypeId"], "slotTypeId")
        for part in ((p.get("subSlotSetting") or {}).get("slotSpecifications") or {}).values():
            self._known_type(bot, locale, part["slotTypeId"], "subSlotSetting")

    # -- slot types

    def create_slot_type(self, p: Json) -> Json:
        """The values that a slot may have. Raises Conflict for a name that is taken."""
        bot, locale = self.draft(p)
        self._check_type(bot, locale, p)
        return self._make(bot, locale, "slot-type", "slotTypeId", p)

    def describe_slot_type(self, p: Json) -> Json:
        """One slot type."""
        bot, locale = self.locale(p)
        return self.find(bot, "slot-type", f"{locale['Id']}/{p['slotTypeId']}")

    def update_slot_type(self, p: Json) -> Json:
        """Replaces everything."""
        bot, locale = self.draft(p)
        found = self.find(bot, "slot-type", f"{locale['Id']}/{p['slotTypeId']}")
        self._check_type(bot, locale, p, found["Id"])
        return self._edit(bot, locale, "slot-type", found, p)

    def delete_slot_type(self, p: Json) -> Json:
        """Raises Conflict while a slot has it, unless the check is skipped."""
        bot, locale = self.draft(p)
        found = self.find(bot, "slot-type", f"{locale['Id']}/{p['slotTypeId']}")
        users = [
            slot for slot in self.things(bot, "slot", f"{locale['Id']}/") if slot.get("slotTypeId") == p["slotTypeId"]
        ]
        if users and not p.get("skipResourceInUseCheck"):
            raise self.conflict(f"The slot type is used by the slot {users[0]['slotName']}")
        self.change.drop(scope_of(bot), "slot-type", found["Id"])
        self.touched(bot, locale)
        return {}

    def list_slot_types(self, p: Json) -> Json:
        """Summaries, by name."""
        bot, locale = self.locale(p)
        rows = [
            {**row, "slotTypeCategory": _category(row)} for row in self.things(bot, "slot-type", f"{locale['Id']}/")
        ]
        return self.listed(p, "slotTypeSummaries", rows, **_where(p))

    def _check_type(self, bot: Json, locale: Json, p: Json, mine: str = "") -> None:
        self._free(bot, locale, "slot-type", "slotTypeName", p["slotTypeName"], mine)
        parent = p.get("parentSlotTypeSignature")
        if parent is not None and parent not in SLOT_TYPES:
            raise self.invalid(f"parentSlotTypeSignature: {parent} is not one of {', '.join(SLOT_TYPES)}")
        for part in (p.get("compositeSlotTypeSetting") or {}).get("subSlots") or ():
            self._known_type(bot, locale, part["slotTypeId"], "compositeSlotTypeSetting")

    def _known_type(self, bot: Json, locale: Json, key: str, member: str) -> None:
        if key.startswith("AMAZON."):
            if key not in SLOT_TYPES:
                raise self.invalid(f"{member}: {key} is not one of {', '.join(SLOT_TYPES)}")
        elif self.look(bot, "slot-type", f"{locale['Id']}/{key}") is None:
            raise self.invalid(f"{member}: the locale has no slot type {key}")

    # -- the same for the three

    def _free(self, bot: Json, holder: Json, kind: str, member: str, name: str, mine: str) -> None:
        """Raises Conflict when another thing in `holder` (a locale or an intent) has the name."""
        for row in self.things(bot, kind, f"{holder['Id']}/"):
            if row[member] == name and row["Id"] != mine:
                raise self.conflict(f"The name {name} is already used in {holder['Id'].rpartition('/')[2]}")

    def _make(self, bot: Json, locale: Json, kind: str, member: str, p: Json, *, within: str = "") -> Json:
        key = self.new_id()
        times = {"creationDateTime": self.now, "lastUpdatedDateTime": self.now}
        source = {"_source": "GrammarSlotType"} if p.get("externalSourceSetting") else {}
        members = {**p, member: key, **times, **source, **self.settled()}
        made = self.put(bot, kind, f"{within or locale['Id']}/{key}", members)
        self.touched(bot, locale)
        return made

    def _edit(self, bot: Json, locale: Json, kind: str, thing: Json, p: Json) -> Json:
        kept = {
            k: v for k, v in thing.items() if k in _PLACE and k not in p and not (kind == "slot" and k == "slotTypeId")
        }
        source = {"_source": "GrammarSlotType"} if p.get("externalSourceSetting") else {}
        edited = self.put(
            bot, kind, thing["Id"], {**kept, **p, **source, **self.settled(), "lastUpdatedDateTime": self.now}
        )
        self.touched(bot, locale)
        return edited


def _where(p: Json) -> Json:
    return {key: p[key] for key in ("botId", "botVersion", "localeId")}


def _category(row: Json) -> str:
    if row.get("externalSourceSetting"):
        return "ExternalGrammar"
    if row.get("compositeSlotTypeSetting"):
        return "Composite"
    return "Extended" if row.get("parentSlotTypeSignature") else "Custom"
