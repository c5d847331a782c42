"""docs/engine.md names everything that the comparison of the two engines leaves out, and every case it goes through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parity_page import CASES, DOCUMENT, cases, left_out


def test_what_is_not_compared_is_on_the_page_with_its_reason(golden: Callable[[Path, str], None]) -> None:
    golden(DOCUMENT, left_out())


def test_every_case_has_its_row() -> None:
    assert cases() == [str(case) for case in CASES]
