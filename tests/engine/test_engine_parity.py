"""One program, two engines that cannot be told apart: plans, states and what stands, for centres that nobody wrote.

`make test` walks through one generated centre; CCDEPLOY_TORTURE=1 (`make parity`) takes the example and ten generated
ones, prints the table, and lets hypothesis choose the edits.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_twins import Seen, Twin, close_loops, differences, kinds
from generated_centres import (
    EDITS,
    NAME_EDITS,
    Draft,
    add_queue,
    add_ring,
    change_hours,
    draft,
    rename_queue,
    replace_profile,
    turn_flow,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

ROOT = Path(__file__).resolve().parents[2]
MORE = pytest.mark.skipif("CCDEPLOY_TORTURE" not in os.environ, reason="half an hour: make parity runs it")
REFUSED = [{"operation": "CreateQueue", "kind": "refuse", "nth": 1, "error": "InvalidRequestException"}]


class Pair:
    """The same folder on both engines."""

    def __init__(self, place: Path) -> None:
        self.twins = [Twin(name, place / name) for name in ("embedded", "pulumi")]

    def write(self, made: Draft) -> None:
        for twin in self.twins:
            made.write(twin.folder)

    def both(self, run: Callable[[Twin], Seen], *, but: tuple[str, ...] = ()) -> Seen:
        """Run it on both; they must show the same, `but` these."""
        one, other = (run(twin) for twin in self.twins)
        found = [text for text in differences(one, other) if text.split()[1].rstrip(":") not in but]
        assert not found, "\n".join(found)
        return one

    def faults(self, plan: list[dict[str, object]]) -> None:
        for twin in self.twins:
            twin.faults = plan


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    yield Pair(tmp_path)
    close_loops()


def test_a_generated_centre_is_renamed_replaced_ringed_and_refused_alike(pair: Pair) -> None:
    made, rng = draft(7), random.Random(7)
    pair.write(made)
    pair.both(Twin.up)
    for edit in (rename_queue, replace_profile, add_ring, change_hours, add_queue):
        assert edit(made, rng)
    pair.write(made)
    plan = pair.both(Twin.preview).plan
    assert {step["action"] for step in plan} >= {"create", "update", "replace", "same"}
    assert any(why.startswith("renamed from") for step in plan for why in step["why"])
    pair.faults(REFUSED)
    # After a failure ours goes on with what does not need it, so that only the next run ends alike.
    refused = pair.both(Twin.up, but=("changes", "outputs", "resources", "world"))
    assert refused.failed == [("aws:connect/queue:Queue", "InvalidRequestException")]
    pair.faults([])
    pair.both(Twin.up, but=("changes",))


def _everything(pair: Pair, made: Draft | None, rng: random.Random) -> Iterator[tuple[str, Seen]]:
    yield "preview", pair.both(Twin.preview)
    yield "up", pair.both(Twin.up)
    yield "up again", pair.both(Twin.up)
    for number in range(3 if made is not None else 0):
        assert made is not None
        said = [edit(made, rng) for edit in rng.sample(EDITS, 3)]
        pair.write(made)
        yield f"preview of edit {number + 1}", pair.both(Twin.preview)
        yield f"edit {number + 1}: {', '.join(filter(None, said))}", pair.both(Twin.up)
    yield "down", pair.both(Twin.down)


@MORE
@pytest.mark.parametrize("seed", ["example", *range(11)])
def test_the_example_and_generated_centres_show_the_same_on_both_engines(
    pair: Pair, seed: int | str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = draft(seed) if isinstance(seed, int) else None
    if made is None:
        for twin in pair.twins:
            twin.folder.rmdir()
            skip = shutil.ignore_patterns(".ccdeploy")
            shutil.copytree(ROOT / "examples" / "hospital-follow-up", twin.folder, ignore=skip)
    else:
        pair.write(made)
    stood: set[str] = set()
    for what, seen in _everything(pair, made, random.Random(str(seed))):
        stood |= kinds(seen)
        counts = " ".join(f"{word} {count}" for word, count in seen.changes.items() if count)
        equal = f"{len(seen.plan) or len(seen.resources)} resources, {len(seen.world)} objects"
        with capsys.disabled():
            print(f"\n{seed!s:8} {what[:58]:58} equal: {equal}; {counts}", end="")
    if seed == 0:
        assert stood >= _all_kinds(), sorted(_all_kinds() - stood)


def _all_kinds() -> set[str]:
    """What the parts of the program that these centres can use register."""
    from ccdeploy.stacks.extras.provider import KINDS

    # What only an adopted instance has, and bots, which stand outside.
    later = {"AdoptedNumber", "LogRetention", "LexBot"}
    return {kind for kind in KINDS if kind.rpartition(":")[2] not in later}


@MORE
@pytest.mark.parametrize("seed", [0, 3, 5])
def test_names_change_hands_alike_on_both_engines(pair: Pair, seed: int) -> None:
    made, rng = draft(seed), random.Random(seed)
    turn_flow(made, rng)
    pair.write(made)
    pair.both(Twin.up)
    for _ in range(2):
        for edit in NAME_EDITS:
            assert edit(made, rng)
        pair.write(made)
        planned = pair.both(Twin.preview)
        done = pair.both(Twin.up)
        assert not done.failed
        counts = {word: sum(step["action"] == word for step in planned.plan) for word in done.changes}
        assert counts == done.changes
        assert {step["action"] for step in pair.both(Twin.preview).plan} == {"same"}


class EditsAtRandom(RuleBasedStateMachine):
    """Hypothesis edits a centre; after each edit the engines show the same."""

    place: Path
    count = 0

    @initialize(seed=st.integers(1, 10_000))
    def begin(self, seed: int) -> None:
        type(self).count += 1
        self.made, self.rng = draft(seed), random.Random(seed)
        self.pair = Pair(self.place / str(self.count))
        self.pair.write(self.made)
        self.pair.both(Twin.up)

    @rule(edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3))
    def edit(self, edits: list[Callable[[Draft, random.Random], str]]) -> None:
        for one in edits:
            one(self.made, self.rng)
        self.pair.write(self.made)
        self.pair.both(Twin.preview)
        self.pair.both(Twin.up)

    @rule(
        nth=st.integers(1, 2),
        operation=st.sampled_from(("CreateQueue", "UpdateContactFlowContent", "CreateContactFlow")),
    )
    def fail_in_the_middle(self, nth: int, operation: str) -> None:
        add_queue(self.made, self.rng)
        add_ring(self.made, self.rng)
        self.pair.write(self.made)
        fault: dict[str, object] = {
            "operation": operation,
            "kind": "refuse",
            "nth": nth,
            "error": "InvalidRequestException",
        }
        self.pair.faults([fault])
        self.pair.both(Twin.up, but=("changes", "outputs", "resources", "world"))
        self.pair.faults([])
        self.pair.both(Twin.up, but=("changes",))

    @rule()
    def down(self) -> None:
        self.pair.both(Twin.down)
        self.pair.both(Twin.up)

    @invariant()
    def nothing_is_left_to_do(self) -> None:
        if hasattr(self, "pair"):
            plan = self.pair.twins[0].preview().plan
            assert all(step["action"] == "same" for step in plan)


@MORE
def test_whatever_hypothesis_edits_the_engines_end_alike(tmp_path: Path) -> None:
    EditsAtRandom.place = tmp_path
    run_state_machine_as_test(
        EditsAtRandom,
        settings=settings(
            max_examples=4, stateful_step_count=5, deadline=None, suppress_health_check=list(HealthCheck), database=None
        ),
    )
