"""Flows, flow modules, vocabularies, and the Lambda functions and Lex V1 bots that flows may call.

Pulumi AWS facts 2.6, 2.7, 2.15 to 2.17.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Properties
from .common import Change, ConnectKind, Kind, Step, found, given, moment, own_tags, present, split_id, text
from .door import Door, Refused


class _FlowKind(ConnectKind):
    """What flows and modules share: content from text or a file, and two update calls."""

    id_answer: ClassVar[str]
    rename: ClassVar[str]

    def create(self, door: Door, inputs: Properties) -> str:
        """Create it published: the service validates the whole content."""
        instance = inputs["instanceId"]
        answer = door.connect(
            f"create_{self.noun}",
            InstanceId=instance,
            Name=inputs["name"],
            Content=_content(inputs),
            **self.more(inputs),
            **given(Description=inputs.get("description"), Tags=inputs.get("tagsAll")),
        )
        return f"{instance}:{answer[self.id_answer]}"

    def more(self, inputs: Properties) -> dict[str, str]:
        """Further parameters of the create call."""
        return {}

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """The one describe call."""
        flow = self.describe(door, id_)
        if flow is None:
            return None
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=flow.get("Arn"),
            name=flow.get("Name"),
            description=text(flow.get("Description")),
            content=flow.get("Content"),
            type=flow.get("Type"),
            tags=own_tags(flow.get("Tags")),
            **{self.member[:1].lower() + self.member[1:]: flow.get("Id")},
        )

    def steps(self) -> Sequence[Step]:
        """Name and description together, then the content."""

        def name(door: Door, change: Change) -> None:
            words = {"Name": change.news["name"], "Description": change.news.get("description", "")}
            door.connect(self.rename, **self.where(change.id), **words)

        def content(door: Door, change: Change) -> None:
            door.connect(f"update_{self.noun}_content", **self.where(change.id), Content=_content(change.news))

        return [(("name", "description"), name), (("content", "contentHash", "filename"), content)]


def _content(inputs: Properties) -> str | None:
    """The flow's text; a file is read now, by this process. Raises ProviderError when it cannot be read."""
    filename = inputs.get("filename")
    if not filename:
        content: str | None = inputs.get("content")
        return content
    try:
        return Path(filename).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProviderError(f"the flow's file {filename} cannot be read: {error}", hint="correct filename") from None


class ContactFlow(_FlowKind):
    """`aws:connect/contactFlow:ContactFlow`."""

    type = "aws:connect/contactFlow:ContactFlow"
    noun, member, answer = "contact_flow", "ContactFlowId", "ContactFlow"
    id_answer = "ContactFlowId"
    rename = "update_contact_flow_name"

    def more(self, inputs: Properties) -> dict[str, str]:
        """The flow's type."""
        return {"Type": inputs["type"]}


class ContactFlowModule(_FlowKind):
    """`aws:connect/contactFlowModule:ContactFlowModule`."""

    type = "aws:connect/contactFlowModule:ContactFlowModule"
    noun, member, answer = "contact_flow_module", "ContactFlowModuleId", "ContactFlowModule"
    id_answer = "Id"
    rename = "update_contact_flow_module_metadata"


