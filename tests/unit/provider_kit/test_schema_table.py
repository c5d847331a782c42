"""Check and diff from a table, by the rules of the bridged provider."""

from __future__ import annotations

from typing import Any

from ccdeploy.stacks.provider import schema
from ccdeploy.stacks.provider.base import CheckRequest, DiffRequest
from ccdeploy.stacks.provider.schema import AutoName, Prop, ResourceSpec
from ccdeploy.stacks.provider.values import UNKNOWN, Asset, Secret

SPEC = ResourceSpec(
    "t:i:T",
    {
        "name": Prop(min_length=1, max_length=20),
        "instanceId": Prop(required=True, force_new=True),
        "type": Prop(enum=("CONTACT_FLOW", "AGENT_HOLD"), default="CONTACT_FLOW", force_new=True),
        "content": Prop("json"),
        "limit": Prop("integer", minimum=0, maximum=100),
        "status": Prop(computed=True),
        "ids": Prop("list", is_set=True, item=Prop(pattern="[a-z]+"), max_length=3),
        "order": Prop("list", item=Prop()),
        "days": Prop(
            "list",
            is_set=True,
            item=Prop(
                "object",
                fields={"day": Prop(required=True, enum=("MON", "TUE")), "hour": Prop("integer", default=8)},
            ),
        ),
        "caller": Prop("object", fields={"id": Prop(), "flow": Prop()}),
        "tags": Prop("map", item=Prop()),
        "word": Prop(secret=True),
        "prefix": Prop(write_only=True),
        "file": Prop("asset"),
        "either": Prop(),
        "other": Prop(),
    },
    outputs=("arn",),
    auto_name=AutoName(max_length=20),
    at_least_one=(("instanceId", "either"),),
    conflicts=(("either", "other"),),
)


def check(news: dict[str, Any], olds: dict[str, Any] | None = None, seed: bytes = b"seed", **defaults: Any) -> Any:
    return schema.check(SPEC, CheckRequest("u", "t:i:T", "triage", olds, news, seed), defaults)


def diff(
    news: dict[str, Any], outputs: dict[str, Any], inputs: dict[str, Any] | None = None, ignore: tuple[str, ...] = ()
) -> Any:
    return schema.diff(SPEC, DiffRequest("u", "t:i:T", "triage", "id", inputs or {}, outputs, news, ignore))


def test_what_is_left_out_is_filled_in_and_noted() -> None:
    result = check({"instanceId": "i", "either": None}, region="eu-central-1")
    assert result.failures == ()
    assert result.inputs["region"] == "eu-central-1"
    assert result.inputs["type"] == "CONTACT_FLOW"
    assert "either" not in result.inputs
    assert result.inputs["__defaults"] == ["name", "region", "type"]


def test_an_automatic_name_is_repeatable_short_enough_kept_and_new_when_asked() -> None:
    first = check({"instanceId": "i"}).inputs
    assert first["name"].startswith("triage-")
    assert len(first["name"]) == len("triage-") + 7
    assert check({"instanceId": "i"}).inputs["name"] == first["name"]
    assert check({"instanceId": "i"}, seed=b"other").inputs["name"] != first["name"]
    assert check({"instanceId": "i"}, first, b"other").inputs["name"] == first["name"]
    typed = check({"instanceId": "i", "name": "typed"}).inputs
    assert check({"instanceId": "i"}, typed).inputs["name"] != "typed", "a typed name is not kept when it is dropped"
    assert len(schema.automatic_name("x" * 40, AutoName(max_length=20))) == 20


def test_every_mistake_is_told_with_its_path() -> None:
    failures = check(
        {
            "type": "AGENT_HOLDS",
            "limit": 101,
            "ids": ["abc", "Abc", "d", "e"],
            "days": [{"day": "SUN"}, {"hours": 3}],
            "content": "{",
            "tags": {"a": 1},
            "colour": 1,
            "conntent": "",
            "either": "x",
            "other": "y",
            "name": "",
            "order": "x",
        }
    ).failures
    by_path = {failure.property: failure.reason for failure in failures}
    assert by_path["type"].endswith("did you mean AGENT_HOLD?")
    assert by_path["limit"] == "limit is 101; the most is 100"
    assert by_path["ids"] == "ids has 4 items; at most 3 are allowed"
    assert "must match" in by_path["ids[1]"]
    assert "one of MON, TUE" in by_path["days[0].day"]
    assert by_path["days[1].hours"] == "days[1] has no field hours; did you mean hour?"
    assert by_path["days[1].day"] == "days[1].day is required"
    assert "is not JSON" in by_path["content"]
    assert "must be a string" in by_path["tags.a"]
    assert by_path["conntent"].endswith("did you mean content?")
    assert by_path["either"] == "either and other exclude each other"
    assert by_path["name"] == "name has 0 characters; at least 1 are needed"
    assert by_path["order"] == "order must be a list, not 'x'"
    assert by_path["instanceId"] == "instanceId is required"
    assert set(by_path) >= {"colour"}


