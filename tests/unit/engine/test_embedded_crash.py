"""Killed at any boundary, the next run finishes: nothing doubled, nothing lost, no question asked."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from ccdeploy.specs.errors import LeaseHeld, Refused, StateError
from ccdeploy.stacks.durable.files import CRASH


def before(thing: Any) -> Callable[[], None]:
    def run() -> None:
        root = thing("root", name="root", color="red")
        thing("child", kind="Child", owner=root.arn)
        paint = thing("paint", color="red")
        thing("wall", name="wall", needs=[paint.arn], size=1)
        thing("gone", name="gone")

    return run


def after(thing: Any) -> Callable[[], None]:
    def run() -> None:
        root = thing("root", name="root", color="blue")  # deleted first, and its child with it
        thing("child", kind="Child", owner=root.arn)
        paint = thing("paint", color="blue")  # replaced: made first, then the old one goes
        thing("wall", name="wall", needs=[paint.arn], size=2, password=pulumi.Output.secret("canary"))
        thing("new", name="new")

    return run


def in_a_child(work: Callable[[], Any]) -> int:
    """Run `work` in a forked process; how it ended, as waitpid tells it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the tests' process has no other thread that matters
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def boundaries(count: list[str], stop_at: int) -> Callable[[str], None]:
    """A seam that kills this process at boundary number `stop_at`."""

    def point(name: str) -> None:
        count.append(name)
        if len(count) - 1 == stop_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return point


def shape(deploy: Any) -> Any:
    """What stands and what is recorded, with ids and random name endings left out."""
    objects = deploy.world.objects
    names = {key: re.sub(r"-[0-9a-f]{7}$", "", value["name"]) for key, value in objects.items()}
    text = json.dumps(sorted(({**value, "name": names[key]} for key, value in objects.items()), key=str))
    for key, name in names.items():
        text = re.sub(rf"\barn:{key}\b", f"arn:{name}", text)
    resources = deploy.engine().export()["deployment"]["resources"]
    recorded = {r["urn"].rpartition("::")[2]: r["id"] for r in resources if r["type"].startswith("mem:")}
    return text, {name: names.get(key, "nowhere") for name, key in recorded.items()}, len(resources)


@pytest.fixture
def base(deploy: Any, thing: Any) -> Any:
    deploy.engine().up(before(thing))
    shutil.copytree(deploy.folder, deploy.folder.with_name(deploy.folder.name + "-base"))
    return deploy


def reset(deploy: Any) -> None:
    shutil.rmtree(deploy.folder)
    shutil.copytree(deploy.folder.with_name(deploy.folder.name + "-base"), deploy.folder)


def finish(deploy: Any, program: Callable[[], None]) -> Any:
    engine = deploy.engine()
    engine.recover(deploy.find)
    return engine.up(program)


def test_killed_at_any_boundary_the_next_run_comes_to_the_same_end(base: Any, thing: Any) -> None:
    seen: list[str] = []
    CRASH.point = boundaries(seen, -1)
    try:
        base.engine(parallel=1).up(after(thing))
    finally:
        CRASH.point = lambda _name: None
    clean = shape(base)
    assert len(seen) > 50
    assert {name.split(":")[0] for name in seen} == {"journal", "call", "write"}
    for number in range(len(seen)):
        reset(base)

        def crash(number: int = number) -> None:
            CRASH.point = boundaries([], number)
            base.engine(parallel=1).up(after(thing))

        assert os.WIFSIGNALED(in_a_child(crash)), seen[number]
        result = finish(base, after(thing))
        assert result.failures == (), (number, seen[number], result.failures)
        assert shape(base) == clean, (number, seen[number])
        calls = len(base.world.calls)
        assert base.engine().up(after(thing)).mutations == 0, (number, seen[number])
        assert len(base.world.calls) == calls
        assert b"canary" not in b"".join(p.read_bytes() for p in Path(base.store.where).iterdir())


def test_a_destroy_killed_at_any_boundary_is_finished_by_the_next_one(base: Any, thing: Any) -> None:
    seen: list[str] = []
    CRASH.point = boundaries(seen, -1)
    try:
        base.engine(parallel=1).destroy()
    finally:
        CRASH.point = lambda _name: None
    assert base.world.objects == {}
    for number in range(len(seen)):
        reset(base)

        def crash(number: int = number) -> None:
            CRASH.point = boundaries([], number)
            base.engine(parallel=1).destroy()

        assert os.WIFSIGNALED(in_a_child(crash)), seen[number]
        engine = base.engine()
        engine.recover(base.find)
        assert engine.destroy().failures == ()
        assert base.world.objects == {}
        assert base.engine().export()["deployment"]["resources"] == []


