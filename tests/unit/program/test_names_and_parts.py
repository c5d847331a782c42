"""Names, tags, placeholders and other small rules of the program."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from ccdeploy.flows.language import validate
from ccdeploy.specs.model import Center, Hours, HoursOverride
from ccdeploy.stacks import names
from ccdeploy.stacks.outputs import SHOWN, shown
from ccdeploy.stacks.parts.flows import placeholder
from ccdeploy.stacks.parts.hours import days_of, override_names
from ccdeploy.stacks.parts.instance import LOG_DAYS, log_days
from ccdeploy.stacks.parts.storage import tls_only
from ccdeploy.stacks.retiring import merged, retires_anything
from hypothesis import given, settings
from hypothesis import strategies as st

Make = Callable[..., Center]
TYPES = [
    "CONTACT_FLOW",
    "CUSTOMER_QUEUE",
    "CUSTOMER_HOLD",
    "CUSTOMER_WHISPER",
    "AGENT_HOLD",
    "AGENT_WHISPER",
    "OUTBOUND_WHISPER",
    "AGENT_TRANSFER",
    "QUEUE_TRANSFER",
    "MODULE",
]


@pytest.mark.parametrize("flow_type", TYPES)
def test_the_service_accepts_the_placeholder_of_every_type(flow_type: str) -> None:
    assert validate(placeholder(flow_type), flow_type) == []


@settings(deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_a_tag_is_short_and_made_of_what_tags_accept(name: str) -> None:
    tag = names.tag_name("aws:connect/queue:Queue", name)
    assert len(tag) <= 256
    assert all(c.isalnum() or c in " _.:/=+-@" for c in tag)


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=300), unique=True, min_size=2, max_size=4))
def test_two_names_never_share_a_tag(several: list[str]) -> None:
    assert len({names.tag_name("t", name) for name in several}) == len(several)


def test_the_longest_names_fit_a_bucket(make_center: Make) -> None:
    import dataclasses

    center = dataclasses.replace(make_center(), key="c" * 24, stack="s" * 16)
    assert len(names.bucket_name(center, "123456789012", "storage")) <= 63
    assert names.account_name(center, "storage") == f"{'c' * 24}-{'s' * 16}-storage"


def test_ours_is_what_carries_both_tags() -> None:
    token = "aws:connect/queue:Queue"
    tags = {"team": "x", **names.own_tags("line.dev", token, "triage")}
    assert names.is_ours(tags, "line.dev", token, "triage")
    assert not names.is_ours(tags, "line.other", token, "triage")
    assert not names.is_ours(tags, "line.dev", token, "info")
    assert not names.is_ours({}, "line.dev", token, "triage")


@pytest.mark.parametrize(("wanted", "days"), [(30, 30), (45, 30), (1, 1), (0, 1), (10_000, LOG_DAYS[-1]), (364, 180)])
def test_logs_are_never_kept_longer_than_asked(wanted: int, days: int) -> None:
    assert log_days(wanted) == days


def test_the_bucket_policy_denies_what_is_not_encrypted_on_the_way() -> None:
    (statement,) = json.loads(tls_only("arn:aws:s3:::b"))["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def _override(name: str, first: str, last: str, **more: Any) -> HoursOverride:
    return HoursOverride(name, dt.date.fromisoformat(first), dt.date.fromisoformat(last), **more)


def test_an_override_speaks_of_the_weekdays_on_which_its_dates_fall() -> None:
    assert days_of(_override("a", "2026-12-24", "2026-12-25")) == ("THURSDAY", "FRIDAY")
    assert len(days_of(_override("b", "2026-12-01", "2026-12-31"))) == 7
    assert len(days_of(_override("c", "2026-12-25", "2026-12-25", yearly=True))) == 7


def test_overrides_of_one_name_are_told_apart() -> None:
    twice = (
        _override("Eve", "2026-12-24", "2026-12-24"),
        _override("Eve", "2027-12-24", "2027-12-24"),
        _override("Eve", "2027-12-31", "2027-12-31"),
        _override("May", "2027-05-01", "2027-05-01"),
    )
    named = override_names(Hours("day", "Day", overrides=twice))
    assert list(named) == ["Eve 2026", "Eve 2027", "Eve 2027-12-31", "May"]


def test_outputs_have_their_groups_before_the_first_run() -> None:
    assert shown({}) == {"instance": None, **{group: {} for group in SHOWN[1:]}}


def test_outputs_stand_in_the_order_of_their_keys() -> None:
    assert list(shown({"phone_numbers": {"n2": "+2", "n1": "+1"}})["phone_numbers"]) == ["n1", "n2"]


def test_a_renamed_profile_is_not_retiring(make_center: Make) -> None:
    before = make_center()
    after = make_center(("  nurse: {queues:", "  medic: {was: nurse, queues:"))
    assert not retires_anything(after, before)
    assert merged(after, before) == after


def test_a_dropped_group_waits_for_its_people(make_center: Make) -> None:
    before = make_center()
    after = make_center(("{North: [Day, Night]}", "{North: [Day]}"))
    assert retires_anything(after, before)
    assert "North/Night" in {group.path for group in merged(after, before).hierarchy.groups}


def test_a_hierarchy_that_is_dropped_as_a_whole_waits_as_a_whole(make_center: Make) -> None:
    before = make_center()
    after = make_center(("hierarchy: {levels: [Site, Team], groups: {North: [Day, Night]}}\n", ""))
    assert merged(after, before).hierarchy == before.hierarchy


def test_a_language_combination_that_is_dropped_waits_for_its_people(make_center: Make) -> None:
    profile = "nurse: {queues: [triage, {queue: info, priority: 2, delay: 30s}]"
    before = make_center((profile, f"{profile}, languages: [[fr], [fr, en]]"))
    after = make_center((profile, f"{profile}, languages: [[fr]]"))
    gone = {v.key for v in before.routing_profiles["nurse"].variants} - {
        v.key for v in after.routing_profiles["nurse"].variants
    }
    assert len(gone) == 1
    assert retires_anything(after, before)
    whole = merged(after, before).routing_profiles["nurse"].variants
    assert [v.key for v in whole] == [v.key for v in before.routing_profiles["nurse"].variants]


def test_a_profile_on_its_way_out_lets_go_of_queues_that_are_gone_for_good(make_center: Make) -> None:
    spare = ("security_profiles:\n", "  spare: {queues: [triage]}\nsecurity_profiles:\n")
    before = make_center(spare)
    after = make_center(("max_contacts: 5, ", ""))  # with the limit goes the queue for callbacks
    whole = merged(after, before)
    (variant,) = whole.routing_profiles["spare"].variants
    assert [choice.queue for choice in variant.queues] == ["triage"]
    assert "triage-callbacks" not in whole.real_queues
