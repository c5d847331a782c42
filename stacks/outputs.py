"""What a stack tells about itself: ids by the user's keys. Both engines give these back as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

GROUPS: Final = (
    "phone_numbers",
    "queues",
    "flows",
    "routing_profiles",
    "hours_of_operation",
    "switches",
    "security_profiles",
    "hierarchy_groups",
    "agent_statuses",
    "quick_connects",
    "prompts",
    "suspended",
)
# The part that `status` and the result of `up` show.
SHOWN: Final = ("instance", "phone_numbers", "queues", "flows", "routing_profiles", "hours_of_operation")


class InstanceOutput(TypedDict):
    """The instance: id, ARN, alias, and where agents sign in."""

    id: str
    arn: str
    alias: str
    access_url: str


class Outputs(TypedDict, total=False):
    """All exports. Values of a preview may be None where only the run can tell.

    Most groups map a key to {"id": …} (queues and flows also "arn"); `phone_numbers` maps a key to the number in
    E.164, `hierarchy_groups` a path (`Paris/Team A`), `prompts` an asset's key, and `suspended` holds the ids of
    "routing_profile" and "security_profile" for people who are away.
    """

    instance: InstanceOutput
    phone_numbers: dict[str, str]
    queues: dict[str, dict[str, str]]
    flows: dict[str, dict[str, str]]
    routing_profiles: dict[str, dict[str, str]]
    hours_of_operation: dict[str, dict[str, str]]
    security_profiles: dict[str, dict[str, str]]
    hierarchy_groups: dict[str, dict[str, str]]
    agent_statuses: dict[str, dict[str, str]]
    quick_connects: dict[str, dict[str, str]]
    prompts: dict[str, dict[str, str]]
    suspended: dict[str, str]


def shown(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the outputs that the JSON contract promises, each group there even before the first `up`.

    Engines give keys in the order in which things got ready; people look for them by name.
    """
    return {name: _by_key(outputs.get(name)) if name != "instance" else outputs.get(name) for name in SHOWN}


def _by_key(group: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(sorted((group or {}).items()))
