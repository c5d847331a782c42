"""The Search operations: one evaluator of criteria and filters for all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .base import Json
from .hierarchy import Hierarchy
from .routing import RoutingProfiles

# Field names of criteria that are spelled otherwise than the member they look at.
_FIELDS = {
    "username": "Username",
    "name": "Name",
    "description": "Description",
    "firstname": "FirstName",
    "lastname": "LastName",
    "routingprofileid": "RoutingProfileId",
    "securityprofileid": "SecurityProfileIds",
    "resourceid": "Id",
    "hierarchygroupid": "HierarchyGroupId",
    "parentid": "_parent",
    "levelid": "LevelId",
    "timezone": "TimeZone",
    "quickconnecttype": "QuickConnectType",
}


def _values(row: Json, field: str) -> list[str]:
    member = _FIELDS.get(field.replace("_", "").lower(), field)
    value: Any = row.get(member)
    if value is None:
        value = row.get("IdentityInfo", {}).get(member)
    if value is None:
        return []
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _string(row: Json, condition: Json) -> bool:
    wanted = condition.get("Value", "").lower()
    kind = condition.get("ComparisonType", "EXACT")
    for value in (v.lower() for v in _values(row, condition.get("FieldName", ""))):
        if value == wanted or (kind == "STARTS_WITH" and value.startswith(wanted)):
            return True
        if kind == "CONTAINS" and wanted in value:
            return True
    return False


def _list(row: Json, condition: Json) -> bool:
    hits = []
    for one in condition.get("Conditions", []):
        if "StringCondition" in one:
            hits.append(_string(row, one["StringCondition"]))
        if "NumberCondition" in one:
            hits.append(_number(row, one["NumberCondition"]))
    return all(hits) if condition.get("TargetListType") else any(hits)


def _number(row: Json, condition: Json) -> bool:
    have = row.get(condition.get("FieldName", ""))
    low, high = condition.get("MinValue", 0), condition.get("MaxValue", 0)
    kind = condition.get("ComparisonType", "EQUAL")
    if have is None:
        return False
    tests = {
        "EQUAL": have == low,
        "NOT_EQUAL": have != low,
        "GREATER": have > low,
        "GREATER_OR_EQUAL": have >= low,
        "LESSER": have < high,
        "LESSER_OR_EQUAL": have <= high,
        "RANGE": low <= have <= high,
    }
    return bool(tests.get(kind, False))


def _date(row: Json, condition: Json) -> bool:
    have, wanted = str(row.get(condition.get("FieldName", ""), "")), str(condition.get("Value", ""))
    tests = {
        "EQUAL_TO": have == wanted,
        "LESS_THAN": have < wanted,
        "GREATER_THAN": have > wanted,
        "LESS_THAN_OR_EQUAL_TO": have <= wanted,
        "GREATER_THAN_OR_EQUAL_TO": have >= wanted,
    }
    return tests.get(condition.get("ComparisonType", "EQUAL_TO"), False)


def _tag(row: Json, condition: Json) -> bool:
    tags = row.get("Tags") or {}
    key, value = condition.get("TagKey"), condition.get("TagValue")
    return key in tags and (value is None or tags[key] == value)


def _hierarchy(row: Json, condition: Json, path_of: Callable[[str], list[str]]) -> bool:
    wanted, have = condition.get("Value"), row.get("HierarchyGroupId")
    if have is None:
        return False
    below = condition.get("HierarchyGroupMatchType") == "WITH_CHILD_GROUPS"
    return bool(have == wanted or (below and wanted in path_of(have)))


def matches(row: Json, criteria: Json | None, path_of: Callable[[str], list[str]] = lambda _key: []) -> bool:
    """Whether a row meets SearchCriteria: And, Or and one condition of each kind, nested as the service has them."""
    if not criteria:
        return True
    tests: dict[str, Callable[[Any], bool]] = {
        "OrConditions": lambda many: any(matches(row, one, path_of) for one in many),
        "AndConditions": lambda many: all(matches(row, one, path_of) for one in many),
        "StringCondition": lambda one: _string(row, one),
        "ListCondition": lambda one: _list(row, one),
        "DateCondition": lambda one: _date(row, one),
        "HierarchyGroupCondition": lambda one: _hierarchy(row, one, path_of),
        "QueueTypeCondition": lambda kind: row.get("QueueType") == kind,
        "TypeCondition": lambda kind: row.get("Type") == kind,
        "StateCondition": lambda kind: row.get("State") == kind,
        "StatusCondition": lambda kind: row.get("Status") == kind,
        "TagCondition": lambda one: _tag(row, one),
    }
    return all(tests[name](value) for name, value in criteria.items() if name in tests and value)


def passes(row: Json, search_filter: Json | None) -> bool:
    """Whether a row passes SearchFilter: tags in disjunctive form, attributes and user attributes alike."""
    for part in ("TagFilter", "AttributeFilter", "UserAttributeFilter"):
        wanted = (search_filter or {}).get(part)
        if not wanted:
            continue
        if "OrConditions" in wanted and not any(_all_tags(row, many) for many in wanted["OrConditions"]):
            return False
        if "AndConditions" in wanted and not _all_tags(row, wanted["AndConditions"]):
            return False
        if "AndCondition" in wanted and not _all_tags(row, wanted["AndCondition"]):
            return False
        if "TagCondition" in wanted and not _tag(row, wanted["TagCondition"]):
            return False
    return True


def _all_tags(row: Json, conditions: Any) -> bool:
    many = conditions.get("TagConditions", []) if isinstance(conditions, dict) else conditions
    return all(_tag(row, one) for one in many)


class Search(Hierarchy, RoutingProfiles):
    """Each Search operation answers described objects, filtered and paged."""

    def _search(self, p: Json, key: str, kind: str, show: Callable[[Json], Json] | None = None) -> Json:
        instance = self.instance(p)
        self._check_contains(p.get("SearchCriteria"))
        rows = [*self.things(instance, kind)]
        if p.get("SearchCriteria") or p.get("SearchFilter"):
            rows = [row for row in rows if self._hit(instance, row, p)]
        return {**self.page(p, key, rows, show), "ApproximateTotalCount": len(rows)}

    def _hit(self, instance: Json, row: Json, p: Json) -> bool:
        def path_of(key: str) -> list[str]:
            group = self.store.get(instance["Id"], "hierarchy-group", key)
            return [g["Id"] for g in self._path(instance, group)] if group else []

        return matches(row, p.get("SearchCriteria"), path_of) and passes(row, p.get("SearchFilter"))

    def _check_contains(self, criteria: Json | None) -> None:
        """CONTAINS needs 2 to 25 characters."""
        condition = (criteria or {}).get("StringCondition") or {}
        if condition.get("ComparisonType") == "CONTAINS" and not 2 <= len(condition.get("Value", "")) <= 25:
            raise self.invalid("SearchCriteria: CONTAINS needs a value of 2 to 25 characters")
        for name in ("AndConditions", "OrConditions"):
            for one in (criteria or {}).get(name) or ():
                self._check_contains(one)

    def search_users(self, p: Json) -> Json:
        """After-contact work in milliseconds here, unlike DescribeUser; only names of the identity."""
        return self._search(p, "Users", "user", _found_user)

    def search_queues(self, p: Json) -> Json:
        """Standard queues."""
        return self._search(p, "Queues", "queue")

    def search_routing_profiles(self, p: Json) -> Json:
        """With the numbers of queues and users."""
        instance = self.instance(p)
        return self._search(p, "RoutingProfiles", "routing-profile", lambda row: self.shown_profile(instance, row))

    def search_security_profiles(self, p: Json) -> Json:
        """Without permissions."""
        return self._search(p, "SecurityProfiles", "security-profile")

    def search_hours_of_operations(self, p: Json) -> Json:
        """With their weekly ranges."""
        return self._search(p, "HoursOfOperations", "hours")

    def search_hours_of_operation_overrides(self, p: Json) -> Json:
        """Overrides of all hours of the instance."""
        return self._search(p, "HoursOfOperationOverrides", "override")

    def search_quick_connects(self, p: Json) -> Json:
        """With their configs."""
        return self._search(p, "QuickConnects", "quick-connect")

    def search_prompts(self, p: Json) -> Json:
        """Prompts."""
        return self._search(p, "Prompts", "prompt")

    def search_agent_statuses(self, p: Json) -> Json:
        """Statuses."""
        return self._search(p, "AgentStatuses", "agent-status")

    def search_user_hierarchy_groups(self, p: Json) -> Json:
        """Groups with their paths."""
        instance = self.instance(p)
        return self._search(p, "UserHierarchyGroups", "hierarchy-group", lambda row: self.shown_group(instance, row))

    def search_predefined_attributes(self, p: Json) -> Json:
        """Attributes with their values."""
        return self._search(p, "PredefinedAttributes", "predefined-attribute")

    def search_contact_flows(self, p: Json) -> Json:
        """Flows without their content."""
        return self._search(p, "ContactFlows", "flow")

    def search_contact_flow_modules(self, p: Json) -> Json:
        """Modules."""
        return self._search(p, "ContactFlowModules", "module")

    def search_resource_tags(self, p: Json) -> Json:
        """Every tag of the instance's things, each once."""
        instance = self.instance(p)
        kinds = ("user", "queue", "routing-profile", "security-profile", "hours", "flow", "module", "prompt")
        rows: Iterable[Json] = (row for kind in kinds for row in self.things(instance, kind))
        condition = (p.get("SearchCriteria") or {}).get("TagSearchCondition") or {}
        tags = {pair for row in rows for pair in (row.get("Tags") or {}).items()}
        found = [
            {"key": key, "value": value}
            for key, value in sorted(tags)
            if _text(key, condition, "tagKey") and _text(value, condition, "tagValue")
        ]
        return self.page_of(p, "Tags", found)


def _text(have: str, condition: Json, member: str) -> bool:
    wanted = condition.get(member, "")
    kind = condition.get(f"{member}ComparisonType", "EXACT")
    if not wanted:
        return True
    if kind == "STARTS_WITH":
        return have.startswith(wanted)
    return wanted in have if kind == "CONTAINS" else have == wanted


def _found_user(user: Json) -> Json:
    phone = user.get("PhoneConfig")
    if phone is None:
        return user
    return {
        **user,
        "PhoneConfig": {**phone, "AfterContactWorkTimeLimit": phone.get("AfterContactWorkTimeLimit", 0) * 1000},
    }
