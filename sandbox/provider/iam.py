"""IAM roles, policies and what joins them (Pulumi AWS facts 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from ...stacks.provider.values import Properties
from .common import (
    Change,
    Kind,
    Step,
    document,
    found,
    given,
    listed_tags,
    moment,
    own_tags,
    present,
    split_id,
    tag_list,
    text,
)
from .door import Door


class Role(Kind):
    """`aws:iam/role:Role`; its id is the name."""

    type = "aws:iam/role:Role"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateRole."""
        door.call(
            "iam",
            "create_role",
            RoleName=inputs["name"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Path=inputs["path"],
            MaxSessionDuration=inputs["maxSessionDuration"],
            **given(
                Description=inputs.get("description"),
                PermissionsBoundary=inputs.get("permissionsBoundary"),
                Tags=tag_list(inputs.get("tagsAll") or {}),
            ),
        )
        return str(inputs["name"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """AttachRolePolicy for each managed policy."""
        for arn in sorted(set(inputs.get("managedPolicyArns", ()))):
            door.call("iam", "attach_role_policy", RoleName=id_, PolicyArn=arn)

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """GetRole, ListAttachedRolePolicies, ListRoleTags."""
        answer = found(lambda: door.call("iam", "get_role", RoleName=id_))
        if answer is None:
            return None
        role = answer["Role"]
        attached = door.call("iam", "list_attached_role_policies", RoleName=id_)
        return present(
            name=role["RoleName"],
            arn=role["Arn"],
            uniqueId=role.get("RoleId"),
            createDate=moment(role.get("CreateDate")),
            assumeRolePolicy=_policy_text(role.get("AssumeRolePolicyDocument")),
            description=text(role.get("Description")),
            path=role.get("Path"),
            maxSessionDuration=role.get("MaxSessionDuration", 3600),
            permissionsBoundary=(role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            managedPolicyArns=sorted(item["PolicyArn"] for item in attached.get("AttachedPolicies", ())),
            tags=listed_tags(role.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Trust, description, boundary, session, managed policies."""

        def trust(door: Door, change: Change) -> None:
            policy = change.news["assumeRolePolicy"]
            door.call("iam", "update_assume_role_policy", RoleName=change.id, PolicyDocument=policy)

        def role(door: Door, change: Change) -> None:
            door.call(
                "iam",
                "update_role",
                RoleName=change.id,
                Description=change.news.get("description", ""),
                MaxSessionDuration=change.news["maxSessionDuration"],
            )

        def boundary(door: Door, change: Change) -> None:
            arn = change.news.get("permissionsBoundary")
            if arn:
                door.call("iam", "put_role_permissions_boundary", RoleName=change.id, PermissionsBoundary=arn)
            else:
                door.call("iam", "delete_role_permissions_boundary", RoleName=change.id)

        def policies(door: Door, change: Change) -> None:
            old = set(change.old.get("managedPolicyArns", ()))
            new = set(change.news.get("managedPolicyArns", ()))
            for arn in sorted(old - new):
                door.call("iam", "detach_role_policy", RoleName=change.id, PolicyArn=arn)
            for arn in sorted(new - old):
                door.call("iam", "attach_role_policy", RoleName=change.id, PolicyArn=arn)

        return [
            (("assumeRolePolicy",), trust),
            (("description", "maxSessionDuration"), role),
            (("permissionsBoundary",), boundary),
            (("managedPolicyArns",), policies),
        ]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagRole, then TagRole."""
        if drop:
            door.call("iam", "untag_role", RoleName=change.id, TagKeys=list(drop))
        if put:
            door.call("iam", "tag_role", RoleName=change.id, Tags=tag_list(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteRole; its own managed policies, and with `forceDetachPolicies` every policy, are taken off first."""
        attached = found(lambda: door.call("iam", "list_attached_role_policies", RoleName=id_)) or {}
        own = set(state.get("managedPolicyArns", ()))
        for item in attached.get("AttachedPolicies", ()):
            if state.get("forceDetachPolicies") or item["PolicyArn"] in own:
                door.call("iam", "detach_role_policy", RoleName=id_, PolicyArn=item["PolicyArn"])
        if state.get("forceDetachPolicies"):
            for name in (found(lambda: door.call("iam", "list_role_policies", RoleName=id_)) or {}).get(
                "PolicyNames", ()
            ):
                door.call("iam", "delete_role_policy", RoleName=id_, PolicyName=name)
        door.call("iam", "delete_role", RoleName=id_)


def _policy_text(value: Any) -> str | None:
    """A policy document as JSON text: IAM's answers are percent-encoded, botocore decodes most of them."""
    return unquote(value) if isinstance(value, str) and value.startswith("%7B") else document(value)


class RolePolicy(Kind):
    """`aws:iam/rolePolicy:RolePolicy`; id `role:name`."""

    type = "aws:iam/rolePolicy:RolePolicy"

    def create(self, door: Door, inputs: Properties) -> str:
        """PutRolePolicy."""
        _put_role_policy(door, inputs["role"], inputs["name"], inputs["policy"])
        return f"{inputs['role']}:{inputs['name']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """GetRolePolicy."""
        role, name = split_id(id_, 2)
        answer = found(lambda: door.call("iam", "get_role_policy", RoleName=role, PolicyName=name))
        if answer is None:
            return None
        return present(role=role, name=name, policy=_policy_text(answer.get("PolicyDocument")))

    def steps(self) -> Sequence[Step]:
        """PutRolePolicy."""

        def again(door: Door, change: Change) -> None:
            role, name = split_id(change.id, 2)
            _put_role_policy(door, role, name, change.news["policy"])

        return [(("policy",), again)]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteRolePolicy."""
        role, name = split_id(id_, 2)
        door.call("iam", "delete_role_policy", RoleName=role, PolicyName=name)


def _put_role_policy(door: Door, role: str, name: str, policy: str) -> None:
    door.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=policy)


class RolePolicyAttachment(Kind):
    """`aws:iam/rolePolicyAttachment:RolePolicyAttachment`; id `role/policyArn`."""

    type = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

    def create(self, door: Door, inputs: Properties) -> str:
        """AttachRolePolicy."""
        door.call("iam", "attach_role_policy", RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}"

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """ListAttachedRolePolicies."""
        role, arn = split_id(id_, 2, "/")
        answer = found(lambda: door.call("iam", "list_attached_role_policies", RoleName=role)) or {}
        if arn not in (item["PolicyArn"] for item in answer.get("AttachedPolicies", ())):
            return None
        return {"role": role, "policyArn": arn}

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DetachRolePolicy."""
        role, arn = split_id(id_, 2, "/")
        door.call("iam", "detach_role_policy", RoleName=role, PolicyArn=arn)


class Policy(Kind):
    """`aws:iam/policy:Policy`; its id is the ARN. A changed document is a new default version, the old one goes."""

    type = "aws:iam/policy:Policy"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreatePolicy."""
        answer = door.call(
            "iam",
            "create_policy",
            PolicyName=inputs["name"],
            Path=inputs["path"],
            PolicyDocument=inputs["policy"],
            **given(Description=inputs.get("description"), Tags=tag_list(inputs.get("tagsAll") or {})),
        )
        return str(answer["Policy"]["Arn"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """GetPolicy and GetPolicyVersion."""
        answer = found(lambda: door.call("iam", "get_policy", PolicyArn=id_))
        if answer is None:
            return None
        policy = answer["Policy"]
        version = door.call("iam", "get_policy_version", PolicyArn=id_, VersionId=policy["DefaultVersionId"])
        return present(
            arn=id_,
            policyId=policy.get("PolicyId"),
            attachmentCount=policy.get("AttachmentCount"),
            name=policy["PolicyName"],
            path=policy.get("Path"),
            description=text(policy.get("Description")),
            policy=_policy_text(version["PolicyVersion"].get("Document")),
            tags=listed_tags(policy.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """CreatePolicyVersion as default; versions that are no longer the default are removed."""

        def again(door: Door, change: Change) -> None:
            document_ = change.news["policy"]
            door.call("iam", "create_policy_version", PolicyArn=change.id, PolicyDocument=document_, SetAsDefault=True)
            _drop_old_versions(door, change.id)

        return [(("policy",), again)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagPolicy, then TagPolicy."""
        if drop:
            door.call("iam", "untag_policy", PolicyArn=change.id, TagKeys=list(drop))
        if put:
            door.call("iam", "tag_policy", PolicyArn=change.id, Tags=tag_list(own_tags(put)))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeletePolicy, its other versions first."""
        _drop_old_versions(door, id_)
        door.call("iam", "delete_policy", PolicyArn=id_)


def _drop_old_versions(door: Door, arn: str) -> None:
    for version in door.call("iam", "list_policy_versions", PolicyArn=arn).get("Versions", ()):
        if not version.get("IsDefaultVersion"):
            door.call("iam", "delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])


KINDS: Final[tuple[Kind, ...]] = (Role(), RolePolicy(), RolePolicyAttachment(), Policy())