def test_unknown_values_pass_and_secrets_are_marked_and_never_shown() -> None:
    result = check({"instanceId": UNKNOWN, "ids": ["a", UNKNOWN], "word": "hunter2", "limit": Secret(200)})
    assert result.inputs["word"] == Secret("hunter2")
    assert [failure.property for failure in result.failures] == ["limit"]
    bad = check({"instanceId": "i", "word": Secret(5_5_5), "limit": Secret(200)})
    assert [failure.property for failure in bad.failures] == ["limit", "word"]
    assert not any("555" in failure.reason or "200" in failure.reason for failure in bad.failures)


def test_numbers_come_back_whole_and_inner_defaults_are_filled() -> None:
    inputs = check({"instanceId": "i", "limit": 5.0, "days": [{"day": "MON"}]}).inputs
    assert inputs["limit"] == 5
    assert isinstance(inputs["limit"], int)
    assert inputs["days"] == [{"day": "MON", "hour": 8}]


def test_what_means_the_same_is_no_difference() -> None:
    stands = {
        "instanceId": "i",
        "type": "CONTACT_FLOW",
        "name": "n",
        "content": '{"a": 1, "b": 2}',
        "ids": ["a", "b"],
        "days": [{"day": "MON", "hour": 8}, {"day": "TUE", "hour": 9}],
        "status": "ENABLED",
        "limit": 0,
        "arn": "x",
    }
    wanted = {
        "instanceId": "i",
        "type": "CONTACT_FLOW",
        "name": "n",
        "content": '{"b":2,"a":1}',
        "ids": ["b", "a", "a"],
        "days": [{"day": "TUE", "hour": 9}, {"day": "MON", "hour": 8}],
        "tags": {},
        "caller": {"id": ""},
    }
    result = diff(wanted, stands)
    assert result.changed == ()
    assert result.stables == ("instanceId", "type")


def test_differences_are_named_and_some_force_a_replacement() -> None:
    stands = {"instanceId": "i", "type": "CONTACT_FLOW", "ids": ["a"], "order": ["a", "b"], "caller": {"id": "1"}}
    wanted = {"instanceId": "j", "type": "CONTACT_FLOW", "ids": ["b"], "order": ["b", "a"], "caller": {"flow": "1"}}
    result = diff(wanted, stands)
    assert result.changed == ("instanceId", "ids", "order", "caller")
    assert result.replaces == ("instanceId",)
    assert diff(wanted, stands, ignore=("instanceId", "ids", "order", "caller")).changed == ()


def test_a_typed_name_is_deleted_before_its_replacement_an_automatic_one_after() -> None:
    stands = {"instanceId": "i", "name": "n"}
    assert diff({"instanceId": "j", "name": "n", "__defaults": []}, stands).delete_before_replace
    assert not diff({"instanceId": "j", "name": "n", "__defaults": ["name"]}, stands).delete_before_replace


def test_what_the_service_decides_is_no_difference_when_it_is_left_out_and_what_was_removed_is() -> None:
    stands = {"instanceId": "i", "status": "DISABLED", "content": "{}", "limit": 3}
    assert diff({"instanceId": "i"}, stands).changed == ("content", "limit")


def test_unknown_values_count_as_changed() -> None:
    result = diff({"instanceId": UNKNOWN, "ids": ["a", UNKNOWN]}, {"instanceId": "i", "ids": ["a"]})
    assert result.changed == ("instanceId", "ids")
    assert result.replaces == ("instanceId",)


def test_what_a_read_never_tells_is_compared_with_what_was_asked_for() -> None:
    assert diff({"instanceId": "i", "prefix": "+331"}, {"instanceId": "i"}, {"prefix": "+331"}).changed == ()
    assert diff({"instanceId": "i", "prefix": "+332"}, {"instanceId": "i"}, {"prefix": "+331"}).changed == ("prefix",)


def test_assets_differ_by_what_they_hold() -> None:
    old = {"instanceId": "i", "file": Asset("aa", path="/old/place")}
    assert diff({"instanceId": "i", "file": Asset("aa", path="/new/place")}, old).changed == ()
    assert diff({"instanceId": "i", "file": Asset("bb", path="/old/place")}, old).changed == ("file",)


def test_a_preview_promises_inputs_and_leaves_the_rest_unknown() -> None:
    planned = schema.preview_create(SPEC, {"instanceId": "i", "__defaults": []})
    assert planned == {"instanceId": "i", "status": UNKNOWN, "arn": UNKNOWN}
    updated = schema.preview_update(SPEC, {"arn": "x", "status": "ENABLED", "content": "{}"}, {"instanceId": "i"})
    assert updated == {"arn": "x", "status": "ENABLED", "instanceId": "i"}
