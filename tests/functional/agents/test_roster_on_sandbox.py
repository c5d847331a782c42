"""Rosters against the emulator: what stands afterwards, and what the service saw on the way."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import boto3
import pytest
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.rosters import door, remove_all
from ccdeploy.sandbox.server import Options
from ccdeploy.specs.errors import CloudError

from .conftest import REGION, Bench, row

NAMES = [f"person{n:03}" for n in range(60)]


def test_people_stand_as_their_rows_say(bench: Bench) -> None:
    rows = [row("anna", "nurse", "fr|en", group="Paris/Day", tags="shift=day"), row("bert", security="lead|volunteer")]
    result = bench.apply(bench.roster(rows))
    assert result.error is None
    users = bench.users()
    anna, bert = users["anna"], users["bert"]
    d = bench.directory
    assert anna["RoutingProfileId"] == d.routing_profiles["nurse-fr-en"]
    assert anna["HierarchyGroupId"] == d.hierarchy_groups["Paris/Day"]
    assert anna["IdentityInfo"] == {"FirstName": "Anna", "LastName": "Évrard", "Email": "anna@example.org"}
    assert anna["Tags"]["shift"] == "day"
    assert anna["Tags"]["ccdeploy:stack"] == "line.dev"
    assert "anna" not in "".join(anna["Tags"].values())
    assert sorted(bert["SecurityProfileIds"]) == sorted(d.security_profiles.values())
    assert bert["PhoneConfig"]["AfterContactWorkTimeLimit"] == 90
    spoken = bench.cloud.call("connect", "list_user_proficiencies", InstanceId=d.instance_id, UserId=anna["Id"])
    assert {p["AttributeValue"] for p in spoken["UserProficiencyList"]} == {"fr", "en"}


def test_a_fresh_roster_costs_one_call_a_person_and_the_pages_of_one_listing(bench: Bench) -> None:
    file = bench.roster([row(n) for n in NAMES])
    start = bench.seen()
    bench.apply(file)
    assert bench.operations(start) == Counter({"CreateUser": len(NAMES), "ListUsers": 1})
    start = bench.seen()
    assert bench.apply(file).same == len(NAMES)
    assert bench.operations(start) == Counter({"ListUsers": 1})


def test_every_change_arrives_and_changes_back(bench: Bench) -> None:
    before = [row("anna", "nurse", "fr", tags="a=1|b=2"), *[row(n) for n in NAMES[:3]]]
    after = [
        row("anna", "nurse", "fr|en", security="lead", group="Paris/Night", tags="b=3|c=4").replace("Anna", "Ana"),
        *[row(n) for n in NAMES[:2]],
    ]
    bench.apply(bench.roster(before))
    first = bench.users()
    assert bench.apply(bench.roster(after)).as_json()["suspend"] == 1
    changed = bench.users()
    anna = changed["anna"]
    assert anna["IdentityInfo"]["FirstName"] == "Ana"
    assert {k: v for k, v in anna["Tags"].items() if ":" not in k} == {"b": "3", "c": "4"}
    assert anna["HierarchyGroupId"] == bench.directory.hierarchy_groups["Paris/Night"]
    gone = changed[NAMES[2]]
    assert gone["RoutingProfileId"] == bench.directory.suspended_routing
    assert gone["SecurityProfileIds"] == [bench.directory.suspended_security]
    assert bench.apply(bench.roster(before)).error is None
    again = bench.users()
    for users in (first, again):
        for user in users.values():
            user.pop("LastModifiedTime", None)
    assert again == first


def test_down_leaves_people_made_by_hand(bench: Bench) -> None:
    bench.apply(bench.roster([row(n) for n in NAMES[:5]]))
    by_hand = bench.cloud.call(
        "connect",
        "create_user",
        InstanceId=bench.directory.instance_id,
        Username="by.hand",
        Password="Not.kept.1",
        IdentityInfo={"FirstName": "By", "LastName": "Hand", "Email": "by@example.org"},
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        SecurityProfileIds=[bench.directory.security_profiles["lead"]],
        RoutingProfileId=bench.directory.routing_profiles["helper"],
    )
    result = remove_all("line.dev", door(bench.cloud, bench.directory), bench.store, pacer=Pacer(None))
    assert result.as_json()["remove"] == 5
    assert [u["Id"] for u in bench.users().values()] == [by_hand["UserId"]]


def test_at_the_services_own_pace_nobody_is_lost(paced: Callable[[Options], Bench]) -> None:
    bench = paced(Options(pace="real"))
    start = time.monotonic()
    result = bench.apply(bench.roster([row(n) for n in NAMES[:15]]), pacer=Pacer())
    took = time.monotonic() - start
    assert result.error is None
    assert len(bench.users()) == 15
    throttled = sum(r["status"] == 429 for r in bench.requests() if r["operation"] == "CreateUser")
    assert throttled <= 3
    assert took >= (15 - 5) / 2 * 0.9


def test_the_lean_listing_names_whom_boto3_names_and_leaves_refusals_to_it(bench: Bench) -> None:
    assert bench.apply(bench.roster([row(n) for n in NAMES])).error is None
    client = boto3.client(
        "connect",
        REGION,
        endpoint_url=bench.running.endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    pages = client.get_paginator("list_users").paginate(
        InstanceId=bench.directory.instance_id, PaginationConfig={"PageSize": 7}
    )
    theirs = [(user["Id"], user["Username"]) for page in pages for user in page["UserSummaryList"]]
    ours = bench.cloud.pages(
        "connect", "list_users", "UserSummaryList", InstanceId=bench.directory.instance_id, MaxResults=7
    )
    assert [(user["Id"], user["Username"]) for user in ours] == theirs
    assert len(theirs) == len(NAMES)
    with pytest.raises(CloudError) as caught:
        list(bench.cloud.pages("connect", "list_users", "UserSummaryList", InstanceId="0" * 36))
    assert caught.value.service_code == "ResourceNotFoundException"
