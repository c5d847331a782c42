"""What every line gets without asking."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ccdeploy.flows.centre import FlowSet, compile_center
from ccdeploy.flows.compiled import CompiledFlow, Ref
from ccdeploy.flows.fictional import bind
from ccdeploy.flows.listing import listed
from ccdeploy.flows.phrases import known, phrases
from ccdeploy.specs.model import Center, Prompt, PromptAsset
from ccdeploy.specs.problems import Problem

Read = Callable[..., tuple[Center, list[Problem]]]
WELCOME = """
flow: welcome
type: inbound
steps:
  hello: {say: {fr: "Urgence : 112.", en: "Emergency: 112."}}
  nurses: {queue: triage, full: bye}
  bye: {hang_up: true}
"""


def actions(flow: CompiledFlow) -> dict[str, dict[str, Any]]:
    return {action["Identifier"]: action for action in json.loads(flow.template)["Actions"]}


@pytest.fixture
def small(center: Read, basic_center: str) -> Center:
    text = basic_center.replace("{hours: always, title: Nurses}", "{hours: always, title: Nurses, max_contacts: 4}")
    return center(WELCOME, text=text)[0]


@pytest.fixture
def flows(small: Center) -> FlowSet:
    return compile_center(small)


def test_every_moment_of_a_call_has_a_flow_of_ours(flows: FlowSet) -> None:
    hooks = [a["Parameters"]["EventHooks"] for a in actions(flows.flows["welcome"]).values() if "Hooks" in a["Type"]]
    assert {moment for hook in hooks for moment in hook} == {
        "CustomerQueue", "AgentWhisper", "CustomerWhisper", "CustomerHold", "AgentHold", "CustomerRemaining",
    }  # fmt: skip
    assert flows.outbound == dict.fromkeys(["triage", "triage-callbacks", "information"], "built-in-outbound")
    assert {flows.transfer_to_queue, flows.transfer_to_agent} <= set(flows.flows)


def test_every_flow_that_is_named_is_there_and_no_other_built_in_one(flows: FlowSet) -> None:
    named = {ref.name for flow in flows.flows.values() for ref in flow.refs if ref.kind == "flow"}
    named |= {flows.transfer_to_queue, flows.transfer_to_agent, *flows.outbound.values(), *flows.numbers.values()}
    assert named == set(flows.flows)


def test_a_waiting_caller_is_offered_a_callback_by_six_minutes(flows: FlowSet) -> None:
    waiting = actions(flows.flows["built-in-waiting-triage"])
    music = waiting["music.fr"]
    every = int(music["Parameters"]["InterruptFrequencySeconds"])
    rounds = int(waiting["music.lap"]["Parameters"]["LoopCount"]) + 1
    assert every * rounds == 360
    assert music["Parameters"]["ContinueMessagingDuringInterrupt"] == "True"
    done = waiting["music.lap"]["Transitions"]["Conditions"][1]
    assert (done["Condition"]["Operands"], done["NextAction"]) == (["DoneLooping"], "offer")


def test_callbacks_of_a_capped_queue_go_into_the_queue_that_is_kept_for_them(flows: FlowSet) -> None:
    booked = actions(flows.flows["built-in-waiting-triage"])["book.book"]
    assert booked["Parameters"]["QueueId"] == "{{queue:triage-callbacks}}"


def test_a_shared_waiting_flow_books_into_the_queue_that_is_kept_for_each(center: Read, basic_center: str) -> None:
    wait = """
    flow: wait
    type: customer_queue
    steps:
      music: {repeat: [{fr: Merci, en: Wait}], every: 60s, up_to: 2m, then: book}
      book: {callback: current, failed: music}
      bye: {hang_up: true}
    """
    text = basic_center.replace("title: Nurses}", "title: Nurses, max_contacts: 4, waiting: wait}")
    found, _ = center(WELCOME, wait, text=text)
    steps = actions(compile_center(found).flows["wait"])
    assert steps["book.book"]["Parameters"] == {"ComparisonValue": "$.Queue.Name"}
    assert steps["book.book"]["Transitions"]["Conditions"][0]["Condition"]["Operands"] == ["Nurses"]
    assert steps["book.book.0"]["Parameters"]["QueueId"] == "{{queue:triage-callbacks}}"
    assert "QueueId" not in steps["book.book.here"]["Parameters"]


def test_music_of_the_centre_is_played_while_waiting_and_on_hold(small: Center) -> None:
    prompt = Prompt("hold-music", "hold-music", assets=(PromptAsset("hold-music", None, "prompts/hold.wav"),))
    with_music = compile_center(replace(small, prompts={"hold-music": prompt}))
    for name, action in (("built-in-waiting-triage", "music"), ("built-in-customer-hold", "music")):
        messages = actions(with_music.flows[name])[action]["Parameters"]["Messages"]
        assert messages == [{"PromptId": "{{prompt:hold-music}}"}]


def test_agents_hear_the_main_language_whatever_the_caller_speaks(flows: FlowSet) -> None:
    whisper = actions(flows.flows["built-in-agent-whisper"])
    assert whisper["@head.voice"]["Parameters"] == {"TextToSpeechVoice": "Lea"}
    assert whisper["line"]["Parameters"] == {"Text": "$.Queue.Name"}
    assert whisper["in-en"]["Parameters"] == {"Text": "anglais"}


def test_a_number_of_another_language_enters_by_a_flow_that_says_so(center: Read, basic_center: str) -> None:
    text = basic_center.replace("flow: welcome}", "flow: welcome, language: en, sets: {line: b}}")
    found, _ = center(WELCOME, text=text)
    flows = compile_center(found)
    assert flows.numbers == {"main": "built-in-number-main"}
    entry = actions(flows.flows["built-in-number-main"])
    assert entry["know"]["Parameters"]["Attributes"] == {"language": "en", "line": "b"}
    assert entry["go"]["Parameters"] == {"ContactFlowId": "{{flow:welcome}}"}


def test_a_centre_may_name_its_own_flow_for_every_queue(center: Read, basic_center: str) -> None:
    hold = "flow: hold\ntype: customer_hold\nsteps:\n  a: {repeat: [{fr: Patientez, en: Wait}]}\n"
    found, _ = center(WELCOME, hold, text=basic_center + "defaults: {customer_hold: hold, after_call: none}\n")
    flows = compile_center(found)
    hooks = actions(flows.flows["welcome"])
    assert hooks["nurses.customer-hold"]["Parameters"]["EventHooks"] == {"CustomerHold": "{{flow:hold}}"}
    assert "nurses.after-call" not in hooks
    assert "built-in-customer-hold" not in flows.flows


def test_a_closed_queue_takes_no_new_callers(center: Read, basic_center: str) -> None:
    text = basic_center.replace("title: Nurses}", "title: Nurses, status: closed}")
    found, _ = center(WELCOME, text=text)
    steps = actions(compile_center(found).flows["welcome"])
    assert steps["nurses"]["Transitions"]["NextAction"] == "bye"
    assert not any(action["Type"] == "TransferContactToQueue" for name, action in steps.items() if name[0] != "@")


def test_binding_replaces_every_placeholder(flows: FlowSet) -> None:
    for flow in flows.flows.values():
        assert "{{" not in bind(flow)
    welcome = flows.flows["welcome"]
    with pytest.raises(KeyError):
        welcome.bind({Ref("queue", "triage"): "arn"})


def test_the_list_of_flows_tells_sizes_and_numbers(small: Center, flows: FlowSet) -> None:
    first = listed(small, flows)[0].as_json()
    assert first["name"] == "welcome"
    assert first["file"] == "flows/flow-0.yaml"
    assert first["steps"] == 3
    assert first["numbers"] == ["main"]
    assert first["actions"] == len(actions(flows.flows["welcome"]))


def test_every_language_has_the_same_phrases_with_the_same_values() -> None:
    import re

    english = phrases("en")
    assert english is not None
    for code in known():
        found = phrases(code)
        assert found is not None
        assert set(found.said) == set(english.said), code
        for name, text in found.said.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english.said[name])), (code, name)
        assert set(found.languages) == set(known()), code


def test_modules_that_run_each_other_are_refused(center: Read) -> None:
    one = "flow: one\ntype: module\nsteps:\n  a: {module: two}\n  b: {return: true}\n"
    _, problems = center(WELCOME, one, one.replace("flow: one", "flow: two").replace("module: two", "module: one"))
    assert [p.code for p in problems if p.severity == "error"] == ["module-nesting", "module-nesting"]


def test_a_language_without_phrases_is_warned_about(center: Read, basic_center: str) -> None:
    text = basic_center.replace("en: {code: en-GB, voice: Amy, engine: neural}", "pl: {code: pl-PL, voice: Ewa}")
    _, problems = center(WELCOME.replace("en:", "pl:"), text=text)
    assert [p.code for p in problems if p.code == "no-phrases"] == ["no-phrases"]


def test_the_step_for_errors_fails_into_the_safety_net_and_not_into_itself(center: Read) -> None:
    flow = "flow: welcome\ntype: inbound\non_error: help\nsteps:\n  start: {target: information}\n"
    flow += "  help: {queue: triage, full: bye}\n  bye: {hang_up: true}\n"
    steps = actions(compile_center(center(flow)[0]).flows["welcome"])
    assert steps["start"]["Transitions"]["Errors"][0]["NextAction"] == "help"
    assert steps["help.transfer"]["Transitions"]["Errors"][1]["NextAction"] == "@net.start"


def test_a_failure_in_a_waiting_flow_goes_back_to_the_music(center: Read) -> None:
    wait = "flow: wait\ntype: customer_queue\nsteps:\n  say: {say: {fr: Merci, en: Thanks}}\n"
    wait += "  music: {repeat: [{fr: Attendez, en: Wait}], every: 60s, up_to: 2m, then: book}\n"
    wait += "  book: {callback: triage}\n  bye: {hang_up: true}\n"
    steps = actions(compile_center(center(WELCOME, wait)[0]).flows["wait"])
    assert {e["NextAction"] for e in steps["book"]["Transitions"]["Errors"]} == {"music"}


def test_outbound_calls_and_transfers_to_agents_have_our_hold_flows_too(flows: FlowSet) -> None:
    for name in ("built-in-outbound", "built-in-transfer-to-agent"):
        parameters = [a["Parameters"] for a in actions(flows.flows[name]).values()]
        hooks = {moment for p in parameters for moment in p.get("EventHooks", {})}
        assert {"CustomerHold", "AgentHold"} <= hooks, name
