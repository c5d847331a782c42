"""Linting one flow by itself: YAML and the same flow as Flow language are judged alike."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.fictional import bind
from ccdeploy.flows.lint import Linted, lint_json, lint_yaml, lint_yaml_text
from ccdeploy.flows.speech_words import names_recording

GOOD = """
flow: welcome
type: inbound
language: en-GB
on_error: desk
steps:
  emergency: {say: "In an emergency, call 1 1 2."}
  recorded: {record: [agent, customer]}
  told: {say: "This call is recorded."}
  opening: {check_hours: day, closed: closed}
  menu: {menu: "For a nurse, press 1.", choices: {1: nurse}, otherwise: nurse}
  nurse: {queue: triage, full: full}
  full: {say: "All lines are busy."}
  book: {callback: triage, then: goodbye}
  closed: {say: "We are closed. In an emergency, call 112.", then: desk}
  desk: {transfer: "+33199001500", failed: book}
  goodbye: {say: "Goodbye."}
  bye: {hang_up: true}
"""
WAIT = """
flow: wait
type: customer_queue
steps:
  music: {repeat: ["Please wait."], every: 60s, up_to: 6m, then: offer, each: again}
  offer: {menu: "To be called back, press 1.", choices: {1: book}, otherwise: music}
  book: {callback: current, failed: music}
  bye: {hang_up: true}
  again: {say: "Still there.", then: music}
"""


def codes(found: Linted) -> set[str]:
    return {problem.code for problem in found.problems.listed()}


def as_json(text: str) -> str:
    compiled = compile_text(text, "a.yaml")
    assert compiled.compiled is not None, [str(p) for p in compiled.problems.listed()]
    return bind(compiled.compiled)


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("call 1 1 2", "call somebody", {"H01"}),
        ("otherwise: nurse", "otherwise: bye", {"H02"}),
        ("  told:", "  look: {lambda: lookup, failed: goodbye}\n  told:", {"H03"}),
        (
            '  closed: {say: "We are closed. In an emergency, call 112.", then: desk}',
            "  closed: {hang_up: true}",
            {"H04"},
        ),
        ('say: "All lines are busy."}', 'say: "All lines are busy.", then: nurse}', {"H07"}),
        ('"This call is recorded."', '"Welcome."', {"H09"}),
        ("nurse, press 1.", "nurse, press 1, for help press 2.", {"H10"}),
        ("  menu:", "  keep: {set: {note: $.StoredCustomerInput}}\n  menu:", {"H12"}),
        ("  menu:", "  keep: {set: {note: $.CustomerEndpoint.Address}}\n  menu:", {"H12"}),
        ("  menu:", "  keep: {local: {note: $.StoredCustomerInput}}\n  menu:", set()),
        ("  menu:", "  keep: {tag: {who: $.External.name}}\n  menu:", {"H12"}),
    ],
)
def test_a_broken_rule_is_told_of_yaml_and_of_its_flow_language(old: str, new: str, broken: set[str]) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new)
    yaml = lint_yaml_text(text, "a.yaml")
    exported = lint_json(as_json(text), "a.json")
    assert yaml.problems.errors == exported.problems.errors == 0
    assert codes(yaml) == broken, [str(p) for p in yaml.problems.listed()]
    assert codes(exported) == broken, [str(p) for p in exported.problems.listed()]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ""),
        (", every: 60s, up_to: 6m, then: offer, each: again", "", "for ever"),
        ("up_to: 6m", "up_to: 16m", "960 s"),
        ("otherwise: music}\n", "otherwise: quiet}\n  quiet: {repeat: [Music.]}\n", "for ever after"),
        ('again: {say: "Still there.", then: music}', 'again: {say: "Still there.", then: offer}', ""),
    ],
)
def test_the_longest_wait_is_the_same_in_yaml_and_in_flow_language(old: str, new: str, told: str) -> None:
    wait = WAIT.replace(old, new) if old else WAIT
    if "repeat" in wait and "then: offer, each" not in wait:
        wait = wait.split("  offer:")[0]
    for found in (lint_yaml_text(wait, "a.yaml"), lint_json(as_json(wait), "a.json")):
        waits = [p.message for p in found.problems.listed() if p.code == "H06"]
        assert bool(waits) == bool(told), waits
        assert all(told in message for message in waits)


def test_what_a_step_allows_is_listed_with_its_reason() -> None:
    text = GOOD.replace("otherwise: nurse}", 'otherwise: bye, allow: {H02: "the bye names a number"}}')
    found = lint_yaml_text(text, "a.yaml")
    assert "H02" not in codes(found)
    assert [(a.rule, a.by, a.reason, a.where.line) for a in found.allowed] == [
        ("H02", "allow", "the bye names a number", 11)
    ]


def flow(*actions: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2019-10-30", "StartAction": "a", "Actions": list(actions), **more})


def action(name: str, kind: str, to: str | None = None, **parameters: Any) -> dict[str, Any]:
    transitions = {"NextAction": to, "Errors": [{"NextAction": to, "ErrorType": "NoMatchingError"}]} if to else {}
    return {"Identifier": name, "Type": kind, "Parameters": parameters, "Transitions": transitions}


BYE = action("z", "DisconnectParticipant")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (flow(action("a", "PlayPrompt", "z"), BYE), ['action "a" (PlayPrompt)', "Invalid Action type"]),
        (flow(action("a", "MessageParticipant", "z", Text="x" * 3001), BYE), ['action "a"', "Text"]),
        (flow(action("a", "MessageParticipant", "z", SSML="<speak>5 < 6</speak>"), BYE), ['action "a"']),
        (flow(action("a", "MessageParticipant", "z", Text="Hi", Volume="9"), BYE), ["Volume"]),
        (flow(action("a", "MessageParticipant", "q", Text="Hi"), BYE), ["does not exist. Action: q"]),
        (flow(action("a", "CheckHoursOfOperation", "z"), BYE), ["Invalid branch"]),
        (flow(action("a", "UpdateContactTextToSpeechVoice", "z", TextToSpeechVoice="Nobody"), BYE), ["Nobody"]),
        (flow(action("a", "UpdateContactTextToSpeechVoice", "z"), BYE), ["TextToSpeechVoice"]),
        (flow(BYE), ["StartAction"]),
        (flow(*(action(f"a{n}", "MessageParticipant", "z", Text="Hi") for n in range(260)), BYE), ["more than 250"]),
        (
            flow(action("a", "MessageParticipant", "z", Text="Hi"), BYE, Metadata={"type": "customerHold"}),
            ["flow type"],
        ),
        ("{", ["not valid JSON"]),
        ('{"modules": [], "start": "x"}', ["old format", "flow import"]),
    ],
)
def test_what_the_service_refuses_is_an_error_that_names_the_action(source: str, words: list[str]) -> None:
    found = lint_json(source, "a.json")
    text = "\n".join(str(p) for p in found.problems.listed() if p.severity == "error")
    assert all(word in text for word in words), text


def test_a_callback_without_a_number_and_a_short_number_are_told_in_flow_language() -> None:
    call = action("a", "TransferParticipantToThirdParty", "b", ThirdPartyPhoneNumber="15")
    book = action("b", "CreateCallbackContact", "z", InitialCallDelaySeconds="5")
    found = [p for p in lint_json(flow(call, book, BYE), "a.json").problems.listed() if p.code == "H08"]
    assert [word for p in found for word in ("short", "withheld") if word in p.message] == ["short", "withheld"]


def test_private_digits_are_not_used_while_the_log_is_on() -> None:
    text = """
