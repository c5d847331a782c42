"""A state as the JSON of `pulumi stack export` (deployment version 3), and back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ....specs.errors import StateError
from ...provider import wire
from ...provider.values import Properties, Value, plain
from .order import sorted_resources
from .sealing import Sealer
from .state import Operation, Resource, State, Timeouts

VERSION: Final = 3
SECRETS_PROVIDER: Final = "ccdeploy-key-file"
_OPERATIONS: Final = ("creating", "updating", "deleting", "reading")


def _seal(sealer: Sealer) -> Callable[[Value], str]:
    def seal(value: Value) -> str:
        return sealer.seal(wire.to_json(plain(value), sealer.seal))

    return seal


def _properties(data: Any, sealer: Sealer) -> Properties:
    def unseal(text: str) -> Value:
        return wire.from_json(sealer.unseal(text), sealer.unseal)

    value = wire.from_json(data or {}, unseal)
    return value if isinstance(value, dict) else {}


def resource_to_json(resource: Resource, sealer: Sealer) -> dict[str, Any]:
    """One resource (ResourceV3). Empty fields are left out, as Pulumi leaves them out."""
    seal = _seal(sealer)
    timeouts = resource.timeouts
    optional = {
        "delete": resource.delete,
        "id": resource.id,
        "inputs": wire.to_json(resource.inputs, seal),
        "outputs": wire.to_json(resource.outputs, seal),
        "parent": resource.parent,
        "protect": resource.protect,
        "external": resource.external,
        "dependencies": list(resource.dependencies),
        "initErrors": list(resource.init_errors),
        "provider": resource.provider,
        "propertyDependencies": {key: list(urns) for key, urns in resource.property_dependencies.items()},
        "additionalSecretOutputs": list(resource.additional_secret_outputs),
        "aliases": list(resource.aliases),
        "customTimeouts": {
            key: seconds
            for key, seconds in (("create", timeouts.create), ("update", timeouts.update), ("delete", timeouts.delete))
            if seconds
        },
        "retainOnDelete": resource.retain_on_delete,
        "created": resource.created,
        "modified": resource.modified,
        "ignoreChanges": list(resource.ignore_changes),
    }
    head = {"urn": resource.urn, "custom": resource.custom, "type": resource.type}
    return head | {key: value for key, value in optional.items() if value}


def resource_from_json(data: Mapping[str, Any], sealer: Sealer) -> Resource:
    """The reverse. Raises StateError when a field that must be there is missing."""
    try:
        timeouts = data.get("customTimeouts") or {}
        return Resource(
            urn=str(data["urn"]),
            type=str(data["type"]),
            custom=bool(data["custom"]),
            id=str(data.get("id", "")),
            inputs=_properties(data.get("inputs"), sealer),
            outputs=_properties(data.get("outputs"), sealer),
            parent=str(data.get("parent", "")),
            provider=str(data.get("provider", "")),
            dependencies=tuple(data.get("dependencies") or ()),
            property_dependencies={
                key: tuple(urns or ()) for key, urns in (data.get("propertyDependencies") or {}).items()
            },
            protect=bool(data.get("protect")),
            external=bool(data.get("external")),
            delete=bool(data.get("delete")),
            retain_on_delete=bool(data.get("retainOnDelete")),
            init_errors=tuple(data.get("initErrors") or ()),
            additional_secret_outputs=tuple(data.get("additionalSecretOutputs") or ()),
            aliases=tuple(data.get("aliases") or ()),
            ignore_changes=tuple(data.get("ignoreChanges") or ()),
            timeouts=Timeouts(*(float(timeouts.get(key) or 0) for key in ("create", "update", "delete"))),
            created=str(data.get("created", "")),
            modified=str(data.get("modified", "")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StateError(
            f"a resource of the state cannot be read: {error}",
            where="state.json",
            hint="restore the state from a backup, or export it again with `pulumi stack export`",
        ) from error


def operation_to_json(operation: Operation, sealer: Sealer) -> dict[str, Any]:
    """One pending operation (OperationV2)."""
    return {"resource": resource_to_json(operation.resource, sealer), "type": operation.kind}


def operation_from_json(data: Mapping[str, Any], sealer: Sealer) -> Operation:
    """The reverse. Raises StateError for a kind that this engine does not know."""
    kind = data.get("type")
    if kind not in _OPERATIONS:
        raise StateError(f"the state holds a pending operation of an unknown kind {kind!r}", where="state.json")
    return Operation(kind, resource_from_json(data.get("resource") or {}, sealer))


def to_json(state: State, sealer: Sealer, time: str, version: str) -> dict[str, Any]:
    """The `deployment` of an export: topologically ordered, references to what is gone left out.

    Pulumi takes no state whose `magic` is not the digest of its version.
    """
    live = {resource.urn for resource in state.resources.values()}
    ids = {f"{resource.urn}::{resource.id}" for resource in state.resources.values()}
    return {
        "manifest": {"time": time, "magic": hashlib.sha256(version.encode()).hexdigest(), "version": version},
        "secrets_providers": {"type": SECRETS_PROVIDER},
        "resources": [
            resource_to_json(_without_dangling(resource, live, ids), sealer)
            for resource in sorted_resources(state.resources.values())
        ],
        "pending_operations": [operation_to_json(operation, sealer) for operation in state.pending.values()],
        "metadata": {},
    }


def _without_dangling(resource: Resource, live: set[str], providers: set[str]) -> Resource:
    """A crash may leave a resource whose parent or dependency was never recorded; Pulumi refuses such a state."""
    if all(urn in live for urn in resource.needs()):
        return resource
    return replace(
        resource,
        parent=resource.parent if resource.parent in live else "",
        provider=resource.provider if resource.provider in providers else "",
        dependencies=tuple(urn for urn in resource.dependencies if urn in live),
        property_dependencies={
            key: tuple(urn for urn in targets if urn in live) for key, targets in resource.property_dependencies.items()
        },
    )


def from_json(deployment: Mapping[str, Any], sealer: Sealer) -> State:
    """The state in a `deployment`. Raises StateError when it cannot be trusted."""
    resources = [resource_from_json(item, sealer) for item in deployment.get("resources") or ()]
    if len({resource.key for resource in resources}) != len(resources):
        raise StateError("the state holds a resource twice", where="state.json", hint="restore it from a backup")
    pending = [operation_from_json(item, sealer) for item in deployment.get("pending_operations") or ()]
    return State(resources, pending)
