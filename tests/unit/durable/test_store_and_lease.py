"""The stores, on files and in S3, and the lease: two operators, dead ones, paused ones, wrong clocks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.specs.errors import LeaseHeld, Refused, StateError
from ccdeploy.stacks.cloud.lease import FileSeat
from ccdeploy.stacks.cloud.store import FileStore


def rewrite(shelf: Any, **fields: Any) -> None:
    """Change the lease as another host or process would have written it."""
    shelf.put("lease.json", json.dumps({**json.loads(shelf.get("lease.json")), **fields}).encode())


# ---------------------------------------------------------------- what is kept


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    store = FileStore(tmp_path / ".ccdeploy" / "stacks" / "line.dev")
    assert store.read("state.json") is None
    assert store.names() == []
    assert not store.holder().held
    store.delete("state.json")
    assert not Path(store.where).exists()


def test_what_is_written_is_read_listed_and_deleted(shelf: Any) -> None:
    store = shelf.store()
    assert store.read("state.json") is None
    store.write("state.json", b"{}")
    assert store.read("state.json") == shelf.store().read("state.json") == b"{}"
    assert store.names() == shelf.store().names() == ["state.json"]
    store.delete("state.json")
    assert store.names() == shelf.store().names() == []
    assert store.read("state.json") is None


def test_a_folder_keeps_itself_out_of_git(tmp_path: Path) -> None:
    FileStore(tmp_path / ".ccdeploy" / "stacks" / "line.dev").write("state.json", b"{}")
    assert (tmp_path / ".ccdeploy" / ".gitignore").read_text() == "*\n"


def test_names_cannot_leave_the_store(store: Any) -> None:
    for name in ("../x", "a/b", "", ".hidden"):
        with pytest.raises(ValueError, match="no name"):
            store.write(name, b"")


def test_what_cannot_be_read_is_a_state_error(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.write("other", b"")
    (tmp_path / "state.json").mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        store.read("state.json")


def test_a_damaged_journal_is_a_state_error_that_names_the_byte(shelf: Any) -> None:
    name = "ops.journal" if shelf.s3 is None else "ops.journal/0000000001-0000000001"
    shelf.put(name, b"garbage\n")
    with pytest.raises(StateError, match="byte 0"):
        shelf.store().journal("ops.journal", "operations")


def test_a_journal_gives_back_what_was_appended_and_begins_anew(shelf: Any) -> None:
    store = shelf.store()
    for number in range(3):
        with store.journal("ops.journal", "operations") as journal:
            assert len(journal.records) == number
            journal.append({"number": number})
    assert b'"number":2' in (store.read("ops.journal") or b"")
    with store.journal("ops.journal", "operations") as journal:
        journal.restart([{"number": 10}], "operations")
        journal.append({"number": 11})
    for each in (store, shelf.store()):
        with each.journal("ops.journal", "operations") as journal:
            assert [record["number"] for record in journal.records] == [10, 11]
    assert store.names() == ["ops.journal"]
    store.delete("ops.journal")
    assert shelf.store().names() == []


def test_many_threads_lose_nothing(shelf: Any) -> None:
    store = shelf.store()
    with store.journal("ops.journal", "operations") as journal:
        threads = [
            threading.Thread(target=lambda n=name: [journal.append({"t": n, "n": i}) for i in range(40)])
            for name in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with shelf.store().journal("ops.journal", "operations") as again:
        for name in range(6):
            assert [r["n"] for r in again.records if r["t"] == name] == list(range(40))


# ---------------------------------------------------------------- two operators


def test_a_second_operator_is_told_who_where_and_since_when(shelf: Any) -> None:
    with shelf.store().lease("up"), pytest.raises(LeaseHeld) as caught, shelf.store().lease("down"):
        pass
    assert f"process {os.getpid()}" in caught.value.message
    assert "works on this stack (up) since 20" in caught.value.message
    assert "--wait 300" in caught.value.hint
    assert "ccdeploy unlock" in caught.value.hint
    assert caught.value.exit_code == 4


def test_a_second_operator_who_waits_goes_on_when_the_first_has_ended(shelf: Any) -> None:
    first = shelf.store().lease("up")
    first.__enter__()
    ending = threading.Timer(0.3, lambda: first.__exit__(None, None, None))
    ending.start()
    with shelf.store().lease("up", wait=30.0) as second:
        assert second.fence == first.fence + 1
    ending.join()


def test_a_second_operator_who_waits_in_vain_is_told_who_it_was(shelf: Any) -> None:
    with shelf.store().lease("up"), pytest.raises(LeaseHeld) as held, shelf.store().lease("up", wait=0.1):
        pass
    assert f"process {os.getpid()}" in held.value.message


def test_of_many_who_come_at_once_one_proceeds(shelf: Any) -> None:
    gate, together = threading.Barrier(8), threading.Barrier(8)
    got: list[int] = []
    refused: list[str] = []

    def come() -> None:
        store = shelf.store()
        gate.wait()
        try:
            with store.lease("up") as lease:
                got.append(lease.fence)
                together.wait()
        except LeaseHeld as error:
            refused.append(error.message)
            together.wait()

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 7)


def test_every_holder_gets_a_greater_number_and_hears_of_the_newest_state(shelf: Any) -> None:
    numbers = []
    for generation in (0, 5, 0):
        with shelf.store().lease() as lease:
            numbers.append((lease.fence, lease.generation))
            lease.note(lease.generation + generation)
    assert numbers == [(1, 0), (2, 0), (3, 5)]


def test_a_reused_process_id_does_not_keep_a_lease(shelf: Any) -> None:
    with shelf.store().lease():
        rewrite(shelf, nonce="another", started="1")
        with shelf.store().lease() as second:
            assert second.fence == 2


def test_a_lease_of_another_host_is_free_a_minute_after_its_last_sign(shelf: Any) -> None:
    with shelf.store().lease():
        rewrite(shelf, nonce="another", place="elsewhere", host="laptop-2", pid=1)
        shelf.later(55)
        with pytest.raises(LeaseHeld, match="laptop-2"), shelf.store().lease():
            pass
        shelf.later(10)
        with shelf.store().lease() as second:
            assert second.fence == 2


@pytest.mark.parametrize("skew", [-600.0, 600.0])
def test_a_host_whose_clock_is_wrong_neither_loses_its_lease_nor_keeps_it_for_longer(shelf: Any, skew: float) -> None:
    with shelf.store().lease():
        now = time.time() + skew
        rewrite(shelf, nonce="another", place="elsewhere", host="laptop-2", pid=1, since=now, beat=now)
        with pytest.raises(LeaseHeld, match="laptop-2"), shelf.store().lease():
            pass
        shelf.later(65)
        with shelf.store().lease() as second:
            assert second.fence == 2


def test_a_holder_that_slept_too_long_finds_out_before_it_writes(shelf: Any, clock: Any) -> None:
    with shelf.store().lease() as first:
        first.check()
        rewrite(shelf, nonce="another", place="elsewhere", host="laptop-2")
        clock.now += 61
        with pytest.raises(LeaseHeld, match="laptop-2"):
            first.check()
    assert json.loads(shelf.get("lease.json"))["nonce"] == "another", "not released by us"


def test_a_holder_that_was_overtaken_writes_no_file_and_no_journal_any_more(shelf: Any) -> None:
    first = shelf.store()
    with first.lease("up") as held:
        first.write("state.json", b"first")
        journal = first.journal("ops.journal", "operations")
        journal.append({"by": "first", "fence": held.fence})
        rewrite(shelf, place="elsewhere", host="laptop-1", pid=1)
        shelf.later(61)
        second = shelf.store()
        with second.lease("up") as taken:
            second.write("state.json", b"second")
            with second.journal("ops.journal", "operations") as theirs:
                theirs.append({"by": "second", "fence": taken.fence})
                with pytest.raises(LeaseHeld):
                    first.write("state.json", b"first again")
                with pytest.raises(LeaseHeld):
                    journal.restart([], "operations")
                if shelf.s3 is not None:
                    with pytest.raises(LeaseHeld):
                        journal.append({"by": "late", "fence": held.fence})
                theirs.append({"by": "second", "fence": taken.fence})
        assert taken.fence > held.fence
    assert shelf.get("state.json") == b"second"
    with shelf.store().journal("ops.journal", "operations") as left:
        assert [record["by"] for record in left.records] == ["first", "second", "second"]


def test_a_released_lease_is_told_as_released(shelf: Any, clock: Any) -> None:
    store = shelf.store()
    with store.lease("up") as held:
        assert shelf.store().release(shelf.store().holder())
        clock.now += 61
        with pytest.raises(LeaseHeld, match="released by another run"):
            held.check()
        with shelf.store().lease("up") as second:
            assert second.fence == held.fence + 1


def test_a_lease_that_is_another_one_by_now_is_not_taken_away(shelf: Any) -> None:
    with shelf.store().lease("up"):
        seen = shelf.store().holder()
    with shelf.store().lease("down"):
        assert not shelf.store().release(seen)
        assert shelf.store().holder().record["what"] == "down"


def test_a_lease_that_is_none_is_refused_with_what_to_do(shelf: Any) -> None:
    shelf.put("lease.json", b"\x00garbage")
    with pytest.raises(StateError) as caught, shelf.store().lease():
        pass
    assert "remove the file" in caught.value.hint


# ---------------------------------------------------------------- processes


_HOLD = (
    "import sys\nfrom pathlib import Path\nfrom ccdeploy.stacks.cloud.store import FileStore\n"
    "store = FileStore(Path(sys.argv[1]))\nwith store.lease('up'):\n"
    "    print('held', flush=True)\n    sys.stdin.readline()\n"
    "    try:\n        store.write('state.json', b'late')\n    except Exception as error:\n"
    "        print(type(error).__name__, flush=True)\n"
)


def holder(store: FileStore) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, store.where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lease_of_a_dead_process_on_this_host_is_taken_over_at_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "line.dev")
    with holder(store) as process:
        process.kill()
    with store.lease() as lease:
        assert lease.fence == 2


def test_a_stopped_holder_is_overtaken_after_a_minute_and_writes_no_more_when_it_wakes(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "line.dev")
    with holder(store) as process:
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(LeaseHeld, match=f"process {process.pid}"), store.lease("up"):
            pass
        lease = Path(store.where) / "lease.json"
        os.utime(lease, (lease.stat().st_mtime - 61,) * 2)
        with store.lease("up") as second:
            store.write("state.json", b"second")
            process.send_signal(signal.SIGCONT)
            out, _ = process.communicate("go\n")
            assert out == "LeaseHeld\n"
            second.check()
            assert second.active
    assert store.read("state.json") == b"second"


def test_a_process_that_was_stopped_with_the_lock_in_its_hand_is_named_not_waited_for_for_ever(tmp_path: Path) -> None:
    import fcntl

    store = FileStore(tmp_path / "line.dev")
    with store.lease("up"), (tmp_path / "line.dev" / "lease.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with pytest.raises(LeaseHeld, match="stands still"):
                FileSeat(tmp_path / "line.dev" / "lease.json", busy=0.05).look()
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


# ---------------------------------------------------------------- only in S3


def test_an_answer_that_was_lost_after_the_write_counts_as_the_write_it_was(in_s3: Any, s3: Any) -> None:
    lost: set[tuple[str, str]] = set()

    def lose(method: str, key: str) -> bool:
        if method != "put_object" or (method, key) in lost:
            return False
        lost.add((method, key))
        return True

    s3.lose = lose
    store = in_s3.store()
    with store.lease("up"):
        store.write("state.json", b"one")
        store.write("state.json", b"two")
        with store.journal("ops.journal", "operations") as journal:
            journal.append({"number": 1})
            journal.append({"number": 2})
    assert len(lost) >= 5
    assert in_s3.get("state.json") == b"two"
    with in_s3.store().journal("ops.journal", "operations") as again:
        assert [record["number"] for record in again.records] == [1, 2]


def test_a_journal_of_thousands_of_records_is_read_with_few_requests_and_survives_a_stop_anywhere(s3: Any) -> None:
    from ccdeploy.stacks.cloud.bucket import Bucket
    from ccdeploy.stacks.cloud.s3_journal import Segments, read_segments, segments_of

    def lost() -> LeaseHeld:
        return LeaseHeld("lost")

    segments = Segments(Bucket(s3, "b", "p/"), "j", lost)
    wanted = b'00000000 {"journal":"x"}\n'
    segments.append(wanted)
    pictures: list[tuple[bytes, dict[str, Any]]] = []
    delete = s3.do_delete_objects

    def half(Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        pictures.append((wanted, dict(s3.objects)))
        found: dict[str, Any] = delete(Bucket, {"Objects": Delete["Objects"][: len(Delete["Objects"]) // 2]})
        pictures.append((wanted, dict(s3.objects)))
        delete(Bucket, Delete)
        return found

    s3.do_delete_objects = half
    for number in range(1, 5000):
        line = b"%d\n" % number
        wanted += line
        segments.append(line)
    assert segments.load() == wanted
    assert len(s3.objects) < 130
    for content, objects in [*pictures, (wanted, s3.objects)][:: max(1, len(pictures) // 12)]:
        s3.objects = dict(objects)
        bucket = Bucket(s3, "b", "p/")
        assert b"".join(part for _, _, part in read_segments(bucket, "j", segments_of(bucket, "j"))) == content
        again = Segments(bucket, "j", lost)
        again.append(b"next\n")
        assert Segments(bucket, "j", lost).load() == content + b"next\n"


def test_an_s3_that_ignores_conditions_and_a_bucket_without_versions_are_refused(in_s3: Any, s3: Any) -> None:
    s3.versions = ""
    with pytest.raises(Refused, match="keeps no versions"):
        in_s3.store().lease("up")
    s3.versions = "Enabled"
    s3.careless = True
    with pytest.raises(Refused, match="does not look at the conditions"), in_s3.store().lease("up"):
        pass
    s3.careless = False
    with in_s3.store().lease("up"):
        pass


def test_one_run_sees_one_state_until_it_holds_the_lease(in_s3: Any) -> None:
    in_s3.put("state.json", b"old")
    store = in_s3.store()
    assert store.read("state.json") == b"old"
    in_s3.put("state.json", b"new")
    assert store.read("state.json") == b"old"
    with store.lease("up"):
        assert store.read("state.json") == b"new"
