"""Security profiles, hierarchy, agent statuses, roster defaults and staffing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import nodes, permissions
from ..grammar.shapes import Reading, Values
from ..model import AgentDefaults, AgentStatus, Hierarchy, HierarchyGroup, SecurityProfile, Staffing
from ..problems import Problems
from ..suggest import did_you_mean
from .entries import entry_of

MAX_LEVELS = 5


def agent_defaults(values: Values, hierarchy: Hierarchy) -> AgentDefaults:
    """Roster defaults as said at one level; a group that was named by its leaf gets its path."""
    confirm = values.get("confirm_above", {})
    profiles = values.get("security_profiles")
    return AgentDefaults(
        security_profiles=None if profiles is None else tuple(profiles),
        phone_type=values.get("phone_type"),
        auto_accept=values.get("auto_accept"),
        after_contact_work=values.get("after_contact_work"),
        hierarchy_group=_path(values.get("hierarchy_group"), hierarchy),
        remove_after_days=values.get("remove_after"),
        confirm_above_share=confirm.get("share"),
        confirm_above_people=confirm.get("people"),
    )


def build_security_profiles(read: Values, problems: Problems) -> dict[str, SecurityProfile]:
    """The security profiles by key, with their final permissions."""
    made: dict[str, SecurityProfile] = {}
    for key, values in read.items():
        base = set(permissions.base(values.get("base", "none")))
        added, without = set(values.get("permissions", ())), values.get("without", ())
        for name in without:
            if name not in base:
                hint = did_you_mean(name, base) or "leave it out"
                problems.warning(
                    values.at("without"),
                    "no-effect",
                    f'"{name}" is no permission of base {values.get("base", "none")}',
                    hint,
                )
        for name in sorted(added & permissions.legacy()):
            problems.warning(
                values.at("permissions"), "old-permission", f'"{name}" is a name of older consoles: it may be refused'
            )
        final = (base - set(without)) | added
        broken = ("base" in values.wheres and "base" not in values) or "permissions" in values.wheres
        if not final and not broken:
            problems.error(values.where, "no-permission", f'"{key}" permits nothing', "write base: agent")
        made[key] = SecurityProfile(
            **entry_of(key, values, values.where),
            permissions=tuple(sorted(final)),
            scope=values.get("scope", "all"),
        )
    return made


def build_hierarchy(values: Values | None, problems: Problems) -> Hierarchy:
    """Levels and groups, parents before children."""
    if values is None:
        return Hierarchy()
    levels = tuple(values.get("levels", ()))
    if len(set(levels)) < len(levels):
        problems.error(values.at("levels"), "duplicate-name", "two levels have the same name")
    groups: list[HierarchyGroup] = []
    node = values.get("groups")
    if node is not None:
        _groups(node, None, 1, len(levels), groups, problems)
    return Hierarchy(levels, tuple(groups))


def _groups(
    node: nodes.Node,
    parent: HierarchyGroup | None,
    level: int,
    most: int,
    found: list[HierarchyGroup],
    problems: Problems,
) -> None:
    if isinstance(node, nodes.Mapping):
        children: list[tuple[str, Any, nodes.Node | None]] = [
            (title, node.where_of(title), child) for title, child in node
        ]
    elif isinstance(node, nodes.Sequence):
        children = []
        for item in node.items:
            if isinstance(item, nodes.Scalar) and not item.is_null:
                children.append((item.text, item.where, None))
            elif isinstance(item, nodes.Mapping):
                children += [(title, item.where_of(title), child) for title, child in item]
            else:
                problems.error(item.where, "wrong-type", "the title of a group is expected here")
    elif node.is_null:
        return
    else:
        children = [(node.text, node.where, None)]
    seen: set[str] = set()
    for title, where, child in children:
        if level > most:
            problems.error(
                where,
                "too-deep",
                f'group "{title}" is on level {level}, and {most} levels have names',
                "name the level under `levels:`" if most < MAX_LEVELS else "Connect has five levels",
            )
            return
        if not 1 <= len(title) <= 100 or "/" in title:
            problems.error(where, "bad-name", f'"{title[:40]}" is no title of a group', "1 to 100 characters without /")
            continue
        if title in seen:
            problems.error(where, "duplicate-name", f'group "{title}" stands twice here')
            continue
        seen.add(title)
        path = f"{parent.path}/{title}" if parent else title
        group = HierarchyGroup(path, title, parent.path if parent else None, level, where)
        found.append(group)
        if child is not None:
            _groups(child, group, level + 1, most, found, problems)


def check_scopes(
    profiles: Mapping[str, SecurityProfile], hierarchy: Hierarchy, values: Values, problems: Problems
) -> None:
    """Record a profile that is limited to a hierarchy which the centre does not have."""
    for key, profile in profiles.items():
        if profile.scope == "hierarchy" and not hierarchy.groups:
            where = values[key].at("scope")
            message = f'"{key}" shows the people of one\'s own hierarchy group, and there are no groups'
            problems.error(where, "missing-key", message, "write the groups under `hierarchy:`, or scope: all")


def _path(name: str | None, hierarchy: Hierarchy) -> str | None:
    """The path of the one group that `name` means; `name` itself when there is none or several."""
    paths = [group.path for group in hierarchy.groups if group.title == name]
    return name if name in {group.path for group in hierarchy.groups} or len(paths) != 1 else paths[0]


def check_group(path: str | None, hierarchy: Hierarchy, values: Values, problems: Problems) -> None:
    """Record a `hierarchy_group` that names no group, or a leaf that is not unique."""
    if path is None:
        return
    paths = [group.path for group in hierarchy.groups]
    leaves = [group.path for group in hierarchy.groups if group.title == path]
    if path in paths or len(leaves) == 1:
        return
    if leaves:
        hint = "write " + " or ".join(leaves[:3])
        problems.error(values.at("hierarchy_group"), "unknown-reference", f'"{path}" names {len(leaves)} groups', hint)
        return
    hint = (
        did_you_mean(path, [*paths, *(group.title for group in hierarchy.groups)]) or "groups stand under `hierarchy:`"
    )
    problems.error(values.at("hierarchy_group"), "unknown-reference", f'unknown hierarchy group "{path}"', hint)


def build_statuses(read: list[Values], problems: Problems) -> dict[str, AgentStatus]:
    """The custom agent statuses by title."""
    made: dict[str, AgentStatus] = {}
    for values in read:
        title = values.get("title")
        if title is None:
            continue
        if title in made:
            problems.error(values.where, "duplicate-name", f'agent status "{title}" stands twice')
            continue
        entry = {**entry_of(title, values, values.where), "title": title}
        made[title] = AgentStatus(**entry, order=values.get("order"), enabled=values.get("enabled", True))
    return made


def build_staffing(values: Values | None) -> tuple[Staffing, ...]:
    """The loads to staff for."""
    made = []
    for queue, load in (values or {}).items():
        answer = load.get("answer", {}) if isinstance(load, Values) else {}
        if (
            isinstance(load, Values)
            and {"calls_per_hour", "handle_time"} <= set(load)
            and {"within", "share"} <= set(answer)
        ):
            made.append(
                Staffing(queue or None, load["calls_per_hour"], load["handle_time"], answer["within"], answer["share"])
            )
    return tuple(made)


def check_statuses(made: dict[str, AgentStatus], reading: Reading) -> None:
    """Record statuses that every instance has, more than 50 of them, and places claimed twice."""
    from ..quotas import FIXED
    from .entries import check_entries

    check_entries(made, "agent status", ["Available", "Offline"], reading.problems)
    if len(made) + 2 > FIXED["agent_statuses"]:
        last = list(made.values())[-1]
        reading.problems.error(last.where, "too-many", f"{len(made)} agent statuses: 48 beside Available and Offline")
    places: dict[int, str] = {}
    for status in made.values():
        if status.order is None:
            continue
        other = places.setdefault(status.order, status.title)
        if other != status.title:
            reading.problems.error(
                status.where, "duplicate-name", f'"{status.title}" and "{other}" both have order {status.order}'
            )
