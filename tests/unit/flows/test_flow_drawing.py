"""Drawings: boxes never overlap, labels have a place of their own, failures are quiet, and everything is there."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from itertools import combinations
from random import Random

from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.document import read_document
from ccdeploy.flows.fictional import bind
from ccdeploy.flows.layered import Drawn, Link, draw
from ccdeploy.flows.mermaid import mermaid
from ccdeploy.flows.page import page
from ccdeploy.flows.picture import Picture, of_document, of_flow
from ccdeploy.flows.svg import svg
from ccdeploy.specs.problems import Problems
from hypothesis import given, settings
from hypothesis import strategies as st

FLOW = """
flow: welcome
type: inbound
steps:
  hello: {say: "In an <emergency> & need, call 112."}
  open: {check_hours: day, closed: closed}
  menu: {menu: "For a nurse press 1.", choices: {1: nurse, 2: nurse}, otherwise: menu}
  nurse: {queue: triage, full: book}
  book: {callback: triage, then: bye}
  closed: {say: 'We are "closed".', then: bye}
  bye: {hang_up: true}
"""
Rectangle = tuple[float, float, float, float]


def picture(text: str = FLOW) -> Picture:
    flow = compile_text(text, "a.yaml").flow
    assert flow is not None
    return of_flow(flow)


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def rectangles(drawn: Drawn, sizes: dict[str, tuple[float, float]], links: list[Link]) -> list[Rectangle]:
    boxes = [(x, y, x + sizes[key][0], y + sizes[key][1]) for key, (x, y) in drawn.boxes.items()]
    for number, (x, y) in drawn.labels.items():
        label = links[number].label
        if label is not None:
            boxes.append((x - label[0] / 2, y - label[1] / 2, x + label[0] / 2, y + label[1] / 2))
    return boxes


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 14), st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13), st.booleans()), max_size=30))
def test_boxes_and_labels_never_overlap(count: int, ways: list[tuple[int, int, bool]]) -> None:
    sizes = {str(n): (60.0 + 10 * n, 20.0 + n) for n in range(count)}
    links = [Link(str(a), str(b), (40.0, 16.0), light) for a, b, light in ways]
    links = [
        link
        for n, link in enumerate(links)
        if (link.source, link.target) not in {(other.source, other.target) for other in links[:n]}
    ]
    drawn = draw(sizes, links, "0")
    assert set(drawn.boxes) == set(sizes)
    found = rectangles(drawn, sizes, links)
    assert not [pair for pair in combinations(found, 2) if overlap(*pair)]
    assert all(x >= -0.01 and y >= 0 and r <= drawn.width + 0.01 and b <= drawn.height + 0.01 for x, y, r, b in found)


def test_a_way_begins_and_ends_at_its_boxes_and_the_drawing_is_repeatable() -> None:
    sizes = {"a": (80.0, 30.0), "b": (80.0, 30.0), "c": (80.0, 30.0)}
    links = [Link("a", "b"), Link("b", "c"), Link("a", "c"), Link("c", "a")]
    drawn = draw(sizes, links, "a")
    assert drawn == draw(sizes, links, "a")
    assert drawn.boxes["a"][1] < drawn.boxes["b"][1] < drawn.boxes["c"][1]
    for number, link in enumerate(links):
        for (x, y), key in zip(
            (drawn.ways[number][0], drawn.ways[number][-1]), (link.source, link.target), strict=True
        ):
            left, top = drawn.boxes[key]
            assert left <= x <= left + 80
            assert y in {top, top + 30}


def test_the_svg_has_every_step_and_way_and_the_words_of_callers() -> None:
    tree = ET.fromstring(svg(picture()))
    boxes = [e for e in tree.iter() if e.get("data-step")]
    assert [e.get("data-step") for e in boxes] == ["hello", "open", "menu", "nurse", "book", "closed", "bye", "@net"]
    ways = {(e.get("data-from"), e.get("data-to")): e.get("class") for e in tree.iter() if e.get("data-from")}
    assert ways["nurse", "book"] == "way"
    assert ways["nurse", "@net"] == "way quiet"
    labels = {e.text for e in tree.iter() if (e.get("class") or "").startswith("label")}
    assert labels == {"closed", "open", "1, 2", "otherwise", "full", "failed"}
    assert "prefers-color-scheme: dark" in svg(picture())


def test_many_failures_into_one_box_are_written_in_the_boxes_they_come_from() -> None:
    looks = "".join(f"  look-{n}: {{lambda: find}}\n" for n in range(5))
    drawn = svg(picture(FLOW.replace("  menu:", looks + "  menu:")))
    assert drawn.count("failed → safety net") == 7  # five look-ups, the queue and the callback
    assert "way quiet" not in drawn


def test_mermaid_says_the_same_and_no_text_breaks_out_of_its_quotes() -> None:
    text = mermaid(picture())
    assert text.startswith("flowchart TD\n")
    assert "n0 --> n1" in text
    assert 'n2 -->|"1, 2"| n3' in text
    assert 'n3 -.->|"failed"| n7' in text
    assert "#quot;closed#quot;" in text
    assert "#lt;emergency#gt;" in text
    for line in text.splitlines()[1:]:
        assert line.count('"') in {0, 2}


def test_flow_language_is_drawn_in_reading_order_with_the_consoles_names() -> None:
    compiled = compile_text(FLOW, "a.yaml").compiled
    assert compiled is not None
    document = read_document(bind(compiled), "a.json", Problems())
    assert document is not None
    drawn = of_document(document)
    assert len(drawn.boxes) == len(document.actions)
    assert [box.verb for box in drawn.boxes if box.key == "open"] == ["Check hours of operation"]
    assert ("open", "closed", "closed") in {(a.source, a.target, a.label) for a in drawn.arrows}


def test_identifiers_that_nobody_chose_are_numbered_instead() -> None:
    key = "11111111-2222-3333-4444-555555555555"
    source = f'{{"Version": "2019-10-30", "StartAction": "{key}", "Actions": [{{"Identifier": "{key}", '
    source += '"Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}'
    document = read_document(source, "a.json", Problems())
    assert document is not None
    assert [(box.title, box.verb) for box in of_document(document).boxes] == [("", "1. Disconnect")]


def test_control_characters_do_not_break_the_drawing() -> None:
    bad = json.dumps({"Identifier": "a\x01", "Type": "X\x02", "Parameters": {"Text": "b\x03\uffff"}, "Transitions": {}})
    source = f'{{"Version": "2019-10-30", "StartAction": "a\\u0001", "Actions": [{bad}]}}'
    document = read_document(source, "a.json", Problems())
    assert document is not None
    assert ET.fromstring(svg(of_document(document))).tag.endswith("svg")


def test_the_page_is_one_file_with_every_drawing_and_one_style() -> None:
    first, second = picture(), picture(FLOW.replace("flow: welcome", "flow: night"))
    text = page("Line", "2 flows", [first, second], first)
    assert text.count("<svg ") == 3
    assert text.count("<style>") == 1
    assert re.findall(r'<a href="(#[^"]+)"', text) == ["#flow-welcome", "#flow-night"]
    assert "<script" not in text
    assert "http" not in re.sub(r'xmlns="[^"]+"', "", text)


def test_ninety_steps_keep_apart() -> None:
    steps = "".join(
        f"  s{n}: {{menu: 'Press 1.', choices: {{1: s{(n * 7 + 3) % 88}}}, otherwise: s{n + 1}}}\n" for n in range(88)
    )
    text = f"flow: a\ntype: inbound\nsteps:\n{steps}  s88: {{say: Hello}}\n  bye: {{hang_up: true}}\n"
    tree = ET.fromstring(svg(picture(text)))
    found = []
    for box in (e for e in tree.iter() if e.get("data-step")):
        x, y = map(float, re.findall(r"-?[\d.]+", box.get("transform") or ""))
        rect = next(e for e in box if e.tag.endswith("rect"))
        found.append((x, y, x + float(rect.get("width") or 0), y + float(rect.get("height") or 0)))
    assert len(found) == 90
    assert not [pair for pair in combinations(found, 2) if overlap(*pair)]


def test_a_knot_of_many_menus_is_drawn_small_with_every_way_and_label() -> None:
    chance = Random(1)
    sizes = {f"menu-{n}": (210.0, 44.0) for n in range(250)}
    names = list(sizes)
    links = [Link(name, chance.choice(names), (20.0, 16.0)) for name in names for _ in range(8)]
    drawn = draw(sizes, links, "menu-0")
    assert set(drawn.boxes) == set(sizes)
    assert set(drawn.ways) == set(drawn.labels) == set(range(len(links)))
    assert sum(map(len, drawn.ways.values())) < 25_000  # bends, which are what a drawing weighs
    for n, link in enumerate(links):
        (x, y), (left, top) = drawn.ways[n][-1], drawn.boxes[link.target]
        assert left - 0.1 <= x <= left + 210.1
        assert link.source == link.target or min(abs(y - top), abs(y - top - 44)) < 0.1
