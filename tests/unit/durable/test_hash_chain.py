"""The chain of the audit log: whatever is done to its lines is found and named by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.deploy.audit import last_run
from ccdeploy.deploy.audit_log import AuditLog, noted, read_head
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.durable.chain import START, Examined, Head, examine, link
from ccdeploy.stacks.durable.journal import encode
from hypothesis import given
from hypothesis import strategies as st

HEADER = encode({"journal": "audit", "version": 1})


def chain(count: int, first: str = "begin") -> list[bytes]:
    """The lines of a log with `count` entries; line 1 is the header."""
    lines, head = [HEADER], Head(0, START)
    for number in range(count):
        record = link({"at": "2026-12-23T23:10:00Z", "event": first if not number else f"step {number}"}, head)
        head = Head(record["n"], record["hash"])
        lines.append(encode(record))
    return lines


def found(lines: list[bytes], *heads: Head) -> Examined:
    return examine(b"".join(lines), "audit", *heads)


def where(examined: Examined) -> list[int]:
    return sorted({fault.line for fault in examined.faults})


def edited(line: bytes, **values: Any) -> bytes:
    """The line as somebody would write it who also mends the checksum."""
    return encode({**json.loads(line[9:]), **values})


def test_an_untouched_log_has_no_fault_and_its_head_is_the_last_entry() -> None:
    examined = found(chain(5))
    assert examined.faults == ()
    assert examined.head.n == 5
    assert found(chain(5), examined.head).faults == ()


def test_an_edited_entry_is_named_also_when_its_checksum_was_mended() -> None:
    lines = chain(5)
    assert where(found([*lines[:3], lines[3].replace(b"step", b"stop"), *lines[4:]])) == [4]
    assert where(found([*lines[:3], edited(lines[3], event="another"), *lines[4:]])) == [4]


def test_an_entry_that_was_made_anew_with_a_fitting_hash_is_found_by_the_one_behind_it() -> None:
    lines = chain(5)
    forged = link({"at": "2026-12-23T23:10:00Z", "event": "another"}, Head(2, json.loads(lines[2][9:])["hash"]))
    told = found([*lines[:3], encode(forged), *lines[4:]])
    assert [(fault.line, fault.what) for fault in told.faults] == [
        (5, "entry 4 does not continue entry 3: it is not the real one")
    ]


def test_removed_entries_are_named_where_they_stood() -> None:
    lines = chain(9)
    told = found([*lines[:3], *lines[6:]])
    assert [(fault.line, fault.what) for fault in told.faults] == [(4, "entries 3 to 5 were removed before this line")]


def test_two_entries_that_changed_places_are_named() -> None:
    lines = chain(5)
    told = found([*lines[:2], lines[3], lines[2], *lines[4:]])
    assert [(fault.line, fault.what) for fault in told.faults] == [(4, "entry 2 stands out of order, behind entry 3")]


def test_a_repeated_entry_is_named() -> None:
    lines = chain(4)
    told = found([*lines, lines[2]])
    assert [(fault.line, fault.what) for fault in told.faults] == [(6, "entry 2 of line 3 stands here again")]


def test_a_tail_that_was_cut_off_is_found_by_what_was_noted() -> None:
    lines = chain(5)
    head = found(lines).head
    told = found(lines[:4], head)
    assert [(fault.line, fault.what) for fault in told.faults] == [(5, "entries 4 to 5 are missing at the end")]
    assert found(lines[:4]).faults == (), "without a head nothing can tell"


def test_a_log_that_was_written_anew_as_a_whole_is_found_by_a_head_that_was_noted_elsewhere() -> None:
    head = found(chain(5)).head
    told = found(chain(8, first="a new story"), head)
    assert where(told) == [6]


def test_a_file_of_another_kind_and_an_empty_one_are_no_log() -> None:
    assert where(found([encode({"journal": "agents", "version": 1}), *chain(2)[1:]])) == [1]
    assert where(examine(b"", "audit", Head(3, "0" * 64))) == [1]
    assert where(examine(b"\xff\xfe\n\x00\n", "audit")) == [1, 2]


def test_a_line_that_a_killed_run_left_unfinished_is_no_fault() -> None:
    lines = chain(3)
    assert found([*lines, b'00000000 {"half'], found(lines).head).faults == ()


@given(count=st.integers(2, 12), data=st.data())
def test_every_way_to_change_the_lines_is_found(count: int, data: st.DataObject) -> None:
    lines = chain(count)
    head = found(lines).head
    at = data.draw(st.integers(1, count), label="line")
    how = data.draw(st.sampled_from(["bit", "remove", "repeat", "swap", "cut", "insert"]), label="how")
    changed = list(lines)
    if how == "bit":
        body = bytearray(changed[at])
        place = data.draw(st.integers(0, len(body) - 2))
        body[place] ^= 1 << data.draw(st.integers(0, 7))
        changed[at] = bytes(body)
    elif how == "remove":
        del changed[at]
    elif how == "repeat":
        changed.insert(data.draw(st.integers(1, count)), changed[at])
    elif how == "swap":
        other = data.draw(st.integers(1, count).filter(lambda n: n != at))
        changed[at], changed[other] = changed[other], changed[at]
    elif how == "cut":
        changed = changed[:at]
    else:
        changed.insert(at, encode({"event": "what never was", "at": "", "n": at, "prev": START, "hash": START}))
    assert found(changed, head).faults, how
    assert all(1 <= fault.line <= len(changed) + 2 for fault in found(changed, head).faults)


# ------------------------------------------------------------ the log of a stack


def log_of(store: FileStore, command: str = "up") -> AuditLog:
    return AuditLog(store, lambda: {"command": command, "stack": "small.dev"}, lambda: "2026-12-23T23:10:00Z")


def entries(store: FileStore) -> Examined:
    head = read_head(store)
    return examine(store.read("audit.log") or b"", "audit", *([head] if head else []))


@pytest.mark.parametrize(
    ("end", "outcome"), [({"exit_code": 0}, "done"), ({"exit_code": 3}, "unfinished"), ({"exit_code": 1}, "failed")]
)
def test_status_tells_how_the_last_run_ended_even_behind_a_torn_line(
    tmp_path: Path, end: dict[str, int], outcome: str
) -> None:
    store = FileStore(tmp_path)
    assert last_run(store) is None
    log = log_of(store)
    log.change("resource", name="front")
    assert (last_run(store) or {})["outcome"] == "open"
    log.end(**end)
    with (tmp_path / "audit.log").open("ab") as file:
        file.write(b'00000000 {"event": "beg')
    told = last_run(store) or {}
    assert (told["command"], told["outcome"], told["ended"]) == ("up", outcome, "2026-12-23T23:10:00Z")


def test_a_run_without_a_change_writes_nothing(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    log_of(store).end(exit_code=0)
    assert store.names() == []


def test_runs_continue_one_chain_and_a_killed_one_leaves_it_whole(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    log_of(store).change("resource", action="create", name="triage")  # killed: no end
    second = log_of(store)
    second.change("resource", action="delete", name="triage")
    second.end(exit_code=0)
    told = entries(store)
    assert told.faults == ()
    assert [record["event"] for record in told.records] == ["begin", "resource", "begin", "resource", "end"]
    assert oct((tmp_path / "store" / "audit.log").stat().st_mode)[-3:] == "600"


def test_a_damaged_log_is_put_aside_and_named_and_the_run_goes_on(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    first = log_of(store)
    first.change("resource", action="create", name="triage")
    first.end(exit_code=0)
    path = tmp_path / "store" / "audit.log"
    path.write_bytes(path.read_bytes().replace(b"triage", b"tirage"))
    again = log_of(store)
    again.change("resource", action="update", name="triage")
    again.end(exit_code=0)
    told = entries(store).records
    assert [record["event"] for record in told] == ["begin", "damaged", "resource", "end"]
    assert told[1]["lines"] == [3]
    assert b"tirage" in (store.read(told[1]["kept"]) or b"")


def test_a_cut_log_is_continued_and_the_cut_is_told(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    first = log_of(store)
    first.change("resource", action="create", name="triage")
    first.end(exit_code=0)
    path = tmp_path / "store" / "audit.log"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    again = log_of(store)
    again.change("resource", action="update", name="triage")
    cut = next(record for record in entries(store).records if record["event"] == "cut")
    assert (cut["noted"], cut["found"]) == (3, 1)


def test_a_switch_that_is_turned_while_another_operator_is_at_work_is_told_by_the_next_run(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    facts = {"command": "switch", "stack": "small.dev"}
    with store.lease("up"):
        noted(FileStore(tmp_path / "store"), facts, "switch", name="closed", action="turned on")
    assert store.read("audit.log") is None
    noted(store, facts, "switch", name="closed", action="turned off")
    told = entries(store)
    assert told.faults == ()
    assert [record["event"] for record in told.records] == ["begin", "waited", "switch", "end"]
    assert (told.records[1]["change"], told.records[1]["action"]) == ("switch", "turned on")
    assert not [name for name in store.names() if name.startswith("audit.waiting")]