flow: a
type: inbound
steps:
  hello: {say: "In an emergency call 112."}
  pin: {digits: "Your code.", private: yes}
  use: {lambda: check, send: {pin: $.StoredCustomerInput}}
  quiet: {log: off}
  again: {lambda: check, send: {pin: $.StoredCustomerInput}}
  q: {target: triage}
  bye: {hang_up: true}
"""
    found = [p for p in lint_yaml_text(text, "a.yaml").problems.listed() if p.code == "H12"]
    assert [p.where.line for p in found] == [7]


def test_a_chain_of_loops_that_lead_into_each_other_is_judged_in_a_moment() -> None:
    loops = []
    for n in range(120):
        conditions = [
            {"NextAction": f"l{(n + 1) % 120}", "Condition": {"Operator": "Equals", "Operands": ["ContinueLooping"]}},
            {"NextAction": f"m{n}", "Condition": {"Operator": "Equals", "Operands": ["DoneLooping"]}},
        ]
        loops.append(
            {
                "Identifier": f"l{n}",
                "Type": "Loop",
                "Parameters": {"LoopCount": "3"},
                "Transitions": {"NextAction": f"m{n}", "Conditions": conditions},
            }
        )
        loops.append(
            {
                "Identifier": f"m{n}",
                "Type": "MessageParticipantIteratively",
                "Parameters": {"Messages": [{"Text": "x"}], "InterruptFrequencySeconds": "30"},
                "Transitions": {
                    "NextAction": f"l{(n * 7) % 120}",
                    "Conditions": [
                        {
                            "NextAction": f"l{(n * 7) % 120}",
                            "Condition": {"Operator": "Equals", "Operands": ["MessagesInterrupted"]},
                        }
                    ],
                },
            }
        )
    source = json.dumps(
        {"Version": "2019-10-30", "StartAction": "l0", "Actions": loops, "Metadata": {"type": "customerQueue"}}
    )
    began = time.process_time()
    lint_json(source, "a.json")
    assert time.process_time() - began < 5  # it once took minutes; a bound on work, not a figure


def test_a_yaml_file_with_mistakes_gets_them_and_no_rules(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("flow: a\ntype: inbound\nsteps:\n  x: {sya: Hello}\n", encoding="utf-8")
    assert codes(lint_yaml(path, "a.yaml")) == {"unknown-verb"}


@pytest.mark.parametrize(
    "text", ["This call may be recorded.", "L'appel est enregistré.", "Llamada grabada", "録音します"]
)
def test_a_notice_is_known_by_its_words(text: str) -> None:
    assert names_recording(text)
    assert not names_recording("Welcome to our line.")
