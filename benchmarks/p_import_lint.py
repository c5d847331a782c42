"""Import and lint of every real flow at hand against json.loads and json.dumps(indent=2) of the same bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ccdeploy.flows.document import read_document
from ccdeploy.flows.importer.convert import import_document
from ccdeploy.flows.lint import lint_document
from ccdeploy.specs.problems import Problems
from ratio import compare, finish

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

if __name__ == "__main__":
    sources = [path.read_bytes() for path in sorted(CORPUS.rglob("*.json"))]
    if not sources:
        print("P12: no corpus of public flows beside the repository")
        sys.exit(0)

    def ours() -> None:
        for source in sources:
            problems = Problems()
            document = read_document(source, "flow.json", problems)
            if document is not None:
                import_document(document, Problems())
                lint_document(document, problems)

    def floor() -> None:
        for source in sources:
            json.dumps(json.loads(source.decode("utf-8-sig", "replace")), indent=2)

    what = f"import and lint of {len(sources)} flows / json.loads + dumps(indent=2)"
    finish([compare("P12", what, ours, floor, target=5, pairs=9)])
