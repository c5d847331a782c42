"""What the tests over HTTP and of the command line share: the command as a subprocess, and centres to work on."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox import process

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def result(self) -> dict[str, Any]:
        """The last line of a stream."""
        last = self.lines[-1]
        assert last["event"] == "result"
        return last


class Command:
    """`ccdeploy`, run in a folder as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "CCDEPLOY_"))}

    def arguments(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "ccdeploy.cli", *words]

    def __call__(self, *words: str, code: int | None = 0, **environ: str) -> Ran:
        done = subprocess.run(
            self.arguments(*words),
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert code is None or ran.code == code, f"exit code {ran.code}\n{ran.out}\n{ran.err}"
        assert "Traceback" not in ran.err, ran.err
        return ran

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            self.arguments(*words),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            env=self.environ,
        )

    def history(self) -> list[dict[str, Any]]:
        """Every request that the folder's sandbox has seen."""
        return self("sandbox", "history").lines

    def mutations(self, since: int = 0) -> list[str]:
        """The operations that changed something after request `since`."""
        return [record["operation"] for record in self.history() if record["effect"] and record["n"] > since]

    def files(self, *, but: tuple[str, ...] = ()) -> dict[str, str]:
        """Every file under the folder with a digest of its content."""
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name not in but
        }


def copied(centre: str, place: Path) -> Path:
    source = ROOT / centre
    shutil.copytree(source, place, ignore=shutil.ignore_patterns(".ccdeploy"))
    return place


def stop(command: Command) -> None:
    """Stop the server of a folder, where the test has left one."""
    if process.find(command.folder) is not None:
        command("sandbox", "stop", code=None)


class Inside(Command):
    """The same in this process: a tenth of the time, for what needs no process of its own."""

    def __call__(self, *words: str, code: int | None = 0, **environ: str) -> Ran:
        from ccdeploy.cli.main import cli

        out, err = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.chdir(self.folder)
            for key in [key for key in os.environ if key not in self.environ]:
                patch.delenv(key)
            for key, value in environ.items():
                patch.setenv(key, value)
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            left = stack.enter_context(pytest.raises(SystemExit))
            cli.main(list(words))
        ran = Ran(int(left.value.code or 0), out.getvalue(), err.getvalue())
        assert code is None or ran.code == code, f"exit code {ran.code}\n{ran.out}\n{ran.err}"
        assert "Traceback" not in ran.err, ran.err
        return ran


@pytest.fixture(scope="session")
def command_in() -> Callable[[Path], Command]:
    """`command_in(folder)`: the command in this process."""
    return Inside


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Command]:
    """The smallest centre, with the command in this process."""
    command = Inside(copied("tests/centres/small", tmp_path / "small"))
    yield command
    stop(command)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Command]:
    """The smallest centre, in a folder of its own; a server started there is stopped in the end."""
    command = Command(copied("tests/centres/small", tmp_path / "small"))
    yield command
    stop(command)


@pytest.fixture
def design(tmp_path: Path) -> Iterator[Command]:
    """The centre of the design's own example."""
    command = Command(copied("tests/centres/design", tmp_path / "design"))
    yield command
    stop(command)


@pytest.fixture
def rich(tmp_path: Path) -> Iterator[Command]:
    """A centre with a little of everything."""
    command = Command(copied("tests/centres/rich", tmp_path / "rich"))
    yield command
    stop(command)


@pytest.fixture
def here(tmp_path: Path) -> Command:
    """The command in an empty folder."""
    return Command(tmp_path)


@pytest.fixture
def fits() -> Any:
    """`fits("preview", value)`: the value is as the published JSON Schema says."""
    import jsonschema

    def check(name: str, value: Any) -> None:
        schema = json.loads((ROOT / "docs" / "json" / f"{name}.schema.json").read_text())
        jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)

    return check
