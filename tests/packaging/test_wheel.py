"""The wheel and the sdist hold what they must and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = ["specs", "flows", "stacks", "agents", "sandbox", "deploy", "cli"]
SHIPPED = {".py", ".json", ".yaml", ".csv", ".wav", ".typed"}


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout: the expected file list is made from git")
    return [Path(line) for line in listing.stdout.splitlines()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from an export of what git tracks, so that nothing of this machine's tree slips in."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked():
        if (ROOT / path).is_file():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes((ROOT / path).read_bytes())
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "absent from the `packages`" not in done.stdout + done.stderr, "pip shows this to whoever installs"
    return out


def test_the_wheel_holds_exactly_the_packages_and_their_data(built: Path) -> None:
    wheel = next(built.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}

    expected = {f"ccdeploy/{path}" for path in tracked() if path.parts[0] in TOP and path.suffix in SHIPPED}
    assert inside == expected


def test_the_sdist_holds_what_a_packager_needs(built: Path) -> None:
    sdist = next(built.glob("*.tar.gz"))
    with tarfile.open(sdist) as archive:
        inside = {"/".join(name.split("/")[1:]) for name in archive.getnames()}

    for needed in ("Pulumi.yaml", "LICENSE", "README.md", "CHANGELOG.md", "Makefile", "tests/conftest.py"):
        assert needed in inside
    assert any(name.startswith("examples/hospital-follow-up/rosters/") for name in inside)