def test_until_an_interrupted_call_is_settled_nothing_runs(deploy: Any, thing: Any) -> None:
    def crash() -> None:
        CRASH.point = lambda name: os.kill(os.getpid(), signal.SIGKILL) if name.startswith("call:after:") else None
        deploy.engine().up(lambda: thing("queue", name="queue"))

    in_a_child(crash)
    assert deploy.world.calls == ["create queue"]
    with pytest.raises(Refused, match="queue"):
        deploy.engine().up(lambda: thing("queue", name="queue"))
    with pytest.raises(Refused):
        deploy.engine().destroy()
    said = deploy.engine().recover(deploy.find)
    assert said == ("queue: it had been created (id-1) and is ours",)
    result = deploy.engine().up(lambda: thing("queue", name="queue"))
    assert result.failures == ()
    assert "create queue" not in deploy.world.calls[1:]


def test_an_answer_that_got_lost_is_looked_up_by_the_next_run(deploy: Any, thing: Any) -> None:
    from ccdeploy.stacks.provider.base import ProviderError

    create = deploy.provider.create

    def lossy(request: Any) -> Any:
        answer = create(request)
        if not request.preview:
            raise ProviderError("the connection was closed before the answer came")
        return answer

    deploy.provider.create = lossy
    assert len(deploy.engine().up(lambda: thing("queue", name="queue")).failures) == 1
    deploy.provider.create = create
    assert finish(deploy, lambda: thing("queue", name="queue")).failures == ()
    assert len(deploy.world.objects) == 1


def test_a_journal_cut_at_any_byte_loses_at_most_its_last_record(deploy: Any, thing: Any) -> None:
    def crash() -> None:
        CRASH.point = lambda name: os.kill(os.getpid(), signal.SIGKILL) if "write:before:state.json" in name else None
        deploy.engine().up(lambda: (thing("a", name="a"), thing("b", name="b")))

    in_a_child(crash)
    journal = Path(deploy.store.where) / "operations.journal"
    whole = journal.read_bytes()
    assert not (journal.parent / "state.json").exists()
    counts = []
    for size in range(len(whole), 0, -max(1, len(whole) // 150)):
        journal.write_bytes(whole[:size])
        export = deploy.engine().export()["deployment"]
        counts.append(len(export["resources"]) + len(export["pending_operations"]))
    assert counts[0] > 3
    assert all(earlier - later <= 1 for earlier, later in itertools.pairwise(counts))
    journal.write_bytes(whole)
    assert deploy.engine().up(lambda: (thing("a", name="a"), thing("b", name="b"))).mutations == 0


def test_a_flipped_byte_in_the_journal_is_refused(deploy: Any, thing: Any) -> None:
    def crash() -> None:
        CRASH.point = lambda name: os.kill(os.getpid(), signal.SIGKILL) if "write:before:state.json" in name else None
        deploy.engine().up(lambda: thing("a", name="a"))

    in_a_child(crash)
    journal = Path(deploy.store.where) / "operations.journal"
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 1
    journal.write_bytes(data)
    with pytest.raises(StateError, match=r"byte \d+"):
        deploy.engine().outputs()


def test_a_run_whose_lease_was_taken_over_makes_no_further_call_and_writes_no_state(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: thing("a", name="a"))
    before = (Path(deploy.store.where) / "state.json").read_bytes()
    lost: list[bool] = []

    def guard() -> None:
        if lost:
            raise LeaseHeld("somebody else works on this stack")

    def program() -> None:
        a = thing("a", name="a", size=2)
        thing("b", name="b", needs=[a.arn])

    deploy.world.before = lambda call: lost.append(True)
    with pytest.raises(LeaseHeld):
        deploy.engine(guard=guard, fence=7).up(program)
    assert deploy.world.calls == ["create a", "update a"]
    assert (Path(deploy.store.where) / "state.json").read_bytes() == before
    assert b'"fence":7' in (Path(deploy.store.where) / "operations.journal").read_bytes()
    lost.clear()
    deploy.world.before = lambda _call: None
    assert finish(deploy, program).failures == ()
    assert {value["name"] for value in deploy.world.objects.values()} == {"a", "b"}
