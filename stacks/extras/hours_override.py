"""`ccdeploy:index:HoursOverride`: other hours on certain dates (Connect facts 3.3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..cloud.client import Cloud
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Properties
from .kind import INSTANCE, given

_DATE = r"\d{4}-\d{2}-\d{2}"
_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_TIME = Prop(
    "object",
    required=True,
    fields={
        "hours": Prop("integer", required=True, minimum=0, maximum=23),
        "minutes": Prop("integer", required=True, minimum=0, maximum=59),
    },
)


class HoursOverride:
    """Id `instanceId:hoursOfOperationId:overrideId`. Days without a range are closed."""

    spec = ResourceSpec(
        type="ccdeploy:index:HoursOverride",
        properties={
            "instanceId": INSTANCE,
            "hoursOfOperationId": Prop("string", required=True, force_new=True),
            "name": Prop("string", required=True, min_length=1, max_length=127),
            "description": Prop("string", max_length=250),
            "overrideType": Prop("string", default="STANDARD", enum=("STANDARD", "OPEN", "CLOSED")),
            "effectiveFrom": Prop("string", required=True, pattern=_DATE),
            "effectiveTill": Prop("string", required=True, pattern=_DATE),
            "yearly": Prop("boolean"),
            "configs": Prop(
                "list",
                is_set=True,
                max_length=100,
                item=Prop(
                    "object",
                    fields={
                        "day": Prop("string", required=True, enum=_DAYS),
                        "startTime": _TIME,
                        "endTime": _TIME,
                    },
                ),
            ),
        },
        outputs=("hoursOfOperationOverrideId",),
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """CreateHoursOfOperationOverride."""
        answer = cloud.call(
            "connect",
            "create_hours_of_operation_override",
            InstanceId=inputs["instanceId"],
            HoursOfOperationId=inputs["hoursOfOperationId"],
            **_members(inputs),
        )
        override = str(answer["HoursOfOperationOverrideId"])
        joined = f"{inputs['instanceId']}:{inputs['hoursOfOperationId']}:{override}"
        return joined, {"hoursOfOperationOverrideId": override}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribeHoursOfOperationOverride."""
        instance, hours, override = id.split(":")
        found = cloud.call(
            "connect",
            "describe_hours_of_operation_override",
            InstanceId=instance,
            HoursOfOperationId=hours,
            HoursOfOperationOverrideId=override,
        )["HoursOfOperationOverride"]
        recurrence = (found.get("RecurrenceConfig") or {}).get("RecurrencePattern") or {}
        return given(
            {
                "instanceId": instance,
                "hoursOfOperationId": hours,
                "hoursOfOperationOverrideId": override,
                "name": found.get("Name"),
                "description": found.get("Description"),
                "overrideType": found.get("OverrideType") or "STANDARD",
                "effectiveFrom": found.get("EffectiveFrom"),
                "effectiveTill": found.get("EffectiveTill"),
                "yearly": True if recurrence.get("Frequency") == "YEARLY" else None,
                "configs": [_window(item) for item in found.get("Config") or ()],
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """UpdateHoursOfOperationOverride with all members."""
        instance, hours, override = id.split(":")
        cloud.call(
            "connect",
            "update_hours_of_operation_override",
            InstanceId=instance,
            HoursOfOperationId=hours,
            HoursOfOperationOverrideId=override,
            **_members(news),
        )
        return {"hoursOfOperationOverrideId": override}

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DeleteHoursOfOperationOverride."""
        instance, hours, override = id.split(":")
        cloud.call(
            "connect",
            "delete_hours_of_operation_override",
            InstanceId=instance,
            HoursOfOperationId=hours,
            HoursOfOperationOverrideId=override,
        )


def _members(inputs: Properties) -> dict[str, Any]:
    first = dt.date.fromisoformat(inputs["effectiveFrom"])
    pattern = {"Frequency": "YEARLY", "Interval": 1, "ByMonth": [first.month], "ByMonthDay": [first.day]}
    return {
        "Name": inputs["name"],
        "Description": inputs.get("description") or None,
        "OverrideType": inputs.get("overrideType"),
        "EffectiveFrom": inputs["effectiveFrom"],
        "EffectiveTill": inputs["effectiveTill"],
        "RecurrenceConfig": {"RecurrencePattern": pattern} if inputs.get("yearly") else None,
        "Config": [
            {"Day": item["day"], "StartTime": _time(item["startTime"]), "EndTime": _time(item["endTime"])}
            for item in inputs.get("configs") or ()
        ],
    }


def _time(value: dict[str, Any]) -> dict[str, int]:
    return {"Hours": int(value["hours"]), "Minutes": int(value["minutes"])}


def _window(item: dict[str, Any]) -> Properties:
    return {
        "day": item["Day"],
        "startTime": {"hours": item["StartTime"]["Hours"], "minutes": item["StartTime"]["Minutes"]},
        "endTime": {"hours": item["EndTime"]["Hours"], "minutes": item["EndTime"]["Minutes"]},
    }
