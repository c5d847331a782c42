"""Amazon Connect's users, typed: the one door through which agents are listed, made, changed and removed.

Errors are CloudError; what the service says about a refused user never repeats that user's name, address, number or
password, because its message may quote them. Facts: Connect facts 3.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ...specs.errors import CloudError
from .client import Cloud

PAGE = 1000  # ListUsers gives at most so many at once (Connect facts 3.10)


class UserSummary(NamedTuple):
    """One line of the listing."""

    id: str
    username: str


@dataclass(frozen=True, slots=True)
class UserFields:
    """What CreateUser takes, by ids. `hierarchy_group` None = in no group; numbers in E.164; times in seconds.

    `email`, `secondary_email` and `mobile` are left out when empty, as instances with SAML want it.
    """

    username: str
    first_name: str
    last_name: str
    email: str
    routing_profile: str
    security_profiles: tuple[str, ...]
    hierarchy_group: str | None
    phone_type: str  # "soft" | "desk"
    desk_phone: str
    auto_accept: bool
    after_contact_work: int
    tags: Mapping[str, str] = field(default_factory=dict)
    secondary_email: str = ""
    mobile: str = ""


class UserDoor(Protocol):
    """What the rosters need of Connect. Every method but `listing` is one call; each raises CloudError."""

    def listing(self) -> Iterator[UserSummary]:
        """Every user of the instance, by pages of 1,000."""
        ...

    def tags(self, user_id: str) -> Mapping[str, str]:
        """The tags of one user."""
        ...

    def proficiencies(self, user_id: str) -> set[tuple[str, str]]:
        """The (attribute, value) pairs of one user."""
        ...

    def create(self, user: UserFields, password: str | None) -> str:
        """Make a user and return the id."""
        ...

    def set_identity(self, user_id: str, user: UserFields) -> None:
        """Names and addresses."""
        ...

    def set_phone(self, user_id: str, user: UserFields) -> None:
        """Soft or desk phone, auto-accept, after-contact work."""
        ...

    def set_routing_profile(self, user_id: str, profile: str) -> None:
        """The one routing profile."""
        ...

    def set_security_profiles(self, user_id: str, profiles: Sequence[str]) -> None:
        """The whole list of security profiles."""
        ...

    def set_hierarchy_group(self, user_id: str, group: str | None) -> None:
        """The group, or none."""
        ...

    def add_proficiencies(self, user_id: str, values: Sequence[tuple[str, str]]) -> None:
        """Associate (attribute, value) pairs at level 5. Refused when one is associated already."""
        ...

    def drop_proficiencies(self, user_id: str, values: Sequence[tuple[str, str]]) -> None:
        """Disassociate (attribute, value) pairs."""
        ...

    def tag(self, user_id: str, tags: Mapping[str, str]) -> None:
        """Set tags."""
        ...

    def untag(self, user_id: str, keys: Sequence[str]) -> None:
        """Remove tags."""
        ...

    def delete(self, user_id: str) -> None:
        """Delete for good; the history stays."""
        ...


class Users:
    """The door of one instance. Each call is tried once: the rosters pace and repeat by themselves."""

    def __init__(self, cloud: Cloud, instance_id: str, instance_arn: str) -> None:
        self._cloud = cloud.impatient()
        self._patient = cloud
        self._instance = instance_id
        self._arn = instance_arn

    def listing(self) -> Iterator[UserSummary]:
        """See UserDoor. Reading is repeated by the cloud's own door."""
        pages = self._patient.pages(
            "connect", "list_users", "UserSummaryList", InstanceId=self._instance, MaxResults=PAGE
        )
        for item in pages:
            yield UserSummary(item["Id"], item["Username"])

    def tags(self, user_id: str) -> Mapping[str, str]:
        """See UserDoor."""
        answer = self._patient.call("connect", "describe_user", InstanceId=self._instance, UserId=user_id)
        return dict(answer["User"].get("Tags") or {})

    def proficiencies(self, user_id: str) -> set[tuple[str, str]]:
        """See UserDoor."""
        pages = self._patient.pages(
            "connect",
            "list_user_proficiencies",
            "UserProficiencyList",
            InstanceId=self._instance,
            UserId=user_id,
            MaxResults=100,
        )
        return {(item["AttributeName"], item["AttributeValue"]) for item in pages}

    def create(self, user: UserFields, password: str | None) -> str:
        """See UserDoor."""
        answer = self._call(
            "create_user",
            user,
            Username=user.username,
            Password=password,
            IdentityInfo=_identity(user),
            PhoneConfig=_phone(user),
            RoutingProfileId=user.routing_profile,
            SecurityProfileIds=list(user.security_profiles),
            HierarchyGroupId=user.hierarchy_group,
            Tags=dict(user.tags) or None,
        )
        return str(answer["UserId"])

    def set_identity(self, user_id: str, user: UserFields) -> None:
        """See UserDoor."""
        self._call("update_user_identity_info", user, UserId=user_id, IdentityInfo=_identity(user))

    def set_phone(self, user_id: str, user: UserFields) -> None:
        """See UserDoor."""
        self._call("update_user_phone_config", user, UserId=user_id, PhoneConfig=_phone(user))

    def set_routing_profile(self, user_id: str, profile: str) -> None:
        """See UserDoor."""
        self._call("update_user_routing_profile", None, UserId=user_id, RoutingProfileId=profile)

    def set_security_profiles(self, user_id: str, profiles: Sequence[str]) -> None:
        """See UserDoor."""
        self._call("update_user_security_profiles", None, UserId=user_id, SecurityProfileIds=list(profiles))

    def set_hierarchy_group(self, user_id: str, group: str | None) -> None:
        """See UserDoor. Left out, the group is cleared."""
        self._call("update_user_hierarchy", None, UserId=user_id, HierarchyGroupId=group)

    def add_proficiencies(self, user_id: str, values: Sequence[tuple[str, str]]) -> None:
        """See UserDoor."""
        pairs = [{"AttributeName": name, "AttributeValue": value, "Level": 5.0} for name, value in values]
        self._call("associate_user_proficiencies", None, UserId=user_id, UserProficiencies=pairs)

    def drop_proficiencies(self, user_id: str, values: Sequence[tuple[str, str]]) -> None:
        """See UserDoor."""
        pairs = [{"AttributeName": name, "AttributeValue": value} for name, value in values]
        self._call("disassociate_user_proficiencies", None, UserId=user_id, UserProficiencies=pairs)

    def tag(self, user_id: str, tags: Mapping[str, str]) -> None:
        """See UserDoor."""
        self._cloud.call("connect", "tag_resource", resourceArn=self._user_arn(user_id), tags=dict(tags))

    def untag(self, user_id: str, keys: Sequence[str]) -> None:
        """See UserDoor."""
        self._cloud.call("connect", "untag_resource", resourceArn=self._user_arn(user_id), tagKeys=list(keys))

    def delete(self, user_id: str) -> None:
        """See UserDoor."""
        self._call("delete_user", None, UserId=user_id)

    def _user_arn(self, user_id: str) -> str:
        return f"{self._arn}/agent/{user_id}"

    def _call(self, method: str, user: UserFields | None, **params: Any) -> dict[str, Any]:
        try:
            return self._cloud.call("connect", method, InstanceId=self._instance, **params)
        except CloudError as error:
            if user is None:
                raise
            hide = [user.username, user.first_name, user.last_name, user.email, user.desk_phone]
            hide += [user.secondary_email, user.mobile, str(params.get("Password") or "")]
            raise without(error, hide) from None


def without(error: CloudError, personal: Sequence[str]) -> CloudError:
    """`error` without the personal values that the service may have quoted; longest first, so that nothing is left."""

    def scrub(text: str) -> str:
        for value in sorted({p for p in personal if len(p) > 1}, key=len, reverse=True):
            text = text.replace(value, "[hidden]")
        return text

    return CloudError(
        scrub(error.message),
        operation=error.operation,
        service_code=error.service_code,
        status=error.status,
        problems=tuple(map(scrub, error.problems)),
        hint=error.hint,
        where=error.where,
        code=error.code,
    )


def _identity(user: UserFields) -> dict[str, str]:
    info = {
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "Email": user.email,
        "SecondaryEmail": user.secondary_email,
        "Mobile": user.mobile,
    }
    return {key: value for key, value in info.items() if value}


def _phone(user: UserFields) -> dict[str, Any]:
    desk = user.phone_type == "desk"
    config: dict[str, Any] = {
        "PhoneType": "DESK_PHONE" if desk else "SOFT_PHONE",
        "AutoAccept": user.auto_accept and not desk,
        "AfterContactWorkTimeLimit": user.after_contact_work,
    }
    if desk:
        config["DeskPhoneNumber"] = user.desk_phone
    return config
