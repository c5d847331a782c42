"""Resource policies of bots and aliases, and tags."""

from __future__ import annotations

import json
import re

from .base import Base, Json, LexError
from .statements import VERSION, entry

_ARN = re.compile(r"arn:aws:lex:([a-z0-9-]+):(\d{12}):(bot|bot-alias)/([0-9A-Za-z]+)(?:/([0-9A-Za-z]+))?")
_MOST_TAGS = 200


class Policies(Base):
    """Who may use a bot; Connect adds itself when an alias is associated with an instance."""

    def create_resource_policy(self, p: Json) -> Json:
        """Raises PreconditionFailed when there is one."""
        arn = self._policed(p)
        if self._policy(arn) is not None:
            raise self.not_ready(f"A policy of {arn} already exists")
        return self._write(arn, self._document(p["policy"]))

    def update_resource_policy(self, p: Json) -> Json:
        """Another text. Raises PreconditionFailed for another revision than the one expected."""
        arn = self._policed(p)
        self._revision(arn, p)
        return self._write(arn, self._document(p["policy"]))

    def describe_resource_policy(self, p: Json) -> Json:
        """The policy as JSON text."""
        arn = self._policed(p)
        policy = self._policy(arn)
        if policy is None:
            raise self.missing("resource policy", arn)
        return {"resourceArn": arn, "policy": json.dumps(policy["policy"]), "revisionId": policy["revisionId"]}

    def delete_resource_policy(self, p: Json) -> Json:
        """Removes it."""
        arn = self._policed(p)
        policy = self._revision(arn, p)
        self.change.drop(self.here, "lex-policy", arn)
        return {"resourceArn": arn, "revisionId": policy["revisionId"]}

    def create_resource_policy_statement(self, p: Json) -> Json:
        """Adds one statement, to an empty policy if need be. Raises Conflict for an id that is taken."""
        arn = self._policed(p)
        policy = self._policy(arn)
        if policy is not None or p.get("expectedRevisionId"):
            policy = self._revision(arn, p)
        statements = list(policy["policy"]["Statement"]) if policy is not None else []
        if any(one.get("Sid") == p["statementId"] for one in statements):
            raise self.conflict(f"The statement {p['statementId']} already exists")
        principal: Json = {}
        for one in p["principal"]:
            for kind, name in (("Service", one.get("service")), ("AWS", one.get("arn"))):
                if name:
                    principal.setdefault(kind, []).append(name)
        statement = {"Sid": p["statementId"], "Effect": p["effect"], "Principal": principal, "Action": p["action"]}
        statement |= {"Resource": arn, **({"Condition": p["condition"]} if p.get("condition") else {})}
        return self._write(arn, {"Version": VERSION, "Statement": [*statements, statement]})

    def delete_resource_policy_statement(self, p: Json) -> Json:
        """Removes one statement; the policy goes with the last."""
        arn = self._policed(p)
        policy = self._revision(arn, p)
        left = [one for one in policy["policy"]["Statement"] if one.get("Sid") != p["statementId"]]
        if len(left) == len(policy["policy"]["Statement"]):
            raise self.missing("statement", p["statementId"])
        if left:
            return self._write(arn, {**policy["policy"], "Statement": left})
        self.change.drop(self.here, "lex-policy", arn)
        return {"resourceArn": arn, "revisionId": policy["revisionId"]}

    def _policed(self, p: Json) -> str:
        arn = str(p["resourceArn"])
        self._tagged(arn)
        return arn

    def _policy(self, arn: str) -> Json | None:
        return self.store.get(self.here, "lex-policy", arn)

    def _revision(self, arn: str, p: Json) -> Json:
        policy = self._policy(arn)
        if policy is None:
            raise self.missing("resource policy", arn)
        wanted = p.get("expectedRevisionId")
        if wanted and wanted != policy["revisionId"]:
            raise self.not_ready(f"The policy is at revision {policy['revisionId']}, not {wanted}")
        return policy

    def _write(self, arn: str, document: Json) -> Json:
        kept = entry(self._policy(arn), arn, document, self.store.next_number())
        self.change.put(self.here, "lex-policy", arn, kept)
        return {"resourceArn": arn, "revisionId": kept["revisionId"]}

    def _document(self, text: str) -> Json:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            raise self.invalid("policy: this is not JSON") from None
        statements = document.get("Statement") if isinstance(document, dict) else None
        if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
            raise self.invalid("policy: a JSON object with a list Statement is expected")
        return {"Version": VERSION, **document}

    # -- tags

    def tag_resource(self, p: Json) -> Json:
        """Adds or replaces tags, at most 200 in all. Raises Validation for reserved keys."""
        thing = self._tagged(p["resourceARN"])
        for key in p["tags"]:
            if key.lower().startswith("aws:"):
                raise self.invalid(f"tags: the key {key} is reserved")
        merged = {**thing["_tags"], **p["tags"]}
        if len(merged) > _MOST_TAGS:
            raise self.invalid(f"tags: at most {_MOST_TAGS} tags")
        self._retag(p["resourceARN"], thing, merged)
        return {}

    def untag_resource(self, p: Json) -> Json:
        """Removes tags by key."""
        thing = self._tagged(p["resourceARN"])
        self._retag(p["resourceARN"], thing, {k: v for k, v in thing["_tags"].items() if k not in set(p["tagKeys"])})
        return {}

    def list_tags_for_resource(self, p: Json) -> Json:
        """The tags of a bot or an alias."""
        return {"tags": self._tagged(p["resourceARN"])["_tags"]}

    def _retag(self, arn: str, thing: Json, tags: Json) -> None:
        bot = _ARN.fullmatch(arn)
        assert bot is not None
        if bot[3] == "bot":
            self.change.put(self.here, "lex-bot", thing["Id"], {**thing, "_tags": tags})
        else:
            self.put({"Id": bot[4]}, "alias", thing["Id"], {**thing, "_tags": tags})

    def _tagged(self, arn: str) -> Json:
        """The bot or alias with this ARN. Raises Validation for another form, else what `missing` answers."""
        parts = _ARN.fullmatch(arn)
        if parts is None or (parts[3] == "bot") != (parts[5] is None):
            raise self.invalid(f"{arn} is not the ARN of a bot or a bot alias")
        if (parts[1], parts[2]) != (self.region, self.account):
            raise self.missing("resource", arn)
        try:
            bot = self.bot({"botId": parts[4]})
            return bot if parts[5] is None else self.find(bot, "alias", parts[5])
        except LexError:
            raise self.missing("resource", arn) from None
