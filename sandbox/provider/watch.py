"""CloudWatch: log groups, alarms and dashboards (Pulumi AWS facts 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...stacks.provider.values import Properties
from .common import (
    Act,
    Change,
    Kind,
    Step,
    camel,
    document,
    found,
    given,
    listed_tags,
    own_tags,
    pascal,
    present,
    tag_list,
)
from .door import Answer, Door


class LogGroup(Kind):
    """`aws:cloudwatch/logGroup:LogGroup`; its id is the name."""

    type = "aws:cloudwatch/logGroup:LogGroup"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateLogGroup."""
        door.call(
            "logs",
            "create_log_group",
            logGroupName=inputs["name"],
            **given(
                kmsKeyId=inputs.get("kmsKeyId"),
                logGroupClass=inputs.get("logGroupClass"),
                tags=inputs.get("tagsAll"),
            ),
        )
        return str(inputs["name"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """PutRetentionPolicy, where logs are not kept for ever."""
        if inputs.get("retentionInDays"):
            _retain(door, id_, inputs["retentionInDays"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeLogGroups by prefix, the exact name, and ListTagsForResource."""
        group = _group(door, id_)
        if group is None:
            return None
        arn = str(group["arn"]).removesuffix(":*")
        tags = door.call("logs", "list_tags_for_resource", resourceArn=arn)
        return present(
            name=id_,
            arn=arn,
            retentionInDays=group.get("retentionInDays") or 0,
            kmsKeyId=group.get("kmsKeyId"),
            logGroupClass=group.get("logGroupClass") or "STANDARD",
            tags=own_tags(tags.get("tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Retention, then the key."""

        def retention(door: Door, change: Change) -> None:
            if change.news.get("retentionInDays"):
                _retain(door, change.id, change.news["retentionInDays"])
            else:
                door.call("logs", "delete_retention_policy", logGroupName=change.id)

        def key(door: Door, change: Change) -> None:
            if change.news.get("kmsKeyId"):
                door.call("logs", "associate_kms_key", logGroupName=change.id, kmsKeyId=change.news["kmsKeyId"])
            else:
                door.call("logs", "disassociate_kms_key", logGroupName=change.id)

        return [(("retentionInDays",), retention), (("kmsKeyId",), key)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource, then TagResource, by ARN."""
        arn = change.old.get("arn") or (self.read(door, change.id, {}) or {}).get("arn")
        if drop:
            door.call("logs", "untag_resource", resourceArn=arn, tagKeys=list(drop))
        if put:
            door.call("logs", "tag_resource", resourceArn=arn, tags=dict(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteLogGroup, unless `skipDestroy`."""
        if not state.get("skipDestroy"):
            door.call("logs", "delete_log_group", logGroupName=id_)


def _retain(door: Door, name: str, days: int) -> None:
    door.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)


def _group(door: Door, name: str) -> Answer | None:
    token = None
    while True:
        page = door.call("logs", "describe_log_groups", logGroupNamePrefix=name, nextToken=token)
        for group in page.get("logGroups", ()):
            if group["logGroupName"] == name:
                return dict(group)
        token = page.get("nextToken")
        if not token:
            return None


_ALARM_WORDS: Final = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}


class MetricAlarm(Kind):
    """`aws:cloudwatch/metricAlarm:MetricAlarm`; its id is the name."""

    type = "aws:cloudwatch/metricAlarm:MetricAlarm"

    def create(self, door: Door, inputs: Properties) -> str:
        """PutMetricAlarm."""
        _put_alarm(door, inputs, Tags=tag_list(inputs.get("tagsAll") or {}) or None)
        return str(inputs["name"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """DescribeAlarms by name and ListTagsForResource."""
        alarms = door.call("cloudwatch", "describe_alarms", AlarmNames=[id_]).get("MetricAlarms", ())
        if not alarms:
            return None
        alarm = alarms[0]
        arn = alarm["AlarmArn"]
        tags = door.call("cloudwatch", "list_tags_for_resource", ResourceARN=arn)
        words = {name: alarm.get(member) for name, member in _ALARM_WORDS.items()}
        kept = {name: value for name, value in words.items() if value not in (None, "", [])}
        return present(
            name=id_,
            arn=arn,
            **{"treatMissingData": "missing", **kept},
            dimensions={item["Name"]: item["Value"] for item in alarm.get("Dimensions") or ()} or None,
            metricQueries=[_query_outputs(item) for item in alarm.get("Metrics") or ()] or None,
            tags=listed_tags(tags.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """PutMetricAlarm, whatever changed."""
        act: Act = lambda door, change: _put_alarm(door, change.news)  # noqa: E731 - one call
        return [((*_ALARM_WORDS, "dimensions", "metricQueries"), act)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource, then TagResource, by ARN."""
        arn = change.old.get("arn") or (self.read(door, change.id, {}) or {}).get("arn")
        if drop:
            door.call("cloudwatch", "untag_resource", ResourceARN=arn, TagKeys=list(drop))
        if put:
            door.call("cloudwatch", "tag_resource", ResourceARN=arn, Tags=tag_list(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteAlarms."""
        door.call("cloudwatch", "delete_alarms", AlarmNames=[id_])


def _put_alarm(door: Door, inputs: Properties, **more: Any) -> None:
    words = {member: inputs.get(name) for name, member in _ALARM_WORDS.items()}
    door.call(
        "cloudwatch",
        "put_metric_alarm",
        AlarmName=inputs["name"],
        Dimensions=tag_list(inputs["dimensions"], "Name") if inputs.get("dimensions") else None,
        Metrics=[_query(item) for item in inputs["metricQueries"]] if inputs.get("metricQueries") else None,
        **words,
        **more,
    )


def _query(query: Properties) -> dict[str, Any]:
    metric = query.get("metric")
    rest = pascal({key: value for key, value in query.items() if key != "metric"})
    if not metric:
        return dict(rest)
    inner = given(
        MetricName=metric["metricName"],
        Namespace=metric.get("namespace"),
        Dimensions=tag_list(metric.get("dimensions") or {}, "Name"),
    )
    stat = given(Metric=inner, Period=metric["period"], Stat=metric["stat"], Unit=metric.get("unit"))
    return {**rest, "MetricStat": stat}


def _query_outputs(query: Answer) -> Properties:
    rest: Properties = camel({key: value for key, value in query.items() if key != "MetricStat" and value != ""})
    stat = query.get("MetricStat")
    if stat:
        metric = stat["Metric"]
        rest["metric"] = given(
            metricName=metric.get("MetricName"),
            namespace=metric.get("Namespace"),
            period=stat.get("Period"),
            stat=stat.get("Stat"),
            unit=stat.get("Unit"),
            dimensions={item["Name"]: item["Value"] for item in metric.get("Dimensions") or ()},
        )
    return {"returnData": False, **rest}


class Dashboard(Kind):
    """`aws:cloudwatch/dashboard:Dashboard`; its id is the name."""

    type = "aws:cloudwatch/dashboard:Dashboard"

    def create(self, door: Door, inputs: Properties) -> str:
        """PutDashboard."""
        _put_dashboard(door, inputs)
        return str(inputs["dashboardName"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """GetDashboard."""
        got = found(lambda: door.call("cloudwatch", "get_dashboard", DashboardName=id_))
        if got is None:
            return None
        return present(
            dashboardName=id_, dashboardArn=got.get("DashboardArn"), dashboardBody=document(got.get("DashboardBody"))
        )

    def steps(self) -> Sequence[Step]:
        """PutDashboard."""
        act: Act = lambda door, change: _put_dashboard(door, change.news)  # noqa: E731 - one call
        return [(("dashboardBody",), act)]

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteDashboards."""
        door.call("cloudwatch", "delete_dashboards", DashboardNames=[id_])


def _put_dashboard(door: Door, inputs: Properties) -> None:
    name, body = inputs["dashboardName"], inputs["dashboardBody"]
    door.call("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=body)


KINDS: Final[tuple[Kind, ...]] = (LogGroup(), MetricAlarm(), Dashboard())
