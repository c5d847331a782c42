"""Typed Pulumi resources of the `ccdeploy` package, for programs. The provider behind them is `stacks.extras`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from .names import PLUGIN_VERSION

Text = pulumi.Input[str]
Options = pulumi.ResourceOptions


class _Own(pulumi.CustomResource):
    """What all of ours share: the package's version, None for what is not given, and outputs known after the run."""

    def __init__(
        self, token: str, name: str, props: Mapping[str, Any], opts: Options | None, outputs: Sequence[str] = ()
    ) -> None:
        given = {key: value for key, value in props.items() if value is not None}
        merged = Options.merge(Options(version=PLUGIN_VERSION), opts)
        super().__init__(f"ccdeploy:index:{token}", name, {**given, **dict.fromkeys(outputs)}, merged)

    def _output(self, key: str) -> pulumi.Output[str]:
        value: pulumi.Output[str] = pulumi.get(self, key)
        return value


class HoursOverride(_Own):
    """Other hours on certain dates. `configs` are windows {day, startTime, endTime}; a day without one is closed."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        hours_of_operation_id: Text,
        name: Text,
        effective_from: Text,
        effective_till: Text,
        configs: Sequence[Mapping[str, Any]],
        override_type: Text = "STANDARD",
        yearly: bool | None = None,
        description: Text | None = None,
        opts: Options | None = None,
    ) -> None:
        props = {
            "instanceId": instance_id,
            "hoursOfOperationId": hours_of_operation_id,
            "name": name,
            "description": description,
            "overrideType": override_type,
            "effectiveFrom": effective_from,
            "effectiveTill": effective_till,
            "yearly": yearly,
            "configs": list(configs),
        }
        super().__init__("HoursOverride", resource_name, props, opts, ["hoursOfOperationOverrideId"])


class AgentStatus(_Own):
    """A status that agents can choose. Removing it disables it: the service has no delete."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        name: Text,
        description: Text | None = None,
        state: Text = "ENABLED",
        display_order: int | None = None,
        tags: Mapping[str, str] | None = None,
        opts: Options | None = None,
    ) -> None:
        props = {
            "instanceId": instance_id,
            "name": name,
            "description": description,
            "state": state,
            "displayOrder": display_order,
            "tags": tags,
        }
        super().__init__("AgentStatus", resource_name, props, opts, ["agentStatusId", "arn"])

    @property
    def agent_status_id(self) -> pulumi.Output[str]:
        """The service's id."""
        return self._output("agentStatusId")


class Prompt(_Own):
    """A sound file, converted to 8 kHz mono mu-law and brought through `bucket`."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        name: Text,
        bucket: Text,
        source: pulumi.Asset,
        description: Text | None = None,
        tags: Mapping[str, str] | None = None,
        opts: Options | None = None,
    ) -> None:
        props = {
            "instanceId": instance_id,
            "name": name,
            "description": description,
            "bucket": bucket,
            "source": source,
            "tags": tags,
        }
        super().__init__("Prompt", resource_name, props, opts, ["promptId", "arn", "s3Key"])

    @property
    def prompt_id(self) -> pulumi.Output[str]:
        """The service's id."""
        return self._output("promptId")

    @property
    def arn(self) -> pulumi.Output[str]:
        """The prompt's ARN, by which flows name it."""
        return self._output("arn")


class FlowContent(_Own):
    """What a flow (`kind` "flow") or module ("module") does. Depends on all that the content names."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        flow_id: Text,
        kind: Text,
        content: Text,
        settings: Text | None = None,
        opts: Options | None = None,
    ) -> None:
        props = {
            "instanceId": instance_id,
            "flowId": flow_id,
            "kind": kind,
            "content": content,
            "settings": settings,
        }
        super().__init__("FlowContent", resource_name, props, opts)


class QueueQuickConnects(_Own):
    """The quick connects that a queue offers."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        queue_id: Text,
        quick_connect_ids: Sequence[Text],
        opts: Options | None = None,
    ) -> None:
        props = {"instanceId": instance_id, "queueId": queue_id, "quickConnectIds": list(quick_connect_ids)}
        super().__init__("QueueQuickConnects", resource_name, props, opts)


