"""`flow lint` on public flows: what the service accepted is not refused, and what it cannot accept is."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from ccdeploy.flows.document import read_document
from ccdeploy.flows.lint import Linted, lint_json
from ccdeploy.specs.problems import Problems

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
HEARD = frozenset(
    ("MessageParticipant", "GetParticipantInput", "ConnectParticipantWithLexBot", "TransferContactToQueue")
)
HEARD |= {"TransferParticipantToThirdParty", "CreateCallbackContact"}
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


def test_what_is_warned_about_is_counted_by_rule_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of warnings on public flows. Guides for an agent's screen are nobody's line; no step is named twice."""
    found = judged({"current", "module"}, "export") | judged({"current", "module"}, "handwritten")
    counts: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for path, linted in found.items():
        warned = [p for p in linted.problems.listed() if p.severity == "warning"]
        counts.update(p.code for p in warned)
        files.update({p.code for p in warned})
        for problem in warned:
            named = problem.message.rpartition(": ")[2].split(" and ")[0].split(", ")
            assert problem.code not in {"H03", "H04"} or len(named) == len(set(named)), (path, problem.message)
        document = read_document((CORPUS / path).read_bytes(), path, Problems())
        kinds = {action.type for action in document.actions.values()} if document else set()
        if "ShowView" in kinds and not kinds & HEARD:
            assert not {p.code for p in warned} & {"H01", "H02", "H03", "H04"}, path
        template = any(
            sign in (CORPUS / path).read_text(encoding="utf-8", errors="replace")
            for sign in ("${", "{{", "%", "REPLACE")
        )
        assert template or "template" not in {p.code for p in warned}, path
    with capsys.disabled():
        print(f"\n{'rule':16}{'warnings':>9}{'files':>7}")
        for code in sorted(counts):
            print(f"{code:16}{counts[code]:9}{files[code]:7}")
    assert not counts["H05"]  # no public flow asks a queue's own hours on one way and not on another
