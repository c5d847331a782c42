"""Amazon Connect's users, typed: the one door through which agents are listed, made, changed and removed.

Errors are CloudError; what the service says about a refused user never repeats that user's name, address, number or
password, because its message may quote them. Facts: Connect facts 3.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple, Protocol

from ...specs.errors import CloudError
from ...specs.frozen import dataclass
from .client import Cloud

PAGE = 1000  # ListUsers gives at most so many at once (Connect facts 3.10)
SEARCH_PAGE = 500  # and SearchUsers so many


class Proficiency(NamedTuple):
    """A value of a predefined attribute, and how well it is mastered: 1 to 5 (Connect facts 3.10)."""

    attribute: str
    value: str
    level: int = 5


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


@dataclass(frozen=True, slots=True)
class FoundUser:
    """A user as the instance holds it, by ids; after-contact work in seconds. A search finds no addresses."""

    id: str
    username: str
    first_name: str
    last_name: str
    email: str
    secondary_email: str
    mobile: str
    routing_profile: str
    security_profiles: tuple[str, ...]
    hierarchy_group: str | None
    phone_type: str
    desk_phone: str
    auto_accept: bool
    after_contact_work: int
    tags: Mapping[str, str]


class UserReader(Protocol):
    """What an export needs of Connect. Each raises CloudError."""

    def search(self) -> Iterator[FoundUser]:
        """Every user without addresses, by pages of 500; may lag behind changes."""
        ...

    def describe(self, user_id: str) -> FoundUser:
        """One user, whole."""
        ...

    def proficiencies(self, user_id: str) -> set[Proficiency]:
        """What one user is good at."""
        ...


class UserDoor(Protocol):
    """What the rosters need of Connect. Every method but `listing` is one call; each raises CloudError."""

    def listing(self) -> Iterator[UserSummary]:
        """Every user of the instance, by pages of 1,000."""
        ...

    def tags(self, user_id: str) -> Mapping[str, str]:
        """The tags of one user."""
        ...

    def proficiencies(self, user_id: str) -> set[Proficiency]:
        """What one user is good at."""
        ...

    def busy(self, profiles: Sequence[str]) -> frozenset[str]:
        """The ids of users of these routing profiles who are on a contact now."""
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

    def add_proficiencies(self, user_id: str, values: Sequence[Proficiency]) -> None:
        """Associate. Refused when an attribute's value is associated already."""
        ...

    def drop_proficiencies(self, user_id: str, values: Sequence[Proficiency]) -> None:
        """Disassociate; the level does not matter."""
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

    def search(self) -> Iterator[FoundUser]:
        """See UserReader. After-contact work comes in milliseconds here (Connect facts 3.10)."""
        pages = self._patient.pages(
            "connect", "search_users", "Users", InstanceId=self._instance, MaxResults=SEARCH_PAGE
        )
        for item in pages:
            yield _found(item, item.get("IdentityInfo") or {}, 1000)

    def describe(self, user_id: str) -> FoundUser:
        """See UserReader."""
        item = self._patient.call("connect", "describe_user", InstanceId=self._instance, UserId=user_id)["User"]
        return _found(item, item.get("IdentityInfo") or {}, 1)

    def busy(self, profiles: Sequence[str]) -> frozenset[str]:
        """See UserDoor. A filter takes 100 profiles (Connect facts 3.8)."""
        found: set[str] = set()
        for at in range(0, len(profiles), 100):
            pages = self._patient.pages(
                "connect",
                "get_current_user_data",
                "UserDataList",
                InstanceId=self._instance,
                Filters={"RoutingProfiles": list(profiles[at : at + 100])},
                MaxResults=100,
            )
            found |= {item["User"]["Id"] for item in pages if item.get("Contacts")}
        return frozenset(found)

    def proficiencies(self, user_id: str) -> set[Proficiency]:
        """See UserDoor."""
        pages = self._patient.pages(
            "connect",
            "list_user_proficiencies",
            "UserProficiencyList",
            InstanceId=self._instance,
            UserId=user_id,
            MaxResults=100,
        )
        return {Proficiency(item["AttributeName"], item["AttributeValue"], round(item["Level"])) for item in pages}

    def create(self, user: UserFields, password: str | None) -> str:
        """See UserDoor."""
        answer = self._call(
            "create_user",
            user,
            Username=user.username,
            Password=password,
            IdentityInfo=_identity(user) or None,
            PhoneConfig=_phone(user),
            RoutingProfileId=user.routing_profile,
            SecurityProfileIds=list(user.security_profiles),
            HierarchyGroupId=user.hierarchy_group,
            Tags=dict(user.tags) or None,
        )
        return str(answer["UserId"])

    def set_identity(self, user_id: str, user: UserFields) -> None:
        """See UserDoor. Nothing is sent when a directory holds all of it."""
        info = _identity(user)
        if info:
            self._call("update_user_identity_info", user, UserId=user_id, IdentityInfo=info)

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

    def add_proficiencies(self, user_id: str, values: Sequence[Proficiency]) -> None:
        """See UserDoor."""
        pairs = [{"AttributeName": v.attribute, "AttributeValue": v.value, "Level": float(v.level)} for v in values]
        self._call("associate_user_proficiencies", None, UserId=user_id, UserProficiencies=pairs)

    def drop_proficiencies(self, user_id: str, values: Sequence[Proficiency]) -> None:
        """See UserDoor."""
        pairs = [{"AttributeName": v.attribute, "AttributeValue": v.value} for v in values]
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


def _found(item: Mapping[str, Any], identity: Mapping[str, str], per_second: int) -> FoundUser:
    phone = item.get("PhoneConfig") or {}
    return FoundUser(
        id=item["Id"],
        username=item.get("Username", ""),
        first_name=identity.get("FirstName", ""),
        last_name=identity.get("LastName", ""),
        email=identity.get("Email", ""),
        secondary_email=identity.get("SecondaryEmail", ""),
        mobile=identity.get("Mobile", ""),
        routing_profile=item.get("RoutingProfileId", ""),
        security_profiles=tuple(item.get("SecurityProfileIds") or ()),
        hierarchy_group=item.get("HierarchyGroupId"),
        phone_type="desk" if phone.get("PhoneType") == "DESK_PHONE" else "soft",
        desk_phone=phone.get("DeskPhoneNumber", ""),
        auto_accept=bool(phone.get("AutoAccept")),
        after_contact_work=int(phone.get("AfterContactWorkTimeLimit", 0)) // per_second,
        tags=dict(item.get("Tags") or {}),
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
