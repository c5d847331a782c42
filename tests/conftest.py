"""What every test may use: a clean environment and the one flag that rewrites golden files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# The command line starts hundreds of times: its bytecode is compiled once, as on a user's machine.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write golden files anew; review the diff")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` leaves the long tests to `make torture`, and says so."""
    if os.environ.get("CCDEPLOY_TORTURE"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="long: make torture runs it"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the operator's AWS, Pulumi or ccdeploy settings."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "PULUMI_", "CCDEPLOY_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("PULUMI_SKIP_UPDATE_CHECK", "true")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """`golden(path, text)`: text equals the file, or becomes it under --rewrite-golden."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is missing; run: make golden"
        assert text == path.read_text(encoding="utf-8"), f"{path} differs; run: make golden, and review the diff"

    return compare
