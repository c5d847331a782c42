"""`flow lint` on public flows: what the service accepted is not refused, and what it cannot accept is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from ccdeploy.flows.lint import Linted, lint_json

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="no corpus of public flows beside the repository")


def judged(formats: set[str], origin: str) -> dict[str, Linted]:
    with (CORPUS / "manifest.tsv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["format"] in formats and r["origin"] == origin]
    kinds = {"module": "module"}
    return {
        row["path"]: lint_json((CORPUS / row["path"]).read_bytes(), row["path"], kinds.get(row["format"], ""))
        for row in rows
    }


def errors(found: Linted) -> list[str]:
    return [p.message for p in found.problems.listed() if p.severity == "error"]


def test_no_more_than_one_in_a_hundred_exports_gets_an_error() -> None:
    found = judged({"current", "module"}, "export")
    refused = {path: errors(linted)[0] for path, linted in found.items() if errors(linted)}
    assert len(found) > 100
    assert len(refused) <= len(found) // 100, refused


def test_flows_that_the_service_cannot_take_get_errors_that_name_an_action() -> None:
    with (CORPUS / "manifest.tsv").open(encoding="utf-8") as file:
        invented = {r["path"] for r in csv.DictReader(file, delimiter="\t") if r["unknown_types"]}
    found = judged({"current"}, "handwritten")
    assert invented
    for path in invented:
        assert any("action " in message for message in errors(found[path])), path


def test_the_old_format_is_named_and_the_way_out_too() -> None:
    found = judged({"legacy"}, "")
    assert found
    for path, linted in found.items():
        assert [(p.code, "flow import" in p.hint) for p in linted.problems.listed()] == [("legacy-format", True)], path


def test_every_rule_that_a_file_alone_can_break_is_broken_somewhere() -> None:
    found = judged({"current", "module"}, "export")
    codes = {p.code for linted in found.values() for p in linted.problems.listed() if p.code.startswith("H")}
    assert codes >= {"H01", "H02", "H03", "H04", "H06", "H09", "H12"}
