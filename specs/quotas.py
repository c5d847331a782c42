"""The service's quotas that a centre can run into, with their defaults (Connect facts 2, 2026)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# name under `quotas:` -> (default, quota code of service `connect`)
_KNOWN: Final = {
    "users": (500, "L-9A46857E"),
    "concurrent_calls": (10, "L-12AB7C57"),
    "phone_numbers": (5, "L-8F812903"),
    "queues": (100, "L-19A87C94"),
    "queues_per_routing_profile": (50, "L-516BC0EB"),
    "routing_profiles": (500, "L-D3E7BE26"),
    "hours_of_operation": (100, "L-20CD02F7"),
    "security_profiles": (100, "L-F325A715"),
    "flows": (100, "L-22922690"),
    "modules": (200, "L-19755C7E"),
    "prompts": (500, "L-0865B754"),
    "quick_connects": (100, "L-68BBE2E8"),
    "hierarchy_groups": (500, "L-D68AAAE4"),
    "predefined_attributes": (150, "L-3828FBF0"),
    "lambda_functions": (50, "L-E3D2F503"),
    "lex_v2_bots": (100, "L-CCEA7427"),
    "instances": (2, "L-AA17A6B9"),
}

# What a new instance already holds of each (Connect facts 3.15): it counts too.
SEEDED: Final = MappingProxyType(
    {"queues": 1, "routing_profiles": 1, "hours_of_operation": 1, "security_profiles": 4, "prompts": 7, "flows": 19}
)
FIXED: Final = MappingProxyType({"overrides": 50, "agent_statuses": 50, "actions": 250})


def defaults() -> Mapping[str, int]:
    """The service's own limits by name."""
    return {name: limit for name, (limit, _) in _KNOWN.items()}


def code(name: str) -> str:
    """The quota code for a request to Service Quotas. Raises KeyError."""
    return _KNOWN[name][1]


def granted(quotas: Mapping[str, int]) -> Mapping[str, int]:
    """The limits that hold for a centre: the defaults, and what its `quotas:` says was granted."""
    return {**defaults(), **quotas}
