"""Security profiles (Connect facts 3.9)."""

from __future__ import annotations

from . import exceptions as ex
from .base import Base, Json, arn_tail

_MEMBERS = (
    "Description",
    "AllowedAccessControlTags",
    "TagRestrictedResources",
    "HierarchyRestrictedResources",
    "AllowedAccessControlHierarchyGroupId",
    "GranularAccessControlConfiguration",
)


class SecurityProfiles(Base):
    """Create, read, change and delete security profiles. An unknown permission name is kept (Connect facts 10.2)."""

    def create_security_profile(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter (name, lengths), LimitExceeded."""
        instance = self.instance(p)
        members = {
            "SecurityProfileName": p["SecurityProfileName"],
            "Name": p["SecurityProfileName"],
            "OrganizationResourceId": instance["Id"],
            "Tags": p.get("Tags"),
            "Type": "CUSTOMER_MANAGED",
            "_permissions": list(dict.fromkeys(p.get("Permissions", []))),
            "_applications": p.get("Applications", []),
            "_modules": p.get("AllowedFlowModules", []),
            **{member: p.get(member) for member in _MEMBERS},
        }
        self._scope(instance, p)
        return self.create(instance, "security-profile", members)

    def describe_security_profile(self, p: Json) -> Json:
        """The profile without its permissions, which have an operation of their own."""
        return {"SecurityProfile": self._security_profile(self.instance(p), p)}

    def update_security_profile(self, p: Json) -> Json:
        """Changes what is given; the name can never change."""
        instance = self.instance(p)
        profile = self._security_profile(instance, p)
        self._scope(instance, p)
        changes = {member: p[member] for member in _MEMBERS if member in p}
        if "Permissions" in p:
            changes["_permissions"] = list(dict.fromkeys(p["Permissions"]))
        if "Applications" in p:
            changes["_applications"] = p["Applications"]
        if "AllowedFlowModules" in p:
            changes["_modules"] = p["AllowedFlowModules"]
        self.edit(instance, "security-profile", profile, changes)
        return {}

    def delete_security_profile(self, p: Json) -> Json:
        """Raises ResourceInUse while users have it."""
        instance = self.instance(p)
        profile = self._security_profile(instance, p)
        for user in self.things(instance, "user"):
            if profile["Id"] in user["SecurityProfileIds"]:
                message = f"Security profile {profile['Name']} is used by user {user['Username']}"
                raise ex.ResourceInUse(message, "USER", user["Id"])
        self.drop(instance, "security-profile", profile)
        return {}

    def list_security_profiles(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        return self.page(p, "SecurityProfileSummaryList", self.things(self.instance(p), "security-profile"))

    def list_security_profile_permissions(self, p: Json) -> Json:
        """The names of the permissions, at most 1,000 a page."""
        return self._profile_list(p, "Permissions", "_permissions")

    def list_security_profile_applications(self, p: Json) -> Json:
        """The third-party applications of the profile."""
        return self._profile_list(p, "Applications", "_applications")

    def list_security_profile_flow_modules(self, p: Json) -> Json:
        """The flow modules that the profile may run."""
        return self._profile_list(p, "AllowedFlowModules", "_modules")

    def _profile_list(self, p: Json, key: str, member: str) -> Json:
        profile = self._security_profile(self.instance(p), p)
        times = {k: profile[k] for k in ("LastModifiedTime", "LastModifiedRegion")}
        return {**self.page_of(p, key, profile.get(member, [])), **times}

    def list_entity_security_profiles(self, p: Json) -> Json:
        """The security profiles of one user."""
        instance = self.instance(p)
        user = self.find(instance, "user", arn_tail(p["EntityArn"]))
        return self.page_of(p, "SecurityProfiles", [{"Id": key} for key in user["SecurityProfileIds"]])

    def _security_profile(self, instance: Json, p: Json) -> Json:
        return self.find(instance, "security-profile", p["SecurityProfileId"])

    def _scope(self, instance: Json, p: Json) -> None:
        group = p.get("AllowedAccessControlHierarchyGroupId")
        if group:
            self.refer(instance, "hierarchy-group", group, "AllowedAccessControlHierarchyGroupId")
