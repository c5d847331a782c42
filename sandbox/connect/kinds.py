"""What distinguishes the kinds of things in an instance: ARN segment, names of the identifiers, quota, wording."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `segment` stands in the ARN (Connect facts 3.0); `prefix` spells `<prefix>Id` and `<prefix>Arn`.

    `name` is the member that must be unique in the instance; `quota` its service quota (quotas.py), "" for none.
    """

    key: str
    segment: str
    words: str
    prefix: str = ""
    arn_suffix: str = "Arn"
    name: str = "Name"
    quota: str = ""


KINDS = {
    kind.key: kind
    for kind in (
        Kind("hours", "operating-hours", "Hours of operation", "HoursOfOperation", quota="hours_of_operation"),
        Kind("queue", "queue", "Queue", "Queue", quota="queues"),
        Kind("quick-connect", "transfer-destination", "Quick connect", "QuickConnect", "ARN", quota="quick_connects"),
        Kind("flow", "contact-flow", "Contact flow", "ContactFlow", quota="flows"),
        Kind("module", "flow-module", "Contact flow module", "ContactFlowModule", quota="modules"),
        Kind("routing-profile", "routing-profile", "Routing profile", "RoutingProfile", quota="routing_profiles"),
        Kind(
            "security-profile",
            "security-profile",
            "Security profile",
            "SecurityProfile",
            name="SecurityProfileName",
            quota="security_profiles",
        ),
        Kind("user", "agent", "User", "User", name="Username", quota="users"),
        Kind("hierarchy-group", "agent-group", "Hierarchy group", "HierarchyGroup", quota="hierarchy_groups"),
        Kind("agent-status", "agent-state", "Agent status", "AgentStatus", "ARN", quota="agent_statuses"),
        Kind("prompt", "prompt", "Prompt", "Prompt", "ARN", quota="prompts"),
        Kind("predefined-attribute", "", "Predefined attribute", quota="predefined_attributes"),
        Kind("vocabulary", "vocabulary", "Vocabulary", "Vocabulary", name="VocabularyName", quota="vocabularies"),
        Kind("integration", "integration-association", "Integration association", "IntegrationAssociation"),
        Kind("authentication-profile", "authentication-profile", "Authentication profile"),
        Kind("override", "", "Hours of operation override", "HoursOfOperationOverride", quota="overrides"),
    )
}

BY_SEGMENT = {kind.segment: kind for kind in KINDS.values() if kind.segment}
