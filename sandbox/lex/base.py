"""What every area of the emulated Lex V2 stands on: look things up, tell their state, list and page them.

A bot is an object of its account and Region; all that is in it has a scope of its own, which goes with it. What the
service does in the background is told by the clock: an object has the state it will have (`_then`), the one until then
(`_until`), and the moment (`_at`).
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Mapping
from typing import Any

from .. import paging
from ..connect.base import Manner, Settings
from ..connect.store import Change, Store
from ..shapes import Operation

Json = dict[str, Any]
DRAFT = "DRAFT"
_ALPHABET = string.ascii_uppercase + string.digits
_STATE = {"bot": "botStatus", "version": "botStatus", "locale": "botLocaleStatus", "alias": "botAliasStatus"}
_WORDS = {"slot-type": "slot type", "alias": "bot alias", "version": "bot version", "locale": "bot locale"}
_DELETING = "Deleting"


class LexError(Exception):
    """A refusal in the service's own words; `code` names an error shape of its model."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Base:
    """One request: `change` collects its effects. Methods of the areas are named like the operations."""

    def __init__(
        self, store: Store, settings: Settings, region: str, account: str, operation: Operation, manner: Manner
    ) -> None:
        self.store = store
        self.settings = settings
        self.region = region
        self.account = account
        self.operation = operation
        self.manner = manner
        self.change = Change()

    # -- places

    @property
    def here(self) -> str:
        """The scope of the bots of this account and Region."""
        return f"{self.account}/{self.region}"

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.settings.clock.now()

    def arn(self, rest: str) -> str:
        """An ARN of this account and Region: bot/<id> or bot-alias/<bot>/<id>."""
        return f"arn:aws:lex:{self.region}:{self.account}:{rest}"

    @staticmethod
    def new_id() -> str:
        """Ten capitals and digits, as the service's identifiers are."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(10))

    # -- refusing

    def invalid(self, message: str) -> LexError:
        """A value that makes no sense."""
        return LexError("ValidationException", message)

    def conflict(self, message: str) -> LexError:
        """A name that is taken, or something that is still in use."""
        return LexError("ConflictException", message)

    def not_ready(self, message: str) -> LexError:
        """Something that is not in the state for it."""
        return LexError("PreconditionFailedException", message)

    def missing(self, kind: str, key: str) -> LexError:
        """What is not there: each operation declares another error for it."""
        text = f"Failed to retrieve resource since it does not exist: {_WORDS.get(kind, kind)} {key}"
        for code in ("ResourceNotFoundException", "PreconditionFailedException"):
            if self.operation.declares(code):
                return LexError(code, text)
        return self.invalid(text)

    # -- looking up

    def bots(self) -> list[Json]:
        """The bots of the Region, oldest first."""
        return [bot for bot in self.store.all(self.here, "lex-bot").values() if not self._gone(bot)]

    def bot(self, p: Json, *, ready: bool = False) -> Json:
        """The bot that `p` names. Raises what `missing` answers; with `ready` also for one that is in transition."""
        found = self.store.get(self.here, "lex-bot", p["botId"])
        if found is None or self._gone(found):
            raise self.missing("bot", p["botId"])
        if ready:
            self.ready("bot", found, "Available")
        return found

    def find(self, bot: Json, kind: str, key: str) -> Json:
        """Something of the bot by its key. Raises what `missing` answers."""
        found = self.look(bot, kind, key)
        if found is None:
            raise self.missing(kind, key.rpartition("/")[2])
        return found

    def look(self, bot: Json, kind: str, key: str) -> Json | None:
        """As `find`, but None."""
        found = self.store.get(scope_of(bot), kind, key)
        return None if found is None or self._gone(found) else found

    def things(self, bot: Json, kind: str, prefix: str = "") -> list[Json]:
        """All of a kind whose key begins with `prefix`, oldest first."""
        rows = self.store.all(scope_of(bot), kind).values()
        return [row for row in rows if row["Id"].startswith(prefix) and not self._gone(row)]

    def _gone(self, thing: Json) -> bool:
        return bool(thing["_then"] == "" and thing["_at"] <= self.now)

    # -- state

    def state(self, thing: Json) -> str:
        """The state that the clock gives it."""
        return str(thing["_then"] if thing["_at"] <= self.now else thing["_until"])

    def shown(self, kind: str, thing: Json) -> Json:
        """The object with its state as answers spell it."""
        return {**thing, _STATE[kind]: self.state(thing)}

    def ready(self, kind: str, thing: Json, *states: str) -> None:
        """Raises PreconditionFailed unless the object is in one of `states`."""
        have = self.state(thing)
        if have not in states:
            named = thing["Id"].rpartition("/")[2]
            wanted = " or ".join(states)
            raise self.not_ready(f"The {_WORDS.get(kind, kind)} {named} is {have}; it must be {wanted}")

    def becoming(self, until: str, then: str) -> Json:
        """Members that take an object from one state into another in the service's own time."""
        return {"_until": until, "_then": then, "_at": self.now + self.settings.seconds}

    def settled(self) -> Json:
        """Members of what has no state of its own."""
        return {"_until": "", "_then": "there", "_at": 0.0}

    # -- changing

    def put(self, bot: Json, kind: str, key: str, members: Mapping[str, Any]) -> Json:
        """Put a new object, or another version of one."""
        old = self.store.get(scope_of(bot), kind, key)
        number = old["_n"] if old is not None and not self._gone(old) else self.store.next_number()
        thing = {**{k: v for k, v in members.items() if v is not None}, "Id": key, "_n": number}
        self.change.put(scope_of(bot), kind, key, thing)
        return thing

    def vanish(self, bot: Json, kind: str, thing: Json) -> Json:
        """Let something with a state go, at once or after its time; what it then looks like."""
        gone = {**thing, **self.becoming(_DELETING, "")}
        if self.settings.seconds:
            self.change.put(scope_of(bot), kind, thing["Id"], gone)
        else:
            self.change.drop(scope_of(bot), kind, thing["Id"])
        return {**thing, _STATE[kind]: _DELETING}

    # -- listing

    def listed(self, p: Json, key: str, rows: Iterable[Json], **answer: Any) -> Json:
        """One page of `rows`, filtered and sorted as `p` asks. `answer` are further members."""
        for one in p.get("filters") or ():
            rows = [row for row in rows if _matches(str(row.get(_member(one["name"]), "")), one)]
        rows = list(rows)
        sort = p.get("sortBy")
        if sort:
            member = _member(sort["attribute"])
            rows.sort(key=lambda row: _sortable(row.get(member)), reverse=sort["order"] == "Descending")
        of = paging.digest(self.operation.name, self.region, p, "nextToken", "maxResults")
        start = self._after(p, of)
        limit = min(int(p.get("maxResults") or self.operation.page_limit), self.operation.page_limit)
        answer[key] = rows[start : start + limit]
        if start + limit < len(rows):
            answer["nextToken"] = paging.token(start + limit, of)
        return answer

    def _after(self, p: Json, of: str) -> int:
        try:
            return paging.position(p.get("nextToken"), of)
        except paging.BadToken as error:
            raise self.invalid(f"nextToken: {error}") from None


def scope_of(bot: Json) -> str:
    """Where the store keeps what is in a bot."""
    return f"lex:{bot['Id']}"


def given(p: Json, *without: str) -> Json:
    """The members of a request but for those that say where."""
    return {key: value for key, value in p.items() if key not in without}


def _member(attribute: str) -> str:
    named = {
        "BotLocaleName": "localeName",
        "ExternalSourceType": "_source",
        "BuiltInIntentSignature": "intentSignature",
    }
    return named.get(attribute, attribute[:1].lower() + attribute[1:])


def _sortable(value: Any) -> tuple[bool, float, str]:
    """Numbers by size (also those that are written as text), text whatever its case; DRAFT comes last."""
    if isinstance(value, (int, float)) or (isinstance(value, str) and value.isdigit()):
        return False, float(value), ""
    return True, 0.0, str(value or "").lower()


def _matches(value: str, one: Json) -> bool:
    wanted = one["values"][0]
    if one["operator"] == "CO":
        return wanted.lower() in value.lower()
    return bool((value == wanted) == (one["operator"] == "EQ"))
