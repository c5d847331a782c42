"""Folders of a centre, made of a small good one and what a test changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.specs.load import Loaded, load

TODAY = dt.date(2026, 11, 22)
BASE = """center: small
region: eu-central-1
time_zone: Europe/Paris
language: fr-FR
instance: {alias: small-line}
"""
Make = Callable[..., Loaded]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """`make(center_yaml, base=..., stack=..., files={...})`: load a folder that holds just that."""

    def build(
        text: str = "",
        *,
        base: str = BASE,
        stack: str = "dev",
        every: bool = False,
        files: dict[str, str] | None = None,
        today: dt.date = TODAY,
    ) -> Loaded:
        (tmp_path / "center.yaml").write_text(base + text, encoding="utf-8")
        for name, content in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return load(tmp_path, stack=stack, today=today, every=every)

    return build
