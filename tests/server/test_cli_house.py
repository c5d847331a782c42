"""The command line as a house: what help costs, how usage mistakes look, that options are written once."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CCDEPLOY = [sys.executable, "-m", "ccdeploy.cli"]
GROUPS = {"roster", "flow", "sandbox", "state"}
HEAVY = {
    "boto3",
    "botocore",
    "pulumi",
    "pulumi_aws",
    "moto",
    "flask",
    "rich",
    "yaml",
    "jsonschema",
    "jsonschema_rs",
    "openpyxl",
    "holidays",
    "phonenumbers",
    "rapidfuzz",
    "cryptography",
}


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CCDEPLOY, *arguments], capture_output=True, text=True, cwd=cwd, timeout=120)


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that a command has imported when it ends."""
    code = (
        "import sys\n"
        "from ccdeploy.cli.main import cli\n"
        "try:\n"
        f"    cli({list(arguments)!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('|'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    return {name.split(".")[0] for name in done.stderr.strip().splitlines()[-1].split("|")}


def test_help_imports_click_and_none_of_the_heavy_libraries() -> None:
    loaded = loaded_by("--help")

    assert "click" in loaded
    assert not loaded & HEAVY


def test_help_of_up_imports_none_of_the_heavy_libraries_either() -> None:
    assert not loaded_by("up", "--help") & HEAVY


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"ccdeploy {version('ccdeploy')}\n"


def commands() -> list[list[str]]:
    from ccdeploy.cli.main import COMMANDS, cli

    found: list[list[str]] = []
    for name in COMMANDS:
        found.append([name])
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        found += [[name, inner] for inner in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_that_fits_eighty_columns(words: list[str]) -> None:
    from ccdeploy.cli.main import COMMANDS, cli
    from click.testing import CliRunner

    command = cli.get_command(None, words[0])  # type: ignore[arg-type]
    assert command is not None
    shown = CliRunner().invoke(command, [*words[1:], "--help"], prog_name=" ".join(["ccdeploy", words[0]]))

    assert shown.exit_code == 0
    assert "Usage:" in shown.output
    assert not [line for line in shown.output.splitlines() if len(line) > 80]
    options = shown.output.partition("Options:")[2]
    assert not re.findall(r"^  -[-\w, ]+(?: [A-Z]+)?$\n(?!\s{10})", options, re.MULTILINE), "an option without help"
    assert COMMANDS[words[0]][1].endswith(".")


def test_the_static_list_names_the_module_of_every_command_and_only_those() -> None:
    from ccdeploy.cli.main import COMMANDS

    modules = {path.stem for path in (ROOT / "cli" / "commands").glob("*.py")} - {"__init__"}
    listed = {module for module, _ in COMMANDS.values()}
    parts_of_groups = {module for module in modules - listed if module.partition("_")[0] in listed}
    assert listed == modules - parts_of_groups


def test_an_unknown_command_names_the_nearest_one_and_exits_with_2() -> None:
    done = run("validat")

    assert done.returncode == 2
    assert "Did you mean 'validate'?" in done.stderr
    assert done.stdout == ""


def test_a_usage_mistake_under_json_is_the_json_error() -> None:
    done = run("up", "--stakc", "x", "--json")

    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert answer["event"] == "result"
    assert answer["error"]["code"] == "usage"
    assert "--stakc" in answer["error"]["message"]


def test_without_a_folder_the_refusal_names_the_command_that_makes_one(tmp_path: Path) -> None:
    done = run("validate", cwd=tmp_path)

    assert done.returncode == 1
    assert "ccdeploy init" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_embedded_engine_is_refused_on_aws_with_the_reason_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "center.yaml").write_text("center: x\n")
    done = run("up", str(tmp_path), "--target", "aws", "--engine", "embedded")

    assert done.returncode == 1
    assert "never touches a real account" in done.stderr
    assert "--target sandbox" in done.stderr


def test_an_option_of_several_commands_is_written_once() -> None:
    found: dict[str, list[str]] = {}
    for path in (ROOT / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.option":
                # The same word may mean another thing elsewhere (`call --live`, `flow diff --live NAME`).
                meaning = next((ast.unparse(given.value) for given in node.keywords if given.arg == "help"), "")
                for argument in node.args:
                    word = str(argument.value) if isinstance(argument, ast.Constant) else ""
                    if word.startswith("--"):
                        found.setdefault(f"{word}: {meaning}", []).append(path.name)
    assert not {option: files for option, files in found.items() if len(files) > 1}


def test_no_command_body_is_longer_than_25_lines() -> None:
    for path in (ROOT / "cli" / "commands").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                body = [
                    part
                    for part in node.body
                    if not isinstance(part, ast.Expr) or not isinstance(part.value, ast.Constant)
                ]
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                assert lines <= 25, f"{path.name}: {node.name} has {lines} lines"


@pytest.mark.parametrize("words", [[], ["roster"], ["sandbox"]], ids=["alone", "roster", "sandbox"])
def test_no_command_at_all_shows_the_help_and_exits_with_2(words: list[str]) -> None:
    done = run(*words)

    assert done.returncode == 2
    assert done.stderr.startswith("Usage: ")
    assert "error:" not in done.stderr
