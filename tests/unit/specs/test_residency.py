"""`residency: eea`: what lies elsewhere is refused, each thing at its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ccdeploy.specs import regions
from ccdeploy.specs.load import load

ROOT = Path(__file__).parents[3]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:look-up"


def found(tmp_path: Path, region: str, more: str) -> dict[str, str]:
    """Codes that `residency` may give, with their lines, of the small centre with more keys."""
    folder = tmp_path / "small"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "tests/centres/small", folder)
    path = folder / "center.yaml"
    path.write_text(path.read_text().replace("region: eu-central-1", f"region: {region}\n{more}"))
    listed = load(folder, stack="dev").problems.listed()
    return {f"{p.code}:{p.where.line}": p.message for p in listed if p.code.endswith("residency")}


@pytest.mark.parametrize("region", regions.with_connect())
def test_only_frankfurt_has_connect_in_the_eea(tmp_path: Path, region: str) -> None:
    told = found(tmp_path, region, "residency: eea")
    assert set(told) == (set() if region == "eu-central-1" else {"outside-residency:2"})
    assert found(tmp_path, region, "") == {}, "who says nothing is told nothing"


def test_everything_that_the_folder_names_is_looked_at(tmp_path: Path) -> None:
    more = f"""residency: eea
lambdas: {{look: "{FUNCTION}"}}
bots: {{desk: "arn:aws:lex:eu-west-2:123456789012:bot-alias/BOTID12345/ALIAS12345"}}
data: {{contact_records: "arn:aws:kinesis:us-west-2:123456789012:stream/records"}}
state: s3://the-states/hotline?region=eu-west-2"""
    told = found(tmp_path, "eu-central-1", more)
    assert set(told) == {f"outside-residency:{line}" for line in (4, 5, 6, 7)}
    assert told["outside-residency:5"].startswith("a bot lies in eu-west-2 (London), outside the EEA")
    at_home = (
        more.replace("us-east-1", "eu-west-1").replace("us-west-2", "eu-north-1").replace("eu-west-2", "eu-west-3")
    )
    assert found(tmp_path, "eu-central-1", at_home) == {}


def test_an_s3_of_somebody_else_is_a_warning(tmp_path: Path) -> None:
    told = found(tmp_path, "eu-central-1", "residency: eea\nstate: s3://the-states/x?endpoint=https://s3.example.org")
    assert set(told) == {"unsure-residency:4"}
