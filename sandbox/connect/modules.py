"""Flow modules with their draft, versions and aliases (Connect facts 3.7, 4.8)."""

from __future__ import annotations

import json

from . import exceptions as ex
from .aliases import free_of_aliases
from .base import Json
from .flows import Flows, sha256, split_suffix


class Modules(Flows):
    """Create, read, change and delete flow modules."""

    def create_contact_flow_module(self, p: Json) -> Json:
        """Always published. Raises InvalidContactFlowModule, InvalidRequest (no Settings), DuplicateResource."""
        instance = self.instance(p)
        self.free_name(instance, "module", p["Name"])
        self._check_module(instance, p["Content"], p.get("Settings"))
        members = {
            "Name": p["Name"],
            "Description": p.get("Description"),
            "Content": p["Content"],
            "Settings": p.get("Settings"),
            "ExternalInvocationConfiguration": p.get("ExternalInvocationConfiguration"),
            "Tags": p.get("Tags"),
            "State": "ACTIVE",
            "Status": "PUBLISHED",
            "_draft": p["Content"],
            "_versions": [],
            "_aliases": [],
        }
        return self.create(instance, "module", members)

    def describe_contact_flow_module(self, p: Json) -> Json:
        """The content; the suffixes :$LATEST and :$SAVED, :<n> and :<alias> choose another."""
        module, content, more = self._chosen(self.instance(p), p["ContactFlowModuleId"])
        shown = {**module, "Content": content, "FlowModuleContentSha256": sha256(content), **more}
        return {"ContactFlowModule": shown}

    def update_contact_flow_module_content(self, p: Json) -> Json:
        """Publishes; with the suffix :$SAVED it only writes the draft."""
        instance = self.instance(p)
        module, suffix = self._module(instance, p)
        changes: Json = {}
        if "Content" in p:
            if suffix != "$SAVED":
                self._check_module(instance, p["Content"], p.get("Settings"))
                changes["Content"] = p["Content"]
            changes["_draft"] = p["Content"]
        if "Settings" in p:
            self._check_settings(p["Settings"])
            changes["Settings"] = p["Settings"]
        self.edit(instance, "module", module, changes)
        return {}

    def update_contact_flow_module_metadata(self, p: Json) -> Json:
        """Name, description and state."""
        instance = self.instance(p)
        self.rename(instance, "module", self._module(instance, p)[0], p, "Description", "State")
        return {}

    def delete_contact_flow_module(self, p: Json) -> Json:
        """There is no in-use error."""
        instance = self.instance(p)
        self.drop(instance, "module", self._module(instance, p)[0])
        return {}

    def list_contact_flow_modules(self, p: Json) -> Json:
        """Summaries, of one state if asked, at most 1,000 a page."""
        state = p.get("ContactFlowModuleState")
        rows = self.things(self.instance(p), "module")
        return self.page(p, "ContactFlowModulesSummaryList", (r for r in rows if state in (None, r["State"])))

    # -- versions and aliases

    def create_contact_flow_module_version(self, p: Json) -> Json:
        """A numbered, unchangeable copy."""
        instance = self.instance(p)
        module, _ = self._module(instance, p)
        if p.get("FlowModuleContentSha256", sha256(module["Content"])) != sha256(module["Content"]):
            raise self.invalid("FlowModuleContentSha256: differs from the content that would become the version")
        number = max((v["Version"] for v in module["_versions"]), default=0) + 1
        version = {
            "Arn": f"{module['Arn']}:{number}",
            "Version": number,
            "VersionDescription": p.get("Description"),
            "Content": module["Content"],
            **self.stamp(),
        }
        self.edit(instance, "module", module, {"_versions": [*module["_versions"], version]})
        return {"ContactFlowModuleArn": version["Arn"], "Version": number}

    def list_contact_flow_module_versions(self, p: Json) -> Json:
        """Versions, newest first."""
        module, _ = self._module(self.instance(p), p)
        return self.page_of(p, "ContactFlowModuleVersionSummaryList", module["_versions"][::-1])

    def delete_contact_flow_module_version(self, p: Json) -> Json:
        """Removes one version, unless an alias names it."""
        instance = self.instance(p)
        module, _ = self._module(instance, p)
        number = int(p["ContactFlowModuleVersion"])
        if all(v["Version"] != number for v in module["_versions"]):
            raise ex.ResourceNotFound(f"Contact flow module {module['Name']} has no version {number}")
        free_of_aliases(module, number)
        left = [v for v in module["_versions"] if v["Version"] != number]
        self.edit(instance, "module", module, {"_versions": left})
        return {}

    def _chosen(self, instance: Json, reference: str) -> tuple[Json, str, Json]:
        plain, suffix = split_suffix(reference)
        module = self.find(instance, "module", plain)
        if suffix in ("", "$LATEST"):
            return module, module["Content"], {}
        if suffix == "$SAVED":
            return module, module["_draft"], {"Status": "SAVED"}
        for alias in module.get("_aliases", ()):
            if alias["Name"] == suffix:
                suffix = str(alias["Version"])
        for version in module["_versions"]:
            if str(version["Version"]) == suffix:
                more = {"Version": version["Version"], "VersionDescription": version.get("VersionDescription")}
                return module, version["Content"], more
        raise ex.ResourceNotFound(f"Contact flow module {module['Name']} has no version or alias {suffix}")

    def _module(self, instance: Json, p: Json) -> tuple[Json, str]:
        reference, suffix = split_suffix(p["ContactFlowModuleId"])
        return self.find(instance, "module", reference), suffix

    def _check_settings(self, settings: str | None) -> None:
        if settings is None:
            return
        try:
            parsed = json.loads(settings)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise self.invalid("Settings: must be a JSON object as text")

    def _check_module(self, instance: Json, content: str, settings: str | None) -> None:
        self._check_settings(settings)
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            raise ex.InvalidContactFlowModule(["Content is not valid JSON"]) from None
        if isinstance(document, dict) and not isinstance(document.get("Settings"), dict):
            raise ex.InvalidRequest("JSON field is missing or null for field name: settings")
        problems = self.problems_of(instance, content, "MODULE")
        if problems:
            raise ex.InvalidContactFlowModule(problems)
