"""Public flows are drawn without a box on another, compared without a false difference, and mutated without a crash."""

from __future__ import annotations

import copy
import json
import re
import time
import xml.etree.ElementTree as ET
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from ccdeploy.flows.difference import differences
from ccdeploy.flows.document import Document, read_document
from ccdeploy.flows.lint import lint_json
from ccdeploy.flows.mermaid import mermaid
from ccdeploy.flows.picture import of_document
from ccdeploy.flows.svg import svg
from ccdeploy.specs.problems import Problems
from hypothesis import given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="no corpus of public flows beside the repository")


@cache
def documents() -> list[Document]:
    paths = sorted([*CORPUS.glob("flows/*/*.json"), *CORPUS.glob("modules/*/*.json")])
    found = [read_document(path.read_bytes(), path.name, Problems()) for path in paths]
    return [document for document in found if document is not None and document.actions]


def test_no_box_of_any_public_flow_lies_on_another() -> None:
    assert len(documents()) > 100
    for document in documents():
        picture = of_document(document)
        tree = ET.fromstring(svg(picture))
        found = []
        for box in (e for e in tree.iter() if e.get("data-step") is not None):
            x, y = map(float, re.findall(r"-?[\d.]+", box.get("transform") or ""))
            rect = next(e for e in box if e.tag.endswith("rect"))
            found.append((x, y, x + float(rect.get("width") or 0), y + float(rect.get("height") or 0)))
        assert len(found) == len(document.actions)
        clash = [1 for a, b in combinations(found, 2) if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]
        assert not clash, document.file
        assert len(mermaid(picture).splitlines()) > len(document.actions)


def test_a_flow_is_no_different_from_itself_and_one_new_text_is_one_difference() -> None:
    told = 0
    for document in documents():
        assert differences(document, document) == []
        raw = copy.deepcopy(dict(document.raw))
        spoken = [a for a in raw["Actions"] if isinstance(a.get("Parameters"), dict) and "Text" in a["Parameters"]]
        if not spoken:
            continue
        spoken[0]["Parameters"]["Text"] = f"{spoken[0]['Parameters']['Text']} And one word more."
        changed = read_document(json.dumps(raw), document.file, Problems())
        assert changed is not None
        found = differences(document, changed)
        assert [change.kind for change in found] == ["reworded"], (document.file, found)
        told += 1
    assert told > 50


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flow_with_anything_broken_in_it_is_judged_in_a_moment(data: st.DataObject) -> None:
    raw = copy.deepcopy(dict(data.draw(st.sampled_from(documents())).raw))
    junk = st.one_of(
        st.none(),
        st.integers(),
        st.text(max_size=5),
        st.lists(st.text(max_size=3), max_size=2),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    )
    for _ in range(data.draw(st.integers(1, 4))):
        holder = raw
        for _ in range(data.draw(st.integers(0, 5))):
            inner = [
                v
                for v in (holder.values() if isinstance(holder, dict) else holder)
                if isinstance(v, (dict, list)) and v
            ]
            if not inner:
                break
            holder = data.draw(st.sampled_from(inner))
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            holder[key] = data.draw(junk)
        else:
            del holder[key]
    began = time.process_time()
    lint_json(json.dumps(raw), "a.json")
    document = read_document(json.dumps(raw), "a.json", Problems())
    if document is not None and document.actions:
        ET.fromstring(svg(of_document(document)))
    assert time.process_time() - began < 5  # a bound that only a runaway reaches, not a figure
