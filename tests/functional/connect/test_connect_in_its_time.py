"""What the service does in its own time: at the real pace nothing is there, or gone, at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox import control
from ccdeploy.sandbox.server import Running

from .conftest import Centre, client, make_centre


def ready(running: Running, alias: str = "example") -> Centre:
    """An instance that has become ACTIVE."""
    centre = make_centre(running.endpoint, alias)
    state = ""
    while state != "ACTIVE":
        state = centre.call("describe_instance")["Instance"]["InstanceStatus"]
    control.move_clock(running.endpoint, 60)
    return centre


def code(call: Callable[..., Any], *args: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(*args, **params)
    return str(caught.value.response["Error"]["Code"])


def test_a_deleted_instance_is_active_until_it_is_gone(tmp_path: Path, serving: Callable[..., Running]) -> None:
    running = serving(tmp_path, pace="real")
    centre = ready(running)
    centre.call("delete_instance")
    assert centre.call("describe_instance")["Instance"]["InstanceStatus"] == "ACTIVE"
    assert centre.call("list_queues", QueueTypes=["STANDARD"])["QueueSummaryList"]
    assert code(centre.call, "create_agent_status", Name="Late", State="ENABLED") == "InvalidRequestException"
    control.move_clock(running.endpoint, 60)
    assert code(centre.call, "describe_instance") == "ResourceNotFoundException"
    running.stop()
    again = serving(tmp_path, pace="instant")
    assert client("connect", again.endpoint).list_instances()["InstanceSummaryList"] == []
    make_centre(again.endpoint)  # under the same alias


def test_an_alias_is_taken_until_its_instance_is_gone(serving: Callable[..., Running]) -> None:
    running = serving(pace="real")
    ready(running).call("delete_instance")
    control.move_clock(running.endpoint, 1)
    assert code(make_centre, running.endpoint) == "InvalidRequestException"
    control.move_clock(running.endpoint, 60)
    make_centre(running.endpoint)


def test_a_number_is_in_progress_then_claimed_and_in_progress_until_it_is_gone(
    serving: Callable[..., Running],
) -> None:
    running = serving(pace="real")
    centre = ready(running)
    search = {"PhoneNumberCountryCode": "FR", "PhoneNumberType": "DID"}
    number = centre.call("search_available_phone_numbers", **search)["AvailableNumbersList"][0]["PhoneNumber"]
    key = centre.call("claim_phone_number", PhoneNumber=number)["PhoneNumberId"]

    def state() -> str:
        told = centre.connect.describe_phone_number(PhoneNumberId=key)["ClaimedPhoneNumberSummary"]
        control.move_clock(running.endpoint, 1)
        return str(told["PhoneNumberStatus"]["Status"])

    assert [state(), state(), state()] == ["IN_PROGRESS", "IN_PROGRESS", "CLAIMED"]
    flow = centre.first("list_contact_flows", "ContactFlowSummaryList")
    centre.connect.release_phone_number(PhoneNumberId=key)
    assert state() == "IN_PROGRESS"
    linked = {"PhoneNumberId": key, "ContactFlowId": flow}
    assert code(centre.call, "associate_phone_number_contact_flow", **linked) == "ResourceNotFoundException"
    control.move_clock(running.endpoint, 60)
    assert code(state) == "ResourceNotFoundException"
    assert code(centre.call, "claim_phone_number", PhoneNumber=number) == "InvalidParameterException"
    control.move_clock(running.endpoint, 181 * 86400)
    centre.call("claim_phone_number", PhoneNumber=number)


def test_a_vocabulary_is_made_and_goes_in_its_time(serving: Callable[..., Running], tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('[{"operation": "CreateVocabulary", "kind": "fail-later", "nth": [2]}]')
    running = serving(pace="real", faults=plan)
    centre = ready(running)
    words = {"LanguageCode": "fr-FR", "Content": "x"}
    made = centre.call("create_vocabulary", VocabularyName="one", **words)
    one = {"VocabularyId": made["VocabularyId"]}
    assert made["State"] == "CREATION_IN_PROGRESS"
    assert centre.call("describe_vocabulary", **one)["Vocabulary"]["State"] == "CREATION_IN_PROGRESS"
    control.move_clock(running.endpoint, 60)
    assert centre.call("describe_vocabulary", **one)["Vocabulary"]["State"] == "ACTIVE"
    assert len(centre.call("search_vocabularies", State="ACTIVE")["VocabularySummaryList"]) == 1
    assert centre.call("delete_vocabulary", **one)["State"] == "DELETE_IN_PROGRESS"
    assert centre.call("describe_vocabulary", **one)["Vocabulary"]["State"] == "DELETE_IN_PROGRESS"
    two = centre.call("create_vocabulary", VocabularyName="two", **words)["VocabularyId"]
    control.move_clock(running.endpoint, 60)
    assert code(centre.call, "describe_vocabulary", **one) == "ResourceNotFoundException"
    failed = centre.call("describe_vocabulary", VocabularyId=two)["Vocabulary"]
    assert (failed["State"], failed["FailureReason"]) == ("CREATION_FAILED", "The vocabulary could not be made")


def test_a_number_that_was_declared_outside_can_be_imported_once(centre: Centre) -> None:
    source = "arn:aws:sms-voice:eu-central-1:123456789012:phone-number/phone-0123456789abcdef0123456789abcdef"
    assert code(centre.call, "import_phone_number", SourcePhoneNumberArn=source) == "ResourceNotFoundException"
    centre.outside(source)
    key = centre.call("import_phone_number", SourcePhoneNumberArn=source)["PhoneNumberId"]
    told = centre.connect.describe_phone_number(PhoneNumberId=key)["ClaimedPhoneNumberSummary"]
    assert (told["SourcePhoneNumberArn"], told["PhoneNumberStatus"]["Status"]) == (source, "CLAIMED")
    assert code(centre.call, "import_phone_number", SourcePhoneNumberArn=source) == "InvalidParameterException"


def test_a_moved_clock_stays_moved_after_a_restart_until_a_reset(
    tmp_path: Path, serving: Callable[..., Running]
) -> None:
    running = serving(tmp_path)
    late = control.move_clock(running.endpoint, 86400)
    running.stop()
    again = serving(tmp_path)
    assert late <= control.move_clock(again.endpoint, 0) < late + 3600
    control.reset(again.endpoint)
    assert control.move_clock(again.endpoint, 0) < late - 3600
