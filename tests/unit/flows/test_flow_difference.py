"""What changed between two flows, told in words."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.difference import Change, differences
from ccdeploy.flows.document import Document, read_document
from ccdeploy.flows.fictional import bind
from ccdeploy.specs.problems import Problems

FLOW = """
flow: welcome
type: inbound
head: none
on_error: bye
steps:
  hello: {say: "In an emergency call 112."}
  look: {lambda: lookup}
  menu: {menu: "For a nurse press 1, for news 2.", choices: {1: nurse, 2: news}, otherwise: nurse}
  news: {say: "There is no news.", then: bye}
  nurse: {queue: triage, full: busy}
  busy: {say: "All lines are busy."}
  book: {callback: triage}
  bye: {hang_up: true}
"""


def document(text: str) -> Document:
    compiled = compile_text(text, "a.yaml")
    assert compiled.compiled is not None, [str(p) for p in compiled.problems.listed()]
    found = read_document(bind(compiled.compiled), "a.yaml", Problems())
    assert found is not None
    return found


def exported(text: str, seed: int = 1) -> Document:
    """The same flow as the console would export it: identifiers that nobody chose, another order, another layout."""
    content = json.loads(bind(compiled)) if (compiled := compile_text(text, "a.yaml").compiled) else {}
    names = {a["Identifier"]: str(uuid.UUID(int=seed * 1000 + n)) for n, a in enumerate(content["Actions"])}
    source = re.sub(r'"([^"]+)"', lambda m: json.dumps(names.get(m[1], m[1])), json.dumps(content["Actions"]))
    whole = {
        "Version": "2019-10-30",
        "StartAction": names[content["StartAction"]],
        "Metadata": {},
        "Actions": json.loads(source)[::-1],
    }
    found = read_document(json.dumps(whole), "a.json", Problems())
    assert found is not None
    return found


def told(old: str, new: str) -> list[Change]:
    return differences(document(old), document(new))


@pytest.mark.parametrize(
    ("old", "new", "kind", "step", "words"),
    [
        ("no news.", "good news.", "reworded", "news", ["“There is no news.” → “There is good news.”"]),
        ("  menu:", '  calm: {say: "One moment."}\n  menu:', "added", "calm", ['after step "look"', "One moment."]),
        ("  look: {lambda: lookup}\n", "", "removed", "look", ['step "look" taken out']),
        ("2: news}", "2: busy, 3: news}", "rewired", "menu", ['`2` leads to step "busy", before to step "news"']),
        ("full: busy", "full: book", "rewired", "nurse", ['`full` leads to step "book", before to step "busy"']),
        ('{menu: "For', '{timeout: 9s, menu: "For', "changed", "menu", ["InputTimeLimitSeconds is “9”, before “5”"]),
        ("lambda: lookup}", "lambda: other}", "changed", "look", ["LambdaFunctionARN"]),
        ("otherwise: nurse}", "otherwise: nurse, attempts: 2}", "changed", "menu", ["does more", "Loop"]),
    ],
)
def test_one_change_is_told_as_what_it_is(old: str, new: str, kind: str, step: str, words: list[str]) -> None:
    assert old in FLOW
    found = told(FLOW, FLOW.replace(old, new))
    assert (kind, step) in {(change.kind, change.step) for change in found}, found
    text = next(change.text for change in found if (change.kind, change.step) == (kind, step))
    assert all(word in text for word in words), text
    if kind in {"reworded", "added", "removed"}:
        assert len(found) == 1, found


def test_a_step_that_stands_elsewhere_has_moved() -> None:
    moved = FLOW.replace("  look: {lambda: lookup}\n", "").replace("  book:", "  look: {lambda: lookup}\n  book:")
    found = told(FLOW, moved)
    assert [(change.kind, change.step) for change in found] == [("moved", "look")]
    assert 'it comes after step "busy"' in found[0].text


def test_identifiers_order_and_layout_are_no_difference() -> None:
    assert told(FLOW, FLOW) == []
    assert differences(document(FLOW), exported(FLOW)) == []
    assert differences(exported(FLOW), exported(FLOW, 2)) == []
    assert told(FLOW, FLOW.replace("news:", "tidings:").replace("2: news", "2: tidings")) == []


def test_between_two_exports_steps_are_named_by_what_they_do_and_say() -> None:
    changed = FLOW.replace("All lines are busy.", "All our lines are busy.").replace("  look: {lambda: lookup}\n", "")
    found = differences(exported(FLOW), exported(changed, 2))
    assert [change.kind for change in found] == ["removed", "reworded"]
    assert found[1].text.startswith("Play prompt “All our lines are busy.” reworded")


def test_two_flows_with_nothing_in_common_are_told_whole() -> None:
    other = "flow: b\ntype: inbound\nhead: none\non_error: none\nsteps:\n  a: {wait: 3s}\n  b: {hang_up: true}\n"
    kinds = {change.kind for change in told(FLOW, other)}
    assert {"added", "removed"} <= kinds


def test_a_part_that_no_way_leads_to_is_compared_too() -> None:
    def flow(text: str) -> Document:
        bye = {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
        lost = {
            "Identifier": "y",
            "Type": "MessageParticipant",
            "Parameters": {"Text": text},
            "Transitions": {"NextAction": "z"},
        }
        whole = {"Version": "2019-10-30", "StartAction": "z", "Actions": [bye, lost]}
        found = read_document(json.dumps(whole), "a.json", Problems())
        assert found is not None
        return found

    assert differences(flow("Hello"), flow("Hello")) == []
    assert [change.kind for change in differences(flow("Hello"), flow("Bye"))] == ["reworded"]
