"""Quick connects: to a person, a queue, a telephone number or a flow (Connect facts 3.5)."""

from __future__ import annotations

from .base import Base, Json

_CONFIG_OF = {
    "USER": "UserConfig",
    "QUEUE": "QueueConfig",
    "PHONE_NUMBER": "PhoneConfig",
    "FLOW": "FlowConfig",
}
_FLOW_OF = {"USER": "AGENT_TRANSFER", "QUEUE": "QUEUE_TRANSFER"}


class QuickConnects(Base):
    """Create, read, change and delete quick connects."""

    def create_quick_connect(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter (config), ResourceNotFound (references), LimitExceeded."""
        instance = self.instance(p)
        config = self._checked(instance, p["QuickConnectConfig"])
        members = {
            "Name": p["Name"],
            "Description": p.get("Description"),
            "Tags": p.get("Tags"),
            "QuickConnectConfig": config,
            "QuickConnectType": config["QuickConnectType"],
        }
        return self.create(instance, "quick-connect", members)

    def describe_quick_connect(self, p: Json) -> Json:
        """One quick connect."""
        return {"QuickConnect": self.find(self.instance(p), "quick-connect", p["QuickConnectId"])}

    def update_quick_connect_name(self, p: Json) -> Json:
        """Name and description."""
        instance = self.instance(p)
        thing = self.find(instance, "quick-connect", p["QuickConnectId"])
        self.rename(instance, "quick-connect", thing, p, "Description")
        return {}

    def update_quick_connect_config(self, p: Json) -> Json:
        """Another target."""
        instance = self.instance(p)
        thing = self.find(instance, "quick-connect", p["QuickConnectId"])
        config = self._checked(instance, p["QuickConnectConfig"])
        changes = {"QuickConnectConfig": config, "QuickConnectType": config["QuickConnectType"]}
        self.edit(instance, "quick-connect", thing, changes)
        return {}

    def delete_quick_connect(self, p: Json) -> Json:
        """Queues that show it lose it; there is no in-use error."""
        instance = self.instance(p)
        thing = self.find(instance, "quick-connect", p["QuickConnectId"])
        for queue in self.things(instance, "queue"):
            if thing["Id"] in queue["_quick_connects"]:
                left = [key for key in queue["_quick_connects"] if key != thing["Id"]]
                self.change.put(instance["Id"], "queue", queue["Id"], {**queue, "_quick_connects": left})
        self.drop(instance, "quick-connect", thing)
        return {}

    def list_quick_connects(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page, of the types asked for."""
        types = set(p.get("QuickConnectTypes") or _CONFIG_OF)
        rows = (row for row in self.things(self.instance(p), "quick-connect") if row["QuickConnectType"] in types)
        return self.page(p, "QuickConnectSummaryList", rows)

    def _checked(self, instance: Json, config: Json) -> Json:
        """The config with ids in place of ARNs; exactly the part that belongs to its type."""
        kind = config["QuickConnectType"]
        wanted = _CONFIG_OF[kind]
        given = [name for name in _CONFIG_OF.values() if config.get(name)]
        if given != [wanted]:
            has = ", ".join(given) or "none"
            raise self.invalid(f"QuickConnectConfig: a quick connect of type {kind} needs {wanted} alone, not {has}")
        part = dict(config[wanted])
        if "ContactFlowId" in part:
            flow = self.refer(instance, "flow", part["ContactFlowId"], "ContactFlowId")
            needs = _FLOW_OF.get(kind, flow["Type"])
            if flow["Type"] != needs:
                raise self.invalid(f"ContactFlowId: flow {flow['Name']} is of type {flow['Type']}, not {needs}")
            part["ContactFlowId"] = flow["Id"]
        if "QueueId" in part:
            part["QueueId"] = self.refer(instance, "queue", part["QueueId"], "QueueId")["Id"]
        if "UserId" in part:
            part["UserId"] = self.refer(instance, "user", part["UserId"], "UserId")["Id"]
        return {"QuickConnectType": kind, wanted: part}
