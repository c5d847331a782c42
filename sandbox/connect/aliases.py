"""Aliases of flows and of flow modules: names for one of their versions (Connect facts 3.0, 3.7)."""

from __future__ import annotations

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .store import new_id

_WORDS = {"flow": "Contact flow", "module": "Contact flow module"}
_MEMBER = {"flow": "ContactFlow", "module": "ContactFlowModule"}


def free_of_aliases(thing: Json, number: int) -> None:
    """Raises InvalidRequest when an alias names the version `number`."""
    for alias in thing.get("_aliases", ()):
        if alias["Version"] == number:
            raise ex.InvalidRequest(f"Version {number} is used by alias {alias['Name']}")


class Aliases(Base):
    """Create, read, change and delete aliases; a flow or module keeps its own."""

    def create_contact_flow_alias(self, p: Json) -> Json:
        """Raises DuplicateResource, ResourceNotFound (version)."""
        return self._create_alias("flow", p)

    def describe_contact_flow_alias(self, p: Json) -> Json:
        """One alias of a flow."""
        return {"ContactFlowAlias": self._alias("flow", p)}

    def update_contact_flow_alias(self, p: Json) -> Json:
        """Another name, description or version."""
        return self._update_alias("flow", p)

    def delete_contact_flow_alias(self, p: Json) -> Json:
        """Removes one; who named it no longer resolves."""
        return self._delete_alias("flow", p)

    def list_contact_flow_aliases(self, p: Json) -> Json:
        """The aliases of a flow."""
        return self.page_of(p, "ContactFlowAliasSummaryList", self._aliases_of("flow", p))

    def create_contact_flow_module_alias(self, p: Json) -> Json:
        """Raises DuplicateResource, ResourceNotFound (version)."""
        return self._create_alias("module", p)

    def describe_contact_flow_module_alias(self, p: Json) -> Json:
        """One alias of a module."""
        return {"ContactFlowModuleAlias": self._alias("module", p)}

    def update_contact_flow_module_alias(self, p: Json) -> Json:
        """Another name, description or version."""
        return self._update_alias("module", p)

    def delete_contact_flow_module_alias(self, p: Json) -> Json:
        """Removes one; who named it no longer resolves."""
        return self._delete_alias("module", p)

    def list_contact_flow_module_aliases(self, p: Json) -> Json:
        """The aliases of a module."""
        return self.page_of(p, "ContactFlowModuleAliasSummaryList", self._aliases_of("module", p))

    # -- the same for both

    def _thing(self, kind: str, p: Json) -> tuple[Json, Json]:
        instance = self.instance(p)
        reference = p[f"{_MEMBER[kind]}Id"]
        tail = arn_tail(reference)
        plain = reference[: len(reference) - len(tail)] + tail.split(":")[0]
        return instance, self.find(instance, kind, plain)

    def _create_alias(self, kind: str, p: Json) -> Json:
        instance, thing = self._thing(kind, p)
        self._free_alias(thing, p["AliasName"], "")
        number = int(p[f"{_MEMBER[kind]}Version"])
        self._check_version(kind, thing, number)
        alias: Json = {
            "AliasId": new_id(),
            "Name": p["AliasName"],
            "Description": p.get("Description"),
            "Version": number,
            **self.stamp(),
        }
        self.edit(instance, kind, thing, {"_aliases": [*thing.get("_aliases", ()), alias]})
        return {f"{_MEMBER[kind]}Arn": f"{thing['Arn']}:{alias['Name']}", "Id": alias["AliasId"]}

    def _update_alias(self, kind: str, p: Json) -> Json:
        instance, thing = self._thing(kind, p)
        old = self._found_alias(thing, p["AliasId"])
        changes: Json = {member: p[member] for member in ("Name", "Description") if member in p}
        self._free_alias(thing, str(changes.get("Name", old["Name"])), old["AliasId"])
        number = p.get(f"{_MEMBER[kind]}Version")
        if number is not None:
            self._check_version(kind, thing, int(number))
            changes["Version"] = int(number)
        new = {**old, **changes, **self.stamp()}
        self.edit(instance, kind, thing, {"_aliases": [new if a is old else a for a in thing["_aliases"]]})
        return {}

    def _delete_alias(self, kind: str, p: Json) -> Json:
        instance, thing = self._thing(kind, p)
        old = self._found_alias(thing, p["AliasId"])
        self.edit(instance, kind, thing, {"_aliases": [a for a in thing["_aliases"] if a is not old]})
        return {}

    def _alias(self, kind: str, p: Json) -> Json:
        _, thing = self._thing(kind, p)
        alias = self._found_alias(thing, p["AliasId"])
        member = _MEMBER[kind]
        return {**alias, f"{member}Id": thing["Id"], f"{member}Arn": f"{thing['Arn']}:{alias['Name']}"}

    def _aliases_of(self, kind: str, p: Json) -> list[Json]:
        _, thing = self._thing(kind, p)
        return [
            {
                **alias,
                "Arn": f"{thing['Arn']}:{alias['Name']}",
                "AliasName": alias["Name"],
                "AliasDescription": alias.get("Description"),
            }
            for alias in thing.get("_aliases", ())
        ]

    def _found_alias(self, thing: Json, key: str) -> Json:
        for alias in thing.get("_aliases", ()):
            if alias["AliasId"] == key:
                found: Json = alias
                return found
        raise ex.ResourceNotFound(f"Alias not found: {key}")

    def _free_alias(self, thing: Json, name: str, mine: str) -> None:
        if any(a["Name"] == name and a["AliasId"] != mine for a in thing.get("_aliases", ())):
            raise ex.DuplicateResource(f"An alias with name {name} already exists")

    def _check_version(self, kind: str, thing: Json, number: int) -> None:
        if all(version["Version"] != number for version in thing["_versions"]):
            raise ex.ResourceNotFound(f"{_WORDS[kind]} {thing['Name']} has no version {number}")
