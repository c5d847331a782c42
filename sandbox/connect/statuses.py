"""Agent statuses and predefined attributes (Connect facts 3.11)."""

from __future__ import annotations

from . import exceptions as ex
from .base import Base, Json
from .kinds import KINDS


class AgentStatuses(Base):
    """Create, read and change agent statuses; the service has no operation that deletes one."""

    def create_agent_status(self, p: Json) -> Json:
        """A new status is always of type CUSTOM. Raises DuplicateResource, LimitExceeded."""
        instance = self.instance(p)
        members = {k: p.get(k) for k in ("Name", "Description", "State", "DisplayOrder", "Tags")}
        return self.create(instance, "agent-status", {**members, "Type": "CUSTOM"})

    def describe_agent_status(self, p: Json) -> Json:
        """One status."""
        return {"AgentStatus": self.find(self.instance(p), "agent-status", p["AgentStatusId"])}

    def update_agent_status(self, p: Json) -> Json:
        """Name, description, state and place. Available and Offline cannot be disabled."""
        instance = self.instance(p)
        status = self.find(instance, "agent-status", p["AgentStatusId"])
        if p.get("State") == "DISABLED" and status["Type"] != "CUSTOM":
            raise self.invalid(f"State: the status {status['Name']} cannot be disabled")
        if p.get("ResetOrderNumber"):
            p = {**p, "DisplayOrder": None}
        self.rename(instance, "agent-status", status, p, "Description", "State", "DisplayOrder")
        return {}

    def list_agent_statuses(self, p: Json) -> Json:
        """Summaries of the types asked for, at most 1,000 a page."""
        types = set(p.get("AgentStatusTypes") or ("ROUTABLE", "CUSTOM", "OFFLINE"))
        rows = (row for row in self.things(self.instance(p), "agent-status") if row["Type"] in types)
        return self.page(p, "AgentStatusSummaryList", rows)


class PredefinedAttributes(Base):
    """Create, read, change and delete predefined attributes; the name is the key."""

    def create_predefined_attribute(self, p: Json) -> Json:
        """Raises DuplicateResource, LimitExceeded."""
        instance = self.instance(p)
        name = p["Name"]
        self.free_name(instance, "predefined-attribute", name)
        kind = KINDS["predefined-attribute"]
        self.room(instance, kind.quota, len(self.store.all(instance["Id"], kind.key)), 1)
        members = {k: p.get(k) for k in ("Name", "Values", "Purposes", "AttributeConfiguration")}
        thing = {**self.fresh(instance, kind, members, name), "Id": name}
        self.change.put(instance["Id"], kind.key, name, thing)
        return {}

    def describe_predefined_attribute(self, p: Json) -> Json:
        """One attribute with its values."""
        return {"PredefinedAttribute": self._attribute(self.instance(p), p)}

    def update_predefined_attribute(self, p: Json) -> Json:
        """Replaces what is given, the list of values as a whole."""
        instance = self.instance(p)
        changes: Json = {k: p[k] for k in ("Values", "Purposes", "AttributeConfiguration") if k in p}
        self.edit(instance, "predefined-attribute", self._attribute(instance, p), changes)
        return {}

    def delete_predefined_attribute(self, p: Json) -> Json:
        """Raises ResourceInUse while a user has it as a proficiency."""
        instance = self.instance(p)
        attribute = self._attribute(instance, p)
        for user in self.things(instance, "user"):
            if any(entry["AttributeName"] == attribute["Name"] for entry in user["_proficiencies"]):
                message = f"Predefined attribute {attribute['Name']} is a proficiency of user {user['Username']}"
                raise ex.ResourceInUse(message, "USER", user["Id"])
        self.drop(instance, "predefined-attribute", attribute)
        return {}

    def list_predefined_attributes(self, p: Json) -> Json:
        """Names, at most 100 a page."""
        return self.page(p, "PredefinedAttributeSummaryList", self.things(self.instance(p), "predefined-attribute"))

    def _attribute(self, instance: Json, p: Json) -> Json:
        found = self.store.get(instance["Id"], "predefined-attribute", p["Name"])
        if found is None:
            raise ex.ResourceNotFound(f"Predefined attribute not found: {p['Name']}")
        return found
