"""What the tests with the real Pulumi CLI share: where it is, and `ccdeploy` as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.stacks.engine.pulumi_cli.command import find

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the CLI these tests are skipped, with the way to get it."""
    if find() is not None:
        return
    reason = "no pulumi on PATH and none in .tools/bin: run `make pulumi` where Go is"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


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
    def result(self) -> dict[str, Any]:
        """The last line of a stream."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


class Centre:
    """A folder with a centre, and `ccdeploy` run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "CCDEPLOY_"))}

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Begin a command and leave it running, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "ccdeploy.cli", *words],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def __call__(self, *words: str, code: int | None = 0, **environ: str) -> Ran:
        process = self.start(*words, **environ)
        out, err = process.communicate(timeout=300)
        assert code is None or process.returncode == code, f"exit code {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err, err
        return Ran(process.returncode, out, err)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def mutations(self) -> list[str]:
        """The operations that changed something, in order."""
        records = [json.loads(line) for line in self("sandbox", "history").out.splitlines()]
        return [record["operation"] for record in records if record["effect"]]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    folder = tmp_path / "small"
    shutil.copytree(ROOT / "tests" / "centres" / "small", folder, ignore=shutil.ignore_patterns(".ccdeploy"))
    made = Centre(folder)
    yield made
    made("sandbox", "stop", code=None)
