"""Security profiles, users and the hierarchy (Pulumi AWS facts 2.9 to 2.12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...stacks.provider.values import Properties
from .common import Change, ConnectKind, Kind, Step, camel, found, given, own_tags, pascal, present, text
from .door import Answer, Door

LEVELS: Final = ("One", "Two", "Three", "Four", "Five")


class SecurityProfile(ConnectKind):
    """`aws:connect/securityProfile:SecurityProfile`: a new name replaces it."""

    type = "aws:connect/securityProfile:SecurityProfile"
    noun, member, answer = "security_profile", "SecurityProfileId", "SecurityProfile"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateSecurityProfile."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_security_profile",
            InstanceId=instance,
            SecurityProfileName=inputs["name"],
            **given(
                Description=inputs.get("description"),
                Permissions=sorted(set(inputs.get("permissions", ()))),
                Tags=inputs.get("tagsAll"),
            ),
        )
        return f"{instance}:{answer['SecurityProfileId']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeSecurityProfile and ListSecurityProfilePermissions."""
        profile = self.describe(door, id_)
        if profile is None:
            return None
        permissions = found(
            lambda: list(
                door.pages(
                    "connect", "list_security_profile_permissions", "Permissions", MaxResults=60, **self.where(id_)
                )
            )
        )
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=profile.get("Arn"),
            securityProfileId=profile.get("Id"),
            organizationResourceId=text(profile.get("OrganizationResourceId")),
            name=profile.get("SecurityProfileName"),
            description=text(profile.get("Description")),
            permissions=permissions or None,
            tags=own_tags(profile.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """One UpdateSecurityProfile with the changed members only."""

        def update(door: Door, change: Change) -> None:
            members: dict[str, Any] = {}
            if change.touches("description"):
                members["Description"] = change.news.get("description", "")
            if change.touches("permissions"):
                members["Permissions"] = sorted(set(change.news.get("permissions", ())))
            door.connect("update_security_profile", **self.where(change.id), **members)

        return [(("description", "permissions"), update)]


class User(ConnectKind):
    """`aws:connect/user:User`. A changed password or directory id is a difference that makes no call."""

    type = "aws:connect/user:User"
    noun, member, answer = "user", "UserId", "User"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateUser."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_user",
            InstanceId=instance,
            Username=inputs["name"],
            PhoneConfig=_phone(inputs["phoneConfig"]),
            RoutingProfileId=inputs["routingProfileId"],
            SecurityProfileIds=sorted(set(inputs["securityProfileIds"])),
            **given(
                Password=inputs.get("password"),
                IdentityInfo=_identity(inputs),
                HierarchyGroupId=inputs.get("hierarchyGroupId"),
                DirectoryUserId=inputs.get("directoryUserId"),
                Tags=inputs.get("tagsAll"),
            ),
        )
        return f"{instance}:{answer['UserId']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeUser."""
        user = self.describe(door, id_)
        if user is None:
            return None
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=user.get("Arn"),
            userId=user.get("Id"),
            name=user.get("Username"),
            directoryUserId=text(user.get("DirectoryUserId")),
            hierarchyGroupId=text(user.get("HierarchyGroupId")),
            identityInfo=identity_outputs(user.get("IdentityInfo")) or None,
            phoneConfig=phone_outputs(user.get("PhoneConfig") or {}),
            routingProfileId=user.get("RoutingProfileId"),
            securityProfileIds=user.get("SecurityProfileIds"),
            tags=own_tags(user.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Hierarchy, identity, phone, routing, security: in the plugin's order."""

        def hierarchy(door: Door, change: Change) -> None:
            group = change.news.get("hierarchyGroupId") or None
            door.connect("update_user_hierarchy", **self.where(change.id), HierarchyGroupId=group)

        def identity(door: Door, change: Change) -> None:
            info = _identity(change.news) or {}
            door.connect("update_user_identity_info", **self.where(change.id), IdentityInfo=info)

        def phone(door: Door, change: Change) -> None:
            config = _phone(change.news["phoneConfig"])
            door.connect("update_user_phone_config", **self.where(change.id), PhoneConfig=config)

        def routing(door: Door, change: Change) -> None:
            profile = change.news["routingProfileId"]
            door.connect("update_user_routing_profile", **self.where(change.id), RoutingProfileId=profile)

        def security(door: Door, change: Change) -> None:
            profiles = sorted(set(change.news["securityProfileIds"]))
            door.connect("update_user_security_profiles", **self.where(change.id), SecurityProfileIds=profiles)

        return [
            (("hierarchyGroupId",), hierarchy),
            (("identityInfo",), identity),
            (("phoneConfig",), phone),
            (("routingProfileId",), routing),
            (("securityProfileIds",), security),
        ]


def _phone(config: Properties) -> dict[str, Any]:
    """The phone's settings; the two that have a zero are always sent."""
    sent = {"autoAccept": False, "afterContactWorkTimeLimit": 0, **config}
    return {key: value for key, value in pascal(sent).items() if value != ""}


def phone_outputs(config: Answer) -> Properties:
    """The phone's settings in the plugin's words, no more than its four."""
    known = ("phoneType", "autoAccept", "afterContactWorkTimeLimit", "deskPhoneNumber")
    return {key: value for key, value in camel(config).items() if key in known and value != ""}


def _identity(inputs: Properties) -> dict[str, Any] | None:
    info = inputs.get("identityInfo") or {}
    return {key: value for key, value in pascal(info).items() if value != ""} or None


def identity_outputs(info: Answer | None) -> Properties:
    """Names and addresses in the plugin's words, without empty ones."""
    known = ("firstName", "lastName", "email", "secondaryEmail")
    return {key: value for key, value in camel(info or {}).items() if key in known and value}


class HierarchyStructure(Kind):
    """`aws:connect/userHierarchyStructure:UserHierarchyStructure`: one an instance, its id is the instance's."""

    type = "aws:connect/userHierarchyStructure:UserHierarchyStructure"

    def create(self, door: Door, inputs: Properties) -> str:
        """UpdateUserHierarchyStructure: the structure is always there, empty at first."""
        _put_structure(door, inputs["instanceId"], inputs["hierarchyStructure"])
        return str(inputs["instanceId"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeUserHierarchyStructure; an empty structure counts as gone."""
        instance = id_.split("@")[0]
        got = found(lambda: door.connect("describe_user_hierarchy_structure", InstanceId=instance))
        levels = structure_outputs((got or {}).get("HierarchyStructure"))
        return {"instanceId": instance, "hierarchyStructure": levels} if levels else None

    def steps(self) -> Sequence[Step]:
        """UpdateUserHierarchyStructure with every level."""
        return [
            (
                ("hierarchyStructure",),
                lambda door, change: _put_structure(door, change.id, change.news["hierarchyStructure"]),
            )
        ]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """The same call with no level."""
        _put_structure(door, id_, {})


def structure_outputs(structure: Answer | None) -> Properties:
    """The levels that exist: `levelOne` to `levelFive`, each with arn, id and name."""
    return {
        f"level{level}": {key: value for key, value in camel(found_level).items() if key in ("arn", "id", "name")}
        for level in LEVELS
        if (found_level := (structure or {}).get(f"Level{level}"))
    }


def _put_structure(door: Door, instance: str, structure: Properties) -> None:
    levels = {
        f"Level{level}": {"Name": structure[f"level{level}"]["name"]}
        for level in LEVELS
        if structure.get(f"level{level}")
    }
    door.connect("update_user_hierarchy_structure", InstanceId=instance, HierarchyStructure=levels)


class HierarchyGroup(ConnectKind):
    """`aws:connect/userHierarchyGroup:UserHierarchyGroup`: another parent replaces it."""

    type = "aws:connect/userHierarchyGroup:UserHierarchyGroup"
    noun, member, answer = "user_hierarchy_group", "HierarchyGroupId", "HierarchyGroup"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateUserHierarchyGroup; the structure must stand first."""
        instance = inputs["instanceId"]
        answer = door.connect(
            "create_user_hierarchy_group",
            InstanceId=instance,
            Name=inputs["name"],
            **given(ParentGroupId=inputs.get("parentGroupId"), Tags=inputs.get("tagsAll")),
        )
        return f"{instance}:{answer['HierarchyGroupId']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeUserHierarchyGroup."""
        group = self.describe(door, id_)
        if group is None:
            return None
        return present(
            instanceId=self.where(id_)["InstanceId"],
            arn=group.get("Arn"),
            hierarchyGroupId=group.get("Id"),
            levelId=text(group.get("LevelId")),
            name=group.get("Name"),
            hierarchyPaths=path_outputs(group.get("HierarchyPath")),
            tags=own_tags(group.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """UpdateUserHierarchyGroupName."""

        def name(door: Door, change: Change) -> None:
            door.connect("update_user_hierarchy_group_name", **self.where(change.id), Name=change.news["name"])

        return [(("name",), name)]


def path_outputs(path: Answer | None) -> list[Properties]:
    """A group's path in the plugin's form: one object of lists of one, `levelOnes` to `levelFives`."""
    levels = {
        f"level{level}s": [{key: value for key, value in camel(step).items() if key in ("arn", "id", "name")}]
        for level in LEVELS
        if (step := (path or {}).get(f"Level{level}"))
    }
    return [levels] if levels else []


KINDS: Final[tuple[Kind, ...]] = (SecurityProfile(), User(), HierarchyStructure(), HierarchyGroup())
