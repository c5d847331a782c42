"""The commands in the pages for the ops engineer are run, in the order of the page, on one new folder and one sandbox.

A line of a ```console block that begins with `$ ccdeploy` must end with exit code 0. Lines that need the Pulumi CLI or
an account are only held against the command line's own definition here; `make torture` runs them too.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from ccdeploy.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = ("operations.md", "state.md", "security.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TORTURE = bool(os.environ.get("CCDEPLOY_TORTURE"))


def commands(page: str, *kinds: str) -> list[str]:
    """The command lines in the blocks of these kinds, without prompt and comment."""
    found = []
    for kind, body in FENCE.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        for line in body.splitlines() if kind in kinds else ():
            line = line.removeprefix("$ ").partition("  #")[0].strip()
            if line.startswith("ccdeploy ") or (kind == "console" and line):
                found.append(line)
    return found


def heavy(line: str) -> bool:
    """Whether it needs an account or the Pulumi CLI."""
    return "--target aws" in line or "--engine pulumi" in line or "--to pulumi" in line


def run(line: str) -> tuple[int, str]:
    """One line, in this process where it is nothing but ccdeploy, else in a shell."""
    if not line.startswith("ccdeploy ") or set("|>;$") & set(line):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", line], capture_output=True, text=True, env={**os.environ, "PATH": path}, timeout=300
        )
        return done.returncode, done.stdout + done.stderr
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), pytest.raises(SystemExit) as left:
        cli.main(shlex.split(line)[1:])
    return int(left.value.code or 0), said.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which everything happens."""
    before, folder = Path.cwd(), tmp_path_factory.mktemp("howto")
    os.chdir(folder)
    yield folder
    run("ccdeploy sandbox stop hotline")
    os.chdir(before)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, place: Path) -> Iterator[dict[str, str]]:
    """A sandbox that plays the account, where that is wanted."""
    if not TORTURE:
        yield {}
        return
    there = tmp_path_factory.mktemp("account")
    endpoint = json.loads(run(f"ccdeploy sandbox start {there} --json")[1])["endpoint"]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "CCDEPLOY_AWS_PLUGIN": "attach"}
    yield {**keys, "AWS_ENDPOINT_URL": endpoint}
    run(f"ccdeploy sandbox stop {there}")


def test_every_command_of_the_how_tos_does_what_the_page_says(
    place: Path, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = 0
    for page in PAGES:
        for line in commands(page, "console"):
            with monkeypatch.context() as patch:
                for key, value in account.items() if "--target aws" in line else ():
                    patch.setenv(key, value)
                if heavy(line) and not TORTURE:
                    continue
                code, said = run(line)
                assert code == 0, f"{page}: {line}\n{said}"
                ran += 1
    assert ran > 20


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_every_command_of_a_page_is_one_that_the_command_line_knows(page: str) -> None:
    for line in commands(page, "", "console", "sh", "bash"):
        if not line.startswith("ccdeploy ") or re.search(r"[A-Z]{4,}|\.\.\.|…|\[", line.split(" --")[0]):
            continue  # a form with placeholders, not a command
        try:
            words = shlex.split(line, comments=True)[1:]
        except ValueError:
            continue  # a quotation that goes on in the next line
        shell = next((at for at, word in enumerate(words) if word in {"|", ">", "<", "&&", ";"}), len(words))
        known(cli, words[:shell], line)


def known(command: click.Command, words: list[str], line: str) -> None:
    """The words name a command and options that exist. Raises AssertionError."""
    context: Any = click.Context(command, info_name="ccdeploy")
    while isinstance(command, click.Group):
        name = next((word for word in words if not word.startswith("-")), "")
        child = command.get_command(context, name)
        if child is None:
            child = command.get_command(context, "show")  # what `audit` alone means
        else:
            words = words[words.index(name) + 1 :]
        assert child is not None, f"no such command: {line}"
        command = child
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        if word.startswith("-") and len(word) > 1:
            assert word.partition("=")[0] in options | {"--help", "-h"}, f"{word} is unknown: {line}"
