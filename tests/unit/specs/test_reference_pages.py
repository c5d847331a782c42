"""The manual pages of the files are made from the tables and kept in docs/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.specs import reference
from ccdeploy.specs.grammar.center import center
from ccdeploy.specs.problems import Problems
from ccdeploy.specs.yaml import parse

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(
    ("name", "make"), [("center-yaml", reference.center_page), ("call-scripts", reference.calls_page)]
)
def test_the_page_is_what_the_tables_say(
    name: str, make: Callable[[], str], golden: Callable[[Path, str], None]
) -> None:
    golden(DOCS / f"{name}.md", make())


def test_every_example_on_the_page_is_yaml() -> None:
    page = reference.center_page()
    blocks = [block.split("\n```")[0] for block in page.split("```yaml\n")[1:]]
    assert len(blocks) == len(center().fields)
    for block in blocks:
        problems = Problems()
        assert parse(block, "page", problems) is not None
        assert problems.found == []
