"""The audit log where the disk is full: nobody goes on unseen, and the chain is whole once there is room again."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from ccdeploy.deploy.audit_log import KIND, LOG, AuditLog
from ccdeploy.specs.errors import StateError
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.durable.chain import examine
from ccdeploy.stacks.durable.journal import decode


@contextlib.contextmanager
def full(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def events(folder: Path) -> list[str]:
    return [record["event"] for record in decode((folder / LOG).read_bytes(), LOG)[0][1:]]


@pytest.mark.parametrize("room", [0, 7, 60])
def test_what_did_not_fit_is_written_at_the_end_in_a_chain_that_is_whole(tmp_path: Path, room: int) -> None:
    log = AuditLog(FileStore(tmp_path), lambda: {"command": "up"})
    log.change("person", id="a")
    with full((tmp_path / LOG).stat().st_size + room):
        for name in "bc":
            with pytest.raises(StateError, match="cannot be written"):
                log.change("person", id=name)
    log.end(exit_code=3)
    assert events(tmp_path) == ["begin", "person", "person", "person", "end"]
    assert examine((tmp_path / LOG).read_bytes(), KIND).faults == ()


def test_a_disk_that_stays_full_is_told_and_the_next_run_goes_on_in_the_chain(tmp_path: Path) -> None:
    log = AuditLog(FileStore(tmp_path), lambda: {"command": "up"})
    log.change("person", id="a")
    with full((tmp_path / LOG).stat().st_size):
        with pytest.raises(StateError):
            log.change("person", id="b")
        with pytest.raises(StateError):
            log.end(exit_code=3)
    again = AuditLog(FileStore(tmp_path), lambda: {"command": "up"})
    again.change("person", id="b")
    again.end(exit_code=0)
    assert events(tmp_path) == ["begin", "person", "begin", "person", "end"]
    assert examine((tmp_path / LOG).read_bytes(), KIND).faults == ()
