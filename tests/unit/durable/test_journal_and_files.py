"""Durable files and journals: old or new, never torn; damage is noticed."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ccdeploy.stacks.durable.files import write_atomic
from ccdeploy.stacks.durable.journal import Journal, JournalDamaged, current, decode


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """A disk that is full at `size` bytes a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_journal_gives_back_what_was_appended_in_order(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", "test") as journal:
        for number in range(20):
            journal.append({"number": number, "text": "é\n"})
    with Journal(tmp_path / "j", "test") as journal:
        assert [record["number"] for record in journal.records] == list(range(20))


def test_a_journal_cut_at_any_byte_keeps_every_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path, "test") as journal:
        for number in range(5):
            journal.append({"number": number})
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        with Journal(path, "test") as journal:
            expected = max(0, whole[:size].count(b"\n") - 1)
            assert len(journal.records) == expected
            journal.append({"number": "next"})
        records, _ = decode(path.read_bytes(), path)
        assert records[-1] == {"number": "next"}


def test_every_flipped_bit_of_a_record_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path, "test") as journal:
        journal.append({"number": 1})
        journal.append({"number": 2})
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    second = whole.index(b"\n", first)
    for position in range(first, second):
        for bit in range(8):
            data = bytearray(whole)
            data[position] ^= 1 << bit
            path.write_bytes(data)
            with pytest.raises(JournalDamaged):
                Journal(path, "test")


def test_a_journal_of_another_kind_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path / "j", "one").close()
    with pytest.raises(JournalDamaged, match="not a journal of kind 'two'"):
        Journal(tmp_path / "j", "two")


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", "test")

    def work(name: int) -> None:
        for number in range(50):
            journal.append({"thread": name, "number": number})

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    with Journal(tmp_path / "j", "test") as again:
        for name in range(8):
            assert [r["number"] for r in again.records if r["thread"] == name] == list(range(50))


def test_a_full_disk_is_an_error_and_leaves_the_journal_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", "test")
    journal.append({"number": 1})
    with files_at_most((tmp_path / "j").stat().st_size + 10), pytest.raises(OSError, match=r"bytes|large"):
        journal.append({"number": 2, "text": "x" * 100})
    journal.append({"number": 3})
    journal.close()
    with Journal(tmp_path / "j", "test") as again:
        assert [record["number"] for record in again.records] == [1, 3]


def test_restarting_replaces_the_records_and_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", "test") as journal:
        journal.append({"number": 1})
        journal.restart([{"number": 10}], "test")
        journal.append({"number": 11})
    with Journal(tmp_path / "j", "test") as again:
        assert [record["number"] for record in again.records] == [10, 11]


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    write_atomic(tmp_path / "state", b"old")
    with files_at_most(10), pytest.raises(OSError):
        write_atomic(tmp_path / "state", b"x" * 100)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("state", b"old")]
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600


def test_what_a_paused_holder_writes_after_its_successor_does_not_count() -> None:
    records = [{"n": 1, "fence": 3}, {"begin": 1}, {"n": 2, "fence": 5}, {"n": 3, "fence": 3}, {"n": 4, "fence": 5}]
    assert [record.get("n") for record in current(records)] == [1, None, 2, 4]
    assert current([{"n": 1, "f": 2}, {"n": 2, "f": 1}], "f") == [{"n": 1, "f": 2}]
