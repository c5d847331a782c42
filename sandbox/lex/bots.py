"""Bots, their versions and their aliases."""

from __future__ import annotations

from .base import DRAFT, Base, Json, given, scope_of

_TEST_ALIAS = "TSTALIASID"
_IN_A_LOCALE = ("locale", "intent", "slot", "slot-type")


class Bots(Base):
    """A bot is its settings; what it understands is in its locales."""

    def create_bot(self, p: Json) -> Json:
        """Asynchronous; the alias that tests the draft comes with it. Raises Conflict for a name that is taken."""
        self._sweep()
        self._free_bot_name(p["botName"])
        key = self.new_id()
        bot: Json = {
            "botType": "Bot",
            **given(p, "botTags", "testBotAliasTags"),
            "Id": key,
            "botId": key,
            "creationDateTime": self.now,
            "lastUpdatedDateTime": self.now,
            "_n": self.store.next_number(),
            "_tags": p.get("botTags") or {},
            **self.becoming("Creating", "Failed" if self.manner.fails else "Available"),
        }
        if self.manner.fails:
            bot["failureReasons"] = ["The bot could not be created"]
        self.change.put(self.here, "lex-bot", key, bot)
        alias = {
            "botAliasId": _TEST_ALIAS,
            "botAliasName": "TestBotAlias",
            "description": "test bot alias",
            "botVersion": DRAFT,
            "creationDateTime": self.now,
            "lastUpdatedDateTime": self.now,
            "_tags": p.get("testBotAliasTags") or {},
            **self.becoming("Creating", "Available"),
        }
        self.put(bot, "alias", _TEST_ALIAS, alias)
        tags = {"botTags": p.get("botTags"), "testBotAliasTags": p.get("testBotAliasTags")}
        return {**bot, **tags, "botStatus": "Creating"}

    def describe_bot(self, p: Json) -> Json:
        """The bot with its state."""
        return self.shown("bot", self.bot(p))

    def update_bot(self, p: Json) -> Json:
        """Replaces all settings."""
        bot = self.bot(p, ready=True)
        self._free_bot_name(p["botName"], bot["Id"])
        kept = {k: v for k, v in bot.items() if k.startswith("_") or k in ("Id", "creationDateTime", "botType")}
        edited = {
            **kept,
            **p,
            "lastUpdatedDateTime": self.now,
            **self.becoming("Updating", "Available"),
        }
        self.change.put(self.here, "lex-bot", bot["Id"], edited)
        return {**edited, "botStatus": "Updating"}

    def delete_bot(self, p: Json) -> Json:
        """With all that is in it. Raises Conflict while it has aliases, unless the check is skipped."""
        bot = self.bot(p)
        used = [a["botAliasName"] for a in self.things(bot, "alias") if a["Id"] != _TEST_ALIAS]
        if used and not p.get("skipResourceInUseCheck"):
            raise self.conflict(f"The bot is used by the alias {used[0]}")
        if self.settings.seconds:
            self.change.put(self.here, "lex-bot", bot["Id"], {**bot, **self.becoming("Deleting", "")})
        else:
            self._forget(bot)
        return {**bot, "botStatus": "Deleting"}

    def list_bots(self, p: Json) -> Json:
        """Summaries, by name or type."""
        return self.listed(p, "botSummaries", [self._summary(bot) for bot in self.bots()])

    def _summary(self, bot: Json) -> Json:
        versions = [row["botVersion"] for row in self.things(bot, "version")]
        return {**self.shown("bot", bot), "latestBotVersion": max(versions, key=int, default=DRAFT)}

    def _forget(self, bot: Json) -> None:
        self.change.drop(self.here, "lex-bot", bot["Id"])
        self.change.drop_scope(scope_of(bot))
        begins = (self.arn(f"bot/{bot['Id']}"), self.arn(f"bot-alias/{bot['Id']}/"))
        for arn in self.store.all(self.here, "lex-policy"):
            if arn.startswith(begins):
                self.change.drop(self.here, "lex-policy", arn)

    def _sweep(self) -> None:
        """Drop the bots whose deletion has come to its end meanwhile."""
        for bot in self.store.all(self.here, "lex-bot").values():
            if self._gone(bot):
                self._forget(bot)

    def _free_bot_name(self, name: str, mine: str = "") -> None:
        if any(bot["botName"] == name and bot["Id"] != mine for bot in self.bots()):
            raise self.conflict(f"A bot with the name {name} already exists")

    # -- versions

    def create_bot_version(self, p: Json) -> Json:
        """A numbered, unchangeable copy of locales. Asynchronous."""
        bot = self.bot(p, ready=True)
        for locale, source in p["botVersionLocaleSpecification"].items():
            found = self.find(bot, "locale", f"{source['sourceBotVersion']}/{locale}")
            self.ready("locale", found, "NotBuilt", "Built", "ReadyExpressTesting")
        number = str(1 + max((int(row["Id"]) for row in self.things(bot, "version")), default=bot.get("_versions", 0)))
        for locale, source in p["botVersionLocaleSpecification"].items():
            self._copy(bot, f"{source['sourceBotVersion']}/{locale}", number, locale)
        settings = {k: bot.get(k) for k in ("botName", "roleArn", "dataPrivacy", "idleSessionTTLInSeconds", "botType")}
        version = {
            **settings,
            **p,
            "botVersion": number,
            "creationDateTime": self.now,
            "lastUpdatedDateTime": self.now,
            **self.becoming("Versioning", "Available"),
        }
        made = self.put(bot, "version", number, version)
        self.change.put(self.here, "lex-bot", bot["Id"], {**bot, "_versions": int(number)})
        return {**made, "botStatus": "Versioning" if self.settings.seconds else "Creating"}

    def _copy(self, bot: Json, source: str, number: str, locale: str) -> None:
        for kind in _IN_A_LOCALE:
            for row in self.things(bot, kind, source):
                if row["Id"] == source or row["Id"].startswith(f"{source}/"):
                    key = f"{number}/{locale}{row['Id'].removeprefix(source)}"
                    self.put(bot, kind, key, {**row, "botVersion": number})

    def describe_bot_version(self, p: Json) -> Json:
        """One version with its state."""
        return self.shown("version", self.find(self.bot(p), "version", p["botVersion"]))

    def delete_bot_version(self, p: Json) -> Json:
        """Raises Conflict while an alias points to it, unless the check is skipped."""
        bot = self.bot(p)
        version = self.find(bot, "version", p["botVersion"])
        used = [a["botAliasName"] for a in self.things(bot, "alias") if a.get("botVersion") == version["Id"]]
        if used and not p.get("skipResourceInUseCheck"):
            raise self.conflict(f"The version is used by the alias {used[0]}")
        for kind in _IN_A_LOCALE:
            for row in self.things(bot, kind, f"{version['Id']}/"):
                self.change.drop(scope_of(bot), kind, row["Id"])
        return self.vanish(bot, "version", version)

    def list_bot_versions(self, p: Json) -> Json:
        """The draft and the numbered ones."""
        bot = self.bot(p)
        rows = [self.shown("version", row) for row in self.things(bot, "version")]
        rows.append({**self.shown("bot", bot), "botVersion": DRAFT})
        return self.listed(p, "botVersionSummaries", rows, botId=bot["Id"])

    # -- aliases

    def create_bot_alias(self, p: Json) -> Json:
        """A name for one version, which clients use. Asynchronous. Raises Conflict for a name that is taken."""
        bot = self.bot(p, ready=True)
        self._check_alias(bot, p)
        key = self.new_id()
        alias = {
            **given(p, "tags"),
            "botAliasId": key,
            "creationDateTime": self.now,
            "lastUpdatedDateTime": self.now,
            "_tags": p.get("tags") or {},
            **self.becoming("Creating", "Failed" if self.manner.fails else "Available"),
        }
        return {**self.put(bot, "alias", key, alias), "botAliasStatus": "Creating", "tags": p.get("tags")}

    def describe_bot_alias(self, p: Json) -> Json:
        """One alias with its state."""
        bot = self.bot(p)
        return {**self.shown("alias", self.find(bot, "alias", p["botAliasId"])), "botId": bot["Id"]}

    def update_bot_alias(self, p: Json) -> Json:
        """Another version or other settings; all of them are replaced."""
        bot = self.bot(p, ready=True)
        alias = self.find(bot, "alias", p["botAliasId"])
        self._check_alias(bot, p, alias["Id"])
        kept = {k: alias[k] for k in ("botAliasId", "creationDateTime", "_tags")}
        if alias["Id"] == _TEST_ALIAS:
            kept["botVersion"] = DRAFT
        edited = {**kept, **p, "lastUpdatedDateTime": self.now, **self.becoming("Creating", "Available")}
        return self.shown("alias", self.put(bot, "alias", alias["Id"], edited))

    def delete_bot_alias(self, p: Json) -> Json:
        """The test alias stays with its bot."""
        bot = self.bot(p)
        alias = self.find(bot, "alias", p["botAliasId"])
        if alias["Id"] == _TEST_ALIAS:
            raise self.not_ready("The test alias cannot be deleted")
        self.change.drop(self.here, "lex-policy", self.arn(f"bot-alias/{bot['Id']}/{alias['Id']}"))
        return {**self.vanish(bot, "alias", alias), "botId": bot["Id"]}

    def list_bot_aliases(self, p: Json) -> Json:
        """Summaries."""
        bot = self.bot(p)
        rows = [self.shown("alias", row) for row in self.things(bot, "alias")]
        return self.listed(p, "botAliasSummaries", rows, botId=bot["Id"])

    def _check_alias(self, bot: Json, p: Json, mine: str = "") -> None:
        name, version = p["botAliasName"], p.get("botVersion")
        if any(row["botAliasName"] == name and row["Id"] != mine for row in self.things(bot, "alias")):
            raise self.conflict(f"An alias with the name {name} already exists")
        if version is not None:
            self.ready("version", self.find(bot, "version", version), "Available")
        for locale in p.get("botAliasLocaleSettings") or {}:
            if version is not None and self.look(bot, "locale", f"{version}/{locale}") is None:
                raise self.invalid(f"botAliasLocaleSettings: version {version} has no locale {locale}")
