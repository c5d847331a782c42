"""Public flows are called by people who press anything: every call must come to an end that the simulator can name."""

from __future__ import annotations

import collections
import datetime as dt
from pathlib import Path

import pytest
from ccdeploy.flows.catalogue import catalogue
from ccdeploy.flows.document import Document, read_document
from ccdeploy.flows.simulator.callers import Random
from ccdeploy.flows.simulator.machine import DOING
from ccdeploy.flows.simulator.place import place
from ccdeploy.flows.simulator.script import Script
from ccdeploy.flows.simulator.world import of_document
from ccdeploy.specs.problems import Problems

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
CALLERS = 50
ENDS = {"hung_up", "queue", "callback", "transfer", "agent", "returned", "error"}
absent = pytest.mark.skipif(not CORPUS.exists(), reason="no corpus of public flows beside the repository")


def documents() -> list[Document]:
    found = []
    for path in sorted([*CORPUS.glob("flows/**/*.json"), *CORPUS.glob("modules/**/*.json")]):
        document = read_document(path.read_bytes(), path.name, Problems())
        if document is not None and document.actions:
            found.append(document)
    return found


@absent
def test_every_public_flow_runs_to_an_end_under_fifty_random_callers_each() -> None:
    ends: collections.Counter[str] = collections.Counter()
    unsimulated: collections.Counter[str] = collections.Counter()
    flows = documents()
    assert len(flows) > 100
    for document in flows:
        world = of_document(document)
        for seed in range(CALLERS):
            result = place(world, Script(to="main"), caller=Random(seed), today=dt.date(2026, 11, 24))
            assert result.ends.how in ENDS, (document.file, seed, result.ends)
            assert "did not end within" not in result.ends.message, (document.file, seed)
            ends[result.ends.how] += 1
            unsimulated.update(
                note.split()[0] for note in result.notes if note.endswith("is not simulated: passed over")
            )
    print(f"{len(flows)} flows, {sum(ends.values())} calls: {dict(ends)}; not simulated: {dict(unsimulated)}")


@absent
def test_an_error_of_a_call_names_the_action_that_it_stopped_at() -> None:
    for document in documents():
        result = place(of_document(document), Script(to="main"), caller=Random(1), today=dt.date(2026, 11, 24))
        if result.ends.how == "error":
            known = any(name in result.ends.message for name in document.actions)
            assert known or "loops for ever" in result.ends.message or "there is no action" in result.ends.message


def test_the_types_that_are_simulated_are_types_that_the_service_has() -> None:
    known = set(catalogue().actions)
    assert set(DOING) <= known
    assert len(DOING) >= 38
