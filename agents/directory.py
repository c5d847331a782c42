"""Ids by name: what the stack's outputs say about the things that a person is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..specs.errors import Refused
from ..specs.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Directory:
    """Ids by key. `suspended_routing` and `suspended_security` are the profiles that stand for "off"."""

    instance_id: str
    instance_arn: str
    routing_profiles: Mapping[str, str] = field(default_factory=dict)
    security_profiles: Mapping[str, str] = field(default_factory=dict)
    hierarchy_groups: Mapping[str, str] = field(default_factory=dict)
    suspended_routing: str = ""
    suspended_security: str = ""

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> Directory:
        """Read a stack's outputs (`instance`, `routing_profiles`, … with an `id` each). Raises Refused before an up."""
        instance = outputs.get("instance")
        if not instance:
            raise Refused("the centre has not been set up yet", hint="run: ccdeploy up", code="not-deployed")
        off = outputs.get("suspended") or {}
        return cls(
            instance_id=_id(instance),
            instance_arn=str(instance.get("arn", "")),
            routing_profiles=_ids(outputs.get("routing_profiles")),
            security_profiles=_ids(outputs.get("security_profiles")),
            hierarchy_groups=_ids(outputs.get("hierarchy_groups")),
            suspended_routing=_id(off.get("routing_profile", "")),
            suspended_security=_id(off.get("security_profile", "")),
        )


def _ids(entries: Mapping[str, Any] | None) -> dict[str, str]:
    return {key: _id(entry) for key, entry in (entries or {}).items()}


def _id(entry: Any) -> str:
    return str(entry["id"]) if isinstance(entry, Mapping) else str(entry)
