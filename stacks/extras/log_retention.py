"""How long the flow logs of an adopted instance are kept: its log group is Connect's, so it is set and never made."""

from __future__ import annotations

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties


class LogRetention:
    """Id: the log group's name. Removing it changes nothing."""

    spec = ResourceSpec(
        type="ccdeploy:index:LogRetention",
        properties={
            "logGroup": Prop("string", required=True, force_new=True, min_length=1, max_length=512),
            "days": Prop("integer", required=True),
        },
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """PutRetentionPolicy; CreateLogGroup before it where no flow has written anything yet."""
        name = str(inputs["logGroup"])
        if _days(cloud, name) is None:
            cloud.call("logs", "create_log_group", logGroupName=name)
        _keep(cloud, name, inputs)
        return name, {}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeLogGroups. 0 days = for ever."""
        days = _days(cloud, id)
        return None if days is None else {"logGroup": id, "days": days}

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """PutRetentionPolicy."""
        _keep(cloud, id, news)
        return {}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """Nothing: the logs are the instance's."""


def _keep(cloud: Cloud, name: str, inputs: Properties) -> None:
    cloud.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=int(inputs["days"]))


def _days(cloud: Cloud, name: str) -> int | None:
    """Days of retention of a log group, 0 for ever, None when there is no such group."""
    for group in cloud.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name):
        if group["logGroupName"] == name:
            return int(group.get("retentionInDays") or 0)
    return None
