"""Flows that the service accepted: the validator must not refuse them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from ccdeploy.flows.catalogue import OUR_TYPES
from ccdeploy.flows.language import validate
from ccdeploy.flows.layout import CONSOLE_TYPES

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def rows(origin: str) -> list[dict[str, str]]:
    with (CORPUS / "manifest.tsv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file, delimiter="\t"))
    return [row for row in found if row["format"] == "current" and row["origin"] == origin]


def types_of(row: dict[str, str], content: str) -> list[str]:
    """The flow's type: told by the folder or the metadata, else any will do."""
    if row["path"].startswith("modules/"):
        return ["MODULE"]
    console = (json.loads(content).get("Metadata") or {}).get("type")
    told = [api for api, ours in OUR_TYPES.items() if CONSOLE_TYPES[ours] == console and api != "MODULE"]
    return told or list(OUR_TYPES)


@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus of public flows beside the repository")
def test_no_more_than_one_in_a_hundred_accepted_exports_is_refused() -> None:
    refused = {}
    exports = rows("export")
    for row in exports:
        content = (CORPUS / row["path"]).read_text(encoding="utf-8", errors="replace")
        found = min((validate(content, kind) for kind in types_of(row, content)), key=len)
        if found:
            refused[row["path"]] = found[0].message
    assert len(exports) > 50
    assert len(refused) <= len(exports) // 100, refused


@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus of public flows beside the repository")
def test_flows_with_invented_action_types_are_refused() -> None:
    invented = [row for row in rows("handwritten") if row["unknown_types"]]
    assert invented
    for row in invented:
        content = (CORPUS / row["path"]).read_text(encoding="utf-8", errors="replace")
        assert any("Invalid Action type" in p.message for p in validate(content, "CONTACT_FLOW")), row["path"]
