"""The store on files and its lease."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.specs.errors import LeaseHeld, StateError
from ccdeploy.stacks.cloud.store import FileStore


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> FileStore:
    return FileStore(tmp_path / ".ccdeploy" / "stacks" / "line.dev", clock)


def rewrite(store: FileStore, **fields: Any) -> None:
    """Change the lease file as another host or process would have written it."""
    path = Path(store.where) / "lease.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_reading_leaves_no_trace(store: FileStore) -> None:
    assert store.read("state.json") is None
    assert store.names() == []
    store.delete("state.json")
    assert not Path(store.where).exists()


def test_what_is_written_is_read_listed_and_deleted(store: FileStore) -> None:
    store.write("state.json", b"{}")
    assert store.read("state.json") == b"{}"
    assert store.names() == ["state.json"]
    assert (Path(store.where).parent.parent / ".gitignore").read_text() == "*\n"
    store.delete("state.json")
    assert store.names() == []


def test_names_cannot_leave_the_folder(store: FileStore) -> None:
    for name in ("../x", "a/b", "", ".hidden"):
        with pytest.raises(ValueError, match="no name"):
            store.write(name, b"")


def test_what_cannot_be_read_is_a_state_error(store: FileStore) -> None:
    store.write("other", b"")
    (Path(store.where) / "state.json").mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        store.read("state.json")


def test_a_damaged_journal_is_a_state_error_that_names_the_byte(store: FileStore) -> None:
    store.write("ops.journal", b"garbage\n")
    with pytest.raises(StateError, match="byte 0"):
        store.journal("ops.journal", "operations")


def test_a_second_operator_is_told_who_where_and_since_when(store: FileStore) -> None:
    with store.lease("up"), pytest.raises(LeaseHeld) as caught, store.lease("down"):
        pass
    assert f"process {os.getpid()}" in caught.value.message
    assert "UTC (up)" in caught.value.message
    assert caught.value.exit_code == 4


def test_a_second_operator_who_waits_goes_on_when_the_first_has_ended(store: FileStore) -> None:
    first = store.lease("up")
    first.__enter__()
    ending = threading.Timer(0.3, lambda: first.__exit__(None, None, None))
    ending.start()
    with store.lease("up", wait=30.0) as second:
        assert second.fence == first.fence + 1
    ending.join()


def test_a_second_operator_who_waits_in_vain_is_told_who_it_was(store: FileStore) -> None:
    with store.lease("up"), pytest.raises(LeaseHeld) as held, store.lease("up", wait=0.1):
        pass
    assert f"process {os.getpid()}" in held.value.message


def test_every_holder_gets_a_greater_number(store: FileStore) -> None:
    numbers = []
    for _ in range(3):
        with store.lease() as lease:
            numbers.append(lease.fence)
    assert numbers == [1, 2, 3]


def test_the_lease_of_a_dead_process_on_this_host_is_taken_over_at_once(store: FileStore, tmp_path: Path) -> None:
    code = (
        "import sys, os, signal\nfrom pathlib import Path\n"
        "from ccdeploy.stacks.cloud.store import FileStore\n"
        "FileStore(Path(sys.argv[1])).lease('up').__enter__()\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, store.where], check=False, cwd=tmp_path)
    held = json.loads((Path(store.where) / "lease.json").read_text())
    assert held["pid"] != os.getpid()
    rewrite(store, beat=1_000_000.0, since=1_000_000.0)  # the test's clock
    with store.lease() as lease:
        assert lease.fence == held["fence"] + 1


def test_a_reused_process_id_does_not_keep_a_lease(store: FileStore) -> None:
    with store.lease():
        rewrite(store, nonce="another", started="1")
        with store.lease() as second:
            assert second.fence == 2


def test_a_lease_of_another_host_is_free_a_minute_after_its_last_sign(store: FileStore, clock: Clock) -> None:
    with store.lease():
        rewrite(store, nonce="another", place="elsewhere", host="laptop-2", pid=1)
        clock.now += 59
        with pytest.raises(LeaseHeld, match="laptop-2"), store.lease():
            pass
        clock.now += 2
        with store.lease() as second:
            assert second.fence == 2


def test_a_holder_that_slept_too_long_finds_out_before_it_writes(store: FileStore, clock: Clock) -> None:
    with store.lease() as first:
        first.check()
        rewrite(store, nonce="another", place="elsewhere", host="laptop-2")
        clock.now += 61
        with pytest.raises(LeaseHeld, match="laptop-2"):
            first.check()
    assert json.loads((Path(store.where) / "lease.json").read_text())["nonce"] == "another", "not released by us"


def test_a_lease_file_that_is_none_is_refused_with_what_to_do(store: FileStore) -> None:
    store.write("lease.json", b"\x00garbage")
    with pytest.raises(StateError) as caught, store.lease():
        pass
    assert "remove the file" in caught.value.hint
