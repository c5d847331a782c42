"""KMS keys and aliases (Pulumi AWS facts 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...stacks.provider.values import Properties
from .common import Change, Kind, Step, found, given, listed_tags, present, tag_list, text
from .door import Answer, Door, Refused


class Key(Kind):
    """`aws:kms/key:Key`: deleting schedules the deletion (7 to 30 days, 30 unless said)."""

    type = "aws:kms/key:Key"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateKey."""
        answer = door.call(
            "kms",
            "create_key",
            KeyUsage=inputs["keyUsage"],
            KeySpec=inputs["customerMasterKeySpec"],
            **given(
                Description=inputs.get("description"),
                Policy=inputs.get("policy"),
                MultiRegion=inputs.get("multiRegion") or None,
                BypassPolicyLockoutSafetyCheck=inputs.get("bypassPolicyLockoutSafetyCheck") or None,
                Tags=tag_list(inputs.get("tagsAll") or {}, "TagKey", "TagValue"),
            ),
        )
        return str(answer["KeyMetadata"]["KeyId"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Rotation, and disabling where asked for."""
        if inputs.get("enableKeyRotation"):
            _rotate(door, id_, inputs)
        if inputs.get("isEnabled") is False:
            door.call("kms", "disable_key", KeyId=id_)

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeKey, GetKeyPolicy, GetKeyRotationStatus, ListResourceTags; a key that is to be deleted is gone."""
        answer = found(lambda: door.call("kms", "describe_key", KeyId=id_))
        if answer is None or answer["KeyMetadata"].get("KeyState") in ("PendingDeletion", "PendingReplicaDeletion"):
            return None
        key = answer["KeyMetadata"]
        policy = door.call("kms", "get_key_policy", KeyId=id_, PolicyName="default")
        rotation = door.call("kms", "get_key_rotation_status", KeyId=id_)
        tags = door.call("kms", "list_resource_tags", KeyId=id_).get("Tags")
        return present(
            arn=key["Arn"],
            keyId=key["KeyId"],
            description=text(key.get("Description")),
            keyUsage=key.get("KeyUsage"),
            customerMasterKeySpec=key.get("KeySpec"),
            multiRegion=bool(key.get("MultiRegion", False)),
            isEnabled=bool(key.get("Enabled", True)),
            enableKeyRotation=bool(rotation.get("KeyRotationEnabled", False)),
            rotationPeriodInDays=rotation.get("RotationPeriodInDays"),
            policy=policy.get("Policy"),
            tags=listed_tags(tags, "TagKey", "TagValue"),
        )

    def steps(self) -> Sequence[Step]:
        """Enable, description, policy, rotation, disable."""

        def description(door: Door, change: Change) -> None:
            door.call("kms", "update_key_description", KeyId=change.id, Description=change.news.get("description", ""))

        def policy(door: Door, change: Change) -> None:
            # A new policy counts only while the key is enabled.
            door.call("kms", "put_key_policy", KeyId=change.id, PolicyName="default", Policy=change.news["policy"])

        def rotation(door: Door, change: Change) -> None:
            if change.news.get("enableKeyRotation"):
                _rotate(door, change.id, change.news)
            else:
                door.call("kms", "disable_key_rotation", KeyId=change.id)

        def enable(door: Door, change: Change) -> None:
            if change.news.get("isEnabled", True):
                door.call("kms", "enable_key", KeyId=change.id)

        def disable(door: Door, change: Change) -> None:
            if not change.news.get("isEnabled", True):
                door.call("kms", "disable_key", KeyId=change.id)

        return [
            (("isEnabled",), enable),
            (("description",), description),
            (("policy",), policy),
            (("enableKeyRotation", "rotationPeriodInDays"), rotation),
            (("isEnabled",), disable),
        ]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource, then TagResource."""
        if drop:
            door.call("kms", "untag_resource", KeyId=change.id, TagKeys=list(drop))
        if put:
            door.call("kms", "tag_resource", KeyId=change.id, Tags=tag_list(put, "TagKey", "TagValue"))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """ScheduleKeyDeletion; a key that already waits for it counts as deleted."""
        try:
            days = given(PendingWindowInDays=state.get("deletionWindowInDays"))
            door.call("kms", "schedule_key_deletion", KeyId=id_, **days)
        except Refused as refusal:
            if refusal.code != "KMSInvalidStateException":
                raise


def _rotate(door: Door, key: str, inputs: Properties) -> None:
    period = given(RotationPeriodInDays=inputs.get("rotationPeriodInDays"))
    door.call("kms", "enable_key_rotation", KeyId=key, **period)


class Alias(Kind):
    """`aws:kms/alias:Alias`; its id is the name, `alias/…`."""

    type = "aws:kms/alias:Alias"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateAlias."""
        door.call("kms", "create_alias", AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return str(inputs["name"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """ListAliases by name."""
        alias = _alias(door, id_)
        if alias is None:
            return None
        arn, key = str(alias["AliasArn"]), alias.get("TargetKeyId")
        return present(
            name=id_,
            arn=arn,
            targetKeyId=key,
            targetKeyArn=f"{arn.rpartition(':')[0]}:key/{key}" if key else None,
        )

    def steps(self) -> Sequence[Step]:
        """UpdateAlias."""

        def retarget(door: Door, change: Change) -> None:
            door.call("kms", "update_alias", AliasName=change.id, TargetKeyId=change.news["targetKeyId"])

        return [(("targetKeyId",), retarget)]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteAlias."""
        door.call("kms", "delete_alias", AliasName=id_)


def _alias(door: Door, name: str) -> Answer | None:
    marker = None
    while True:
        page = door.call("kms", "list_aliases", Marker=marker)
        for alias in page.get("Aliases", ()):
            if alias["AliasName"] == name:
                return dict(alias)
        marker = page.get("NextMarker")
        if not marker:
            return None


KINDS: Final[tuple[Kind, ...]] = (Key(), Alias())
