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
    Edit,
    add_queue,
    add_ring,
    change_hours,
    cross_queues,
    draft,
    rename_queue,
    replace_profile,
    turn_flow,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from parity_page import CASES, DOCUMENT, with_row

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
    made, rng = draft(7, 0.2), random.Random(7)
    pair.write(made)
    pair.both(Twin.up)
    for edit in (cross_queues, rename_queue, replace_profile, add_ring, change_hours, add_queue):
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


def _line(who: str, what: str, seen: Seen) -> str:
    """A line of the table of what was found equal."""
    counts = " ".join(f"{word} {count}" for word, count in seen.changes.items() if count)
    equal = f"{len(seen.plan) or len(seen.resources)} resources, {len(seen.world)} objects"
    return f"{who:8} {what[:68]:68} equal: {equal}; {counts}"


# What an operator may do to the example, three times: old and new text of center.yaml.
EXAMPLE_EDITS = (
    {
        "mon-fri: 08:00-20:00": "mon-fri: 07:30-20:00",
        "[Break, Training]": "[Break, Training, Lunch]",
        "{service: follow-up}": "{service: follow-up, owner: nurses}",
    },
    {
        "to-information: {title": "to-questions: {was: to-information, title",
        "title: Shift lead": "title: Lead of the shift",
        "retention: 90d": "retention: 60d",
    },
    {
        "\nrouting_profiles:": "  papers: {title: Papers, hours: day, waiting: waiting-room}\n\nrouting_profiles:",
        "queues: [information]": "queues: [information, papers]",
        ", Lunch]": "]",
    },
)


def _edit_example(pair: Pair, changes: dict[str, str]) -> str:
    for twin in pair.twins:
        file = twin.folder / "center.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    return ", ".join(new.strip().splitlines()[0] for new in changes.values())


def _everything(pair: Pair, made: Draft | None, rng: random.Random) -> Iterator[tuple[str, Seen]]:
    yield "preview", pair.both(Twin.preview)
    yield "up", pair.both(Twin.up)
    yield "up again", pair.both(Twin.up)
    for number, changes in enumerate(EXAMPLE_EDITS, 1):
        if made is None:
            said = _edit_example(pair, changes)
        else:
            said = ", ".join(filter(None, (edit(made, rng) for edit in rng.sample(EDITS, 3))))
            pair.write(made)
        yield f"preview of edit {number}", pair.both(Twin.preview)
        yield f"edit {number}: {said}", pair.both(Twin.up)
    yield "down", pair.both(Twin.down)


@MORE
@pytest.mark.parametrize("seed", CASES)
def test_the_example_and_generated_centres_show_the_same_on_both_engines(
    pair: Pair, seed: int | str, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
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
    all_seen: list[Seen] = []
    for what, seen in _everything(pair, made, random.Random(str(seed))):
        stood |= kinds(seen)
        all_seen.append(seen)
        with capsys.disabled():
            print(f"\n{_line(str(seed), what, seen)}", end="", flush=True)
    if seed == 0:
        assert stood >= _all_kinds(), sorted(_all_kinds() - stood)
    if request.config.getoption("--rewrite-golden"):
        DOCUMENT.write_text(with_row(seed, all_seen), encoding="utf-8")


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


FAULTS = ("refuse", "reset", "lose-answer", "500-after-effect", "throttle")
CALLS = ("Create*", "Update*", "Associate*", "Delete*", "CreateQueue", "CreateContactFlow", "UpdateContactFlowContent")
AFTER_A_FAILURE = ("plan", "changes", "outputs", "resources", "world")


class EditsAtRandom(RuleBasedStateMachine):
    """Hypothesis edits a small centre, lets calls of the service fail, and compares the engines after each step."""

    place: Path
    tell: Callable[[str], None]
    count = 0

    @initialize(seed=st.sampled_from((1, 2, 3, 4, 5, 6)), luck=st.integers(0, 10_000))
    def begin(self, seed: int, luck: int) -> None:
        type(self).count += 1
        # One sequence of five may take everything down, once.
        self.made, self.rng, self.downs = draft(seed, 0.1 * seed), random.Random(luck), int(luck % 5 == 1)
        here, kept = self.place / "here", self.place / f"made-{seed}"
        shutil.rmtree(here, ignore_errors=True)
        if kept.is_dir():
            shutil.copytree(kept, here)
        self.pair = Pair(here)
        if not kept.is_dir():
            self.pair.write(self.made)
            self.say(f"centre {seed}", self.pair.both(Twin.up))
            shutil.copytree(here, kept)

    def say(self, what: str, seen: Seen) -> None:
        """One line of the table."""
        type(self).tell(_line(str(self.count), what, seen))

    def change(self, edits: list[Edit]) -> str:
        said = [edit(self.made, self.rng) for edit in edits]
        self.pair.write(self.made)
        return ", ".join(filter(None, said)) or "nothing"

    @rule(edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=4), look=st.sampled_from((False, False, True)))
    def edit(self, edits: list[Edit], look: bool) -> None:
        said = self.change(edits)
        self.say(said, self.pair.both(Twin.preview if look else Twin.up))

    @rule(
        edits=st.lists(st.sampled_from(EDITS), min_size=2, max_size=5),
        kind=st.sampled_from(FAULTS),
        operation=st.sampled_from(CALLS),
        nth=st.integers(1, 6),
    )
    def fail_in_the_middle(self, edits: list[Edit], kind: str, operation: str, nth: int) -> None:
        said = self.change(edits)
        fault: dict[str, object] = {"operation": operation, "kind": kind, "nth": nth}
        if kind == "refuse":
            fault["error"] = "InvalidRequestException"
        # Which resource the n-th call of any creation is for, is a matter of chance; that of one kind is not.
        chance = ("failed",) if "*" in operation else ()
        self.pair.faults([fault])
        hurt = self.pair.both(Twin.up, but=(*AFTER_A_FAILURE, *chance))
        self.pair.faults([])
        seen = self.pair.both(Twin.up, but=("plan", "changes"))
        assert not seen.failed
        self.say(f"{kind} {nth} {operation} ({len(hurt.failed)} failed): {said}", seen)

    @precondition(lambda self: self.downs > 0)
    @rule()
    def down(self) -> None:
        self.downs -= 1
        self.say("down", self.pair.both(Twin.down))
        self.say("up once more", self.pair.both(Twin.up))


@MORE
def test_whatever_hypothesis_edits_the_engines_end_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def tell(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="", flush=True)

    EditsAtRandom.place, EditsAtRandom.tell = tmp_path, staticmethod(tell)
    run_state_machine_as_test(
        EditsAtRandom,
        settings=settings(
            max_examples=int(os.environ.get("CCDEPLOY_PARITY_SEQUENCES", "40")),
            stateful_step_count=3,
            phases=[Phase.generate],  # a failure of an hour is not made smaller in another
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    close_loops()
