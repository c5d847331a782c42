"""The program as the engine sees it: what is registered, in which order, with which tags and links."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.compiled import Ref
from ccdeploy.specs.model import Center
from ccdeploy.stacks.parts.flows import NOBODY
from ccdeploy.stacks.program import program, waiting_for_agents

Make = Callable[..., Center]
QUEUE = "aws:connect/queue:Queue"
FLOW = "aws:connect/contactFlow:ContactFlow"
CONTENT = "ccdeploy:index:FlowContent"
NUMBER = "aws:connect/phoneNumber:PhoneNumber"
NIGHT = '  night: {daily: "20:00-08:00"}\n'
LINK = "ccdeploy:index:NumberFlow"


@pytest.fixture
def standing(deploy: Any, make_center: Make) -> Any:
    deploy.result = deploy.up(make_center())
    return deploy


def test_everything_of_the_centre_is_registered_once(standing: Any) -> None:
    kinds: dict[str, int] = {}
    for _verb, type_, _name in standing.recorder.calls:
        kinds[type_.rpartition(":")[2]] = kinds.get(type_.rpartition(":")[2], 0) + 1
    assert kinds == {
        "Instance": 1,
        "InstanceAttribute": 1,
        "LogGroup": 1,
        "LambdaFunctionAssociation": 1,
        "Bucket": 2,
        "BucketPublicAccessBlock": 2,
        "BucketPolicy": 1,
        "BucketVersioning": 1,
        "BucketServerSideEncryptionConfiguration": 1,
        "BucketLifecycleConfiguration": 1,
        "Key": 1,
        "Alias": 1,
        "InstanceStorageConfig": 1,
        "HoursOfOperation": 2,
        "HoursOverride": 1,
        "Queue": 3,  # triage has one more for its callbacks
        "QueueOutbound": 3,
        "QueueQuickConnects": 2,
        "Prompt": 1,
        "PhoneNumber": 2,
        "NumberFlow": 2,
        "ContactFlow": 5,
        "ContactFlowModule": 1,
        "FlowContent": 6,
        "QuickConnect": 2,
        "RoutingProfile": 2,  # with the one of suspended people
        "SecurityProfile": 2,
        "UserHierarchyStructure": 1,
        "UserHierarchyGroup": 3,
        "AgentStatus": 2,
        "PredefinedAttribute": 1,
    }


def test_a_second_run_finds_nothing_to_do(standing: Any, make_center: Make) -> None:
    again = standing.up(make_center())
    assert standing.recorder.calls == []
    assert not again.changes.any
    assert again.mutations == 0


def test_a_preview_tells_what_the_run_does(deploy: Any, make_center: Make) -> None:
    center = make_center()
    planned = deploy.engine().preview(program(center, flows=deploy.flows))
    assert planned.failures == ()
    done = deploy.up(center)
    assert planned.changes == done.changes
    assert {(s.action, s.type, s.name) for s in planned.steps} == {(s.action, s.type, s.name) for s in done.steps}


def test_everything_taggable_carries_the_stack_and_its_own_name(standing: Any) -> None:
    assert standing.recorder.inputs[QUEUE, "triage"]["tags"] == {
        "service": "test",
        "ccdeploy:stack": "line.dev",
        "ccdeploy:name": "aws:connect/queue:Queue/triage",
    }
    untagged = {
        type_.rpartition(":")[2] for (type_, _name), inputs in standing.recorder.inputs.items() if "tags" not in inputs
    }
    assert untagged == {
        "Alias",
        "BucketLifecycleConfiguration",
        "BucketPolicy",
        "BucketPublicAccessBlock",
        "BucketServerSideEncryptionConfiguration",
        "BucketVersioning",
        "FlowContent",
        "HoursOverride",
        "InstanceAttribute",
        "InstanceStorageConfig",
        "LambdaFunctionAssociation",
        "NumberFlow",
        "PredefinedAttribute",
        "QueueOutbound",
        "QueueQuickConnects",
        "UserHierarchyStructure",
    }


def test_flows_that_name_each_other_are_made_first_and_linked_afterwards(standing: Any) -> None:
    order = standing.recorder.order
    bound = json.loads(standing.recorder.inputs[CONTENT, "welcome"]["content"])
    assert bound == {"names": ["arn:triage", "arn:waiting", "arn:hold", "arn:day"]}
    assert order(CONTENT, "welcome") > order(FLOW, "waiting")
    assert order(CONTENT, "waiting") > order(FLOW, "welcome")
    function = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"
    assert function in standing.recorder.inputs[CONTENT, "waiting"]["content"]
    lookup = "aws:connect/lambdaFunctionAssociation:LambdaFunctionAssociation"
    assert order(CONTENT, "waiting") > order(lookup, "lookup")


def test_no_number_gets_a_flow_before_every_flow_has_its_content(standing: Any) -> None:
    contents = [standing.recorder.order(CONTENT, name) for name in standing.flows.flows]
    for key in ("main", "second"):
        assert standing.recorder.order(LINK, key) > max(contents)
    assert standing.recorder.inputs[LINK, "main"] == {
        "phoneNumberId": "the-main",
        "instanceId": "the-line",
        "contactFlowId": "id-welcome",
    }


def test_numbers_are_claimed_one_after_another_and_kept_ones_are_protected(standing: Any) -> None:
    first, second = standing.resource(NUMBER, "main"), standing.resource(NUMBER, "second")
    assert first["urn"] in second["dependencies"]
    assert first["protect"] is True
    assert "protect" not in second
    assert standing.resource("aws:connect/instance:Instance", "line")["protect"] is True


def test_a_flow_s_content_and_a_queue_s_links_are_left_to_their_own_resources(deploy: Any, make_center: Make) -> None:
    deploy.up(make_center())
    deploy.up(make_center())  # the second run compares
    assert deploy.recorder.ignored[FLOW, "welcome"] == ("content",)
    assert set(deploy.recorder.ignored[QUEUE, "triage"]) == {"quickConnectIds", "outboundCallerConfig"}
    assert deploy.recorder.ignored[NUMBER, "main"] == ("description",)
    edited = deploy.recorder.inputs[FLOW, "welcome"]
    assert json.loads(edited["content"])["Actions"][0]["Type"] == "DisconnectParticipant"
    for name in ("quickConnectIds", "outboundCallerConfig"):
        assert name not in deploy.recorder.inputs[QUEUE, "triage"]
    assert deploy.recorder.inputs["ccdeploy:index:QueueQuickConnects", "triage"]["quickConnectIds"] == [
        "id-desk",
        "id-to-triage",
    ]
    assert deploy.recorder.inputs["ccdeploy:index:QueueOutbound", "triage-callbacks"] == {
        "instanceId": "the-line",
        "queueId": "id-triage-callbacks",
        "callerIdName": "Line",
        "callerIdNumberId": "the-main",
        "outboundFlowId": "id-outbound",
    }


def test_the_queue_for_callbacks_has_no_limit(standing: Any) -> None:
    assert standing.recorder.inputs[QUEUE, "triage"]["maxContacts"] == 5
    assert "maxContacts" not in standing.recorder.inputs[QUEUE, "triage-callbacks"]
    profile = standing.recorder.inputs["aws:connect/routingProfile:RoutingProfile", "nurse"]
    assert {(c["queueId"], c["priority"], c["delay"]) for c in profile["queueConfigs"]} == {
        ("id-triage", 1, 0),
        ("id-triage-callbacks", 1, 0),
        ("id-info", 2, 30),
    }


def test_suspended_people_have_profiles_that_allow_nothing(standing: Any) -> None:
    routing = standing.recorder.inputs["aws:connect/routingProfile:RoutingProfile", "line suspended"]
    assert "queueConfigs" not in routing
    assert routing["defaultOutboundQueueId"] == "id-triage"
    security = standing.recorder.inputs["aws:connect/securityProfile:SecurityProfile", "line suspended"]
    assert "permissions" not in security
    assert standing.result.outputs["suspended"] == {
        "routing_profile": "id-line suspended",
        "security_profile": "id-line suspended",
    }


def test_groups_come_after_the_structure_and_their_parents(standing: Any) -> None:
    group = "aws:connect/userHierarchyGroup:UserHierarchyGroup"
    structure = "aws:connect/userHierarchyStructure:UserHierarchyStructure"
    order = standing.recorder.order
    assert order(structure, "line") < order(group, "North") < order(group, "North/Day")
    assert standing.recorder.inputs[group, "North/Day"]["parentGroupId"] == "id-North"
    assert standing.recorder.inputs[structure, "line"]["hierarchyStructure"] == {
        "levelOne": {"name": "Site"},
        "levelTwo": {"name": "Team"},
    }


def test_hours_speak_the_service_s_language(standing: Any) -> None:
    night = standing.recorder.inputs["aws:connect/hoursOfOperation:HoursOfOperation", "night"]["configs"]
    midnight = {"hours": 0, "minutes": 0}
    assert {"day": "MONDAY", "startTime": {"hours": 20, "minutes": 0}, "endTime": midnight} in night
    assert {"day": "TUESDAY", "startTime": midnight, "endTime": {"hours": 8, "minutes": 0}} in night
    assert len(night) == 14
    eve = standing.recorder.inputs["ccdeploy:index:HoursOverride", "day/Eve"]
    assert eve["configs"] == [
        {"day": "THURSDAY", "startTime": {"hours": 8, "minutes": 0}, "endTime": {"hours": 12, "minutes": 0}}
    ]
    assert (eve["effectiveFrom"], eve["effectiveTill"]) == ("2026-12-24", "2026-12-24")


def test_the_outputs_name_everything_by_the_user_s_keys(standing: Any) -> None:
    outputs = standing.result.outputs
    assert outputs["instance"] == {
        "id": "the-line",
        "arn": "arn:line",
        "alias": "line-test",
        "access_url": "https://line-test.my.connect.aws",
    }
    assert outputs["phone_numbers"] == {"main": "id-main", "second": "id-second"}
    assert outputs["queues"]["triage"] == {"id": "id-triage", "arn": "arn:triage"}
    assert outputs["hierarchy_groups"]["North/Day"] == {"id": "id-North/Day"}
    assert outputs["flows"]["shared"] == {"id": "id-shared", "arn": "arn:shared"}


def test_quick_connects_to_agents_wait_until_the_agent_is_there(deploy: Any, make_center: Make) -> None:
    center = make_center()
    own = "ccdeploy:index:QuickConnect"
    deploy.up(center)
    assert waiting_for_agents(center, ()) == ("boss",)
    assert (own, "boss") not in deploy.recorder.inputs
    deploy.up(center, usernames={"first.boss": "id-boss"})
    assert waiting_for_agents(center, {"first.boss"}) == ()
    assert ("create", own, "boss") in deploy.recorder.calls
    assert deploy.recorder.inputs[own, "boss"]["contactFlowId"] == "id-to-agent"
    offered = deploy.recorder.inputs["ccdeploy:index:QueueQuickConnects", "info"]["quickConnectIds"]
    assert offered == ["id-desk", "id-to-triage", "id-boss"]


def test_a_flow_that_names_a_person_leads_to_nobody_until_that_person_is_there(deploy: Any, make_center: Make) -> None:
    bot = "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST"
    lookup = "lambdas: {lookup:"
    center = make_center((lookup, f"bots: {{faq: {bot}}}\napproved_origins: [https://desk.example.org]\n{lookup}"))
    named = replace(deploy.flows.flows["welcome"], refs=(Ref("agent", "first.boss"), Ref("bot", "faq")))
    template = json.dumps({"names": [ref.placeholder for ref in named.refs]})
    flows = {**deploy.flows.flows, "welcome": replace(named, template=template)}
    deploy.flows = replace(deploy.flows, flows=flows)
    content = "ccdeploy:index:FlowContent", "welcome"
    deploy.up(center)
    assert json.loads(deploy.recorder.inputs[content]["content"]) == {"names": [NOBODY, bot]}
    assert deploy.recorder.order("ccdeploy:index:LexBot", "faq") < deploy.recorder.order(*content)
    assert deploy.recorder.inputs["ccdeploy:index:ApprovedOrigin", "https://desk.example.org"]
    deploy.up(center, usernames={"first.boss": "id-boss"})
    assert json.loads(deploy.recorder.inputs[content]["content"])["names"][0].endswith("/agent/id-boss")


def test_a_renamed_flow_keeps_its_place_and_the_number_its_flow(deploy: Any, make_center: Make) -> None:
    deploy.up(make_center())
    deploy.recorder.calls.clear()
    flows = {("greeting" if name == "welcome" else name): flow for name, flow in deploy.flows.flows.items()}
    flows["greeting"] = replace(flows["greeting"], name="greeting", title="Greeting", was="welcome")
    refs = tuple(Ref("flow", "greeting") if ref == Ref("flow", "welcome") else ref for ref in flows["waiting"].refs)
    flows["waiting"] = replace(flows["waiting"], refs=refs)
    deploy.flows = replace(deploy.flows, flows=flows, numbers=dict.fromkeys(("main", "second"), "greeting"))
    deploy.up(make_center())
    touched = {(verb, type_, name) for verb, type_, name in deploy.recorder.calls if verb in {"create", "delete"}}
    assert touched == set()
    assert ("update", FLOW, "greeting") in deploy.recorder.calls
    assert not [name for verb, type_, name in deploy.recorder.calls if type_ == LINK]


def test_a_renamed_queue_is_renamed_in_place(deploy: Any, make_center: Make) -> None:
    deploy.up(make_center())
    renamed = make_center(
        ("  info: {hours: night}", "  news: {hours: night, was: info}"), ("queue: info", "queue: news")
    )
    deploy.flows = type(deploy.flows)(deploy.flows.flows, {"news": "outbound", "triage": "outbound"})
    deploy.up(renamed)
    touched = {(verb, name) for verb, type_, name in deploy.recorder.calls if type_ == QUEUE}
    assert touched == {("update", "news")}
    assert deploy.recorder.inputs[QUEUE, "news"]["tags"]["ccdeploy:name"] == "aws:connect/queue:Queue/news"


def test_a_dropped_profile_stays_while_it_is_retiring_and_goes_afterwards(deploy: Any, make_center: Make) -> None:
    profile = "aws:connect/routingProfile:RoutingProfile"
    more = make_center(
        ("security_profiles:\n", "  spare: {queues: [info]}\nsecurity_profiles:\n  spare: {base: agent}\n")
    )
    deploy.up(more)
    fewer = make_center(
        ("  info: {hours: night}\n", ""),
        (", {queue: info, priority: 2, delay: 30s}", ""),
        ('  night: {daily: "20:00-08:00"}\n', ""),
    )
    deploy.up(fewer, retiring=more)
    assert not [call for call in deploy.recorder.calls if call[0] == "delete" and call[1] in {profile, QUEUE}]
    deploy.up(fewer)
    gone = {(type_.rpartition(":")[2], name) for verb, type_, name in deploy.recorder.calls if verb == "delete"}
    assert gone == {
        ("RoutingProfile", "spare"),
        ("SecurityProfile", "spare"),
        ("Queue", "info"),
        ("QueueOutbound", "info"),
        ("HoursOfOperation", "night"),
    }


def test_pulumi_typed_by_hand_reads_the_folder_from_the_stack_s_config(deploy: Any, make_center: Make) -> None:
    from ccdeploy.stacks.entry import main

    folder = make_center().folder
    planned = deploy.engine(**{"ccdeploy:folder": folder}).preview(main)
    assert planned.failures == ()
    assert {step.name for step in planned.steps if step.type == QUEUE} == {"triage", "triage-callbacks", "info"}


def test_pulumi_typed_by_hand_tells_every_mistake_of_the_folder(deploy: Any, make_center: Make) -> None:

    from ccdeploy.stacks.entry import main

    folder = Path(make_center().folder)
    text = (folder / "center.yaml").read_text()
    (folder / "center.yaml").write_text(text.replace("08:00-20:00", "25:00-20:00").replace("hours: night", "hours: x"))
    (failure,) = deploy.engine(**{"ccdeploy:folder": str(folder)}).preview(main).failures
    assert failure.code == "invalid"
    assert 'center.yaml:12:14: error[bad-time]: "25:00"' in failure.message
    assert 'unknown hours of operation "x"' in failure.message
    assert "pulumi config set ccdeploy:folder" in failure.hint


def test_pulumi_typed_by_hand_refuses_another_region(deploy: Any, make_center: Make) -> None:
    from ccdeploy.stacks.entry import main

    config = {"ccdeploy:folder": make_center().folder, "aws:region": "us-east-1"}
    (failure,) = deploy.engine(**config).preview(main).failures
    assert failure.code == "refused"
    assert "us-east-1" in failure.message
    assert failure.hint == "run: pulumi config set aws:region eu-central-1"


def test_pulumi_typed_by_hand_knows_the_agents_of_a_listing_and_says_what_leads_to_nobody_without_one(
    deploy: Any, make_center: Make, tmp_path: Path
) -> None:
    from ccdeploy.flows.centre import compile_center
    from ccdeploy.stacks.entry import lead_to_nobody, main

    center = make_center()
    listing = tmp_path / "users.json"
    config = {"ccdeploy:folder": center.folder, "ccdeploy:users": str(listing)}
    for text in ("", "[]", '{"UserSummaryList": [{"Id": "u-1"}]}'):
        listing.write_text(text)
        (failure,) = deploy.engine(**config).preview(main).failures
        assert failure.code == "refused"
        assert "is no list of users" in failure.message
        assert "aws connect list-users" in failure.hint
    listing.write_text('{"UserSummaryList": [{"Id": "u-1", "Username": "first.boss"}]}')
    for given, quick in ((config, {"boss"}), ({"ccdeploy:folder": center.folder}, set())):
        planned = deploy.engine(**given).preview(main)
        assert planned.failures == ()
        assert {step.name for step in planned.steps if step.type.endswith("QuickConnect")} & {"boss"} == quick
    flows = compile_center(center)
    assert lead_to_nobody(center, flows, {}) == "quick connects boss"
    assert lead_to_nobody(center, flows, {"first.boss": "u-1"}) == ""
