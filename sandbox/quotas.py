"""Service quotas of Amazon Connect: the defaults, their codes, and the words of a refusal (Connect facts 2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota. `key` is how center.yaml and grants spell it; `code` how Service Quotas does ("" if it has none)."""

    key: str
    name: str
    default: int
    code: str = ""
    adjustable: bool = True


QUOTAS = {
    quota.key: quota
    for quota in (
        Quota("instances", "Amazon Connect instances per account", 2, "L-AA17A6B9"),
        Quota("users", "Users per instance", 500, "L-9A46857E"),
        Quota("concurrent_calls", "Concurrent active calls per instance", 10, "L-12AB7C57"),
        Quota("concurrent_chats", "Concurrent active chats per instance", 500, "L-D4BA6F6E"),
        Quota("concurrent_tasks", "Concurrent active tasks per instance", 2500, "L-60553137"),
        Quota("queues", "Queues per instance", 100, "L-19A87C94"),
        Quota("queues_per_routing_profile", "Queues per routing profile per instance", 50, "L-516BC0EB"),
        Quota("routing_profiles", "Routing profiles per instance", 500, "L-D3E7BE26"),
        Quota("hours_of_operation", "Hours of operation per instance", 100, "L-20CD02F7"),
        Quota("overrides", "Overrides per hours of operation", 50, "", adjustable=False),
        Quota("security_profiles", "Security profiles per instance", 100, "L-F325A715"),
        Quota("flows", "Flows per instance", 100, "L-22922690"),
        Quota("modules", "Modules per instance", 200, "L-19755C7E"),
        Quota("prompts", "Prompts per instance", 500, "L-0865B754"),
        Quota("quick_connects", "Quick connects per instance", 100, "L-68BBE2E8"),
        Quota("quick_connects_per_queue", "Quick connects per queue", 700, "", adjustable=False),
        Quota("phone_numbers", "Phone numbers per instance", 5, "L-8F812903"),
        Quota("hierarchy_groups", "User hierarchy groups per instance", 500, "L-D68AAAE4"),
        Quota("agent_statuses", "Agent statuses per instance", 50, "", adjustable=False),
        Quota("predefined_attributes", "Predefined attributes per instance", 150, "L-3828FBF0"),
        Quota("proficiencies", "Proficiencies per agent", 10, "L-50375162"),
        Quota("lambda_functions", "AWS Lambda functions per instance", 50, "L-E3D2F503"),
        Quota("lex_v1_bots", "Amazon Lex bots per instance", 70, "L-B93A6612", adjustable=False),
        Quota("lex_v2_bots", "Amazon Lex V2 bot aliases per instance", 100, "L-CCEA7427"),
        Quota("approved_origins", "Approved origins per instance", 100, "", adjustable=False),
        Quota("security_keys", "Security keys per instance", 2, "", adjustable=False),
        Quota("vocabularies", "Vocabularies per instance", 20, "", adjustable=False),
    )
}


def unknown(keys: list[str]) -> list[str]:
    """The words in `keys` that name no quota."""
    return [key for key in keys if key not in QUOTAS]