class Vocabulary(ConnectKind):
    """`aws:connect/vocabulary:Vocabulary`: everything but tags replaces it."""

    type = "aws:connect/vocabulary:Vocabulary"
    noun, member, answer = "vocabulary", "VocabularyId", "Vocabulary"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateVocabulary."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_vocabulary",
            ClientToken=str(uuid.uuid4()),
            InstanceId=instance,
            VocabularyName=inputs["name"],
            LanguageCode=inputs["languageCode"],
            Content=inputs["content"],
            **given(Tags=inputs.get("tagsAll")),
        )
        return f"{instance}:{answer['VocabularyId']}"

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Wait (5 min) for ACTIVE or CREATION_FAILED: a failed vocabulary counts as made."""
        door.poll(
            lambda: (self.describe(door, id_) or {}).get("State") in ("ACTIVE", "CREATION_FAILED"),
            300.0,
            f"creating the vocabulary {id_}",
        )

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeVocabulary; one that is being deleted counts as gone."""
        vocabulary = self.describe(door, id_)
        if vocabulary is None or vocabulary.get("State") == "DELETE_IN_PROGRESS":
            return None
        modified = vocabulary.get("LastModifiedTime")
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=vocabulary.get("Arn"),
            vocabularyId=vocabulary.get("Id"),
            name=vocabulary.get("Name"),
            languageCode=vocabulary.get("LanguageCode"),
            content=vocabulary.get("Content"),
            state=vocabulary.get("State"),
            failureReason=text(vocabulary.get("FailureReason")),
            lastModifiedTime=moment(modified),
            tags=own_tags(vocabulary.get("Tags")),
        )

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteVocabulary, then wait until it is not found (the service takes up to 90 min)."""
        door.connect("delete_vocabulary", **self.where(id_))
        door.poll(lambda: self.describe(door, id_) is None, 6000.0, f"deleting the vocabulary {id_}")


class LambdaAssociation(Kind):
    """`aws:connect/lambdaFunctionAssociation:LambdaFunctionAssociation`; id `instanceId,functionArn`."""

    type = "aws:connect/lambdaFunctionAssociation:LambdaFunctionAssociation"

    def create(self, door: Door, inputs: Properties) -> str:
        """AssociateLambdaFunction."""
        instance, arn = inputs["instanceId"], inputs["functionArn"]
        door.connect("associate_lambda_function", InstanceId=instance, FunctionArn=arn)
        return f"{instance},{arn}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """ListLambdaFunctions, the exact string."""
        instance, arn = split_id(id_, 2, ",")
        listed = found(
            lambda: list(
                door.pages("connect", "list_lambda_functions", "LambdaFunctions", InstanceId=instance, MaxResults=25)
            )
        )
        return {"instanceId": instance, "functionArn": arn} if arn in (listed or ()) else None

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DisassociateLambdaFunction."""
        instance, arn = split_id(id_, 2, ",")
        door.connect("disassociate_lambda_function", InstanceId=instance, FunctionArn=arn)


class BotAssociation(Kind):
    """`aws:connect/botAssociation:BotAssociation`, Lex V1 only; id `instanceId:name:region`."""

    type = "aws:connect/botAssociation:BotAssociation"

    def create(self, door: Door, inputs: Properties) -> str:
        """AssociateBot; a bot that is being built is waited for (5 min on InvalidRequestException)."""
        instance, bot = inputs["instanceId"], inputs["lexBot"]
        region = bot.get("lexRegion") or door.region
        refused: list[Refused] = []

        def associated() -> bool:
            try:
                door.connect("associate_bot", InstanceId=instance, LexBot={"Name": bot["name"], "LexRegion": region})
            except Refused as refusal:
                if refusal.code != "InvalidRequestException" or len(refused) > 5:
                    raise
                refused.append(refusal)
                return False
            return True

        door.poll(associated, 300.0, f"associating the bot {bot['name']}")
        return f"{instance}:{bot['name']}:{region}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """ListBots of version V1 by name and Region."""
        instance, name, region = split_id(id_, 3)
        listed = found(
            lambda: list(
                door.pages("connect", "list_bots", "LexBots", InstanceId=instance, LexVersion="V1", MaxResults=25)
            )
        )
        bots = [item.get("LexBot", {}) for item in listed or ()]
        if not any(bot.get("Name") == name and bot.get("LexRegion") == region for bot in bots):
            return None
        return {"instanceId": instance, "lexBot": {"name": name, "lexRegion": region}}

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DisassociateBot."""
        instance, name, region = split_id(id_, 3)
        door.connect("disassociate_bot", InstanceId=instance, LexBot={"Name": name, "LexRegion": region})


KINDS: Final[tuple[Kind, ...]] = (
    ContactFlow(),
    ContactFlowModule(),
    Vocabulary(),
    LambdaAssociation(),
    BotAssociation(),
)
