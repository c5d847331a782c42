"""A secret stays sealed on its way from one engine to the other and back: no file ever holds it in clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.engine.pulumi_cli.engine import PulumiEngine
from ccdeploy.stacks.provider import wire

HUSH = "hush-hush-7f3a"
STACK = "urn:pulumi:line.dev::ccdeploy::pulumi:pulumi:Stack::ccdeploy-line.dev"
THING = "urn:pulumi:line.dev::ccdeploy::mem:index:Thing::thing"
NAMES: dict[str, Any] = {"project": "ccdeploy", "stack": "line.dev", "providers": {}, "config": {}}


def document() -> dict[str, Any]:
    secret = {wire.SIGNATURE: wire.SECRET, "plaintext": f'"{HUSH}"'}
    thing = {"urn": THING, "custom": True, "type": "mem:index:Thing", "id": "t-1", "parent": STACK}
    stack = {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"}
    held = {"inputs": {"password": secret}, "outputs": {"password": secret, "size": 1}}
    return {"version": 3, "deployment": {"manifest": {}, "resources": [stack, {**thing, **held}]}}


def password(found: dict[str, Any]) -> dict[str, Any]:
    thing = next(item for item in found["deployment"]["resources"] if item["urn"] == THING)
    value: dict[str, Any] = thing["inputs"]["password"]
    return value


def in_clear(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and HUSH.encode() in path.read_bytes()]


def test_a_secret_is_sealed_in_every_file_of_both_engines(tmp_path: Path) -> None:
    embedded = EmbeddedEngine(store=FileStore(tmp_path / "one"), **NAMES)
    embedded.replace_state(document())
    with PulumiEngine(store=FileStore(tmp_path / "two"), writing=True, **NAMES) as pulumi:
        pulumi.replace_state(embedded.export_open())
        assert "ciphertext" in password(pulumi.export())
        back = pulumi.export_open()
    again = EmbeddedEngine(store=FileStore(tmp_path / "three"), **NAMES)
    again.replace_state(back)
    assert in_clear(tmp_path) == []
    assert HUSH not in str(again.export())
    assert password(again.export_open())["plaintext"] == f'"{HUSH}"'
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "home" not in path.parts]
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []
