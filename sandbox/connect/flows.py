"""Flows: live content, draft, versions and state (Connect facts 3.7, 4.6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from ...flows.catalogue import OUR_TYPES
from ...flows.language import validate
from . import exceptions as ex
from .aliases import Aliases, free_of_aliases
from .base import Json, arn_tail

_RESOLVED = {
    "queue": "queue",
    "agent": "user",
    "flow": "flow",
    "module": "module",
    "hours": "hours",
    "prompt": "prompt",
}
_DRAFT = "$SAVED"


def sha256(content: str) -> str:
    """The fingerprint that the service gives of a content: 64 hex digits."""
    return hashlib.sha256(content.encode()).hexdigest()


def split_suffix(reference: str) -> tuple[str, str]:
    """`<id>:$SAVED`, `<id>:<number>` or a plain id (or the same as an ARN) -> id or ARN, and the suffix."""
    if reference.startswith("arn:"):
        head, _, tail = reference.rpartition("/")
        key, _, suffix = tail.partition(":")
        return f"{head}/{key}", suffix
    key, _, suffix = reference.partition(":")
    return key, suffix


class Flows(Aliases):
    """Create, read, change and delete flows."""

    def create_contact_flow(self, p: Json) -> Json:
        """Published unless Status says SAVED; only what is published is validated. Raises InvalidContactFlow."""
        instance = self.instance(p)
        self.free_name(instance, "flow", p["Name"])
        saved = p.get("Status") == "SAVED"
        self._check_flow(instance, p["Content"], p["Type"], publish=not saved)
        members = {
            "Name": p["Name"],
            "Type": p["Type"],
            "ContactFlowType": p["Type"],
            "Description": p.get("Description"),
            "Content": p["Content"],
            "Tags": p.get("Tags"),
            "_draft": p["Content"],
            "_versions": [],
            **_states("ACTIVE", "SAVED" if saved else "PUBLISHED"),
        }
        thing = self.create(instance, "flow", members)
        return {**thing, "FlowContentSha256": sha256(p["Content"])}

    def describe_contact_flow(self, p: Json) -> Json:
        """The live content; with the suffix :$SAVED the draft, with :<n> a version."""
        instance = self.instance(p)
        reference, suffix = split_suffix(p["ContactFlowId"])
        flow = self.find(instance, "flow", reference)
        if suffix == _DRAFT:
            return {"ContactFlow": _shown(flow, flow["_draft"], "SAVED")}
        for alias in flow.get("_aliases", ()):
            if alias["Name"] == suffix:
                suffix = str(alias["Version"])
        if suffix.isdigit():
            version = self._version(flow, int(suffix))
            shown = _shown(flow, version["Content"], flow["Status"])
            more = {"Version": version["Version"], "VersionDescription": version.get("VersionDescription")}
            return {"ContactFlow": {**shown, **more}}
        if suffix:
            raise self.invalid(f"ContactFlowId: the suffix {suffix!r} is not $SAVED, a version or an alias")
        if flow["Status"] == "SAVED":
            raise ex.FlowNotPublished(f"Contact flow {flow['Name']} is not published; read it with :$SAVED")
        return {"ContactFlow": _shown(flow, flow["Content"], "PUBLISHED")}

    def update_contact_flow_content(self, p: Json) -> Json:
        """Publishes; with the suffix :$SAVED it only writes the draft."""
        instance = self.instance(p)
        reference, suffix = split_suffix(p["ContactFlowId"])
        flow = self.find(instance, "flow", reference)
        if suffix not in ("", _DRAFT):
            raise self.invalid("ContactFlowId: versions never change")
        self._check_flow(instance, p["Content"], flow["Type"], publish=not suffix)
        changes: Json = {"_draft": p["Content"]}
        if not suffix:
            changes |= {"Content": p["Content"], **_states(flow["State"], "PUBLISHED")}
        self.edit(instance, "flow", flow, changes)
        return {}

    def update_contact_flow_name(self, p: Json) -> Json:
        """The older form of the metadata's update."""
        return self.update_contact_flow_metadata(p)

    def update_contact_flow_metadata(self, p: Json) -> Json:
        """Name, description and state. A default flow cannot be archived."""
        instance = self.instance(p)
        flow = self.find(instance, "flow", split_suffix(p["ContactFlowId"])[0])
        if p.get("ContactFlowState") == "ARCHIVED" and flow.get("_default"):
            raise ex.InvalidRequest(f"The default flow {flow['Name']} cannot be archived")
        if "ContactFlowState" in p:
            flow = {**flow, **_states(p["ContactFlowState"], flow["Status"])}
        self.rename(instance, "flow", flow, p, "Description")
        return {}

    def delete_contact_flow(self, p: Json) -> Json:
        """There is no in-use error; a number that pointed to it then has no flow. Default flows cannot go."""
        instance = self.instance(p)
        flow = self.find(instance, "flow", split_suffix(p["ContactFlowId"])[0])
        if flow.get("_default"):
            raise ex.InvalidRequest(f"The default flow {flow['Name']} cannot be deleted")
        for number in self.store.all(self.here, "number").values():
            if number.get("_flow") == flow["Id"] and number.get("InstanceId") == instance["Id"]:
                self.change.put(self.here, "number", number["Id"], {**number, "_flow": None})
        self.drop(instance, "flow", flow)
        return {}

    def list_contact_flows(self, p: Json) -> Json:
        """Summaries of the types asked for, at most 1,000 a page."""
        types = set(p.get("ContactFlowTypes") or ())
        rows: Iterable[Json] = self.things(self.instance(p), "flow")
        return self.page(p, "ContactFlowSummaryList", (r for r in rows if not types or r["Type"] in types))

    # -- versions

    def create_contact_flow_version(self, p: Json) -> Json:
        """A numbered, unchangeable copy of the live content."""
        instance = self.instance(p)
        flow = self.find(instance, "flow", split_suffix(p["ContactFlowId"])[0])
        if flow["Status"] != "PUBLISHED":
            raise ex.InvalidRequest(f"Contact flow {flow['Name']} is not published")
        if p.get("FlowContentSha256", sha256(flow["Content"])) != sha256(flow["Content"]):
            raise self.invalid("FlowContentSha256: differs from the content that would become the version")
        number = max((v["Version"] for v in flow["_versions"]), default=0) + 1
        version = {
            "Arn": f"{flow['Arn']}:{number}",
            "Version": number,
            "VersionDescription": p.get("Description"),
            "Content": flow["Content"],
            **self.stamp(),
        }
        self.edit(instance, "flow", flow, {"_versions": [*flow["_versions"], version]})
        return {"ContactFlowArn": version["Arn"], "Version": number}

    def list_contact_flow_versions(self, p: Json) -> Json:
        """Versions, newest first."""
        flow = self.find(self.instance(p), "flow", split_suffix(p["ContactFlowId"])[0])
        return self.page_of(p, "ContactFlowVersionSummaryList", flow["_versions"][::-1])

    def delete_contact_flow_version(self, p: Json) -> Json:
        """Removes one version."""
        instance = self.instance(p)
        flow = self.find(instance, "flow", split_suffix(p["ContactFlowId"])[0])
        gone = self._version(flow, int(p["ContactFlowVersion"]))
        free_of_aliases(flow, gone["Version"])
        self.edit(instance, "flow", flow, {"_versions": [v for v in flow["_versions"] if v is not gone]})
        return {}

    # -- rules

    def _version(self, flow: Json, number: int) -> Json:
        for version in flow["_versions"]:
            if version["Version"] == number:
                found: Json = version
                return found
        raise ex.ResourceNotFound(f"Contact flow {flow['Name']} has no version {number}")

    def _check_flow(self, instance: Json, content: str, flow_type: str, *, publish: bool) -> None:
        if not publish:
            try:
                json.loads(content)
            except (ValueError, RecursionError):
                raise ex.InvalidContactFlow(["Content is not valid JSON"]) from None
            return
        if flow_type not in OUR_TYPES:
            raise self.invalid(f"Type: what is legal in a flow of type {flow_type} is not known to the sandbox")
        problems = self.problems_of(instance, content, flow_type)
        if problems:
            raise ex.InvalidContactFlow(problems)

    def problems_of(self, instance: Json, content: str, flow_type: str) -> list[str]:
        """What the Flow language and the instance's own things have against `content`."""

        def resolve(kind: str, value: str) -> bool:
            return self.resolves(instance, kind, value)

        return [problem.message for problem in validate(content, flow_type, resolve)]

    def resolves(self, instance: Json, kind: str, value: str) -> bool:
        """Whether a static reference in a flow exists in the instance (Connect facts 4.1)."""
        if kind in _RESOLVED:
            reference = split_suffix(value)[0] if kind in ("flow", "module") else value
            if kind == "queue" and "/queue/agent/" in value:
                return self.store.get(instance["Id"], "user", arn_tail(value)) is not None
            return self.look(instance, _RESOLVED[kind], reference) is not None
        if kind == "lambda":
            base = value if value.count(":") == 6 else value.rpartition(":")[0]
            return any(row["FunctionArn"] in (value, base) for row in self.things(instance, "lambda"))
        if kind == "bot":
            return self.store.get(instance["Id"], "bot", value) is not None
        if kind == "phone_number":
            numbers = self.store.all(self.here, "number").values()
            return any(row["PhoneNumber"] == value and row["TargetArn"] == instance["Arn"] for row in numbers)
        return True


def _states(state: str, status: str) -> Json:
    return {"State": state, "ContactFlowState": state, "Status": status, "ContactFlowStatus": status}


def _shown(flow: Json, content: str, status: str) -> Json:
    return {**flow, "Content": content, "Status": status, "FlowContentSha256": sha256(content)}
