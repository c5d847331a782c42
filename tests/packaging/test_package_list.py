"""A package that is missing from pyproject.toml works in an editable install and is missing from the wheel."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.version_info < (3, 11):
    pytest.skip("tomllib comes with Python 3.11", allow_module_level=True)

import tomllib

ROOT = Path(__file__).parents[2]
TOP = ["specs", "flows", "stacks", "agents", "sandbox", "deploy", "cli"]


def packages_on_disk() -> set[str]:
    found = set()
    for top in TOP:
        for init in (ROOT / top).rglob("__init__.py"):
            found.add("ccdeploy." + ".".join(init.parent.relative_to(ROOT).parts))
    return found


def declared() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_folder_with_code_is_a_declared_package() -> None:
    tool = declared()["tool"]
    assert isinstance(tool, dict)
    assert set(tool["setuptools"]["packages"]) == packages_on_disk()


def test_every_folder_with_modules_is_a_package() -> None:
    for top in TOP:
        for module in (ROOT / top).rglob("*.py"):
            assert (module.parent / "__init__.py").exists(), f"{module.parent} has no __init__.py"


def test_init_files_are_empty_so_that_no_command_imports_what_it_does_not_need() -> None:
    for top in TOP:
        for init in (ROOT / top).rglob("__init__.py"):
            assert init.read_text() == "", f"{init} holds code"


def test_no_module_of_the_program_folder_shadows_the_standard_library() -> None:
    names = {path.stem for path in (ROOT / "stacks").glob("*.py")} - {"__init__", "__main__"}
    assert not names & set(sys.stdlib_module_names)


def test_the_changelog_speaks_of_the_declared_version() -> None:
    project = declared()["project"]
    assert isinstance(project, dict)
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text()
