"""The hierarchy of users: a structure of up to five levels, and groups (Connect facts 3.11)."""

from __future__ import annotations

from collections.abc import Iterator

from . import exceptions as ex
from .base import Base, Json
from .kinds import KINDS
from .store import new_id

LEVELS = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")


class Hierarchy(Base):
    """Read and set the structure; create, rename and delete groups."""

    def describe_user_hierarchy_structure(self, p: Json) -> Json:
        """The levels with their ids."""
        return {"HierarchyStructure": self._structure(self.instance(p)) or {}}

    def update_user_hierarchy_structure(self, p: Json) -> Json:
        """Sets the whole structure. Raises ResourceInUse when a level that holds groups would go."""
        instance = self.instance(p)
        wanted = {level: entry for level, entry in p["HierarchyStructure"].items() if entry and entry.get("Name")}
        given = [level in wanted for level in LEVELS]
        if sorted(given, reverse=True) != given:
            raise self.invalid("HierarchyStructure: a level is missing above another one")
        names = [entry["Name"] for entry in wanted.values()]
        if len(set(names)) != len(names):
            raise self.invalid("HierarchyStructure: two levels have the same name")
        if any(len(name) > 50 for name in names):
            raise self.invalid("HierarchyStructure: a level's name has at most 50 characters")
        old = self._structure(instance) or {}
        for group in self.things(instance, "hierarchy-group"):
            if group["_level"] not in wanted:
                message = f"Level {old[group['_level']]['Name']} has groups, such as {group['Name']}"
                raise ex.ResourceInUse(message, "HIERARCHY_GROUP", group["Id"])
        structure: Json = {"Id": "structure", "_n": 0}
        for level in LEVELS:
            if level in wanted:
                key = old.get(level, {}).get("Id") or new_id()
                arn = f"{instance['Arn']}/agent-group-level/{key}"
                structure[level] = {"Id": key, "Arn": arn, "Name": wanted[level]["Name"], **self.stamp()}
        self.change.put(instance["Id"], "hierarchy", "structure", structure)
        return {}

    def create_user_hierarchy_group(self, p: Json) -> Json:
        """One level below its parent. Raises DuplicateResource among siblings, InvalidParameter without a level."""
        instance = self.instance(p)
        if len(p["Name"]) > 100:
            raise self.invalid("Name: must have length less than or equal to 100")
        parent = None
        if p.get("ParentGroupId"):
            parent = self.refer(instance, "hierarchy-group", p["ParentGroupId"], "ParentGroupId")
        depth = LEVELS.index(parent["_level"]) + 1 if parent else 0
        structure = self._structure(instance) or {}
        if depth >= len(LEVELS) or LEVELS[depth] not in structure:
            raise self.invalid(f"ParentGroupId: the hierarchy structure has no level {depth + 1}")
        members = {
            "Name": p["Name"],
            "Tags": p.get("Tags"),
            "LevelId": structure[LEVELS[depth]]["Id"],
            "_level": LEVELS[depth],
            "_parent": parent["Id"] if parent else "",
        }
        return self.create(instance, "hierarchy-group", members, unique=f"{members['_parent']}/{p['Name']}")

    def describe_user_hierarchy_group(self, p: Json) -> Json:
        """One group with the path of groups above it."""
        instance = self.instance(p)
        return {"HierarchyGroup": self.shown_group(instance, self._hierarchy_group(instance, p))}

    def shown_group(self, instance: Json, group: Json) -> Json:
        """The group with its path."""
        return {**group, "HierarchyPath": {entry["_level"]: entry for entry in self._path(instance, group)}}

    def update_user_hierarchy_group_name(self, p: Json) -> Json:
        """Another name. Raises DuplicateResource among siblings."""
        instance = self.instance(p)
        group = self._hierarchy_group(instance, p)
        name = f"{group['_parent']}/{p['Name']}"
        self.free_name(instance, "hierarchy-group", name, shown=p["Name"], mine=group["Id"])
        self.edit(instance, "hierarchy-group", group, {"Name": p["Name"]}, name=name)
        return {}

    def delete_user_hierarchy_group(self, p: Json) -> Json:
        """Raises ResourceInUse while it has groups below it or users in it."""
        instance = self.instance(p)
        group = self._hierarchy_group(instance, p)
        for other in self.things(instance, "hierarchy-group"):
            if other["_parent"] == group["Id"]:
                message = f"{KINDS['hierarchy-group'].words} {group['Name']} has group {other['Name']} below it"
                raise ex.ResourceInUse(message, "HIERARCHY_GROUP", other["Id"])
        for user in self.things(instance, "user"):
            if user.get("HierarchyGroupId") == group["Id"]:
                message = f"{KINDS['hierarchy-group'].words} {group['Name']} has user {user['Username']}"
                raise ex.ResourceInUse(message, "USER", user["Id"])
        self.drop(instance, "hierarchy-group", group)
        return {}

    def list_user_hierarchy_groups(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        return self.page(p, "UserHierarchyGroupSummaryList", self.things(self.instance(p), "hierarchy-group"))

    def _hierarchy_group(self, instance: Json, p: Json) -> Json:
        return self.find(instance, "hierarchy-group", p["HierarchyGroupId"])

    def _structure(self, instance: Json) -> Json | None:
        return self.store.get(instance["Id"], "hierarchy", "structure")

    def _path(self, instance: Json, group: Json) -> Iterator[Json]:
        found: Json | None = group
        while found is not None:
            yield found
            found = self.store.get(instance["Id"], "hierarchy-group", found["_parent"])
