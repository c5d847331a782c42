"""What people need before they are made: security profiles, the hierarchy, statuses, the languages they speak."""

from __future__ import annotations

from typing import Any, Final

import pulumi
from pulumi_aws import connect

from ..names import LANGUAGE_ATTRIBUTE, suspended_name
from ..resources import AgentStatus, PredefinedAttribute, SecurityProfileScope
from .site import Site, options, renamed

_SECURITY: Final = "aws:connect/securityProfile:SecurityProfile"
_GROUP: Final = "aws:connect/userHierarchyGroup:UserHierarchyGroup"
_STATUS: Final = "ccdeploy:index:AgentStatus"
_LEVELS: Final = ("level_one", "level_two", "level_three", "level_four", "level_five")


def register_security_profiles(site: Site) -> None:
    """The centre's security profiles, and one without any permission for suspended people."""
    for key, profile in site.center.security_profiles.items():
        made = connect.SecurityProfile(
            key,
            instance_id=site.instance_id,
            name=site.name(_SECURITY, key, profile.title, renamed(profile, key)),
            description=profile.description or None,
            permissions=list(profile.permissions),
            tags=site.tags(_SECURITY, key, profile),
            opts=options(was=renamed(profile, key)),
        )
        site.export("security_profiles", key, {"id": made.security_profile_id})
        if profile.scope == "hierarchy":
            SecurityProfileScope(
                key,
                instance_id=site.instance_id,
                security_profile_id=made.security_profile_id,
                resources=["User"],
                opts=options(was=renamed(profile, key)),
            )
    if site.queues:
        name = suspended_name(site.center)
        none = connect.SecurityProfile(
            name,
            instance_id=site.instance_id,
            name=name,
            description="People who are away: nothing is allowed",
            tags=site.tags(_SECURITY, name),
        )
        site.export("suspended", "security_profile", none.security_profile_id)


def register_hierarchy(site: Site) -> None:
    """The names of the levels, then the groups, parents first (Connect facts 3.11)."""
    hierarchy = site.center.hierarchy
    if not hierarchy.levels:
        return
    levels: dict[str, Any] = {
        name: {"name": title}
        for name, title in zip(_LEVELS, hierarchy.levels)  # noqa: B905 - fewer titles than levels
    }
    before: list[pulumi.Resource] = []
    if site.owns_instance:
        structure = connect.UserHierarchyStructure(
            site.center.key,
            instance_id=site.instance_id,
            hierarchy_structure=connect.UserHierarchyStructureHierarchyStructureArgs(**levels),
            opts=options(retain=True if site.center.instance.adopt else None),
        )
        before = [structure]
    made: dict[str, connect.UserHierarchyGroup] = {}
    for group in hierarchy.groups:
        parent = made[group.parent].hierarchy_group_id if group.parent is not None else None
        made[group.path] = connect.UserHierarchyGroup(
            group.path,
            instance_id=site.instance_id,
            name=site.center.shown(group.title) if group.parent is None else group.title,
            parent_group_id=parent,
            tags=site.tags(_GROUP, group.path),
            opts=options(depends_on=before),
        )
        site.export("hierarchy_groups", group.path, {"id": made[group.path].hierarchy_group_id})


def register_agent_statuses(site: Site) -> None:
    """One after another, in the file's order: agents see them in the order in which they were made."""
    before: list[pulumi.Resource] = []
    for key, status in site.center.agent_statuses.items():
        made = AgentStatus(
            key,
            instance_id=site.instance_id,
            name=site.name(_STATUS, key, status.title, renamed(status, key)),
            description=status.description or None,
            state="ENABLED" if status.enabled else "DISABLED",
            display_order=status.order,
            tags=site.tags(_STATUS, key, status),
            opts=options(was=renamed(status, key), depends_on=before),
        )
        before = [made]
        site.export("agent_statuses", key, {"id": made.agent_status_id})


def register_skills(site: Site) -> None:
    """What agents may be good at: skills, and languages unless there is but one, which tells nobody apart."""
    skills = dict(site.center.skills)
    languages = [*site.center.languages, *skills.get(LANGUAGE_ATTRIBUTE, ())]
    if len(set(languages)) > 1:
        skills[LANGUAGE_ATTRIBUTE] = tuple(dict.fromkeys(languages))
    for name, values in skills.items():
        PredefinedAttribute(name, instance_id=site.instance_id, name=name, values=list(values))
