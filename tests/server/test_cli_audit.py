"""The audit log through the command line: who changed what, and the proof that the record is whole."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

PERSONAL = ("ada.hill", "Ada", "Hill", "ben.moss", "Ben", "Moss", "example.org", "+331")


def log_of(centre: Any) -> Path:
    found: Path = centre.folder / ".ccdeploy" / "stacks" / "small.dev" / "audit.log"
    return found


def test_every_command_that_changes_the_stack_tells_what_it_did_and_names_nobody(inside: Any, fits: Any) -> None:
    assert "nothing was ever changed" in inside("audit").out
    inside("up", "-q")
    told = inside("audit", "--json").json
    fits("audit", told)
    begin, *changes, end = told["entries"]
    assert (begin["event"], begin["command"], begin["stack"]) == ("begin", "up", "small.dev")
    assert begin["host"] == socket.gethostname()
    assert begin["who"]
    state = inside("state", "export").json["deployment"]["resources"]
    ids = {item["id"] for item in state if item.get("id")}
    assert {c["id"] for c in changes if c["event"] == "resource"} <= ids
    assert sum(change["event"] == "person" for change in changes) == 2
    assert (end["event"], end["exit_code"]) == ("end", 0)

    (roster,) = (inside.folder / "rosters").iterdir()
    roster.write_text(roster.read_text().replace("ada.hill@example.org", "ada.hill2@example.org"))
    inside("roster", "apply", "-q")
    inside("down", "--all", "-q")
    entries = inside("audit", "--json").json["entries"]
    assert [entry["command"] for entry in entries if entry["event"] == "begin"] == ["up", "roster apply", "down"]
    changed = [entry for entry in entries if entry["event"] == "person"][2]
    assert (changed["action"], changed["calls"]) == ("update", ["UpdateUserIdentityInfo"])
    assert len(changed["fields"]) == 1
    assert not [word for word in PERSONAL if word in log_of(inside).read_text()]
    assert log_of(inside).stat().st_mode & 0o077 == 0


def test_what_was_done_to_the_log_is_named_by_line_and_the_next_run_goes_on(inside: Any, fits: Any) -> None:
    inside("up", "-q")
    head = inside("audit", "verify").out.split("Head: ")[1].strip()
    lines = log_of(inside).read_bytes().splitlines(keepends=True)
    del lines[7:9]
    lines[4] = lines[4].replace(b'"outcome":"done"', b'"outcome":"none"')
    log_of(inside).write_bytes(b"".join(lines))
    told = inside("audit", "verify", code=1).out
    assert f"{log_of(inside)}:5: this entry was edited" in told
    assert f"{log_of(inside)}:8: entries 7 to 8 were removed before this line" in told
    fits("audit", inside("audit", "verify", "--json", code=1).json)

    lease = log_of(inside).with_name("lease.json")
    holder = {"nonce": "n", "fence": 7, "owner": "somebody", "host": "elsewhere", "pid": os.getpid(), "since": 0}
    lease.write_text(json.dumps({**holder, "beat": 1e12, "place": "another"}))
    inside("unlock", "--yes")
    told = inside("audit").out
    assert "was damaged and is kept as audit.damaged-" in told
    assert "lease taken away" in told
    taken = inside("audit", "verify", "--json").json["entries"][-2]
    assert (taken["event"], taken["holder"]["owner"], taken["holder"]["host"]) == ("lease", "somebody", "elsewhere")
    assert "missing at the end" in inside("audit", "verify", "--head", head, code=1).out
    assert "NUMBER:HASH" in inside("audit", "verify", "--head", "twelve", code=1).err


def test_a_log_that_was_cut_reordered_or_robbed_of_its_head_is_not_whole(inside: Any) -> None:
    inside("up", "-q")
    log = log_of(inside)
    head = log.with_name("audit.head")
    whole, noted = log.read_bytes(), head.read_bytes()
    lines = whole.splitlines(keepends=True)

    def told(*changed: bytes) -> str:
        log.write_bytes(b"".join(changed))
        said: str = inside("audit", "verify", code=1).out
        return said

    count = len(lines) - 1  # the first line is the journal's own
    assert f"{log}:{len(lines) - 1}: entries {count - 1} to {count} are missing at the end" in told(*lines[:-2])
    assert f"{log}:6: entry 4 " in told(*lines[:4], lines[5], lines[4], *lines[6:])
    head.unlink()
    assert f"{log}:{len(lines)}: audit.head is gone" in told(*lines[:-1])
    head.write_bytes(noted)
    log.write_bytes(whole)
    assert "The log is whole" in inside("audit", "verify").out
