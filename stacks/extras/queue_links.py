"""The links of a queue that would be cycles: its quick connects, and its caller id with the outbound flow.

A quick connect may lead to the queue that offers it, and an outbound flow may name the queue that uses it
(Connect facts 3.0): so queues are made first and linked afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, batches, given

_PER_CALL = 50  # quick connects in one (dis)associate call (Connect facts 3.4)
_QUEUE = Prop("string", required=True, force_new=True)


class QueueQuickConnects:
    """Id `instanceId:queueId`. Only the quick connects named here are ever associated or taken away."""

    spec = ResourceSpec(
        type="ccdeploy:index:QueueQuickConnects",
        properties={
            "instanceId": INSTANCE,
            "queueId": _QUEUE,
            "quickConnectIds": Prop(
                "list", required=True, is_set=True, min_length=1, max_length=700, item=Prop("string")
            ),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """AssociateQueueQuickConnects, 50 a call."""
        _associate(cloud, inputs, inputs["quickConnectIds"])
        return f"{inputs['instanceId']}:{inputs['queueId']}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """Those of ours that are still associated."""
        instance, queue = id.split(":")
        standing = {
            item["Id"]
            for item in cloud.pages(
                "connect",
                "list_queue_quick_connects",
                "QuickConnectSummaryList",
                InstanceId=instance,
                QueueId=queue,
                MaxResults=100,
            )
        }
        ours = [one for one in state.get("quickConnectIds") or sorted(standing) if one in standing]
        return {"instanceId": instance, "queueId": queue, "quickConnectIds": ours}

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """Associate what came, then disassociate what went."""
        before, after = set(old.get("quickConnectIds") or ()), set(news["quickConnectIds"])
        _associate(cloud, news, after - before)
        _disassociate(cloud, news, before - after)
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DisassociateQueueQuickConnects, 50 a call."""
        _disassociate(cloud, outputs, outputs.get("quickConnectIds") or ())


def _associate(cloud: Cloud, inputs: Properties, ids: Iterable[str]) -> None:
    _each(cloud, "associate_queue_quick_connects", inputs, ids)


def _disassociate(cloud: Cloud, inputs: Properties, ids: Iterable[str]) -> None:
    _each(cloud, "disassociate_queue_quick_connects", inputs, ids)


def _each(cloud: Cloud, method: str, inputs: Properties, ids: Iterable[str]) -> None:
    for batch in batches(sorted(set(ids)), _PER_CALL):
        cloud.call("connect", method, InstanceId=inputs["instanceId"], QueueId=inputs["queueId"], QuickConnectIds=batch)


class QueueOutbound:
    """Id `instanceId:queueId`: what the called person sees and hears when agents of this queue dial out."""

    spec = ResourceSpec(
        type="ccdeploy:index:QueueOutbound",
        properties={
            "instanceId": INSTANCE,
            "queueId": _QUEUE,
            "callerIdName": Prop("string", max_length=255),
            "callerIdNumberId": Prop("string"),
            "outboundFlowId": Prop("string", max_length=500),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """UpdateQueueOutboundCallerConfig."""
        _set_outbound(cloud, inputs)
        return f"{inputs['instanceId']}:{inputs['queueId']}", {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeQueue."""
        instance, queue = id.split(":")
        found = cloud.call("connect", "describe_queue", InstanceId=instance, QueueId=queue)["Queue"]
        caller = found.get("OutboundCallerConfig") or {}
        return given(
            {
                "instanceId": instance,
                "queueId": queue,
                "callerIdName": caller.get("OutboundCallerIdName"),
                "callerIdNumberId": caller.get("OutboundCallerIdNumberId"),
                "outboundFlowId": caller.get("OutboundFlowId"),
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdateQueueOutboundCallerConfig."""
        _set_outbound(cloud, news)
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """An empty config: neither number nor flow is held any longer."""
        _set_outbound(cloud, {key: outputs[key] for key in ("instanceId", "queueId")})


def _set_outbound(cloud: Cloud, inputs: Properties) -> None:
    caller = {
        "OutboundCallerIdName": inputs.get("callerIdName"),
        "OutboundCallerIdNumberId": inputs.get("callerIdNumberId"),
        "OutboundFlowId": inputs.get("outboundFlowId"),
    }
    cloud.call(
        "connect",
        "update_queue_outbound_caller_config",
        InstanceId=inputs["instanceId"],
        QueueId=inputs["queueId"],
        OutboundCallerConfig={key: value for key, value in caller.items() if value},
    )