class QueueOutbound(_Own):
    """What the called person sees and hears when agents of a queue dial out."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        queue_id: Text,
        caller_id_name: Text | None = None,
        caller_id_number_id: Text | None = None,
        outbound_flow_id: Text | None = None,
        opts: Options | None = None,
    ) -> None:
        props = {
            "instanceId": instance_id,
            "queueId": queue_id,
            "callerIdName": caller_id_name,
            "callerIdNumberId": caller_id_number_id,
            "outboundFlowId": outbound_flow_id,
        }
        super().__init__("QueueOutbound", resource_name, props, opts)


class QuickConnect(_Own):
    """A quick connect to an agent (`username`) by way of a flow, or to a flow."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        name: Text,
        contact_flow_id: Text,
        username: Text | None = None,
        description: Text | None = None,
        tags: Mapping[str, str] | None = None,
        opts: Options | None = None,
    ) -> None:
        props = {
            "instanceId": instance_id,
            "name": name,
            "description": description,
            "username": username,
            "contactFlowId": contact_flow_id,
            "tags": tags,
        }
        super().__init__("QuickConnect", resource_name, props, opts, ["quickConnectId", "arn", "userId"])

    @property
    def quick_connect_id(self) -> pulumi.Output[str]:
        """The service's id."""
        return self._output("quickConnectId")


class PredefinedAttribute(_Own):
    """An attribute with its values, as proficiencies of agents need it."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        name: Text,
        values: Sequence[str],
        opts: Options | None = None,
    ) -> None:
        props = {"instanceId": instance_id, "name": name, "values": list(values)}
        super().__init__("PredefinedAttribute", resource_name, props, opts)


class InstanceAttribute(_Own):
    """A switch of the instance that pulumi-aws cannot set."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        attribute_type: Text,
        value: bool,
        opts: Options | None = None,
    ) -> None:
        props = {"instanceId": instance_id, "attributeType": attribute_type, "value": value}
        super().__init__("InstanceAttribute", resource_name, props, opts)


class NumberChoice(_Own):
    """The first of several prefixes that has a number to offer."""

    def __init__(
        self,
        resource_name: str,
        *,
        target_arn: Text,
        country_code: Text,
        type_: Text,
        candidates: Sequence[str],
        opts: Options | None = None,
    ) -> None:
        props = {
            "targetArn": target_arn,
            "countryCode": country_code,
            "type": type_,
            "candidates": list(candidates),
        }
        super().__init__("NumberChoice", resource_name, props, opts, ["prefix"])

    @property
    def prefix(self) -> pulumi.Output[str]:
        """What was chosen."""
        return self._output("prefix")


class AdoptedNumber(_Own):
    """A number that the account holds already."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        target_arn: Text,
        phone_number: Text,
        opts: Options | None = None,
    ) -> None:
        props = {"instanceId": instance_id, "targetArn": target_arn, "phoneNumber": phone_number}
        outputs = ["arn", "previousTarget", "previousFlow"]
        super().__init__("AdoptedNumber", resource_name, props, opts, outputs)

    @property
    def phone_number(self) -> pulumi.Output[str]:
        """The number in E.164."""
        return self._output("phoneNumber")


class NumberFlow(_Own):
    """The flow that answers a phone number."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        phone_number_id: Text,
        contact_flow_id: Text,
        opts: Options | None = None,
    ) -> None:
        props = {"instanceId": instance_id, "phoneNumberId": phone_number_id, "contactFlowId": contact_flow_id}
        super().__init__("NumberFlow", resource_name, props, opts)


class SecurityProfileScope(_Own):
    """Limits whom the holders of a security profile see to their own hierarchy group."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: Text,
        security_profile_id: Text,
        resources: Sequence[str],
        opts: Options | None = None,
    ) -> None:
        props = {"instanceId": instance_id, "securityProfileId": security_profile_id, "resources": list(resources)}
        super().__init__("SecurityProfileScope", resource_name, props, opts)


class LogRetention(_Own):
    """How long a log group that is not ours keeps its logs."""

    def __init__(self, resource_name: str, *, log_group: Text, days: int, opts: Options | None = None) -> None:
        super().__init__("LogRetention", resource_name, {"logGroup": log_group, "days": days}, opts)


class LexBot(_Own):
    """A Lex V2 bot (the ARN of its alias) that flows may ask."""

    def __init__(self, resource_name: str, *, instance_id: Text, alias_arn: Text, opts: Options | None = None) -> None:
        super().__init__("LexBot", resource_name, {"instanceId": instance_id, "aliasArn": alias_arn}, opts)


class ApprovedOrigin(_Own):
    """A web page that may hold the agents' panel."""

    def __init__(self, resource_name: str, *, instance_id: Text, origin: Text, opts: Options | None = None) -> None:
        super().__init__("ApprovedOrigin", resource_name, {"instanceId": instance_id, "origin": origin}, opts)
