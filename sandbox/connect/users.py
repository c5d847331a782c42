"""Users, that is agents and supervisors (Connect facts 3.10)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .kinds import KINDS
from .store import new_id

_USERNAME = re.compile(r"[a-zA-Z0-9_\-.\\@]+")
_MAIL_SHAPED = re.compile(r"[^@]+@[^@]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SECONDARY = re.compile(r"(?=^.{0,265}$)[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,63}")
_PASSWORD = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[a-zA-Z\d\S]{8,64}$")
_MOST_ACW = 2_000_000
_CONFIGS = (
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
)
# A per-channel list may not stand beside the field of PhoneConfig that it replaces.
_REPLACES = {
    "AutoAcceptConfigs": "AutoAccept",
    "AfterContactWorkConfigs": "AfterContactWorkTimeLimit",
    "PhoneNumberConfigs": "PhoneType",
    "PersistentConnectionConfigs": "PersistentConnection",
}


class Users(Base):
    """Create, read, change and delete users. A password is checked and forgotten, never stored."""

    def create_user(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter, InvalidRequest (password rules), LimitExceeded, NotFound."""
        instance = self.instance(p)
        self._check_identity(instance, p)
        self._check_phone(p.get("PhoneConfig"), p)
        members: dict[str, Any] = {
            "Username": p["Username"],
            "IdentityInfo": p.get("IdentityInfo", {}),
            "PhoneConfig": self._phone(p.get("PhoneConfig")),
            "DirectoryUserId": p.get("DirectoryUserId"),
            "SecurityProfileIds": self._security(instance, p["SecurityProfileIds"]),
            "RoutingProfileId": self._routing(instance, p["RoutingProfileId"]),
            "HierarchyGroupId": self._hierarchy_of(instance, p.get("HierarchyGroupId")),
            "Tags": p.get("Tags"),
            "_proficiencies": [],
            **{config: p.get(config) for config in _CONFIGS},
        }
        return self.create(instance, "user", members)

    def describe_user(self, p: Json) -> Json:
        """One user with phone settings in seconds."""
        return {"User": self._user(self.instance(p), p)}

    def update_user_identity_info(self, p: Json) -> Json:
        """Names and addresses; the username can never change."""
        instance = self.instance(p)
        user = self._user(instance, p)
        self._check_names(instance, p["IdentityInfo"])
        self.edit(instance, "user", user, {"IdentityInfo": p["IdentityInfo"]})
        return {}

    def update_user_phone_config(self, p: Json) -> Json:
        """Phone settings of every channel."""
        self._check_phone(p["PhoneConfig"], {})
        return self._change_user(p, {"PhoneConfig": self._phone(p["PhoneConfig"])})

    def update_user_config(self, p: Json) -> Json:
        """Phone settings per channel."""
        return self._change_user(p, {config: p[config] for config in _CONFIGS if config in p})

    def update_user_routing_profile(self, p: Json) -> Json:
        """Another routing profile. Raises ResourceNotFound."""
        return self._change_user(p, {"RoutingProfileId": self._routing(self.instance(p), p["RoutingProfileId"])})

    def update_user_security_profiles(self, p: Json) -> Json:
        """Replaces the whole list, 1 to 10."""
        return self._change_user(p, {"SecurityProfileIds": self._security(self.instance(p), p["SecurityProfileIds"])})

    def update_user_hierarchy(self, p: Json) -> Json:
        """Another group; left out, the user has none."""
        return self._change_user(
            p, {"HierarchyGroupId": self._hierarchy_of(self.instance(p), p.get("HierarchyGroupId"))}
        )

    def delete_user(self, p: Json) -> Json:
        """Permanent; what pointed to the user (a quick connect) is the caller's to delete."""
        instance = self.instance(p)
        self.drop(instance, "user", self._user(instance, p))
        return {}

    def list_users(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        return self.page(p, "UserSummaryList", self.things(self.instance(p), "user"))

    def put_user_status(self, p: Json) -> Json:
        """Sets the agent's status now."""
        instance = self.instance(p)
        status = self.refer(instance, "agent-status", p["AgentStatusId"], "AgentStatusId")
        user = self._user(instance, p)
        self.change.put(instance["Id"], "user", user["Id"], {**user, "_status": [status["Id"], self.now]})
        return {}

    def get_federation_token(self, p: Json) -> Json:
        """Sign-in for SAML instances only; the sandbox has no identity provider, so any user of the instance."""
        instance = self.instance(p)
        if instance["IdentityManagementType"] != "SAML":
            raise ex.InvalidRequest("Federation is only for instances whose users are managed by SAML")
        user = next(iter(self.things(instance, "user")), None)
        if user is None:
            raise ex.UserNotFound("The instance has no users")
        expires = self.now + 3600
        credentials = {
            "AccessToken": new_id(),
            "AccessTokenExpiration": expires,
            "RefreshToken": new_id(),
            "RefreshTokenExpiration": expires,
        }
        url = f"{instance['InstanceAccessUrl']}/auth/sign-in"
        return {"UserId": user["Id"], "UserArn": user["Arn"], "SignInUrl": url, "Credentials": credentials}

    # -- proficiencies

    def associate_user_proficiencies(self, p: Json) -> Json:
        """Attribute and value must exist; at most 10 an agent."""
        instance = self.instance(p)
        user = self._user(instance, p)
        have = {_pair(entry): entry for entry in user["_proficiencies"]}
        for entry in p["UserProficiencies"]:
            self._known(instance, entry)
            if _pair(entry) in have:
                raise self.invalid(f"UserProficiencies: {entry['AttributeName']} is associated already")
            have[_pair(entry)] = entry
        self.room(instance, "proficiencies", 0, len(have))
        self.edit(instance, "user", user, {"_proficiencies": list(have.values())})
        return {}

    def update_user_proficiencies(self, p: Json) -> Json:
        """Levels of what is associated already. Raises InvalidParameter for others."""
        instance = self.instance(p)
        user = self._user(instance, p)
        have = {_pair(entry): entry for entry in user["_proficiencies"]}
        for entry in p["UserProficiencies"]:
            if _pair(entry) not in have:
                raise self.invalid(f"UserProficiencies: {entry['AttributeName']} is not associated with the user")
            have[_pair(entry)] = entry
        self.edit(instance, "user", user, {"_proficiencies": list(have.values())})
        return {}

    def disassociate_user_proficiencies(self, p: Json) -> Json:
        """Removes associations."""
        instance = self.instance(p)
        user = self._user(instance, p)
        gone = {_pair(entry) for entry in p["UserProficiencies"]}
        left = [entry for entry in user["_proficiencies"] if _pair(entry) not in gone]
        self.edit(instance, "user", user, {"_proficiencies": left})
        return {}

    def list_user_proficiencies(self, p: Json) -> Json:
        """The user's proficiencies, at most 100 a page."""
        user = self._user(self.instance(p), p)
        times = {k: user[k] for k in ("LastModifiedTime", "LastModifiedRegion")}
        return {**self.page_of(p, "UserProficiencyList", user["_proficiencies"]), **times}

    # -- rules

    def _user(self, instance: Json, p: Json) -> Json:
        return self.find(instance, "user", p["UserId"])

    def _change_user(self, p: Json, changes: Json) -> Json:
        instance = self.instance(p)
        self.edit(instance, "user", self._user(instance, p), changes)
        return {}

    def _known(self, instance: Json, entry: Json) -> None:
        attribute = self.store.get(instance["Id"], "predefined-attribute", entry["AttributeName"])
        if attribute is None:
            raise ex.ResourceNotFound(f"{KINDS['predefined-attribute'].words} not found: {entry['AttributeName']}")
        if entry["AttributeValue"] not in attribute.get("Values", {}).get("StringList", []):
            raise self.invalid(
                f"AttributeValue: {entry['AttributeValue']!r} is not a value of {entry['AttributeName']}"
            )

    def _security(self, instance: Json, references: list[str]) -> list[str]:
        return [self.refer(instance, "security-profile", r, "SecurityProfileIds")["Id"] for r in references]

    def _routing(self, instance: Json, reference: str) -> str:
        return str(self.refer(instance, "routing-profile", reference, "RoutingProfileId")["Id"])

    def _hierarchy_of(self, instance: Json, reference: str | None) -> str | None:
        if not reference:
            return None
        return str(self.refer(instance, "hierarchy-group", arn_tail(reference), "HierarchyGroupId")["Id"])

    def _check_identity(self, instance: Json, p: Json) -> None:
        """The rules that depend on how the instance manages identities (table of Connect facts 3.10)."""
        username, managed = p["Username"], instance["IdentityManagementType"]
        longest = 64 if managed == "SAML" else 20
        if len(username) > longest:
            raise self.invalid(f"Username: must have length less than or equal to {longest}")
        if not _USERNAME.fullmatch(username) or ("@" in username and not _MAIL_SHAPED.fullmatch(username)):
            raise self.invalid(f"Username: {username!r} has characters that are not allowed")
        if managed == "CONNECT_MANAGED":
            if not p.get("Password"):
                raise ex.InvalidRequest("Password is required for users that Amazon Connect manages")
            if not _PASSWORD.match(p["Password"]):
                raise self.invalid(
                    "Password: 8 to 64 characters with a lower-case and an upper-case letter and a digit"
                )
        elif p.get("Password"):
            raise ex.InvalidRequest(f"Password must not be given for an instance of type {managed}")
        if p.get("DirectoryUserId") and managed != "EXISTING_DIRECTORY":
            raise ex.InvalidRequest(f"DirectoryUserId must not be given for an instance of type {managed}")
        info = p.get("IdentityInfo", {})
        if managed == "CONNECT_MANAGED" and not info.get("Email"):
            raise ex.InvalidRequest("Email is required for users that Amazon Connect manages")
        self._check_names(instance, info)

    def _check_names(self, instance: Json, info: Json) -> None:
        managed = instance["IdentityManagementType"]
        if managed != "EXISTING_DIRECTORY" and not (info.get("FirstName") and info.get("LastName")):
            raise ex.InvalidRequest("FirstName and LastName are required")
        for member in ("FirstName", "LastName"):
            if not unicodedata.is_normalized("NFC", info.get(member, "")):
                raise self.invalid(f"{member}: must be in Unicode normalization form C")
        if managed == "SAML" and info.get("Email"):
            raise ex.InvalidRequest("Email must not be given for an instance of type SAML")
        if info.get("Email") and not _EMAIL.fullmatch(info["Email"]):
            raise self.invalid("Email: this is not an e-mail address")
        if info.get("SecondaryEmail") and not _SECONDARY.fullmatch(info["SecondaryEmail"]):
            raise self.invalid("SecondaryEmail: this is not an e-mail address")

    def _check_phone(self, phone: Json | None, p: Json) -> None:
        phone = phone or {}
        for config, member in _REPLACES.items():
            if p.get(config) and member in phone:
                raise self.invalid(f"{config}: may not be given together with PhoneConfig.{member}")
        if phone.get("PhoneType") == "DESK_PHONE" and not phone.get("DeskPhoneNumber"):
            raise self.invalid("PhoneConfig: a desk phone needs DeskPhoneNumber")
        if phone.get("AfterContactWorkTimeLimit", 0) > _MOST_ACW:
            raise self.invalid(f"PhoneConfig.AfterContactWorkTimeLimit: at most {_MOST_ACW}")

    def _phone(self, phone: Json | None) -> Json | None:
        if phone is None:
            return None
        return {"AutoAccept": False, "AfterContactWorkTimeLimit": 0, "DeskPhoneNumber": "", **phone}


def _pair(entry: Json) -> tuple[str, str]:
    return entry["AttributeName"], entry["AttributeValue"]
