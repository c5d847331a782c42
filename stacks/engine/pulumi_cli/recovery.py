"""What an interrupted run of the CLI left: its pending operations and our open creates, looked up and written down.

Pulumi drops a pending create with a warning, and Connect's creates take no token: run again, it would make a second
one. So before each run the deployment is exported, each pending create is looked up by name and tag, and what exists is
put into the deployment as a resource that is not finished yet; the next `up` brings it to what the program says.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from ...names import PLUGIN_VERSION
from ...provider.schema import DEFAULTS
from .. import urns
from ..plan import Recover

_UNFINISHED: Final = "the run that created it was interrupted"


class Recovery:
    """One deployment on its way to being whole again."""

    def __init__(self, deployment: dict[str, Any], intents: Mapping[str, Mapping[str, Any]]) -> None:
        self.deployment = deployment
        self._resources: list[dict[str, Any]] = deployment.setdefault("resources", [])
        self._pending: list[dict[str, Any]] = deployment.get("pending_operations") or []
        self._intents = intents
        self.said: list[str] = []
        self.targets: list[str] = []  # to be read anew

    @property
    def needed(self) -> bool:
        """Whether anything was left."""
        return bool(self._pending or self._intents)

    @property
    def changed(self) -> bool:
        """Whether the deployment is to be written back."""
        return bool(self._pending or self.targets)

    def settle(self, find: Recover) -> None:
        """Look everything up. Raises CloudError when looking itself fails; nothing was changed then."""
        began: dict[str, dict[str, Any]] = {}
        for operation in self._pending:
            resource = operation["resource"]
            if operation["type"] == "creating":
                began[resource["urn"]] = resource
            elif operation["type"] in {"updating", "deleting"} and self._live(resource["urn"]):
                what = "change" if operation["type"] == "updating" else "deletion"
                self.targets.append(resource["urn"])
                self.said.append(f"{urns.name(resource['urn'])}: its {what} was interrupted; it was read anew")
        for urn, intent in self._intents.items():
            began.setdefault(urn, self._resource(intent))
        for urn, resource in began.items():
            self._create(urn, resource, find)
        self.deployment["pending_operations"] = []

    def _create(self, urn: str, resource: dict[str, Any], find: Recover) -> None:
        name = urns.name(urn)
        inputs = {key: value for key, value in (resource.get("inputs") or {}).items() if key != DEFAULTS}
        ours = {entry["id"] for entry in self._resources if entry["urn"] == urn and entry.get("id")}
        if self._intents.get(urn, {}).get("made") in ours:
            return
        found = find(urns.kind(urn), name, inputs)
        if found is not None and found in ours:
            return
        if found is None:
            self.said.append(f"{name}: it had not been created")
            return
        made = {
            **resource,
            "id": found,
            "outputs": {**inputs, "id": found},
            "initErrors": [_UNFINISHED],
        }
        index = next((i for i, entry in enumerate(self._resources) if entry["urn"] == urn), len(self._resources))
        if index < len(self._resources):
            self._resources[index]["delete"] = True  # it was to be replaced, and its successor exists
        self._resources.insert(index, made)
        self.targets.append(urn)
        self.said.append(f"{name}: it had been created ({found}) and is ours")

    def _live(self, urn: str) -> bool:
        return any(entry["urn"] == urn and not entry.get("delete") for entry in self._resources)

    def _resource(self, intent: Mapping[str, Any]) -> dict[str, Any]:
        """A create of which only we know, as the state would hold it."""
        urn = str(intent["begin"])
        parent = next((entry["urn"] for entry in self._resources if entry["type"] == urns.STACK_TYPE), "")
        made = {
            "urn": urn,
            "custom": True,
            "type": intent["type"],
            "inputs": {key: value for key, value in (intent.get("inputs") or {}).items() if value is not None},
            "provider": self._provider(urn),
        }
        return {**made, "parent": parent} if parent else made

    def _provider(self, urn: str) -> str:
        package = urns.package(urns.kind(urn))
        kind = urns.PROVIDER_PREFIX + package
        for entry in self._resources:
            if entry["type"] == kind:
                return f"{entry['urn']}::{entry['id']}"
        stack, project = urn.split("::")[0].removeprefix("urn:pulumi:"), urn.split("::")[1]
        made = {
            "urn": urns.make(stack, project, "", kind, "default"),
            "custom": True,
            "id": str(uuid.uuid4()),
            "type": kind,
            "inputs": {"version": PLUGIN_VERSION} if package == "ccdeploy" else {},
            "outputs": {"version": PLUGIN_VERSION} if package == "ccdeploy" else {},
        }
        self._resources.insert(0, made)
        return f"{made['urn']}::{made['id']}"
