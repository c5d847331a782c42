"""Rules that need a calendar: overrides that recur, and limits on how often a thing may be done."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox import control
from ccdeploy.sandbox.server import Running

from .conftest import Centre, client, make_centre

DAY = 86400
NINE, TEN = {"Hours": 9, "Minutes": 0}, {"Hours": 10, "Minutes": 0}


def on(*days: str) -> list[dict[str, Any]]:
    return [{"Day": day, "Start": NINE, "StartTime": NINE, "EndTime": TEN} for day in days]


# January 2030 begins on a Tuesday.
RECURRENCES = [
    ("every second week", "2030-01-01", on("FRIDAY"), {"Frequency": "WEEKLY", "Interval": 2}, "04 18"),
    ("every week on its own day", "2030-01-03", [], {"Frequency": "WEEKLY", "Interval": 1}, "03 10 17 24 31"),
    ("the first Monday", "2030-01-01", on("MONDAY"),
     {"Frequency": "MONTHLY", "Interval": 1, "ByWeekdayOccurrence": [1]}, "07"),
    ("the last Friday", "2030-01-01", on("FRIDAY"),
     {"Frequency": "MONTHLY", "Interval": 1, "ByWeekdayOccurrence": [-1]}, "25"),
    ("the fourth of two weekdays", "2030-01-01", on("TUESDAY", "THURSDAY"),
     {"Frequency": "MONTHLY", "Interval": 1, "ByWeekdayOccurrence": [4]}, "22 24"),
    ("days of the month, the last too", "2030-01-01", [],
     {"Frequency": "MONTHLY", "Interval": 1, "ByMonthDay": [2, -1]}, "02 31"),
    ("another month's turn", "2029-12-05", [], {"Frequency": "MONTHLY", "Interval": 2, "ByMonthDay": [5]}, ""),
    ("this month's turn", "2029-11-05", [], {"Frequency": "MONTHLY", "Interval": 2, "ByMonthDay": [5]}, "05"),
    ("once a year on its day", "2029-01-20", [], {"Frequency": "YEARLY", "Interval": 1}, "20"),
    ("once in two years, not this one", "2029-01-20", [], {"Frequency": "YEARLY", "Interval": 2}, ""),
    ("a month that it is not", "2029-01-01", [],
     {"Frequency": "YEARLY", "Interval": 1, "ByMonth": [2], "ByMonthDay": [1]}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("what", "first", "rows", "pattern", "days"), RECURRENCES, ids=[r[0] for r in RECURRENCES])
def test_an_override_recurs(
    centre: Centre, what: str, first: str, rows: list[dict[str, Any]], pattern: dict[str, Any], days: str
) -> None:
    key = centre.call("create_hours_of_operation", Name="h", TimeZone="UTC", Config=[])["HoursOfOperationId"]
    config = [{k: v for k, v in row.items() if k != "Start"} for row in rows]
    centre.call(
        "create_hours_of_operation_override",
        HoursOfOperationId=key,
        Name="o",
        Config=config,
        OverrideType="OPEN" if rows else "CLOSED",
        EffectiveFrom=first,
        EffectiveTill="2031-01-01",
        RecurrenceConfig={"RecurrencePattern": pattern},
    )
    dates = {"HoursOfOperationId": key, "FromDate": "2030-01-01", "ToDate": "2030-01-31"}
    told = centre.call("get_effective_hours_of_operations", **dates)
    assert [day["Date"][-2:] for day in told["EffectiveOverrideHoursList"]] == days.split()
    opened = [day["Date"][-2:] for day in told["EffectiveHoursOfOperationList"] if day["OperationalHours"]]
    assert opened == (days.split() if rows else [])


def test_claims_and_releases_stop_at_twice_the_quota_until_180_days_have_passed(
    centre: Centre, sandbox: Running
) -> None:
    connect = centre.connect
    where = {"TargetArn": centre.arn, "PhoneNumberCountryCode": "FR", "PhoneNumberType": "DID"}

    def claim() -> tuple[str, dict[str, str]]:
        number = connect.search_available_phone_numbers(**where)["AvailableNumbersList"][0]["PhoneNumber"]
        key = connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=number)["PhoneNumberId"]
        return key, connect.describe_phone_number(PhoneNumberId=key)["ClaimedPhoneNumberSummary"]["PhoneNumberStatus"]

    for _ in range(5):
        key, status = claim()
        assert status["Status"] == "CLAIMED"
        connect.release_phone_number(PhoneNumberId=key)
    key, status = claim()
    assert (status["Status"], "200 %" in status["Message"]) == ("FAILED", True)
    connect.release_phone_number(PhoneNumberId=key)
    control.move_clock(sandbox.endpoint, 181 * DAY)
    assert claim()[1]["Status"] == "CLAIMED"


def test_at_most_a_hundred_instances_are_made_and_deleted_in_thirty_days(sandbox: Running) -> None:
    connect = client("connect", sandbox.endpoint)
    for number in range(50):
        centre = make_centre(sandbox.endpoint, f"line-{number}")
        connect.delete_instance(InstanceId=centre.instance)
    with pytest.raises(ClientError) as refused:
        make_centre(sandbox.endpoint, "one-more")
    assert refused.value.response["Error"]["Code"] == "ServiceQuotaExceededException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 402
    control.move_clock(sandbox.endpoint, 31 * DAY)
    assert make_centre(sandbox.endpoint, "one-more").instance


def test_a_waiting_room_and_its_staff_are_shown_as_the_floor_was_set(centre: Centre, sandbox: Running) -> None:
    queue = centre.first("list_queues", "QueueSummaryList")
    for name in ("ada", "ben", "cleo", "dan"):
        centre.user(name)
    floor = {
        "queues": {"BasicQueue": {"waiting": 4, "oldest": 90}},
        "agents": {
            "ada": {"contacts": 1, "queue": "BasicQueue"},
            "ben": {"status": "Available"},
            "cleo": {"after_contact": 1},
        },
    }
    control.set_floor(sandbox.endpoint, "example", floor)
    wanted = {"CONTACTS_IN_QUEUE": 4, "OLDEST_CONTACT_AGE": 90, "AGENTS_ONLINE": 3, "AGENTS_ON_CALL": 1,
              "AGENTS_AVAILABLE": 1, "AGENTS_AFTER_CONTACT_WORK": 1, "AGENTS_STAFFED": 3}  # fmt: skip
    told = centre.call(
        "get_current_metric_data",
        Filters={"Queues": [queue], "Channels": ["VOICE"]},
        Groupings=["QUEUE", "CHANNEL"],
        CurrentMetrics=[{"Name": name, "Unit": "COUNT"} for name in wanted],
    )
    assert told["MetricResults"][0]["Dimensions"]["Queue"]["Id"] == queue
    assert {c["Metric"]["Name"]: c["Value"] for c in told["MetricResults"][0]["Collections"]} == wanted
    users = centre.call("get_current_user_data", Filters={"Queues": [queue]})["UserDataList"]
    assert [len(user["Contacts"]) for user in users] == [1, 0, 0]
    assert users[0]["Contacts"][0]["Queue"]["Id"] == queue
    talking = {"ContactFilter": {"ContactStates": ["CONNECTED"]}}
    assert len(centre.call("get_current_user_data", Filters=talking)["UserDataList"]) == 1
    with pytest.raises(control.ControlFailed, match="no user 'zoe'"):
        control.set_floor(sandbox.endpoint, "example", {"agents": {"zoe": {}}})
