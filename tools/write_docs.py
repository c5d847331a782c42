"""Writes what is generated in the documents: the README's transcript and the command reference.

`python tools/write_docs.py` writes; `--check` only compares (times, ids and ports apart) and names what is stale.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).parent / "ccdeploy"
BEGIN, END = "<!-- transcript: begin (tools/write_docs.py) -->", "<!-- transcript: end -->"
MISTAKES_BEGIN, MISTAKES_END = "<!-- mistakes: begin (tools/write_docs.py) -->", "<!-- mistakes: end -->"
SHOWN = ("validate", "up", "status")
# Five mistakes that people make under pressure, put into a copy of the example: file, what stands there, the slip.
SLIPS = (
    ("center.yaml", "mon-fri: 08:00-20:00", "mon-fri: 08:00-23:59"),
    ("center.yaml", "hours: night", "hours: nihgt"),
    ("center.yaml", "region: eu-central-1", "region: eu-west-3"),
    ("flows/welcome.yaml", "closed: at-night", "closed: at-nite"),
    ("rosters/nurses.csv", "@example.org", ".example.org"),
)
VOLATILE = (
    (re.compile(r"\b\d+(\.\d+)? ?(s|ms|min|seconds|minutes)\b"), "N s"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\dZ"), "WHEN"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"[ \t]+"), " "),
)


def environment() -> dict[str, str]:
    """A terminal of 80 columns without colour, in one language, of nobody in particular."""
    return {**os.environ, "LOGNAME": "ada", "NO_COLOR": "1", "COLUMNS": "80", "LC_ALL": "C.UTF-8"}


def transcript() -> str:
    """Run the example on a new sandbox and return commands and output as a reader would see them."""
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "hospital-follow-up"
        shutil.copytree(ROOT / "examples/hospital-follow-up", folder, ignore=shutil.ignore_patterns(".ccdeploy"))
        for command in SHOWN:
            done = subprocess.run(
                [COMMAND, command, folder.name],
                cwd=scratch,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment(),
                check=True,
            )
            lines += [f"$ ccdeploy {command} {folder.name}", done.stdout.rstrip(), ""]
    return "\n".join(lines).rstrip().replace(f" on {socket.gethostname()}:", " on laptop:")


def mistakes() -> str:
    """What `validate` says to a copy of the example with five slips in it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "hospital-follow-up"
        shutil.copytree(ROOT / "examples/hospital-follow-up", folder, ignore=shutil.ignore_patterns(".ccdeploy"))
        for name, right, wrong in SLIPS:
            text = (folder / name).read_text(encoding="utf-8")
            assert right in text, f"{name} no longer holds {right!r}"
            (folder / name).write_text(text.replace(right, wrong, 1), encoding="utf-8")
        done = subprocess.run(
            [COMMAND, "validate", folder.name], cwd=scratch, capture_output=True, text=True, env=environment()
        )
        assert done.returncode == 1, done.stderr
        return f"$ ccdeploy validate {folder.name}\n{(done.stdout + done.stderr).rstrip()}"


def between(text: str, begin: str, end: str, body: str) -> str:
    """`text` with a console block of `body` between the two marks."""
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}\n```console\n{body}\n```\n{end}{tail}"


def readme() -> str:
    """The README with fresh transcripts."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = between(text, BEGIN, END, transcript())
    return between(text, MISTAKES_BEGIN, MISTAKES_END, mistakes())


def command_pages(command: click.Command, path: list[str]) -> list[str]:
    """The help of a command and of those below it."""
    context = click.Context(command, info_name=" ".join(path), terminal_width=80, max_content_width=80)
    page = [f"## `{' '.join(path)}`", "", "```text", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                page += command_pages(child, [*path, name])
    return page


def reference() -> str:
    """docs/cli.md."""
    from ccdeploy.cli.main import cli

    head = ["# Commands", "", "Generated from `--help` by `make docs`.", ""]
    return "\n".join([*head, *command_pages(cli, ["ccdeploy"])]).rstrip() + "\n"


def settled(text: str) -> str:
    """`text` without what differs from run to run."""
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text


def main() -> int:
    """Write, or with --check compare; exit code 1 when something is stale."""
    os.environ.update(environment())
    from ccdeploy.flows.reference import flow_reference

    pages = {ROOT / "README.md": readme(), ROOT / "docs" / "cli.md": reference()}
    pages[ROOT / "docs" / "flow-verbs.md"] = flow_reference()
    stale = [
        path for path, text in pages.items() if not path.exists() or settled(path.read_text("utf-8")) != settled(text)
    ]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale; run: make docs")
        return bool(stale)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
