"""Locales: a bot in one language, and building it."""

from __future__ import annotations

from .base import DRAFT, Base, Json, scope_of
from .build import reasons_against
from .catalogue import FALLBACK, FALLBACK_ID, INTENTS, LOCALES, SLOT_TYPES

_WITHIN = ("intent", "slot", "slot-type")
_AT_REST = ("NotBuilt", "Built", "Failed", "ReadyExpressTesting")


class Locales(Base):
    """Only the draft's locales can be changed; versions hold copies."""

    def create_bot_locale(self, p: Json) -> Json:
        """Asynchronous; the fallback intent comes with it. Raises Conflict for a second one of the language."""
        bot = self.bot(p, ready=True)
        self._known(p["localeId"])
        key = f"{DRAFT}/{p['localeId']}"
        if self.look(bot, "locale", key) is not None:
            raise self.conflict(f"The locale {p['localeId']} already exists")
        made = {
            **p,
            "localeName": LOCALES[p["localeId"]],
            "creationDateTime": self.now,
            "lastUpdatedDateTime": self.now,
            **self.becoming("Creating", "NotBuilt"),
        }
        locale = self.put(bot, "locale", key, made)
        fallback = {
            "intentId": FALLBACK_ID,
            "intentName": "FallbackIntent",
            "description": "Default intent when no other intent matches",
            "parentIntentSignature": FALLBACK,
            "botId": bot["Id"],
            "botVersion": DRAFT,
            "localeId": p["localeId"],
            "creationDateTime": self.now,
            "lastUpdatedDateTime": self.now,
            **self.settled(),
        }
        self.put(bot, "intent", f"{key}/{FALLBACK_ID}", fallback)
        return {**locale, "botLocaleStatus": "Creating"}

    def describe_bot_locale(self, p: Json) -> Json:
        """One locale with its state, and why its last build failed."""
        bot = self.bot(p)
        locale = self.find(bot, "locale", f"{p['botVersion']}/{p['localeId']}")
        shown = self.shown("locale", locale)
        if shown["botLocaleStatus"] != "Failed":
            shown.pop("failureReasons", None)
        counts = {f"{name}Count": len(self.things(bot, kind, f"{locale['Id']}/")) for kind, name in _COUNTED.items()}
        return {**shown, **counts}

    def update_bot_locale(self, p: Json) -> Json:
        """Replaces all settings; the locale must be built again."""
        bot, locale = self.draft(p)
        kept = {k: locale[k] for k in ("localeName", "creationDateTime")}
        edited = {**kept, **p, "lastUpdatedDateTime": self.now, **self.becoming("NotBuilt", "NotBuilt")}
        return self.shown("locale", self.put(bot, "locale", locale["Id"], edited))

    def delete_bot_locale(self, p: Json) -> Json:
        """With its intents, slots and slot types."""
        bot = self.bot(p)
        locale = self.find(bot, "locale", f"{p['botVersion']}/{p['localeId']}")
        for kind in _WITHIN:
            for row in self.things(bot, kind, f"{locale['Id']}/"):
                self.change.drop(scope_of(bot), kind, row["Id"])
        return self.vanish(bot, "locale", locale)

    def list_bot_locales(self, p: Json) -> Json:
        """Summaries of one version."""
        bot = self.bot(p)
        self.version(bot, p)
        rows = [self.shown("locale", row) for row in self.things(bot, "locale", f"{p['botVersion']}/")]
        return self.listed(p, "botLocaleSummaries", rows, botId=bot["Id"], botVersion=p["botVersion"])

    def build_bot_locale(self, p: Json) -> Json:
        """Asynchronous; ends as Built, or as Failed with the reasons."""
        bot, locale = self.draft(p)
        within = {kind: self.things(bot, kind, f"{locale['Id']}/") for kind in _WITHIN}
        reasons = reasons_against(within["intent"], within["slot"], within["slot-type"])
        if self.manner.fails:
            reasons.append("The build could not be done")
        built = {
            **locale,
            "lastBuildSubmittedDateTime": self.now,
            "failureReasons": reasons or None,
            **self.becoming("Building", "Failed" if reasons else "Built"),
        }
        return {**self.put(bot, "locale", locale["Id"], built), "botLocaleStatus": "Building"}

    def list_built_in_intents(self, p: Json) -> Json:
        """The intents that Lex brings along."""
        self._known(p["localeId"])
        rows = [{"intentSignature": name, "description": name.partition(".")[2]} for name in INTENTS]
        return self.listed(p, "builtInIntentSummaries", rows, localeId=p["localeId"])

    def list_built_in_slot_types(self, p: Json) -> Json:
        """The slot types that Lex brings along."""
        self._known(p["localeId"])
        rows = [{"slotTypeSignature": name, "description": name.partition(".")[2]} for name in SLOT_TYPES]
        return self.listed(p, "builtInSlotTypeSummaries", rows, localeId=p["localeId"])

    # -- for what is in a locale

    def locale(self, p: Json) -> tuple[Json, Json]:
        """The bot and the locale that `p` names, of any version."""
        bot = self.bot(p)
        return bot, self.find(bot, "locale", f"{p['botVersion']}/{p['localeId']}")

    def draft(self, p: Json) -> tuple[Json, Json]:
        """The same, at rest and so ready to be changed."""
        bot, locale = self.locale(p)
        self.ready("locale", locale, *_AT_REST)
        return bot, locale

    def touched(self, bot: Json, locale: Json) -> None:
        """Something in the locale has changed: it is not built any longer."""
        if locale["_then"] != "NotBuilt":
            stale = {**locale, "failureReasons": None, **self.becoming("NotBuilt", "NotBuilt")}
            self.put(bot, "locale", locale["Id"], {**stale, "lastUpdatedDateTime": self.now})

    def version(self, bot: Json, p: Json) -> None:
        """Raises what `missing` answers for a version that the bot does not have."""
        if p["botVersion"] != DRAFT:
            self.find(bot, "version", p["botVersion"])

    def _known(self, locale: str) -> None:
        if locale not in LOCALES:
            raise self.invalid(f"localeId: {locale} is not one of {', '.join(LOCALES)}")


_COUNTED = {"intent": "intents", "slot-type": "slotTypes"}
