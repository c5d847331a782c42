"""Every Connect resource against the sandbox: ids, calls in the plugin's order, outputs, refresh, import, removal.

The calls that are expected come from the provider's table; those that were made come from the sandbox's log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from ccdeploy.sandbox import control
from ccdeploy.sandbox.provider import catalogue
from ccdeploy.stacks.provider.values import Secret

if TYPE_CHECKING:
    from .conftest import Made, Rig

FLOW = json.dumps(
    {
        "Version": "2019-10-30",
        "StartAction": "bye",
        "Metadata": {},
        "Actions": [{"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}],
    }
)
SETTINGS: dict[str, list[str]] = {"InputParameters": [], "OutputParameters": [], "Transitions": []}
MODULE = json.dumps(
    {**json.loads(FLOW.replace("DisconnectParticipant", "EndFlowModuleExecution")), "Settings": SETTINGS}
)
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LAMBDA = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"
VOICE = {"channel": "VOICE", "concurrency": 1.0}

Case = tuple[str, dict[str, Any], dict[str, Any]]


def slot(day: str, start: int, end: int) -> dict[str, Any]:
    return {"day": day, "startTime": {"hours": start, "minutes": 0}, "endTime": {"hours": end, "minutes": 30}}


def storage(prefix: str) -> dict[str, Any]:
    return {"storageType": "S3", "s3Config": {"bucketName": "line-recordings", "bucketPrefix": prefix}}


def levels(one: str, two: str) -> dict[str, Any]:
    return {"levelOne": {"name": one}, "levelTwo": {"name": two}}


def line(queue: str, priority: int) -> dict[str, Any]:
    return {"channel": "VOICE", "delay": 0.0, "priority": float(priority), "queueId": queue}


def cases(out: Callable[[str, str], Any]) -> dict[str, Callable[[], Case]]:
    """By name, in the order of creation: type, inputs, and single changes. `out(name, output)` of an earlier one."""

    def of(name: str, key: str) -> Any:
        return out(name, key)

    def instance() -> str:
        return str(of("instance", "id"))

    def about(**inputs: Any) -> dict[str, Any]:
        return {"instanceId": instance(), "tags": {"team": "a"}, **inputs}

    return {
        "instance": lambda: (
            "instance:Instance",
            {
                "identityManagementType": "CONNECT_MANAGED",
                "inboundCallsEnabled": True,
                "outboundCallsEnabled": True,
                "instanceAlias": "covidom-suivi",
                "tags": {"team": "a"},
            },
            {"contactLensEnabled": False, "contactFlowLogsEnabled": True, "outboundCallsEnabled": False},
        ),
        "elsewhere": lambda: (
            "instance:Instance",
            {
                "identityManagementType": "SAML",
                "inboundCallsEnabled": True,
                "outboundCallsEnabled": False,
                "instanceAlias": "covidom-other",
                "tags": {"team": "a"},
            },
            {},
        ),
        "storage": lambda: (
            "instanceStorageConfig:InstanceStorageConfig",
            {"instanceId": instance(), "resourceType": "CALL_RECORDINGS", "storageConfig": storage("recordings")},
            {"storageConfig": storage("elsewhere")},
        ),
        "hours": lambda: (
            "hoursOfOperation:HoursOfOperation",
            about(
                name="Day",
                timeZone="Europe/Paris",
                description="Opening hours",
                configs=[slot("MONDAY", 8, 12), slot("MONDAY", 13, 20), slot("SATURDAY", 9, 13)],
            ),
            {
                "configs": [slot("SUNDAY", 8, 12)],
                "description": None,
                "name": "Days",
                "timeZone": "Europe/Berlin",
            },
        ),
        "nights": lambda: ("hoursOfOperation:HoursOfOperation", about(timeZone="Europe/Paris", configs=[]), {}),
        "flow": lambda: (
            "contactFlow:ContactFlow",
            about(content=FLOW, description="Callers arrive here"),
            {"name": "arrival", "description": None, "content": FLOW.replace("bye", "end")},
        ),
        "transfer": lambda: ("contactFlow:ContactFlow", about(content=FLOW, type="QUEUE_TRANSFER"), {}),
        "module": lambda: (
            "contactFlowModule:ContactFlowModule",
            about(content=MODULE),
            {"name": "notice", "description": "What we record", "content": MODULE.replace("bye", "end")},
        ),
        "queue": lambda: (
            "queue:Queue",
            about(hoursOfOperationId=of("hours", "hoursOfOperationId"), maxContacts=8.0, description="Nurses"),
            {
                "hoursOfOperationId": of("nights", "hoursOfOperationId"),
                "maxContacts": 9.0,
                "name": "Triage",
                "description": "Nurses and doctors",
                "outboundCallerConfig": {"outboundCallerIdName": "The line"},
                "status": "DISABLED",
            },
        ),
        "other-queue": lambda: ("queue:Queue", about(hoursOfOperationId=of("hours", "hoursOfOperationId")), {}),
        "quick": lambda: (
            "quickConnect:QuickConnect",
            about(
                quickConnectConfig={
                    "quickConnectType": "QUEUE",
                    "queueConfigs": [
                        {"queueId": of("queue", "queueId"), "contactFlowId": of("transfer", "contactFlowId")}
                    ],
                }
            ),
            {
                "name": "Nurses",
                "description": "To a nurse",
                "quickConnectConfig": {
                    "quickConnectType": "PHONE_NUMBER",
                    "phoneConfigs": [{"phoneNumber": "+33199000015"}],
                },
            },
        ),
        "profile": lambda: (
            "routingProfile:RoutingProfile",
            about(
                description="Nurses",
                defaultOutboundQueueId=of("queue", "queueId"),
                mediaConcurrencies=[VOICE],
                queueConfigs=[line(of("queue", "queueId"), 1), line(of("other-queue", "queueId"), 2)],
            ),
            {
                "mediaConcurrencies": [VOICE, {"channel": "TASK", "concurrency": 2.0}],
                "defaultOutboundQueueId": of("other-queue", "queueId"),
                "name": "Nurses",
                "description": "All nurses",
                "queueConfigs": [line(of("queue", "queueId"), 5)],
            },
        ),
        "no-queues": lambda: (
            "routingProfile:RoutingProfile",
            about(description="Nobody", defaultOutboundQueueId=of("queue", "queueId"), mediaConcurrencies=[VOICE]),
            {},
        ),
        "permissions": lambda: (
            "securityProfile:SecurityProfile",
            about(name="volunteer", description="Volunteers", permissions=["OutboundCallAccess", "BasicAgentAccess"]),
            {"description": "All volunteers", "permissions": ["BasicAgentAccess"]},
        ),
        "nothing": lambda: ("securityProfile:SecurityProfile", about(), {}),
        "levels": lambda: (
            "userHierarchyStructure:UserHierarchyStructure",
            {
                "instanceId": instance(),
                "hierarchyStructure": {"levelOne": {"name": "Region"}, "levelTwo": {"name": "Site"}},
            },
            {"hierarchyStructure": {"levelOne": {"name": "Region"}, "levelTwo": {"name": "Hospital"}}},
        ),
        "region": lambda: ("userHierarchyGroup:UserHierarchyGroup", about(name="Paris"), {"name": "Paris Centre"}),
        "site": lambda: (
            "userHierarchyGroup:UserHierarchyGroup",
            about(name="Hotel-Dieu", parentGroupId=of("region", "hierarchyGroupId")),
            {},
        ),
        "user": lambda: (
            "user:User",
            about(
                name="nurse.one",
                password=Secret("Fictional1!"),
                routingProfileId=of("profile", "routingProfileId"),
                securityProfileIds=[of("permissions", "securityProfileId")],
                phoneConfig={"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 60.0},
                identityInfo={"firstName": "Nurse", "lastName": "One", "email": "nurse.one@example.org"},
                hierarchyGroupId=of("site", "hierarchyGroupId"),
            ),
            {
                "hierarchyGroupId": None,
                "identityInfo": {"firstName": "Nurse", "lastName": "Two", "email": "nurse.one@example.org"},
                "phoneConfig": {"phoneType": "DESK_PHONE", "deskPhoneNumber": "+33199000020"},
                "routingProfileId": of("no-queues", "routingProfileId"),
                "securityProfileIds": [of("nothing", "securityProfileId"), of("permissions", "securityProfileId")],
            },
        ),
        "number": lambda: (
            "phoneNumber:PhoneNumber",
            {
                "targetArn": of("instance", "arn"),
                "countryCode": "FR",
                "type": "DID",
                "prefix": "+331",
                "description": "The line",
                "tags": {"team": "a"},
            },
            {"targetArn": of("elsewhere", "arn")},
        ),
        "answer": lambda: (
            "phoneNumberContactFlowAssociation:PhoneNumberContactFlowAssociation",
            {
                "phoneNumberId": of("number", "id"),
                "instanceId": instance(),
                "contactFlowId": of("flow", "contactFlowId"),
            },
            {},
        ),
        "lambda": lambda: (
            "lambdaFunctionAssociation:LambdaFunctionAssociation",
            {"instanceId": instance(), "functionArn": LAMBDA},
            {},
        ),
        "bot": lambda: ("botAssociation:BotAssociation", {"instanceId": instance(), "lexBot": {"name": "Faq"}}, {}),
        "words": lambda: (
            "vocabulary:Vocabulary",
            about(content="Phrase\tIPA\tSoundsLike\tDisplayAs\nsamu\t\tsa-mu\tSAMU", languageCode="fr-FR"),
            {},
        ),
    }


NAMES = list(cases(lambda name, key: ""))
CHANGES = [(name, key) for name, case in cases(lambda name, key: "").items() for key in case()[2]]
IDS = {
    "instance": UUID,
    "elsewhere": UUID,
    "number": UUID,
    "levels": UUID,
    "storage": f"{UUID}:[0-9a-f-]+:CALL_RECORDINGS",
    "answer": f"{UUID}__{UUID}",
    "lambda": f"{UUID},{LAMBDA}",
    "bot": f"{UUID}:Faq:eu-central-1",
}


def build(rig: Rig) -> dict[str, Made]:
    """One resource of every kind."""
    control.declare(rig.running.endpoint, [LAMBDA, "arn:aws:s3:::line-recordings"])

    def out(name: str, key: str) -> Any:
        one = rig.made[name]
        return one.id if key == "id" else one.outputs[key]

    for name, case in cases(out).items():
        type_, inputs, _ = case()
        rig.make(name, f"aws:connect/{type_}", **inputs)
    return rig.made


def change_of(rig: Rig, name: str, key: str) -> Any:
    def out(other: str, wanted: str) -> Any:
        one = rig.made[other]
        return one.id if wanted == "id" else one.outputs[wanted]

    return cases(out)[name]()[2][key]


@pytest.fixture(scope="module")
def world(rig: Rig) -> Rig:
    build(rig)
    return rig


def calls(type_: str, part: str) -> Any:
    return catalogue.table()[type_]["calls"][part]


def squeezed(names: list[str]) -> list[str]:
    return [name for index, name in enumerate(names) if not index or names[index - 1] != name]


@pytest.mark.parametrize("name", NAMES)
def test_a_creation_makes_the_plugins_calls_in_its_order(world: Rig, name: str) -> None:
    one = world.made[name]
    create = [call for call in calls(one.type, "create") if call != "AssociateRoutingProfileQueues"]
    reads = [] if name == "answer" else calls(one.type, "read")
    assert one.calls == squeezed([*create, *reads])


@pytest.mark.parametrize("name", NAMES)
def test_an_id_has_the_plugins_form(world: Rig, name: str) -> None:
    assert re.fullmatch(IDS.get(name, f"{UUID}:{UUID}"), world.made[name].id)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_differs_right_after_a_creation_and_a_refresh_agrees(world: Rig, name: str) -> None:
    one = world.made[name]
    assert world.diff(one).changed == ()
    seen = world.look(one)
    assert seen.id == one.id
    assert seen.outputs == one.outputs
    assert {key: value for key, value in one.inputs.items() if key != "__defaults"} == {
        key: value for key, value in seen.inputs.items() if key != "__defaults"
    }


@pytest.mark.parametrize("name", NAMES)
def test_outputs_hold_every_input_and_what_the_table_promises(world: Rig, name: str) -> None:
    one = world.made[name]
    promised = set(catalogue.table()[one.type]["outputs"]) - {"failureReason"}
    assert promised <= set(one.outputs)
    assert {key for key in one.inputs if key != "__defaults"} <= set(one.outputs)
    assert None not in one.outputs.values()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "answer"])
def test_an_import_by_id_finds_the_same(world: Rig, name: str) -> None:
    one = world.made[name]
    unread = {key for key, cell in catalogue.table()[one.type]["inputs"].items() if cell.get("unread")}
    found = world.look(one, as_import=True)
    assert found.id == one.id
    assert {key: value for key, value in one.outputs.items() if key not in unread} == found.outputs
    assert not unread & set(found.inputs)


def test_a_password_is_a_secret_output_and_never_in_the_log(world: Rig) -> None:
    assert world.made["user"].outputs["password"] == Secret("Fictional1!")
    assert "Fictional1!" not in json.dumps(world.requests())


def test_the_path_of_a_hierarchy_group_is_in_lists_of_one(world: Rig) -> None:
    path = world.made["site"].outputs["hierarchyPaths"][0]
    assert [path["levelOnes"][0]["name"], path["levelTwos"][0]["name"]] == ["Paris", "Hotel-Dieu"]


@pytest.mark.parametrize(("name", "key"), CHANGES)
def test_a_change_makes_the_plugins_calls_and_leaves_no_difference(world: Rig, name: str, key: str) -> None:
    one = world.made[name]
    wanted = change_of(world, name, key)
    made = world.change(one, **{key: wanted})
    expected = calls(one.type, "update")[key]
    assert made == squeezed([*expected, *calls(one.type, "read")])
    assert world.diff(one).changed == ()


UNTAGGED = {"storage", "levels", "answer", "lambda", "bot"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNTAGGED])
def test_tags_are_untagged_then_tagged_before_anything_else(world: Rig, name: str) -> None:
    one = world.made[name]
    made = world.change(one, tags={"crisis": "heat"})
    assert made == squeezed(["UntagResource", "TagResource", *calls(one.type, "read")])
    assert one.outputs["tags"] == one.outputs["tagsAll"] == {"crisis": "heat"}
    world.change(one, tags={"team": "a"})
    assert world.diff(one).changed == ()


SOURCES = {
    "getInstance": ("instance", "instanceId", "instanceAlias"),
    "getHoursOfOperation": ("hours", "hoursOfOperationId", "name"),
    "getQueue": ("queue", "queueId", "name"),
    "getQuickConnect": ("quick", "quickConnectId", "name"),
    "getContactFlow": ("flow", "contactFlowId", "name"),
    "getContactFlowModule": ("module", "contactFlowModuleId", "name"),
    "getRoutingProfile": ("profile", "routingProfileId", "name"),
    "getSecurityProfile": ("permissions", "securityProfileId", "name"),
    "getUser": ("user", "userId", "name"),
    "getUserHierarchyGroup": ("site", "hierarchyGroupId", "name"),
    "getVocabulary": ("words", "vocabularyId", "name"),
}


@pytest.mark.parametrize("function", list(SOURCES))
def test_a_data_source_finds_the_same_object_by_id_and_by_name(world: Rig, function: str) -> None:
    name, by_id, by_name = SOURCES[function]
    one = world.made[name]
    outputs = {"instanceId": one.id, **one.outputs}
    place = {} if name == "instance" else {"instanceId": outputs["instanceId"]}
    token = f"aws:connect/{function}:{function}"
    found = world.provider.invoke(token, {**place, by_id: outputs[by_id]})
    named = world.provider.invoke(token, {**place, by_name: outputs[by_name]})
    assert found.failures == named.failures == ()
    assert found.value == named.value
    assert found.value["id"] == one.id
    for key in ("arn", "description", "content", "permissions", "timeZone", "routingProfileId", "levelId"):
        assert found.value.get(key) == outputs.get(key)


@pytest.mark.parametrize(
    ("function", "name", "keys"),
    [
        ("getInstanceStorageConfig", "storage", ("associationId", "resourceType")),
        ("getUserHierarchyStructure", "levels", ()),
        ("getBotAssociation", "bot", ("lexBot",)),
        ("getLambdaFunctionAssociation", "lambda", ("functionArn",)),
    ],
)
def test_a_data_source_without_names_finds_what_its_keys_say(
    world: Rig, function: str, name: str, keys: tuple[str, ...]
) -> None:
    one = world.made[name]
    args = {key: one.outputs[key] for key in ("instanceId", *keys)}
    found = world.provider.invoke(f"aws:connect/{function}:{function}", args).value
    assert found["id"] in (one.id, "eu-central-1")
    for key in ("instanceId", *keys):
        assert found[key] == one.outputs[key]
    lists = {"storage": "storageConfigs", "levels": "hierarchyStructures"}
    if name in lists:
        assert len(found[lists[name]]) == 1


def test_a_second_run_with_the_same_inputs_makes_no_call(world: Rig) -> None:
    mark = len(world.requests())
    assert [world.diff(one).changed for one in world.made.values()] == [()] * len(world.made)
    assert len(world.requests()) == mark


def test_all_is_removed_in_reverse_with_the_plugins_calls_and_twice_is_no_error(new_rig: Rig) -> None:
    build(new_rig)
    for one in reversed(new_rig.made.values()):
        assert new_rig.delete(one)[: len(calls(one.type, "delete"))] == squeezed(calls(one.type, "delete"))
        new_rig.delete(one)
        assert new_rig.look(one).id is None
    with_instances = [line for line in new_rig.requests() if line["operation"] == "DeleteInstance"]
    assert len(with_instances) == 4
