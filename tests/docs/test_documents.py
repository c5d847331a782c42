"""The documents say what the software does: what is generated is fresh, what is linked exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from ccdeploy.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(group: click.Group, path: str) -> list[str]:
    found = []
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(f"{path} {name}")
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
    return found


def test_the_transcripts_and_the_command_reference_are_what_the_commands_print_today() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "write_docs.py", "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_command_of_the_readme_exists() -> None:
    known = set(commands(cli, "ccdeploy"))
    for line in re.findall(r"ccdeploy ([a-z]+(?: [a-z]+)?)", (ROOT / "README.md").read_text(encoding="utf-8")):
        words = line.split()
        assert f"ccdeploy {words[0]}" in known, f"README names: ccdeploy {line}"


def test_every_command_and_option_has_help() -> None:
    def walk(command: click.Command, path: str) -> None:
        assert command.help, f"{path} has no help"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{path} {parameter.opts[0]} has no help"
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=path)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                walk(child, f"{path} {name}")

    walk(cli, "ccdeploy")


def test_nothing_in_the_repository_tells_of_machines_or_registries() -> None:
    banned = re.compile(r"/work/|/root/|pypi\.org|proxy\.golang|registry\.npmjs", re.IGNORECASE)
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout: the list of files is git's")
    for name in listing.stdout.splitlines():
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".yaml", ".toml", ".json", ".csv", ""}
            and path.is_file()
            and path != Path(__file__)
        ):
            hit = banned.search(path.read_text(encoding="utf-8", errors="replace"))
            assert hit is None, f"{name} holds {hit.group() if hit else ''}"
