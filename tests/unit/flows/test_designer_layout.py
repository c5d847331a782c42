"""Where Connect's designer draws a compiled flow: no block on another, everything after what leads there."""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.alone import compile_file
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.layout import BETWEEN, WIDTH, positions, size, successors
from ccdeploy.specs.load import load
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[3]


def ninety() -> str:
    """Menus that lead on, back and across, each with a sentence of its own."""
    lines = ["flow: big", "type: inbound", "steps:"]
    for n in range(44):
        on = f"menu-{n + 1}" if n < 43 else "bye"
        lines.append(f"  menu-{n}: {{menu: Press 1 or 2., choices: {{1: {on}, 2: say-{n}}}, otherwise: menu-{n // 2}}}")
        lines.append(f"  say-{n}: {{say: Hello {n}., then: menu-{(n * 7) % 44}}}")
    return "\n".join([*lines, "  bye: {hang_up: true}", ""])


def rectangles(content: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    at = {ident: part["position"] for ident, part in content["Metadata"]["ActionMetadata"].items()}
    return [(at[a["Identifier"]]["x"], at[a["Identifier"]]["y"], *size(a)) for a in content["Actions"]]


def clashes(found: list[tuple[int, int, int, int]]) -> int:
    return sum(
        a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
        for a, b in combinations(found, 2)
    )


@pytest.mark.parametrize("centre", ["examples/hospital-follow-up", "tests/centres/rich", "tests/centres/verbs"])
def test_no_block_of_a_centre_lies_on_another(centre: str) -> None:
    center = load(ROOT / centre).center
    assert center is not None
    for name, flow in compile_center(center).flows.items():
        found = rectangles(json.loads(flow.template))
        assert clashes(found) == 0, name
        assert min(y for _, y, _, _ in found) >= 0


def test_ninety_steps_with_circles_are_laid_out_without_a_clash(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text(ninety())
    compiled = compile_file(tmp_path / "big.yaml", "big.yaml").compiled
    assert compiled is not None
    content = json.loads(compiled.template)
    found = rectangles(content)
    assert len(found) > 90
    assert clashes(found) == 0
    assert len({x for x, *_ in found}) > 5


def test_a_straight_flow_reads_from_left_to_right_on_one_line(tmp_path: Path) -> None:
    steps = "".join(f"  s{n}: {{say: Hello {n}.}}\n" for n in range(6))
    (tmp_path / "a.yaml").write_text(f"flow: a\ntype: inbound\nhead: none\nsteps:\n{steps}  bye: {{hang_up: true}}\n")
    compiled = compile_file(tmp_path / "a.yaml", "a.yaml").compiled
    assert compiled is not None
    places = [(x, y) for x, y, _, _ in rectangles(json.loads(compiled.template))]
    columns = [x for x, _ in places]
    assert [b - a for a, b in pairwise(columns)] == [columns[1] - columns[0]] * 6
    assert columns[1] - columns[0] >= WIDTH + BETWEEN


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 24), max_size=6), min_size=1, max_size=25))
def test_whatever_leads_where_no_block_lies_on_another(ways: list[list[int]]) -> None:
    count = len(ways)
    actions = {
        f"a{n}": {"Transitions": {"Errors": [{"NextAction": f"a{to % count}", "ErrorType": "x"} for to in targets]}}
        for n, targets in enumerate(ways)
    }
    places = positions("a0", actions)
    assert clashes([(*places[ident], *size(action)) for ident, action in actions.items()]) == 0
    assert places == positions("a0", actions)
    assert all(places[to] for action in actions.values() for to in successors(action))
