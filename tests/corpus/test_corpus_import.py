"""Real flows in and out: imported, compiled back, and compared as graphs."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.bindings import bind_known
from ccdeploy.flows.catalogue import catalogue
from ccdeploy.flows.document import Document, read_document
from ccdeploy.flows.equal import first_difference
from ccdeploy.flows.importer.convert import Imported, import_document
from ccdeploy.flows.layout import positions, size
from ccdeploy.specs.problems import Problems

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="no corpus of public flows beside the repository")

# The 36 types that voice-only flows use (flow corpus facts 4), and the four beside them.
VOICE = frozenset(
    [
        "MessageParticipant",
        "DisconnectParticipant",
        "InvokeLambdaFunction",
        "UpdateContactAttributes",
        "UpdateFlowLoggingBehavior",
        "Compare",
        "TransferContactToQueue",
        "GetParticipantInput",
        "UpdateContactTargetQueue",
        "UpdateContactTextToSpeechVoice",
        "UpdateContactRecordingBehavior",
        "ConnectParticipantWithLexBot",
        "Loop",
        "UpdateContactEventHooks",
        "EndFlowExecution",
        "TransferToFlow",
        "CheckHoursOfOperation",
        "UpdateContactMediaStreamingBehavior",
        "MessageParticipantIteratively",
        "EndFlowModuleExecution",
        "UpdateContactData",
        "CreateCallbackContact",
        "UpdateContactCallbackNumber",
        "CheckMetricData",
        "InvokeFlowModule",
        "TransferParticipantToThirdParty",
        "UpdateFlowAttributes",
        "Wait",
        "GetMetricData",
        "UpdateContactRoutingBehavior",
        "CheckOutboundCallStatus",
        "DequeueContactAndTransferToQueue",
        "UpdateContactRoutingCriteria",
        "TransferContactToAgent",
        "CompleteOutboundCall",
        "DistributeByPercentage",
        "UpdateContactRecordingAndAnalyticsBehavior",
        "TagContact",
        "UntagContact",
        "CreateTask",
    ]
)


def rows(*kinds: str) -> list[dict[str, str]]:
    with (CORPUS / "manifest.tsv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["format"] in kinds]


def read(path: str) -> Document:
    problems = Problems()
    document = read_document((CORPUS / path).read_bytes(), path, problems)
    assert document is not None, [str(problem) for problem in problems.listed()]
    return document


def back(imported: Imported) -> Document:
    """What the YAML compiles to, read from nothing but its text and its references."""
    done = compile_text(imported.text, "again.yaml")
    assert done.compiled is not None, [str(problem) for problem in done.problems.listed()]
    again = read_document(bind_known(done.compiled, imported.bindings), "again.json", Problems())
    assert again is not None
    return again


def tidy(imported: Imported) -> bool:
    """Whether the designer would draw no block of the recompiled flow on another."""
    content = json.loads(imported.compiled.template)
    actions = {action["Identifier"]: action for action in content["Actions"]}
    places = positions(content["StartAction"], actions)
    boxes = [(*places[ident], *size(action)) for ident, action in actions.items()]
    return not any(
        a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
        for a, b in combinations(boxes, 2)
    )


def test_real_flows_come_back_equal_and_nearly_all_in_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    verbs: Counter[str] = Counter()
    literal: Counter[str] = Counter()
    unequal, valid = {}, 0
    for row in rows("current", "module"):
        if row["unknown_types"]:
            continue
        valid += 1
        document, problems = read(row["path"]), Problems()
        imported = import_document(document, problems)
        if imported is None:
            unequal[row["path"]] = str(problems.listed()[0])
            continue
        difference = first_difference(document, back(imported))
        if difference is not None:
            unequal[row["path"]] = str(difference)
        assert tidy(imported), row["path"]
        verbs.update(imported.as_verbs)
        literal.update(imported.as_actions)
    with capsys.disabled():
        print(f"\n{'action type':46}{'actions':>8}{'as verbs':>9}")
        for kind, count in (verbs + literal).most_common():
            print(f"{kind:46}{count:8}{verbs[kind]:9}")
        print(f"{valid - len(unequal)} of {valid} flows equal")
    assert valid > 100
    assert len(unequal) <= valid // 100, unequal
    voice = sum(verbs[kind] for kind in VOICE)
    assert voice >= 0.95 * (voice + sum(literal[kind] for kind in VOICE))


def test_the_voice_types_are_types_of_the_catalogue() -> None:
    assert len(VOICE) == 40
    assert set(catalogue().actions) >= VOICE


def test_a_flow_with_an_invented_type_is_refused_with_its_name() -> None:
    invented = [row for row in rows("current") if row["unknown_types"]]
    assert invented
    for row in invented:
        problems = Problems()
        assert import_document(read(row["path"]), problems) is None
        told = " ".join(problem.message for problem in problems.listed())
        assert any(word in told for word in row["unknown_types"].replace(",", " ").split()), row["path"]


def test_flows_in_the_old_format_are_translated_or_refused_by_block() -> None:
    legacy = rows("legacy")
    assert legacy
    for row in legacy:
        problems = Problems()
        imported = import_document(read(row["path"]), problems)
        if imported is None:
            assert any("cannot be translated" in problem.message for problem in problems.listed()), row["path"]
        else:
            again = back(imported)
            assert again.actions, row["path"]
