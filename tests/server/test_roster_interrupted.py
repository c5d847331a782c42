"""`roster apply` ended in every way there is: killed, Ctrl-C, credentials that run out. Running it again finishes it.

The command is a real process over HTTP; what it did is what the sandbox's own history says. CCDEPLOY_TORTURE=1 asks for
ten times as many of each.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox import history
from ccdeploy.sandbox.app import Application
from ccdeploy.sandbox.faults import Fault, Faults
from ccdeploy.sandbox.process import data_of, forget, write_info
from ccdeploy.sandbox.server import serve

from .conftest import Command, copied

TORTURE = bool(os.environ.get("CCDEPLOY_TORTURE"))
READS = {"ListUsers", "DescribeUser", "ListUserProficiencies", "GetCurrentUserData", "SearchUsers"}
HEADER = "username,email,first_name,last_name,routing_profile,security_profiles,tags"
WORKERS = 8


def person(name: str, tags: str = "") -> str:
    return f"{name},{name}@example.org,{name.title()},Example,helper,helper-rights,{tags}"


@dataclass
class Child:
    """A command that was begun by the warm process."""

    pid: int
    out: Path
    err: Path
    warm: Warm

    def end(self) -> int:
        """Wait for it and return its exit code, negative for a signal."""
        return int(self.warm.ask({"wait": self.pid})["code"])


class Warm:
    """`ccdeploy` in a folder, each command a fork of one process that has imported everything."""

    def __init__(self, command: Command, *words: str) -> None:
        self.folder = command.folder
        program = str(Path(__file__).parent / "warm_cli.py")
        self._process = subprocess.Popen(
            [sys.executable, program, *words],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=command.environ,
        )
        self._number = 0
        assert self._answer() == {"code": 0}

    def begin(self, *words: str, **env: str) -> Child:
        self._number += 1
        out, err = (self.folder.parent / f"{self._number}.{name}" for name in ("out", "err"))
        asked = {"run": list(words), "out": str(out), "err": str(err), "env": env}
        return Child(int(self.ask(asked)["pid"]), out, err, self)

    def __call__(self, *words: str, **env: str) -> tuple[int, str, str]:
        child = self.begin(*words, **env)
        code = child.end()
        said = child.err.read_text("utf-8")
        assert "Traceback" not in said, said
        return code, child.out.read_text("utf-8"), said

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


class Floor:
    """The small centre, standing, with a warm command in its folder; `names` are the people so far."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.data = data_of(command.folder)
        self.names: list[str] = []
        centre = command.folder / "center.yaml"
        centre.write_text(centre.read_text("utf-8") + "quotas: {users: 9000}\n", encoding="utf-8")
        command("up", "-q", "--no-rosters")
        self.roster([])
        self.warm = Warm(command, "roster", "plan")

    def roster(self, rows: list[str]) -> None:
        file = self.command.folder / "rosters" / "helpers.csv"
        file.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")

    def more(self, count: int) -> list[str]:
        """So many new people, in the roster beside all others."""
        new = [f"p{len(self.names) + n:04}" for n in range(count)]
        self.names += new
        self.roster([person(name) for name in self.names])
        return new

    @contextlib.contextmanager
    def here(self) -> Iterator[Application]:
        """The sandbox in this process, so that its faults and its latency can be changed."""
        with serve(self.data) as running:
            write_info(self.data, running.endpoint)
            yield running.application
        forget(self.data)

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        return [r for r in history.read(self.data) if r["n"] > since and r["service"] == "connect"]

    def seen(self) -> int:
        return max(int(r["n"]) for r in history.read(self.data))

    def finished(self, names: list[str], since: int) -> None:
        """Everybody is there, those of `names` were made once, and the plan finds nothing to do."""
        code, out, _ = self.warm("roster", "plan", "--json")
        assert code == 0
        assert {step["action"] for step in json.loads(out)["steps"]} == {"same"}
        made = [r for r in self.requests(since) if r["operation"] == "CreateUser" and r["effect"]]
        assert Counter(r["parameters"]["Username"] for r in made) == Counter(names)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    floor = Floor(Command(copied("tests/centres/small", tmp_path_factory.mktemp("interrupted") / "small")))
    yield floor
    floor.warm.close()
    floor.command("sandbox", "stop", code=None)


