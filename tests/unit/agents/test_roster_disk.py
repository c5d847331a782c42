"""Whatever a dying disk leaves of the journal, the next run reads it and goes on: nobody twice, nobody missing.

A journal cut at a byte is what a crash leaves that came while its last record was being written; the instance then is
as it was at that moment.
"""

from __future__ import annotations

import copy
import itertools
import os
from pathlib import Path

import pytest
from ccdeploy.agents.ledger import JOURNAL
from ccdeploy.stacks.durable.files import CRASH

from .conftest import FakeUsers, User, World, row

EVERY = 1 if os.environ.get("CCDEPLOY_TORTURE") else 23  # bytes from one cut to the next; ends of records are all cut
OLD = row("anna", "nurse", "fr")
FATES = {
    "made": [OLD, row("new", "nurse", "fr|en")],
    "moved": [row("anna", "helper", security="lead", group="Paris/Day")],
    "suspended": [row("anna", "nurse", "fr", status="suspended")],
    "removed": [row("anna", "nurse", "fr", status="removed")],
}
State = dict[str, User]


def run_and_watch(world: World, rows: list[str]) -> list[tuple[bytes, State]]:
    """Apply the rows; the journal's bytes and the instance just before each record is written, then at the end.

    One person changes, so that one worker writes all records in their order.
    """
    path, seen = Path(world.store.where) / JOURNAL, list[tuple[bytes, State]]()

    def see(name: str) -> None:
        if name in {"journal:before", f"write:before:{JOURNAL}"}:
            seen.append((path.read_bytes(), copy.deepcopy(world.users.users)))

    file = world.roster(*rows)
    CRASH.point = see
    try:
        assert world.apply(file).error is None
    finally:
        CRASH.point = lambda _name: None
    return seen


def facts(users: FakeUsers) -> dict[str, object]:
    return {
        u.fields.username: (u.routing, u.security, u.group, sorted(u.languages), u.fields.email)
        for u in users.users.values()
    }


@pytest.mark.parametrize("fate", FATES)
def test_a_journal_cut_at_any_byte_is_read_and_the_next_run_finishes(world: World, fate: str) -> None:
    world.apply(world.roster(OLD, *map(row, ("bea", "carl"))))
    kept = {name: world.store.read(name) or b"" for name in world.store.names() if not name.startswith("lease")}
    rows = [*FATES[fate], *map(row, ("bea", "carl"))]
    seen = run_and_watch(world, rows)
    wanted, states = facts(world.users), [(data, state) for data, state in seen]
    cuts = 0
    for (before, state), (after, _) in itertools.pairwise(states):
        assert after.startswith(before)
        for at in sorted({*range(len(before), len(after), EVERY), len(after) - 1, len(after)}):
            restore(world, kept, after[:at], state)
            assert world.apply(world.folder / "a.csv").error is None, (fate, at)
            assert facts(world.users) == wanted, (fate, at)
            assert len(set(world.users.created)) == len(world.users.created)
            assert world.plan(world.folder / "a.csv").empty
            cuts += 1
    assert cuts > 10


def restore(world: World, kept: dict[str, bytes], journal: bytes, state: State) -> None:
    for name in world.store.names():
        world.store.delete(name)
    for name, data in {**kept, JOURNAL: journal}.items():
        world.store.write(name, data)
    world.users.users = copy.deepcopy(state)
    world.users.created = [u.fields.username for u in state.values()]
    world.users._number = 100  # ids of later people are new ones
