"""Lex V2 bots: the one Lex V2 type whose service the sandbox has (Pulumi AWS facts 4).

pulumi-aws has no alias and no build step; locales, intents, slots and versions are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...stacks.provider.values import Properties
from .common import Change, Kind, Step, given, own_tags, present
from .door import Door, Refused

_SERVICE: Final = "lexv2-models"


class Bot(Kind):
    """`aws:lex/v2modelsBot:V2modelsBot`."""

    type = "aws:lex/v2modelsBot:V2modelsBot"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateBot."""
        made = door.call(_SERVICE, "create_bot", **_settings(inputs), **given(botTags=inputs.get("tagsAll")))
        return str(made["botId"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeBot and ListTagsForResource."""
        try:
            bot = door.call(_SERVICE, "describe_bot", botId=id_)
        except Refused as refusal:
            if refusal.gone or refusal.code == "ValidationError":  # moto's word for a bot that is not there
                return None
            raise
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
        return [(("name", "description", "roleArn", "idleSessionTtlInSeconds", "dataPrivacies", "type"), _update)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource, then TagResource."""
        arn = _arn(door, change.id)
        if drop:
            door.call(_SERVICE, "untag_resource", resourceARN=arn, tagKeys=list(drop))
        if put:
            door.call(_SERVICE, "tag_resource", resourceARN=arn, tags=dict(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteBot, with all that is in it."""
        if self.read(door, id_, {}) is not None:
            door.call(_SERVICE, "delete_bot", botId=id_, skipResourceInUseCheck=True)


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


def _update(door: Door, change: Change) -> None:
    door.call(_SERVICE, "update_bot", botId=change.id, **_settings(change.news))


KINDS = (Bot(),)