def test_a_command_killed_again_and_again_leaves_nobody_twice_and_nobody_out(line: Floor) -> None:
    wanted, dice = (100 if TORTURE else 10), random.Random(20260401)
    line.command("sandbox", "start", "--latency", "15ms")
    since, kills, new = line.seen(), 0, list[str]()
    while kills < wanted:
        new += line.more(30)
        tagged = set(dice.sample(line.names, len(line.names) // 5))  # others change at the same time
        line.roster([person(name, f"round={len(new)}" if name in tagged else "") for name in line.names])
        for _ in range(4):
            child = line.warm.begin("roster", "apply")
            time.sleep(dice.uniform(0.05, 0.5 + len(line.names) / 1500))  # reading them takes its time, too
            os.kill(child.pid, signal.SIGKILL)
            if child.end() == 0:
                break
            kills += 1
    code, _, said = line.warm("roster", "apply")
    assert code == 0, said
    line.finished(new, since)
    vain = [r for r in line.requests(since) if r["operation"] not in READS and not r["effect"]]
    assert len(vain) <= WORKERS * kills
    line.command("sandbox", "stop")
    line.roster([person(name) for name in line.names])
    assert line.warm("roster", "apply")[0] == 0


def test_one_ctrl_c_stops_soon_says_how_to_go_on_and_the_next_run_does_the_rest(line: Floor) -> None:
    latency, dice = 0.4, random.Random(7)
    with line.here() as application:
        begin, new = line.seen(), list[str]()
        for _ in range(50 if TORTURE else 4):
            new += line.more(40)
            since = line.seen()
            application.options = replace(application.options, latency=latency)
            child = line.warm.begin("roster", "apply")
            while not any(r["operation"] == "CreateUser" for r in line.requests(since)):
                time.sleep(0.02)
            time.sleep(dice.uniform(0, latency))
            os.kill(child.pid, signal.SIGINT)
            pressed, wall = time.monotonic(), time.time()
            code = child.end()
            took = time.monotonic() - pressed
            application.options = replace(application.options, latency=0.0)
            said = child.err.read_text("utf-8")
            assert code == 130, said
            assert took <= 2 + latency
            assert "Traceback" not in said
            assert "run the same command again" in said
            assert " left" in said
            sent = [r["time"] for r in line.requests(since) if r["operation"] == "CreateUser"]
            assert max(sent) <= wall + 2 * latency + 0.5  # those under way; none begins after them
            assert len(sent) <= 40 - WORKERS
            assert line.warm("roster", "apply")[0] == 0
        line.finished(new, begin)


def test_credentials_that_run_out_at_any_call_are_said_and_new_ones_finish_the_rest(line: Floor) -> None:
    with line.here() as application:
        begin, people = line.seen(), list[str]()
        for nth in range(1, 43) if TORTURE else (1, 3, 4, 7, 10):
            new = line.more(40 if TORTURE else 8)
            since = line.seen()
            application.faults = Faults((Fault("*", "expire-credentials", nth=frozenset([nth])),))
            code, _, said = line.warm("roster", "apply")
            done = [r for r in line.requests(since) if r["effect"]]
            assert code == (3 if done else 1), said
            assert "sign in again" in said
            assert "run the same command again" in said
            if code == 3:
                assert f"{len(done)} people done, 0 failed, {len(new) - len(done)} left" in said
            fresh = line.seen()
            code, _, said = line.warm("roster", "apply", AWS_ACCESS_KEY_ID="fresh", AWS_SECRET_ACCESS_KEY="fresh")
            assert code == 0, said
            application.faults = Faults()
            assert sum(r["effect"] for r in line.requests(fresh)) == len(new) - len(done)
            people += new
        line.finished(people, begin)


CANARY = (
    "username,email,first_name,last_name,routing_profile,security_profiles,"
    "phone_type,desk_phone,secondary_email,mobile,password"
)
TOKENS = ("quokka", "zyzzyva", "wombat", "numbat", "1990077", "1990088", "Bilby")


def canary(at: int, *, changed: bool = False) -> str:
    """A person of whom every cell can be known again."""
    mail, first = ("numbat", "Numbat") if changed else ("zyzzyva", "Zyzzyva")
    own = f"quokka.{at},{mail}{at}@example.org,{first}{chr(97 + at)},Wombat"
    return f"{own},helper,helper-rights,desk,+3319900770{at},wombat{at}@example.org,+3319900880{at},Bilby0aaaaa{at}"


def test_nothing_personal_is_in_any_output_argument_state_or_log(line: Floor) -> None:
    roster = line.command.folder / "rosters" / "canary.csv"
    said = seen = ""

    def run(*words: str, code: int, kill: bool = False) -> None:
        nonlocal said, seen
        child = line.warm.begin(*words)
        begun = time.monotonic()
        while Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    seen += (process / "cmdline").read_text("utf-8", "replace")
            if kill and time.monotonic() - begun > 1.1:
                os.kill(child.pid, signal.SIGKILL)
        assert child.end() == code, child.err.read_text("utf-8")
        said += child.out.read_text("utf-8") + child.err.read_text("utf-8")

    def write(*rows: str) -> None:
        roster.write_text("\n".join([CANARY, *rows, ""]), encoding="utf-8")

    with line.here() as application:
        lost = Fault("CreateUser", "lose-answer", every=3)
        bad = Fault("CreateUser", "refuse", nth=frozenset([4]), error="InvalidParameterException")
        application.faults = Faults((lost, bad))
        write(*map(canary, range(6)))
        run("roster", "apply", str(roster), "--verbose", code=3)
        application.faults = Faults()
        run("roster", "apply", str(roster), "--json", code=0)
        application.options = replace(application.options, latency=0.3)
        write(*[canary(at, changed=True) for at in range(6)], canary(7))
        run("roster", "apply", str(roster), "--json", code=-signal.SIGKILL, kill=True)
        application.options = replace(application.options, latency=0.0)
        application.faults = Faults((Fault("*", "expire-credentials", nth=frozenset([3])),))
        run("roster", "apply", str(roster), code=1)
        application.faults = Faults()
        run("roster", "apply", str(roster), "--verbose", code=0)
        run("roster", "undo", "--verbose", code=0)
        run("roster", "offboard", str(roster), "--delete", "--allow-suspend", "9", "--json", code=0)
        run("status", "--json", code=0)
    kept = {path: path.read_bytes() for path in line.command.folder.rglob("*") if path.is_file()}
    assert len(kept) > 8
    for token in TOKENS:
        assert token.lower() not in said.lower()
        assert token.lower() not in seen.replace(str(roster), "").lower()
        for path, data in kept.items():
            service = path.name == "connect.journal" and token != "Bilby"  # what the service itself keeps
            counted = path.name == "history.jsonl" and token == "quokka"
            if path != roster and not service and not counted:
                assert token.lower().encode() not in data.lower(), (path, token)
