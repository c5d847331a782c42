"""Lex V2: bots, locales, intents, slots, slot types and versions (Pulumi AWS facts 4).

pulumi-aws has no alias and no build step. Its locale cannot be named (the service names it by its language). The
priorities of slots, which only an update can set, are set after an intent's creation, where pulumi-aws drops them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .catalogue import table
from .common import Change, Kind, Step, given, moment, own_tags, present, split_id
from .door import Answer, Door, Refused
from .lex_wire import Cells, from_service, to_service

_SERVICE: Final = "lexv2-models"
_HALF_AN_HOUR: Final = 1800.0  # seconds that pulumi-aws gives every creation, update and deletion


class Bot(Kind):
    """`aws:lex/v2modelsBot:V2modelsBot`."""

    type = "aws:lex/v2modelsBot:V2modelsBot"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateBot."""
        made = door.call(_SERVICE, "create_bot", **_settings(inputs), **given(botTags=inputs.get("tagsAll")))
        return str(made["botId"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Waits until the bot is Available."""
        _settled(door, "bot", "botStatus", ("Available",), botId=id_)

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeBot and ListTagsForResource."""
        bot = _described(door, "bot", botId=id_)
        if bot is None:
            return None
        arn = _arn(door, id_)
        tags = door.call(_SERVICE, "list_tags_for_resource", resourceARN=arn).get("tags")
        return present(
            arn=arn,
            name=bot["botName"],
            description=bot.get("description") or None,
            roleArn=bot["roleArn"],
            idleSessionTtlInSeconds=bot["idleSessionTTLInSeconds"],
            dataPrivacies=[{"childDirected": bool(bot["dataPrivacy"]["childDirected"])}],
            type=bot.get("botType") or "Bot",
            tags=own_tags(tags),
        )

    def steps(self) -> Sequence[Step]:
        """UpdateBot, once for everything."""
        return [(("name", "description", "roleArn", "idleSessionTtlInSeconds", "dataPrivacies", "type"), self._update)]

    def _update(self, door: Door, change: Change) -> None:
        door.call(_SERVICE, "update_bot", botId=change.id, **_settings(change.news))
        self.finish(door, change.id, change.news)

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource, then TagResource."""
        arn = _arn(door, change.id)
        if drop:
            door.call(_SERVICE, "untag_resource", resourceARN=arn, tagKeys=list(drop))
        if put:
            door.call(_SERVICE, "tag_resource", resourceARN=arn, tags=dict(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteBot, with all that is in it, until it is gone."""
        _deleted(door, "bot", {"botId": id_}, wait=True, skipResourceInUseCheck=True)


class InBot(Kind):
    """Something inside a bot: its id is made of the members of the table's form, and it is described by them."""

    noun: ClassVar[str]  # the method's word
    state: ClassVar[tuple[str, tuple[str, ...]]] = ("", ())  # the member that tells the state, and the good ones

    @property
    def cells(self) -> Cells:
        """The inputs of the table, without the provider's own."""
        return {key: cell for key, cell in table()[self.type]["inputs"].items() if key != "region"}

    @property
    def _parts(self) -> tuple[str, list[str]]:
        form = str(table()[self.type]["id"])
        separator = "," if "," in form else ":"
        return separator, [part.strip("{}") for part in form.split(separator)]

    def where(self, id_: str) -> dict[str, str]:
        """The parameters that address the object."""
        separator, names = self._parts
        return dict(zip(names, split_id(id_, len(names), separator), strict=True))

    def create(self, door: Door, inputs: Properties) -> str:
        """The type's one create call."""
        separator, names = self._parts
        made = door.call(_SERVICE, f"create_{self.noun}", **to_service(self.cells, self.creation(inputs)))
        return separator.join(str(made[name]) for name in names)

    def creation(self, inputs: Properties) -> Properties:
        """The inputs that a creation takes."""
        return inputs

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Waits for the state, where there is one."""
        member, good = self.state
        if member:
            _settled(door, self.noun, member, good, **self.where(id_))

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """The describe call."""
        got = _described(door, self.noun, **self.where(id_))
        if got is None:
            return None
        return {**from_service(self.cells, got), **self.more(got), **self.where(id_)}

    def more(self, got: Answer) -> Properties:
        """Outputs that are no inputs."""
        return {}

    def steps(self) -> Sequence[Step]:
        """The type's one update call, for everything that does not replace."""
        changing = tuple(key for key, cell in self.cells.items() if not cell.get("forceNew"))
        return [(changing, self._update)]

    def _update(self, door: Door, change: Change) -> None:
        asked = {**to_service(self.cells, change.news), **self.where(change.id)}
        door.call(_SERVICE, f"update_{self.noun}", **asked)
        self.finish(door, change.id, change.news)

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """The type's one delete call; what has a state is waited for until it is gone."""
        _deleted(door, self.noun, self.where(id_), wait=bool(self.state[0]))


class BotLocale(InBot):
    """`aws:lex/v2modelsBotLocale:V2modelsBotLocale`: the draft in one language."""

    type = "aws:lex/v2modelsBotLocale:V2modelsBotLocale"
    noun = "bot_locale"
    state = ("botLocaleStatus", ("NotBuilt", "Built"))

    def more(self, got: Answer) -> Properties:
        """The name of the language."""
        return {"name": got["localeName"]}


class Intent(InBot):
    """`aws:lex/v2modelsIntent:V2modelsIntent`."""

    type = "aws:lex/v2modelsIntent:V2modelsIntent"
    noun = "intent"

    def creation(self, inputs: Properties) -> Properties:
        """All but the priorities: there is no slot yet."""
        return {key: value for key, value in inputs.items() if key != "slotPriorities"}

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Priorities that were asked for at once: the slots would have to be there already."""
        if inputs.get("slotPriorities") and "slotPriorities" not in (self.read(door, id_, inputs) or {}):
            asked = {**to_service(self.cells, inputs), **self.where(id_)}
            door.call(_SERVICE, "update_intent", **asked)

    def _update(self, door: Door, change: Change) -> None:
        asked = {**to_service(self.cells, change.news), **self.where(change.id)}
        door.call(_SERVICE, "update_intent", **asked)

    def more(self, got: Answer) -> Properties:
        """The times."""
        times = ("creationDateTime", "lastUpdatedDateTime")
        return present(**{name: moment(got.get(name)) for name in times})


class Slot(InBot):
    """`aws:lex/v2modelsSlot:V2modelsSlot`."""

    type = "aws:lex/v2modelsSlot:V2modelsSlot"
    noun = "slot"


class SlotType(InBot):
    """`aws:lex/v2modelsSlotType:V2modelsSlotType`."""

    type = "aws:lex/v2modelsSlotType:V2modelsSlotType"
    noun = "slot_type"


class BotVersion(InBot):
    """`aws:lex/v2modelsBotVersion:V2modelsBotVersion`: every change makes another one."""

    type = "aws:lex/v2modelsBotVersion:V2modelsBotVersion"
    noun = "bot_version"
    state = ("botStatus", ("Available",))

    def creation(self, inputs: Properties) -> Properties:
        """The service counts versions itself."""
        return {key: value for key, value in inputs.items() if key != "botVersion"}

    def steps(self) -> Sequence[Step]:
        """Nothing changes in place."""
        return ()


def _described(door: Door, noun: str, **where: str) -> Answer | None:
    try:
        return door.call(_SERVICE, f"describe_{noun}", **where)
    except Refused as refusal:
        if refusal.gone:
            return None
        raise


def _settled(door: Door, noun: str, member: str, good: Sequence[str], **where: str) -> None:
    """Wait for one of the good states. Raises ProviderError when it fails."""

    def there() -> bool:
        got = door.call(_SERVICE, f"describe_{noun}", **where)
        if got[member] == "Failed":
            reasons = "; ".join(got.get("failureReasons") or ("the service tells no reason",))
            raise ProviderError(f"{_SERVICE} {noun.replace('_', ' ')} failed: {reasons}")
        return got[member] in good

    door.poll(there, _HALF_AN_HOUR, f"{_SERVICE} {noun.replace('_', ' ')}")


def _deleted(door: Door, noun: str, where: Mapping[str, str], *, wait: bool, **more: bool) -> None:
    try:
        door.call(_SERVICE, f"delete_{noun}", **where, **more)
    except Refused as refusal:
        # deletions do not declare "not found"; they say it with this word
        if refusal.gone or (refusal.code == "PreconditionFailedException" and "does not exist" in str(refusal)):
            return
        raise

    def gone() -> bool:
        return _described(door, noun, **where) is None

    if wait:
        door.poll(gone, _HALF_AN_HOUR, f"{_SERVICE} deletion of a {noun.replace('_', ' ')}")


def _arn(door: Door, id_: str) -> str:
    account = door.call("sts", "get_caller_identity")["Account"]
    return f"arn:aws:lex:{door.region}:{account}:bot/{id_}"


def _settings(inputs: Properties) -> dict[str, Any]:
    return given(
        botName=inputs["name"],
        description=inputs.get("description"),
        roleArn=inputs["roleArn"],
        idleSessionTTLInSeconds=inputs["idleSessionTtlInSeconds"],
        dataPrivacy={"childDirected": bool(inputs["dataPrivacies"][0]["childDirected"])},
        botType=inputs.get("type"),
    )


KINDS = (Bot(), BotLocale(), Intent(), Slot(), SlotType(), BotVersion())
